/**
 * An S3 endpoint on loopback that keeps its objects in a directory. It is strict where AWS is: it verifies signatures,
 * digests and parameters, and it rejects what it does not implement. See {@link startS3}.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { dispatchTo, regionOf, type Dispatch } from './dispatch.ts';
import { toS3Error, type S3Error } from './errors.ts';
import type { Reply } from './http/reply.ts';
import { writeXml } from './http/xml.ts';
import { makeReader, type S3Reader } from './reader.ts';
import { changeAccess, openService, type S3Access, type Service, type ServiceOptions } from './service.ts';
import { LIMITS } from '../limits.ts';
import { listen, reachableAt } from '../listen.ts';

export type { AccessEntry, AccessListener } from './auth/caller.ts';
export type { S3Identity, S3Role } from './auth/credentials.ts';
export type { S3Policy, S3PolicyStatement } from './auth/policy.ts';
export { S3Error } from './errors.ts';
export type { S3Access, S3Bucket } from './service.ts';

/** The two ways to a service: over HTTP, and in process for COPY. */
export interface S3Entrances {
  readonly dispatch: Dispatch;
  readonly reader: S3Reader;
}

/** How to start a server. */
export interface S3Options extends ServiceOptions {
  /** 0 or undefined for a free one. */
  readonly port?: number;
  /** Address to listen on; that of loopback if undefined. */
  readonly host?: string | undefined;
  /** How long a request may pause, and a client take nothing of a reply, in milliseconds; see `Limits`. */
  readonly requestMs?: number;
  /** Puts other entrances in the place of the real ones, for tests. `closing` is aborted when the server closes. */
  readonly decorate?: ((entrances: S3Entrances, closing: AbortSignal) => S3Entrances) | undefined;
}

/** A running server. */
export interface LocalS3 {
  /** `http://127.0.0.1:<port>`, or another address. */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** Reads in process, for COPY. */
  readonly reader: S3Reader;
  /**
   * Replaces identities and roles from the next decision on. Sessions of STS stay, with the current policies of their
   * identity or role. Buckets and keys that are not named stay too. Throws a LocalWarehouseError for a policy that cannot be understood.
   */
  setAccess(access: S3Access): void;
  /** Takes no more requests, ends idle connections at once and others after at most two seconds. */
  close(): Promise<void>;
}

const keepAliveMs = 60_000;
const closeGraceMs = 2000;
/** A client that takes little of a reply at a time is given longer than one that sends nothing. */
const REPLY_PATIENCE = 3;

function describeError(service: Service, error: S3Error, request: IncomingMessage, requestId: string): Reply {
  const body = writeXml(
    [
      'Error',
      [
        ['Code', error.code],
        ['Message', error.message],
        ...Object.entries(error.elements),
        ['Resource', (request.url ?? '').replace(/\?.*$/s, '')],
        ['RequestId', requestId],
      ],
    ],
    'bare',
  );
  const region = error.elements['Region'] ?? regionOf(service, request);
  return {
    status: error.status,
    headers: {
      'content-type': 'application/xml',
      ...(region !== undefined && { 'x-amz-bucket-region': region }),
      ...error.headers,
    },
    body: error.status === 304 ? '' : body,
  };
}

async function send(
  response: ServerResponse,
  reply: Reply,
  isHead: boolean,
  requestId: string,
): Promise<void> {
  const { status, body } = reply;
  const size = typeof body === 'string' ? Buffer.byteLength(body) : body.size;
  const hasLength = status !== 204 && status !== 304;
  response.writeHead(status, {
    ...reply.headers,
    ...(hasLength && { 'content-length': size }),
    'x-amz-request-id': requestId,
    'x-amz-id-2': requestId,
    server: 'AmazonS3',
  });
  if (isHead || typeof body === 'string') response.end(isHead ? '' : body);
  else await pipeline(body.open(), response);
}

