/** Converts JSON numbers to plain digits, which Redshift reads without decisions of its own: no exponent, no rounding. */
import { withoutTrailing } from '../table/trailing.ts';
import { tooLarge, ValueError } from './value-error.ts';

interface Decimal {
  readonly negative: boolean;
  /** Digits before the decimal point, without leading zeros; may be empty. */
  readonly whole: string;
  /** Digits after the decimal point, without trailing zeros. */
  readonly fraction: string;
}

/** A JSON number, or a number in a string, which may also begin with + and begin or end with the decimal point. */
const TOKEN = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

const NON_FINITE: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

/** The smallest double with full precision. */
const MIN_NORMAL = 2 ** -1022;

/** From Redshift's documentation (r_Numeric_types201). */
const REAL_RANGE = { min: 1e-37, max: 1e37 } as const;

/** Far more than any column stores. Beyond this, zeros are not written out. */
const MAX_SHIFT = 400;

const RANGES = {
  smallint: { digits: 5, min: -(2n ** 15n), max: 2n ** 15n - 1n },
  integer: { digits: 10, min: -(2n ** 31n), max: 2n ** 31n - 1n },
  bigint: { digits: 19, min: -(2n ** 63n), max: 2n ** 63n - 1n },
} as const;

/** The digits of a whole number that fits the type; `1.0` and `1e3` are whole numbers. */
export function wholeNumber(token: string, kind: keyof typeof RANGES): string {
  const { negative, whole, fraction } = decimal(token);
  if (fraction !== '') throw new ValueError('is not a whole number');
  const range = RANGES[kind];
  const digits = whole === '' ? '0' : whole;
  const text = negative && digits !== '0' ? `-${digits}` : digits;
  if (digits.length < range.digits) return text;
  if (digits.length > range.digits || BigInt(text) < range.min || BigInt(text) > range.max) {
    throw tooLarge(`is outside the range of ${kind.toUpperCase()}`);
  }
  return text;
}

/**
 * The digits of a decimal with at most `scale` digits after the decimal point.
 * Up to 19 digits, NUMERIC is stored as a signed 64-bit integer, so nineteen nines overflow (r_Numeric_types201).
 */
export function exactDecimal(token: string, precision: number, scale: number): string {
  const { negative, whole, fraction } = decimal(token);
  if (fraction.length > scale || whole.length > precision - scale) {
    throw tooLarge(`does not fit NUMERIC(${precision},${scale})`);
  }
  if (precision <= 19 && BigInt(whole + fraction.padEnd(scale, '0') || '0') > RANGES.bigint.max) {
    throw tooLarge(`does not fit NUMERIC(${precision},${scale}), which Redshift stores in 64 bits`);
  }
  const text = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}

/** Further from zero than any column rounds to. */
const TINY = /^[^eE]*[eE]-0*[1-9]\d{3,}$/;

/**
 * The digits of a decimal, rounded to `scale` digits after the decimal point, halves away from zero, as COPY does with ROUNDEC, which
 * Airbyte's own destination uses (copy-parameters-data-conversion).
 */
export function roundedDecimal(token: string, precision: number, scale: number): string {
  if (TOKEN.test(token) && TINY.test(token)) return '0';
  const { negative, whole, fraction } = decimal(token);
  if (fraction.length <= scale) return exactDecimal(token, precision, scale);
  const up = (fraction[scale] ?? '0') >= '5' ? 1n : 0n;
  const digits = (BigInt(whole + fraction.slice(0, scale) || '0') + up).toString().padStart(scale + 1, '0');
  const [left, right] = [digits.slice(0, digits.length - scale), digits.slice(digits.length - scale)];
  return exactDecimal(`${negative ? '-' : ''}${left}${scale === 0 ? '' : `.${right}`}`, precision, scale);
}

/** A double has at most this many digits in its shortest form. */
const DOUBLE_DIGITS = 17;

/**
 * The shortest form, and its number of digits, of the double whose full expansion is the token: 99.99 for
 * 99.9899999999999948840923025272786617279052734375. Undefined for all other numbers, and for whole numbers: 2^70 is meant as it
 * is written.
 */
export function shortFormOf(token: string): { readonly text: string; readonly digits: number } | undefined {
  if (token.length <= DOUBLE_DIGITS) return undefined;
  const { digits, exponent } = significant(token);
  if (digits.length <= DOUBLE_DIGITS || exponent >= digits.length) return undefined;
  const value = Number(token);
  if (!Number.isFinite(value) || !sameNumber(token, fullExpansion(value))) return undefined;
  const text = shortestText(value);
  return { text, digits: significant(text).digits.length };
}

