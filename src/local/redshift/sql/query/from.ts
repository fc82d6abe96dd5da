/** Resolves the FROM clause: its sources for the scope of the query, and the engine's text of it. */
import { SQLSTATE } from '../../sqlstates.ts';
import { quoteName } from '../names.ts';
import { RedshiftError } from '../statement.ts';
import { nameOf, unsupported } from '../token-reader.ts';
import type { Token } from '../tokens.ts';
import { isNamed } from './looking.ts';
import { NO_ALIASES, type Resolves } from './meaning.ts';
import { chainAt, pathOf, pathText, type Chain } from './paths.ts';
import { textOf } from './render.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { type FromPart, type Run, type Source, isToken } from './tree.ts';
import { turnText } from './turn.ts';

type UnnestBody = Extract<Source['body'], { kind: 'unnest' }>;
type NameBody = Extract<Source['body'], { kind: 'name' }>;

/** Resolves one FROM clause, whose sources it adds to the scope in their order. */
export class FromResolver {
  readonly #resolver: Resolves;
  readonly #scope: Scope;

  constructor(resolver: Resolves, scope: Scope) {
    this.#resolver = resolver;
    this.#scope = scope;
  }

  async parts(parts: readonly FromPart[]): Promise<string> {
    const texts: string[] = [];
    for (const part of parts)
      texts.push(
        part.kind === 'source' ? await this.#source(part) : await this.#resolver.run(part.run, this.#scope),
      );
    return texts.join('');
  }

