/**
 * Who may read what a run creates. SELECT is granted together with the creation of the table; USAGE on its schema only
 * when the user of the connection owns it, as it does when this program created it.
 */
import type { Session } from '../ports.ts';
import { ident, join, literal, raw, sql, type Sql } from '../sql.ts';
import type { Grantee } from '../table/grantees.ts';
import type { TableRef } from '../table/types.ts';

export const grantSelect = ({ schema, table }: TableRef, grantees: readonly Grantee[]): Sql =>
  sql`GRANT SELECT ON TABLE ${ident(schema, table)} TO ${join(grantees.map(grantee))}`;

export const grantUsage = (schema: string, grantees: readonly Grantee[]): Sql =>
  sql`GRANT USAGE ON SCHEMA ${ident(schema)} TO ${join(grantees.map(grantee))}`;

export const ownsSchema = (schema: string): Sql =>
  sql`SELECT 1 FROM pg_namespace WHERE nspname = ${literal(schema)} AND pg_get_userbyid(nspowner) = current_user`;

function grantee(to: Grantee): Sql {
  switch (to.kind) {
    case 'public':
      return raw('PUBLIC');
    case 'user':
      return ident(to.name);
    case 'group':
      return sql`GROUP ${ident(to.name)}`;
    case 'role':
      return sql`ROLE ${ident(to.name)}`;
  }
}

/** Once for each schema and grantees of a run: sessions that change the rights on one schema at the same time fail. */
export class SchemaGrants {
  readonly #done = new Map<string, Promise<void>>();
  #last: Promise<void> = Promise.resolve();

  async allow(session: Session, schema: string, grantees: readonly Grantee[]): Promise<void> {
    const statement = grantUsage(schema, grantees);
    const granted =
      this.#done.get(statement.text) ??
      this.#last.then(async () => {
        const { rows } = await session.run(ownsSchema(schema));
        if (rows.length > 0) await session.run(statement, { timeoutMs: 60_000 });
      });
    this.#done.set(statement.text, granted);
    this.#last = granted.catch(() => void this.#done.delete(statement.text));
    await granted;
  }
}
