/**
 * The ASCII characters that code on bytes looks for, by their names. Files take what they need into constants of their own,
 * `const { LF } = ASCII`: V8 reads those faster than imported ones, which shows in loops over bytes.
 */
export const ASCII = {
  TAB: 9,
  LF: 10,
  CR: 13,
  SPACE: 32,
  DOUBLE_QUOTE: 34,
  SINGLE_QUOTE: 39,
  PLUS: 43,
  COMMA: 44,
  MINUS: 45,
  POINT: 46,
  ZERO: 48,
  TWO: 50,
  NINE: 57,
  COLON: 58,
  UPPER_N: 78,
  UPPER_T: 84,
  UPPER_Z: 90,
  OPEN_BRACKET: 91,
  BACKSLASH: 92,
  CLOSE_BRACKET: 93,
  LOWER_A: 97,
  LOWER_E: 101,
  LOWER_F: 102,
  LOWER_N: 110,
  LOWER_U: 117,
  OPEN_BRACE: 123,
  PIPE: 124,
  CLOSE_BRACE: 125,
  TILDE: 126,
  /** The bit that makes an upper-case letter the lower-case one. */
  LOWER_CASE: 32,
} as const;

const { LOWER_A, LOWER_CASE, LOWER_F, NINE, ZERO } = ASCII;

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** The value of a hexadecimal digit in either case; -1 for another byte. */
export function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const lower = byte | LOWER_CASE;
  return lower >= LOWER_A && lower <= LOWER_F ? lower - LOWER_A + 10 : -1;
}
