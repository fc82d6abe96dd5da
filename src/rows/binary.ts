/** Binary values, which JSON has as text, to the hexadecimal digits that COPY reads into VARBYTE (copy-usage-varbyte). */
import type { BinaryEncoding } from '../table/types.ts';
import { ValueError } from './value-error.ts';

/** The value as pairs of lower-case digits, empty for no bytes; two digits for each byte. */
export function hexDigits(value: string, encoding: BinaryEncoding): string {
  return encoding === 'hex' ? fromHex(value) : fromBase64(value);
}

/** Either case, with or without `0x` (or the `\x` of PostgreSQL); an odd digit in front is half a byte. */
function fromHex(value: string): string {
  const digits = value.replace(/^(?:0x|\\x)/i, '').toLowerCase();
  if (!/^[0-9a-f]*$/.test(digits)) throw new ValueError('is not a text of hexadecimal digits');
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

/** Strict: what Node skips or guesses when it decodes would be a change of the value. */
function fromBase64(value: string): string {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value) throw new ValueError('is not a text in base64');
  return bytes.toString('hex');
}
