/** `uniqueItems` in linear time: ajv compares each item with each other one. */
import type { FuncKeywordDefinition } from 'ajv';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';
import type { Effort } from './effort.ts';

const KEYWORD = 'uniqueItems';

/** As ajv has it, with another message. */
export function uniqueItems(effort: Effort): FuncKeywordDefinition {
  return {
    keyword: KEYWORD,
    type: 'array',
    schemaType: 'boolean',
    compile: (isWanted: boolean) => {
      const check: DataValidateFunction = (items: readonly unknown[]) => {
        const twice = isWanted ? firstTwice(items, effort) : undefined;
        if (twice === undefined) return true;
        const message = `must NOT have duplicate items (items ${twice[0]} and ${twice[1]} are identical)`;
        check.errors = [{ keyword: KEYWORD, message, params: {} }];
        return false;
      };
      return check;
    },
  };
}

/** The indexes of two items that are equal. */
function firstTwice(items: readonly unknown[], effort: Effort): readonly [number, number] | undefined {
  const seen = new Map<string, number>();
  for (const [i, item] of items.entries()) {
    const text = canonical(item);
    effort.spend(text.length);
    const before = seen.get(text);
    if (before !== undefined) return [before, i];
    seen.set(text, i);
  }
  return undefined;
}

/** JSON in which members have an order, so that equal values have one text. */
function canonical(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`);
  return `{${members.sort().join()}}`;
}
