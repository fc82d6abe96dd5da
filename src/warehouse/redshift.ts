/** Warehouse on node-postgres: connections with deadlines, keepalive and known session settings; simple protocol only. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { CommitUnknownError, LoadError, messageOf } from '../errors.ts';
import type { Answer, Session, StatementOptions, Warehouse } from '../ports.ts';
import { literal, raw, sql, type Sql } from '../sql.ts';
import { codeOf, connectError } from './connect-errors.ts';
import type { Tunnel } from './tunnel.ts';

export type SslMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

export interface RedshiftSettings {
  readonly hostname: string;
  readonly port: number;
  readonly database: string;
  /** Asked anew for each connection. */
  readonly login: () => Promise<{ readonly user: string; readonly password: string }>;
  readonly sslmode: SslMode;
  /** PEM text; Node's own list if undefined. */
  readonly sslCa: string | undefined;
  readonly queryGroup: string;
  /** Through which connections go; closed with the warehouse. */
  readonly tunnel: Tunnel | undefined;
  readonly connectTimeoutMs: number;
  /** The deadline of a statement that has no shorter one. */
  readonly statementTimeoutMs: number;
  /** A line is logged each time a statement has run this long again. */
  readonly heartbeatMs: number;
  readonly onHeartbeat: (statement: Sql, runningMs: number) => void;
}

/** Firewalls drop idle connections within minutes, Serverless after an hour. */
const IDLE_MS = 60_000;

/** What the server gets to cancel by itself before the connection is given up. */
const GRACE_MS = 10_000;
const FAREWELL_MS = 2_000;

/** A DBA may have set any of these for the user (load-safety 36). */
const SETTINGS = [
  'SET timezone TO UTC',
  "SET datestyle TO 'ISO, MDY'",
  'SET enable_case_sensitive_identifier TO false',
].map(raw);

export function connectRedshift(settings: RedshiftSettings): Warehouse {
  const idle: { readonly connection: Connection; readonly timer: NodeJS.Timeout }[] = [];
  const open = new Set<Connection>();
  const closing = new AbortController();

  async function acquire(): Promise<Connection> {
    if (closing.signal.aborted) throw new LoadError('The connections to Redshift are closed');
    const free = idle.pop();
    if (free) {
      clearTimeout(free.timer);
      if (free.connection.isUsable) return free.connection;
    }
    const connection = await Connection.open(settings, closing.signal);
    open.add(connection);
    connection.onEnd(() => open.delete(connection));
    return connection;
  }

  return {
    async session(work, { isOnlyOnce = false } = {}) {
      const connection = await acquire();
      let clean = false;
      try {
        const result = await work(connection);
        clean = true;
        return result;
      } finally {
        if (clean && isOnlyOnce) {
          await connection.end();
        } else if (clean && connection.isUsable) {
          const timer = setTimeout(() => void connection.end(), IDLE_MS);
          timer.unref();
          idle.push({ connection, timer });
        } else {
          connection.destroy();
        }
      }
    },

    async close(force = false) {
      closing.abort();
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      if (force) for (const connection of open) connection.destroy();
      else await Promise.all([...open].map((connection) => connection.end()));
      settings.tunnel?.close();
    },
  };
}

class Connection implements Session {
  readonly backend: number;
  readonly #client: pg.Client;
  readonly #socket: Duplex;
  readonly #settings: RedshiftSettings;
  #timeoutMs = 0;
  #lost: Error | undefined;

