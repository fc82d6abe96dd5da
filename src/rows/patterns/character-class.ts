/** Classes of characters: `[a-z_]`. */
import { readEscape } from './escapes.ts';
import type { Reader } from './reader.ts';
import { ANY, ESCAPED_SETS, literal, PROPERTY, rangesOf, setClass, type Dialect } from './sets.ts';
import { Untranslatable } from './untranslatable.ts';

/** The pattern around a class. */
export interface ClassContext {
  readonly dialect: Dialect;
  /** Called when the class needs the flag u. */
  readonly needsUnicode: () => void;
  /** Called for a construct that only Python knows. */
  readonly onPython: () => void;
}

/** A member: a character, or a set by its escape without the backslash. */
type Member = { readonly character: string } | { readonly set: string };

/** The class as a term of JavaScript; `reader` is after its opening bracket. */
export function characterClass(reader: Reader, context: ClassContext): string {
  const isNegated = reader.takes('^');
  // Python takes the bracket as a member, ECMA-262 as the end of the class.
  if (reader.sees(']')) throw new Untranslatable('has a class of characters that begins with "]"');
  if (isNegated) context.needsUnicode();
  let ranges = '';
  const others: string[] = [];
  while (!reader.takes(']')) {
    const member = readMember(reader, context);
    if ('character' in member) ranges += range(reader, context, member.character);
    else if (isWritable(member.set, context)) ranges += writtenSet(member.set, context.dialect);
    else others.push(setClass(member.set, context.dialect));
  }
  if (others.length === 0) return `[${isNegated ? '^' : ''}${ranges}]`;
  const any = [...(ranges === '' ? [] : [`[${ranges}]`]), ...others].join('|');
  return isNegated ? `(?:(?!${any})${ANY})` : `(?:${any})`;
}

function readMember(reader: Reader, context: ClassContext): Member {
  if (reader.isAtEnd) throw new Untranslatable('has a "[" too many');
  if (reader.sees('[:')) throw new Untranslatable('has a class of POSIX');
  if (!reader.takes('\\')) return character(reader.next(), context);
  const letter = reader.peek();
  if (ESCAPED_SETS.has(letter)) {
    if (letter !== letter.toLowerCase() || context.dialect === 'python') context.needsUnicode();
    return { set: reader.next() };
  }
  const property = reader.takesMatch(PROPERTY)?.[0];
  if (property !== undefined) {
    context.needsUnicode();
    return { set: property };
  }
  if (reader.takes('b')) return { character: '\b' };
  return character(readEscape(reader, context), context);
}

function character(text: string, { needsUnicode }: ClassContext): Member {
  if (text.length > 1) needsUnicode();
  return { character: text };
}

/** The character, or the range that it begins. A dash at the end or beside a set is one. */
function range(reader: Reader, context: ClassContext, first: string): string {
  if (!reader.sees('-') || reader.peek(1) === ']' || reader.peek(1) === '') return literal(first);
  const before = reader.at;
  reader.next();
  const last = readMember(reader, context);
  if ('character' in last) return `${literal(first)}-${literal(last.character)}`;
  reader.at = before;
  return literal(first);
}

/** The complement of a set of several ranges cannot be written inside a class. */
function isWritable(set: string, { dialect }: ClassContext): boolean {
  return (
    dialect === 'ecma' || set.length > 1 || set === set.toLowerCase() || (dialect === 'python' && set === 'D')
  );
}

function writtenSet(set: string, dialect: Dialect): string {
  if (dialect === 'ecma' || set.length > 1) return `\\${set}`;
  return set === 'D' ? String.raw`\P{Nd}` : rangesOf(set, dialect);
}
