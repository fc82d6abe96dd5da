/** Escapes that stand for one character. */
import type { Reader } from './reader.ts';
import type { Dialect } from './sets.ts';
import { Untranslatable } from './untranslatable.ts';

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' };

interface Context {
  readonly dialect: Dialect;
  readonly onPython: () => void;
}

/** The character that an escape stands for, read from after its backslash. */
export function readEscape(reader: Reader, { onPython }: Context): string {
  const octal = reader.takesMatch(/^(?:0[0-7]{0,2}|[0-3][0-7]{2})/)?.[0];
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
  const letter = reader.next();
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  switch (letter) {
    case '':
      throw new Untranslatable('ends with a backslash');
    case 'a':
      onPython();
      return '\x07';
    case 'x':
      return coded(reader.takesMatch(/^([0-9a-fA-F]{2})/));
    case 'u':
      return unicode(reader);
    case 'U':
      onPython();
      return coded(reader.takesMatch(/^([0-9a-fA-F]{8})/));
    case 'c': {
      const control = reader.takesMatch(/^([A-Za-z])/)?.[1];
      if (control === undefined) throw new Untranslatable('has an odd escape \\c');
      return String.fromCharCode(control.charCodeAt(0) % 32);
    }
    default:
      // Neither language lets another letter stand for itself.
      if (/^[A-Za-z0-9]$/.test(letter)) throw new Untranslatable(`has an escape \\${letter}`);
      return letter;
  }
}

/** `\u00e9`, a pair of surrogates, `\u{1f600}` */
function unicode(reader: Reader): string {
  const braced = reader.takesMatch(/^\{([0-9a-fA-F]{1,6})\}/);
  if (braced) return coded(braced);
  const first = coded(reader.takesMatch(/^([0-9a-fA-F]{4})/));
  if (first < '\ud800' || first > '\udbff') return first;
  const second = reader.takesMatch(/^\\u([dD][c-fC-F][0-9a-fA-F]{2})/);
  return second ? first + coded(second) : first;
}

function coded(match: RegExpExecArray | undefined): string {
  const code = match ? parseInt(match[1] ?? '', 16) : NaN;
  if (!(code <= 0x10ffff)) throw new Untranslatable('has an escape of a character that is cut short');
  return String.fromCodePoint(code);
}
