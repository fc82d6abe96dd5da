/**
 * Tables of MariaDB with a type in every column, read in full, by increments and from the binary log, changed and read again
 * from the last state: source and target are compared value by value, under every way of treating deleted rows.
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
  selections,
} from './support/comparison.ts';
import {
  expectBothEndedWell,
  extraction,
  type Extraction,
  type Replication,
  statesOf,
  tapOrSkip,
} from './support/extraction.ts';
import { startMariaDb } from './support/mariadb.ts';
import { orSkip } from './support/registry.ts';
import type { SourceDatabase } from './support/source-database.ts';
import { MYSQL } from './support/taps.ts';
import { clientOf, type Folder, newFolder, type Row, type Served, serveLocal } from './support/target.ts';

/** Each method has tables of its own, with the same rows. */
const METHODS = {
  full: { method: 'FULL_TABLE' },
  increments: { method: 'INCREMENTAL', key: 'changed_at' },
  log: { method: 'LOG_BASED' },
} as const satisfies Record<string, Replication>;

type Method = keyof typeof METHODS;
const METHOD_NAMES = Object.keys(METHODS) as Method[];

/** What remains of deleted rows when those are deleted of which the tap tells. */
const KEPT: Readonly<Record<Method, string>> = {
  full: '',
  increments: ', and keeps the deleted rows',
  log: ', and keeps the row whose key was changed',
};

/** What may be configured about deleted rows; each is loaded into a schema of its own. */
const CONFIGS: Readonly<
  Record<string, { readonly add_record_metadata?: true; readonly hard_delete?: true }>
> = {
  plain: {},
  hard: { hard_delete: true },
  metadata: { add_record_metadata: true },
  hard_metadata: { add_record_metadata: true, hard_delete: true },
};

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.US';
const bool = (expression: string): string => `CASE WHEN ${expression} THEN 't' ELSE 'f' END`;
const instant = (column: string): Pick<Comparison, 'source' | 'target'> => ({
  source: `DATE_FORMAT(${column}, '%Y-%m-%dT%H:%i:%s.%f')`,
  target: `to_char(${column}, '${ISO}')`,
});
const clock = (column: string): Pick<Comparison, 'source' | 'alike'> => ({
  source: `TIME_FORMAT(${column}, '%H:%i:%s.%f')`,
  alike: (text) => {
    const [time, fraction = ''] = text.split('.');
    return `${time}.${fraction.padEnd(6, '0')}`;
  },
});

const TYPES: readonly Comparison[] = [
  { column: 'id', type: 'int NOT NULL AUTO_INCREMENT PRIMARY KEY' },
  // The tap takes tinyint(1) and every bit(n) for booleans.
  { column: 'flag', type: 'tinyint(1)', source: `IF(flag IS NULL, NULL, ${bool('flag')})` },
  { column: 'bit1', type: 'bit(1)', source: `IF(bit1 IS NULL, NULL, ${bool('bit1 > 0')})` },
  { column: 'bits', type: 'bit(8)', source: `IF(bits IS NULL, NULL, ${bool('bits > 0')})` },
  { column: 'tiny', type: 'tinyint' },
  { column: 'small', type: 'smallint unsigned' },
  { column: 'medium', type: 'mediumint' },
  { column: 'whole', type: 'int unsigned' },
  { column: 'big', type: 'bigint' },
  { column: 'huge', type: 'bigint unsigned' },
  { column: 'price', type: 'decimal(10,2)' },
  { column: 'wide', type: 'decimal(38,10)' },
  // In full the tap sends it with six digits, from the log with all that it has as a double: the same number of 32 bits.
  { column: 'binary32', type: 'float', alike: (text) => Math.fround(Number(text)) },
  { column: 'binary64', type: 'double', alike: double },
  { column: 'code', type: 'char(5)' },
  // The tap reads MariaDB's three-byte UTF-8, which has a question mark for characters of four bytes; from the log it sends them.
  { column: 'name', type: 'varchar(200)', alike: (text) => text.replace(/[\u{10000}-\u{10FFFF}]/gu, '?') },
  { column: 'words', type: 'text' },
  { column: 'mood', type: "enum('fine', 'so so')" },
  { column: 'day', type: 'date', target: 'day::date' },
  { column: 'moment', type: 'datetime(6)', ...instant('moment') },
  { column: 'instant', type: 'timestamp(6) NULL', ...instant('instant') },
  { column: 'clock', type: 'time', ...clock('clock') },
  { column: 'clock6', type: 'time(6)', ...clock('clock6') },
  { column: 'bytes', type: 'binary(4)', source: 'lower(hex(bytes))' },
  // A VARBYTE cannot be empty in the files of COPY.
  { column: 'varbytes', type: 'varbinary(8)', source: `NULLIF(lower(hex(varbytes)), '')` },
  { column: 'doc', type: 'json' },
  { column: 'place', type: 'point', source: 'ST_AsGeoJSON(place)', alike: document },
  { column: 'changed_at', type: 'datetime(6) NOT NULL', ...instant('changed_at') },
];

