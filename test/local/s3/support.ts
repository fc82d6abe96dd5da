/** What the S3 tests share: a server in a directory of its own, an SDK client for it, and signing by hand. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client, S3ServiceException, type S3ClientConfig } from '@aws-sdk/client-s3';
import { startS3, type LocalS3, type S3Options } from '../../../src/local/s3/server.ts';

export const identity = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret/+of=test' };
export const temporary = {
  accessKeyId: 'ASIATEST',
  secretAccessKey: 'temporary-secret',
  sessionToken: 'token/+of=session',
};

export interface Fixture {
  readonly s3: LocalS3;
  readonly dir: string;
  readonly client: S3Client;
  makeClient(config?: S3ClientConfig): S3Client;
  close(): Promise<void>;
}

/** Starts a server with bucket `data`; without `dir` in a new directory, which close removes. */
export async function startFixture(options: Partial<S3Options> = {}): Promise<Fixture> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 's3-'));
  const s3 = await startS3({ identities: [identity, temporary], buckets: ['data'], ...options, dir });
  const clients: S3Client[] = [];
  const makeClient = (config: S3ClientConfig = {}): S3Client => {
    const client = new S3Client({
      endpoint: s3.endpoint,
      region: s3.region,
      forcePathStyle: true,
      credentials: identity,
      ...config,
    });
    clients.push(client);
    return client;
  };
  return {
    s3,
    dir,
    client: makeClient(),
    makeClient,
    close: async () => {
      clients.forEach((client) => client.destroy());
      await s3.close();
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Bytes that no compression makes shorter. */
export const incompressible = (size: number): Buffer => randomBytes(size);

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** The name and status that an SDK call fails with. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ code: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof S3ServiceException) {
      return { code: error.name, status: error.$metadata.httpStatusCode };
    }
    if (error instanceof Error) return { code: error.name, status: undefined };
  }
  throw new Error('The call was expected to fail');
}

export interface RawResponse {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes and reads until the server ends the connection or, with `stopAt`, until the text has come. */
export function exchange(
  port: number,
  pieces: readonly (string | Buffer)[],
  stopAt?: string,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const finish = (): void => {
      socket.destroy();
      const end = received.indexOf('\r\n\r\n');
      const head = received.slice(0, end);
      resolve({ status: Number(head.split(' ')[1]), head, body: received.slice(end + 4) });
    };
    socket.on('error', reject);
    socket.on('close', finish);
    socket.on('data', (data) => {
      received += data.toString('latin1');
      if (stopAt !== undefined && received.includes(stopAt)) finish();
    });
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece);
    });
  });
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export interface SignOptions {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly timestamp: string;
  readonly region?: string;
  readonly service?: string;
  readonly secret?: string;
}

export interface Signed {
  readonly signature: string;
  readonly scope: string;
  readonly key: Buffer;
  readonly signedHeaders: string;
}

/** SigV4 written down a second time, for requests that the SDK does not send. Headers in lower case and sorted. */
export function sign(options: SignOptions): Signed {
  const { method, path, query = '', headers, payload, timestamp } = options;
  const date = timestamp.slice(0, 8);
  const region = options.region ?? 'us-east-1';
  const service = options.service ?? 's3';
  const scope = `${date}/${region}/${service}/aws4_request`;
  const signedHeaders = Object.keys(headers).join(';');
  const canonicalHeaders = Object.entries(headers)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const canonical = [method, path, query, canonicalHeaders, signedHeaders, payload].join('\n');
  const key = hmac(
    hmac(hmac(hmac(`AWS4${options.secret ?? identity.secretAccessKey}`, date), region), service),
    'aws4_request',
  );
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`).toString(
    'hex',
  );
  return { signature, scope, key, signedHeaders };
}

export function timestampOf(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** A whole HTTP request head with header authentication. */
export function signedHead(
  port: number,
  options: Omit<SignOptions, 'headers' | 'timestamp'> & {
    readonly headers?: Readonly<Record<string, string>>;
    readonly extra?: Readonly<Record<string, string>>;
    readonly timestamp?: string;
    readonly accessKeyId?: string;
  },
): { readonly head: string; readonly signed: Signed; readonly timestamp: string } {
  const timestamp = options.timestamp ?? timestampOf(new Date());
  const all = {
    host: `127.0.0.1:${port}`,
    'x-amz-content-sha256': options.payload,
    'x-amz-date': timestamp,
    ...options.headers,
  };
  const headers = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  const signed = sign({ ...options, headers, timestamp });
  const authorization = `AWS4-HMAC-SHA256 Credential=${options.accessKeyId ?? identity.accessKeyId}/${signed.scope}, SignedHeaders=${signed.signedHeaders}, Signature=${signed.signature}`;
  const lines = Object.entries({ ...headers, ...options.extra, authorization }).map(
    ([n, v]) => `${n}: ${v}\r\n`,
  );
  const target = options.query === undefined ? options.path : `${options.path}?${options.query}`;
  return { head: `${options.method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, signed, timestamp };
}
