/**
 * The local SQL endpoint: speaks Redshift's protocol to clients on 127.0.0.1 and runs their statements on a private
 * PostgreSQL, with COPY from the local S3. Clients must use TLS.
 */
import { createServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import type pg from 'pg';
import { startPostgres, type LocalPostgres } from '../postgres/server.ts';
import type { ClusterRole, ObjectStore } from './copy/credentials.ts';
import { openDatabase } from './database.ts';
import { EngineError, translateError } from './errors.ts';
import { HOSTILE, type Readings } from './readings.ts';
import { findAccount } from './session/accounts.ts';
import { Cluster } from './session/cluster.ts';
import { type DecorateSession, Session } from './session/session.ts';
import { type Account, SessionUser } from './session/user.ts';
import { type LoginRules, receive } from './wire/frontend.ts';
import { Inbox } from './wire/inbox.ts';
import { encodeFields } from './wire/message.ts';
import { Upstream } from './wire/upstream.ts';
import { listen } from '../listen.ts';

export type { ClusterRole } from './copy/credentials.ts';

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
  /** In PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** Whether clients may connect without TLS; they are rejected if undefined. */
  readonly allowPlaintext?: boolean;
  /** Changes how sessions run statements and answer, for tests. */
  readonly decorate?: DecorateSession | undefined;
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

async function openCluster(options: RedshiftOptions, admin: pg.Client): Promise<Cluster> {
  const { rows } = await admin.query<{ queries: string; super: number }>(
    `insert into pg_catalog.warehouse_run values (default)
     returning run * ${QUERIES_PER_RUN} as queries, 'pg_catalog.super'::regtype::oid as super`,
  );
  const names = await admin.query<{ name: string }>('select name from pg_catalog.warehouse_name');
  const { store, roles, region = DEFAULT_REGION, database } = options;
  return new Cluster({
    access: { store, roles, region },
    database,
    readings: options.readings ?? HOSTILE,
    admin,
    queries: Number(rows[0]?.queries),
    longNames: names.rows.map(({ name }) => name),
    superOid: Number(rows[0]?.super),
  });
}

async function open(
  options: RedshiftOptions,
  postgres: LocalPostgres,
  admin: pg.Client,
): Promise<LocalRedshift> {
  const cluster = await openCluster(options, admin);
  const endpoint = new Endpoint(options, postgres, admin, cluster);
  const server = createServer({ noDelay: true, keepAlive: true }, (raw) => endpoint.accept(raw));
  const port = await listen(server, options.port ?? 0);

  const close = async () => {
    server.close();
    endpoint.close();
    await admin.end().catch(() => undefined);
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
  readonly #admin: pg.Client;
  readonly #cluster: Cluster;
  readonly #rules: LoginRules;
  readonly #decorate: DecorateSession | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Map<Session, Upstream>();

  constructor(options: RedshiftOptions, postgres: LocalPostgres, admin: pg.Client, cluster: Cluster) {
    const { database, certificate, allowPlaintext = false, decorate } = options;
    this.#postgres = postgres;
    this.#admin = admin;
    this.#cluster = cluster;
    this.#decorate = decorate;
    this.#rules = {
      findSecret: async (user) => (await findAccount(admin, user))?.secret,
      database,
      secureContext: createSecureContext({ cert: certificate.cert, key: certificate.key }),
      requireTls: !allowPlaintext,
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
    const { socket, parameters } = arrival;
    const inbox = new Inbox(socket);
    const account = await findAccount(this.#admin, parameters.get('user') ?? '');
    if (!account) return void socket.destroy();
    const upstream = await this.#openUpstream(socket, account, parameters);
    if (!upstream) return;
    const session = new Session({
      client: socket,
      inbox,
      upstream,
      cluster: this.#cluster,
      user: new SessionUser(account, upstream, this.#cluster.privileges),
      application: parameters.get('application_name'),
      decorate: this.#decorate,
    });
    this.#sessions.set(session, upstream);
    try {
      await session.run();
    } finally {
      this.#sessions.delete(session);
    }
  }

  /** Cancels what the session runs that the request names. */
  async #cancel(request: Buffer): Promise<void> {
    for (const [session, upstream] of this.#sessions) {
      if (upstream.isNamedBy(request)) await session.cancel();
    }
  }

  /** Logs in to the engine; undefined when it refuses, which the client is told. */
  async #openUpstream(
    client: Socket,
    account: Account,
    parameters: ReadonlyMap<string, string>,
  ): Promise<Upstream | undefined> {
    const { port } = this.#postgres;
    const login = { port, user: account.name, secret: account.engineSecret, database: this.#rules.database };
    try {
      return await Upstream.open(login, parameters);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      client.end(encodeFields('E', translateError(error.fields, { queryId: 0, pid: 0, userId: 0 })));
      return undefined;
    }
  }
}
