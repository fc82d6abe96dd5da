/**
 * Reads what an expression of the engine computes: its operators, calls, casts and CASE. What it does not know is plain text, and
 * the parts put together again are the text that was read.
 */
import { SQLSTATE } from '../../sqlstates.ts';
import { RedshiftError } from '../statement.ts';
import { isOperator, nameOf, TokenReader } from '../token-reader.ts';
import { tokenize, type Token } from '../tokens.ts';
import { deeper, isNamed, opensQuery } from './looking.ts';
import { textOf } from './render.ts';

/** Parts one after the other. One alone is an operand, several are an expression of which only the parts are known. */
export type Sequence = readonly Part[];

export type Part =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'literal'; readonly gap: string; readonly text: string }
  | { readonly kind: 'name'; readonly text: string; readonly names: readonly string[] }
  | { readonly kind: 'group'; readonly open: string; readonly inner: Sequence; readonly close: string }
  | { readonly kind: 'sign'; readonly sign: string; readonly operand: Part }
  /** Operands with operators of one level between them. */
  | { readonly kind: 'operation'; readonly first: Part; readonly rest: readonly Operation[] }
  /** `operand::type` */
  | { readonly kind: 'cast'; readonly operand: Part; readonly text: string; readonly type: string }
  /** `CAST(operand AS type)` */
  | { readonly kind: 'cast call'; readonly head: string; readonly operand: Sequence; readonly tail: string }
  | CallPart
  | { readonly kind: 'case'; readonly parts: readonly CaseBranch[]; readonly end: string };

interface Operation {
  readonly operator: Token;
  readonly operand: Part;
}

/** A call with its arguments, and what follows it: WITHIN GROUP, FILTER, OVER. */
export interface CallPart {
  readonly kind: 'call';
  /** The name without a schema, in lower case. */
  readonly name: string;
  /** All up to the parenthesis. */
  readonly head: string;
  readonly args: readonly Sequence[];
  readonly commas: readonly string[];
  readonly close: string;
  readonly tail: string;
}

/** What follows CASE, WHEN, THEN or ELSE. */
export interface CaseBranch {
  readonly word: Token;
  readonly sequence: Sequence;
}

/** A longer expression is not read. */
const MOST_CHARACTERS = 1024 * 1024;

/** The expression in the text; undefined when it is too long or nested too deeply to be read. */
export function readExpression(text: string): Sequence | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  const reader = new TokenReader(text, tokenize(text, true, true));
  try {
    const sequence = readSequence(reader, () => false);
    return reader.done ? sequence : [...sequence, plain(reader.rest())];
  } catch (error) {
    if (error instanceof RedshiftError && error.sqlstate === SQLSTATE.statementTooComplex) return undefined;
    throw error;
  }
}

function plain(tokens: readonly Token[]): Part {
  return { kind: 'plain', text: textOf(tokens) };
}

/** Words between operands. */
const BETWEEN = new Set(
  `AND OR NOT IS ISNULL NOTNULL IN LIKE ILIKE SIMILAR BETWEEN DISTINCT ALL ANY SOME ESCAPE COLLATE AT ASC DESC NULLS FIRST
  LAST ORDER PARTITION BY FROM FOR AS USING WHEN THEN ELSE END TRUE FALSE EXISTS ROWS RANGE PRECEDING FOLLOWING`.split(
    /\s+/,
  ),
);

function readSequence(reader: TokenReader, stops: (token: Token) => boolean): Sequence {
  const parts: Part[] = [];
  for (let token = reader.peek(); token !== undefined; token = reader.peek()) {
    if (isOperator(token, ')') || stops(token)) return parts;
    parts.push(startsOperand(token) ? readTerms(reader, 0) : plain([reader.take()]));
  }
  return parts;
}

function startsOperand(token: Token): boolean {
  if (token.kind === 'word') return !BETWEEN.has(token.word);
  if (token.kind !== 'operator') return true;
  return token.text === '(' || token.text === '-' || token.text === '+';
}

