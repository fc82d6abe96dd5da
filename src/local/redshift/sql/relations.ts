/** Where a query names relations: what stands in FROM, JOIN and USING, but for common table expressions and functions. */
import { quoteName } from './names.ts';
import { isOperator, nameOf } from './token-reader.ts';
import type { TableName } from './statement.ts';
import type { Token } from './tokens.ts';

/** A relation that a query names. */
export interface RelationName {
  /** The number of its first token. */
  readonly at: number;
  /** How many tokens it has. */
  readonly length: number;
  readonly relation: TableName;
  /** The database that it names. */
  readonly database: string | undefined;
  /** Whether an alias follows. */
  readonly isAliased: boolean;
}

/** Words that end the list of FROM. */
const ENDS = new Set(
  `WHERE GROUP ORDER HAVING LIMIT OFFSET UNION INTERSECT EXCEPT WINDOW SET WHEN FETCH SELECT RETURNING VALUES`.split(
    ' ',
  ),
);
/** Words after a relation that are no alias. */
const FOLLOWING = new Set([
  ...ENDS,
  ...`ON USING JOIN LEFT RIGHT FULL INNER CROSS NATURAL FOR TABLESAMPLE AND OR THEN`.split(' '),
]);
/** Functions that have FROM between their arguments. */
const CALLS = new Set(['EXTRACT', 'TRIM', 'SUBSTRING', 'OVERLAY', 'POSITION']);

/** What is between two parentheses, or the whole. */
interface Scope {
  readonly isCall: boolean;
  /** The common table expression that this is the query of. */
  readonly defines: string | undefined;
  readonly commonTables: Set<string>;
  isFrom: boolean;
  /** Whether a relation comes next. */
  expects: boolean;
  isWith: boolean;
  isRecursive: boolean;
}

/** All relations that the tokens of a statement name, as the engine reads them. */
export function findRelations(tokens: readonly Token[]): readonly RelationName[] {
  const found: RelationName[] = [];
  const scopes: Scope[] = [newScope(false, undefined)];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    const scope = scopes.at(-1);
    if (!token || !scope) break;
    if (isOperator(token, '(')) {
      scopes.push(openScope(tokens, at, scope));
    } else if (isOperator(token, ')')) {
      if (scopes.length > 1) scopes.pop();
      if (scope.defines !== undefined) scopes.at(-1)?.commonTables.add(scope.defines);
    } else if (isOperator(token, ',')) {
      scope.expects = scope.isFrom;
    } else if (expectsName(scope, token)) {
      scope.expects = false;
      const name = readName(tokens, at);
      if (!isCommonTable(name, scopes) && !isOperator(tokens[at + name.length], '(')) found.push(name);
      at += name.length - 1;
    } else {
      followWord(tokens, at, scope);
    }
  }
  return found;
}

function expectsName({ expects }: Scope, token: Token): boolean {
  return expects && isName(token) && token.word !== 'ONLY' && token.word !== 'LATERAL';
}

function isCommonTable({ relation: { schema, table } }: RelationName, scopes: readonly Scope[]): boolean {
  return schema === undefined && scopes.some(({ commonTables }) => commonTables.has(table));
}

function newScope(isCall: boolean, defines: string | undefined): Scope {
  return {
    isCall,
    defines,
    commonTables: new Set(),
    isFrom: false,
    expects: false,
    isWith: false,
    isRecursive: false,
  };
}

function openScope(tokens: readonly Token[], at: number, outer: Scope): Scope {
  const defines = outer.isWith ? commonTableAt(tokens, at) : undefined;
  if (defines !== undefined && outer.isRecursive) outer.commonTables.add(defines);
  const scope = newScope(CALLS.has(tokens[at - 1]?.word ?? ''), defines);
  // Parentheses around joined relations.
  if (outer.expects && !['SELECT', 'WITH', 'VALUES'].includes(tokens[at + 1]?.word ?? '')) {
    scope.isFrom = true;
    scope.expects = true;
  }
  outer.expects = false;
  return scope;
}

