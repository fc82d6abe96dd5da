/** COPY of the local warehouse, with its row checks, against the engine's own COPY of the same rows without any. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import pg from 'pg';
import { encode, encodeQuery } from '../../src/local/redshift/wire/message.ts';
import { md5Secret } from '../../src/local/redshift/sql/users.ts';
import { Upstream } from '../../src/local/redshift/wire/upstream.ts';
import type { WarehouseConfig } from '../../src/local/warehouse.ts';
import { startCli, type Started } from '../support/cli.ts';
import { s3Client } from '../support/warehouse.ts';

const ROWS = 1_000_000;
const PARTS = 4;
const MB = 1024 * 1024;
const LEAST_SHARE = 0.6;
const MEMORY_BOUND = 250 * MB;

const COLUMNS = `id BIGINT, code VARCHAR(40), name VARCHAR(100), note VARCHAR(200), amount DECIMAL(12,2), ratio FLOAT8,
  at TIMESTAMP, day DATE, ok BOOLEAN, extra SUPER`;

function row(id: number): string {
  const [n, cents] = [id * 7919, id % 100];
  const at = new Date(Date.UTC(2020, 0, 1) + (n % 150_000_000) * 1000).toISOString();
  const time = `${at.slice(0, 10)} ${at.slice(11, 23)}`;
  const note = id % 10 === 0 ? '\\N' : `"a note, with ""quotes"" and ${n % 1000} words"`;
  const extra = `"{""user"":${n % 5000},""tags"":[""a"",""b${cents}""],""on"":true}"`;
  return `${id},code-${n.toString(36)},"Name ${n % 10_000} é",${note},${n % 100_000}.${String(cents).padStart(2, '0')},${n / 1000},${time},${at.slice(0, 10)},${id % 2 ? 'true' : 'f'},${extra}\n`;
}

function part(number: number): Buffer {
  const pieces: string[] = [];
  const size = ROWS / PARTS;
  for (let id = number * size; id < (number + 1) * size; id += 1) pieces.push(row(id));
  return Buffer.from(pieces.join(''));
}

/** A session of the engine's superuser, past the endpoint. */
async function openEngine(dir: string, database: string): Promise<Upstream> {
  const remembered = join(dir, 'postgres-files');
  const files = existsSync(remembered) ? readFileSync(remembered, 'utf8') : join(dir, 'postgres');
  // Lines 4 and 5: the port and the folder of the socket.
  const [port, host = ''] = readFileSync(join(files, 'postmaster.pid'), 'utf8').split('\n').slice(3);
  const password = readFileSync(join(dir, 'postgres-password'), 'utf8');
  const secret = md5Secret('warehouse_admin', password);
  return await Upstream.open(
    { host, port: Number(port), user: 'warehouse_admin', secret, database },
    new Map(),
  );
}

async function bareCopy(engine: Upstream, table: string, parts: readonly Buffer[]): Promise<void> {
  let feeding: Promise<void> | undefined;
  const feed = async () => {
    for (const bytes of parts) {
      for (let at = 0; at < bytes.length; at += 256 * 1024)
        await engine.sendCopyData(bytes.subarray(at, at + 256 * 1024));
    }
    await engine.send(encode('c'));
  };
  await engine.request(encodeQuery(`COPY ${table} FROM STDIN WITH (FORMAT csv, NULL '\\\\N')`), (frame) => {
    if (frame.type === 'G') feeding = feed();
    if (frame.type === 'E') throw new Error(frame.bytes.toString('utf8'));
  });
  await feeding;
}

function peakMemory(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

describe('COPY of a million rows into the local warehouse', () => {
  const dir = mkdtempSync(join(tmpdir(), 'warehouse-slow-'));
  let warehouse: Started;
  let config: WarehouseConfig;
  let client: pg.Client;

  before(async () => {
    const path = join(dir, 'config.json');
    warehouse = startCli(['local', '--dir', join(dir, 'warehouse'), '--write-config', path]);
    await warehouse.seen(/ready|listen|running/i);
    config = JSON.parse(readFileSync(path, 'utf8')) as WarehouseConfig;
    const { hostname: host, port, user, password, database, ssl_ca: ca } = config;
    client = new pg.Client({ host, port, user, password, database, ssl: { ca } });
    await client.connect();
  });
  after(async () => {
    await client.end();
    warehouse.process.kill('SIGTERM');
    await warehouse.finished;
    rmSync(dir, { recursive: true, force: true });
  });

  it(`is at least ${LEAST_SHARE} times as fast as the engine alone, within 250 MB`, async () => {
    const s3 = s3Client(config);
    const parts = Array.from({ length: PARTS }, (_, number) => part(number));
    const entries = [];
    for (const [number, bytes] of parts.entries()) {
      const Key = `slow/${number}.csv.gz`;
      await s3.send(
        new PutObjectCommand({ Bucket: config.s3_bucket, Key, Body: gzipSync(bytes, { level: 1 }) }),
      );
      entries.push({ url: `s3://${config.s3_bucket}/${Key}`, mandatory: true });
    }
    const manifest = JSON.stringify({ entries });
    await s3.send(new PutObjectCommand({ Bucket: config.s3_bucket, Key: 'slow/manifest', Body: manifest }));
    s3.destroy();

    const engine = await openEngine(join(dir, 'warehouse'), config.database);
    const times: Record<'bare' | 'checked', number[]> = { bare: [], checked: [] };
    for (let round = 0; round < 3; round += 1) {
      await client.query(`CREATE TABLE bare_${round} (${COLUMNS})`);
      await client.query(`CREATE TABLE checked_${round} (${COLUMNS})`);
      let started = performance.now();
      await bareCopy(engine, `public.bare_${round}`, parts);
      times.bare.push((performance.now() - started) / 1000);
      started = performance.now();
      await client.query(
        `COPY checked_${round} FROM 's3://${config.s3_bucket}/slow/manifest' IAM_ROLE '${config.iam_role}' MANIFEST GZIP CSV`,
      );
      times.checked.push((performance.now() - started) / 1000);
      const difference = await client.query(
        `SELECT count(*) AS n, count(note) AS notes, sum(id) AS ids FROM checked_${round}`,
      );
      expect(difference.rows).to.deep.equal([
        { n: String(ROWS), notes: String(ROWS * 0.9), ids: String((ROWS * (ROWS - 1)) / 2) },
      ]);
      await client.query(`DROP TABLE bare_${round}`);
      await client.query(`DROP TABLE checked_${round}`);
    }
    engine.destroy();
    const [bare, checked] = [Math.min(...times.bare), Math.min(...times.checked)];
    const memory = peakMemory(warehouse.process.pid);
    const size = parts.reduce((sum, bytes) => sum + bytes.length, 0);
    console.log(
      `      ${Math.round(size / MB)} MB: engine alone ${Math.round(ROWS / bare).toLocaleString('en')} rows/s, ` +
        `COPY ${Math.round(ROWS / checked).toLocaleString('en')} rows/s (${(bare / checked).toFixed(2)}), ` +
        `peak ${Math.round(memory / MB)} MB`,
    );
    expect(bare / checked).to.be.at.least(LEAST_SHARE);
    expect(memory).to.be.below(MEMORY_BOUND);
  });
});