/** The operators by how loosely they bind; those of one level are read from the left. */
const LEVELS = [['+', '-'], ['*', '/', '%'], ['^']];

function readTerms(reader: TokenReader, level: number): Part {
  const operators = LEVELS[level];
  if (operators === undefined) return readSigned(reader);
  const first = readTerms(reader, level + 1);
  const rest: Operation[] = [];
  for (let token = reader.peek(); token?.kind === 'operator' && operators.includes(token.text);) {
    const operator = reader.take();
    rest.push({ operator, operand: readTerms(reader, level + 1) });
    token = reader.peek();
  }
  return rest.length === 0 ? first : { kind: 'operation', first, rest };
}

function readSigned(reader: TokenReader): Part {
  const token = reader.peek();
  if (!isOperator(token, '-') && !isOperator(token, '+')) return readCasts(reader);
  const sign = textOf([reader.take()]);
  return { kind: 'sign', sign, operand: deeper(reader, () => readSigned(reader)) };
}

function readCasts(reader: TokenReader): Part {
  let operand = readOperand(reader);
  while (reader.seesOperator('::') || reader.seesOperator('[')) {
    if (reader.seesOperator('[')) {
      operand = { kind: 'plain', text: `${textOfPart(operand)}${textOf(takeBrackets(reader))}` };
      continue;
    }
    const sign = textOf([reader.take()]);
    const type = textOf(takeType(reader));
    operand = { kind: 'cast', operand, text: `${sign}${type}`, type };
  }
  return operand;
}

function takeBrackets(reader: TokenReader): readonly Token[] {
  const tokens = [reader.take()];
  while (!reader.done && !isOperator(tokens.at(-1), ']')) tokens.push(reader.take());
  return tokens;
}

/** Words of a type's name that follow the first one. */
const TYPE_WORDS = new Set([
  'PRECISION',
  'VARYING',
  'WITH',
  'WITHOUT',
  'TIME',
  'ZONE',
  'YEAR',
  'TO',
  'MONTH',
  'DAY',
  'SECOND',
]);

function takeType(reader: TokenReader): readonly Token[] {
  const tokens: Token[] = [];
  if (!reader.done) tokens.push(reader.take());
  while (reader.seesOperator('.')) tokens.push(reader.take(), ...(reader.done ? [] : [reader.take()]));
  while (TYPE_WORDS.has(reader.peek()?.word ?? '')) tokens.push(reader.take());
  if (reader.seesOperator('(')) tokens.push(...takeAll(reader));
  while (TYPE_WORDS.has(reader.peek()?.word ?? '')) tokens.push(reader.take());
  return tokens;
}

/** The tokens of what is in the parentheses that open here, with them. */
function takeAll(reader: TokenReader): readonly Token[] {
  const tokens = [reader.take(), ...reader.takeUntil(() => false)];
  if (reader.seesOperator(')')) tokens.push(reader.take());
  return tokens;
}

function readOperand(reader: TokenReader): Part {
  const token = reader.peek();
  if (token === undefined || isOperator(token, ')') || isOperator(token, ',')) return plain([]);
  if (isOperator(token, '(')) return opensQuery(reader) ? plain(takeAll(reader)) : readGroup(reader);
  if (token.kind === 'number') return { kind: 'literal', gap: reader.take().gap, text: token.text };
  if (token.word === 'CASE') return readCase(reader);
  if (token.word === 'CAST' && isOperator(reader.peek(1), '(')) return readCast(reader);
  if (!isNamed(token)) return plain([reader.take()]);
  const chain = takeChain(reader);
  if (opensQuery(reader)) return plain([...chain, ...takeAll(reader)]);
  if (reader.seesOperator('(')) return readCall(reader, chain);
  // A literal with its type before it.
  if (reader.peek()?.kind === 'string') return plain([...chain, reader.take()]);
  const names = chain.filter(isNamed).map(nameOf);
  return { kind: 'name', text: textOf(chain), names };
}

