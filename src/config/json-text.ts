/** JSON that a person has written. */
import { JsonError, parseObject } from '../protocol/json.ts';

/** Throws an Error that tells where the text ceases to be JSON and shows nothing of it: secrets may stand there. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its own error quotes the text, and has the place in some cases only.
    throw new Error(`it is not JSON${placeIn(text)}`);
  }
}

/** Line and column, from 1, and what is wrong there. */
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
  // All that it takes beyond JSON.
  return ': NaN and Infinity are no values';
}
