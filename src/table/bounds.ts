/**
 * The bounds that a JSON Schema sets for numbers. In draft 4 `exclusiveMaximum` is a boolean that says whether `maximum` itself is
 * excluded (JSON Schema validation 5.1.2, draft 4); in later drafts it is a bound of its own.
 */
import { JsonNumber, type Json, type JsonObject } from '../protocol/json.ts';
import { withoutTrailing } from './trailing.ts';

export interface Bound {
  /** As the schema writes it: `1e28`, `-99999999.99`. */
  readonly text: string;
  /** The bound itself is not allowed. */
  readonly isExcluded: boolean;
}

export function boundsOf(shape: JsonObject): readonly Bound[] {
  const minimum = shape.get('exclusiveMinimum');
  const maximum = shape.get('exclusiveMaximum');
  return [
    ...bound(shape.get('minimum'), minimum === true),
    ...bound(shape.get('maximum'), maximum === true),
    ...bound(minimum, true),
    ...bound(maximum, true),
  ];
}

function bound(value: Json | undefined, isExcluded: boolean): readonly Bound[] {
  return value instanceof JsonNumber ? [{ text: value.text, isExcluded }] : [];
}

/** How many digits before the decimal point the values up to a bound have; 0 for values below one. */
export function wholeDigits({ text, isExcluded }: Bound): number {
  const { digits, exponent } = magnitude(text);
  if (digits === '') return 0;
  // 10^n has n + 1 digits; smaller numbers have n.
  return Math.max(isExcluded && digits === '1' ? exponent - 1 : exponent, 0);
}

/** Whether values up to the bound leave the range of BIGINT, -2^63 to 2^63 - 1. */
export function leavesBigint({ text, isExcluded }: Bound): boolean {
  const { digits, exponent } = magnitude(text);
  if (exponent < 19) return false;
  if (exponent > 19) return true;
  const least = BigInt(digits.slice(0, 19).padEnd(19, '0'));
  const isExact = digits.length <= 19;
  const most = 2n ** 63n;
  // A fraction after the last digit matters only next to the bound itself.
  if (text.startsWith('-')) return least > most || (least === most && !isExact);
  return isExcluded && isExact ? least > most : least >= most;
}

/** A number without its sign as 0.digits x 10^exponent; no digits for zero and for anything that is not a plain number. */
function magnitude(text: string): { readonly digits: string; readonly exponent: number } {
  const [, whole = '', fraction = '', power = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = withoutTrailing('0', all.slice(leading));
  return { digits, exponent: digits === '' ? 0 : whole.length - leading + Number(power) };
}
