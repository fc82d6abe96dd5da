/** Bounds of numbers as keywords of ajv, compared digit by digit where a double is not enough. */
import type { FuncKeywordDefinition } from 'ajv';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';
import { JsonNumber, type Json, type JsonObject } from '../protocol/json.ts';
import { isObject } from '../table/shapes.ts';
import { compareNumbers } from './numbers.ts';

/** The steps of a JSON pointer. */
export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Keyword, sign, and whether a value is allowed that is less than (negative), equal to (0) or greater than the bound. */
const BOUNDS: readonly (readonly [string, string, (order: number) => boolean])[] = [
  ['minimum', '>=', (order) => order >= 0],
  ['maximum', '<=', (order) => order <= 0],
  ['exclusiveMinimum', '>', (order) => order > 0],
  ['exclusiveMaximum', '<', (order) => order < 0],
];

/** 0.99999999999999999999 is below 1. */
export class ExactBounds {
  /** The record that is being checked. */
  record: JsonObject = new Map();

  keywords(): readonly FuncKeywordDefinition[] {
    return BOUNDS.map(([keyword, sign, isAllowed]) => ({
      keyword,
      type: 'number',
      schemaType: 'string',
      compile: (bound: string) => {
        const nearest = Number(bound);
        const check: DataValidateFunction = (value: number, at?: { readonly instancePath: string }) => {
          const order = value === nearest ? this.#compare(at?.instancePath ?? '', bound) : value - nearest;
          // ajv forgets them before each call.
          check.errors = [{ keyword, message: `must be ${sign} ${bound}`, params: {} }];
          return isAllowed(order);
        };
        return check;
      },
    }));
  }

  #compare(pointer: string, bound: string): number {
    let value: Json | undefined = this.record;
    for (const step of stepsOf(pointer)) {
      if (isObject(value)) value = value.get(step);
      else value = Array.isArray(value) ? (value as readonly Json[])[Number(step)] : undefined;
    }
    return value instanceof JsonNumber ? compareNumbers(value.text, bound) : 0;
  }
}
