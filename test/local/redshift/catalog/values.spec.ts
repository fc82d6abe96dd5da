/** Strings, numbers and names in the engine: where PostgreSQL itself had to be changed. */
import { expect } from 'chai';
import type pg from 'pg';
import { failureOf, rowsOf, startFixture, type Fixture } from '../support.ts';

describe('values on the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
    await client.query('CREATE TABLE blanks (v VARCHAR(10), n INT)');
    await client.query("INSERT INTO blanks VALUES ('a', 1), ('a  ', 2), ('b', 3), ('b ', 4)");
  });
  after(async () => fixture.close());

  describe('blanks at the end of a string', () => {
    for (const [query, rows] of [
      [
        `SELECT 'a' = 'a ', 'a' <> 'a ', 'a' < 'a ', 'a' >= 'a ', ' a' = 'a'`,
        [[true, false, false, true, false]],
      ],
      [`SELECT n FROM blanks WHERE v = 'a' ORDER BY n`, [[1], [2]]],
      [`SELECT n FROM blanks WHERE v IN ('x', 'a ') ORDER BY n`, [[1], [2]]],
      [`SELECT n FROM blanks WHERE v NOT IN ('a ', 'c') ORDER BY n`, [[3], [4]]],
      ['SELECT count(*) FROM (SELECT DISTINCT v FROM blanks) d', [['2']]],
      ['SELECT count(DISTINCT v) FROM blanks', [['2']]],
      [
        'SELECT rtrim(v), sum(n) FROM blanks GROUP BY v ORDER BY 1',
        [
          ['a', '3'],
          ['b', '7'],
        ],
      ],
      [
        'SELECT x.n, y.n FROM blanks x JOIN blanks y ON x.v = y.v WHERE x.n = 1 ORDER BY 2',
        [
          [1, 1],
          [1, 2],
        ],
      ],
      [`SELECT n FROM blanks WHERE v BETWEEN 'b' AND 'b' ORDER BY n`, [[3], [4]]],
      [`SELECT rtrim(v) FROM blanks EXCEPT SELECT 'a '`, [['b']]],
      [
        'SELECT n, row_number() OVER (PARTITION BY v ORDER BY n) FROM blanks ORDER BY n',
        [
          [1, '1'],
          [2, '2'],
          [3, '1'],
          [4, '2'],
        ],
      ],
      [`SELECT CASE 'a ' WHEN 'a' THEN 1 END, nullif('a', 'a ')`, [[1, null]]],
    ] as const) {
      it(`mean nothing in ${query}`, async () => {
        expect(await rowsOf(client, query)).to.deep.equal(rows);
      });
    }

    it('are kept, counted and matched by patterns', async () => {
      expect(
        await rowsOf(client, `SELECT v || '|', length(v), len(v), v LIKE 'a' FROM blanks WHERE n = 2`),
      ).to.deep.equal([['a  |', 3, 3, false]]);
    });

    it('mean nothing to prepared statements, to every way of joining and to MERGE', async () => {
      const prepared = {
        name: 'blank',
        text: 'SELECT n FROM blanks WHERE v = $1 ORDER BY n',
        values: ['b   '],
      };
      expect((await client.query(prepared)).rows).to.deep.equal([{ n: 3 }, { n: 4 }]);
      await client.query(`
        CREATE TABLE merged (k VARCHAR(10), n INT); INSERT INTO merged VALUES ('k ', 0);
        CREATE TABLE merging (k VARCHAR(10), n INT); INSERT INTO merging VALUES ('k', 9), ('l', 8);`);
      await client.query(`MERGE INTO merged USING merging s ON merged.k = s.k
        WHEN MATCHED THEN UPDATE SET n = s.n WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.n)`);
      expect(await rowsOf(client, 'SELECT k, n FROM merged ORDER BY n')).to.deep.equal([
        ['l', 8],
        ['k ', 9],
      ]);
    });
  });

  describe('a length', () => {
    for (const [expression, value] of [
      [`'ééé'::varchar(4)`, 'éé'],
      [`'ééé'::varchar(3)`, 'é'],
      [`cast('😀x' as varchar(3))`, ''],
      [`'abc'::char(2)`, 'ab'],
      [`'abc'::text`, 'abc'],
      [`repeat('é', 200)::varchar`, 'é'.repeat(128)],
    ] as const) {
      it(`is one of bytes in ${expression}`, async () => {
        expect(await rowsOf(client, `SELECT ${expression}`)).to.deep.equal([[value]]);
      });
    }

    it('is one of bytes in a column; blanks too many are cut silently', async () => {
      await client.query('CREATE TABLE narrow (v VARCHAR(4), c CHAR(3))');
      await client.query(`INSERT INTO narrow VALUES ('éé', 'ab'), ('éé    ', 'abc   ')`);
      expect(await rowsOf(client, 'SELECT v, c FROM narrow')).to.deep.equal([
        ['éé', 'ab '],
        ['éé', 'abc'],
      ]);
      for (const [sql, code, message] of [
        [`INSERT INTO narrow (v) VALUES ('ééé')`, '22001', 'value too long for type character varying(4)'],
        [`INSERT INTO narrow (c) VALUES ('abcd')`, '22001', 'value too long for type character(3)'],
        [`INSERT INTO narrow (c) VALUES ('é')`, 'XX000', 'CHAR string contains invalid ASCII character'],
        [`INSERT INTO narrow (v) SELECT v || 'x' FROM narrow`, 'XX000', 'Value too long for character type'],
        [`UPDATE narrow SET v = v || 'x'`, 'XX000', 'Value too long for character type'],
      ] as const) {
        expect(await failureOf(client.query(sql)), sql).to.deep.equal({ code, message });
      }
    });

    it('of a query is that of the column it makes', async () => {
      await client.query(
        `CREATE TABLE cast_up AS SELECT 'ééé'::varchar(4) AS v, 'x'::text AS t, upper('x') AS u`,
      );
      expect(
        await rowsOf(client, `SELECT "column", type FROM pg_table_def WHERE tablename = 'cast_up'`),
      ).to.deep.equal([
        ['v', 'character varying(4)'],
        ['t', 'character varying(256)'],
        ['u', 'character varying(256)'],
      ]);
      expect((await failureOf(client.query(`INSERT INTO cast_up (v) VALUES ('ééé')`))).code).to.equal(
        '22001',
      );
    });

    it('of VARBYTE is held too', async () => {
      await client.query('CREATE TABLE bytes (b VARBYTE(2))');
      expect(await failureOf(client.query(`INSERT INTO bytes VALUES ('abc'::varbyte)`))).to.deep.equal({
        code: '22001',
        message: 'value too long for type binary varying(2)',
      });
    });
  });

  describe('DECIMAL', () => {
    it('of 19 digits ends where 64 bits end', async () => {
      expect(
        await rowsOf(
          client,
          'SELECT 9223372036854775807::decimal(19,0), 9.223372036854775807::decimal(19,18), 9223372036854775808::decimal(20,0)',
        ),
      ).to.deep.equal([['9223372036854775807', '9.223372036854775807', '9223372036854775808']]);
      for (const value of [
        '9223372036854775808::decimal(19,0)',
        '-9.223372036854775808::decimal(19,18)',
        `'NaN'::decimal(5,2)`,
      ]) {
        expect((await failureOf(client.query(`SELECT ${value}`))).code, value).to.equal('22003');
      }
    });

    it('has no places by default and rounds', async () => {
      expect(await rowsOf(client, 'SELECT 20.5::decimal, 20.259::decimal(8,2)')).to.deep.equal([
        ['21', '20.26'],
      ]);
    });
  });

  describe('names of more than 63 bytes', () => {
    const long = `long_${'x'.repeat(95)}`;

    it('never show in their short form', async () => {
      await client.query(`CREATE TABLE ${long}_table (${long}_column INT)`);
      const { fields, rows } = await client.query(`SELECT * FROM ${long}_table`);
      expect([fields.map(({ name }) => name), rows]).to.deep.equal([[`${long}_column`], []]);
      expect(
        await rowsOf(
          client,
          `SELECT relname, 'a' || relname || 'b~12345678' FROM pg_class WHERE relname LIKE 'long%'`,
        ),
      ).to.deep.equal([[`${long}_table`, `a${long}_tableb~12345678`]]);
      expect((await failureOf(client.query(`CREATE TABLE ${long}_table (a INT)`))).message).to.equal(
        `Relation "${long}_table" already exists`,
      );
      const names = [`${long}_table`, `${long}_column`];
      expect(
        await rowsOf(client, `SELECT table_name, column_name FROM svv_columns WHERE table_name LIKE 'long%'`),
      ).to.deep.equal([names]);
      expect(
        await rowsOf(
          client,
          `SELECT table_name, column_name FROM information_schema.columns WHERE table_name LIKE 'long%'`,
        ),
      ).to.deep.equal([names]);
    });

    it('are found in the catalog by literals and by parameters', async () => {
      await client.query(`CREATE TABLE IF NOT EXISTS ${long}_table (${long}_column INT)`);
      const query = (value: string) =>
        `SELECT column_name FROM svv_columns WHERE table_name = ${value} AND table_schema = 'public'`;
      expect(await rowsOf(client, query(`'${long}_table'`))).to.deep.equal([[`${long}_column`]]);
      expect((await client.query(query('$1'), [`${long}_table`])).rows).to.deep.equal([
        { column_name: `${long}_column` },
      ]);
      await client.query('CREATE TABLE told (v VARCHAR(200))');
      await client.query('INSERT INTO told VALUES ($1)', [`${long}_table`]);
      expect(await rowsOf(client, `SELECT length(v) FROM told WHERE v = '${long}_table'`)).to.deep.equal([
        [106],
      ]);
    });
  });

  describe('the case of names', () => {
    it('is kept in quotes while enable_case_sensitive_identifier is on', async () => {
      const own = await fixture.connect();
      await own.query('CREATE TABLE cased (id INT)');
      await own.query('SET enable_case_sensitive_identifier TO true');
      expect(await rowsOf(own, 'SHOW enable_case_sensitive_identifier')).to.deep.equal([['on']]);
      await own.query('CREATE TABLE "Cased" ("Id" INT, ID VARCHAR(5))');
      await own.query(`INSERT INTO "Cased" ("Id", iD) VALUES (1, 'x')`);
      const { rows } = await own.query('SELECT "Id", "id" AS "Alias", ID FROM "Cased"');
      expect(rows).to.deep.equal([{ Id: 1, Alias: 'x', id: 'x' }]);
      expect((await own.query('SELECT "Id" FROM "Cased" WHERE "Id" = $1', [1])).rows).to.deep.equal([
        { Id: 1 },
      ]);
      expect((await failureOf(own.query('SELECT "ID" FROM "Cased"'))).code).to.equal('42703');
      expect(await rowsOf(client, 'SELECT * FROM "Cased"')).to.deep.equal([]);
      await own.query('RESET enable_case_sensitive_identifier');
      expect(await rowsOf(own, 'SELECT * FROM "Cased"')).to.deep.equal([]);
    });

    it('follows the transaction in which it was set', async () => {
      const own = await fixture.connect();
      const alias = async () => (await own.query('SELECT 1 AS "One"')).fields[0]?.name;
      await own.query('BEGIN');
      await own.query('SET enable_case_sensitive_identifier TO on');
      expect(await alias()).to.equal('One');
      await own.query('ROLLBACK');
      expect(await alias()).to.equal('one');
      await own.query('BEGIN; SET LOCAL enable_case_sensitive_identifier TO on');
      expect(await alias()).to.equal('One');
      await own.query('COMMIT');
      expect(await alias()).to.equal('one');
      await own.query('SET downcase_delimited_identifier TO off');
      expect(await alias()).to.equal('One');
      await own.query('RESET ALL');
      expect(await alias()).to.equal('one');
    });

    it('of results is upper while describe_field_name_in_uppercase is on', async () => {
      const own = await fixture.connect();
      await own.query('SET describe_field_name_in_uppercase TO on');
      expect((await own.query('SELECT 1 AS a')).rows).to.deep.equal([{ A: 1 }]);
      expect((await own.query('SELECT $1::int AS b', [2])).rows).to.deep.equal([{ B: 2 }]);
    });
  });

  it('of type BOOLEAN have no cast to a string, and VARBYTE prints as bare hex', async () => {
    await client.query('CREATE TABLE others (b BOOLEAN, y VARBYTE(5), z VARBYTE(5))');
    await client.query(`INSERT INTO others VALUES (true, 'abc'::varbyte, NULL)`);
    for (const sql of [
      'SELECT true::varchar',
      'SELECT b::char(5) FROM others',
      'SELECT cast(b AS text) FROM others',
    ]) {
      expect(await failureOf(client.query(sql)), sql).to.deep.equal({
        code: '42846',
        message: 'cannot cast type boolean to character varying',
      });
    }
    expect(await rowsOf(client, 'SELECT y, z, b FROM others')).to.deep.equal([['616263', null, true]]);
    expect((await client.query('SELECT y FROM others WHERE b = $1', [true])).rows).to.deep.equal([
      { y: '616263' },
    ]);
  });

  it('of type DOUBLE PRECISION print with 15 digits unless told otherwise', async () => {
    const own = await fixture.connect();
    expect(await rowsOf(own, 'SELECT (0.1::float8 + 0.2::float8)::varchar')).to.deep.equal([['0.3']]);
    await own.query('SET extra_float_digits TO 2');
    expect(await rowsOf(own, 'SELECT 0.1::float8 + 0.2::float8')).to.deep.equal([[0.30000000000000004]]);
  });
});
