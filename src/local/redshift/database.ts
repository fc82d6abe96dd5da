/** The engine's database, made into one of Redshift's at the first start and whenever the catalog has changed. */
import pg from 'pg';
import type { LocalPostgres } from '../postgres/server.ts';
import { CATALOG, CATALOG_VERSION } from './catalog/catalog.ts';
import { makeFirstRole, makeFirstUser } from './session/accounts.ts';

/** The database, and its first user. */
export interface DatabaseOptions {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Makes what is missing; a connection of the engine's superuser to the database. */
export async function openDatabase(
  postgres: LocalPostgres,
  { user, password, database }: DatabaseOptions,
): Promise<pg.Client> {
  await asAdmin(postgres, 'postgres', async (client) => {
    const [role, name] = [pg.escapeIdentifier(user), pg.escapeIdentifier(database)];
    await makeFirstRole(client, user);
    const databases = await client.query('select from pg_database where datname = $1', [database]);
    if (databases.rowCount !== 0) return;
    await client.query(`create database ${name} owner ${role}`);
    // Redshift's default is snapshot isolation, which PostgreSQL calls repeatable read.
    await client.query(`alter database ${name} set default_transaction_isolation to 'repeatable read'`);
    await client.query(`alter database ${name} set extra_float_digits to 0`);
  });
  const admin = connectAdmin(postgres, database);
  await admin.connect();
  try {
    await makeCatalog(admin);
    await makeFirstUser(admin, user, password);
    return admin;
  } catch (error) {
    await admin.end();
    throw error;
  }
}

async function makeCatalog(admin: pg.Client): Promise<void> {
  const marker = `warehouse catalog ${CATALOG_VERSION}`;
  const found = await admin.query<{ comment: string | null }>(
    "select obj_description(to_regtype('pg_catalog.super'), 'pg_type') as comment",
  );
  if (found.rows[0]?.comment === marker) return;
  await admin.query(`begin; ${CATALOG}; comment on type pg_catalog.super is '${marker}'; commit`);
}

function connectAdmin(postgres: LocalPostgres, database: string): pg.Client {
  const client = new pg.Client({
    host: postgres.host,
    port: postgres.port,
    user: postgres.superuser,
    password: postgres.password,
    database,
    // Functions and operators that users make must not get in the way of the endpoint's queries.
    options: '-c search_path=pg_catalog',
  });
  // A lost connection shows in the next query.
  client.on('error', () => undefined);
  return client;
}

async function asAdmin(
  postgres: LocalPostgres,
  database: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = connectAdmin(postgres, database);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