/** All digits of a double. A double below 1 is a multiple of some 2^-n, and so of 10^-n. */
function fullExpansion(value: number): string {
  let scale = 0;
  let whole = Math.abs(value);
  while (!Number.isInteger(whole)) {
    whole *= 2;
    scale++;
  }
  const digits = (BigInt(whole) * 5n ** BigInt(scale)).toString();
  return `${value < 0 ? '-' : ''}${digits}e-${scale}`;
}

export interface Rounded {
  readonly text: string;
  readonly changed: boolean;
}

/** The shortest form of the REAL that is nearest to the token, and whether that changed the number. */
export function nearestReal(token: string): Rounded {
  const value = Number(nearestDouble(token).text);
  const size = Math.abs(value);
  if (size > REAL_RANGE.max || (size < REAL_RANGE.min && size > 0)) {
    throw new ValueError('is outside the range of REAL');
  }
  const nearest = Math.fround(value);
  const [short = nearest] = [6, 7, 8, 9]
    .map((digits) => Number(nearest.toPrecision(digits)))
    .filter((number) => Object.is(Math.fround(number), nearest));
  const text = shortestText(short);
  return { text, changed: !sameNumber(token, text) };
}

/** The shortest form of the double that is nearest to the token, and whether that changed the number. */
export function nearestDouble(token: string): Rounded {
  if (!TOKEN.test(token) && !NON_FINITE.has(token)) throw notANumber(token);
  const value = Number(token);
  if (!Number.isFinite(value)) throw new ValueError('is not a finite number of DOUBLE PRECISION');
  const text = shortestText(value);
  // Fifteen digits always survive in a normal double; only longer tokens and denormals need the comparison.
  const changed = (token.length > 15 || Math.abs(value) < MIN_NORMAL) && !sameNumber(token, text);
  return { text, changed };
}

function shortestText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Compares two JSON numbers exactly: below 0 if the first is smaller, 0 if they are equal. */
export function compareNumbers(a: string, b: string): number {
  const [left, right] = [significant(a), significant(b)];
  const sign = (token: string, { digits }: { digits: string }): number =>
    digits === '' ? 0 : token.startsWith('-') ? -1 : 1;
  const [leftSign, rightSign] = [sign(a, left), sign(b, right)];
  if (leftSign !== rightSign) return leftSign - rightSign;
  const difference =
    left.exponent - right.exponent || (left.digits < right.digits ? -1 : left.digits > right.digits ? 1 : 0);
  return difference * leftSign;
}

function sameNumber(a: string, b: string): boolean {
  const [left, right] = [significant(a), significant(b)];
  return left.digits === right.digits && left.exponent === right.exponent;
}

/** A number as 0.digits x 10^exponent. */
function significant(token: string): { digits: string; exponent: number } {
  const [, , whole = '', fraction = '', exponent = '0'] = TOKEN.exec(token) ?? [];
  const all = whole + fraction;
  const digits = withoutLeadingZeros(all);
  const leading = all.length - digits.length;
  const trimmed = withoutTrailing('0', digits);
  return { digits: trimmed, exponent: trimmed === '' ? 0 : whole.length - leading + Number(exponent) };
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (digits[start] === '0') start++;
  return digits.slice(start);
}

function notANumber(token: string): ValueError {
  return new ValueError(token === '' ? 'is an empty string, not a number' : 'is not a number');
}

function decimal(token: string): Decimal {
  const match = TOKEN.exec(token);
  if (!match) throw notANumber(token);
  const [, sign, whole = '', fraction = '', exponent] = match;
  const parts = exponent === undefined ? { whole, fraction } : shift(whole, fraction, Number(exponent));
  return {
    negative: sign === '-',
    whole: withoutLeadingZeros(parts.whole),
    fraction: withoutTrailing('0', parts.fraction),
  };
}

/** Moves the decimal point by `exponent` places. */
function shift(whole: string, fraction: string, exponent: number): { whole: string; fraction: string } {
  if (!/[1-9]/.test(whole + fraction)) return { whole: '', fraction: '' };
  if (Math.abs(exponent) > MAX_SHIFT) throw tooLarge('has an exponent that no column can store');
  if (exponent >= 0) {
    const padded = fraction.padEnd(exponent, '0');
    return { whole: whole + padded.slice(0, exponent), fraction: padded.slice(exponent) };
  }
  const padded = whole.padStart(-exponent, '0');
  return { whole: padded.slice(0, exponent), fraction: padded.slice(exponent) + fraction };
}
