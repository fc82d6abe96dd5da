/**
 * The patterns of JSON Schemas as regular expressions of JavaScript, with a linear equal where there is one. JSON Schema has
 * the patterns of ECMA-262, and taps in Python send those of Python: a pattern with a construct that only Python knows is read as
 * Python reads it, any other one as ECMA-262 does. A pattern without an equal is reported, not guessed.
 */
import { linearPattern, type LinearPattern } from './linear.ts';
import { Reader } from './reader.ts';
import { OutOfTimeError, withinTime } from './timed.ts';
import { Translation } from './translation.ts';
import { Untranslatable } from './untranslatable.ts';

export interface CompiledPattern {
  readonly regExp: RegExp;
  /** Matches the same strings in linear time; undefined for patterns that look around or refer back, and some others. */
  readonly linear: LinearPattern | undefined;
}

export type Compiled =
  | CompiledPattern
  /** Why no regular expression means the same; continues a sentence about the pattern. */
  | { readonly problem: string };

/** How long V8 may take for the empty string. */
const PROBE_MS = 100;

export function compilePattern(pattern: string): Compiled {
  const reading = new Translation(new Reader(pattern), 'ecma');
  const compiled = attempt(reading);
  return reading.isPython ? attempt(new Translation(new Reader(pattern), 'python')) : compiled;
}

function attempt(translation: Translation): Compiled {
  try {
    const regExp = translation.run();
    probe(regExp);
    return { regExp, linear: linearPattern(regExp) };
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

/** V8 reports a pattern that is too large only when it is used, separately for strings of one and of two bytes. */
function probe(regExp: RegExp): void {
  try {
    withinTime(PROBE_MS, () => ['', '\u0100'].forEach((value) => regExp.test(value)));
  } catch (error) {
    // A pattern that takes long is not too large.
    if (!(error instanceof OutOfTimeError)) throw error;
  }
}
