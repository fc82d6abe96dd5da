/** BATCH messages: files of records beside the records on stdin. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { parquetFile } from '../conformance/parquet-text.ts';
import { lines, record, runCli, schema, state } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { faults, newPlace, s3Client, type Place } from '../support/warehouse.ts';

const integer = { type: ['null', 'integer'] };
const text = { type: ['null', 'string'] };
const people = schema('people', { id: integer, name: text }, ['id']);

const batch = (
  manifest: readonly string[],
  compression: string | null = 'gzip',
  more: object = {},
): object => ({
  type: 'BATCH',
  stream: 'people',
  encoding: { format: 'jsonl', compression },
  manifest,
  ...more,
});

async function upload(place: Place, key: string, body: Buffer | string): Promise<string> {
  const client = s3Client(place.config);
  await client.send(
    new PutObjectCommand({ Bucket: place.config.s3_bucket, Key: key, Body: Buffer.from(body) }),
  );
  client.destroy();
  return `s3://${place.config.s3_bucket}/${key}`;
}

describe('BATCH messages', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'target-redshift-batch-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes a file; returns its URL. */
  const file = (name: string, content: Buffer | string): string => {
    writeFileSync(join(folder, name), content);
    return `file://${folder}/${name}`;
  };
  const load = async (
    messages: readonly unknown[],
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string; rows: (string | null)[][] }> => {
    const place = await newPlace();
    const { code, stdout, stderr } = await runHere(
      ['--config', place.configFile({ log_format: 'pretty', ...options })],
      lines(...messages),
    );
    const rows =
      code === 0 ? await place.query(`SELECT * FROM ${place.schema}.people ORDER BY id, name`) : [];
    return { code, stdout, stderr, rows };
  };

  it('load the records of gzip files in the order of the manifest, and then the state behind them', async () => {
    const one = file('one.jsonl.gz', gzipSync('{"id": 1, "name": "Chris"}\n{"id": 2, "name": "Mike"}\n'));
    const two = file('two.jsonl.gz', gzipSync('{"id": 3, "name": "Bob"}\n{"id": 4, "name": "Arnold"}'));
    const { code, stdout, rows } = await load([people, batch([one, two]), state({ n: 1 })]);
    expect({ code, stdout, rows }).to.deep.equal({
      code: 0,
      stdout: '{"n":1}\n',
      rows: [
        ['1', 'Chris'],
        ['2', 'Mike'],
        ['3', 'Bob'],
        ['4', 'Arnold'],
      ],
    });
  });

  it('may name plain files, files of several gzip members, empty files, and none', async () => {
    const plain = file('plain.jsonl', '\uFEFF{"id": 1, "name": "é"}\r\n\n{"id": 2}\n');
    const empty = file('empty.jsonl', '');
    const members = file('m.gz', Buffer.concat([gzipSync('{"id": 3'), gzipSync(', "name": "c"}\n')]));
    const { stderr, rows } = await load([
      people,
      batch([plain, empty], null),
      batch([], 'none'),
      batch([members]),
    ]);
    expect(rows, stderr).to.deep.equal([
      ['1', 'é'],
      ['2', null],
      ['3', 'c'],
    ]);
  });

  it('may name Parquet files, whose numbers and times keep all of their digits', async () => {
    const place = await newPlace();
    const items = schema(
      'items',
      {
        id: integer,
        price: { type: ['null', 'number'], multipleOf: 1e-10 },
        at: { type: ['null', 'string'], format: 'date-time' },
        tags: { type: ['null', 'array'] },
      },
      ['id'],
    );
    const rows =
      'id INT64 | price DECIMAL(28,10) | at TIMESTAMPTZ_MICROS | tags LIST<STRING>\n' +
      '["9007199254740993", "123456789012345678.0123456789", "2026-01-02 03:04:05.678901", ["a", null]]\n' +
      '["2", null, null, null]\n';
    const one = file('one.parquet', parquetFile(rows, 'parquet_groups'));
    const two = await upload(
      place,
      `${place.prefix}/two.parquet`,
      parquetFile('id INT64 | price DECIMAL(9,2)\n["2", "1.50"]\n', 'parquet_gzip'),
    );
    const message = {
      ...{ type: 'BATCH', stream: 'items', manifest: [one, two] },
      encoding: { format: 'parquet', compression: 'gzip' },
    };
    const { code, stdout } = await runHere(
      ['--config', place.configFile()],
      lines(items, message, state({ n: 1 })),
    );
    expect([code, stdout]).to.deep.equal([0, '{"n":1}\n']);
    expect(
      await place.query(`SELECT id, price, at, JSON_SERIALIZE(tags) FROM ${place.schema}.items ORDER BY id`),
    ).to.deep.equal([
      ['2', '1.5000000000', null, null],
      ['9007199254740993', '123456789012345678.0123456789', '2026-01-02 03:04:05.678901+00', '["a",null]'],
    ]);
  });

  it('that are no Parquet end the run with the file and the line of the message', async () => {
    const url = file('broken.parquet', 'id,name\n1,x\n2,y\n');
    const { code, stderr } = await load([
      people,
      { type: 'BATCH', stream: 'people', encoding: { format: 'parquet' }, manifest: [url] },
    ]);
    expect(code).to.equal(1);
    expect(stderr).to.include(
      `Cannot read ${url}, which the BATCH message on line 2 names: it is not a Parquet file, or it is not complete`,
    );
  });

  it('may name files with percent signs and spaces, as they are or encoded', async () => {
    file('a b%2F.jsonl', '{"id": 1}\n');
    const { stderr, rows } = await load(
      [
        people,
        batch([`file://${folder}/a b%2F.jsonl`], null),
        batch([`file://localhost${folder}/a%20b%252F.jsonl`], null),
      ],
      { load_method: 'append-only' },
    );
    expect(rows, stderr).to.deep.equal([
      ['1', null],
      ['1', null],
    ]);
  });

  it('may name objects in S3, which stay there', async () => {
    const place = await newPlace();
    const names = Array.from({ length: 3 }, (_, i) => `tap/${place.schema}/ä ${i}.jsonl.gz`);
    const urls = await Promise.all(
      names.map((name, i) => upload(place, name, gzipSync(`{"id": ${i}, "name": "${name}"}\n`))),
    );
    const empty = await upload(place, `tap/${place.schema}/empty`, '');
    const { code, stderr } = await runCli(
      ['--config', place.configFile()],
      lines(people, batch(urls), batch([empty], null)),
    );
    expect(code, stderr).to.equal(0);
    expect(await place.query(`SELECT id, name FROM ${place.schema}.people ORDER BY id`)).to.deep.equal(
      names.map((name, i) => [String(i), name]),
    );
    expect((await runCli(['--config', place.configFile()], lines(people, batch(urls)))).code).to.equal(0);
  });

  it('keep the order of records and files: the last one of a key wins', async () => {
    const one = file(
      'order1.jsonl',
      '{"id": 1, "name": "file"}\n{"id": 2, "name": "file"}\n{"id": 3, "name": "file"}\n',
    );
    const two = file('order2.jsonl', '{"id": 3, "name": "second file"}\n');
    const { stderr, rows } = await load(
      [
        people,
        record('people', { id: 1, name: 'before' }),
        batch([one, two], null),
        record('people', { id: 2, name: 'after' }),
      ],
      { batch_size_rows: 2 },
    );
    expect(rows, stderr).to.deep.equal([
      ['1', 'file'],
      ['2', 'after'],
      ['3', 'second file'],
    ]);
  });

  it('give their version to their records', async () => {
    const url = file('version.jsonl', '{"id": 1}\n');
    const place = await newPlace();
    const input = lines(people, batch([url], null, { version: 7 }));
    const { code } = await runHere(['--config', place.configFile({ add_record_metadata: true })], input);
    expect(code).to.equal(0);
    expect(await place.query(`SELECT _sdc_table_version FROM ${place.schema}.people`)).to.deep.equal([['7']]);
  });

  it('that cannot be read end the run with the file, the line of the message and what to do; states before it are safe', async () => {
    const { code, stdout, stderr } = await load([
      state({ n: 0 }),
      people,
      batch([`file://${folder}/none.gz`]),
      state({ n: 1 }),
    ]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"n":0}\n' });
    expect(stderr).to.contain(
      `Cannot read file://${folder}/none.gz, which the BATCH message on line 3 names: there is no such file; the tap and this program must see the same files, or use S3`,
    );
  });

  it('that are not read to their end when SIGTERM comes hold back the state behind them', async () => {
    const place = await newPlace();
    const url = await upload(
      place,
      `tap/${place.schema}/long.jsonl`,
      `{"id": 1, "name": "a", "more": "${'x'.repeat(100_000)}"}\n`.repeat(90),
    );
    let asked = 0;
    faults.s3 = ({ operation, key }) =>
      operation === 'GetObject' && key.endsWith('long.jsonl') && asked++ > 0
        ? { kind: 'delay', ms: 60_000 }
        : undefined;
    const run = startHere(['--config', place.configFile({ log_level: 'debug' })]);
    await run.write(lines(state({ n: 0 }), people, batch([url], null), state({ n: 1 })));
    await run.seen(/opened a batch/);
    run.signal();
    const { code, stdout, stderr } = await run.finished;
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":0}\n' });
    expect(await place.query(`SELECT * FROM ${place.schema}.people`)).to.deep.equal([['1', 'a']]);
  });

  it('with a record that cannot be loaded end the run with the line of the file', async () => {
    const url = file('value.jsonl', '{"id": 1}\n{"id": "x"}\n');
    const { code, stderr } = await load([people, batch([url], null)]);
    expect(code).to.equal(1);
    expect(stderr).to.contain(
      `stream "people", line 2 of ${url} (BATCH message on line 2): key property "id"`,
    );
  });

  it('before their SCHEMA end the run, even without files', async () => {
    const { code, stderr } = await load([batch([])]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('stream "people" was encountered before a corresponding schema');
  });

  const nothing = schema('people', { id: integer, name: text }, []);
  for (const [what, line] of [
    ['a SCHEMA', people],
    ['a RECORD', record('people', { id: 1, name: 'Ann' })],
    ['a STATE', state({ a: 1 })],
    ['a RECORD whose type comes last', { stream: 'people', record: { id: 1 }, type: 'RECORD' }],
  ] as const) {
    it(`end the run when a line of a file is ${what} instead of a record, whatever on_invalid says`, async () => {
      const url = file('messages.jsonl.gz', gzipSync(`${JSON.stringify(line)}\n`));
      const { code, stdout, stderr } = await load([nothing, batch([url]), state({ n: 1 })], {
        on_invalid: 'quarantine',
      });
      expect({ code, stdout }, stderr).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.contain(
        `Cannot load stream "people", line 1 of ${url} (BATCH message on line 2): the line is a Singer message, but each line of a BATCH file must be a bare record`,
      );
    });
  }

  it('find a message among records too', async () => {
    const content = [{ id: 1, name: 'Ann' }, record('people', { id: 2 })].map((one) => JSON.stringify(one));
    const { code, stderr } = await load([
      nothing,
      batch([file('mixed.jsonl.gz', gzipSync(content.join('\n')))]),
    ]);
    expect(code).to.equal(1);
    expect(stderr).to.contain('line 2 of ');
    expect(stderr).to.contain('the line is a Singer message');
  });

  it('load records that look like messages where the schema has their properties', async () => {
    const log = schema('people', { id: integer, name: text, type: text, record: {} }, ['id']);
    const content = [
      { id: 1, name: 'x', type: 'log', record: { a: 1 } },
      { type: 'RECORD', id: 2, name: 'y', record: { b: 2 } },
    ].map((one) => JSON.stringify(one));
    const { code, rows, stderr } = await load([
      log,
      batch([file('logs.jsonl.gz', gzipSync(content.join('\n')))]),
    ]);
    expect(code, stderr).to.equal(0);
    expect(rows).to.deep.equal([
      ['1', 'x', 'log', '{"a":1}'],
      ['2', 'y', 'RECORD', '{"b":2}'],
    ]);
  });
});
