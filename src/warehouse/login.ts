/**
 * The connection of node-postgres with two additions: Redshift's login for users whose password is kept as a SHA-256 digest, and
 * a guard for its parser, which throws in the handler of the socket for messages that it does not know.
 */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';

export interface LoginSettings {
  readonly stream: () => Duplex;
  readonly ssl: boolean | ConnectionOptions;
  readonly keepAlive?: boolean;
  readonly keepAliveInitialDelayMillis?: number;
  readonly password: string;
}

/** Members that the types of node-postgres do not have. */
type Wire = EventEmitter & {
  readonly stream: Duplex;
  attachListeners(stream: EventEmitter): void;
  connect(port: number, host: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
};

const WireBase = pg.Connection as unknown as new (settings: Omit<LoginSettings, 'password'>) => Wire;

/** Type and length of a message. */
const HEADER = 5;
/** No message before the end of the login is longer. */
const LONGEST = 64 * 1024;

const AUTHENTICATION_OK = 0;
const AUTHENTICATION_DIGEST = 13;
/** In clear text, md5, and SASL with its two steps. */
const KNOWN_METHODS = [AUTHENTICATION_OK, 3, 5, 10, 11, 12];

/** Source: the numbers in Amazon's drivers for Redshift (ConnectionFactoryImpl.java). */
const METHODS: Readonly<Record<number, string>> = {
  2: 'Kerberos',
  4: 'crypt',
  7: 'GSSAPI',
  9: 'SSPI',
  14: 'a token of an identity provider',
};

export class LoginConnection extends WireBase {
  readonly #password: string;
  #isLoggedIn = false;
  #pending: Buffer = Buffer.alloc(0);

  constructor({ password, ...settings }: LoginSettings) {
    super(settings);
    this.#password = password;
  }

  /** Node-postgres calls it with the socket on which messages arrive. */
  override attachListeners(stream: Duplex): void {
    const parsed = new EventEmitter();
    super.attachListeners(parsed);
    stream.on('end', () => parsed.emit('end'));
    stream.on('data', (chunk: Buffer) => {
      try {
        this.#take(chunk, stream, parsed);
      } catch (error) {
        this.emit('error', error);
        stream.destroy();
      }
    });
  }

  #take(chunk: Buffer, stream: Duplex, parsed: EventEmitter): void {
    if (this.#isLoggedIn) return void parsed.emit('data', chunk);
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (!this.#isLoggedIn) {
      const message = this.#nextMessage();
      if (message === undefined) return;
      const method = message[0] === 'R'.charCodeAt(0) ? methodOf(message) : undefined;
      if (method === AUTHENTICATION_DIGEST) {
        stream.write(digestAnswer(message.subarray(HEADER + 4), this.#password));
      } else {
        if (method !== undefined && !KNOWN_METHODS.includes(method)) throw unknownMethod(method);
        this.#isLoggedIn = method === AUTHENTICATION_OK;
        parsed.emit('data', message);
      }
    }
    if (this.#pending.length > 0) parsed.emit('data', this.#pending);
    this.#pending = Buffer.alloc(0);
  }

  #nextMessage(): Buffer | undefined {
    if (this.#pending.length < HEADER) return undefined;
    const length = this.#pending.readInt32BE(1) + 1;
    if (length < HEADER || length > LONGEST) throw notRedshift();
    if (this.#pending.length < length) return undefined;
    const message = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return message;
  }
}

function methodOf(message: Buffer): number {
  if (message.length < HEADER + 4) throw notRedshift();
  return message.readInt32BE(HEADER);
}

/**
 * The answer to a challenge: SHA256(SHA256(password, salt), nonce of the server, nonce of the client), and that nonce. Source:
 * Amazon Redshift Python driver, core.py (AUTH_REQ_DIGEST) and utils/extensible_digest.py.
 */
function digestAnswer(challenge: Buffer, password: string): Buffer {
  const reader = new Challenge(challenge);
  const algorithm = reader.number();
  if (algorithm !== 0) throw unknownMethod(AUTHENTICATION_DIGEST, `digest algorithm ${algorithm}`);
  const salt = reader.bytes();
  const nonce = reader.bytes();
  // The drivers send the time in milliseconds.
  const own = Buffer.from(String(Math.round(performance.timeOrigin + performance.now())));
  const inner = createHash('sha256').update(password).update(salt).digest();
  const digest = createHash('sha256').update(inner).update(nonce).update(own).digest();
  const body = Buffer.concat([int32(digest.length), digest, int32(own.length), own]);
  return Buffer.concat([Buffer.from('d'), int32(body.length + 4), body]);
}

class Challenge {
  #rest: Buffer;

  constructor(bytes: Buffer) {
    this.#rest = bytes;
  }

  number(): number {
    if (this.#rest.length < 4) throw notRedshift();
    const value = this.#rest.readInt32BE(0);
    this.#rest = this.#rest.subarray(4);
    return value;
  }

  /** After their length. */
  bytes(): Buffer {
    const length = this.number();
    if (length < 0 || length > this.#rest.length) throw notRedshift();
    const value = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return value;
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function unknownMethod(method: number, what = METHODS[method] ?? 'an unknown one'): Error {
  return Object.assign(new Error(`authentication method ${method}, ${what}`), { code: 'LOGIN_METHOD' });
}

function notRedshift(): Error {
  return Object.assign(new Error('its messages are not those of the protocol'), { code: 'NO_REDSHIFT' });
}
