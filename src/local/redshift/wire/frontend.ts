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

/** How the endpoint lets clients in. */
export interface LoginRules {
  readonly database: string;
  /** What is kept of the user's password: `md5...` or `sha256|digest|salt`. Undefined for a user who may not log in. */
  readonly findSecret: (user: string) => Promise<string | undefined>;
  readonly secureContext: SecureContext;
  /** Refuse a login over plain TCP, as a cluster with require_ssl does. */
  readonly requireTls: boolean;
}

/** What a new connection turned out to be. */
export type Arrival =
  | { readonly kind: 'login'; readonly socket: Socket; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'cancel'; readonly request: Buffer }
  | { readonly kind: 'gone' };

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const LONGEST_STARTUP = 10_000;
const LOGIN_TIMEOUT = 60_000;

/** Parameters by which Amazon's drivers describe themselves. They change nothing: the base protocol is spoken. */
const DRIVER_PARAMETERS = [
  'client_protocol_version',
  'driver_version',
  'os_version',
  'driver_discovery_version',
  'plugin_name',
];

/** The startup parameters of Redshift. The engine has settings for all of them but query_group. */
const PARAMETERS = new Set([
  ...[
    'user',
    'database',
    'application_name',
    'client_encoding',
    'options',
    'datestyle',
    'timezone',
    'search_path',
  ],
  ...['statement_timeout', 'extra_float_digits', 'query_group'],
]);

/**
 * Talks to a new client until it has logged in, has asked to cancel a query, or is gone. A client is rejected with a FATAL
 * error: SQLSTATE 28000 (for a wrong password too, as on Redshift), 3D000 for another database, 42704 for a parameter.
 */
export async function receive(raw: Socket, rules: LoginRules): Promise<Arrival> {
  // Not the socket's own timeout: under TLS the raw socket seems idle for ever.
  const overdue = setTimeout(() => raw.destroy(), LOGIN_TIMEOUT);
  try {
    return await greet(raw, rules);
  } finally {
    clearTimeout(overdue);
  }
}

async function greet(raw: Socket, rules: LoginRules): Promise<Arrival> {
  let socket = raw;
  for (;;) {
    const size = (await readExactly(socket, 4))?.readInt32BE();
    if (size === undefined || size < 8 || size > LONGEST_STARTUP) return leave(socket);
    const body = await readExactly(socket, size - 4);
    if (body === undefined) return leave(socket);
    const code = body.readInt32BE();
    if (code === GSS_REQUEST) {
      socket.write('N');
    } else if (code === SSL_REQUEST && socket === raw) {
      // Bytes sent in clear text after the request would be taken for encrypted ones: the classic injection.
      if (raw.readableLength > 0) return leave(socket);
      raw.write('S');
      const secured = await secure(raw, rules.secureContext);
      if (!secured) return leave(raw);
      socket = secured;
    } else if (code === CANCEL_REQUEST) {
      socket.destroy();
      return { kind: 'cancel', request: Buffer.concat([int32(size), body]) };
    } else if (code >>> 16 === 3) {
      return await login(socket, body, rules);
    } else {
      return leave(socket);
    }
  }
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

async function login(socket: Socket, startup: Buffer, rules: LoginRules): Promise<Arrival> {
  const parameters = parseParameters(startup);
  const refuse = (sqlstate: string, message: string): Arrival => {
    socket.end(encodeFields('E', describeError(new RedshiftError(sqlstate, message), 'FATAL')));
    return { kind: 'gone' };
  };
  const user = parameters.get('user') ?? '';
  const database = parameters.get('database') ?? user;
  if (startup.readUInt16BE(2) > 0) socket.write(encode('v', int32(0x30000), int32(0)));
  if (rules.requireTls && !(socket instanceof TLSSocket)) {
    const host = socket.remoteAddress ?? 'unknown';
    return refuse(
      SQLSTATE.invalidAuthorizationSpecification,
      `no pg_hba.conf entry for host "${host}", user "${user}", database "${database}", SSL off`,
    );
  }
  for (const name of DRIVER_PARAMETERS) parameters.delete(name);
  for (const name of parameters.keys()) {
    if (!PARAMETERS.has(name.toLowerCase())) {
      return refuse(SQLSTATE.undefinedObject, `unrecognized configuration parameter "${name}"`);
    }
  }
  const known = await checkPassword(socket, await rules.findSecret(user));
  if (known === undefined) return leave(socket);
  if (!known) {
    return refuse(
      SQLSTATE.invalidAuthorizationSpecification,
      `password authentication failed for user "${user}"`,
    );
  }
  if (database !== rules.database)
    return refuse(SQLSTATE.invalidCatalogName, `database "${database}" does not exist`);
  return { kind: 'login', socket, parameters };
}

/**
 * Asks for the password in the way that its secret allows: by the digest exchange or by md5. It is asked for without a secret
 * too, so that a client cannot find out which users exist. Undefined when the client leaves.
 */
async function checkPassword(socket: Socket, secret: string | undefined): Promise<boolean | undefined> {
  if (secret?.startsWith('sha256|')) {
    const challenge = new DigestChallenge(secret);
    socket.write(challenge.message);
    const answer = await readMessage(socket);
    return answer && challenge.isAnsweredBy(answer);
  }
  const salt = randomBytes(4);
  socket.write(encode('R', int32(5), salt));
  const answer = await readMessage(socket);
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

function parseParameters(startup: Buffer): Map<string, string> {
  const words = startup.toString('utf8', 4).split('\0');
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2) {
    parameters.set(words[at] ?? '', words[at + 1] ?? '');
  }
  return parameters;
}

async function readMessage(socket: Socket): Promise<Frame | undefined> {
  const head = await readExactly(socket, 5);
  const length = head?.readInt32BE(1) ?? 0;
  if (head === undefined || length < 4 || length > LONGEST_STARTUP) return undefined;
  const body = length === 4 ? Buffer.alloc(0) : await readExactly(socket, length - 4);
  return body && { type: String.fromCharCode(head.readUInt8(0)), bytes: Buffer.concat([head, body]) };
}

/** The next `size` bytes; undefined when the client leaves before they have come. */
async function readExactly(socket: Socket, size: number): Promise<Buffer | undefined> {
  for (;;) {
    const bytes = socket.read(size) as Buffer | null;
    if (bytes !== null) return bytes.length === size ? bytes : undefined;
    if (socket.destroyed || socket.readableEnded) return undefined;
    await new Promise<void>((resolve) => {
      const events = ['readable', 'end', 'close', 'error'] as const;
      const settle = () => {
        for (const event of events) socket.off(event, settle);
        resolve();
      };
      for (const event of events) socket.on(event, settle);
    });
  }
}
