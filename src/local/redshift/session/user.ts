/** The database user of a session, and its privileges as far as the endpoint itself must know them. */
import type { AssumingVerb, Copier } from '../copy/credentials.ts';
import type { NameScope, Privileges } from './privileges.ts';
import type { Statement, TableName } from '../sql/statement.ts';
import { literal } from '../sql/tokens.ts';
import type { Upstream } from '../wire/upstream.ts';

/** A user who may log in. */
export interface Account {
  readonly name: string;
  /** The userid of the system tables. */
  readonly id: number;
  /** What is kept of the password; see `LoginRules`. */
  readonly secret: string;
  /** The engine's own secret of the user. */
  readonly engineSecret: string;
  /** Whether it was a superuser at its login. */
  readonly superuser: boolean;
}

/** The user of a session, with the questions that the endpoint asks about its privileges. */
export class SessionUser implements Copier {
  readonly user: string;
  readonly id: number;
  readonly #upstream: Upstream;
  readonly #privileges: Privileges;
  /** Whether the user may do everything, so that no privilege needs to be looked up. */
  #owner: boolean;

  constructor({ name, id, superuser }: Account, upstream: Upstream, privileges: Privileges) {
    this.user = name;
    this.id = id;
    this.#upstream = upstream;
    this.#privileges = privileges;
    this.#owner = superuser;
  }

  /** Whether every privilege is the user's, so that none needs to be looked up. */
  get mayDoAll(): boolean {
    return this.#owner;
  }

  /** To be called before each statement: SET SESSION AUTHORIZATION may make a superuser somebody else. */
  follow({ verb, sql }: Statement): void {
    if (verb === 'SET' && sql.startsWith('SET ROLE')) this.#owner = false;
  }

  /** The engine's mode of the exclusive write lock, as far as the user may take it on the table. */
  async lockMode(table: TableName): Promise<'SHARE ROW EXCLUSIVE' | 'ROW EXCLUSIVE'> {
    if (this.#owner) return 'SHARE ROW EXCLUSIVE';
    const onlyInserts = await this.#privileges.mayOnlyInsert(table, await this.#scope());
    return onlyInserts ? 'ROW EXCLUSIVE' : 'SHARE ROW EXCLUSIVE';
  }

  async #scope(): Promise<NameScope> {
    const role = (await this.#upstream.run('SHOW role'))[0]?.[0] ?? 'none';
    const user = role === 'none' ? this.user : role;
    const path = (await this.#upstream.run('SHOW search_path'))[0]?.[0] ?? '';
    const names = path.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? [];
    return { user, path: names.map(unquote).map((name) => (name === '$user' ? user : name)) };
  }

  /** Whether the user may use the IAM role for the statement; `isDefault`: it is the cluster's default role. */
  async mayAssume(arn: string, isDefault: boolean, verb: AssumingVerb): Promise<boolean> {
    const call = `pg_catalog.warehouse_may_assume(${literal(arn)}, ${isDefault}, ${literal(verb)})`;
    return (await this.#upstream.run(`SELECT ${call}`))[0]?.[0] === 't';
  }
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
