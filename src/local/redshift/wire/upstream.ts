/**
 * One session of the engine, spoken to in PostgreSQL's protocol without TLS: requests that run until ReadyForQuery, and
 * the session's transaction status after each.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { socketPath } from '../../postgres/place.ts';
import { describeError, EngineError } from '../errors.ts';
import { OWN_NAME } from '../sql/own-names.ts';
import { RedshiftError } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';
import { dismiss } from './dismiss.ts';
import { answerMd5 } from './frontend.ts';
import {
  type Column,
  decodeColumns,
  decodeFields,
  decodeRow,
  decodeStatus,
  encode,
  encodeFields,
  type Fields,
  type Frame,
  FrameCutter,
  int32,
  type TransactionStatus,
} from './message.ts';

/** Where and as whom to log in to the engine. `secret` is the engine's own of the user, `md5...`. */
export interface EngineLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  readonly database: string;
}

/** No statement of PostgreSQL. */
const NO_STATEMENT = '!';

/**
 * The most that a message of the engine may have, in bytes: more than 1600 columns of 65535 bytes. A message is in memory
 * as a whole before it is passed on, and one of the engine may have a gigabyte.
 */
const LONGEST_MESSAGE = 128 * 1024 * 1024;

type Receiver = (frame: Frame) => void;

/** The engine has sent a message that is too long. The session is over, and the client has been told. */
export class ResultTooLargeError extends Error {
  override readonly name = 'ResultTooLargeError';
}

/** A connection to the engine. Every promise of it rejects when the connection is lost. */
export class Upstream {
  /** The state after the last request. */
  status: TransactionStatus = 'I';
  /** The messages of the login that a client wants to see: ParameterStatus and BackendKeyData. */
  readonly greeting: readonly Frame[];
  readonly pid: number;
  readonly #key: Buffer;
  readonly #login: EngineLogin;
  readonly #socket: Socket;
  readonly #lost: Promise<never>;
  #cancelling: Promise<void> | undefined;
  #failure: ResultTooLargeError | undefined;
  #receiver: Receiver;
  #ready: ((status: TransactionStatus) => void) | undefined;

