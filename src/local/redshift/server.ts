/**
 * The local SQL endpoint: speaks Redshift to clients on 127.0.0.1 and runs their statements on a private PostgreSQL,
 * with COPY from the local S3. The connection is TLS only.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import pg from 'pg';
import { startPostgres, type LocalPostgres } from '../postgres/server.ts';
import { findAccount, makeFirstRole, makeFirstUser } from './session/accounts.ts';
import { CATALOG, CATALOG_VERSION } from './catalog/catalog.ts';
import type { ClusterRole, ObjectStore } from './copy/credentials.ts';
import { EngineError, translateError } from './errors.ts';
import { type ChooseFault, countingFaults } from '../faults/sql.ts';
import { Inbox, type LoginRules, receive } from './wire/frontend.ts';
import { encodeFields } from './wire/message.ts';
import { HOSTILE, type Readings } from './readings.ts';
import { SessionUser } from './session/user.ts';
import { Session } from './session/session.ts';
import { Upstream } from './wire/upstream.ts';
import { World } from './session/cluster.ts';

export type { ClusterRole, ObjectStore } from './copy/credentials.ts';
export type { ChooseFault, FaultTarget, SqlFault } from '../faults/sql.ts';

/** How to run an endpoint. */
export interface RedshiftOptions {
  /** Folder (which must exist) for the database; one endpoint may use it at a time. */
  readonly dir: string;
  /** Port to listen on; a free one if undefined or 0. */
  readonly port?: number;
  readonly store: ObjectStore;
  /** Region of the cluster; us-east-1 if undefined. */
  readonly region?: string;
  readonly roles: readonly ClusterRole[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** PEM texts. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** Let plain TCP in too; it is refused if undefined. */
  readonly allowPlaintext?: boolean;
  readonly fault?: ChooseFault | undefined;
  /** How to read what Redshift's documentation leaves open; `HOSTILE` if undefined. */
  readonly readings?: Readings | undefined;
}

/** A running endpoint. */
export interface LocalRedshift {
  readonly port: number;
  /** How many clients are logged in now. */
  readonly connections: number;
  /** Replaces the roles, from the next COPY on. */
  setRoles(roles: readonly ClusterRole[]): void;
  /** Ends all sessions and the database; may be called again. */
  close(): Promise<void>;
}

const DEFAULT_REGION = 'us-east-1';
/** Numbers of queries between two runs, so that those which left no load error are not given twice. */
const QUERIES_PER_RUN = 100_000;

/** Starts the database and listens. */
export async function startRedshift(options: RedshiftOptions): Promise<LocalRedshift> {
  const postgres = await startPostgres({ dir: options.dir });
  try {
    const admin = await openDatabase(postgres, options);
    return await listen(options, postgres, admin);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function openDatabase(postgres: LocalPostgres, options: RedshiftOptions): Promise<pg.Client> {
  const { user, password, database } = options;
  await asAdmin(postgres, 'postgres', async (client) => {
    const [role, name] = [pg.escapeIdentifier(user), pg.escapeIdentifier(database)];
    await makeFirstRole(client, user);
    const databases = await client.query('select from pg_database where datname = $1', [database]);
    if (databases.rowCount !== 0) return;
    await client.query(`create database ${name} owner ${role}`);
    // Snapshot isolation, Redshift's default: of the levels here it is PostgreSQL's repeatable read.
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
    host: '127.0.0.1',
    port: postgres.port,
    user: postgres.superuser,
    password: postgres.password,
    database,
    // A user must not put its own functions and operators in the way of the endpoint's queries.
    options: '-c search_path=pg_catalog',
  });
  // The loss of the connection shows in the next query.
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

async function makeWorld(options: RedshiftOptions, admin: pg.Client): Promise<World> {
  const { rows } = await admin.query<{ queries: string; super: number }>(
    `insert into pg_catalog.warehouse_run values (default)
     returning run * ${QUERIES_PER_RUN} as queries, 'pg_catalog.super'::regtype::oid as super`,
  );
  const names = await admin.query<{ name: string }>('select name from pg_catalog.warehouse_name');
  const { store, roles, region = DEFAULT_REGION, database } = options;
  return new World({
    access: { store, roles, region },
    database,
    readings: options.readings ?? HOSTILE,
    fault: countingFaults(options.fault),
    admin,
    queries: Number(rows[0]?.queries),
    longNames: names.rows.map(({ name }) => name),
    superOid: Number(rows[0]?.super),
  });
}

async function listen(
  options: RedshiftOptions,
  postgres: LocalPostgres,
  admin: pg.Client,
): Promise<LocalRedshift> {
  const world = await makeWorld(options, admin);
  const { database, certificate, allowPlaintext = false } = options;
  const secureContext = createSecureContext({ cert: certificate.cert, key: certificate.key });
  const findSecret = async (user: string) => (await findAccount(admin, user))?.secret;
  const rules: LoginRules = { findSecret, database, secureContext, requireTls: !allowPlaintext };
  const sockets = new Set<Socket>();
  const sessions = new Map<Session, Upstream>();

  const serve = async (raw: Socket) => {
    const arrival = await receive(raw, rules);
    if (arrival.kind === 'gone') return;
    if (arrival.kind === 'cancel') {
      for (const [session, upstream] of sessions) {
        if (upstream.isNamedBy(arrival.request)) await session.cancel();
      }
      return;
    }
    const { socket, parameters } = arrival;
    const inbox = new Inbox(socket);
    const account = await findAccount(admin, parameters.get('user') ?? '');
    if (!account) return void socket.destroy();
    let upstream: Upstream;
    try {
      const login = { port: postgres.port, user: account.name, secret: account.engineSecret, database };
      upstream = await Upstream.open(login, parameters);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      socket.end(encodeFields('E', translateError(error.fields, { queryId: 0, pid: 0, userId: 0 })));
      return;
    }
    const session = new Session(
      socket,
      inbox,
      upstream,
      world,
      new SessionUser(account, upstream, world.privileges),
      parameters.get('application_name'),
    );
    sessions.set(session, upstream);
    try {
      await session.run();
    } finally {
      sessions.delete(session);
    }
  };

  const server = createServer({ noDelay: true, keepAlive: true }, (raw) => {
    sockets.add(raw);
    raw.on('close', () => sockets.delete(raw));
    raw.on('error', () => raw.destroy());
    // What ends a session early is the loss of one of its connections; nobody is left to be told.
    serve(raw).catch(() => raw.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');

  const close = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await admin.end().catch(() => undefined);
    await postgres.stop();
  };
  let closed: Promise<void> | undefined;
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get connections() {
      return sessions.size;
    },
    setRoles: (roles) => {
      world.access = { ...world.access, roles };
    },
    close: () => (closed ??= close()),
  };
}
