/**
 * The taps of PostgreSQL that read its log, in the format of wal2json: tables are loaded, changed, and loaded again from the
 * last state. Source and target are compared value by value, with deleted rows deleted and marked.
 */
import { expect } from 'chai';
import type pg from 'pg';
import {
  afterDeletions,
  type Comparison,
  differences,
  document,
  double,
  idOf,
  json,
  selections,
} from './support/comparison.ts';
import {
  expectBothEndedWell,
  extraction,
  type Extraction,
  statesOf,
  tapOrSkip,
} from './support/extraction.ts';
import { startLogicalPostgres } from './support/logical-postgres.ts';
import { commonColumns } from './support/postgres-columns.ts';
import { orSkip } from './support/registry.ts';
import type { SourceDatabase } from './support/source-database.ts';
import { MELTANOLABS, PIPELINEWISE } from './support/taps.ts';
import { clientOf, type Folder, newFolder, type Row, type Served, serveLocal } from './support/target.ts';

const SCHEMA = 'ledger';

/** A NUMERIC comes from the log as a double: what has no more than 15 digits is as it was, of others so many digits are left. */
const numerics = (isExact: boolean): readonly Comparison[] => {
  const alike = isExact ? {} : { alike: double };
  return [
    { column: 'price', type: 'numeric(10,2)', ...alike },
    { column: 'wide', type: 'numeric(38,10)', ...alike },
    { column: 'beyond', type: 'numeric(38,10)', alike: double },
    { column: 'loose', type: 'numeric', alike: double },
  ];
};

/** An array that is NULL comes as one that is empty, times in UTC. */
const ARRAYS_OF_PIPELINEWISE: readonly Comparison[] = [
  { column: 'clock_zone', type: 'timetz', source: `clock_zone AT TIME ZONE 'UTC'` },
  { column: 'ints', type: 'int[]', source: `coalesce(to_json(ints), '[]')`, alike: json },
  { column: 'texts', type: 'text[]', source: `coalesce(to_json(texts), '[]')`, alike: json },
  { column: 'amounts', type: 'numeric(10,2)[]', source: `coalesce(to_json(amounts), '[]')`, alike: json },
];

/** From the log, arrays but those of texts come as PostgreSQL writes them, in one string; so do documents. */
const ARRAYS_OF_MELTANOLABS: readonly Comparison[] = [
  { column: 'clock_zone', type: 'timetz' },
  { column: 'ints', type: 'int[]', source: 'to_json(ints::text)', alike: json },
  { column: 'texts', type: 'text[]', source: 'to_json(texts)', alike: json },
  { column: 'amounts', type: 'numeric(10,2)[]', source: 'to_json(amounts::text)', alike: json },
];

const things = (isExact: boolean, arrays: readonly Comparison[]): readonly Comparison[] => [
  ...commonColumns(SCHEMA).map((one) => (one.alike === json ? { ...one, alike: document } : one)),
  ...numerics(isExact),
  ...arrays,
];

const pairs = (isExact: boolean): readonly Comparison[] => [
  { column: 'region', type: 'varchar(8)' },
  { column: 'amount', type: 'numeric(12,0)' },
  { column: 'rate', type: 'numeric(10,4)', ...(!isExact && { alike: double }) },
  { column: 'note', type: 'text' },
];

const columnsOf = (comparisons: readonly Comparison[]): string =>
  comparisons.map(({ column, type }) => `${column} ${type}`).join(', ');

const DDL = `
  CREATE SCHEMA ${SCHEMA};
  CREATE TYPE ${SCHEMA}.mood AS ENUM ('fine', 'so so');
  CREATE TABLE ${SCHEMA}.things (${columnsOf(things(true, ARRAYS_OF_PIPELINEWISE))}, PRIMARY KEY (id));
  CREATE TABLE ${SCHEMA}.pairs (${columnsOf(pairs(true))}, PRIMARY KEY (region, amount));
  -- A row that is deleted comes with all of its values.
  ALTER TABLE ${SCHEMA}.pairs REPLICA IDENTITY FULL;`;

