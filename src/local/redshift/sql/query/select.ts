/** Resolves one SELECT. */
import { SQLSTATE } from '../../sqlstates.ts';
import { quoteName } from '../names.ts';
import { RedshiftError } from '../statement.ts';
import { nameOf, unsupported } from '../token-reader.ts';
import { isAggregated } from './aggregates.ts';
import { FromResolver } from './from.ts';
import { type Alias, type Aliases, type Expression, NO_ALIASES, type Resolves } from './meaning.ts';
import { mayBeNumber, withNumberType } from './number-types.ts';
import { itemText, textOf } from './render.ts';
import { Scope } from './scope.ts';
import { isToken, type Clause, type Item, type Query, type Run, type Select } from './tree.ts';

/** An item with the engine's text of it. */
interface ResolvedItem {
  readonly item: Item;
  readonly text: string;
}

/** Resolves one SELECT. */
export class SelectResolver {
  readonly #resolver: Resolves;
  readonly #select: Select;
  readonly #parent: Scope | undefined;
  readonly #scope: Scope;
  #from = '';

  constructor(resolver: Resolves, select: Select, parent: Scope | undefined) {
    this.#resolver = resolver;
    this.#select = select;
    this.#parent = parent;
    this.#scope = new Scope(parent);
  }

  /** The engine's text, with the ORDER BY of the query that this is the only SELECT of. */
  async text(query?: Pick<Query, 'order' | 'orderHead'>): Promise<string> {
    const { head, exclude, fromHead, from, clauses } = this.#select;
    this.#from = `${textOf(fromHead)}${await new FromResolver(this.#resolver, this.#scope).parts(from)}`;
    const { items, aliases } = await this.#items();
    const qualify = clauses.find(({ kind }) => kind === 'QUALIFY');
    const rest: string[] = [];
    for (const clause of clauses)
      if (clause !== qualify) rest.push(await this.#clause(clause, items, aliases));
    const body = `${this.#from}${rest.join('')}`;
    if (!qualify && !exclude) {
      const order: string[] = [];
      for (const run of query?.order ?? []) order.push(await this.#orderItem(run, aliases));
      const list = items.map(({ text }) => text).join(',');
      return `${textOf(head)}${list}${body}${textOf(query?.orderHead ?? [])}${order.join(',')}`;
    }
    if (qualify) this.#checkQualify(qualify);
    return await this.#wrap(items, body, {
      ...(qualify && { condition: await this.#resolver.run(qualify.body, this.#scope, aliases) }),
      order: query?.order ?? [],
      aliases,
    });
  }

  /** The items in order: each may use the names of those before it ("SELECT list", lateral alias references). */
  async #items(): Promise<{ readonly items: readonly ResolvedItem[]; readonly aliases: Aliases }> {
    const items: ResolvedItem[] = [];
    const aliases = new Map<string, Alias>();
    for (const item of this.#select.items) {
      const { text, name } = await this.#item(item, aliases);
      items.push({
        item,
        text: item.alias === undefined ? itemText(text, name) : `${text}${textOf(item.aliasTokens)}`,
      });
      if (item.alias !== undefined && !aliases.has(item.alias)) aliases.set(item.alias, this.#aliasOf(text));
    }
    return { items, aliases };
  }

  async #item({ expression, isStar }: Item, aliases: Aliases): Promise<Expression> {
    const read = await this.#resolver.expression(expression, this.#scope, aliases);
    if (isStar || !this.#resolver.typesColumns || !mayBeNumber(expression)) return read;
    const { text, name = read.name } = await withNumberType(read.text, this.#scope);
    return { text, ...(name !== undefined && { name }) };
  }

  /** An item of ORDER BY, which is the same as one of the select list may be. The engine knows a name of the list alone. */
  async #orderItem(run: Run, aliases: Aliases): Promise<string> {
    const [expression, direction] = splitDirection(run);
    const known = expression.length === 1 ? NO_ALIASES : aliases;
    const text = await this.#resolver.run(expression, this.#scope, known);
    const isTyped = this.#resolver.typesColumns && mayBeNumber(expression);
    const sorted = isTyped ? (await withNumberType(text, this.#scope)).text : text;
    return `${sorted}${textOf(direction.filter(isToken))}`;
  }

  #aliasOf(text: string): Alias {
    const isSuper = async (): Promise<boolean> => {
      // What depends on the query around it cannot be asked alone.
      if (this.#parent) return true;
      return (await this.#resolver.describe(`SELECT ${text} ${this.#from}`))[0]?.isSuper === true;
    };
    return { text: text.trim(), isSuper };
  }

  async #clause(clause: Clause, items: readonly ResolvedItem[], aliases: Aliases): Promise<string> {
    const { kind, head, body } = clause;
    if (kind === 'GROUP') return await this.#groupBy(clause, items, aliases);
    const known = kind === 'WINDOW' ? NO_ALIASES : aliases;
    return `${textOf(head)}${await this.#resolver.run(body, this.#scope, known)}`;
  }

  async #groupBy({ head, body }: Clause, items: readonly ResolvedItem[], aliases: Aliases): Promise<string> {
    const [only] = body;
    if (body.length === 1 && only && isToken(only) && only.word === 'ALL')
      return await this.#groupByAll(items);
    const texts: string[] = [];
    for (const run of splitList(body)) {
      // The engine takes a name alone for a column of FROM, then for one of the select list.
      const isName = run.length === 1;
      texts.push(await this.#resolver.run(run, this.#scope, isName ? NO_ALIASES : aliases));
    }
    return `${textOf(head)}${texts.join(',')}`;
  }

  /** GROUP BY ALL groups by the items that are not aggregated ("GROUP BY clause"). */
  async #groupByAll(items: readonly ResolvedItem[]): Promise<string> {
    const places: number[] = [];
    let place = 1;
    for (const { item, text } of items) {
      const count = item.isStar ? (await this.#starColumns(text)).length : 1;
      if (item.isStar || !isAggregated(text)) for (let n = 0; n < count; n += 1) places.push(place + n);
      place += count;
    }
    return places.length === 0 ? '' : ` GROUP BY ${places.join(', ')}`;
  }

  /** The names of the columns that `*` or `table.*` stands for. */
  async #starColumns(text: string): Promise<readonly string[]> {
    if (!this.#parent)
      return (await this.#resolver.describe(`SELECT ${text} ${this.#from}`)).map(({ name }) => name);
    const qualifier = /^\s*(.+?)\s*\.\s*\*$/s.exec(text)?.[1];
    const names: string[] = [];
    for (const source of this.#scope.sources) {
      if (qualifier !== undefined && source.name !== nameOfText(qualifier)) continue;
      names.push(...(await source.columns()).map(({ name }) => name));
    }
    return names;
  }

  /** The name of FROM's relation needs an alias where QUALIFY comes right after it: it would be the alias itself. */
  #checkQualify({ head, body }: Clause): void {
    const { from, fromHead } = this.#select;
    const last = from.at(-1);
    const [qualify] = head;
    const [first] = body;
    if (fromHead.length === 0 || first === undefined) throw syntaxErrorAt(qualify?.text ?? '');
    if (this.#select.clauses[0]?.kind !== 'QUALIFY' || last?.kind !== 'source') return;
    if (last.alias === undefined && !last.turn) throw syntaxErrorAt(isToken(first) ? first.text : '(');
  }

  /** The select list around a query that has the rows, with the condition and the expressions of ORDER BY in columns of it. */
  async #wrap(
    items: readonly ResolvedItem[],
    body: string,
    more: { readonly condition?: string; readonly order: readonly Run[]; readonly aliases: Aliases },
  ): Promise<string> {
    const { condition, order, aliases } = more;
    const list = items.map(({ text }) => text).join(',');
    const names = await this.#namesOf(items, `SELECT${list}${body}`);
    const kept = this.#withoutExcluded(names);
    const extra: string[] = condition === undefined ? [] : [`(${condition}) AS "${column(names.length)}"`];
    const orders: string[] = [];
    for (const run of order) {
      const place = this.#orderPlace(run, names);
      if (place !== undefined) {
        orders.push(place);
        continue;
      }
      const [expression, direction] = splitDirection(run);
      const name = column(names.length + extra.length);
      extra.push(`(${await this.#resolver.run(expression, this.#scope, aliases)}) AS "${name}"`);
      orders.push(`"${name}"${textOf(direction.filter(isToken))}`);
    }
    const columns = Array.from({ length: names.length + extra.length }, (_, n) => `"${column(n)}"`);
    const outer = kept.map(({ name, place }) => `"${column(place)}" AS ${quoteName(name)}`);
    const inner = `SELECT${[list, ...extra].join(', ')}${body}`;
    const where = condition === undefined ? '' : ` WHERE "${column(names.length)}"`;
    const sort = orders.length === 0 ? '' : ` ORDER BY ${orders.join(', ')}`;
    return `${textOf(this.#select.head)} ${outer.join(', ')} FROM (${inner}) AS "warehouse rows" (${columns.join(', ')})${where}${sort}`;
  }

  /** What an item of ORDER BY is where it is a place or a name of the select list. */
  #orderPlace(run: Run, names: readonly string[]): string | undefined {
    const [expression, direction] = splitDirection(run);
    const [first] = expression;
    if (expression.length !== 1 || first === undefined || !isToken(first)) return undefined;
    const suffix = textOf(direction.filter(isToken));
    if (first.kind === 'number') return `${first.text}${suffix}`;
    if (first.kind !== 'word' && first.kind !== 'quoted') return undefined;
    const place = names.indexOf(nameOf(first));
    return place === -1 ? undefined : `"${column(place)}"${suffix}`;
  }

  async #namesOf(items: readonly ResolvedItem[], sql: string): Promise<readonly string[]> {
    if (!this.#parent) return (await this.#resolver.describe(sql)).map(({ name }) => name);
    const names: string[] = [];
    for (const { item, text } of items) {
      if (item.isStar) names.push(...(await this.#starColumns(text)));
      else names.push(item.alias ?? lastName(item.expression) ?? '?column?');
    }
    return names;
  }

  #withoutExcluded(names: readonly string[]): readonly { readonly name: string; readonly place: number }[] {
    const { exclude = [], items } = this.#select;
    for (const name of exclude) {
      if (!names.includes(name))
        throw new RedshiftError(SQLSTATE.undefinedColumn, `column "${name}" does not exist`);
      const isItem = items.some((item) => !item.isStar && (item.alias ?? lastName(item.expression)) === name);
      if (isItem) throw unsupported('The local warehouse excludes only columns of * from the select list.');
    }
    const kept = names.map((name, place) => ({ name, place })).filter(({ name }) => !exclude.includes(name));
    if (kept.length === 0) throw unsupported('EXCLUDE leaves no column in the select list');
    return kept;
  }
}

/** The name of a column of the query inside. */
function column(place: number): string {
  return `warehouse ${place + 1}`;
}

function lastName(run: Run): string | undefined {
  const last = run.at(-1);
  return last && isToken(last) && (last.kind === 'word' || last.kind === 'quoted') ? nameOf(last) : undefined;
}

function nameOfText(text: string): string {
  const last = text.split('.').at(-1) ?? '';
  return last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last.toLowerCase();
}

/** The parts between the commas that are in no parentheses. */
function splitList(run: Run): readonly Run[] {
  const parts: Run[] = [];
  let depth = 0;
  let start = 0;
  for (const [at, piece] of run.entries()) {
    if (!isToken(piece) || piece.kind !== 'operator') continue;
    if (piece.text === '(') depth += 1;
    else if (piece.text === ')') depth -= 1;
    else if (piece.text === ',' && depth === 0) {
      parts.push(run.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, run.slice(start)];
}

const DIRECTIONS = new Set(['ASC', 'DESC', 'NULLS', 'FIRST', 'LAST']);

function splitDirection(run: Run): readonly [Run, Run] {
  let end = run.length;
  for (; end > 1; end -= 1) {
    const piece = run[end - 1];
    if (piece === undefined || !isToken(piece) || !DIRECTIONS.has(piece.word)) break;
  }
  return [run.slice(0, end), run.slice(end)];
}

function syntaxErrorAt(near: string): RedshiftError {
  return new RedshiftError(SQLSTATE.syntaxError, `syntax error at or near "${near}"`);
}