/** The name of the common table expression whose query opens at `at`: `name [(columns)] AS (`. */
function commonTableAt(tokens: readonly Token[], at: number): string | undefined {
  if (tokens[at - 1]?.word !== 'AS') return undefined;
  let name = at - 2;
  if (isOperator(tokens[name], ')')) {
    while (name >= 0 && !isOperator(tokens[name], '(')) name -= 1;
    name -= 1;
  }
  const token = tokens[name];
  return token && isName(token) ? nameOf(token) : undefined;
}

function followWord(tokens: readonly Token[], at: number, scope: Scope): void {
  const word = tokens[at]?.word ?? '';
  if (word === 'WITH') {
    scope.isWith = true;
    scope.isRecursive = tokens[at + 1]?.word === 'RECURSIVE';
  } else if (opensList(tokens, at, scope)) {
    scope.isFrom = true;
    scope.expects = true;
  } else if (ENDS.has(word)) {
    scope.isFrom = false;
    scope.expects = false;
    if (word === 'SELECT') scope.isWith = false;
  }
}

/** Whether a relation comes after the word. */
function opensList(tokens: readonly Token[], at: number, { isCall }: Scope): boolean {
  const before = tokens[at - 1]?.word;
  switch (tokens[at]?.word) {
    case 'FROM':
      return !isCall && before !== 'DELETE' && before !== 'DISTINCT';
    case 'USING':
      return !isOperator(tokens[at + 1], '(');
    case 'JOIN':
      return true;
    default:
      return false;
  }
}

/** `relation`, `schema.relation` or `database.schema.relation`. */
function readName(tokens: readonly Token[], at: number): RelationName {
  const parts: string[] = [];
  let next = at;
  for (;;) {
    const token = tokens[next];
    if (!token || !isName(token)) break;
    parts.push(nameOf(token));
    next += 1;
    if (parts.length === 3 || !isOperator(tokens[next], '.')) break;
    next += 1;
  }
  const after = tokens[next];
  const isAliased = after !== undefined && isName(after) && !FOLLOWING.has(after.word);
  const [schema, table = ''] = [parts.at(-2), parts.at(-1)];
  const relation = schema === undefined ? { table } : { schema, table };
  return { at, length: next - at, relation, database: parts.at(-3), isAliased };
}

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted';
}

/** The statement with `texts` instead of the relations of these numbers; each keeps its name where it has no alias. */
export function replaceRelations(
  tokens: readonly Token[],
  relations: readonly RelationName[],
  texts: ReadonlyMap<number, string>,
): string {
  const places = new Map<number, { readonly text: string; readonly length: number }>();
  const named: TableName[] = [];
  for (const [n, text] of texts) {
    const relation = relations[n];
    if (!relation) continue;
    const alias = relation.isAliased ? '' : ` AS ${quoteName(relation.relation.table)}`;
    if (!relation.isAliased) named.push(relation.relation);
    places.set(relation.at, { text: `${text}${alias}`, length: relation.length });
  }
  const parts: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (!token) break;
    const place = places.get(at);
    if (place) {
      parts.push(token.gap || ' ', place.text);
      at += place.length - 1;
    } else if (qualifies(tokens, at, named)) {
      // `schema.view.column` is a column of what is called `view` now.
      parts.push(token.gap);
      at += 1;
    } else {
      parts.push(token.gap, token.text);
    }
  }
  return parts.join('');
}

/** Whether the token is the schema in `schema.view.column` for one of the views. */
function qualifies(tokens: readonly Token[], at: number, views: readonly TableName[]): boolean {
  const [schema, dot, view, next] = tokens.slice(at, at + 4);
  if (views.length === 0 || !schema || !view || !isName(schema) || !isName(view)) return false;
  if (!isOperator(dot, '.') || !isOperator(next, '.') || isOperator(tokens[at - 1], '.')) return false;
  const [schemaName, viewName] = [nameOf(schema), nameOf(view)];
  return views.some(({ schema: own, table }) => own === schemaName && table === viewName);
}
