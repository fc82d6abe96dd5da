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

/**
 * Makes what is missing; the administration: one connection of the engine's superuser to the database, which is opened
 * again after it is lost. The engine ends all connections when one of its processes crashes or the system kills it.
 */
export async function openDatabase(
  postgres: LocalPostgres,
  { user, password, database }: DatabaseOptions,
): Promise<pg.Pool> {
  await asAdmin(postgres, 'postgres', async (admin) => {
    const [role, name] = [pg.escapeIdentifier(user), pg.escapeIdentifier(database)];
    await makeFirstRole(admin, user);
    const databases = await admin.query('select from pg_database where datname = $1', [database]);
    if (databases.rowCount !== 0) return;
    await admin.query(`create database ${name} owner ${role}`);
    // Redshift's default is snapshot isolation, which PostgreSQL calls repeatable read.
    await admin.query(`alter database ${name} set default_transaction_isolation to 'repeatable read'`);
    await admin.query(`alter database ${name} set extra_float_digits to 0`);
  });
  const admin = connectAdmin(postgres, database);
  try {
    await makeCatalog(admin);
    await makeFirstUser(admin, user, password);
    return admin;
  } catch (error) {
    await admin.end();
    throw error;
  }
}

async function makeCatalog(admin: pg.Pool): Promise<void> {
  const marker = `warehouse catalog ${CATALOG_VERSION}`;
  const found = await admin.query<{ comment: string | null }>(
    "select obj_description(to_regtype('pg_catalog.super'), 'pg_type') as comment",
  );
  if (found.rows[0]?.comment === marker) return;
  await admin.query(`begin; ${CATALOG}; comment on type pg_catalog.super is '${marker}'; commit`);
}

/**
 * What `pg` would otherwise read from the environment. Variables such as PGSSLMODE are meant for clients of clusters, and the
 * engine is reached over a socket of its own, without TLS.
 */
const NOT_FROM_ENVIRONMENT = {
  ssl: false,
  sslnegotiation: 'postgres',
  client_encoding: 'utf8',
  replication: 'false',
  application_name: 'warehouse',
  connectionTimeoutMillis: 0,
} as const;

function connectAdmin(postgres: LocalPostgres, database: string): pg.Pool {
  const admin = new pg.Pool({
    ...NOT_FROM_ENVIRONMENT,
    // Queries wait for each other, and the connection stays open between them.
    max: 1,
    idleTimeoutMillis: 0,
    host: postgres.host,
    port: postgres.port,
    user: postgres.superuser,
    password: postgres.password,
    database,
    // Functions and operators that users make must not get in the way of the endpoint's queries.
    options: '-c search_path=pg_catalog',
  });
  admin.on('error', () => undefined);
  return admin;
}

async function asAdmin(
  postgres: LocalPostgres,
  database: string,
  work: (admin: pg.Pool) => Promise<void>,
): Promise<void> {
  const admin = connectAdmin(postgres, database);
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
