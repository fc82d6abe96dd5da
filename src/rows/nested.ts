/**
 * Converts nested values to compact JSON within the limits of SUPER, which COPY would enforce only after the upload: strings of at
 * most 65,535 bytes, 1,000 levels, no duplicate keys (limitations-super). Numbers keep their tokens.
 */
import { JsonNumber, type Json, type JsonObject } from '../protocol/json.ts';
import { withoutTrailing } from '../table/trailing.ts';
import { tooLarge, ValueError } from './value-error.ts';

const MAX_STRING_BYTES = 65_535;
const MAX_LEVELS = 1000;

/** Counts the changes that were necessary to store a value. */
export interface Repairs {
  nulRemoved: number;
  surrogatesReplaced: number;
  /** Numbers that the column does not store exactly. */
  doublesRounded: number;
  duplicateKeys: number;
}

/** Numbers in SUPER are INT8, DECIMAL or FLOAT8; a DECIMAL has at most this many digits. */
const EXACT_DIGITS = 38;

/** Throws ValueError for a value that SUPER cannot store. */
export function nestedText(value: Json, repairs: Repairs): string {
  return write(value, 0, repairs);
}

function write(value: Json, level: number, repairs: Repairs): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value, repairs);
  if (value instanceof JsonNumber) return writeNumber(value, repairs);
  if (level >= MAX_LEVELS) throw tooLarge(`is nested deeper than the ${MAX_LEVELS} levels of SUPER`);
  if (Array.isArray(value)) {
    return `[${(value as readonly Json[]).map((item) => write(item, level + 1, repairs)).join(',')}]`;
  }
  // By the key as it is stored, because cleaning may have made two keys equal.
  const members = new Map<string, string>();
  for (const [key, item] of value as JsonObject) {
    const name = writeString(key, repairs);
    if (members.has(name)) repairs.duplicateKeys++;
    members.set(name, write(item, level + 1, repairs));
  }
  return `{${[...members].map(([name, text]) => `${name}:${text}`).join(',')}}`;
}

function writeNumber({ text }: JsonNumber, repairs: Repairs): string {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ValueError('contains a number that is not finite or too large');
  if (text.length > EXACT_DIGITS || Math.abs(value) < 1e-37) {
    const digits = withoutTrailing(
      '0',
      /^-?([\d.]+)/.exec(text)?.[1]?.replace('.', '').replace(/^0+/, '') ?? '',
    );
    if (digits.length > EXACT_DIGITS || (digits !== '' && value === 0)) repairs.doublesRounded++;
  }
  return text;
}

function writeString(value: string, repairs: Repairs): string {
  const text = cleanText(value, repairs);
  if (text.length * 3 > MAX_STRING_BYTES && Buffer.byteLength(text) > MAX_STRING_BYTES) {
    throw tooLarge(
      `contains a string of ${Buffer.byteLength(text)} bytes, and SUPER allows at most ${MAX_STRING_BYTES}`,
    );
  }
  return JSON.stringify(text);
}

/** Redshift stores neither NUL nor lone surrogates: NUL is removed, and surrogates become U+FFFD. Both are counted. */
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
