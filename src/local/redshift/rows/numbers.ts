/** Integers, decimals, floating-point numbers and booleans as COPY takes them from text. */
import { ASCII, isDigit } from '../../ascii.ts';
import { invalidDigit, problem, type FieldCheck, type Problem } from './problem.ts';

const { LOWER_CASE, LOWER_E, MINUS, PLUS, POINT } = ASCII;

interface IntegerType {
  /** The type's word in err_reason. */
  readonly name: string;
  /** The largest magnitude of a positive number; one less than that of a negative. */
  readonly max: string;
}

const INTEGERS: Readonly<Record<string, IntegerType>> = {
  smallint: { name: 'Short', max: '32767' },
  integer: { name: 'Integer', max: '2147483647' },
  bigint: { name: 'Long', max: '9223372036854775807' },
};

function isSign(byte: number | undefined): boolean {
  return byte === PLUS || byte === MINUS;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** `[+-]?digits` within the range of `smallint`, `integer` or `bigint`. */
export function integerCheck(type: string): FieldCheck {
  const { name, max } = INTEGERS[type] ?? { name: 'Long', max: '9223372036854775807' };
  const safeDigits = max.length - 1;
  const limit = BigInt(max);
  return (bytes, start, end) => {
    let at = isSign(bytes[start]) ? start + 1 : start;
    const first = at;
    for (; at < end; at += 1) if (!isDigit(bytes[at])) return invalidDigit(bytes, { start, at }, name);
    if (at === first) return invalidDigit(bytes, { start, at: start, end }, name);
    if (end - first <= safeDigits) return end;
    const digits = textOf(bytes, first, end).replace(/^0+(?=\d)/, '');
    const magnitude = digits.length > max.length ? undefined : BigInt(digits);
    const bound = bytes[start] === MINUS ? limit + 1n : limit;
    if (magnitude === undefined || magnitude > bound) return problem(1222, `Overflow, Column type: ${name}`);
    return end;
  };
}

const MAX_INT64 = 9_223_372_036_854_775_807n;

/**
 * Plain digits with an optional fraction. Surplus fraction digits are cut, or with `round` left for PostgreSQL to round.
 * A precision up to 19 is a signed 64-bit integer in Redshift, which bounds DECIMAL(19,s) below nineteen nines.
 */
export function decimalCheck(precision: number, scale: number, round: boolean): FieldCheck {
  const overflow = problem(1209, `Overflow for NUMERIC(${precision},${scale})`);
  const exact = (digits: string, fraction: string): boolean =>
    fitsExactly(digits, fraction, { precision, scale, round });
  // eslint-disable-next-line complexity -- scans the bytes of every number of COPY; calls would cost speed
  return (bytes, start, end) => {
    let at = isSign(bytes[start]) ? start + 1 : start;
    const first = at;
    while (at < end && isDigit(bytes[at])) at += 1;
    const integerEnd = at;
    if (bytes[at] === POINT && at < end) {
      at += 1;
      while (at < end && isDigit(bytes[at])) at += 1;
    }
    const digits = integerEnd - first + Math.max(at - integerEnd - 1, 0);
    if (at < end || digits === 0) return decimalProblem(bytes, start, at, end);
    const fractionDigits = Math.max(end - integerEnd - 1, 0);
    if (integerEnd - first >= precision - scale) {
      const integer = textOf(bytes, first, integerEnd).replace(/^0+/, '');
      if (integer.length > precision - scale) return overflow;
      if (integer.length === precision - scale && (precision === 19 || (round && fractionDigits > scale))) {
        if (!exact(integer, textOf(bytes, Math.min(integerEnd + 1, end), end))) return overflow;
      }
    }
    if (round || fractionDigits <= scale) return end;
    if (scale > 0) return integerEnd + 1 + scale;
    return integerEnd > first ? integerEnd : invalidDigit(bytes, { start, at: integerEnd }, 'Decimal');
  };
}

interface DecimalType {
  readonly precision: number;
  readonly scale: number;
  readonly round: boolean;
}

function fitsExactly(integer: string, fraction: string, { precision, scale, round }: DecimalType): boolean {
  const kept = fraction.slice(0, scale).padEnd(scale, '0');
  const up = round && fraction.charAt(scale) >= '5' ? 1n : 0n;
  const unscaled = BigInt(integer + kept || '0') + up;
  return unscaled <= (precision <= 19 ? MAX_INT64 : unscaled) && unscaled < 10n ** BigInt(precision);
}

function decimalProblem(bytes: Uint8Array, start: number, at: number, end: number): Problem {
  const byte = bytes[at];
  const exponent = at > start && at < end && byte !== undefined && (byte | LOWER_CASE) === LOWER_E;
  if (exponent) return problem(1209, 'Invalid decimal format: an exponent is not supported', at - start);
  return invalidDigit(bytes, { start, at: at < end ? at : start, end }, 'Decimal');
}

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const PLAIN_FLOAT_BYTES = 20;

/** `real` or `double precision`: digits, fraction, exponent; no NaN, no infinity, nothing that the type cannot hold. */
export function floatCheck(type: string): FieldCheck {
  const single = type === 'real';
  const name = single ? 'Float4' : 'Float8';
  return (bytes, start, end) => {
    if (end - start <= PLAIN_FLOAT_BYTES && isPlainNumber(bytes, start, end)) return end;
    const text = textOf(bytes, start, Math.min(end, start + 1000));
    if (end - start > 1000 || !FLOAT.test(text))
      return problem(1208, `Invalid float format or value for type ${name}`);
    const value = single ? Math.fround(Number(text)) : Number(text);
    const vanished = value === 0 && /[1-9]/.test(text.replace(/[eE].*/, ''));
    if (!Number.isFinite(value) || vanished) return problem(1208, `Overflow, Column type: ${name}`);
    return end;
  };
}

/** Digits with at most one point: short ones are in the range of every floating-point type. */
function isPlainNumber(bytes: Uint8Array, start: number, end: number): boolean {
  let at = isSign(bytes[start]) ? start + 1 : start;
  const first = at;
  let points = 0;
  for (; at < end; at += 1) {
    if (bytes[at] === POINT) points += 1;
    else if (!isDigit(bytes[at])) return false;
  }
  return points <= 1 && at - first > points;
}

const BOOLEANS = ['t', 'true', 'y', 'yes', '1', 'f', 'false', 'n', 'no', '0'].map((word) =>
  Buffer.from(word),
);

/** The ten words for true and false, in any case ("Boolean type"). */
export const checkBoolean: FieldCheck = (bytes, start, end) => {
  for (const word of BOOLEANS) {
    if (word.length !== end - start) continue;
    let at = 0;
    while (at < word.length && ((bytes[start + at] ?? 0) | LOWER_CASE) === ((word[at] ?? 0) | LOWER_CASE))
      at += 1;
    if (at === word.length && (bytes[start] ?? 0) > LOWER_CASE) return end;
  }
  return problem(1210, 'Unknown boolean format');
};

/**
 * The decimal text of the floating-point number that a JSON number becomes on its way into a DECIMAL column ("COPY from
 * JSON format", loss of numeric precision): its exact value, which COPY then cuts to the scale.
 */
export function floatText(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  if (Math.abs(value) >= 1e21) return BigInt(value).toString();
  return value.toFixed(60).replace(/\.?0+$/, '');
}
