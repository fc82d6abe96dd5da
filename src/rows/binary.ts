/**
 * Converts binary values, which are strings in JSON, to the hexadecimal digits that COPY reads into VARBYTE
 * (copy-usage-varbyte).
 */
import { withoutTrailing } from '../table/trailing.ts';
import type { BinaryEncoding } from '../table/types.ts';
import { ValueError } from './value-error.ts';

/** The value as lower-case hexadecimal digits, two for each byte. */
export function hexDigits(value: string, encoding: BinaryEncoding): string {
  return encoding === 'hex' ? fromHex(value) : fromBase64(value);
}

/** Accepts both cases, with or without `0x` (or `\x`, as in PostgreSQL). An odd first digit is half a byte. */
function fromHex(value: string): string {
  const digits = value.replace(/^(?:0x|\\x)/i, '').toLowerCase();
  if (!/^[0-9a-f]*$/.test(digits)) throw new ValueError('is not a string of hexadecimal digits');
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

/**
 * Accepts both alphabets of RFC 4648, with or without padding, on one line or several. Strict otherwise, because what Node skips
 * or guesses while decoding would change the value.
 */
function fromBase64(value: string): string {
  const digits = value.replace(/[\r\n]+/g, '');
  const isOneAlphabet = !/[+/]/.test(digits) || !/[-_]/.test(digits);
  const standard = digits.replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Buffer.from(standard, 'base64');
  const written = bytes.toString('base64');
  if (!isOneAlphabet || (standard !== written && standard !== withoutTrailing('=', written))) {
    throw new ValueError('is not a base64 string');
  }
  return bytes.toString('hex');
}