function takeChain(reader: TokenReader): readonly Token[] {
  const chain = [reader.take()];
  for (;;) {
    const next = reader.peek(1);
    if (!reader.seesOperator('.') || next === undefined || !(isNamed(next) || next.text === '*'))
      return chain;
    chain.push(reader.take(), reader.take());
  }
}

function readGroup(reader: TokenReader): Part {
  const open = textOf([reader.take()]);
  const inner = deeper(reader, () => readSequence(reader, () => false));
  return { kind: 'group', open, inner, close: takeClose(reader) };
}

function takeClose(reader: TokenReader): string {
  return reader.seesOperator(')') ? textOf([reader.take()]) : '';
}

function readCast(reader: TokenReader): Part {
  const head = textOf([reader.take(), reader.take()]);
  const operand = deeper(reader, () => readSequence(reader, ({ word }) => word === 'AS'));
  const rest = reader.takeUntil(() => false);
  return { kind: 'cast call', head, operand, tail: `${textOf(rest)}${takeClose(reader)}` };
}

function readCase(reader: TokenReader): Part {
  const parts: CaseBranch[] = [];
  while (reader.sees('CASE') || ['WHEN', 'THEN', 'ELSE'].includes(reader.peek()?.word ?? '')) {
    if (reader.sees('CASE') && parts.length > 0) break;
    const word = reader.take();
    parts.push({ word, sequence: deeper(reader, () => readSequence(reader, endsBranch)) });
  }
  return { kind: 'case', parts, end: reader.sees('END') ? textOf([reader.take()]) : '' };
}

function endsBranch({ word }: Token): boolean {
  return ['WHEN', 'THEN', 'ELSE', 'END'].includes(word);
}

function readCall(reader: TokenReader, chain: readonly Token[]): Part {
  const name = chain.filter(isNamed).map(nameOf).at(-1) ?? '';
  const head = textOf([...chain, reader.take()]);
  const [args, commas]: [Sequence[], string[]] = [[], []];
  for (;;) {
    args.push(deeper(reader, () => readSequence(reader, (token) => isOperator(token, ','))));
    if (!reader.seesOperator(',')) break;
    commas.push(textOf([reader.take()]));
  }
  const close = takeClose(reader);
  return { kind: 'call', name, head, args, commas, close, tail: textOf(takeTail(reader)) };
}

/** WITHIN GROUP (...), FILTER (...), OVER (...) or OVER name. */
function takeTail(reader: TokenReader): readonly Token[] {
  const tokens: Token[] = [];
  if (reader.sees('WITHIN', 'GROUP')) tokens.push(reader.take(), reader.take(), ...takeAll(reader));
  if (reader.sees('FILTER')) tokens.push(reader.take(), ...takeAll(reader));
  if (!reader.sees('OVER')) return tokens;
  tokens.push(reader.take());
  if (reader.seesOperator('(')) tokens.push(...takeAll(reader));
  else if (!reader.done) tokens.push(reader.take());
  return tokens;
}

/** The text that a part was read from. */
function textOfPart(part: Part): string {
  const all = (sequence: Sequence): string => sequence.map(textOfPart).join('');
  switch (part.kind) {
    case 'plain':
    case 'name':
      return part.text;
    case 'literal':
      return `${part.gap}${part.text}`;
    case 'group':
      return `${part.open}${all(part.inner)}${part.close}`;
    case 'sign':
      return `${part.sign}${textOfPart(part.operand)}`;
    case 'operation':
      return `${textOfPart(part.first)}${part.rest.map(({ operator, operand }) => `${textOf([operator])}${textOfPart(operand)}`).join('')}`;
    case 'cast':
      return `${textOfPart(part.operand)}${part.text}`;
    case 'cast call':
      return `${part.head}${all(part.operand)}${part.tail}`;
    case 'call':
      return `${part.head}${part.args.map((arg, n) => `${all(arg)}${part.commas[n] ?? ''}`).join('')}${part.close}${part.tail}`;
    case 'case':
      return `${part.parts.map(({ word, sequence }) => `${textOf([word])}${all(sequence)}`).join('')}${part.end}`;
  }
}
