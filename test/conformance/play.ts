/** Plays one row of the conformance table against an endpoint: the local warehouse or a real cluster. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { lookIntoS3 } from './objects.ts';
import { outcomeLines, type Answer } from './outcome.ts';
import { parquetFile } from './parquet-text.ts';
import type { Row, Step } from './table-file.ts';

/** Where rows are played. */
export interface Endpoint {
  readonly login: pg.ClientConfig;
  readonly s3: S3Client;
  readonly bucket: string;
  /** Begins the name of every schema, user and object that a row makes. */
  readonly prefix: string;
  /** Further placeholders: role, region, key, secret. */
  readonly words: Readonly<Record<string, string>>;
  /** Whether what a row made is dropped at its end. */
  readonly tidy: boolean;
}

/** What the row says and what came, as text in the format of the row; equal when the row holds. */
export interface Played {
  readonly expected: string;
  readonly actual: string;
}

const PASSWORD = 'Conform1ng';
const PATIENCE = 20_000;

let places = 0;

/** Plays `row`; `extended`: every statement by the extended protocol. */
export async function playRow(endpoint: Endpoint, row: Row, extended = false): Promise<Played> {
  const place = `${endpoint.prefix}_${++places}`;
  const fill = filler(endpoint, row, place);
  const sessions = new Sessions(endpoint, row, place);
  const played = { expected: [] as string[], actual: [] as string[] };
  const unfinished = new Map<string, () => Promise<void>>();
  const finish = async (session: string) => {
    const end = unfinished.get(session);
    unfinished.delete(session);
    await end?.();
  };
  try {
    const main = await sessions.prepare();
    for (const step of row.steps) {
      if (step.kind === 'file') await putFile(endpoint, place, step, fill);
      else if (step.kind === 'cancel') await sessions.cancel(step.session);
      else if (step.kind !== 'statement') {
        const { expected, actual } = await lookIntoS3(endpoint, place, step, fill);
        played.expected.push(...expected);
        played.actual.push(...actual);
      } else {
        await finish(step.session);
        const client = step.session === 'main' ? main : await sessions.get(step.session);
        const values = step.values?.map((value) => (value === null ? null : fill(value)));
        const asked = ask(client, fill(step.text), values, extended);
        const end = async () => {
          const lines = outcomeLines(await asked, step.expected.map(fill));
          played.expected.push(step.text, ...lines.expected);
          played.actual.push(step.text, ...lines.actual);
        };
        if (!step.waits) await end();
        else {
          const seen = await Promise.race([asked.then(() => 'does not wait'), sleep(150, 'waits')]);
          played.expected.push(`${step.session} waits`);
          played.actual.push(`${step.session} ${seen}`);
          unfinished.set(step.session, end);
        }
      }
    }
    for (const session of [...unfinished.keys()]) await finish(session);
  } finally {
    await sessions.close();
  }
  return { expected: played.expected.join('\n'), actual: played.actual.join('\n') };
}

/** Puts the words of the place where `{word}` stands, and `text` n times where `{text*n}` stands. */
function filler(endpoint: Endpoint, row: Row, place: string): (text: string) => string {
  const words: Record<string, string> = {
    ...endpoint.words,
    bucket: endpoint.bucket,
    schema: place,
    prefix: place,
    s3: `s3://${endpoint.bucket}/${place}`,
    auth: `IAM_ROLE '${endpoint.words['role'] ?? ''}'`,
    password: PASSWORD,
    ...Object.fromEntries(row.users.map((user) => [user, `${place}_${user}`])),
  };
  return (text) =>
    text
      .replace(/\{([^{}*]+)\*(\d+)\}/g, (_, part: string, times: string) => part.repeat(Number(times)))
      .replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole);
}

async function putFile(
  endpoint: Endpoint,
  place: string,
  step: Step & { kind: 'file' },
  fill: (text: string) => string,
): Promise<void> {
  let body: string | Buffer = fill(step.body);
  for (const how of step.how) {
    if (how === 'open') body = body.toString().replace(/\n$/, '');
    else if (how === 'crlf') body = body.toString().replaceAll('\n', '\r\n');
    else if (how === 'escapes') body = unescape(body.toString());
    else if (how === 'utf16') body = Buffer.from(`\uFEFF${body.toString()}`, 'utf16le');
    else if (how === 'gzip') body = gzipSync(body);
    else if (how.startsWith('parquet')) body = parquetFile(body.toString(), how);
    else throw new Error(`file ${step.key}: what is "${how}"?`);
  }
  await endpoint.s3.send(
    new PutObjectCommand({ Bucket: endpoint.bucket, Key: `${place}/${step.key}`, Body: body }),
  );
}

