/**
 * The local SQL endpoint: speaks Redshift's protocol to clients and runs their statements on a private
 * PostgreSQL, with COPY from the local S3. Clients must use TLS.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import pg from 'pg';
import { startPostgres, type LocalPostgres } from '../postgres/server.ts';
import type { ClusterRole, ObjectStore } from './copy/credentials.ts';
import { NEW_SECRET } from './catalog/endpoint.ts';
import { LARGE_STRINGS } from './catalog/json.ts';
import { openDatabase } from './database.ts';
import { describeError, EngineError, tooManyConnections, translateError } from './errors.ts';
import { HOSTILE, type Readings } from './readings.ts';
import { findAccount } from './session/accounts.ts';
import { Cluster } from './session/cluster.ts';
import type { SessionRecord } from './session/history.ts';
import { type DecorateSession, Session } from './session/session.ts';
import { type Account, SessionUser } from './session/user.ts';
import { dismiss } from './wire/dismiss.ts';
import { type LoginRules, receive } from './wire/frontend.ts';
import { Inbox } from './wire/inbox.ts';
import { encodeFields } from './wire/message.ts';
import type { Startup } from './wire/startup.ts';
import { Upstream } from './wire/upstream.ts';
import type { Limits } from '../limits.ts';
import { listen } from '../listen.ts';

export type { ClusterRole } from './copy/credentials.ts';

/** How to run an endpoint. */
export interface RedshiftOptions {
  /** Folder (which must exist) for the database; one endpoint may use it at a time. */
  readonly dir: string;
  /** Port to listen on; a free one if undefined or 0. */
  readonly port?: number;
  /** Address to listen on; that of loopback if undefined. */
  readonly host?: string | undefined;
  readonly store: ObjectStore;
  /** Region of the cluster; us-east-1 if undefined. */
  readonly region?: string;
  readonly roles: readonly ClusterRole[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** In PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** Whether clients may connect without TLS; they are rejected if undefined. */
  readonly allowPlaintext?: boolean;
  /** Changes how sessions run statements and answer, for tests. */
  readonly decorate?: DecorateSession | undefined;
  /** How to read what Redshift's documentation leaves open; `HOSTILE` if undefined. */
  readonly readings?: Readings | undefined;
  readonly limits: Limits;
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
/** How long the end of the administration's connection may take before the engine is ended anyway. */
const ADMIN_END_MS = 1000;

/** Query numbers reserved for each run, so that no number is given twice. */
const QUERIES_PER_RUN = 100_000;

/** Starts the database and listens. */
export async function startRedshift(options: RedshiftOptions): Promise<LocalRedshift> {
  const postgres = await startPostgres({ dir: options.dir });
  try {
    const admin = await openDatabase(postgres, options);
    return await open(options, postgres, admin);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function openCluster(options: RedshiftOptions, admin: pg.Pool): Promise<Cluster> {
  const readings = options.readings ?? HOSTILE;
  await setLargeStrings(admin, options.database, readings.largeStrings);
  const { rows } = await admin.query<{ queries: string; super: number; columns: boolean }>(
    `insert into pg_catalog.warehouse_run values (default)
     returning run * ${QUERIES_PER_RUN} as queries, 'pg_catalog.super'::regtype::oid as super,
       exists (select from pg_catalog.pg_attribute where atttypid = 'pg_catalog.super'::regtype and attrelid >= 16384) as columns`,
  );
  const secret = randomBytes(32).toString('hex');
  await admin.query(NEW_SECRET, [secret]);
  const names = await admin.query<{ name: string }>('select name from pg_catalog.warehouse_name');
  const late = await admin.query('select from pg_catalog.warehouse_late_view limit 1');
  const { store, roles, region = DEFAULT_REGION, database } = options;
  return new Cluster({
    access: { store, roles, region },
    database,
    readings,
    admin,
    secret,
    queries: Number(rows[0]?.queries),
    hasLateViews: late.rowCount !== 0,
    hasSuper: rows[0]?.columns !== false,
    longNames: names.rows.map(({ name }) => name),
    superOid: Number(rows[0]?.super),
  });
}

/** For the sessions to come; a setting of the database, because a new folder has it off. */
async function setLargeStrings(admin: pg.Pool, database: string, areOn: boolean): Promise<void> {
  const { rows } = await admin.query<{ on: boolean }>('select is_large_string_enabled() as on');
  if (rows[0]?.on === areOn) return;
  const [name, value] = [pg.escapeIdentifier(database), areOn ? 'on' : 'off'];
  await admin.query(`alter database ${name} set rs.${LARGE_STRINGS} to '${value}'`);
}

async function open(
  options: RedshiftOptions,
  postgres: LocalPostgres,
  admin: pg.Pool,
): Promise<LocalRedshift> {
  const cluster = await openCluster(options, admin);
  const endpoint = new Endpoint(options, postgres, admin, cluster);
  const server = createServer({ noDelay: true, keepAlive: true }, (raw) => endpoint.accept(raw));
  // The process has no file descriptor left for a connection: the others go on.
  server.on('error', () => undefined);
  const port = await listen(server, options.port ?? 0, options.host);

  const close = async () => {
    server.close();
    endpoint.close();
    cluster.translator.close();
    // The engine's end ends the connection too, when it does not answer.
    await Promise.race([admin.end().catch(() => undefined), delay(ADMIN_END_MS, undefined, { ref: false })]);
    await postgres.stop();
  };
  let closed: Promise<void> | undefined;
  return {
    port,
    get connections() {
      return endpoint.connections;
    },
    setRoles: (roles) => {
      cluster.access = { ...cluster.access, roles };
    },
    close: () => (closed ??= close()),
  };
}

/** The connections of an endpoint, and the sessions of those that have logged in. */
class Endpoint {
  readonly #postgres: LocalPostgres;
  readonly #admin: pg.Pool;
  readonly #cluster: Cluster;
  readonly #rules: LoginRules;
  readonly #decorate: DecorateSession | undefined;
  readonly #limits: Limits;
  readonly #owner: string;
  readonly #sockets = new Set<Socket>();
  /** Connections of users other than the owner that have logged in, or are about to. */
  #logins = 0;
  readonly #sessions = new Map<Session, Upstream>();

  constructor(options: RedshiftOptions, postgres: LocalPostgres, admin: pg.Pool, cluster: Cluster) {
    const { database, certificate, allowPlaintext = false, decorate, limits, user } = options;
    this.#limits = limits;
    this.#owner = user;
    this.#postgres = postgres;
    this.#admin = admin;
    this.#cluster = cluster;
    this.#decorate = decorate;
    this.#rules = {
      findSecret: async (user) => (await findAccount(admin, user))?.secret,
      database,
      secureContext: createSecureContext({ cert: certificate.cert, key: certificate.key }),
      requireTls: !allowPlaintext,
      timeoutMs: limits.loginMs,
    };
  }

  get connections(): number {
    return this.#sessions.size;
  }

  accept(raw: Socket): void {
    this.#sockets.add(raw);
    raw.on('close', () => this.#sockets.delete(raw));
    raw.on('error', () => raw.destroy());
    // A session ends early when one of its connections is lost, and then there is no client left to tell.
    this.#serve(raw).catch(() => raw.destroy());
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The way of one connection. */
  async #serve(raw: Socket): Promise<void> {
    const arrival = await receive(raw, this.#rules);
    if (arrival.kind === 'gone') return;
    if (arrival.kind === 'cancel') {
      await this.#cancel(arrival.request);
      return;
    }
    const { socket, startup } = arrival;
    const inbox = new Inbox(socket);
    const isCounted = startup.user !== this.#owner;
    if (isCounted && this.#logins >= this.#limits.connections) {
      dismiss(
        socket,
        encodeFields('E', describeError(tooManyConnections(this.#limits.connections), 'FATAL')),
      );
      return;
    }
    if (isCounted) this.#logins += 1;
    try {
      await this.#runSession(socket, inbox, startup);
    } finally {
      if (isCounted) this.#logins -= 1;
    }
  }

  async #runSession(socket: Socket, inbox: Inbox, startup: Startup): Promise<void> {
    const account = await findAccount(this.#admin, startup.user);
    if (!account) return void socket.destroy();
    const upstream = await this.#openUpstream(socket, account, startup.settings);
    if (!upstream) return;
    const session = new Session({
      client: socket,
      inbox,
      upstream,
      cluster: this.#cluster,
      user: new SessionUser(account, upstream, this.#cluster.privileges),
      application: startup.settings.get('application_name'),
      encoding: startup.settings.get('client_encoding'),
      decorate: this.#decorate,
    });
    this.#sessions.set(session, upstream);
    const record: SessionRecord = {
      ...{ pid: upstream.pid, userId: account.id, user: account.name, started: Date.now() },
      application: startup.settings.get('application_name') ?? '',
      ...{ remoteHost: socket.remoteAddress ?? '', remotePort: String(socket.remotePort ?? '') },
    };
    this.#cluster.history.addSession(record, false);
    try {
      await session.run();
    } finally {
      this.#cluster.history.addSession(record, true);
      this.#sessions.delete(session);
    }
  }

  /** Cancels what the session runs that the request names. */
  async #cancel(request: Buffer): Promise<void> {
    for (const [session, upstream] of this.#sessions) {
      if (upstream.isNamedBy(request)) await session.cancel();
    }
  }

  /** Logs in to the engine; undefined if it refuses; the client gets the error. */
  async #openUpstream(
    client: Socket,
    account: Account,
    settings: ReadonlyMap<string, string>,
  ): Promise<Upstream | undefined> {
    const { host, port } = this.#postgres;
    const login = {
      host,
      port,
      user: account.name,
      secret: account.engineSecret,
      database: this.#rules.database,
    };
    try {
      return await Upstream.open(login, settings);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const fields = translateError(error.fields, { queryId: 0, pid: 0, userId: 0 });
      dismiss(client, encodeFields('E', fields));
      return undefined;
    }
  }
}
