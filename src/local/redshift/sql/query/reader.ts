/**
 * Reads the structure of a query from its tokens. It rejects nothing by itself but what would make it lose a token: what it does not
 * know stays in a run of tokens, and the engine says what is wrong with it.
 */
import { isReserved } from '../names.ts';
import { isOperator, nameOf, TokenReader } from '../token-reader.ts';
import type { Token } from '../tokens.ts';
import { deeper, isNamed, opensQuery, takeParentheses } from './looking.ts';
import { type ReadsQueries, readSources } from './read-from.ts';
import type { Clause, ClauseKind, CommonTable, Item, Query, Run, Select, With } from './tree.ts';

const CLAUSES: readonly ClauseKind[] = ['WHERE', 'GROUP', 'HAVING', 'QUALIFY', 'WINDOW'];
const SET_OPERATIONS = ['UNION', 'INTERSECT', 'EXCEPT', 'MINUS'];
const TAILS = ['LIMIT', 'OFFSET', 'FOR'];
/** Words that end a clause. */
const ENDS = new Set<string>([...CLAUSES, ...SET_OPERATIONS, ...TAILS, 'ORDER']);

/** For the sources of FROM, which hold queries themselves. */
export const READERS: ReadsQueries = { readQuery, readRun };

/** Reads up to the parenthesis that closes around the query, or to the end. */
export function readQuery(reader: TokenReader): Query {
  return deeper(reader, () => readLevel(reader));
}

function readLevel(reader: TokenReader): Query {
  const common = reader.sees('WITH') ? readWith(reader) : undefined;
  const branches: (Select | Run)[] = [];
  for (;;) {
    if (reader.sees('SELECT')) branches.push(readSelect(reader));
    else if (reader.seesOperator('(')) branches.push(readRun(reader, ({ word }) => ENDS.has(word)));
    if (!SET_OPERATIONS.includes(reader.peek()?.word ?? '')) break;
    const words = [reader.take()];
    while (reader.sees('ALL') || reader.sees('DISTINCT')) words.push(reader.take());
    branches.push(words);
  }
  const orderHead = reader.sees('ORDER') ? takeTokens(reader, 2) : [];
  const order = orderHead.length > 0 ? readList(reader, ({ word }) => TAILS.includes(word)) : [];
  const tail = readRun(reader, () => false);
  return { kind: 'query', ...(common && { with: common }), branches, orderHead, order, tail };
}

/** Reads the WITH clause that comes next. */
export function readWith(reader: TokenReader): With {
  const head = [reader.take()];
  const isRecursive = reader.sees('RECURSIVE');
  if (isRecursive) head.push(reader.take());
  const tables: CommonTable[] = [];
  for (;;) {
    tables.push(readCommonTable(reader));
    if (!reader.seesOperator(',')) break;
    head.push(reader.take());
  }
  return { head: head.slice(0, isRecursive ? 2 : 1), isRecursive, tables };
}

function readCommonTable(reader: TokenReader): CommonTable {
  const name = reader.take();
  const head = [name];
  if (reader.seesOperator('(')) head.push(...takeParentheses(reader));
  if (!reader.sees('AS')) throw reader.unexpected();
  head.push(reader.take());
  if (!reader.seesOperator('(')) throw reader.unexpected();
  head.push(reader.take());
  const query = readQuery(reader);
  const end = reader.seesOperator(')') ? [reader.take()] : [];
  return { name: nameOf(name), head, query, end };
}

function readSelect(reader: TokenReader): Select {
  const head = [reader.take()];
  while (reader.sees('ALL') || reader.sees('DISTINCT')) head.push(reader.take());
  const items = readItems(reader);
  const exclude = reader.sees('EXCLUDE') ? readExclude(reader) : undefined;
  const fromHead = reader.sees('FROM') ? [reader.take()] : [];
  const from = fromHead.length > 0 ? readSources(reader, endsClause, READERS) : [];
  const clauses: Clause[] = [];
  for (;;) {
    const kind = CLAUSES.find((word) => reader.sees(word));
    if (kind === undefined) break;
    const words = takeTokens(reader, kind === 'GROUP' ? 2 : 1);
    clauses.push({ kind, head: words, body: readRun(reader, endsClause) });
  }
  return { kind: 'select', head, items, ...(exclude && { exclude }), fromHead, from, clauses };
}

function endsClause({ word }: Token): boolean {
  return ENDS.has(word);
}

function endsItem(token: Token): boolean {
  return isOperator(token, ',') || token.word === 'FROM' || ENDS.has(token.word);
}

function readItems(reader: TokenReader): readonly Item[] {
  const items: Item[] = [];
  for (;;) {
    const run = readRun(reader, (token) => endsItem(token) || excludes(reader));
    if (run.length > 0) items.push(readItem(run));
    if (!reader.seesOperator(',')) return items;
    reader.take();
  }
}

/** Whether the next word is EXCLUDE after an item, and not a name: it stands before names, and before FROM comes its end. */
function excludes(reader: TokenReader): boolean {
  if (!reader.sees('EXCLUDE')) return false;
  const next = reader.peek(1);
  return (
    next !== undefined && (isOperator(next, '(') || isNamed(next)) && !endsItem(next) && next.word !== 'AS'
  );
}

