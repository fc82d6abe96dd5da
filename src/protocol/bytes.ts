/**
 * JSON as bytes, in lines that end with LF. No JSON value contains that byte, so a reader always stops there and needs no bounds.
 * These functions do not validate; the readers of the values do.
 */

export const LF = 0x0a;
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;

/** Whether the bytes of `text` are at this offset. */
export function stands(text: Uint8Array, source: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (source[at + i] !== text[i]) return false;
  return true;
}

/** The offset of the next byte that is not JSON white space. LF does not count as white space, because it ends the line. */
export function skipSpace(source: Uint8Array, at: number): number {
  for (;;) {
    const byte = source[at];
    if (byte !== SPACE && byte !== TAB && byte !== CR) return at;
    at++;
  }
}

/** The offset of the closing quote of the string that begins at this quote; -1 if the line ends first. */
export function closingQuote(source: Uint8Array, at: number): number {
  for (at++; ; at++) {
    const byte = source[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
    if (byte === LF || source[at] === LF) return -1;
  }
}

/** The offset after the value that begins here. Only brackets and quotes are counted. -1 if the line ends first. */
export function skipValue(source: Uint8Array, at: number): number {
  let depth = 0;
  for (;;) {
    const byte = source[at];
    if (byte === LF) return -1;
    if (byte === QUOTE) {
      at = closingQuote(source, at);
      if (at === -1) return -1;
      if (depth === 0) return at + 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (--depth === 0) return at + 1;
      if (depth < 0) return -1;
    } else if (depth === 0) {
      return skipWord(source, at);
    }
    at++;
  }
}

/** The offset after a number, `true`, `null` or any other token. */
function skipWord(source: Uint8Array, at: number): number {
  for (;;) {
    const byte = source[at] as number;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= SPACE) return at;
    at++;
  }
}