const ROWS = `
  INSERT INTO ${SCHEMA}.things (id, region, small, whole, big, single, double, yes, words, short, padded, day, clock, clock_zone,
    moment, instant, ident, doc, docb, address, net, feeling, cash, changed_at, price, wide, beyond, loose, ints, texts, amounts)
  VALUES
    (1, 'north', -32768, 2147483647, 9223372036854775807, 1.5, 0.1, true, E'zażółć "😀"\\n', 'a', 'ab', '2024-02-29',
     '09:05:06.5', '09:05:06+02', '2024-01-02 03:04:05.123456', '2024-01-02 03:04:05.123456+02',
     '123e4567-e89b-12d3-a456-426614174000', '{"a": [1, {"b": 1.10}]}', '{"deep": {"er": [null, true, "x"]}}', '10.0.0.1',
     '10.0.0.0/8', 'fine', '12.34', '2026-01-01 00:00:00+00', 99.99, 1234567890123456789012345678.0123456789,
     12345678901234567890.5, 0.1, '{1,2,NULL}', '{"a","b,c",""}', '{1.10,2}'),
    (2, 'süd', 32767, -2147483648, -9223372036854775808, -3.4e38, 1.7e308, false, '', E'\\\\N', '', '0001-01-01',
     '00:00:00', '00:00:00-12', '1969-12-31 23:59:59', '9999-12-30 23:59:59+00', '00000000-0000-0000-0000-000000000000',
     '[]', '{}', '::1', '::/0', 'so so', '-0.01', '2026-01-01 00:00:01+00', -0.01, 0.0000000001, 12345678901234.5678, -1e20,
     '{}', '{}', '{}');
  INSERT INTO ${SCHEMA}.things (id, region, changed_at) VALUES
    (3, 'west', '2026-01-01 00:00:02+00'), (4, 'west', '2026-01-01 00:00:03+00'), (5, 'west', '2026-01-01 00:00:04+00');
  INSERT INTO ${SCHEMA}.things (id, region, words, changed_at, price, wide, loose)
    SELECT n, 'many', 'row ' || n, '2026-01-01 00:00:05+00', n * 1.01, n * 12.0000012345, n / 7.0
    FROM generate_series(101, 600) AS n;
  INSERT INTO ${SCHEMA}.pairs VALUES
    ('north', 1, 0.1, 'x'), ('north', 999999999999, 1.1234, NULL), ('süd "2"', 1, -0.0001, ''), ('süd "2"', 2, NULL, 'y'),
    ('west', 0, 99.99, 'z');`;

/** No row is both changed and deleted; two are deleted and come again; two get other keys. */
const CHANGES = `
  INSERT INTO ${SCHEMA}.things (id, region, price, wide, beyond, loose, single, double, clock, clock_zone, cash, doc, docb, ints, texts,
    amounts, changed_at)
  VALUES
    (10, 'new', 12345678.91, 12345678901234.1, 12345678901234567890.5, 123.456, 0.1, 0.1, '9:05:06.5', '09:05:06+02', '12.34',
     '{"a": [1.10]}', '[{}]', '{1,2,NULL}', '{"a","b,c",""}', '{1.10,2}', '2026-02-01 00:00:00+00'),
    (11, 'new', 0.07, 0.0000000003, 0.3, 1e-7, 3.4e38, -1.7e308, '23:59:59.999999', '00:00:00-12', '-0.01', '[1.10]', '{"b": 1}', '{}', '{}',
     '{}', '2026-02-01 00:00:00+00'),
    (12, 'new', -99999999.99, -12345.0123456789, 4503599627370497.5, 1e22, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, '2026-02-01 00:00:00+00');
  UPDATE ${SCHEMA}.things SET words = 'changed', short = 'changed' WHERE id = 2 OR (id > 100 AND id % 5 = 0 AND id % 7 <> 0);
  UPDATE ${SCHEMA}.things SET price = price + 0.01 WHERE id > 100 AND id % 11 = 0 AND id % 7 <> 0;
  DELETE FROM ${SCHEMA}.things WHERE id = 3 OR (id > 100 AND id % 7 = 0);
  DELETE FROM ${SCHEMA}.things WHERE id = 4;
  INSERT INTO ${SCHEMA}.things (id, region, price, changed_at) VALUES (4, 'again', 1.01, '2026-02-01 00:00:01+00');
  UPDATE ${SCHEMA}.things SET id = 60 WHERE id = 5;
  UPDATE ${SCHEMA}.pairs SET rate = rate + 99.99 WHERE amount = 1;
  DELETE FROM ${SCHEMA}.pairs WHERE region = 'süd "2"' AND amount = 2;
  DELETE FROM ${SCHEMA}.pairs WHERE region = 'west';
  INSERT INTO ${SCHEMA}.pairs VALUES ('west', 0, 0.3333, 'again'), ('west', 123456789012, 0.7, 'new');
  UPDATE ${SCHEMA}.pairs SET region = 'east' WHERE amount = 999999999999;`;

