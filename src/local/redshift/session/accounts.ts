/** Who may log in to the endpoint: read from the engine, where CREATE USER and ALTER USER have put it. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Account } from './user.ts';
import { md5Secret } from '../sql/users.ts';
import { literal } from '../sql/tokens.ts';

/** A secret that is the hash of no password. */
function randomSecret(): string {
  return `md5${randomBytes(16).toString('hex')}`;
}

/** Makes the role of the endpoint's first user, so that it can own the database. `admin` is in any database. */
export async function makeFirstRole(admin: pg.Pool, user: string): Promise<void> {
  const role = pg.escapeIdentifier(user);
  const found = await admin.query<{ secret: string | null }>(
    'select rolpassword as secret from pg_authid where rolname = $1',
    [user],
  );
  if (found.rowCount === 0) await admin.query(`create role ${role} login createdb`);
  if (!found.rows[0]?.secret?.startsWith('md5')) {
    await admin.query(`alter role ${role} password ${literal(randomSecret())}`);
  }
}

/** Makes the first user a superuser with this password, and ends what an earlier run may have lent. */
export async function makeFirstUser(admin: pg.Pool, user: string, password: string): Promise<void> {
  const options = JSON.stringify({ superuser: true, secret: md5Secret(user, password) });
  await admin.query('select pg_catalog.warehouse_set_user(pg_catalog.warehouse_find($1, $2), $3::jsonb)', [
    'user',
    user,
    options,
  ]);
  await admin.query(`delete from pg_auth_members where (select bool_and(rolcanlogin) from pg_roles
    where oid in (roleid, member))`);
}

/** The account of a user that exists, whose password is not disabled and has not expired. */
export async function findAccount(admin: pg.Pool, name: string): Promise<Account | undefined> {
  const { rows } = await admin.query<Account>(
    `select r.rolname as name, r.oid::int as id, u.secret, u.superuser, r.rolpassword as "engineSecret"
     from pg_authid r join pg_catalog.warehouse_user u on u.usesysid = r.oid
     where r.rolname = $1 and r.rolcanlogin and not r.rolsuper and u.secret is not null
       and (u.valid_until is null or u.valid_until > now())`,
    [name],
  );
  return rows[0];
}