/** Types that the tap leaves out. */
const UNSENT = `year year, tags set('a', 'b'), picture blob`;

const PAIRS: readonly Comparison[] = [
  { column: 'region', type: 'varchar(8) NOT NULL' },
  { column: 'number', type: 'bigint unsigned NOT NULL' },
  { column: 'opens', type: 'time', ...clock('opens') },
  { column: 'rate', type: 'decimal(10,4)' },
  { column: 'note', type: 'varchar(100)' },
  { column: 'changed_at', type: 'datetime(6) NOT NULL', ...instant('changed_at') },
];

interface Table {
  readonly name: string;
  readonly comparisons: readonly Comparison[];
  readonly key: readonly string[];
}

const TABLES: readonly Table[] = [
  { name: 'types', comparisons: TYPES, key: ['id'] },
  { name: 'pairs', comparisons: PAIRS, key: ['region', 'number'] },
];

const columnsOf = (comparisons: readonly Comparison[]): string =>
  comparisons.map(({ column, type }) => `\`${column}\` ${type}`).join(', ');

const ddl = (method: string): string => `
  CREATE TABLE ${method}_types (${columnsOf(TYPES)}, ${UNSENT});
  CREATE TABLE ${method}_pairs (${columnsOf(PAIRS)}, PRIMARY KEY (region, number));`;

const SENT = TYPES.map(({ column }) => `\`${column}\``).join(', ');

/** Ids up to 5 are of every type; those from 101 are many. */
const rows = (method: string): string => `
  INSERT INTO ${method}_types (${SENT}, year, tags, picture) VALUES
    (1, true, b'1', b'10000001', -128, 65535, -8388608, 4294967295, -9223372036854775808, 18446744073709551615,
     99.99, 1234567890123456789012345678.0123456789, 1.5, 0.1, 'ab', 'zażółć "gęślą" \\\\ \\n jaźń', '', 'so so',
     '2024-02-29', '2024-01-02 03:04:05.123456', '2024-01-02 03:04:05.123456', '09:05:06', '09:05:06.5',
     x'deadbeef', x'00ff', '{"a": [1, 2.50, null, "x"]}', ST_GeomFromText('POINT(1 2)'),
     '2026-01-01 00:00:00.000001', 2024, 'a,b', x'0102'),
    (3, false, b'0', b'0', 127, 0, 8388607, 0, 9223372036854775807, 0,
     -0.01, -0.0000000001, -3.25, -1.7e308, '', '漢字 😀', 'NULL', 'fine',
     '0001-01-01', '9999-12-31 23:59:59.999999', '1970-01-01 00:00:01', '00:00:00', '23:59:59.999999',
     x'00000000', x'', '[]', ST_GeomFromText('POINT(-1.5 0)'),
     '2026-01-01 00:00:02', 1901, '', x''),
    (4, true, b'1', b'00000001', 0, 1, -1, 1, 1, 9223372036854775808,
     99999999.99, 0.0000000001, 0.0001, 2.2250738585072014e-308, 'é', ' spaces around ', 'two\\r\\nlines; "quoted", \\t|', 'fine',
     '9999-12-31', '1000-01-01 00:00:00', '2038-01-19 03:14:07.999999', '08:00:00', '00:00:00.000001',
     x'01020304', x'0102030405060708', '"text"', ST_GeomFromText('POINT(0.1 -89.999)'),
     '2026-01-01 00:00:03', 2000, 'a', x'00');
  INSERT INTO ${method}_types (id, clock, changed_at) VALUES (2, NULL, '2026-01-01 00:00:01'), (5, '9:59:59', '2026-01-01 00:00:04');
  INSERT INTO ${method}_types (id, words, clock, price, changed_at)
    SELECT seq, CONCAT('row ', seq), SEC_TO_TIME(seq * 57 MOD 86400), seq / 100, '2026-01-01 00:00:05' + INTERVAL seq SECOND
    FROM seq_101_to_1600;
  INSERT INTO ${method}_pairs VALUES
    ('north', 1, '09:00:00', 0.0001, 'first', '2026-01-01 00:00:00'),
    ('north', 18446744073709551615, '9:30:00', 999999.9999, 'last', '2026-01-01 00:00:01'),
    ('süd "2"', 1, '23:00:00', -0.5, NULL, '2026-01-01 00:00:02'),
    ('süd "2"', 2, NULL, NULL, '', '2026-01-01 00:00:03'),
    ('west', 0, '00:00:00', 12.3400, 'x', '2026-01-01 00:00:04');`;

