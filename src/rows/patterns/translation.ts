/** One pattern on its way to JavaScript: the grammar of terms, groups and flags. */
import { characterClass, type ClassContext } from './character-class.ts';
import { readEscape } from './escapes.ts';
import type { Reader } from './reader.ts';
import {
  ANY,
  ESCAPED_SETS,
  LINE_END,
  LINE_START,
  literal,
  PROPERTY,
  setClass,
  TEXT_END,
  type Dialect,
} from './sets.ts';
import { Untranslatable } from './untranslatable.ts';

/** Flags that hold for the rest of a group. The flag i holds for the whole pattern. */
interface Flags {
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly verbose: boolean;
  readonly ascii: boolean;
}

/** A term in JavaScript. */
interface Term {
  readonly source: string;
  readonly isAssertion: boolean;
}

const NO_FLAGS: Flags = { dotAll: false, multiline: false, verbose: false, ascii: false };

const GROUP_NAME = /^([A-Za-z_][A-Za-z_0-9]*)/;

export class Translation {
  readonly #reader: Reader;
  readonly #isPython: boolean;
  #flags = NO_FLAGS;
  #ignoresCase = false;
  #sawPython = false;
  /** Without the flag u, something would match half of a character outside the BMP, or could not be written. */
  #needsUnicode = false;
  /** The names of the capturing groups in JavaScript, in their order. */
  readonly #groups: string[] = [];
  #atomics = 0;
  /** Groups so far that are repeated or may be missing. */
  #repeatedGroups = 0;
  /** The groups that have matched in every way to the term that is being read. */
  #matched: ReadonlySet<string> = new Set();

  constructor(reader: Reader, dialect: 'ecma' | 'python') {
    this.#reader = reader;
    this.#isPython = dialect === 'python';
  }

  /** Whether something was read that only Python knows. */
  get isPython(): boolean {
    return this.#sawPython;
  }

