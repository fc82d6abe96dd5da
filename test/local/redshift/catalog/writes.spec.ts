/** INSERT, UPDATE, DELETE and MERGE on the local SQL endpoint, where Redshift differs from PostgreSQL. */
import { expect } from 'chai';
import pg from 'pg';
import { failureOf, rowsOf, startFixture, type Fixture } from '../support.ts';

const ARMS = 'WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.v)';

const columnsOf = (count: number, type: string) =>
  Array.from({ length: count }, (_, n) => `c${n} ${type}`).join(', ');

describe('statements that write on the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
    await client.query(
      'CREATE TABLE t (id INT, v INT); CREATE TABLE s (id INT, v INT); CREATE TABLE other (id INT)',
    );
    await client.query(
      'CREATE VIEW reads_t AS SELECT id, v FROM t; CREATE VIEW reads_view AS SELECT id, v FROM reads_t',
    );
    await client.query('CREATE VIEW reads_s AS SELECT id, v FROM s');
  });
  beforeEach(async () => {
    await client.query('DELETE FROM t; DELETE FROM s; INSERT INTO t VALUES (1, 10), (2, 20)');
  });
  after(async () => fixture.close());

  const rowsOfTarget = async () => rowsOf(client, 'SELECT id, v FROM t ORDER BY id, v');

  describe('UPDATE', () => {
    it('takes one of several matches, unless it is told to refuse them', async () => {
      await client.query('INSERT INTO s VALUES (1, 11), (1, 11)');
      await client.query('UPDATE t SET v = s.v FROM s WHERE t.id = s.id');
      expect(await rowsOfTarget()).to.deep.equal([
        [1, 11],
        [2, 20],
      ]);
      await client.query('SET error_on_nondeterministic_update TO true');
      expect(await failureOf(client.query('UPDATE t SET v = s.v FROM s WHERE t.id = s.id'))).to.deep.equal({
        code: 'XX000',
        message: 'Found multiple matches to update the same tuple.',
      });
      await client.query('DELETE FROM s; INSERT INTO s VALUES (1, 12)');
      await client.query('WITH w AS (SELECT * FROM s) UPDATE t SET v = w.v FROM w WHERE t.id = w.id');
      await client.query('RESET error_on_nondeterministic_update');
      expect((await rowsOfTarget())[0]).to.deep.equal([1, 12]);
    });

    for (const sql of [
      'UPDATE t SET v = 1 FROM s LEFT JOIN other ON s.id = other.id WHERE t.id = s.id',
      'UPDATE t SET v = 1 FROM s FULL OUTER JOIN other ON s.id = other.id WHERE t.id = s.id',
      'UPDATE t SET v = 1 FROM s',
      'UPDATE t SET v = 1 FROM s WHERE t.id > s.id',
    ]) {
      it(`refuses ${sql}`, async () => {
        expect(await failureOf(client.query(sql))).to.deep.equal({
          code: '0A000',
          message: 'Target table must be part of an equijoin predicate',
        });
      });
    }

    it('joins in a subquery as it likes', async () => {
      await client.query('INSERT INTO s VALUES (2, 22)');
      await client.query(
        `UPDATE t SET v = j.v FROM (SELECT s.id, s.v FROM s LEFT JOIN other ON s.id = other.id) j WHERE t.id = j.id`,
      );
      expect(await rowsOfTarget()).to.deep.equal([
        [1, 10],
        [2, 22],
      ]);
    });
  });

  describe('a view', () => {
    for (const [sql, message] of [
      ['INSERT INTO reads_t VALUES (3, 30)', 'cannot insert into a view'],
      ['INSERT INTO reads_view (id) SELECT id FROM t', 'cannot insert into a view'],
      ['UPDATE reads_t SET v = 0', 'cannot update a view'],
      ['UPDATE reads_t SET v = s.v FROM s WHERE reads_t.id = s.id', 'cannot update a view'],
      ['DELETE FROM reads_view', 'cannot delete from a view'],
      ['DELETE FROM reads_t USING s WHERE reads_t.id = s.id', 'cannot delete from a view'],
      [`MERGE INTO reads_t USING s ON reads_t.id = s.id ${ARMS}`, 'cannot update a view'],
    ] as const) {
      it(`is not written by ${sql}`, async () => {
        expect(await failureOf(client.query(sql))).to.deep.equal({ code: '0A000', message });
        expect(await rowsOfTarget()).to.deep.equal([
          [1, 10],
          [2, 20],
        ]);
      });
    }

    it('is not written by a prepared statement', async () => {
      await client.query('PREPARE writes AS DELETE FROM reads_t');
      expect(await failureOf(client.query('EXECUTE writes'))).to.deep.equal({
        code: '0A000',
        message: 'cannot delete from a view',
      });
      await client.query('DEALLOCATE writes');
    });
  });

  describe('INSERT', () => {
    for (const [columns, type, value] of [
      [1600, 'INT', '1'],
      [1600, 'BOOLEAN', 'true'],
      [1600, 'VARCHAR(10)', "'abc'"],
      [1600, 'BIGINT', 'null'],
      [1015, 'BIGINT', '1'],
    ] as const) {
      it(`stores a row of ${columns} columns of type ${type} with the value ${value}`, async () => {
        await client.query(`CREATE TABLE broad (${columnsOf(columns, type)})`);
        const values = Array<string>(columns).fill(value).join(', ');
        expect((await client.query(`INSERT INTO broad VALUES (${values})`)).rowCount).to.equal(1);
        await client.query('DROP TABLE broad');
      });
    }

    it('says that a row is too big for the local warehouse alone, and so does COPY', async () => {
      const refusal = {
        code: '54000',
        message:
          'The local warehouse cannot store a row of 12824 bytes in columns of fixed width; ' +
          'the limit of its engine is 8160. A cluster can store it',
      };
      await client.query(`CREATE TABLE broad (${columnsOf(1600, 'BIGINT')})`);
      const values = Array<string>(1600).fill('1').join(',');
      expect(await failureOf(client.query(`INSERT INTO broad VALUES (${values})`))).to.deep.equal(refusal);
      const copy = await fixture.stage('broad', 'broad', [`${values}\n`]);
      expect(await failureOf(client.query(copy))).to.deep.equal(refusal);
      await client.query('DROP TABLE broad');
    });

    it('fills the first columns when there are fewer values', async () => {
      await client.query('INSERT INTO t VALUES (3)');
      expect((await rowsOfTarget())[2]).to.deep.equal([3, null]);
    });

    it('has subqueries in a single row only', async () => {
      await client.query('INSERT INTO t VALUES ((SELECT 4), (SELECT 5))');
      expect((await rowsOfTarget())[2]).to.deep.equal([4, 5]);
      expect((await failureOf(client.query('INSERT INTO t VALUES (1, 2), ((SELECT 4), 5)'))).code).to.equal(
        '0A000',
      );
    });

    it('says which form a number must have as a server of 8.0 does', async () => {
      expect(await failureOf(client.query("INSERT INTO t VALUES ('x')"))).to.deep.equal({
        code: '22P02',
        message: 'invalid input syntax for integer: "x"',
      });
    });
  });

  describe('MERGE', () => {
    it('tells no number of rows', async () => {
      await client.query('INSERT INTO s VALUES (1, 11), (3, 33)');
      const { command, rowCount } = await client.query(`MERGE INTO t USING s ON t.id = s.id ${ARMS}`);
      expect([command, rowCount]).to.deep.equal(['MERGE', null]);
      expect(await rowsOfTarget()).to.deep.equal([
        [1, 11],
        [2, 20],
        [3, 33],
      ]);
    });

    it('reads a view that has nothing to do with its target', async () => {
      await client.query('INSERT INTO s VALUES (1, 11)');
      await client.query(`MERGE INTO t USING reads_s AS s ON t.id = s.id ${ARMS}`);
      expect((await rowsOfTarget())[0]).to.deep.equal([1, 11]);
    });

    for (const [source, message] of [
      ['reads_t s', 'Source view/subquery in Merge statement cannot reference target table.'],
      ['reads_view s', 'Source view/subquery in Merge statement cannot reference target table.'],
      ['(SELECT * FROM t) s', 'Source view/subquery in Merge statement cannot reference target table.'],
      ['public.t s', 'Source and target of Merge statement cannot be the same table.'],
    ] as const) {
      it(`refuses ${source} as its source`, async () => {
        expect(
          await failureOf(client.query(`MERGE INTO t USING ${source} ON t.id = s.id ${ARMS}`)),
        ).to.deep.equal({
          code: '0A000',
          message,
        });
      });
    }

    it('with REMOVE DUPLICATES leaves one row of a matched key', async () => {
      await client.query('INSERT INTO t VALUES (1, 10); INSERT INTO s VALUES (1, 11), (3, 33)');
      const { command, rowCount } = await client.query(
        'MERGE INTO t USING s ON t.id = s.id REMOVE DUPLICATES',
      );
      expect([command, rowCount]).to.deep.equal(['MERGE', null]);
      expect(await rowsOfTarget()).to.deep.equal([
        [1, 11],
        [2, 20],
        [3, 33],
      ]);
    });

    it('with REMOVE DUPLICATES refuses two matches of one row, and other columns', async () => {
      await client.query('INSERT INTO s VALUES (1, 11), (1, 12)');
      expect(
        await failureOf(client.query('MERGE INTO t USING s AS x ON t.id = x.id REMOVE DUPLICATES')),
      ).to.deep.equal({ code: 'XX000', message: 'Found multiple matches to update the same tuple.' });
      expect(
        (await failureOf(client.query('MERGE INTO t USING other ON t.id = other.id REMOVE DUPLICATES')))
          .message,
      ).to.equal('Merge with REMOVE DUPLICATES needs as many columns in the source as in the target table.');
    });
  });

  it('DELETE takes USING, and no alias for its target', async () => {
    await client.query('INSERT INTO s VALUES (1, 0)');
    expect((await failureOf(client.query('DELETE FROM t AS x WHERE x.id = 1'))).code).to.equal('42601');
    expect((await client.query('DELETE FROM t USING s AS x WHERE t.id = x.id')).rowCount).to.equal(1);
  });
});
