/** The values of SUPER columns ("SUPER type limitations"): one JSON value each, of at most 16 MB. */
import { compactJson, JsonCursor, JsonError, MAX_STRING_BYTES } from './json-cursor.ts';
import { problem, type Problem } from './problem.ts';

const MAX_VALUE_BYTES = 16 * 1024 * 1024;
const cursor = new JsonCursor();

/** Checks the JSON text `[start, end)`: the text as Redshift prints it (white space outside strings dropped), undefined when it is that already, or 1224. */
export function checkSuper(
  bytes: Buffer,
  start: number,
  end: number,
  maxStringBytes = MAX_STRING_BYTES,
): Buffer | undefined | Problem {
  if (end - start > MAX_VALUE_BYTES) return problem(1224, 'Value exceeds the maximum size of SUPER');
  try {
    cursor.maxStringBytes = maxStringBytes;
    cursor.reset(bytes, start, end);
    cursor.skipSpaces();
    cursor.value();
    cursor.expectEnd();
    return cursor.spaced ? compactJson(bytes, start, end) : undefined;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return problem(1224, error.message, error.position - start);
  }
}