/** `\xNN` is a byte, `\r` and `\t` are what they are elsewhere. */
function unescape(text: string): Buffer {
  const bytes = Buffer.from(text).toString('latin1');
  const named: Readonly<Record<string, string>> = { r: '\r', t: '\t', n: '\n' };
  return Buffer.from(
    bytes.replace(/\\(?:x([0-9a-f]{2})|([rtn]))/g, (_, hex: string | undefined, name: string | undefined) =>
      name === undefined ? String.fromCharCode(parseInt(hex ?? '', 16)) : (named[name] ?? ''),
    ),
    'latin1',
  );
}

type Asked = pg.Client & { notices: { severity: string; message: string }[] };

async function ask(
  client: Asked,
  text: string,
  values: readonly (string | null)[] | undefined,
  extended: boolean,
): Promise<Answer> {
  client.notices.splice(0);
  const way = values ? { values } : extended ? { queryMode: 'extended' } : {};
  const query = client.query({ text, rowMode: 'array', ...way } as pg.QueryArrayConfig).then(
    (result) => ({ results: (Array.isArray(result) ? result : [result]) as pg.QueryArrayResult[] }),
    (error: unknown) => ({ error: error as Answer['error'] & Error }),
  );
  const late = sleep(PATIENCE, { error: new Error(`no answer in ${PATIENCE / 1000} s`) }, { ref: false });
  return { notices: client.notices, ...(await Promise.race([query, late])) };
}

/** The sessions of one row. A session named for one of the row's users logs in as that user. */
class Sessions {
  readonly #endpoint: Endpoint;
  readonly #row: Row;
  readonly #place: string;
  readonly #open = new Map<string, Asked>();

  constructor(endpoint: Endpoint, row: Row, place: string) {
    this.#endpoint = endpoint;
    this.#row = row;
    this.#place = place;
  }

  /** Makes the schema and the users of the row; gives the main session. */
  async prepare(): Promise<Asked> {
    const main = await this.#connect('main');
    await main.query(`CREATE SCHEMA ${this.#place}`);
    await main.query(`SET search_path TO ${this.#place}`);
    for (const user of this.#row.users) {
      await main.query(`CREATE USER ${this.#place}_${user} PASSWORD '${PASSWORD}'`);
    }
    return main;
  }

  async get(session: string): Promise<Asked> {
    const found = this.#open.get(session);
    if (found) return found;
    const client = await this.#connect(session);
    await client.query(`SET search_path TO ${this.#place}`);
    return client;
  }

  async #connect(session: string): Promise<Asked> {
    const { login } = this.#endpoint;
    const user = this.#row.users.includes(session)
      ? { user: `${this.#place}_${session}`, password: PASSWORD }
      : {};
    const client = Object.assign(
      new pg.Client({ ...login, ...user, types: { getTypeParser: () => (value: string) => value } }),
      { notices: [] as { severity: string; message: string }[] },
    );
    client.on('error', () => undefined);
    client.on('notice', (notice) => {
      client.notices.push({ severity: notice.severity ?? '', message: notice.message ?? '' });
    });
    await client.connect();
    this.#open.set(session, client);
    return client;
  }

  /** Asks by the protocol to cancel what the session runs. */
  async cancel(session: string): Promise<void> {
    const client = await this.get(session);
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const request = Buffer.alloc(16);
    [16, 80877102, processID, secretKey].forEach((word, at) => request.writeInt32BE(word, at * 4));
    const socket = connect(client.port, client.host);
    socket.on('error', () => socket.destroy());
    socket.end(request);
    await once(socket, 'close');
  }

  async close(): Promise<void> {
    const [endpoint, place, row] = [this.#endpoint, this.#place, this.#row];
    await Promise.allSettled([...this.#open.values()].map((client) => client.end()));
    if (!endpoint.tidy) return;
    const client = await this.#connect('tidy');
    await client.query(`DROP SCHEMA ${place} CASCADE`).catch(() => undefined);
    for (const user of row.users) await client.query(`DROP USER ${place}_${user}`).catch(() => undefined);
    await client.end();
  }
}
