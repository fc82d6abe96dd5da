/** One connection on node-postgres, with deadlines, keepalive and known session settings; simple protocol only. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { CommitUnknownError, LoadError, stateOf } from '../errors.ts';
import type { Answer, Session, StatementOptions } from '../ports.ts';
import { integer, literal, raw, sql, type Sql } from '../sql.ts';
import { requestCancel, type Cancellable } from './cancel.ts';
import { connectError } from './connect-errors.ts';
import { goesAlone } from './message.ts';
import { query, StatementFailure } from './query.ts';
import { firstWords, lostError, statementError } from './statement-errors.ts';
import { LoginConnection } from './login.ts';
import { tls, type SslMode } from './tls.ts';
import type { Tunnel } from './tunnel.ts';

interface Login {
  readonly user: string;
  readonly password: string;
}

export interface ConnectionSettings {
  readonly hostname: string;
  readonly port: number;
  readonly database: string;
  /** Asked for again for each connection. */
  readonly login: () => Promise<Login>;
  readonly sslmode: SslMode;
  /** PEM text; Node's own list if undefined. */
  readonly sslCa: string | undefined;
  readonly queryGroup: string;
  /** Through which connections go. */
  readonly tunnel: Tunnel | undefined;
  readonly connectTimeoutMs: number;
  /** The deadline of a statement that has no shorter one. */
  readonly statementTimeoutMs: number;
  /** A line is logged each time a statement has run this long again. */
  readonly heartbeatMs: number;
  readonly onHeartbeat: (statement: Sql, runningMs: number, purpose: string | undefined) => void;
}

const WRONG_PASSWORD = /^(28000|28P01)$/;

/** What the server gets to cancel by itself before the connection is given up. */
const GRACE_MS = 10_000;
const FAREWELL_MS = 2_000;

/** ALTER USER ... SET may have set any of these for the user. The time limit of the server also applies if this program has died. */
function sessionSettings({ queryGroup, statementTimeoutMs }: ConnectionSettings): readonly Sql[] {
  return [
    raw('SET timezone TO UTC'),
    raw("SET datestyle TO 'ISO, MDY'"),
    raw('SET enable_case_sensitive_identifier TO false'),
    sql`SET query_group TO ${literal(queryGroup)}`,
    sql`SET statement_timeout TO ${integer(statementTimeoutMs)}`,
  ];
}

export class Connection implements Session {
  readonly backend: number;
  /** What the connection is lent for, in words. */
  purpose: string | undefined;
  readonly #client: pg.Client;
  readonly #socket: Duplex;
  readonly #settings: ConnectionSettings;
  #lost: Error | undefined;

