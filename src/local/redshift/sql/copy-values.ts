/** The values that options of COPY take. All of these functions throw a RedshiftError for another value. */
import { ASCII } from '../../ascii.ts';
import { SQLSTATE } from '../sqlstates.ts';
import type { TokenReader } from './token-reader.ts';
import { RedshiftError } from './statement.ts';

const { CR, LF } = ASCII;

/** ASCII characters, also written as an octal number `\ddd` or as `\t`. */
export function delimiter(value: string): string {
  const text = value.replaceAll(/\\([0-7]{3}|t)/g, (_match, code: string) =>
    code === 't' ? '\t' : String.fromCharCode(parseInt(code, 8)),
  );
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code > 127 || code === 0 || code === LF || code === CR) throw notAscii('DELIMITER');
  }
  if (text === '') throw notAscii('DELIMITER');
  return text;
}

/** One ASCII character that can stand in a line. */
export function oneCharacter(value: string, option: string): string {
  const code = value.charCodeAt(0);
  if (value.length !== 1 || code > 127 || code === 0 || code === LF || code === CR) throw notAscii(option);
  return value;
}

function notAscii(option: string): RedshiftError {
  return new RedshiftError(SQLSTATE.syntaxError, `COPY ${option} must be a single ASCII character`);
}

/** Any ASCII character but NUL. */
export function replacement(value: string): string {
  const code = value.charCodeAt(0);
  if (value.length !== 1 || code > 127 || code === 0) {
    throw new RedshiftError(SQLSTATE.syntaxError, 'ACCEPTINVCHARS takes one ASCII character other than NUL');
  }
  return value;
}

/** A number within bounds. */
export function count(reader: TokenReader, option: string, min: number, max: number): number {
  const value = reader.integer();
  if (value < min || value > max) {
    throw new RedshiftError(SQLSTATE.invalidParameterValue, `${option} must be between ${min} and ${max}`);
  }
  return value;
}

const PARTS = /YYYY|YY|MON|MM|DD|HH|MI|SS/i;
const DEFAULTS = new Set(['YYYY-MM-DD', 'YYYY-MM-DD HH:MI:SS', 'YYYY-MM-DD HH24:MI:SS']);

/** The words are case-sensitive ("Using automatic recognition"); a format names a part of the date or time, and no zone. */
export function timeFormat(format: string, option: string, words: readonly string[]): string {
  if (words.includes(format)) return format;
  if (DEFAULTS.has(format.toUpperCase()) && (option === 'TIMEFORMAT') === format.includes(' '))
    return 'default';
  if (!PARTS.test(format) || /TZ|OF/i.test(format)) {
    throw new RedshiftError(SQLSTATE.internalError, `Invalid ${option} string: '${format}'`);
  }
  return format;
}
