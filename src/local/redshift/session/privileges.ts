/**
 * Privileges that decide which lock a session takes: the engine gives the write lock only to users who may do more than INSERT.
 * They are read on the connection of the administration, because a query of the session itself would take its snapshot.
 */
import type { Pool } from 'pg';
import { engineName } from '../sql/names.ts';
import type { TableName } from '../sql/statement.ts';

/** Where a session looks for names. */
export interface NameScope {
  /** The user that the session acts as. */
  readonly user: string;
  /** The names of the schemas of search_path, as in the engine. */
  readonly path: readonly string[];
}

const FIND = `
  select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relname = $1 and n.nspname = any ($2) order by array_position($2, n.nspname::text) limit 1`;

/** Reads which privileges a user has on a table. */
export class Privileges {
  readonly #admin: Pool;

  constructor(admin: Pool) {
    this.#admin = admin;
  }

  /** Whether all that the user may do to the table is INSERT. */
  async mayOnlyInsert(table: TableName, scope: NameScope): Promise<boolean> {
    const { rows } = await this.#admin.query<{ only: boolean }>(
      `select has_table_privilege($3::name, t.oid, 'INSERT')
         and not has_table_privilege($3::name, t.oid, 'UPDATE, DELETE, TRUNCATE') as only from (${FIND}) t`,
      [...search(table, scope), scope.user],
    );
    return rows[0]?.only ?? false;
  }
}

function search({ schema, table }: TableName, { path }: NameScope): [string, readonly string[]] {
  return [engineName(table), schema === undefined ? path : [engineName(schema)]];
}