  /** Throws Untranslatable and SyntaxError. */
  run(): RegExp {
    this.#globalFlags();
    const isAscii = this.#flags.ascii;
    const source = this.#disjunction();
    if (!this.#reader.isAtEnd) throw new Untranslatable('has a ")" too many');
    if (this.#ignoresCase && isAscii && this.#needsUnicode)
      throw new Untranslatable('ignores the case of the letters of ASCII alone');
    const isUnicode = this.#needsUnicode || (this.#ignoresCase && !isAscii);
    return new RegExp(source, `${this.#ignoresCase ? 'i' : ''}${isUnicode ? 'u' : ''}`);
  }

  get #dialect(): Dialect {
    if (!this.#isPython) return 'ecma';
    return this.#flags.ascii ? 'python-ascii' : 'python';
  }

  get #context(): ClassContext {
    return {
      dialect: this.#dialect,
      needsUnicode: () => (this.#needsUnicode = true),
      onPython: () => (this.#sawPython = true),
    };
  }

  /** `(?i)` and the like, at the beginning of the pattern. */
  #globalFlags(): void {
    for (;;) {
      const [, flags] = this.#reader.takesMatch(/^\(\?([aiLmsux]+)\)/) ?? [];
      if (flags === undefined) return;
      this.#sawPython = true;
      if (flags.includes('i')) this.#ignoresCase = true;
      this.#flags = this.#changed(flags, '');
    }
  }

  #changed(on: string, off: string): Flags {
    if (on.includes('L')) throw new Untranslatable('depends on a locale');
    const has = (letter: string, before: boolean): boolean =>
      !off.includes(letter) && (before || on.includes(letter));
    const { dotAll, multiline, verbose, ascii } = this.#flags;
    return {
      dotAll: has('s', dotAll),
      multiline: has('m', multiline),
      verbose: has('x', verbose),
      ascii: !on.includes('u') && has('a', ascii),
    };
  }

  #disjunction(): string {
    const before = this.#matched;
    const sources = [this.#alternative()];
    let matched = [...this.#matched];
    while (this.#reader.takes('|')) {
      this.#matched = before;
      sources.push(this.#alternative());
      matched = matched.filter((group) => this.#matched.has(group));
    }
    this.#matched = new Set(matched);
    return sources.join('|');
  }

  #alternative(): string {
    let source = '';
    for (;;) {
      this.#skipVerbose();
      if (this.#reader.isAtEnd || this.#reader.sees('|') || this.#reader.sees(')')) return source;
      source += this.#term();
    }
  }

  /** White space and comments of (?x), and comments. */
  #skipVerbose(): void {
    for (;;) {
      if (this.#reader.sees('(?#')) {
        this.#sawPython = true;
        this.#reader.skipPast(')');
      } else if (this.#flags.verbose && /^[\t-\r ]$/.test(this.#reader.peek())) this.#reader.next();
      else if (this.#flags.verbose && this.#reader.sees('#')) this.#reader.skipPast('\n');
      else return;
    }
  }

  #term(): string {
    const before = this.#matched;
    const isGroup = this.#reader.sees('(');
    const repeatedBefore = this.#repeatedGroups;
    const { source, isAssertion } = this.#atom();
    this.#skipVerbose();
    const quantifier = this.#quantifier();
    if (quantifier === undefined) return source;
    if (isAssertion) throw new Untranslatable('repeats a condition');
    if (quantifier.isOptional) this.#matched = before;
    if (isGroup) this.#repeatedGroups++;
    const repeated = `${source}${quantifier.source}`;
    if (this.#reader.takes('?')) return `${repeated}?`;
    if (!this.#reader.takes('+')) return repeated;
    this.#sawPython = true;
    return this.#atomic(repeated, repeatedBefore);
  }

  #quantifier(): { readonly source: string; readonly isOptional: boolean } | undefined {
    const reader = this.#reader;
    for (const sign of ['*', '+', '?'])
      if (reader.takes(sign)) return { source: sign, isOptional: sign !== '+' };
    const match = reader.takesMatch(/^\{(\d*)(?:(,)(\d*))?\}/);
    if (!match) return undefined;
    const [, least = '', comma = '', most = ''] = match;
    if (least === '') {
      if (comma === '') throw new Untranslatable('repeats something {} times');
      this.#sawPython = true;
    }
    return { source: `{${least || '0'}${comma}${most}}`, isOptional: Number(least) === 0 };
  }

  /**
   * What matched is not given up again: a lookahead, and then what it found. Not with groups that are repeated: JavaScript goes
   * on trying where one of them has matched nothing, Python does not.
   */
  #atomic(source: string, repeatedBefore: number): string {
    if (this.#repeatedGroups > repeatedBefore)
      throw new Untranslatable('does not give up what a repeated group has matched');
    const name = `_a${++this.#atomics}`;
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`;
  }

  #atom(): Term {
    const reader = this.#reader;
    const character = reader.next();
    switch (character) {
      case '^':
        return assertion(this.#isPython && this.#flags.multiline ? LINE_START : '^');
      case '$':
        if (!this.#isPython) return assertion('$');
        return assertion(this.#flags.multiline ? LINE_END : TEXT_END);
      case '.':
        this.#needsUnicode = true;
        if (!this.#isPython) return atom('.');
        return atom(this.#flags.dotAll ? ANY : '[^\\n]');
      case '(':
        return this.#group();
      case '[':
        return atom(characterClass(reader, this.#context));
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw new Untranslatable('repeats nothing');
      default:
        if (character === '{' && /^(\d+(,\d*)?|,\d*)\}/.test(reader.rest(24)))
          throw new Untranslatable('repeats nothing');
        return this.#character(character);
    }
  }

  #character(character: string): Term {
    if (character.length > 1) this.#needsUnicode = true;
    return atom(literal(character));
  }

  #escape(): Term {
    const reader = this.#reader;
    const letter = reader.peek();
    if (ESCAPED_SETS.has(letter)) {
      reader.next();
      if (letter !== letter.toLowerCase() || this.#dialect === 'python') this.#needsUnicode = true;
      return atom(setClass(letter, this.#dialect));
    }
    const property = reader.takesMatch(PROPERTY)?.[0];
    if (property !== undefined) {
      this.#needsUnicode = true;
      return atom(`\\${property}`);
    }
    const edge = this.#textEdge();
    if (edge !== undefined) return assertion(edge);
    if (reader.takes('b')) return assertion(this.#wordEdge());
    if (reader.takes('B')) {
      if (this.#isPython) throw new Untranslatable('has \\B, which differs between versions of Python');
      return assertion('\\B');
    }
    if (reader.takes('k<')) return this.#reference(this.#groupName('>'));
    // Three octal digits are a character to Python, and one to three after a zero.
    const digits = /^(?:0|[0-3][0-7]{2})/.test(reader.rest(3))
      ? undefined
      : reader.takesMatch(/^[1-9]\d?/)?.[0];
    if (digits !== undefined) return this.#reference(this.#groups[Number(digits) - 1]);
    return this.#character(readEscape(reader, this.#context));
  }

  /** Python's escapes for the beginning and the end of the string. */
  #textEdge(): string | undefined {
    const reader = this.#reader;
    const edge = reader.takes('A') ? '^' : reader.takes('Z') || reader.takes('z') ? '$' : undefined;
    if (edge !== undefined) this.#sawPython = true;
    return edge;
  }

  /** Python has the letters of all scripts in words. */
  #wordEdge(): string {
    if (this.#dialect !== 'python') return '\\b';
    this.#needsUnicode = true;
    const word = setClass('w', 'python');
    return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
  }

  /** To Python a group that did not match equals nothing, to JavaScript it is empty. */
  #reference(name: string | undefined): Term {
    if (name === undefined || !this.#groups.includes(name))
      throw new Untranslatable('refers to a group that is not there');
    if (this.#isPython && !this.#matched.has(name))
      throw new Untranslatable('refers to a group that may not have matched');
    return atom(`\\k<${name}>`);
  }

  #groupName(end: string): string {
    const name = this.#reader.takesMatch(GROUP_NAME)?.[1];
    if (name === undefined || !this.#reader.takes(end))
      throw new Untranslatable('has a group with an odd name');
    return `n${name}`;
  }

  #group(): Term {
    const reader = this.#reader;
    if (!reader.takes('?')) return this.#capturing(`g${this.#groups.length + 1}`);
    if (reader.takes('P=')) {
      this.#sawPython = true;
      return this.#reference(this.#groupName(')'));
    }
    if (reader.takes('P<')) {
      this.#sawPython = true;
      return this.#capturing(this.#groupName('>'));
    }
    if (reader.takes(':')) return atom(`(?:${this.#inner()})`);
    if (reader.takes('>')) {
      this.#sawPython = true;
      const repeatedBefore = this.#repeatedGroups;
      return atom(this.#atomic(this.#inner(), repeatedBefore));
    }
    for (const sign of ['=', '<=']) if (reader.takes(sign)) return assertion(`(?${sign}${this.#inner()})`);
    for (const sign of ['!', '<!']) {
      if (!reader.takes(sign)) continue;
      const before = this.#matched;
      const inner = this.#inner();
      this.#matched = before;
      return assertion(`(?${sign}${inner})`);
    }
    if (reader.takes('<')) return this.#capturing(this.#groupName('>'));
    return this.#flagged();
  }

  /** `(?s-x:...)` */
  #flagged(): Term {
    const match = this.#reader.takesMatch(/^([aiLmsux]*)(?:-([imsx]+))?:/);
    const [, on = '', off = ''] = match ?? [];
    if (!match) throw new Untranslatable(`has a group "(?${this.#reader.peek()}"`);
    if (on.includes('i') || off.includes('i')) throw new Untranslatable('ignores case in a part of it');
    this.#sawPython = true;
    return atom(`(?:${this.#inner(this.#changed(on, off))})`);
  }

  #capturing(name: string): Term {
    if (this.#groups.includes(name)) throw new Untranslatable('has two groups of one name');
    this.#groups.push(name);
    const inner = this.#inner();
    this.#matched = new Set([...this.#matched, name]);
    return atom(`(?<${name}>${inner})`);
  }

  #inner(flags = this.#flags): string {
    const before = this.#flags;
    this.#flags = flags;
    const source = this.#disjunction();
    this.#flags = before;
    if (!this.#reader.takes(')')) throw new Untranslatable('has a "(" too many');
    return source;
  }
}

function atom(source: string): Term {
  return { source, isAssertion: false };
}

function assertion(source: string): Term {
  return { source, isAssertion: true };
}
