/**
 * A table with every type that the taps of PostgreSQL read, loaded in full, changed in the source (rows, columns, types,
 * the key), and loaded again from the last state: source and target are compared value by value.
 */
import { expect } from 'chai';
import { type Comparison, differences, double, json, selections } from './support/comparison.ts';
import {
  expectBothEndedWell,
  extraction,
  type Extraction,
  statesOf,
  tapOrSkip,
} from './support/extraction.ts';
import { commonColumns } from './support/postgres-columns.ts';
import { type SourceDatabase, startSourceDatabase } from './support/source-database.ts';
import { MELTANOLABS, PIPELINEWISE } from './support/taps.ts';
import { type Folder, newFolder, queryLocal } from './support/target.ts';

const COMMON = commonColumns('all_types');

const OF_MELTANOLABS: readonly Comparison[] = [
  ...COMMON,
  { column: 'exact', type: 'numeric(18,4)', alike: double },
  { column: 'loose', type: 'numeric', alike: double },
  { column: 'clock_zone', type: 'timetz' },
  { column: 'bytes', type: 'bytea', source: `encode(bytes, 'hex')` },
  { column: 'ints', type: 'int[]', source: 'to_json(ints)', alike: json },
  { column: 'texts', type: 'text[]', source: 'to_json(texts)', alike: json },
  { column: 'numbers', type: 'numeric(10,2)[]', source: 'to_json(numbers)', alike: json },
  { column: 'bits', type: 'bit(3)' },
  { column: 'point', type: 'point' },
];

/** It sends an empty array for a NULL one, times in UTC, and neither bytes nor bits nor points. */
const OF_PIPELINEWISE: readonly Comparison[] = [
  ...COMMON,
  { column: 'exact', type: 'numeric(18,4)' },
  { column: 'loose', type: 'numeric', alike: double },
  { column: 'clock_zone', type: 'timetz', source: `clock_zone AT TIME ZONE 'UTC'` },
  { column: 'bytes', type: 'bytea', isMissing: true },
  { column: 'ints', type: 'int[]', source: `coalesce(to_json(ints), '[]')`, alike: json },
  { column: 'texts', type: 'text[]', source: `coalesce(to_json(texts), '[]')`, alike: json },
  { column: 'numbers', type: 'numeric(10,2)[]', source: `coalesce(to_json(numbers), '[]')`, alike: json },
  { column: 'bits', type: 'bit(3)', isMissing: true },
  { column: 'point', type: 'point', isMissing: true },
];

const DDL = `
  CREATE SCHEMA all_types;
  CREATE TYPE all_types.mood AS ENUM ('fine', 'so so');
  CREATE TABLE all_types.everything (
    ${OF_MELTANOLABS.map(({ column, type }) => `${column} ${type}`).join(', ')}, PRIMARY KEY (id));`;

const ROWS = `
  INSERT INTO all_types.everything (id, region, small, whole, big, exact, loose, single, double, yes, words, short,
    padded, day, clock, clock_zone, moment, instant, ident, doc, docb, bytes, ints, texts, numbers, address, net,
    feeling, cash, bits, point, changed_at)
  VALUES
    (1, 'north', -32768, 2147483647, 9223372036854775807, 12345678901234.5678, 0.000000001, 1.5, 0.1, true,
     E'zażółć "😀"\\n', 'a', 'ab', '2024-02-29', '12:34:56.789', '12:34:56+02', '2024-01-02 03:04:05.123456',
     '2024-01-02 03:04:05.123456+02', '123e4567-e89b-12d3-a456-426614174000', '{"a": [1, {"b": 1.10}]}',
     '{"deep": {"er": [null, true, "x"]}}', decode('deadbeef', 'hex'), '{1,2,NULL}', '{"a","b,c",""}', '{1.10,2}', '10.0.0.1',
     '10.0.0.0/8', 'fine', '12.34', B'101', '(1,2)', '2026-01-01 00:00:00+00'),
    (2, 'süd', 32767, -2147483648, -9223372036854775808, -0.0001, -12345678901234567890, -3.4e38, 1.7e308, false,
     '', E'\\\\N', '', '0001-01-01', '23:59:59.999999', '00:00:00-12', '1969-12-31 23:59:59', '9999-12-30 23:59:59+00',
     '00000000-0000-0000-0000-000000000000', '[]', '{}', decode('', 'hex'), '{}', '{}', '{}', '::1', '::/0', 'so so', '-0.01',
     B'000', '(0,-1.5)', '2026-01-01 00:00:01+00');
  INSERT INTO all_types.everything (id, region, changed_at) VALUES (3, 'west', '2026-01-01 00:00:02+00');
  INSERT INTO all_types.everything (id, region, words, changed_at)
    SELECT n, 'many', 'row ' || n, timestamptz '2026-01-01 00:00:03+00' + n * interval '1 ms'
    FROM generate_series(10, 500) AS n;`;

