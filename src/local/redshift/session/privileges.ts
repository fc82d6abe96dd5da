/**
 * Privileges that the engine must be helped with: DROP and ALTER of others' tables, which it does not know, and the write
 * lock, which it gives to those only who may do more than INSERT. All is asked on the administration's connection: a
 * question of the session's own would take its snapshot.
 */
import type { Client } from 'pg';
import { engineName } from '../sql/names.ts';
import type { TableName } from '../sql/statement.ts';

/** Where a session looks for names. */
export interface NameScope {
  /** The user that the session acts as. */
  readonly user: string;
  /** The names of the schemas of search_path, as in the engine. */
  readonly path: readonly string[];
}

interface Loan {
  readonly owner: number;
  readonly user: number;
}

const FIND = `
  select c.oid, c.relowner from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relname = $1 and n.nspname = any ($2) order by array_position($2, n.nspname::text) limit 1`;

/** See the file. */
export class Privileges {
  readonly #admin: Client;
  readonly #loans = new Map<string, number>();

  constructor(admin: Client) {
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

  /**
   * Makes the user an owner of the tables that it may drop or alter without owning them, until the function that it
   * gives is called.
   */
  async lend(
    tables: readonly TableName[],
    privilege: 'DROP' | 'ALTER',
    scope: NameScope,
  ): Promise<() => Promise<void>> {
    const loans: Loan[] = [];
    for (const table of tables) {
      const { rows } = await this.#admin.query<Loan>(
        `select t.relowner::int as owner, r.oid::int as user from (${FIND}) t, pg_roles r
         where r.rolname = $3 and not pg_has_role(r.oid, t.relowner, 'usage') and exists (
           select from pg_catalog.warehouse_privilege p where p.relation = t.oid and p.privilege = $4
             and (p.grantee = 0 or pg_has_role(r.oid, p.grantee, 'usage')))`,
        [...search(table, scope), scope.user, privilege],
      );
      for (const loan of rows) {
        loans.push(loan);
        await this.#change(loan, 1);
      }
    }
    return async () => {
      for (const loan of loans) await this.#change(loan, -1);
    };
  }

  /** Two statements may need the same loan at a time. */
  async #change({ owner, user }: Loan, by: 1 | -1): Promise<void> {
    const key = `${owner}/${user}`;
    const count = (this.#loans.get(key) ?? 0) + by;
    this.#loans.set(key, count);
    if (by === 1 && count === 1) {
      await this.#admin.query('select pg_catalog.warehouse_join($1, $2)', [owner, user]);
    } else if (count === 0) {
      await this.#admin.query('delete from pg_auth_members where roleid = $1 and member = $2', [owner, user]);
    }
  }
}

function search({ schema, table }: TableName, { path }: NameScope): [string, readonly string[]] {
  return [engineName(table), schema === undefined ? path : [engineName(schema)]];
}
