/**
 * Converts one JSON value to one cell, by the type of the column that stores it. A cell contains exactly what Redshift will store:
 * COPY never has to decide, round or guess.
 */
import { JsonNumber, type Json } from '../protocol/json.ts';
import { MAX_VARCHAR_BYTES, type BinaryEncoding, type ColumnType, type Form } from '../table/types.ts';
import { hexDigits } from './binary.ts';
import { cleanText, nestedText, type Repairs } from './nested.ts';
import {
  exactDecimal,
  nearestDouble,
  nearestReal,
  roundedDecimal,
  shortFormOf,
  wholeNumber,
  type Rounded,
} from './numbers.ts';
import { dateText, timestampText, timeText, timeTzText, type TimeText } from './times.ts';
import { tooLarge, ValueError } from './value-error.ts';

/** The changes that were made, counted for each stream and reported once. A change to a key is an error instead. */
export interface Losses extends Repairs {
  /** Fractions of a second with more than six digits. */
  fractionsCut: number;
  invalidUtf8: number;
  /** Empty binary values, which COPY reads as NULL. */
  emptyBytes: number;
  /** Values of `_sdc_deleted_at` that its column cannot store. */
  marksUnread: number;
  /** Full expansions of doubles whose shortest form was stored. */
  expansionsShortened: number;
}

export function noLosses(): Losses {
  return {
    nulRemoved: 0,
    surrogatesReplaced: 0,
    fractionsCut: 0,
    doublesRounded: 0,
    invalidUtf8: 0,
    duplicateKeys: 0,
    emptyBytes: 0,
    marksUnread: 0,
    expansionsShortened: 0,
  };
}

/** By name, not in a loop, because this runs for every record. */
export function addLosses(to: Losses, more: Losses): void {
  to.nulRemoved += more.nulRemoved;
  to.surrogatesReplaced += more.surrogatesReplaced;
  to.fractionsCut += more.fractionsCut;
  to.doublesRounded += more.doublesRounded;
  to.invalidUtf8 += more.invalidUtf8;
  to.duplicateKeys += more.duplicateKeys;
  to.emptyBytes += more.emptyBytes;
  to.marksUnread += more.marksUnread;
  to.expansionsShortened += more.expansionsShortened;
}

/** A string is written with quotes, a token as it is, null as the sentinel. */
export type Cell = string | Token | null;

export class Token {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Throws ValueError for a value that the column cannot store. */
export type CellWriter = (value: Json, losses: Losses) => Cell;

/** The writer for the type of a column. JSON null is NULL in every column. `encoding` is that of binary values in the record. */
export function cellWriter(type: ColumnType, encoding: BinaryEncoding = 'hex', form?: Form): CellWriter {
  const write = formWriter(type, form) ?? writerOf(type, encoding);
  return (value, losses) => (value === null ? null : write(value, losses));
}

type ValueWriter = (value: Exclude<Json, null>, losses: Losses) => Cell;

/** Undefined where the form does not concern the type. */
function formWriter(type: ColumnType, form: Form | undefined): ValueWriter | undefined {
  if (form === 'rounded' && type.kind === 'numeric')
    return (value) => new Token(roundedDecimal(numberToken(value), type.precision, type.scale));
  if (form === 'bare' && type.kind === 'boolean') return (value) => new Token(bareBoolean(value));
  if (form === 'json' && type.kind === 'varchar')
    return (value, losses) => withinVarchar(nestedText(value, losses, true));
  return undefined;
}

function writerOf(type: ColumnType, encoding: BinaryEncoding): ValueWriter {
  switch (type.kind) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (value) => new Token(wholeNumber(numberToken(value), type.kind));
    case 'numeric':
      return (value, losses) => decimalCell(numberToken(value), type.precision, type.scale, losses);
    case 'real':
      return (value, losses) => roundedCell(nearestReal(numberToken(value)), losses);
    case 'double':
      return (value, losses) => roundedCell(nearestDouble(numberToken(value)), losses);
    case 'boolean':
      return (value) => new Token(booleanText(value));
    case 'varchar':
      return varcharText;
    case 'date':
      return (value) => new Token(dateText(textOf(value)));
    case 'time':
      return (value, losses) => timeCell(timeText(textOf(value)), losses);
    case 'timetz':
      return (value, losses) => timeCell(timeTzText(textOf(value)), losses);
    case 'timestamp':
      return (value, losses) => timeCell(timestampText(textOf(value), ''), losses);
    case 'timestamptz':
      return (value, losses) => timeCell(timestampText(textOf(value), '+00:00'), losses);
    case 'varbyte':
      return (value, losses) => binaryCell(hexDigits(textOf(value), encoding), type.bytes, losses);
    case 'super':
      return (value, losses) => nestedText(value, losses, type.largeStrings);
  }
}