/** Rows whose key was changed: the taps send them as they are after it, and nothing of the key before. */
const LEFT = new Set(['5', 'north 999999999999']);
/** So many rows are deleted, or get another key. */
const DELETED = { things: 73, pairs: 2 };

interface Pipeline {
  readonly name: string;
  readonly options: { readonly add_record_metadata?: true; readonly hard_delete?: true };
}

const SOFT: Pipeline = { name: 'soft', options: {} };
const HARD: Pipeline = { name: 'hard', options: { hard_delete: true } };
const METADATA: Pipeline = { name: 'metadata', options: { add_record_metadata: true } };

const TAPS = [
  {
    tap: PIPELINEWISE,
    pipelines: [SOFT, HARD, METADATA],
    tables: { things: things(true, ARRAYS_OF_PIPELINEWISE), pairs: pairs(true) },
    bookmark: 'lsn',
  },
  {
    tap: MELTANOLABS,
    pipelines: [SOFT, HARD],
    tables: { things: things(false, ARRAYS_OF_MELTANOLABS), pairs: pairs(false) },
    bookmark: 'replication_key_value',
  },
] as const;

/** Both taps call a time with a zone a time, and one of them a NUMERIC a number, which may not be a key. */
const MEANT = {
  [`${SCHEMA}-things`]: { columns: { clock_zone: { type: 'timetz' } } },
  [`${SCHEMA}-pairs`]: { columns: { amount: { type: 'numeric(12,0)' } } },
};

type TableName = 'things' | 'pairs';
const KEYS: Readonly<Record<TableName, readonly string[]>> = { things: ['id'], pairs: ['region', 'amount'] };
const TABLES = Object.keys(KEYS) as TableName[];

