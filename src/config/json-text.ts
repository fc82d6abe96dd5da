/** Parses JSON that a person has written. */
import { JsonError, parseObject } from '../protocol/json.ts';

/** Throws an Error that says where the string stops being JSON. It quotes nothing, because the string may contain secrets. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes the string, and has the position only in some cases.
    throw new Error(`it is not JSON${placeIn(text)}`);
  }
}

/** Line and column, counted from 1, and the problem there. */
function placeIn(text: string): string {
  try {
    parseObject(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const before = text.slice(0, error.offset);
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    return `, at line ${line}, column ${column}: ${error.message}`;
  }
  // The only tokens that it accepts beyond JSON.
  return ': NaN and Infinity are not JSON values';
}