/**
 * Some taps write a decimal with all digits of the nearest double (99.99 as 99.98999999999999488...). The shortest form of that
 * double is the decimal in the source.
 */
function decimalCell(token: string, precision: number, scale: number, losses: Losses): Cell {
  const short = shortFormOf(token);
  if (short === undefined) return new Token(exactDecimal(token, precision, scale));
  // With more than fifteen digits, the source may mean the digits as they are, if the column can store them.
  if (short.digits > SURE_DIGITS && fits(token, precision, scale))
    return new Token(exactDecimal(token, precision, scale));
  const cell = new Token(exactDecimal(short.text, precision, scale));
  losses.expansionsShortened++;
  return cell;
}

/** Any decimal with this many digits is the shortest form of its double. */
const SURE_DIGITS = 15;

function fits(token: string, precision: number, scale: number): boolean {
  try {
    exactDecimal(token, precision, scale);
    return true;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return false;
  }
}

function roundedCell({ text, changed }: Rounded, losses: Losses): Cell {
  if (changed) losses.doublesRounded++;
  return new Token(text);
}

/** The column cannot be widened, because Redshift widens only VARCHAR. */
function binaryCell(digits: string, maxBytes: number, losses: Losses): Cell {
  const bytes = digits.length / 2;
  if (bytes > maxBytes) throw tooLarge(`has ${bytes} bytes, and the column has at most ${maxBytes}`);
  if (bytes > 0) return new Token(digits);
  losses.emptyBytes++;
  return null;
}

function timeCell({ text, cut }: TimeText, losses: Losses): Cell {
  if (cut) losses.fractionsCut++;
  return new Token(text);
}

function numberToken(value: Json): string {
  if (value instanceof JsonNumber) return value.text;
  // Taps write decimals as strings to keep their digits. A string that is a number loses nothing.
  if (typeof value === 'string') return value.trim();
  throw new ValueError(`is ${kindOf(value)}, not a number`);
}

/** The strings that Redshift itself reads as a boolean, in any case (r_Boolean_type). */
const BOOLEANS = new Map([
  ...['true', 't', 'yes', 'y', '1'].map((word) => [word, 'true'] as const),
  ...['false', 'f', 'no', 'n', '0'].map((word) => [word, 'false'] as const),
]);

/** Of the numbers only 1 and 0, which databases without booleans use instead. */
function booleanText(value: Json): string {
  if (typeof value === 'boolean') return String(value);
  if (value === '') throw new ValueError('is an empty string, not true or false');
  const word = value instanceof JsonNumber ? value.text : typeof value === 'string' ? value : '';
  const text = BOOLEANS.get(word.toLowerCase());
  if (text === undefined) throw new ValueError(`is ${kindOf(value)}, not true or false`);
  return text;
}

function bareBoolean(value: Json): string {
  if (typeof value === 'boolean') return String(value);
  throw new ValueError(`is ${kindOf(value)}, not true or false`);
}

function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  throw new ValueError(`is ${kindOf(value)}, not a string`);
}

function varcharText(value: Exclude<Json, null>, losses: Losses): string {
  return withinVarchar(
    typeof value === 'string' ? cleanText(value, losses) : nestedText(value, losses, true),
  );
}

function withinVarchar(text: string): string {
  if (text.length * 3 > MAX_VARCHAR_BYTES && Buffer.byteLength(text) > MAX_VARCHAR_BYTES) {
    throw tooLarge(`has ${Buffer.byteLength(text)} bytes, and a VARCHAR has at most ${MAX_VARCHAR_BYTES}`);
  }
  return text;
}

/** The kind of a value in words. */
export function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof JsonNumber) return 'a number';
  if (value instanceof Map) return 'an object';
  return typeof value === 'string' ? 'a string' : 'a boolean';
}
