/**
 * Proxies on loopback in front of a local warehouse that count what a program asks of it, and hold each answer back for as long
 * as a network would: one delay for each round trip, that of a new TCP connection among them. What the program encrypts cannot
 * be counted, so TLS is declined.
 */
import { once } from 'node:events';
import {
  Agent,
  createServer as createHttpServer,
  request,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { WarehouseConfig } from '../../src/local/warehouse.ts';
import { CommitCounter, statementsOf, type Commits } from '../support/commits.ts';

export interface Traffic extends Commits {
  /** What waits for an answer of the cluster, without what a connection needs before its first statement. */
  messages: number;
  /** Of the database. */
  connections: number;
  /** Requests to S3. */
  requests: number;
}

export interface CountingProxy extends AsyncDisposable {
  readonly port: number;
  readonly s3Endpoint: string;
  /** Of the connections since the last call, which must have ended. */
  take(): Traffic;
}

const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

/** What a client sends for which it waits: a query, a Sync after extended messages. */
const AWAITED = new Set(['Q', 'S']);

type CountedWarehouse = Pick<WarehouseConfig, 'hostname' | 'port' | 'ssl_ca' | 's3_endpoint'>;

/** `commitMs` is how long a COMMIT takes. The cluster does one at a time, whoever sends it. */
export async function countingProxy(
  warehouse: CountedWarehouse,
  { delayMs, commitMs = 0 }: { readonly delayMs: number; readonly commitMs?: number },
): Promise<CountingProxy> {
  let commitQueue: Promise<unknown> = Promise.resolve();
  const none = (): Traffic => ({
    messages: 0,
    connections: 0,
    requests: 0,
    transactions: 0,
    statements: 0,
    temporary: 0,
  });
  let traffic = none();
  const counters: CommitCounter[] = [];
  const sockets = new Set<Socket>();

  const database = createServer((near) => {
    watch(near, sockets);
    traffic.connections++;
    const commits = new CommitCounter();
    counters.push(commits);
    let hasCommit = false;
    const messages = new ClientMessages((kind, body) => {
      if (AWAITED.has(kind)) traffic.messages++;
      const text =
        kind === 'Q' ? body.toString('utf8', 0, body.length - 1) : kind === 'P' ? parsed(body) : '';
      for (const statement of statementsOf(text)) {
        commits.statement(statement);
        hasCommit ||= /^(COMMIT|END)\b/i.test(statement);
      }
    });
    const handshake = sleep(delayMs);
    const opening = openTls(warehouse, sockets);
    let passing: Promise<unknown> = handshake;
    const then = (work: (far: TLSSocket) => void): void => {
      passing = passing.then(() => opening).then(work, () => near.destroy());
    };
    near.on('data', (data: Buffer) => {
      const rest = messages.take(data, () => {
        void handshake.then(() => sleep(delayMs)).then(() => near.write('N'));
      });
      if (hasCommit) {
        hasCommit = false;
        passing = passing.then(() => (commitQueue = commitQueue.then(() => sleep(commitMs))));
      }
      if (rest.length > 0) then((far) => far.write(rest));
    });
    near.on('end', () => then((far) => far.end()));
    near.once('close', () => then((far) => far.destroy()));
    then((far) => relayLate(far, near, delayMs));
  });

  const s3 = createHttpServer((incoming, outgoing) => {
    traffic.requests++;
    const isFirst = markUsed(incoming.socket);
    void forward(incoming, outgoing, warehouse.s3_endpoint, agent, isFirst ? 2 * delayMs : delayMs);
  });
  const agent = new Agent({ keepAlive: true });
  s3.on('connection', (socket) => void sockets.add(socket));
  const port = await listen(database);
  const s3Port = await listen(s3);

  return {
    port,
    s3Endpoint: `http://127.0.0.1:${s3Port}`,
    take() {
      const taken = traffic;
      for (const { counts } of counters.splice(0)) {
        taken.transactions += counts.transactions;
        taken.statements += counts.statements;
        taken.temporary += counts.temporary;
      }
      traffic = none();
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await Promise.all([database, s3].map((server) => once(server.close(), 'close')));
    },
  };
}

/** The query of a Parse message, after the name of the statement. */
function parsed(body: Buffer): string {
  const start = body.indexOf(0) + 1;
  return body.toString('utf8', start, body.indexOf(0, start));
}

/** Splits what a client of PostgreSQL sends into messages. */
class ClientMessages {
  readonly #onMessage: (kind: string, body: Buffer) => void;
  #rest = Buffer.alloc(0);
  #isStarted = false;

  constructor(onMessage: (kind: string, body: Buffer) => void) {
    this.#onMessage = onMessage;
  }

  /** Returns what goes on to the server. A request for TLS does not: `decline` answers it. */
  take(data: Buffer, decline: () => void): Buffer {
    this.#rest = Buffer.concat([this.#rest, data]);
    const passed: Buffer[] = [];
    for (;;) {
      const head = this.#isStarted ? 1 : 0;
      if (this.#rest.length < head + 8 - (this.#isStarted ? 4 : 0)) break;
      const end = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < end) break;
      const message = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      const code = this.#isStarted ? undefined : message.readInt32BE(4);
      if (code === SSL_REQUEST) {
        decline();
        continue;
      }
      if (code === undefined) this.#onMessage(String.fromCharCode(message[0] ?? 0), message.subarray(5));
      else if (code !== CANCEL_REQUEST) this.#isStarted = true;
      passed.push(message);
    }
    return Buffer.concat(passed);
  }
}

/** Passes on what arrives, each piece so many milliseconds later, and the end after all of it. */
function relayLate(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (data: Buffer) => {
    setTimeout(() => {
      if (!to.destroyed) to.write(data);
    }, delayMs);
  });
  from.once('close', () => setTimeout(() => to.end(), delayMs));
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  endpoint: string,
  agent: Agent,
  delayMs: number,
): Promise<void> {
  const { hostname, port } = new URL(endpoint);
  const { method, url: path, rawHeaders: headers } = incoming;
  const upstream = request({ hostname, port, method, path, headers, agent, setHost: false });
  upstream.on('error', () => outgoing.destroy());
  incoming.pipe(upstream);
  const [answer] = (await once(upstream, 'response').catch(() => [])) as [IncomingMessage?];
  if (!answer) return;
  await sleep(delayMs);
  outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
  answer.pipe(outgoing);
}

const used = new WeakSet<Socket>();

/** Whether this is the first request of the connection. */
function markUsed(socket: Socket): boolean {
  if (used.has(socket)) return false;
  used.add(socket);
  return true;
}

function watch(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
}

/** The warehouse takes encrypted connections only. */
async function openTls(
  { hostname, port, ssl_ca: ca }: CountedWarehouse,
  sockets: Set<Socket>,
): Promise<TLSSocket> {
  const socket = connect(port, hostname);
  watch(socket, sockets);
  const ask = Buffer.alloc(8);
  ask.writeInt32BE(8, 0);
  ask.writeInt32BE(SSL_REQUEST, 4);
  socket.write(ask);
  await once(socket, 'data');
  const secure = connectTls({ socket, ca, host: hostname });
  watch(secure, sockets);
  await once(secure, 'secureConnect');
  return secure;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