/** Rows change and come, a column comes and two get wider types, and region becomes part of the key. */
const CHANGES = `
  UPDATE all_types.everything SET words = 'changed', docb = '[1]', big = NULL, changed_at = '2026-02-01 00:00:00+00'
    WHERE id = 1 OR id % 10 = 0;
  ALTER TABLE all_types.everything DROP CONSTRAINT everything_pkey, ADD PRIMARY KEY (id, region),
    ADD COLUMN extra text DEFAULT 'new', ALTER COLUMN small TYPE bigint, ALTER COLUMN short TYPE varchar(2000);
  INSERT INTO all_types.everything (id, region, small, short, changed_at)
    VALUES (1, 'east', 9007199254740993, repeat('long ', 300), '2026-02-01 00:00:01+00'),
           (4, 'east', NULL, NULL, '2026-02-01 00:00:02+00');`;

const MEANT = { 'all_types-everything': { columns: { clock_zone: { type: 'timetz' } } } };

describe('a table of every type, in full and then by increments', () => {
  let folder: Folder;
  let source: SourceDatabase;

  before(async () => {
    folder = newFolder();
    source = await startSourceDatabase(folder.file('source'));
  });

  after(async () => {
    await source.stop();
    folder.remove();
  });

  async function expectSameValues(dir: string, comparisons: readonly Comparison[]): Promise<void> {
    const { source: original, target } = selections(comparisons);
    const expected = await source.query(`SELECT ${original} FROM all_types.everything AS t`);
    const found = await queryLocal(dir, `SELECT ${target} FROM "all_types-everything" AS t`);
    expect(differences(comparisons, ['id', 'region'], { expected, found })).to.deep.equal([]);
  }

  for (const { tap, comparisons } of [
    { tap: MELTANOLABS, comparisons: OF_MELTANOLABS },
    { tap: PIPELINEWISE, comparisons: OF_PIPELINEWISE },
  ]) {
    describe(tap.requirement, () => {
      let increments: Extraction;
      let dir = '';

      before(async function () {
        const programs = await tapOrSkip(this, tap);
        await source.query(`DROP SCHEMA IF EXISTS all_types CASCADE; ${DDL} ${ROWS}`);
        dir = folder.file(`${tap.requirement}-warehouse`);
        increments = extraction({
          ...{ tap, programs, settings: tap.settings(source, 'all_types') },
          folder: folder.file(tap.requirement),
          replication: () => ({ method: 'INCREMENTAL', key: 'changed_at' }),
          config: { streams: MEANT },
          args: ['--local', '--dir', dir],
        });
      });

      it('has every value after the full load', async () => {
        const outcome = await increments.load();
        expectBothEndedWell(outcome);
        expect(JSON.stringify(statesOf(outcome).at(-1))).to.contain('replication_key_value');
        await expectSameValues(dir, comparisons);
      });

      it('has every value after rows, columns, types and the key have changed', async () => {
        await source.query(CHANGES);
        const outcome = await increments.load();
        expectBothEndedWell(outcome);
        // The column came with a default in rows whose time of change stayed: those are not sent again.
        await expectSameValues(dir, comparisons);
        const extra = 'SELECT id, region, extra FROM';
        const changed = `WHERE changed_at >= '2026-02-01 00:00:00+00' ORDER BY id, region`;
        expect(await queryLocal(dir, `${extra} "all_types-everything" ${changed}`)).to.deep.equal(
          await source.query(`${extra} all_types.everything ${changed}`),
        );
      });
    });
  }

  describe(`${PIPELINEWISE.requirement}, which sends whole tables as versions`, () => {
    for (const hard of [true, false]) {
      it(`rows deleted in the source are ${hard ? 'deleted' : 'marked'} when the next version is activated`, async function () {
        const programs = await tapOrSkip(this, PIPELINEWISE);
        await source.query(`DROP SCHEMA IF EXISTS all_types CASCADE; ${DDL} ${ROWS}`);
        const dir = folder.file(`versions-${String(hard)}-warehouse`);
        const versions = extraction({
          ...{ tap: PIPELINEWISE, programs, settings: PIPELINEWISE.settings(source, 'all_types') },
          folder: folder.file(`versions-${String(hard)}`),
          replication: () => ({ method: 'FULL_TABLE' }),
          config: { add_record_metadata: true, hard_delete: hard, streams: MEANT },
          args: ['--local', '--dir', dir],
        });
        expectBothEndedWell(await versions.load());
        await expectSameValues(dir, OF_PIPELINEWISE);
        await source.query('DELETE FROM all_types.everything WHERE id % 7 = 2');
        expectBothEndedWell(await versions.load());
        const table = '"all_types-everything"';
        const [marked] = await queryLocal(
          dir,
          `SELECT COUNT(*) AS n FROM ${table} WHERE _sdc_deleted_at IS NOT NULL AND MOD(id, 7) = 2`,
        );
        expect(Number(marked?.['n'])).to.equal(hard ? 0 : 71);
        if (!hard) await queryLocal(dir, `DELETE FROM ${table} WHERE _sdc_deleted_at IS NOT NULL`);
        await expectSameValues(dir, OF_PIPELINEWISE);
      });
    }
  });
});
