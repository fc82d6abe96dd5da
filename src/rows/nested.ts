/**
 * Nested values as compact JSON text within SUPER's limits, which COPY would refuse after the upload: strings of at most
 * 65,535 bytes, 1,000 levels, no duplicate keys (limitations-super). Numbers keep their tokens.
 */
import { JsonNumber, type Json, type JsonObject } from '../protocol/json.ts';
import { ValueError } from './value-error.ts';

const MAX_STRING_BYTES = 65_535;
const MAX_LEVELS = 1000;

/** Counts what had to be changed to store a value. */
export interface Repairs {
  nulRemoved: number;
  surrogatesReplaced: number;
}

/** Throws ValueError for what SUPER cannot hold. */
export function nestedText(value: Json, repairs: Repairs): string {
  return write(value, 0, repairs);
}

function write(value: Json, level: number, repairs: Repairs): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value, repairs);
  if (value instanceof JsonNumber) return writeNumber(value);
  if (level >= MAX_LEVELS) throw new ValueError(`is nested deeper than the ${MAX_LEVELS} levels of SUPER`);
  if (Array.isArray(value)) {
    return `[${(value as readonly Json[]).map((item) => write(item, level + 1, repairs)).join(',')}]`;
  }
  const members = [...(value as JsonObject)].map(
    ([key, item]) => `${writeString(key, repairs)}:${write(item, level + 1, repairs)}`,
  );
  return `{${members.join(',')}}`;
}

function writeNumber({ text }: JsonNumber): string {
  if (!Number.isFinite(Number(text))) throw new ValueError('holds a number that SUPER cannot hold');
  return text;
}

function writeString(value: string, repairs: Repairs): string {
  const text = cleanText(value, repairs);
  if (text.length * 3 > MAX_STRING_BYTES && Buffer.byteLength(text) > MAX_STRING_BYTES) {
    throw new ValueError(
      `holds a string of ${Buffer.byteLength(text)} bytes, SUPER allows ${MAX_STRING_BYTES} inside`,
    );
  }
  return JSON.stringify(text);
}

/** Redshift stores neither NUL nor lone surrogates: the first is removed, the second become U+FFFD; both are counted. */
export function cleanText(value: string, repairs: Repairs): string {
  let text = value;
  if (text.includes('\0')) {
    repairs.nulRemoved++;
    text = text.replaceAll('\0', '');
  }
  if (!text.isWellFormed()) {
    repairs.surrogatesReplaced++;
    text = text.toWellFormed();
  }
  return text;
}