describe('taps that read the log of PostgreSQL', () => {
  let folder: Folder;
  let source: SourceDatabase | undefined;
  let served: Served | undefined;
  let client: pg.Client | undefined;

  before(async function () {
    folder = newFolder();
    source = await orSkip(this, startLogicalPostgres());
    served = await serveLocal(folder.file('warehouse'));
    client = await clientOf(served.config);
  });

  after(async () => {
    await client?.end();
    await served?.stop();
    await source?.stop();
    folder.remove();
  });

  function database(): SourceDatabase {
    if (!source) throw new Error('there is no source before the first test');
    return source;
  }

  for (const { tap, pipelines, tables, bookmark } of TAPS) {
    describe(tap.requirement, () => {
      const extractions = new Map<string, Extraction>();
      const positions = new Map<string, number>();
      let original: Readonly<Record<TableName, readonly Row[]>>;

      const schemaOf = ({ name }: Pipeline): string => `${tap.requirement.replace(/-.*/, '')}_${name}`;

      before(async function () {
        const programs = await tapOrSkip(this, tap);
        await database().query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
        for (const pipeline of pipelines) {
          const { slot, settings } = tap.log(database(), SCHEMA, pipeline.name);
          await database().query(`SELECT pg_create_logical_replication_slot('${slot}', 'wal2json')`);
          const config = {
            ...{ ...served?.config, ...pipeline.options, target_schema: schemaOf(pipeline) },
            streams: MEANT,
          };
          const made = extraction({
            ...{ tap, programs, settings, config, folder: folder.file(schemaOf(pipeline)) },
            replication: () => ({ method: 'LOG_BASED' }),
          });
          extractions.set(pipeline.name, made);
        }
        await database().query(`${DDL} ${ROWS}`);
        original = await snapshot();
      });

      async function snapshot(): Promise<Readonly<Record<TableName, readonly Row[]>>> {
        const read = (name: TableName): Promise<readonly Row[]> =>
          database().query(`SELECT ${selections(tables[name]).source} FROM ${SCHEMA}.${name}`);
        return { things: await read('things'), pairs: await read('pairs') };
      }

      async function fromTarget(pipeline: Pipeline, table: TableName, where = ''): Promise<readonly Row[]> {
        const name = `${schemaOf(pipeline)}."${SCHEMA}-${table}"`;
        const result = await client?.query<Row>(
          `SELECT ${selections(tables[table]).target} FROM ${name} ${where}`,
        );
        return result?.rows ?? [];
      }

      /** @returns where in the log the tap goes on */
      async function load({ name }: Pipeline): Promise<number> {
        const outcome = await extractions.get(name)?.load();
        if (!outcome) throw new Error(`there is no pipeline ${name}`);
        expectBothEndedWell(outcome);
        const { bookmarks } = statesOf(outcome).at(-1) as {
          bookmarks: Record<string, Record<string, number>>;
        };
        return bookmarks[`${SCHEMA}-things`]?.[bookmark] ?? NaN;
      }

      describe('the first load', () => {
        for (const pipeline of pipelines) {
          it(`${pipeline.name}: ends well, with a bookmark`, async () => {
            positions.set(pipeline.name, await load(pipeline));
            expect(positions.get(pipeline.name)).to.be.greaterThan(0);
          });

          for (const table of TABLES) {
            it(`${pipeline.name}: ${table} equals the source`, async () => {
              const found = await fromTarget(pipeline, table);
              const rows = { expected: original[table], found };
              expect(differences(tables[table], KEYS[table], rows)).to.deep.equal([]);
              expect(found.length).to.equal(table === 'things' ? 505 : 5);
            });
          }
        }
      });

      describe('the second load, from the state of the first, after rows were added, changed and deleted', () => {
        let current: Readonly<Record<TableName, readonly Row[]>>;

        before(async () => {
          await database().query(CHANGES);
          current = await snapshot();
        });

        for (const pipeline of pipelines) {
          const hard = pipeline.options.hard_delete === true;
          const deletions = (table: TableName): ReturnType<typeof afterDeletions> =>
            afterDeletions({
              ...{ original: original[table], current: current[table], key: KEYS[table], hard },
              isTold: (id) => !LEFT.has(id),
            });

          it(`${pipeline.name}: ends well, with a bookmark that has moved on`, async () => {
            expect(await load(pipeline)).to.be.greaterThan(positions.get(pipeline.name) ?? NaN);
          });

          for (const table of TABLES) {
            const kept = hard ? 'the row whose key was changed' : 'the deleted rows with their values';
            it(`${pipeline.name}: ${table} equals the source, and keeps ${kept}`, async () => {
              const { expected, deleted } = deletions(table);
              expect(deleted).to.equal(DELETED[table]);
              const rows = { expected, found: await fromTarget(pipeline, table) };
              expect(differences(tables[table], KEYS[table], rows)).to.deep.equal([]);
            });

            it(`${pipeline.name}: ${table} has ${hard ? 'no mark' : 'a mark on every deleted row'}`, async () => {
              const found = await fromTarget(pipeline, table, 'WHERE _sdc_deleted_at IS NOT NULL');
              const ids = found.map((row) => idOf(row, KEYS[table])).sort();
              expect(ids).to.deep.equal(deletions(table).marked);
            });
          }
        }
      });
    });
  }
});