  private constructor(client: pg.Client, socket: Duplex, settings: RedshiftSettings, backend: number) {
    this.#client = client;
    this.#socket = socket;
    this.#settings = settings;
    this.backend = backend;
    // Without a listener, a connection that the server closes while idle ends the process.
    client.on('error', (error) => (this.#lost = error));
    client.on('end', () => (this.#lost ??= new Error('the server closed the connection')));
  }

  static async open(settings: RedshiftSettings, signal: AbortSignal): Promise<Connection> {
    // Whoever closes does not wait for AWS or an SSH server.
    const login = await unlessAborted(settings.login(), signal);
    const socket =
      settings.tunnel === undefined
        ? new Socket()
        : await unlessAborted(dial(settings.tunnel, settings), signal);
    return this.#logIn(settings, login, socket, signal);
  }

  /** The whole of it under one deadline: a server may accept a connection and then say nothing. */
  static async #logIn(
    settings: RedshiftSettings,
    { user, password }: { readonly user: string; readonly password: string },
    socket: Duplex,
    signal: AbortSignal,
  ): Promise<Connection> {
    const client = new pg.Client({
      stream: () => socket,
      host: settings.hostname,
      port: settings.port,
      database: settings.database,
      user,
      password,
      ssl: tls(settings),
      connectionTimeoutMillis: settings.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 30_000,
      application_name: 'target-redshift',
      // Values stay the server's texts: a BIGINT or NUMERIC never becomes a JavaScript number.
      types: { getTypeParser: () => (value: string) => value },
    });
    const early = (): void => undefined;
    client.on('error', early);
    const giveUp = (): void => void socket.destroy(new Error('the login was given up'));
    signal.addEventListener('abort', giveUp, { once: true });
    const deadline = setTimeout(
      () => socket.destroy(new Error('timeout: no answer to the login')),
      settings.connectTimeoutMs + GRACE_MS,
    );
    try {
      await client.connect();
      const { rows } = await client.query({ text: 'SELECT pg_backend_pid()', rowMode: 'array' });
      const connection = new Connection(client, socket, settings, Number(rows[0]?.[0]));
      client.off('error', early);
      const group = sql`SET query_group TO ${literal(settings.queryGroup)}`;
      for (const setting of [...SETTINGS, group]) await connection.run(setting);
      return connection;
    } catch (error) {
      socket.destroy();
      throw connectError(error, settings, user);
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', giveUp);
    }
  }

  get isUsable(): boolean {
    return this.#lost === undefined;
  }

  onEnd(listener: () => void): void {
    this.#client.on('end', listener);
  }

  async run(statement: Sql, { timeoutMs }: StatementOptions = {}): Promise<Answer> {
    const limit = timeoutMs ?? this.#settings.statementTimeoutMs;
    if (limit !== this.#timeoutMs) {
      await this.#send(raw(`SET statement_timeout TO ${limit}`), limit);
      this.#timeoutMs = limit;
    }
    return this.#send(statement, limit);
  }

  async commit(statements: Sql): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.run(statements);
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw new CommitUnknownError(this.backend, error);
    }
    if (answer.command !== 'COMMIT') {
      throw new LoadError(
        `Cannot commit: the server answered ${answer.command || 'nothing'} instead of COMMIT`,
        {
          sqlstate: '40001',
        },
      );
    }
  }

  async end(): Promise<void> {
    this.#lost ??= new Error('the connection was closed');
    // A server behind a dead network never says goodbye.
    const impatience = setTimeout(() => this.#socket.destroy(), FAREWELL_MS);
    await this.#client.end().catch(() => undefined);
    clearTimeout(impatience);
  }

  /** Gives up at once; whatever the server still does is cut off from us. */
  destroy(): void {
    this.#lost ??= new Error('the connection was given up');
    this.#socket.destroy();
  }

  #throwIfLost(statement: Sql): void {
    if (this.#lost) throw lostError(statement, this.#lost);
  }

  async #send(statement: Sql, limitMs: number): Promise<Answer> {
    this.#throwIfLost(statement);
    const { heartbeatMs, onHeartbeat } = this.#settings;
    const started = performance.now();
    const heartbeat = setInterval(() => onHeartbeat(statement, performance.now() - started), heartbeatMs);
    const deadline = setTimeout(() => {
      this.#lost = new Error(`no answer came within ${Math.round((limitMs + GRACE_MS) / 1000)} s`);
      this.destroy();
    }, limitMs + GRACE_MS);
    try {
      const result: unknown = await this.#client.query({ text: statement.text, rowMode: 'array' });
      return answerOf(result);
    } catch (error) {
      this.#throwIfLost(statement);
      throw statementError(statement, error);
    } finally {
      clearInterval(heartbeat);
      clearTimeout(deadline);
    }
  }
}

/**
 * Whether an answer of the server says that nothing was committed. Silence says nothing, and neither does a session that
 * was ended or a statement that was cancelled while COMMIT ran.
 */
function isRefusal(error: unknown): error is LoadError {
  const state = error instanceof LoadError ? (error.sqlstate ?? '') : '';
  return /^[0-9A-Z]{5}$/.test(state) && !/^(08|57)/.test(state);
}

function answerOf(result: unknown): Answer {
  const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryArrayResult<(string | null)[]>;
  return {
    command: last.command,
    count: last.rowCount,
    columns: last.fields.map(({ name }) => name),
    rows: last.rows,
  };
}

/** A channel of the tunnel with what node-postgres calls of a socket. */
async function dial(tunnel: Tunnel, { hostname, port }: RedshiftSettings): Promise<Duplex> {
  const channel = await tunnel.open(hostname, port);
  const same = (): Duplex => channel;
  const connect = (): Duplex => {
    setImmediate(() => channel.emit('connect'));
    return channel;
  };
  return Object.assign(channel, { connect, setNoDelay: same, setKeepAlive: same, ref: same, unref: same });
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(new LoadError('The connections to Redshift are closed'));
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
  });
  // What comes too late is for nobody.
  work.catch(() => undefined);
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function tls({ sslmode, sslCa }: RedshiftSettings): boolean | ConnectionOptions {
  const ca = sslCa === undefined ? {} : { ca: sslCa };
  switch (sslmode) {
    case 'disable':
      return false;
    case 'require':
      return { ...ca, rejectUnauthorized: false };
    case 'verify-ca':
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...ca, rejectUnauthorized: true };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function statementError(statement: Sql, error: unknown): LoadError {
  const code = codeOf(error);
  const detail = error instanceof Error && 'detail' in error ? textOf(error.detail) : '';
  const hint = code === '57014' ? ' (it ran longer than its time limit)' : '';
  return new LoadError(`Redshift refused ${firstWords(statement)}: ${messageOf(error)}${hint}`, {
    ...(code === undefined ? {} : { sqlstate: code }),
    detail,
    cause: error,
  });
}

function lostError(statement: Sql, cause: Error): LoadError {
  return new LoadError(
    `The connection to Redshift was lost during ${firstWords(statement)}: ${cause.message}`,
    {
      sqlstate: '08006',
      cause,
    },
  );
}

/** Enough of a statement to recognise it; literals are left out where secrets may stand. */
function firstWords(statement: Sql): string {
  const line = statement.safe.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
