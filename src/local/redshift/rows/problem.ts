/** Why COPY refuses a field or a row, with the codes and texts of Redshift's "Load error reference". */

/** What is wrong with a field. */
export interface Problem {
  /** err_code. */
  readonly code: number;
  /** err_reason. */
  readonly reason: string;
  /** Offset in the field. */
  readonly position: number;
}

/**
 * Checks the bytes `[start, end)` of a field that is not NULL. Returns the offset up to which the bytes are to be kept
 * (`end` when they stay as they are), a text in their place, or the problem.
 */
export type FieldCheck = (bytes: Uint8Array, start: number, end: number) => number | string | Problem;

export function problem(code: number, reason: string, position = 0): Problem {
  return { code, reason, position };
}

/** 1207, for the byte `at` that a number of the field from `start` on cannot have; at `end` a digit is missing. */
export function invalidDigit(
  bytes: Uint8Array,
  { start, at, end = Infinity }: { readonly start: number; readonly at: number; readonly end?: number },
  type: string,
): Problem {
  const byte = at < end ? bytes[at] : undefined;
  const value = byte === undefined ? '' : byte < 128 ? String.fromCharCode(byte) : '.';
  return problem(1207, `Invalid digit, Value '${value}', Pos ${at - start}, Type: ${type}`, at - start);
}