function readExclude(reader: TokenReader): readonly string[] {
  reader.take();
  if (reader.seesOperator('(')) {
    const names = reader.nameList();
    if (!reader.sees('FROM')) throw reader.unexpected();
    return names;
  }
  const names: string[] = [];
  do names.push(reader.name());
  while (reader.acceptOperator(','));
  if (!reader.sees('FROM')) throw reader.unexpected();
  return names;
}

function readItem(run: Run): Item {
  const [last, before] = [run.at(-1), run.at(-2)];
  const isStar = isTokenOf(last, '*') && (run.length === 1 || isTokenOf(before, '.'));
  const alias = last && last.kind !== 'query' && isNamed(last) ? aliasTokens(run, last, before) : [];
  return {
    expression: alias.length > 0 ? run.slice(0, -alias.length) : run,
    ...(alias.length > 0 && last && last.kind !== 'query' && { alias: nameOf(last) }),
    ...{ aliasTokens: alias, isStar },
  };
}

/** The name at the end of an item, with AS before it. */
function aliasTokens(run: Run, last: Token, before: Run[number] | undefined): readonly Token[] {
  if (before === undefined || before.kind === 'query') return [];
  if (before.word === 'AS') return run.length > 2 ? [before, last] : [];
  return endsOperand(before) && mayBeName(last) ? [last] : [];
}

/** Words that end an expression, so that they are no names after one. */
const LAST_WORDS = new Set([
  'END',
  'NULL',
  'TRUE',
  'FALSE',
  'UNKNOWN',
  'PRECISION',
  'VARYING',
  'ZONE',
  'SECOND',
  'MONTH',
]);

function mayBeName(token: Token): boolean {
  return token.kind === 'quoted' || (!isReserved(token.word) && !LAST_WORDS.has(token.word));
}

/** Whether an expression can end with the token. */
function endsOperand(token: Token): boolean {
  if (token.kind === 'operator') return token.text === ')' || token.text === ']';
  return (
    token.kind !== 'word' ||
    !isReserved(token.word) ||
    LAST_WORDS.has(token.word) ||
    /^CURRENT_|^SYSDATE$/.test(token.word)
  );
}

function isTokenOf(piece: Token | Query | undefined, text: string): boolean {
  return piece !== undefined && piece.kind === 'operator' && piece.text === text;
}

/** The tokens up to one outside parentheses that `stops` accepts, with queries in parentheses as nodes. */
export function readRun(reader: TokenReader, stops: (token: Token) => boolean): Run {
  const run: (Token | Query)[] = [];
  let depth = 0;
  /** Up to here no parenthesis opens a query. */
  let known = 0;
  for (let token = reader.peek(); token !== undefined; token = reader.peek()) {
    if (depth === 0 && (isOperator(token, ')') || (!isInPhrase(reader, run, token) && stops(token)))) break;
    if (isOperator(token, '(')) {
      const isQuery = reader.position >= known && opensQuery(reader);
      if (!isQuery && reader.position >= known) known = endOfParentheses(reader);
      run.push(reader.take());
      if (isQuery) run.push(readQuery(reader));
      depth += 1;
      continue;
    }
    if (isOperator(token, ')')) depth -= 1;
    run.push(reader.take());
  }
  return run;
}

/** Where the parentheses end that open here one after the other. */
function endOfParentheses(reader: TokenReader): number {
  let ahead = 0;
  while (isOperator(reader.peek(ahead), '(')) ahead += 1;
  return reader.position + ahead;
}

/** Whether a word that begins a clause is a part of something else here, or a name: it is reserved in no version of SQL that Redshift has. */
function isInPhrase(reader: TokenReader, run: Run, { word }: Token): boolean {
  const before = run.at(-1);
  if (isTokenOf(before, '.')) return true;
  if (word === 'GROUP') return isWordOf(before, 'WITHIN');
  if (word === 'FROM') return isWordOf(before, 'DISTINCT') && run.length > 1;
  if (word === 'WINDOW') return reader.peek(2)?.word !== 'AS';
  return word === 'QUALIFY' && (run.length === 0 || !opensCondition(reader.peek(1)));
}

function opensCondition(token: Token | undefined): boolean {
  if (token === undefined || ['AS', 'FROM', 'IS', 'IN', 'AND', 'OR', 'BETWEEN', 'LIKE'].includes(token.word))
    return false;
  return token.kind !== 'operator' || token.text === '(' || token.text === '-';
}

function isWordOf(piece: Token | Query | undefined, word: string): boolean {
  return piece?.kind === 'word' && piece.word === word;
}

/** Runs between commas. */
function readList(reader: TokenReader, stops: (token: Token) => boolean): readonly Run[] {
  const runs: Run[] = [];
  for (;;) {
    runs.push(readRun(reader, (token) => isOperator(token, ',') || stops(token)));
    if (!reader.seesOperator(',')) return runs;
    reader.take();
  }
}

function takeTokens(reader: TokenReader, count: number): readonly Token[] {
  return Array.from({ length: count }, () => reader.take());
}
