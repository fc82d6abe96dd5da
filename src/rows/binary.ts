/** Binary values, which JSON has as strings, to the hexadecimal digits that COPY reads into VARBYTE (copy-usage-varbyte). */
import { withoutTrailing } from '../table/trailing.ts';
import type { BinaryEncoding } from '../table/types.ts';
import { ValueError } from './value-error.ts';

/** The value as pairs of lower-case digits, empty for no bytes; two digits for each byte. */
export function hexDigits(value: string, encoding: BinaryEncoding): string {
  return encoding === 'hex' ? fromHex(value) : fromBase64(value);
}

/** Either case, with or without `0x` (or the `\x` of PostgreSQL); an odd digit in front is half a byte. */
function fromHex(value: string): string {
  const digits = value.replace(/^(?:0x|\\x)/i, '').toLowerCase();
  if (!/^[0-9a-f]*$/.test(digits)) throw new ValueError('is not a string of hexadecimal digits');
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

/**
 * Either alphabet of RFC 4648, with its padding or without, on one line or several. Otherwise strict: what Node skips or guesses
 * while it decodes would change the value.
 */
function fromBase64(value: string): string {
  const digits = value.replace(/[\r\n]+/g, '');
  const isOneAlphabet = !/[+/]/.test(digits) || !/[-_]/.test(digits);
  const standard = digits.replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Buffer.from(standard, 'base64');
  const written = bytes.toString('base64');
  if (!isOneAlphabet || (standard !== written && standard !== withoutTrailing('=', written))) {
    throw new ValueError('is not a string in base64');
  }
  return bytes.toString('hex');
}
