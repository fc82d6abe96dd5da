/** Reads the FROM clause: relations, queries, calls and paths, with their names, and the joins between them. */
import { isReserved } from '../names.ts';
import { isOperator, nameOf, type TokenReader } from '../token-reader.ts';
import type { Token } from '../tokens.ts';
import { deeper, isNamed, opensQuery, takeParentheses } from './looking.ts';
import type { FromPart, Query, Run, Source, Turn } from './tree.ts';

const JOIN_WORDS = new Set(['NATURAL', 'LEFT', 'RIGHT', 'FULL', 'INNER', 'CROSS', 'OUTER', 'JOIN']);
/** Words after a source that are no names of it. */
const FOLLOWING = new Set([
  ...[
    ...JOIN_WORDS,
    'ON',
    'USING',
    'WHERE',
    'GROUP',
    'HAVING',
    'WINDOW',
    'ORDER',
    'LIMIT',
    'OFFSET',
    'FETCH',
  ],
  ...['FOR', 'UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'PIVOT', 'UNPIVOT', 'SET', 'WHEN', 'WITH', 'AT'],
]);

type Stops = (token: Token) => boolean;

/** The readers of what is in a source. */
export interface ReadsQueries {
  readonly readQuery: (reader: TokenReader) => Query;
  readonly readRun: (reader: TokenReader, stops: Stops) => Run;
}

/** The parts of FROM up to a clause, or to the parenthesis that closes around it. */
export function readSources(reader: TokenReader, stops: Stops, queries: ReadsQueries): readonly FromPart[] {
  const parts: FromPart[] = [];
  for (;;) {
    parts.push(readSource(reader, stops, queries));
    const run = readBetween(reader, stops, queries);
    if (run.length === 0) return parts;
    parts.push({ kind: 'join', run });
    const last = run.at(-1);
    if (last === undefined || last.kind === 'query' || (last.word !== 'JOIN' && last.text !== ','))
      return parts;
  }
}

/** What is between two sources: a comma, or the condition of a join and the words of the next one. */
function readBetween(reader: TokenReader, stops: Stops, queries: ReadsQueries): Run {
  let run: Run = [];
  for (let token = reader.peek(); token !== undefined; token = reader.peek()) {
    if (isOperator(token, ')') || stops(token)) return run;
    run = [...run, reader.take()];
    if (isOperator(token, ',') || token.word === 'JOIN') return run;
    if (JOIN_WORDS.has(token.word)) continue;
    const ends: Stops = (next) => isOperator(next, ',') || isJoinWord(reader, next) || stops(next);
    run = [...run, ...queries.readRun(reader, ends)];
  }
  return run;
}

/** LEFT and RIGHT are functions as well. */
function isJoinWord(reader: TokenReader, { word }: Token): boolean {
  return JOIN_WORDS.has(word) && !isOperator(reader.peek(1), '(');
}

function readSource(reader: TokenReader, stops: Stops, queries: ReadsQueries): Source {
  const body = readBody(reader, stops, queries);
  const turn = body.kind === 'name' || body.kind === 'query' ? readTurn(reader) : undefined;
  const aliasTokens = turn ? [] : readAlias(reader);
  const name = aliasTokens.find(({ word, kind }) => kind === 'quoted' || (kind === 'word' && word !== 'AS'));
  const at = reader.sees('AT') && !isOperator(reader.peek(1), '(') ? readAt(reader) : undefined;
  const later = turn ?? (name ? readTurn(reader) : undefined);
  return {
    ...{ kind: 'source', body, aliasTokens },
    ...(name && { alias: nameOf(name) }),
    ...(at !== undefined && { at }),
    ...(later && { turn: later }),
  };
}

function readAt(reader: TokenReader): string {
  reader.take();
  return reader.name();
}

function readBody(reader: TokenReader, stops: Stops, queries: ReadsQueries): Source['body'] {
  if (opensQuery(reader) && closesAsQuery(reader)) {
    const open = reader.take();
    const query = queries.readQuery(reader);
    return { kind: 'query', open, query, close: reader.seesOperator(')') ? reader.take() : undefined };
  }
  if (reader.seesOperator('(')) {
    const open = reader.take();
    const parts = deeper(reader, () => readSources(reader, stops, queries));
    return { kind: 'group', open, parts, close: reader.seesOperator(')') ? reader.take() : undefined };
  }
  if (reader.sees('UNNEST') && isOperator(reader.peek(1), '(')) return readUnnest(reader, queries);
  if (reader.sees('UNPIVOT')) {
    reader.take();
    return {
      kind: 'unpivot',
      run: queries.readRun(reader, (token) => token.word === 'AS' || isOperator(token, ',') || stops(token)),
    };
  }
  if (reader.sees('ONLY') || reader.sees('LATERAL'))
    return {
      kind: 'call',
      run: [reader.take(), ...queries.readRun(reader, (token) => endsCall(token, stops))],
    };
  const tokens = readChain(reader);
  if (tokens.length === 0) throw reader.unexpected();
  if (!reader.seesOperator('(')) return { kind: 'name', tokens };
  return {
    kind: 'call',
    run: [
      ...tokens,
      reader.take(),
      ...queries.readRun(reader, () => false),
      ...(reader.seesOperator(')') ? [reader.take()] : []),
    ],
  };
}

function readUnnest(reader: TokenReader, queries: ReadsQueries): Source['body'] {
  const word = reader.take();
  reader.expectOperator('(');
  const run = queries.readRun(reader, () => false);
  reader.expectOperator(')');
  return { kind: 'unnest', word, run, hasOffset: reader.accept('WITH', 'OFFSET') };
}

function endsCall(token: Token, stops: Stops): boolean {
  return isOperator(token, ',') || token.word === 'AS' || JOIN_WORDS.has(token.word) || stops(token);
}

/** Whether the parentheses that open here hold a query, and not a join whose first part is a query. */
function closesAsQuery(reader: TokenReader): boolean {
  if (!isOperator(reader.peek(1), '(')) return true;
  let depth = 0;
  for (let ahead = 1; ; ahead += 1) {
    const token = reader.peek(ahead);
    if (token === undefined) return true;
    if (isOperator(token, '(')) depth += 1;
    if (isOperator(token, ')')) depth -= 1;
    if (depth === 0) {
      const next = reader.peek(ahead + 1);
      return (
        next === undefined ||
        isOperator(next, ')') ||
        ['UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'ORDER', 'LIMIT'].includes(next.word)
      );
    }
  }
}

/** `name`, `schema.name`, or a path `name.attribute[0].attribute`. */
function readChain(reader: TokenReader): readonly Token[] {
  const tokens: Token[] = [];
  const first = reader.peek();
  if (first === undefined || !isNamed(first)) return tokens;
  tokens.push(reader.take());
  for (;;) {
    const next = reader.peek(1);
    if (reader.seesOperator('.') && next !== undefined && isNamed(next))
      tokens.push(reader.take(), reader.take());
    else if (reader.seesOperator('[')) tokens.push(...takeBrackets(reader));
    else return tokens;
  }
}

function takeBrackets(reader: TokenReader): readonly Token[] {
  const tokens = [reader.take()];
  while (!reader.done && !reader.seesOperator(']')) tokens.push(reader.take());
  if (reader.done) throw reader.unexpected();
  return [...tokens, reader.take()];
}

/** `[AS] name [(columns)]`. */
function readAlias(reader: TokenReader): readonly Token[] {
  const tokens: Token[] = [];
  if (reader.sees('AS')) tokens.push(reader.take());
  const name = reader.peek();
  if (name === undefined || !isNamed(name)) return tokens;
  if (tokens.length === 0 && (FOLLOWING.has(name.word) || isReserved(name.word))) return tokens;
  tokens.push(reader.take());
  if (reader.seesOperator('(')) tokens.push(...takeParentheses(reader));
  return tokens;
}

function readTurn(reader: TokenReader): Turn | undefined {
  if (!reader.sees('PIVOT') && !reader.sees('UNPIVOT')) return undefined;
  const word = reader.take();
  const nulls = reader.acceptAny(['INCLUDE', 'EXCLUDE']);
  if (nulls !== undefined) reader.expect('NULLS');
  const inner = takeParentheses(reader).slice(1, -1);
  const alias = readAlias(reader).find(
    ({ word: text, kind }) => kind === 'quoted' || (kind === 'word' && text !== 'AS'),
  );
  return {
    ...{ word, inner, includesNulls: nulls === 'INCLUDE' },
    ...(alias && { alias: nameOf(alias) }),
  };
}
