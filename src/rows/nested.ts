/**
 * Converts nested values to compact JSON within the limits of SUPER, which COPY would enforce only after the upload: strings of at
 * most 65,535 bytes, or 16,000,000 where the cluster accepts large strings (r_enable_large_strings_opt_in), 1,000 levels, no
 * duplicate keys (limitations-super). Numbers keep their tokens.
 */
import { JsonNumber, type Json, type JsonObject } from '../protocol/json.ts';
import { withoutTrailing } from '../table/trailing.ts';
import { LargeStringError, tooLarge, ValueError } from './value-error.ts';

/** Of a string, on every cluster. */
const MAX_STRING_BYTES = 65_535;
/** Where the cluster accepts large strings. */
const MAX_LARGE_STRING_BYTES = 16_000_000;
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

/**
 * Throws ValueError for a value that SUPER cannot store: a LargeStringError if it could with `largeStrings`, which clusters may
 * accept.
 */
export function nestedText(value: Json, repairs: Repairs, largeStrings = false): string {
  return write(value, 0, { repairs, maxBytes: largeStrings ? MAX_LARGE_STRING_BYTES : MAX_STRING_BYTES });
}

interface Writing {
  readonly repairs: Repairs;
  /** Of a string. */
  readonly maxBytes: number;
}

function write(value: Json, level: number, writing: Writing): string {
  const { repairs } = writing;
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value, writing);
  if (value instanceof JsonNumber) return writeNumber(value, repairs);
  if (level >= MAX_LEVELS) throw tooLarge(`is nested deeper than the ${MAX_LEVELS} levels of SUPER`);
  if (Array.isArray(value)) {
    return `[${(value as readonly Json[]).map((item) => write(item, level + 1, writing)).join(',')}]`;
  }
  // By the key as it is stored, because cleaning may have made two keys equal.
  const members = new Map<string, string>();
  for (const [key, item] of value as JsonObject) {
    const name = writeKey(key, repairs);
    if (members.has(name)) repairs.duplicateKeys++;
    members.set(name, write(item, level + 1, writing));
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

function writeString(value: string, { repairs, maxBytes }: Writing): string {
  const text = cleanText(value, repairs);
  if (text.length * 3 > maxBytes) checkLength(Buffer.byteLength(text), maxBytes);
  return JSON.stringify(text);
}

/** That keys may be larger than 65,535 bytes on some clusters is not documented. */
function writeKey(key: string, repairs: Repairs): string {
  try {
    return writeString(key, { repairs, maxBytes: MAX_STRING_BYTES });
  } catch (error) {
    throw error instanceof LargeStringError ? tooLarge(error.message) : error;
  }
}

function checkLength(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  const message = `contains a string of ${bytes} bytes, and SUPER allows at most ${maxBytes}`;
  throw bytes <= MAX_LARGE_STRING_BYTES ? new LargeStringError(message) : tooLarge(message);
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