/** No row is both changed and deleted; two are deleted and come again; two get other keys. */
const changes = (method: string): string => `
  INSERT INTO ${method}_types (${SENT})
    SELECT ${SENT.replace('`id`', 'id + 10').replace('`changed_at`', `'2026-02-01 00:00:00'`)} FROM ${method}_types WHERE id <= 4;
  UPDATE ${method}_types SET words = 'changed', clock = '07:08:09', price = price + 0.01, changed_at = '2026-02-01 00:00:01'
    WHERE id IN (1, 2) OR (id > 100 AND id MOD 5 = 0 AND id MOD 7 <> 0);
  DELETE FROM ${method}_types WHERE id = 3 OR id MOD 7 = 0 AND id > 100;
  DELETE FROM ${method}_types WHERE id = 4;
  INSERT INTO ${method}_types (id, words, clock6, wide, changed_at)
    VALUES (4, 'again', '01:02:03.000004', 98765432109876543210.0123456789, '2026-02-01 00:00:02');
  UPDATE ${method}_types SET id = 60, changed_at = '2026-02-01 00:00:03' WHERE id = 5;
  UPDATE ${method}_pairs SET opens = '8:15:00', rate = 99.99, changed_at = '2026-02-01 00:00:00' WHERE number = 1;
  DELETE FROM ${method}_pairs WHERE region = 'süd "2"' AND number = 2;
  DELETE FROM ${method}_pairs WHERE region = 'west';
  INSERT INTO ${method}_pairs VALUES
    ('west', 0, '07:00:00', NULL, 'again', '2026-02-01 00:00:01'),
    ('west', 5, '00:00:01', 1, 'new', '2026-02-01 00:00:02');
  UPDATE ${method}_pairs SET region = 'east', changed_at = '2026-02-01 00:00:03' WHERE number = 18446744073709551615;`;

/** Rows whose key was changed: the log has the row before and after, and the tap sends it as it is after. */
const LEFT = new Set(['5', 'north 18446744073709551615']);

/** The rows of every table of the source. */
type Snapshot = ReadonlyMap<string, readonly Row[]>;

