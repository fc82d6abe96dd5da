/** Values of the server as JSON. */

/** Numbers of types in pg_type, which are those of PostgreSQL. */
const BOOLEAN = 16;
const EXACT = new Set([20, 21, 23, 1700]); // BIGINT, SMALLINT, INTEGER, NUMERIC
const FLOATING = new Set([700, 701]); // REAL, DOUBLE PRECISION

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/;

/** A decimal number of so many digits survives in a double (IEEE 754, DBL_DIG). */
const SAFE_DIGITS = 15;

/**
 * A number if every reader of JSON gets the same number, who may read it as a double: integers up to 2^53, decimals with at most
 * 15 digits, and all finite floating-point numbers. Other numbers are strings, so that no digit is lost. The digits are those of the
 * server: 1.10 stays 1.10.
 */
export function jsonOf(text: string | null, type: number): string {
  if (text === null) return 'null';
  if (type === BOOLEAN) return text === 't' || text === 'true' ? 'true' : 'false';
  return isSafeNumber(text, type) ? text : JSON.stringify(text);
}

function isSafeNumber(text: string, type: number): boolean {
  if (FLOATING.has(type)) return NUMBER.test(text);
  if (!EXACT.has(type) || !NUMBER.test(text)) return false;
  const digits = text.replace(/\D/g, '').replace(/^0+/, '');
  if (digits.length <= SAFE_DIGITS) return true;
  return !text.includes('.') && Number.isSafeInteger(Number(text));
}