/** Ends the connection when its client takes nothing of the reply. The returned function stops the watch. */
function watchReply(response: ServerResponse, ms: number): () => void {
  const { socket } = response;
  let before = -1;
  const timer = setInterval(() => {
    const written = socket?.bytesWritten ?? 0;
    if (response.writableNeedDrain && written === before) socket?.destroy();
    before = written;
  }, ms);
  return () => clearInterval(timer);
}

/** Whether the connection was lost, so that no answer can be sent. */
function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client sends the body when it is told to go on. */
  readonly awaitsContinue: boolean;
  /** The deadline of a request, in milliseconds. */
  readonly requestMs: number;
}

async function handle(
  service: Service,
  dispatch: Dispatch,
  { request, response, awaitsContinue, requestMs }: Exchange,
): Promise<void> {
  const stopWatch = watchReply(response, REPLY_PATIENCE * requestMs);
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  const isHead = request.method === 'HEAD';
  let isWaiting = awaitsContinue;
  const goOn = (): void => {
    if (isWaiting) response.writeContinue();
    isWaiting = false;
  };
  try {
    await send(response, await dispatch(request, goOn), isHead, requestId);
  } catch (error) {
    if (isReset(error) || response.headersSent || response.destroyed) {
      request.socket.destroy();
      return;
    }
    // A client that was not told to go on may send its body or not: the connection cannot be used again.
    const problem = toS3Error(error);
    if (isWaiting || problem.code === 'RequestTimeout') response.shouldKeepAlive = false;
    const reply = describeError(service, problem, request, requestId);
    await send(response, reply, isHead, requestId);
  } finally {
    stopWatch();
    // The rest of the body is read and dropped, so that the next request can follow.
    request.resume();
    if (!request.complete) {
      const overdue = setTimeout(() => request.socket.destroy(), requestMs);
      request.once('close', () => clearTimeout(overdue));
    }
  }
}

function makeHttpServer(service: Service, dispatch: Dispatch, requestMs: number): Server {
  const accept = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void => {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    // When the server is closing, a connection must end as soon as its reply is sent.
    response.once('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
    handle(service, dispatch, { request, response, awaitsContinue, requestMs }).catch(() =>
      request.socket.destroy(),
    );
  };
  const server = createServer({
    keepAliveTimeout: keepAliveMs,
    // A large object may take long, as long as it comes.
    requestTimeout: 0,
    headersTimeout: requestMs,
    connectionsCheckingInterval: requestMs / 4,
  });
  // The process has no file descriptor left for a connection: the others go on.
  server.on('error', () => undefined);
  server.on('request', (request, response) => accept(request, response, false));
  server.on('checkContinue', (request, response) => accept(request, response, true));
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () =>
        socket.destroy(),
      );
    else socket.destroy();
  });
  return server;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), closeGraceMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** An address of IPv6 is written in brackets. */
function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * Starts the server. Rejects when the directory cannot be used, a bucket name is not valid or the port is taken
 * (LocalWarehouseError).
 */
export async function startS3(options: S3Options): Promise<LocalS3> {
  const region = options.region ?? 'us-east-1';
  const closing = new AbortController();
  const service = openService(options, region);
  const { decorate = (entrances: S3Entrances) => entrances } = options;
  const { requestMs = LIMITS.requestMs } = options;
  const real = { dispatch: dispatchTo(service, requestMs), reader: makeReader(service) };
  const { dispatch, reader } = decorate(real, closing.signal);
  const server = makeHttpServer(service, dispatch, requestMs);
  const port = await listen(server, options.port ?? 0, options.host);
  let closed: Promise<void> | undefined;
  return {
    endpoint: `http://${urlHost(reachableAt(options.host))}:${port}`,
    port,
    region,
    reader,
    setAccess: (access) => changeAccess(service, access),
    close: () => {
      closing.abort();
      closed ??= closeServer(server);
      return closed;
    },
  };
}
