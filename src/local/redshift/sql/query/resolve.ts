/**
 * Makes PostgreSQL's queries of Redshift's, where that depends on what the names in them mean: lateral aliases, QUALIFY, EXCLUDE,
 * GROUP BY ALL, paths into SUPER values and their unnesting, PIVOT and UNPIVOT, and the types of computed numbers. A text without any of these stays as it is.
 */
import type { Token } from '../tokens.ts';
import { type Chain, chainAt, isColumn, nameOfPath, pathOf, pathText } from './paths.ts';
import { tooComplex } from './looking.ts';
import { type Aliases, type Expression, NO_ALIASES, type Resolution, type Resolves } from './meaning.ts';
import { textOf } from './render.ts';
import { divides, withQuotients } from './number-types.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { SelectResolver } from './select.ts';
import { mayHaveDecimals, withCommonTypes } from './set-operations.ts';
import { isToken, type CommonTable, type Query, type Run, type Select, type With } from './tree.ts';

/** An alias may stand for expressions with aliases many times over. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** A common table expression that queries may name. */
interface Definition {
  readonly name: string;
  readonly text: string;
  readonly isRecursive: boolean;
}

/** Resolves one statement. */
export class Resolver implements Resolves {
  readonly #resolution: Resolution;
  #definitions: readonly Definition[] = [];
  /** How many recursive tables are being defined; the engine wants the same types in all branches of one. */
  #recursions = 0;

  constructor(resolution: Resolution) {
    this.#resolution = resolution;
  }

  get keepsAttributeCase(): boolean {
    return this.#resolution.keepsAttributeCase;
  }

  get typesColumns(): boolean {
    return this.#recursions === 0;
  }

  /** The columns of a query that may name the common table expressions that are known here. */
  async describe(sql: string): Promise<readonly ScopeColumn[]> {
    const known = [...new Map(this.#definitions.map((each) => [each.name, each])).values()];
    const recursive = known.some(({ isRecursive }) => isRecursive) ? 'RECURSIVE ' : '';
    const head = known.length === 0 ? '' : `WITH ${recursive}${known.map(({ text }) => text).join(', ')} `;
    return await this.#resolution.describe(`${head}${sql}`);
  }

  /** The text of a query; `parent` has the names that it may use of the query around it. */
  async query(query: Query, parent?: Scope): Promise<string> {
    const before = this.#definitions;
    const head = query.with ? await this.with(query.with) : '';
    const only = query.branches.length === 1 ? query.branches[0] : undefined;
    const text =
      only && isSelect(only)
        ? await new SelectResolver(this, only, parent).text(query)
        : await this.#branches(query, parent);
    this.#definitions = before;
    return `${head}${text}${await this.run(query.tail, new Scope(parent))}`;
  }

  async #branches(query: Query, parent: Scope | undefined): Promise<string> {
    const parts: string[] = [];
    for (const branch of query.branches) {
      parts.push(
        isSelect(branch)
          ? await new SelectResolver(this, branch, parent).text()
          : await this.run(branch, new Scope(parent)),
      );
    }
    const order: string[] = [];
    for (const run of query.order) order.push(await this.run(run, new Scope(parent)));
    return `${await this.#typed(query, parts, parent)}${textOf(query.orderHead)}${order.join(',')}`;
  }

  /** The text of set operations, whose columns have the types of all branches; those of a query in another one cannot be asked. */
  async #typed(query: Query, parts: readonly string[], parent: Scope | undefined): Promise<string> {
    const text = parts.join('');
    if (parent || !this.typesColumns || parts.length < 2 || !mayHaveDecimals(query)) return text;
    const branches = parts.filter((_, at) => at % 2 === 0);
    return (await withCommonTypes(text, branches, (sql) => this.describe(sql))) ?? text;
  }

  /** The text of the WITH clause; what follows may name its tables. */
  async with({ head, isRecursive, tables }: With): Promise<string> {
    const texts: string[] = [];
    for (const table of tables) texts.push(await this.#define(table, isRecursive));
    return `${textOf(head)}${texts.join(',')}`;
  }

  async #define({ name, head, query, end }: CommonTable, isRecursive: boolean): Promise<string> {
    const [anchor] = query.branches;
    if (isRecursive) this.#recursions += 1;
    const before = this.#definitions;
    if (isRecursive && query.branches.length > 1 && anchor && !query.with) {
      const first = await this.query({ ...query, branches: [anchor], orderHead: [], order: [], tail: [] });
      this.#definitions = [...before, { name, text: `${textOf(head)}${first})`, isRecursive: false }];
    }
    const text = `${textOf(head)}${await this.query(query)}${textOf(end)}`;
    if (isRecursive) this.#recursions -= 1;
    this.#definitions = [...before, { name, text, isRecursive }];
    return text;
  }

