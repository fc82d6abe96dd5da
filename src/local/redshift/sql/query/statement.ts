/** Resolves the queries in a statement: that of SELECT, INSERT, CREATE TABLE AS and views, and those in other statements. */
import { isOperator, TokenReader } from '../token-reader.ts';
import { tokenize, type Token } from '../tokens.ts';
import { FromResolver } from './from.ts';
import { readSources } from './read-from.ts';
import { opensQuery } from './looking.ts';
import { readQuery, READERS, readRun, readWith } from './reader.ts';
import { textOf } from './render.ts';
import type { Resolution } from './meaning.ts';
import { Resolver } from './resolve.ts';
import { Scope } from './scope.ts';

/**
 * The statement for the engine, from the text that the dialect has made of it. @throws RedshiftError for what Redshift refuses, and what
 * `describe` throws.
 */
export async function resolveStatement(sql: string, resolution: Resolution): Promise<string> {
  const tokens = tokenize(sql, true, true);
  const start = queryStart(tokens);
  const resolver = new Resolver(resolution);
  const reader = new TokenReader(sql, tokens, undefined, start);
  const head = textOf(tokens.slice(0, start));
  if (reader.done) return await resolveOthers(sql, tokens, resolver);
  if (reader.sees('WITH')) {
    const common = readWith(reader);
    const main = reader.peek()?.word;
    const isWrite = main === 'UPDATE' || main === 'DELETE';
    if (isWrite) return `${head}${await resolver.with(common)}${await resolveWrite(reader, resolver)}`;
    const query = { ...readQuery(reader), with: common };
    return `${head}${await resolver.query(query)}${textOf(reader.rest())}`;
  }
  return `${head}${await resolver.query(readQuery(reader))}${textOf(reader.rest())}`;
}

/** Where the query of the statement begins: at a SELECT, WITH or parenthesis that is in no other; else the end. */
function queryStart(tokens: readonly Token[]): number {
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (depth === 0 && (token.word === 'SELECT' || opensWith(tokens, at))) return at;
    if (depth === 0 && opensQuery(new TokenReader('', tokens, undefined, at)) && startsQuery(tokens, at))
      return at;
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    if (token.word === 'UPDATE' || token.word === 'DELETE' || token.word === 'MERGE') return tokens.length;
  }
  return tokens.length;
}

/** WITH before a common table expression. */
function opensWith(tokens: readonly Token[], at: number): boolean {
  if (tokens[at]?.word !== 'WITH') return false;
  const next = tokens[at + 1]?.word === 'RECURSIVE' ? at + 2 : at + 1;
  return tokens[next + 1]?.word === 'AS' || isOperator(tokens[next + 1], '(');
}

/** Whether a parenthesis stands where the query of a statement begins, and not in an expression. */
function startsQuery(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  return (
    before === undefined || ['AS', 'FOR', 'VERBOSE'].includes(before.word) || tokens[0]?.word === 'INSERT'
  );
}

/** UPDATE and DELETE, whose FROM or USING has names for their expressions; in other statements the queries in parentheses. */
async function resolveOthers(sql: string, tokens: readonly Token[], resolver: Resolver): Promise<string> {
  const at = tokens.findIndex(({ word }) => word === 'UPDATE' || word === 'DELETE');
  const isWrite = at !== -1 && tokens.slice(0, at).every(({ word }) => word !== 'MERGE');
  const reader = new TokenReader(sql, tokens, undefined, isWrite ? at : 0);
  if (isWrite) return `${textOf(tokens.slice(0, at))}${await resolveWrite(reader, resolver)}`;
  return (
    (await resolver.run(
      readRun(reader, () => false),
      new Scope(),
    )) + textOf(reader.rest())
  );
}

const isSourcesWord = ({ word }: Pick<Token, 'word'>): boolean =>
  word === 'FROM' || word === 'USING' || word === 'WHERE';

/** UPDATE or DELETE, which comes next. */
async function resolveWrite(reader: TokenReader, resolver: Resolver): Promise<string> {
  const scope = new Scope();
  const from = new FromResolver(resolver, scope);
  const head = [reader.take()];
  if (head[0]?.word === 'DELETE') head.push(reader.take());
  const target = await from.parts(
    readSources(reader, ({ word }) => word === 'SET' || isSourcesWord({ word }), READERS),
  );
  const set = readRun(reader, isSourcesWord);
  const parts: string[] = [];
  if (reader.sees('FROM') || reader.sees('USING')) {
    parts.push(textOf([reader.take()]));
    parts.push(await from.parts(readSources(reader, ({ word }) => word === 'WHERE', READERS)));
  }
  const assignments = await resolver.run(set, scope);
  const rest = await resolver.run(
    readRun(reader, () => false),
    scope,
  );
  return `${textOf(head)}${target}${assignments}${parts.join('')}${rest}${textOf(reader.rest())}`;
}
