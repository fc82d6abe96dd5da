/**
 * The patterns of JSON Schemas as regular expressions of JavaScript. JSON Schema has those of ECMA-262, and taps in Python send
 * those of Python: a pattern with a construct that only Python knows is read as Python reads it, any other one as ECMA-262
 * does. A pattern without an equal is reported, not guessed.
 */
import { Reader } from './reader.ts';
import { Translation } from './translation.ts';
import { Untranslatable } from './untranslatable.ts';

export type Compiled =
  | { readonly regExp: RegExp }
  /** Why no regular expression means the same; continues a sentence about the pattern. */
  | { readonly problem: string };

export function compilePattern(pattern: string): Compiled {
  const reading = new Translation(new Reader(pattern), 'ecma');
  const compiled = attempt(reading);
  return reading.isPython ? attempt(new Translation(new Reader(pattern), 'python')) : compiled;
}

function attempt(translation: Translation): Compiled {
  try {
    return { regExp: translation.run() };
  } catch (error) {
    if (error instanceof Untranslatable) return { problem: error.message };
    if (error instanceof SyntaxError) {
      const isLarge = error.message.endsWith('too large');
      return { problem: isLarge ? 'is too long' : 'is not a regular expression' };
    }
    // The call stack is exhausted.
    if (error instanceof RangeError) return { problem: 'is nested too deep' };
    throw error;
  }
}
