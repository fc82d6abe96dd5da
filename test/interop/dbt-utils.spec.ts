/** The SQL that packages of macros generate for Redshift: keys, pivots, unions, series, deduplication, and tests over two relations. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { DbtProject } from './support/dbt.ts';

const PROJECT = fileURLToPath(new URL('dbt-utils/', import.meta.url));

const SOURCE = [
  'CREATE SCHEMA landing',
  `CREATE TABLE landing.people (id BIGINT, name VARCHAR(20), size VARCHAR(5), color VARCHAR(10), amount DECIMAL(10,2),
   seen_at TIMESTAMP)`,
  `INSERT INTO landing.people VALUES (1, 'ada', 'S', 'red', 2.50, '2026-01-02 10:00'),
   (2, 'bob', 'M', 'red', 10.00, '2026-01-03 11:00'), (3, 'ada', 'S', 'blue', NULL, '2026-01-05 12:00'),
   (4, 'eve', 'it''s', 'blue', 6.25, '2026-01-01 09:00')`,
];

describe('the local warehouse and packages of dbt macros', () => {
  let project: DbtProject | undefined;
  let statuses: Readonly<Record<string, string>> = {};
  const rows = (sql: string) => project!.rows(sql);
  const table = (name: string, order: string) => rows(`SELECT * FROM analytics.${name} ORDER BY ${order}`);

  const columns = async (name: string) =>
    (
      await rows(
        `SELECT column_name FROM svv_columns WHERE table_schema = 'analytics' AND table_name = '${name}'`,
      )
    )
      .map(([column]) => column)
      .sort();

  before(async function () {
    project = await DbtProject.open(this, PROJECT);
    for (const statement of SOURCE) await rows(statement);
    statuses = await project.build();
  });
  after(() => project?.close());

  it('builds every model, and the tests find what is wrong and nothing else', () => {
    const unusual = Object.entries(statuses).filter(([, status]) => !['success', 'pass'].includes(status));
    expect(Object.fromEntries(unusual)).to.deep.equal({ too_many_nulls: 'warn', differs: 'warn' });
    expect(Object.values(statuses).filter((status) => status === 'pass')).to.have.length(10);
  });

  it('has surrogate keys of columns of all types, of NULL too', async () => {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    expect(await rows('SELECT key, id, name, size FROM analytics.keyed ORDER BY id')).to.deep.equal([
      [md5('1-ada-2.50'), '1', 'ada', 'S'],
      [md5('2-bob-10.00'), '2', 'bob', 'M'],
      [md5('3-ada-_surrogate_key_null_'), '3', 'ada', 'S'],
      [md5('4-eve-6.25'), '4', 'eve', "it's"],
    ]);
  });

  it('pivots and unpivots', async () => {
    expect(await columns('pivoted')).to.deep.equal(['color', 's', "it's", 'm', "ada's"].sort());
    expect(await table('pivoted', 'color')).to.deep.equal([
      ['blue', '1', '0', '1', '0.00'],
      ['red', '1', '1', '0', '2.50'],
    ]);
    expect(
      await rows('SELECT * FROM analytics.unpivoted WHERE id IN (1, 3) ORDER BY id, field_name'),
    ).to.deep.equal([
      ['1', '2026-01-02 10:00:00', 'amount', '2.50'],
      ['1', '2026-01-02 10:00:00', 'color', 'red'],
      ['1', '2026-01-02 10:00:00', 'name', 'ada'],
      ['1', '2026-01-02 10:00:00', 'size', 'S'],
      ['3', '2026-01-05 12:00:00', 'amount', null],
      ['3', '2026-01-05 12:00:00', 'color', 'blue'],
      ['3', '2026-01-05 12:00:00', 'name', 'ada'],
      ['3', '2026-01-05 12:00:00', 'size', 'S'],
    ]);
  });

  it('unites relations with other columns, by name and by pattern', async () => {
    const people = '"dev"."analytics"."people"';
    const united = [
      [people, '1', 'ada', 'S', 'red', '2.50', '2026-01-02 10:00:00', null],
      [people, '2', 'bob', 'M', 'red', '10.00', '2026-01-03 11:00:00', null],
      [people, '3', 'ada', 'S', 'blue', null, '2026-01-05 12:00:00', null],
      [people, '4', 'eve', "it's", 'blue', '6.25', '2026-01-01 09:00:00', null],
      [
        ...['"dev"."analytics"."other_people"', '9', 'a name that is much longer than the others'],
        ...[null, null, null, null, 't'],
      ],
    ];
    expect(await table('united', 'id')).to.deep.equal(united);
    expect(
      await rows(`SELECT _source_relation, id, name, size, color, amount, seen_at, extra
                  FROM analytics.united_by_pattern ORDER BY id`),
    ).to.deep.equal(united);
    expect(
      await rows(`SELECT character_maximum_length FROM svv_columns
                  WHERE table_schema = 'analytics' AND table_name = 'united' AND column_name = 'name'`),
    ).to.deep.equal([['60']]);
  });

  it('keeps one row of each group', async () => {
    for (const name of ['first', 'first_by_join']) {
      expect(await rows(`SELECT color, id FROM analytics.${name} ORDER BY color`), name).to.deep.equal([
        ['blue', '4'],
        ['red', '1'],
      ]);
    }
  });

  it('makes series of numbers and dates', async () => {
    expect(await table('numbers', '1')).to.deep.equal(Array.from({ length: 10 }, (_, n) => [String(n + 1)]));
    expect(await table('days', '1')).to.deep.equal([
      ['2024-02-27 00:00:00'],
      ['2024-02-28 00:00:00'],
      ['2024-02-29 00:00:00'],
      ['2024-03-01 00:00:00'],
    ]);
    expect(await table('months', '1')).to.deep.equal([
      ['2024-01-31 00:00:00'],
      ['2024-02-29 00:00:00'],
      ['2024-03-31 00:00:00'],
      ['2024-04-30 00:00:00'],
    ]);
  });

  it('computes buckets, distances and parts of URLs', async () => {
    // LEAST passes over NULL, so an amount of NULL is in the last bucket.
    expect(await table('buckets', 'amount')).to.deep.equal([
      ['2.50', '2', '1'],
      ['6.25', '3', '0'],
      ['10.00', '5', '2'],
      [null, '5', '4'],
    ]);
    expect(await table('distances', '1')).to.deep.equal([['343', '0']]);
    expect(await table('urls', 'id')).to.deep.equal([
      ['1', 'example.com', 'blog/post', 'mail'],
      ['2', 'm.example.com', '/m.example.com', null],
      ['3', 'example.org', 'example.org', null],
    ]);
  });

  it('has the functions that dbt generates for every database', async () => {
    expect(await table('cross_database', '1')).to.deep.equal([
      [
        ...['t', 't', 'true', 'ada, bob, ada, eve', 'ada, bob', 'c', 'bc', '4', '2'],
        ...['2024-02-29', '2024-03-31', '2024-02-26 00:00:00', '2', '2024-02-29 01:00:00', '7'],
        ...['[1,2,3]', '["a"]', '9dd4e461268c8034f5c8564e155c67a6', 'it', '2024-02-09', 't', 't', null, '4'],
      ],
    ]);
  });
});