  /** The text of a run of tokens. */
  async run(run: Run, scope: Scope, aliases: Aliases = NO_ALIASES): Promise<string> {
    return (await this.expression(run, scope, aliases)).text;
  }

  /** The text of an expression, and the name of its column if that is not the engine's. */
  async expression(run: Run, scope: Scope, aliases: Aliases = NO_ALIASES): Promise<Expression> {
    const parts: string[] = [];
    let name: string | undefined;
    for (let at = 0; at < run.length; at += 1) {
      const piece = run[at];
      if (piece?.kind === 'query') parts.push(await this.query(piece, scope));
      if (piece === undefined || piece.kind === 'query') continue;
      const chain = chainAt(run, at);
      const found = chain && (await this.#reference(run, at, chain, { scope, aliases }));
      if (!chain || found === undefined) {
        parts.push(chain ? textOf(run.slice(at, at + chain.length).filter(isToken)) : textOf([piece]));
      } else {
        parts.push(piece.gap, found);
        if (namesColumn(run, at, chain.length)) name = nameOfPath(chain.steps);
      }
      if (chain) at += chain.length - 1;
    }
    const text = await computed(run, parts.join(''), scope);
    return { text, ...(name !== undefined && { name }) };
  }

  /** The text in the place of an alias or path; undefined for other names. */
  async #reference(
    run: Run,
    at: number,
    chain: Chain,
    { scope, aliases }: { readonly scope: Scope; readonly aliases: Aliases },
  ): Promise<string | undefined> {
    if (isColumn(chain, scope) || !isReference(run, at) || isCallOrType(run, at + chain.length))
      return undefined;
    const [first] = chain.steps;
    if (chain.steps.length > 1 || first?.kind !== 'name') {
      const path = await pathOf(chain, scope, aliases);
      return path && pathText(path, this.keepsAttributeCase);
    }
    const alias = aliases.get(first.name);
    return alias && !(await scope.ownColumn(first.name)) ? `(${alias.text})` : undefined;
  }
}

/** The text of a run with the scale of its quotients. @throws RedshiftError 54001 when it is too long */
async function computed(run: Run, text: string, scope: Scope): Promise<string> {
  if (text.length > MOST_CHARACTERS) throw tooComplex('its aliases stand for too long expressions');
  return divides(run) ? await withQuotients(text, scope) : text;
}

function isSelect(branch: Select | Run): branch is Select {
  return !Array.isArray(branch);
}

/** Whether a name at this place can be that of a column: not after a dot, a cast or AS. */
function isReference(run: Run, at: number): boolean {
  const before = run[at - 1];
  if (before === undefined || !isToken(before)) return true;
  if (before.kind === 'operator') return before.text !== '.' && before.text !== '::';
  return before.word !== 'AS';
}

/** Whether what follows makes a call of the name, or the type of a literal. */
function isCallOrType(run: Run, at: number): boolean {
  const after = run[at];
  if (after === undefined || !isToken(after)) return false;
  return after.kind === 'string' || (after.kind === 'operator' && after.text === '(');
}

/** Whether the engine would name the column after the chain: it is the whole expression, or is only cast. */
function namesColumn(run: Run, at: number, length: number): boolean {
  const after = run[at + length];
  const isCast = (piece: Run[number] | undefined): boolean =>
    piece !== undefined && isToken(piece) && piece.kind === 'operator' && piece.text === '::';
  if (at === 0) return after === undefined || isCast(after);
  const [cast, open] = [run[0], run[1]];
  return at === 2 && isWord(cast, 'CAST') && isOpen(open) && isWord(after, 'AS');
}

function isWord(piece: Token | Query | undefined, word: string): boolean {
  return piece !== undefined && isToken(piece) && piece.word === word;
}

function isOpen(piece: Token | Query | undefined): boolean {
  return piece !== undefined && isToken(piece) && piece.text === '(';
}