  private constructor(client: pg.Client, socket: Duplex, settings: ConnectionSettings, backend: number) {
    this.#client = client;
    this.#socket = socket;
    this.#settings = settings;
    this.backend = backend;
    // Without a listener, a connection that the server closes while idle ends the process.
    client.on('error', (error) => (this.#lost = error));
    client.on('end', () => (this.#lost ??= new Error('the server closed the connection')));
  }

  static async open(settings: ConnectionSettings, signal: AbortSignal): Promise<Connection> {
    // The caller that closes does not wait for AWS or an SSH server.
    const login = await unlessAborted(settings.login(), signal);
    try {
      return await this.#openAs(settings, login, signal);
    } catch (error) {
      if (!WRONG_PASSWORD.test(stateOf(error))) throw error;
      // The password may have been replaced between the two.
      const now = await unlessAborted(settings.login(), signal);
      if (now.user === login.user && now.password === login.password) throw error;
      return this.#openAs(settings, now, signal);
    }
  }

  static async #openAs(settings: ConnectionSettings, login: Login, signal: AbortSignal): Promise<Connection> {
    const socket =
      settings.tunnel === undefined
        ? new Socket()
        : await unlessAborted(dial(settings.tunnel, settings), signal);
    return this.#logIn(settings, login, socket, signal);
  }

  /** The whole of it under one deadline: a server may accept a connection and then say nothing. */
  static async #logIn(
    settings: ConnectionSettings,
    { user, password }: Login,
    socket: Duplex,
    signal: AbortSignal,
  ): Promise<Connection> {
    const ssl = tls(settings);
    const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 30_000 };
    const config: pg.ClientConfig & { readonly connection: LoginConnection } = {
      connection: new LoginConnection({ stream: () => socket, ssl, password, ...keepAlive }),
      host: settings.hostname,
      port: settings.port,
      database: settings.database,
      user,
      password,
      ssl,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      application_name: 'target-redshift',
      // Values stay the server's texts: a BIGINT or NUMERIC never becomes a JavaScript number.
      types: { getTypeParser: () => (value: string) => value },
    };
    const client = new pg.Client(config);
    let lost: Error | undefined;
    const early = (error: Error): void => {
      lost ??= error;
    };
    client.on('error', early);
    const giveUp = (): void => void socket.destroy(new Error('the login was given up'));
    signal.addEventListener('abort', giveUp, { once: true });
    const deadline = setTimeout(
      () => socket.destroy(new Error('timeout: no answer to the login')),
      settings.connectTimeoutMs + GRACE_MS,
    );
    try {
      await client.connect();
      const answers = await query(client, [...sessionSettings(settings), raw('SELECT pg_backend_pid()')]);
      const connection = new Connection(client, socket, settings, Number(answers.at(-1)?.rows[0]?.[0]));
      client.off('error', early);
      return connection;
    } catch (error) {
      socket.destroy();
      const cause = error instanceof StatementFailure ? error.cause : error;
      // Of a connection that was lost before, node-postgres only says that it cannot be used.
      throw connectError(cause instanceof pg.DatabaseError ? cause : (lost ?? cause), settings, user);
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Whether the server answers within this time. */
  async isAlive(answerMs: number): Promise<boolean> {
    const end = setTimeout(() => this.destroy(), answerMs);
    try {
      await query(this.#client, [raw('SELECT 1')]);
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(end);
    }
  }

  get isUsable(): boolean {
    return this.#lost === undefined;
  }

  onEnd(listener: () => void): void {
    this.#client.on('end', listener);
  }

  async run(statement: Sql, options?: StatementOptions): Promise<Answer> {
    const [answer] = await this.send([statement], options);
    return answer as Answer;
  }

  async send(statements: readonly Sql[], options: StatementOptions = {}): Promise<readonly Answer[]> {
    const message = statements.length > 1 ? statements.find(goesAlone) : undefined;
    if (message) throw new TypeError(`This statement goes alone in its message: ${firstWords(message)}`);
    return this.#send(statements, options.timeoutMs ?? this.#settings.statementTimeoutMs);
  }

  async commit(statements: readonly Sql[], options?: StatementOptions): Promise<void> {
    let answer: Answer | undefined;
    try {
      answer = (await this.send([...statements, raw('COMMIT')], options)).at(-1);
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw new CommitUnknownError(this.backend, error);
    }
    if (answer?.command !== 'COMMIT') {
      throw new LoadError(
        `Cannot commit: the server answered ${answer?.command || 'nothing'} instead of COMMIT`,
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

  async #send(statements: readonly Sql[], limitMs: number): Promise<readonly Answer[]> {
    const [first = raw('')] = statements;
    const told = statements.find(isTold) ?? first;
    this.#throwIfLost(told);
    const { heartbeatMs, onHeartbeat } = this.#settings;
    const started = performance.now();
    const beat = (): void => onHeartbeat(told, performance.now() - started, this.purpose);
    const heartbeat = setInterval(beat, heartbeatMs);
    let passedMs: number | undefined;
    const deadline = setTimeout(() => {
      passedMs = limitMs;
      void this.#cancel();
    }, limitMs);
    const end = setTimeout(() => {
      this.#lost = new Error(`no answer came within ${Math.round((limitMs + GRACE_MS) / 1000)} s`);
      this.destroy();
    }, limitMs + GRACE_MS);
    try {
      return await query(this.#client, statements);
    } catch (error) {
      const [at, cause] = error instanceof StatementFailure ? [error.at, error.cause] : [0, error];
      const failed = statements[at] ?? told;
      this.#throwIfLost(failed);
      throw statementError(failed, cause, { at, limitMs: passedMs });
    } finally {
      clearInterval(heartbeat);
      clearTimeout(deadline);
      clearTimeout(end);
    }
  }

  #throwIfLost(statement: Sql): void {
    if (this.#lost) throw lostError(statement, this.#lost);
  }

  async #cancel(): Promise<void> {
    const { hostname, port, tunnel } = this.#settings;
    const session: Cancellable = this.#client as never;
    try {
      const socket = tunnel === undefined ? new Socket() : await dial(tunnel, this.#settings);
      requestCancel(session, socket, { hostname, port, ssl: tls(this.#settings) });
    } catch {
      // A tunnel that is gone takes the statement's own connection along.
    }
  }
}

/** Not only the frame of a transaction. */
function isTold({ safe }: Sql): boolean {
  return !/^(BEGIN|COMMIT|ROLLBACK)$/.test(safe);
}

/**
 * Whether an answer of the server says that nothing was committed. Silence says nothing, and neither does a session that
 * was ended or a statement that was cancelled while COMMIT ran.
 */
function isRefusal(error: unknown): error is LoadError {
  const state = error instanceof LoadError ? (error.sqlstate ?? '') : '';
  return /^[0-9A-Z]{5}$/.test(state) && !/^(08|57)/.test(state);
}

/** A channel of the tunnel with what node-postgres calls of a socket. */
async function dial(tunnel: Tunnel, { hostname, port }: ConnectionSettings): Promise<Duplex> {
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
  // What comes too late is dropped.
  work.catch(() => undefined);
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
