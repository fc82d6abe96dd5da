/**
 * PyAirbyte: syncs of source-faker and source-file into destination-redshift, direct and through its cache, with each strategy, twice
 * each. The tables are compared with what the sources say without PyAirbyte.
 */
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { checkMessage } from '../airbyte/protocol-schema.ts';
import { leaksIn } from '../support/leaks.ts';
import { recordsOf, type AirbyteObject, type Source } from './support/airbyte-source.ts';
import { run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { clientOf, newFolder, serveLocal, type Served } from './support/target.ts';

const SYNC = fileURLToPath(new URL('pyairbyte_sync.py', import.meta.url));
const DESTINATION = fileURLToPath(new URL('../../dist/destination.js', import.meta.url));

/** They do not resolve together, so each has an environment. Later versions of source-file require a package that does not exist. */
const PYAIRBYTE = ['airbyte==0.71.3'];
const FAKER = ['airbyte-source-faker==7.2.1'];
const FILE = ['airbyte-source-file==0.5.20'];

/** With quotes, other alphabets, empty fields, and numbers that binary fractions do not hold. */
const ORDERS = [
  'id,name,amount,ordered_on,paid',
  '1,"O\'Neil, ""Q""",12.5,2024-02-29,true',
  '2,Zoë 東京,0.1,2023-12-31,false',
  '3,,-7,2024-01-01,true',
  '4,\\N,0.3,,false',
  ...Array.from({ length: 200 }, (_, i) => `${i + 5},name ${i},${i / 8},2024-03-01,true`),
];

/** How often a row of the source is in the table after two syncs. */
const STRATEGIES = [
  ['append', 2],
  ['merge', 1],
  ['replace', 1],
] as const;

describe('PyAirbyte', function () {
  this.timeout(600_000);
  const folder = newFolder();
  let pyairbyte: Programs;
  let served: Served;
  let destination: string;
  /** What the destination wrote to stdout in its last sync. */
  const written = folder.file('written.jsonl');

  before(async function () {
    pyairbyte = await environmentOrSkip(this, PYAIRBYTE);
    destination = folder.file('destination-redshift');
    writeFileSync(
      destination,
      [
        '#!/bin/bash',
        `run=("${process.execPath}" "${DESTINATION}" "$@")`,
        'if [ "$1" != write ]; then exec "${run[@]}"; fi',
        `exec "\${run[@]}" > >(tee "${written}")`,
        '',
      ].join('\n'),
    );
    chmodSync(destination, 0o755);
    served = await serveLocal(folder.file('warehouse'));
  });

  after(async () => {
    await (served as Served | undefined)?.stop();
    folder.remove();
  });

  /** Resolves with the messages of the destination. */
  async function sync(
    { name, program, config }: Source,
    keys: object,
    [strategy, isCached]: readonly [string, boolean],
    schema: string,
  ): Promise<readonly AirbyteObject[]> {
    const wish = folder.file('wish.json');
    writeFileSync(
      wish,
      JSON.stringify({
        source_name: name,
        source: program,
        source_config: config,
        keys,
        destination,
        destination_config: { ...served.config, target_schema: schema, s3_prefix: schema },
        strategy,
        cache: isCached,
      }),
    );
    rmSync(written, { force: true });
    const env = { AIRBYTE_OFFLINE_MODE: '1', DO_NOT_TRACK: '1', HOME: folder.path };
    const { code, stdout, stderr } = await run([pyairbyte('python'), SYNC, wish], { env, seconds: 280 });
    expect(code, stdout + stderr).to.equal(0);
    const text = existsSync(written) ? readFileSync(written, 'utf8') : '';
    const { password, aws_secret_access_key } = served.config;
    expect(leaksIn(text, { password, aws_secret_access_key })).to.deep.equal([]);
    const lines = text.split('\n').filter((line) => line !== '');
    lines.forEach(checkMessage);
    return lines.map((line) => JSON.parse(line) as AirbyteObject);
  }

  /** The records of the table in the form of the source, by the values of which the source has in that property. */
  async function tableOf(
    schema: string,
    table: string,
    records: readonly AirbyteObject[],
  ): Promise<unknown[]> {
    const properties = propertiesOf(records);
    const client = await clientOf(served.config);
    const columns = properties.map((name) => `"${name}"`).join(', ');
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT ${columns} FROM ${schema}."${table}" ORDER BY id, 1`,
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    });
    await client.end();
    return rows.map((row) =>
      properties.map((name, i) => likeSource(row[i] ?? null, sampleOf(records, name))),
    );
  }

  function itSyncs(newSource: () => Source, keys: object): void {
    for (const [strategy, times] of STRATEGIES) {
      for (const isCached of [false, true]) {
        const way = isCached ? 'through its cache' : 'directly';
        const often = times === 1 ? 'once' : 'twice';
        it(`${strategy}: two syncs ${way} leave the rows of the source ${often}, and its states are accepted`, async () => {
          const source = newSource();
          const schema = `${source.name.replace('-', '_')}_${strategy}_${isCached ? 'cached' : 'direct'}`;
          const expected = await recordsOf(source, (name) => folder.file(name));
          for (let i = 0; i < 2; i++) {
            const messages = await sync(source, keys, [strategy, isCached], schema);
            expect(messages.filter(({ type }) => type === 'TRACE')).to.deep.equal([]);
            const states = messages.filter(({ type }) => type === 'STATE').length;
            // A source that has no cursor sends no states. The cache sends one for each stream of a source that has.
            if (source.name === 'source-faker') expect(states).to.be.at.least(expected.size);
          }
          for (const [stream, records] of expected) {
            const rows = rowsOf(records).flatMap((row) => Array.from({ length: times }, () => row));
            expect(rows.length).to.be.above(0);
            expect(await tableOf(schema, stream, records), stream).to.deep.equal(rows);
          }
        });
      }
    }
  }

  describe('with source-faker', () => {
    let faker: Programs;
    before(async function () {
      faker = await environmentOrSkip(this, FAKER);
    });
    const config = { count: 300, seed: 7, parallelism: 1 };
    itSyncs(() => ({ name: 'source-faker', program: faker('source-faker'), config }), {});
  });

  describe('with source-file', () => {
    let file: Programs;
    before(async function () {
      file = await environmentOrSkip(this, FILE);
      writeFileSync(folder.file('orders.csv'), `${ORDERS.join('\n')}\n`);
    });
    const provider = { storage: 'local' };
    itSyncs(
      () => ({
        name: 'source-file',
        program: file('source-file'),
        config: { dataset_name: 'orders', format: 'csv', url: folder.file('orders.csv'), provider },
      }),
      { orders: 'id' },
    );
  });
});

/** When the source was asked, which is different in each run. */
const OF_THE_RUN = new Set(['updated_at']);

function propertiesOf(records: readonly AirbyteObject[]): readonly string[] {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return [...names].filter((name) => !OF_THE_RUN.has(name)).sort();
}

/** A value of the property that is not null. */
function sampleOf(records: readonly AirbyteObject[], property: string): unknown {
  return records.map((record) => record[property]).find((value) => value !== null && value !== undefined);
}

function rowsOf(records: readonly AirbyteObject[]): readonly unknown[] {
  const sorted = [...records].sort((a, b) => Number(a['id']) - Number(b['id']));
  const properties = propertiesOf(records);
  return sorted.map((record) => properties.map((name) => comparable(record[name] ?? null)));
}

const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/;

/** Times in different notations are equal if they are the same instant. */
function comparable(value: unknown): unknown {
  return typeof value === 'string' && TIME.test(value)
    ? new Date(value.replace(/([+-]\d\d)$/, '$1:00')).toISOString()
    : value;
}

/** The text of a value in Redshift as the value in JSON that a source has there. */
function likeSource(text: string | null, sample: unknown): unknown {
  if (text === null) return null;
  switch (typeof sample) {
    case 'number':
      return Number(text);
    case 'boolean':
      return text === 't';
    case 'object':
      return JSON.parse(text) as unknown;
    default:
      return comparable(text);
  }
}