describe(`${MYSQL.requirement} with MariaDB`, () => {
  let folder: Folder | undefined;
  let source: SourceDatabase | undefined;
  let served: Served | undefined;
  let client: pg.Client | undefined;
  const pipelines = new Map<string, Extraction>();
  const states = new Map<string, unknown>();
  let original: Snapshot = new Map();

  before(async function () {
    const programs = await tapOrSkip(this, MYSQL);
    folder = newFolder();
    source = await orSkip(this, startMariaDb(folder.file('mariadb'), programs));
    await source.query(METHOD_NAMES.flatMap((name) => [ddl(name), rows(name)]).join('\n'));
    original = await snapshot(source);
    served = await serveLocal(folder.file('warehouse'));
    client = await clientOf(served.config);
    for (const [name, options] of Object.entries(CONFIGS)) {
      const pipeline = extraction({
        ...{ tap: MYSQL, programs, settings: MYSQL.settings(source), folder: folder.file(name) },
        replication: methodOf,
        config: { ...served.config, ...options, target_schema: name },
      });
      pipelines.set(name, pipeline);
    }
  });

  after(async () => {
    await client?.end();
    await served?.stop();
    await source?.stop();
    folder?.remove();
  });

  /** `shop-log_types` is read from the log. */
  function methodOf(stream: string): Replication {
    const method = METHOD_NAMES.find((name) => stream.startsWith(`shop-${name}_`));
    if (!method) throw new Error(`the tap has found the stream ${stream}`);
    return METHODS[method];
  }

  async function snapshot(database: SourceDatabase): Promise<Snapshot> {
    const found = new Map<string, readonly Row[]>();
    for (const { name, comparisons } of TABLES) {
      for (const method of METHOD_NAMES) {
        const table = `${method}_${name}`;
        found.set(table, await database.query(`SELECT ${selections(comparisons).source} FROM ${table}`));
      }
    }
    return found;
  }

  async function fromTarget(
    config: string,
    table: string,
    what: string,
    where = '',
  ): Promise<readonly Row[]> {
    const result = await client?.query<Row>(`SELECT ${what} FROM ${config}."shop-${table}" ${where}`);
    return result?.rows ?? [];
  }

  async function load(config: string): Promise<void> {
    const outcome = await pipelines.get(config)?.load();
    if (!outcome) throw new Error(`there is no pipeline ${config}`);
    expectBothEndedWell(outcome);
    states.set(config, statesOf(outcome).at(-1));
  }

  /** The tap's bookmark of a stream in the last state that the target has printed. */
  function bookmark(config: string, table: string): Readonly<Record<string, unknown>> {
    const { bookmarks } = states.get(config) as { bookmarks: Record<string, Record<string, unknown>> };
    return bookmarks[`shop-${table}`] ?? {};
  }

  describe('the first load', () => {
    for (const config of Object.keys(CONFIGS)) {
      describe(config, () => {
        it('ends well, with the bookmarks of all streams', async () => {
          await load(config);
          expect(bookmark(config, 'full_types')).to.include({ initial_full_table_complete: true });
          expect(bookmark(config, 'increments_types')).to.include({
            replication_key: 'changed_at',
            replication_key_value: '2026-01-01T00:26:45+00:00',
          });
          expect(bookmark(config, 'log_types')).to.include.keys('log_file', 'log_pos', 'version');
        });

        for (const method of METHOD_NAMES) {
          for (const { name, comparisons, key } of TABLES) {
            it(`${method}_${name} equals the source`, async () => {
              const table = `${method}_${name}`;
              const expected = original.get(table) ?? [];
              const found = await fromTarget(config, table, selections(comparisons).target);
              expect(differences(comparisons, key, { expected, found })).to.deep.equal([]);
              expect(expected.length).to.equal(name === 'types' ? 1505 : 5);
            });
          }
        }
      });
    }
  });

  describe('the second load, from the state of the first, after rows were added, changed and deleted', () => {
    let changed: Snapshot = new Map();

    before(async () => {
      if (!source) throw new Error('there is no source before the first test');
      await source.query(METHOD_NAMES.map(changes).join('\n'));
      changed = await snapshot(source);
    });

    for (const [config, { add_record_metadata, hard_delete }] of Object.entries(CONFIGS)) {
      describe(config, () => {
        it('ends well, with bookmarks that have moved on', async () => {
          const position = bookmark(config, 'log_types')['log_pos'] as number;
          await load(config);
          expect(bookmark(config, 'log_types')['log_pos']).to.be.greaterThan(position);
          expect(bookmark(config, 'increments_types')).to.include({
            replication_key_value: '2026-02-01T00:00:03+00:00',
          });
        });

        for (const method of METHOD_NAMES) {
          for (const { name, comparisons, key } of TABLES) {
            const table = `${method}_${name}`;
            const hard = hard_delete === true;
            const deletions = (): ReturnType<typeof afterDeletions> =>
              afterDeletions({
                original: original.get(table) ?? [],
                current: changed.get(table) ?? [],
                isTold: (id) => method === 'full' || (method === 'log' && !LEFT.has(id)),
                ...{ key, hard },
              });

            it(`${table} equals the source${KEPT[hard ? method : 'increments']}`, async () => {
              const { expected, deleted } = deletions();
              expect(deleted).to.equal(name === 'types' ? 216 : 2);
              const found = await fromTarget(config, table, selections(comparisons).target);
              expect(differences(comparisons, key, { expected, found })).to.deep.equal([]);
            });

            if (!add_record_metadata) continue;
            it(`${table} has ${hard ? 'no mark' : 'a mark on every row of which the tap tells that it is deleted'}`, async () => {
              const where = 'WHERE _sdc_deleted_at IS NOT NULL';
              const found = await fromTarget(config, table, key.join(', '), where);
              expect(found.map((row) => idOf(row, key)).sort()).to.deep.equal(deletions().marked);
            });
          }
        }
      });
    }
  });
});