  async #source(source: Source): Promise<string> {
    const { body, aliasTokens, turn } = source;
    if (body.kind === 'unpivot') return await this.#unpivot(body.run, source);
    if (body.kind === 'unnest') return await this.#unnest(body, source);
    if (body.kind === 'name' && !turn) {
      const path = await this.#path(body, source);
      if (path !== undefined) return path;
    }
    if (source.at !== undefined)
      throw new RedshiftError(SQLSTATE.syntaxError, `syntax error at or near "${source.at}"`);
    const text = await this.#body(body);
    if (turn) return await this.#turn(source, `${text}${textOf(aliasTokens)}`);
    this.#add(source, text);
    return `${text}${textOf(aliasTokens)}`;
  }

  /** Adds a source to the scope. A join in parentheses without a name has added its own. */
  #add({ body, alias, aliasTokens }: Source, text: string): void {
    if (body.kind === 'group' && alias === undefined) return;
    const names = body.kind === 'name' ? body.tokens.filter((token) => token.text !== '.') : [];
    const [schema, table] = [names.at(-2), names.at(-1)];
    const unnamed = body.kind === 'query' && aliasTokens.length === 0 ? ' AS q' : '';
    this.#scope.add({
      name: alias ?? (table && nameOf(table)),
      ...(schema && alias === undefined && { schema: nameOf(schema) }),
      isValue: false,
      columns: this.#describer(`${text}${textOf(aliasTokens)}${unnamed}`),
    });
  }

  /** Asks for the columns once. */
  #describer(from: string): () => Promise<readonly ScopeColumn[]> {
    let columns: Promise<readonly ScopeColumn[]> | undefined;
    return () => (columns ??= this.#resolver.describe(`SELECT * FROM ${from}`));
  }

  async #body(body: Exclude<Source['body'], { kind: 'unpivot' | 'unnest' }>): Promise<string> {
    switch (body.kind) {
      case 'name':
        return textOf(body.tokens);
      case 'call':
        return await this.#resolver.run(body.run, this.#scope);
      case 'query':
        return `${textOf([body.open])}${await this.#resolver.query(body.query)}${close(body.close)}`;
      case 'group':
        return `${textOf([body.open])}${await this.parts(body.parts)}${close(body.close)}`;
    }
  }

  /** The elements of an array in a SUPER, when the name is a path into one ("Querying semistructured data", Unnesting). */
  async #path({ tokens }: NameBody, source: Source): Promise<string | undefined> {
    const chain = chainAt(tokens, 0);
    if (!chain || (chain.steps.length === 1 && source.at === undefined)) return undefined;
    const path = this.#isKnown(chain) ? await this.#pathOf(chain) : undefined;
    return path === undefined ? undefined : this.#elements('warehouse_elements', path, gapOf(tokens), source);
  }

  /** A relation is named with a schema, or begins with the name of a source before it. */
  #isKnown({ steps: [first] }: Chain): boolean {
    return first?.kind === 'name' && this.#scope.find(first.name) !== undefined;
  }

  /** The text of the SUPER that a chain names: a column itself, or what is in it. */
  async #pathOf(chain: Chain): Promise<string | undefined> {
    const path = await pathOf(chain, this.#scope, NO_ALIASES);
    if (path) return pathText(path, this.#resolver.keepsAttributeCase);
    const [first, second] = chain.steps;
    if (first?.kind !== 'name' || second?.kind !== 'name') return undefined;
    const column = (await this.#scope.find(first.name)?.columns())?.find(({ name }) => name === second.name);
    return column?.isSuper === true ? `${quoteName(first.name)}.${quoteName(second.name)}` : undefined;
  }

  #elements(call: string, value: string, gap: string, source: Source): string {
    const { alias, aliasTokens, at } = source;
    const name = alias ?? 'unnest';
    const place = at === undefined ? '' : `, "place" AS ${quoteName(at)}`;
    this.#scope.add({
      name,
      isValue: true,
      columns: () =>
        Promise.resolve([
          { name, isSuper: true },
          ...(at === undefined ? [] : [{ name: at, isSuper: false }]),
        ]),
    });
    const spare = alias === undefined ? textOf(aliasTokens) : '';
    return `${gap}LATERAL (SELECT "value" AS ${quoteName(name)}${place} FROM pg_catalog.${call}(${value})) AS ${quoteName(name)}${spare}`;
  }

  /** `UNNEST(array) [WITH OFFSET] AS name (element [, place])` ("FROM clause", UNNEST examples). */
  async #unnest({ word, run, hasOffset }: UnnestBody, { alias, aliasTokens }: Source): Promise<string> {
    const open = aliasTokens.findIndex(({ text }) => text === '(');
    const names = open === -1 ? [] : aliasTokens.slice(open).filter(isNamed).map(nameOf);
    if (alias === undefined || names.length !== (hasOffset ? 2 : 1))
      throw unsupported(
        `The local warehouse takes UNNEST only with a name for its table and ${hasOffset ? 'two columns' : 'one column'}: UNNEST(...) AS t (c)`,
      );
    const chain = chainAt(run, 0);
    const path =
      chain?.length === run.length && chain.steps.length > 1 ? await this.#pathOf(chain) : undefined;
    const text = path ?? (await this.#resolver.run(run, this.#scope));
    const columns = ['"value"', '"place"']
      .slice(0, names.length)
      .map((each, n) => `${each} AS ${quoteName(names[n] ?? '')}`);
    this.#scope.add({
      ...{ name: alias, isValue: false },
      columns: () => Promise.resolve(names.map((name, n) => ({ name, isSuper: n === 0 }))),
    });
    return `${word.gap}LATERAL (SELECT ${columns.join(', ')} FROM pg_catalog.warehouse_elements(${text.trim()})) AS ${quoteName(alias)}`;
  }

  /** `UNPIVOT expression AS value AT attribute`: the attributes of an object ("Object unpivoting"). */
  async #unpivot(run: Run, source: Source): Promise<string> {
    const chain = chainAt(run, 0);
    const value =
      chain?.length === run.length && chain.steps.length > 1 ? await this.#pathOf(chain) : undefined;
    const text = value ?? (await this.#resolver.run(run, this.#scope));
    return this.#elements('warehouse_attributes', text.trim(), gapOf(run.filter(isToken)), source);
  }

  /** PIVOT or UNPIVOT of a source. */
  async #turn({ turn, alias }: Source, from: string): Promise<string> {
    if (!turn) return from;
    const given = alias === undefined && from.trimStart().startsWith('(') ? `${from} AS q` : from;
    const columns = (await this.#resolver.describe(`SELECT * FROM ${given}`)).map(({ name }) => name);
    const name = turn.alias ?? turn.word.word.toLowerCase();
    const text = ` (${turnText(turn, given, columns)}) AS ${quoteName(name)}`;
    this.#scope.add({ name, isValue: false, columns: this.#describer(text) });
    return text;
  }
}

function close(token: Token | undefined): string {
  return token ? textOf([token]) : '';
}

function gapOf(tokens: readonly Token[]): string {
  return tokens[0]?.gap || ' ';
}
