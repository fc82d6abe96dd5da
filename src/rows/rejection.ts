/** The reason why a record cannot become a row, as data. The policy decides elsewhere what to do about it. */
import { JsonNumber, type Json } from '../protocol/json.ts';
import type { Fault } from './value-error.ts';

export interface Rejection {
  readonly kind: 'rejection';
  readonly fault: Fault;
  /** Undefined if the record as a whole is at fault. */
  readonly property: string | undefined;
  readonly isKey: boolean;
  /** Continues a sentence about the property or the record: `is not a number`. */
  readonly reason: string;
  /** The value is right, and too large for its column or for its row. */
  readonly isSize?: 'field' | 'row';
  /** The beginning of the value as JSON, unless it is nested or NULL. */
  readonly seen: string | undefined;
}

const SEEN_CHARACTERS = 40;

/** The problem, without the value: `the value of "price" is not a number`. */
export function problemOf({ property, isKey, reason }: Rejection): string {
  if (property === undefined) return `the record ${reason}`;
  return `${isKey ? 'key property' : 'the value of'} ${JSON.stringify(property)} ${reason}`;
}

/** Undefined for nested values, NULL and missing values. */
export function excerptOf(value: Json | undefined): string | undefined {
  if (typeof value === 'boolean') return String(value);
  if (value instanceof JsonNumber) return cut(value.text);
  return typeof value === 'string' ? JSON.stringify(cut(value)) : undefined;
}

function cut(text: string): string {
  return text.length <= SEEN_CHARACTERS ? text : `${text.slice(0, SEEN_CHARACTERS).toWellFormed()}...`;
}
