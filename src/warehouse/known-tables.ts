/**
 * The tables of the target schemas as this run knows them: read from the catalog once, and again where another session may have
 * changed them. What a load relies on is checked in its transaction, so that old knowledge costs a retry, never a row.
 */
import type { Session } from '../ports.ts';
import type { StoredColumn, StoredTable, TableRef } from '../table/types.ts';
import { readSchema, readTable } from './catalog.ts';

interface KnownSchema {
  /** Undefined until it is known. */
  isThere: boolean | undefined;
  /** All its tables were read. */
  isRead: boolean;
  /** Columns by table. */
  readonly tables: Map<string, readonly StoredColumn[]>;
  /** Tables that may have been changed since they were read. */
  readonly doubtful: Set<string>;
  /** Tables that were read for the work that is being done. */
  readonly fresh: Set<string>;
  /** Tables whose keys ignore the case of letters. */
  readonly ignoringCase: Set<string>;
  /** Tables that this program has made, and its user owns. */
  readonly own: Set<string>;
}

export class KnownTables {
  readonly #schemas = new Map<string, KnownSchema>();

  /** Reads the tables of a schema with what their comments say, and its views. Throws LoadError. */
  async read(session: Session, schema: string): Promise<ReadonlyMap<string, StoredTable>> {
    const { isThere, tables } = await readSchema(session, schema);
    const columns = [...tables].filter(([, { isView }]) => !isView);
    this.#schemas.set(schema, {
      isThere,
      isRead: true,
      tables: new Map(columns.map(([name, table]) => [name, table.columns])),
      doubtful: new Set(),
      fresh: new Set(),
      ignoringCase: new Set(),
      own: new Set(columns.filter(([, { isOwn }]) => isOwn).map(([name]) => name)),
    });
    return tables;
  }

  /** The columns of a table; undefined where there is none. Reads the catalog where it has to. Throws LoadError. */
  async columns(session: Session, target: TableRef): Promise<readonly StoredColumn[] | undefined> {
    const { isRead, tables, doubtful } = this.#schema(target.schema);
    const isKnown = (isRead || tables.has(target.table)) && !doubtful.has(target.table);
    return isKnown ? tables.get(target.table) : this.readAgain(session, target);
  }

  /** The columns of a table as they are at this moment. Throws LoadError. */
  async readAgain(session: Session, target: TableRef): Promise<readonly StoredColumn[] | undefined> {
    const columns = await readTable(session, target);
    const { tables, doubtful, fresh, own } = this.#schema(target.schema);
    if (columns) this.set(target, columns);
    else for (const names of [tables, own]) names.delete(target.table);
    doubtful.delete(target.table);
    fresh.add(target.table);
    return columns;
  }

  /** Whether the schema is there; undefined where its catalog was not read. */
  isThere(schema: string): boolean | undefined {
    return this.#schemas.get(schema)?.isThere;
  }

  /** The schema was created. */
  created(schema: string): void {
    this.#schema(schema).isThere = true;
  }

  /** What this run has made of a table. */
  set({ schema, table }: TableRef, columns: readonly StoredColumn[]): void {
    const known = this.#schema(schema);
    known.isThere = true;
    known.tables.set(table, columns);
    known.doubtful.delete(table);
  }

  /** Whether the table was read for the work that is being done, and not before it. */
  isFresh({ schema, table }: TableRef): boolean {
    return this.#schema(schema).fresh.has(table);
  }

  /** Whether this program has made the table, in this run or an earlier one, and its user owns it. */
  isOwn({ schema, table }: TableRef): boolean {
    return this.#schema(schema).own.has(table);
  }

  /** This run has made the table. */
  setOwn({ schema, table }: TableRef): void {
    this.#schema(schema).own.add(table);
  }

  /** Whether the keys of the table were found to ignore the case of letters. */
  ignoresCase({ schema, table }: TableRef): boolean {
    return this.#schema(schema).ignoringCase.has(table);
  }

  /** The keys of the table ignore the case of letters. */
  setIgnoresCase({ schema, table }: TableRef): void {
    this.#schema(schema).ignoringCase.add(table);
  }

  /** The work is done: another session may change the table from here on. */
  age({ schema, table }: TableRef): void {
    this.#schema(schema).fresh.delete(table);
  }

  /** The table is read again before it is used again. */
  doubt({ schema, table }: TableRef): void {
    this.#schema(schema).doubtful.add(table);
    this.#schema(schema).fresh.delete(table);
  }

  #schema(name: string): KnownSchema {
    const known = this.#schemas.get(name) ?? {
      isThere: undefined,
      isRead: false,
      tables: new Map(),
      doubtful: new Set(),
      fresh: new Set(),
      ignoringCase: new Set(),
      own: new Set(),
    };
    this.#schemas.set(name, known);
    return known;
  }
}