  private constructor(socket: Socket, login: EngineLogin, greeting: readonly Frame[], cutter: FrameCutter) {
    this.#socket = socket;
    this.#login = login;
    this.greeting = greeting;
    const key = greeting.find((frame) => frame.type === 'K')?.bytes.subarray(5);
    if (!key) throw new Error('the engine gave no key for cancelling');
    this.#key = key;
    this.pid = key.readInt32BE();
    this.#receiver = () => undefined;
    this.#lost = once(socket, 'close').then(() => {
      throw this.#failure ?? new Error('the connection to the engine is lost');
    });
    this.#lost.catch(() => undefined);
    socket.on('data', (chunk: Buffer) => this.#dispatch(cutter.push(chunk)));
  }

  /** Logs in. @throws EngineError when the engine refuses. */
  static async open(login: EngineLogin, settings: ReadonlyMap<string, string>): Promise<Upstream> {
    const socket = connectTo(login);
    socket.on('error', () => socket.destroy());
    const cutter = new FrameCutter(LONGEST_MESSAGE);
    const greeting: Frame[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        const receive = (frame: Frame) => {
          if (frame.type === 'R' && frame.bytes.readInt32BE(5) === 5) {
            socket.write(encode('p', `${answerMd5(login.secret, frame.bytes.subarray(9))}\0`));
          } else if (frame.type === 'E') {
            reject(new EngineError(decodeFields(frame)));
          } else if (frame.type === 'Z') {
            resolve();
          } else if (frame.type !== 'R') {
            // The client is told of its login once, by us: libpq refuses a second answer.
            greeting.push(frame);
          }
        };
        socket.once('close', () => reject(new Error('the engine closed the connection during the login')));
        socket.on('data', (chunk: Buffer) => {
          for (const frame of cutter.push(chunk)) receive(frame);
        });
        socket.once('connect', () => socket.write(encodeStartup(login, settings)));
      });
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      socket.removeAllListeners('data');
    }
    return new Upstream(socket, login, greeting, cutter);
  }

  /** Hands messages outside of requests to `receive`, and slows the engine down to the pace of `client`. */
  attach(client: Socket, receive: Receiver): void {
    this.#receiver = receive;
    this.#socket.on('data', () => {
      if (!client.writableNeedDrain) return;
      this.#socket.pause();
      client.once('drain', () => this.#socket.resume());
    });
    this.#socket.on('close', () => dismiss(client, this.#failure && encodeFields('E', tooLarge())));
  }

  /** Whether `request` (the body of a CancelRequest) names this session. */
  isNamedBy(request: Buffer): boolean {
    return request.subarray(8).equals(this.#key);
  }

  /** Asks the engine to cancel what this session runs. Resolves when it has been told. */
  async cancel(): Promise<void> {
    this.#cancelling = this.#sendCancel();
    await this.#cancelling;
  }

  async #sendCancel(): Promise<void> {
    const socket = connectTo(this.#login);
    socket.on('error', () => socket.destroy());
    socket.end(Buffer.concat([int32(16), int32(80877102), this.#key]));
    socket.resume();
    // An engine that cannot be told is at its end, and the statement with it.
    await once(socket, 'close').catch(() => undefined);
  }

  /**
   * Sends messages that end in ReadyForQuery and hands all of the answers but that to `receive`; resolves with the
   * status in it.
   */
  async request(bytes: Buffer, receive: Receiver): Promise<TransactionStatus> {
    // The engine's signal may come late, and must not end what comes after the statement that it is for.
    if (this.#cancelling) await this.#cancelling;
    this.#cancelling = undefined;
    const before = this.#receiver;
    this.#receiver = receive;
    try {
      const ready = new Promise<TransactionStatus>((resolve) => {
        this.#ready = resolve;
      });
      this.#socket.write(bytes);
      this.status = await Promise.race([ready, this.#lost]);
      return this.status;
    } finally {
      this.#receiver = before;
      this.#ready = undefined;
    }
  }

  /** Sends a part of a request that is under way. Resolves when the engine can take more. */
  async send(bytes: Buffer): Promise<void> {
    if (this.#socket.destroyed) await this.#lost;
    if (!this.#socket.write(bytes)) await Promise.race([once(this.#socket, 'drain'), this.#lost]);
  }

  /** Sends a piece of COPY's input. Resolves when the engine can take more. */
  async sendCopyData(data: Buffer): Promise<void> {
    if (data.length === 0) return;
    if (this.#socket.destroyed) await this.#lost;
    const head = Buffer.alloc(5);
    head.write('d', 'latin1');
    head.writeInt32BE(data.length + 4, 1);
    this.#socket.cork();
    this.#socket.write(head);
    const ready = this.#socket.write(data);
    this.#socket.uncork();
    if (!ready && this.#socket.writableNeedDrain)
      await Promise.race([once(this.#socket, 'drain'), this.#lost]);
  }

  /**
   * Runs statements of the endpoint's own; the rows of all of them. They go by the extended protocol under a name of
   * their own: a simple query would take the client's unnamed prepared statement and portal away.
   * @throws EngineError when one fails.
   */
  async run(...statements: readonly string[]): Promise<(string | null)[][]> {
    return await this.#runOwn(statements.map((sql) => encodeExecution(sql)));
  }

  /** As `run`, one statement with a string as its parameter, which no view of the engine shows. */
  async runWith(parameter: string, sql: string): Promise<(string | null)[][]> {
    return await this.#runOwn([encodeExecution(sql, parameter)]);
  }

  /** The columns of a query's result; it is not run. @throws EngineError */
  async describe(sql: string): Promise<readonly Column[]> {
    let columns: readonly Column[] = [];
    let failure: Fields | undefined;
    const messages = [
      encode('C', `S${OWN_NAME}\0`),
      encode('P', `${OWN_NAME}\0${sql}\0`, Buffer.alloc(2)),
      encode('D', `S${OWN_NAME}\0`),
      encode('S'),
    ];
    await this.request(Buffer.concat(messages), (frame) => {
      if (frame.type === 'T') columns = decodeColumns(frame);
      if (frame.type === 'E') failure = decodeFields(frame);
    });
    if (failure) throw new EngineError(failure);
    return columns;
  }

  async #runOwn(executions: readonly Buffer[]): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = [];
    let failure: Fields | undefined;
    const messages = [...executions, encode('S')];
    await this.request(Buffer.concat(messages), (frame) => {
      if (frame.type === 'D') rows.push(decodeRow(frame));
      if (frame.type === 'E') failure = decodeFields(frame);
    });
    if (failure) throw new EngineError(failure);
    return rows;
  }

  /** Fails the open transaction, if there is one, without a word to the client. */
  async failTransaction(): Promise<void> {
    if (this.status !== 'T') return;
    const messages = [encode('P', `${OWN_NAME}\0${NO_STATEMENT}\0`, Buffer.alloc(2)), encode('S')];
    await this.request(Buffer.concat(messages), () => undefined);
  }

  /** Drops the connection; the engine rolls back as soon as it notices. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends what the session runs, and the session. */
  async abandon(): Promise<void> {
    if (this.#socket.destroyed) return;
    try {
      await this.cancel();
    } finally {
      this.#socket.destroy();
    }
  }

  #dispatch(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (frame.dropped !== undefined) {
        this.#failure = new ResultTooLargeError(`a message of ${frame.dropped} bytes`);
        this.#socket.destroy();
        return;
      }
      if (frame.type === 'Z' && this.#ready) this.#ready(decodeStatus(frame));
      else this.#receiver(frame);
    }
  }
}

function tooLarge(): Fields {
  const sentence = `A row of the result has more than ${LONGEST_MESSAGE / 1024 / 1024} MB, which the local warehouse does not send.`;
  return describeError(new RedshiftError(SQLSTATE.programLimitExceeded, sentence), 'FATAL');
}

function connectTo({ host, port }: EngineLogin): Socket {
  const path = socketPath(host, port);
  return path === undefined ? connect({ host, port, noDelay: true }) : connect({ path });
}

/** The messages that run one statement. The last Close is skipped when it fails, so that another comes first. */
function encodeExecution(sql: string, parameter?: string): Buffer {
  return Buffer.concat([
    encode('C', `S${OWN_NAME}\0`),
    encode('C', `P${OWN_NAME}\0`),
    encode('P', `${OWN_NAME}\0${sql}\0`, Buffer.alloc(2)),
    encode('B', `${OWN_NAME}\0${OWN_NAME}\0`, encodeParameters(parameter)),
    encode('E', `${OWN_NAME}\0`, int32(0)),
    encode('C', `P${OWN_NAME}\0`),
  ]);
}

/** The end of a Bind: values and results are text. */
function encodeParameters(parameter: string | undefined): Buffer {
  if (parameter === undefined) return Buffer.alloc(6);
  const value = Buffer.from(parameter);
  return Buffer.concat([Buffer.from([0, 0, 0, 1]), int32(value.length), value, Buffer.alloc(2)]);
}

function encodeStartup(login: EngineLogin, settings: ReadonlyMap<string, string>): Buffer {
  const words = ['user', login.user, 'database', login.database, ...[...settings].flat()];
  const body = Buffer.concat([int32(0x30000), Buffer.from(`${words.join('\0')}\0\0`)]);
  return Buffer.concat([int32(body.length + 4), body]);
}
