/** What names mean in a part of a query: the sources of FROM with their columns, and the queries around. */

import type { NumberType } from './decimals.ts';

/** A column of a source. */
export interface ScopeColumn {
  readonly name: string;
  readonly isSuper: boolean;
  /** Its type, if it is an exact number. */
  readonly number?: NumberType | undefined;
  /** It is a DECIMAL of the engine's without a precision. */
  readonly isLoose?: boolean;
}

/** A source of FROM as names see it. */
export interface ScopeSource {
  /** Its alias, else the name of the relation; undefined for a join in parentheses without an alias. */
  readonly name: string | undefined;
  readonly schema?: string;
  /** It is an element or attribute of a SUPER: its name alone is the value. */
  readonly isValue: boolean;
  /** Its columns; asked only where they decide something. */
  readonly columns: () => Promise<readonly ScopeColumn[]>;
}

/** The names of one SELECT. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly #sources: ScopeSource[] = [];

  constructor(parent?: Scope) {
    this.parent = parent;
  }

  get sources(): readonly ScopeSource[] {
    return this.#sources;
  }

  add(source: ScopeSource): void {
    this.#sources.push(source);
  }

  /** The source of this name, of this query or one around it. */
  find(name: string): ScopeSource | undefined {
    return this.#sources.find((source) => source.name === name) ?? this.parent?.find(name);
  }

  /** The source `schema.table`, of this query or one around it. */
  findQualified(schema: string, table: string): ScopeSource | undefined {
    const own = this.#sources.find((source) => source.schema === schema && source.name === table);
    return own ?? this.parent?.findQualified(schema, table);
  }

  /** The column of this name in FROM of this query alone. */
  async ownColumn(name: string): Promise<ScopeColumn | undefined> {
    for (const source of this.#sources) {
      const column = (await source.columns()).find((each) => each.name === name);
      if (column) return column;
    }
    return undefined;
  }

  /** The column of this name in FROM of this query or of one around it. */
  async column(name: string): Promise<ScopeColumn | undefined> {
    return (await this.ownColumn(name)) ?? (await this.parent?.column(name));
  }
}
