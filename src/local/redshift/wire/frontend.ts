/**
 * A new client until it has logged in: TLS, the startup message and its parameters, and the password exchange. A client
 * may instead ask to cancel the query of another session.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { SQLSTATE } from '../sqlstates.ts';
import { describeError } from '../errors.ts';
import { DigestChallenge } from './digest.ts';
import { decodeStrings, encode, encodeFields, type Frame, int32 } from './message.ts';
import { RedshiftError } from '../sql/statement.ts';
import { ByteReader } from './byte-reader.ts';
import { dismiss } from './dismiss.ts';
import { parseParameters, readStartup, type Startup } from './startup.ts';

/** How the endpoint lets clients in. */
export interface LoginRules {
  readonly database: string;
  /** What is kept of the user's password: `md5...` or `sha256|digest|salt`. Undefined for a user who may not log in. */
  readonly findSecret: (user: string) => Promise<string | undefined>;
  readonly secureContext: SecureContext;
  /** Refuse a login over plain TCP, as a cluster with require_ssl does. */
  readonly requireTls: boolean;
  /** How long a login may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** What a new connection turned out to be. */
export type Arrival =
  | { readonly kind: 'login'; readonly socket: Socket; readonly startup: Startup }
  | { readonly kind: 'cancel'; readonly request: Buffer }
  | { readonly kind: 'gone' };

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const LONGEST_STARTUP = 10_000;
/** A request for TLS or GSS is answered once each; then comes the startup message. */
const MOST_REQUESTS = 3;

/**
 * Talks to a new client until it has logged in, has asked to cancel a query, or is gone. A client is rejected with a FATAL
 * error: SQLSTATE 28000 (for a wrong password too, as on Redshift), 3D000 for another database, 42704 for a parameter.
 */
export async function receive(raw: Socket, rules: LoginRules): Promise<Arrival> {
  // Not the socket's own timeout: under TLS the raw socket seems idle for ever.
  const overdue = setTimeout(() => raw.destroy(), rules.timeoutMs);
  try {
    return await greet(raw, rules);
  } finally {
    clearTimeout(overdue);
  }
}

async function greet(raw: Socket, rules: LoginRules): Promise<Arrival> {
  let socket = raw;
  let reader = new ByteReader(socket);
  for (let requests = 0; requests < MOST_REQUESTS; requests += 1) {
    const body = await readPacket(reader);
    if (body === undefined) return leave(raw);
    const code = body.readInt32BE();
    if (code === GSS_REQUEST) {
      socket.write('N');
    } else if (code === SSL_REQUEST && socket === raw) {
      reader.release();
      // Bytes sent in clear text after the request would be taken for encrypted ones: the classic injection.
      if (raw.readableLength > 0) return leave(raw);
      raw.write('S');
      const secured = await secure(raw, rules.secureContext);
      if (!secured) return leave(raw);
      socket = secured;
      reader = new ByteReader(socket);
    } else if (code === CANCEL_REQUEST) {
      socket.destroy();
      return { kind: 'cancel', request: Buffer.concat([int32(body.length + 4), body]) };
    } else if (code >>> 16 === 3) {
      const arrival = await login(socket, reader, body, rules);
      reader.release();
      return arrival;
    } else {
      return leave(raw);
    }
  }
  return leave(raw);
}

/** The body of a message without a type; undefined when there is none. */
async function readPacket(reader: ByteReader): Promise<Buffer | undefined> {
  const size = (await reader.take(4))?.readInt32BE() ?? 0;
  return size < 8 || size > LONGEST_STARTUP ? undefined : await reader.take(size - 4);
}

function leave(socket: Socket): Arrival {
  socket.destroy();
  return { kind: 'gone' };
}

async function secure(raw: Socket, secureContext: SecureContext): Promise<TLSSocket | undefined> {
  const socket = new TLSSocket(raw, { isServer: true, secureContext });
  const failed = new Promise<undefined>((resolve) => {
    socket.once('error', () => resolve(undefined));
    socket.once('close', () => resolve(undefined));
  });
  socket.on('error', () => socket.destroy());
  return await Promise.race([once(socket, 'secure').then(() => socket), failed]);
}

async function login(socket: Socket, reader: ByteReader, body: Buffer, rules: LoginRules): Promise<Arrival> {
  if (body.readUInt16BE(2) > 0) socket.write(encode('v', int32(0x30000), int32(0)));
  try {
    const startup = readStartupOf(socket, body, rules);
    const { user, database } = startup;
    const known = await checkPassword(socket, reader, await rules.findSecret(user));
    if (known === undefined) return leave(socket);
    if (!known) throw invalidAuthorization(`password authentication failed for user "${user}"`);
    if (database !== rules.database)
      throw new RedshiftError(SQLSTATE.invalidCatalogName, `database "${database}" does not exist`);
    return { kind: 'login', socket, startup };
  } catch (error) {
    if (!(error instanceof RedshiftError)) throw error;
    reader.release();
    dismiss(socket, encodeFields('E', describeError(error, 'FATAL')));
    return { kind: 'gone' };
  }
}

function readStartupOf(socket: Socket, body: Buffer, rules: LoginRules): Startup {
  const parameters = parseParameters(body);
  if (rules.requireTls && !(socket instanceof TLSSocket)) {
    const user = parameters.get('user') ?? '';
    const host = socket.remoteAddress ?? 'unknown';
    const database = parameters.get('database') ?? user;
    throw invalidAuthorization(
      `no pg_hba.conf entry for host "${host}", user "${user}", database "${database}", SSL off`,
    );
  }
  return readStartup(parameters);
}

function invalidAuthorization(message: string): RedshiftError {
  return new RedshiftError(SQLSTATE.invalidAuthorizationSpecification, message);
}

/**
 * Asks for the password in the way that its secret allows: by the digest exchange or by md5. It is asked for without a secret
 * too, so that a client cannot find out which users exist. Undefined when the client leaves.
 */
async function checkPassword(
  socket: Socket,
  reader: ByteReader,
  secret: string | undefined,
): Promise<boolean | undefined> {
  if (secret?.startsWith('sha256|')) {
    const challenge = new DigestChallenge(secret);
    socket.write(challenge.message);
    const answer = await readMessage(reader);
    return answer && challenge.isAnsweredBy(answer);
  }
  const salt = randomBytes(4);
  socket.write(encode('R', int32(5), salt));
  const answer = await readMessage(reader);
  if (answer?.type !== 'p') return undefined;
  const given = decodeStrings(answer, 1).strings[0] ?? '';
  return secret !== undefined && isEqual(given, answerMd5(secret, salt));
}

/** The answer to a server's md5 challenge, made from the secret `md5...` of a user; the password is not needed. */
export function answerMd5(secret: string, salt: Buffer): string {
  return `md5${createHash('md5').update(secret.slice('md5'.length)).update(salt).digest('hex')}`;
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

async function readMessage(reader: ByteReader): Promise<Frame | undefined> {
  const head = await reader.take(5);
  const length = head?.readInt32BE(1) ?? 0;
  if (head === undefined || length < 5 || length > LONGEST_STARTUP) return undefined;
  const body = await reader.take(length - 4);
  return body && { type: String.fromCharCode(head.readUInt8(0)), bytes: Buffer.concat([head, body]) };
}
