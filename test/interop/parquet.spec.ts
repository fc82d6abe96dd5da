/** Parquet of other programs, copied into the warehouse and out of it, value by value; and programs that copy tables out of Redshift. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type pg from 'pg';
import { PARQUET_TOOLS, SLING } from './support/parquet.ts';
import { run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { clientOf, type Folder, newFolder, type Served, serveLocal, TARGET } from './support/target.ts';

const scriptOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The columns of `parquet_files.py`, with their types in Redshift. */
const COLUMNS = {
  ...{ a: 'SMALLINT', b: 'INT', c: 'BIGINT', d: 'DECIMAL(9,2)', e: 'DECIMAL(38,10)', f: 'REAL', g: 'FLOAT8' },
  ...{ h: 'BOOLEAN', i: 'VARCHAR(400)', j: 'DATE', k: 'TIMESTAMP', l: 'TIMESTAMPTZ', m: 'VARBYTE(10)' },
  ...{ n: 'SUPER', o: 'SUPER', p: 'SUPER' },
} as const;

type Expected = readonly (readonly unknown[])[];

describe('Parquet and the local warehouse', () => {
  let folder: Folder;
  let served: Served;
  let client: pg.Client;
  let s3: S3Client;

  before(async () => {
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'), ['--readings', 'lenient']);
    client = await clientOf(served.config);
    const { s3_endpoint, s3_region, aws_access_key_id, aws_secret_access_key } = served.config;
    s3 = new S3Client({
      ...{ endpoint: s3_endpoint, region: s3_region, forcePathStyle: true },
      credentials: { accessKeyId: aws_access_key_id, secretAccessKey: aws_secret_access_key },
    });
  });
  after(async () => {
    await client.end();
    s3.destroy();
    await served.stop();
    folder.remove();
  });

  const role = (): string => `IAM_ROLE '${served.config.iam_role}'`;

  async function upload(file: string): Promise<string> {
    const key = `files/${file}`;
    await s3.send(
      new PutObjectCommand({
        Bucket: served.config.s3_bucket,
        Key: key,
        Body: readFileSync(folder.file(file)),
      }),
    );
    return `s3://${served.config.s3_bucket}/${key}`;
  }

  /** The rows of a table as the expected ones are written. */
  async function rowsOf(table: string, names: readonly string[]): Promise<Expected> {
    const columns = names.map((name) => ('nop'.includes(name) ? `JSON_SERIALIZE(${name})` : name));
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT ${columns.join(', ')} FROM ${table}`,
      rowMode: 'array',
    });
    return rows.map((row) => row.map((text, n) => valueOf(text, names[n] ?? '')));
  }

  function valueOf(text: string | null, name: string): unknown {
    if (text === null) return null;
    if ('abfg'.includes(name)) return Number(text);
    if (name === 'h') return text === 't';
    return 'nop'.includes(name) ? (JSON.parse(text) as unknown) : text;
  }

  describe('files of pyarrow and DuckDB', () => {
    let expected: Expected;

    before(async function () {
      const programs = await environmentOrSkip(this, PARQUET_TOOLS);
      const written = await run([programs('python'), scriptOf('parquet_files.py'), folder.path], {
        seconds: 120,
      });
      expect(written.code, written.stderr.slice(-4000)).to.equal(0);
      // Numbers of 64 bits are compared as strings.
      const text = readFileSync(folder.file('expected.json'), 'utf8');
      expected = JSON.parse(text.replaceAll(/(?<=[[, ])-?\d{16,}(?=[,\]}])/g, '"$&"')) as Expected;
    });

    const whole = ['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'v2', 'duckdb'];
    for (const file of whole) {
      it(`${file}: every value arrives`, async () => {
        expect(await load(file, Object.keys(COLUMNS))).to.deep.equal(sorted(expected));
      });
    }

    for (const file of whole) {
      it(`${file}: every value arrives by copy-files in a table that it makes`, async () => {
        const configFile = folder.file('config.json');
        writeFileSync(configFile, JSON.stringify(served.config));
        const words = ['--config', configFile, '--stream', `made_${file}`, await upload(`${file}.parquet`)];
        const { code, stderr } = await run([...TARGET, 'copy-files', ...words]);
        expect(code, stderr).to.equal(0);
        const names = Object.keys(COLUMNS);
        const inUtc = expected.map((row) =>
          row.map((value, n) => (names[n] === 'l' ? withoutZone(value) : value)),
        );
        expect(sorted(await rowsOf(`made_${file}`, names))).to.deep.equal(sorted(inUtc));
      });
    }

    it('delta encodings: every value arrives', async () => {
      const names = ['b', 'c', 'i', 'g'];
      expect(await load('delta', names)).to.deep.equal(sorted(only(names)));
    });

    it('INT96: every timestamp arrives', async () => {
      expect(await load('int96', ['k'])).to.deep.equal(sorted(only(['k'])));
    });

    it('UNLOAD writes files that give the same values again', async () => {
      const names = Object.keys(COLUMNS).filter((name) => name !== 'm');
      await create('unloaded', names);
      const list = names.join(', ');
      const place = `s3://${served.config.s3_bucket}/unloaded/`;
      await load('snappy', Object.keys(COLUMNS));
      await client.query(
        `UNLOAD ('SELECT ${list} FROM from_snappy') TO '${place}' ${role()} PARQUET MANIFEST`,
      );
      await client.query(`COPY unloaded FROM '${place}manifest' ${role()} PARQUET MANIFEST SERIALIZETOJSON`);
      expect(sorted(await rowsOf('unloaded', names))).to.deep.equal(sorted(only(names)));
    });

    const withoutZone = (value: unknown): unknown =>
      typeof value === 'string' ? value.replace(/\+00$/, '') : value;

    const only = (names: readonly string[]): Expected => {
      const places = names.map((name) => Object.keys(COLUMNS).indexOf(name));
      return expected.map((row) => places.map((place) => row[place]));
    };

    async function create(table: string, names: readonly string[]): Promise<void> {
      const columns = names.map((name) => `${name} ${COLUMNS[name as keyof typeof COLUMNS]}`);
      await client.query(`DROP TABLE IF EXISTS ${table}`);
      await client.query(`CREATE TABLE ${table} (${columns.join(', ')})`);
    }

    async function load(file: string, names: readonly string[]): Promise<Expected> {
      const table = `from_${file}`;
      await create(table, names);
      await client.query(
        `COPY ${table} FROM '${await upload(`${file}.parquet`)}' ${role()} PARQUET SERIALIZETOJSON`,
      );
      return sorted(await rowsOf(table, names));
    }

    function sorted(rows: Expected): Expected {
      const keyed = rows.map((row) => [JSON.stringify(row), row] as const);
      return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    }
  });

  it('awswrangler copies a data frame in and out', async function () {
    const programs = await environmentOrSkip(this, PARQUET_TOOLS);
    const { config } = served;
    const settings = folder.file('wrangler.json');
    writeFileSync(folder.file('ca.pem'), config.ssl_ca);
    writeFileSync(
      settings,
      JSON.stringify({
        ...{ s3_endpoint: config.s3_endpoint, bucket: config.s3_bucket, region: config.s3_region },
        ...{ key: config.aws_access_key_id, secret: config.aws_secret_access_key, role: config.iam_role },
        login: {
          ...{ host: config.hostname, port: config.port, database: config.database },
          ...{ user: config.user, password: config.password, ssl: true, sslmode: 'verify-ca' },
        },
      }),
    );
    const done = await run([programs('python'), scriptOf('awswrangler_client.py'), settings], {
      seconds: 200,
      env: { SSL_CERT_FILE: folder.file('ca.pem') },
    });
    expect(done.code, done.stderr.slice(-4000)).to.equal(0);
    const rows = [
      [1, 'a', 1.5, '2026-01-02T03:04:05.678901', true],
      [2, null, null, null, false],
      [3, 'c,"d"\n', -0.25, '1969-12-31T23:59:59.000000', null],
    ];
    expect(JSON.parse(done.stdout)).to.deep.equal({
      ...{ select: rows, upsert: rows, unload: rows, again: rows },
      files: [
        'manifest',
        'paid=__HIVE_DEFAULT_PARTITION__/0000_part_00.parquet',
        'paid=f/0001_part_00.parquet',
        'paid=t/0000_part_00.parquet',
      ],
    });
  });

  it('sling copies a table out', async function () {
    const programs: Programs = await environmentOrSkip(this, SLING);
    const { config } = served;
    await client.query(
      'CREATE TABLE sling_source AS SELECT 1 AS id, \'a,"b"\'::VARCHAR(20) AS name, 1.50::DECIMAL(10,2) AS price',
    );
    await client.query('INSERT INTO sling_source VALUES (2, NULL, NULL)');
    const found = await run([
      'find',
      programs('python').replace(/bin\/python$/, ''),
      '-name',
      'sling*',
      '-type',
      'f',
      '-size',
      '+10000k',
    ]);
    const [binary = ''] = found.stdout.trim().split('\n');
    const connection = JSON.stringify({
      ...{ type: 'redshift', host: config.hostname, port: config.port, database: config.database },
      ...{ user: config.user, password: config.password, schema: 'public', sslmode: 'require' },
      ...{ bucket: config.s3_bucket, aws_bucket: config.s3_bucket, endpoint: config.s3_endpoint },
      ...{ access_key_id: config.aws_access_key_id, secret_access_key: config.aws_secret_access_key },
      ...{ aws_access_key_id: config.aws_access_key_id, aws_secret_access_key: config.aws_secret_access_key },
    });
    const to = folder.file('sling.csv');
    const done = await run(
      [
        binary,
        'run',
        '--src-conn',
        'RS',
        '--src-stream',
        'public.sling_source',
        '--tgt-object',
        `file://${to}`,
      ],
      {
        seconds: 100,
        env: { RS: connection, AWS_ENDPOINT_URL: config.s3_endpoint, SLING_DISABLE_TELEMETRY: 'true' },
      },
    );
    expect(done.code, `${done.stdout}${done.stderr}`.slice(-4000)).to.equal(0);
    expect(readFileSync(to, 'utf8').trim().split('\n').sort()).to.deep.equal([
      '1,"a,""b""",1.50',
      '2,,',
      'id,name,price',
    ]);
  });
});
