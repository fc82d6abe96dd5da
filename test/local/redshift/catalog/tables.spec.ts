/** What Redshift allows of tables and remembers of them, on the local SQL endpoint. */
import { expect } from 'chai';
import pg from 'pg';
import { failureOf, rowsOf, shareFixture, type Fixture } from '../support.ts';

describe('tables on the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;
  const notices: string[] = [];

  before(async () => {
    fixture = await shareFixture();
    client = await fixture.connect();
    client.on('notice', ({ severity, message }) => notices.push(`${severity ?? ''} ${message ?? ''}`));
    await client.query(`CREATE TABLE parent (
      a INT PRIMARY KEY, v VARCHAR(10), w VARCHAR(4) DEFAULT 'x', u VARCHAR(5) UNIQUE ENCODE zstd,
      r VARCHAR(5) ENCODE bytedict, f VARCHAR(5), d VARCHAR(5), FOREIGN KEY (f) REFERENCES parent (u)
    ) DISTKEY(d) SORTKEY(a)`);
    await client.query(`CREATE VIEW on_r AS SELECT d FROM parent`);
    await client.query(`INSERT INTO parent (a, v) VALUES (1, 'abc'), (1, 'abcde')`);
  });
  after(async () => fixture.close());

  const designOf = async (table: string) =>
    rowsOf(
      client,
      `SELECT "column", type, encoding, distkey, sortkey, "notnull" FROM pg_table_def WHERE tablename = '${table}'`,
    );

  it('are read by SVV_COLUMNS only where they are asked for, however many there are', async () => {
    const plan = await rowsOf(
      client,
      `EXPLAIN SELECT ordinal_position FROM svv_columns WHERE table_schema = 'public' AND table_name = 'parent'`,
    );
    // A filter above the window would have the columns of every table counted first.
    const steps = plan.map(([line]) => /\w+( \w+)*/.exec(String(line))?.[0]);
    expect(steps.slice(0, 3)).to.deep.equal(['Subquery Scan on svv_columns', 'WindowAgg', 'Sort']);
  });

  it('have keys that are shown and never enforced', async () => {
    expect(
      await rowsOf(
        client,
        `SELECT constraint_name, constraint_type FROM information_schema.table_constraints
         WHERE table_name = 'parent' AND constraint_type <> 'CHECK' ORDER BY 1`,
      ),
    ).to.deep.equal([
      ['parent_f_fkey', 'FOREIGN KEY'],
      ['parent_pkey', 'PRIMARY KEY'],
      ['parent_u_key', 'UNIQUE'],
    ]);
    expect(
      await rowsOf(
        client,
        `SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname LIKE 'parent%' ORDER BY 1`,
      ),
    ).to.deep.equal([
      ['parent_f_fkey', 'FOREIGN KEY (f) REFERENCES parent(u)'],
      ['parent_pkey', 'PRIMARY KEY (a)'],
      ['parent_u_key', 'UNIQUE (u)'],
    ]);
    expect(await rowsOf(client, 'SELECT a FROM parent')).to.deep.equal([[1], [1]]);
    expect((await failureOf(client.query('SELECT a, v FROM parent GROUP BY a'))).code).to.equal('42803');
    expect(await failureOf(client.query('INSERT INTO parent (v) VALUES (1)'))).to.deep.equal({
      code: 'XX000',
      message: 'Cannot insert a NULL value into column a',
    });
  });

  for (const [action, code, message] of [
    ['ALTER COLUMN v TYPE varchar(10)', '0A000', 'target column size should be different'],
    [
      'ALTER COLUMN v TYPE varchar(4)',
      '0A000',
      'target column size should be greater or equal to current maximum column size',
    ],
    ['ALTER COLUMN w TYPE varchar(3)', '0A000', 'cannot decrease a VARCHAR column size with default value'],
    [
      'ALTER COLUMN w TYPE varchar(9)',
      '0A000',
      'cannot alter the size of a VARCHAR column with default value',
    ],
    [
      'ALTER COLUMN u TYPE varchar(9)',
      '0A000',
      'cannot alter type of a column used by a UNIQUE, PRIMARY KEY or FOREIGN KEY constraint',
    ],
    [
      'ALTER COLUMN f TYPE varchar(9)',
      '0A000',
      'cannot alter type of a column used by a UNIQUE, PRIMARY KEY or FOREIGN KEY constraint',
    ],
    ['ALTER COLUMN r TYPE varchar(9)', '0A000', 'cannot alter type of a column with encoding bytedict'],
    ['ALTER COLUMN d TYPE varchar(9)', '0A000', 'cannot alter type of a column used by a view or rule'],
    ['ALTER COLUMN a TYPE varchar(9)', '0A000', 'ALTER COLUMN TYPE is supported for VARCHAR columns only'],
    ['ALTER COLUMN x TYPE varchar(9)', '42703', 'column "x" of relation "parent" does not exist'],
    ['ALTER COLUMN x ENCODE raw', '42703', 'column "x" of relation "parent" does not exist'],
    ['ADD COLUMN v INT', '42701', 'column "v" of relation "parent" already exists'],
    ['ADD PRIMARY KEY (v)', '0A000', 'column "v" of a primary key is not defined NOT NULL'],
    ['ADD PRIMARY KEY (a)', '42P16', 'multiple primary keys for table "parent" are not allowed'],
    ['DROP CONSTRAINT nothing', '42704', 'constraint "nothing" of relation "parent" does not exist'],
    ['DROP COLUMN d', '0A000', 'cannot drop distkey column "d"'],
    ['DROP COLUMN a', '0A000', 'cannot drop sortkey column "a"'],
    ['ALTER COLUMN u ENCODE zstd', '0A000', 'column "u" has the encoding ZSTD already'],
    ['ALTER COLUMN u ENCODE delta', '0A000', 'invalid encoding type specified for column "u"'],
    ['ADD COLUMN n BOOLEAN ENCODE az64', '0A000', 'invalid encoding type specified for column "n"'],
    [
      'ADD FOREIGN KEY (v) REFERENCES parent (w)',
      '42830',
      'there is no unique constraint matching given keys for referenced table "parent"',
    ],
    ['ADD FOREIGN KEY (v) REFERENCES on_r', '42704', 'there is no primary key for referenced table "on_r"'],
    [
      'ADD CONSTRAINT parent_pkey FOREIGN KEY (v) REFERENCES parent (u)',
      '42710',
      'constraint "parent_pkey" for relation "parent" already exists',
    ],
    ['RENAME COLUMN v TO w', '42701', 'column "w" of relation "parent" already exists'],
    ['ALTER COLUMN v SET NOT NULL', '0A000', 'ALTER COLUMN SET NOT NULL is not supported'],
  ] as const) {
    it(`refuse ${action}`, async () => {
      expect(await failureOf(client.query(`ALTER TABLE parent ${action}`))).to.deep.equal({ code, message });
    });
  }

  it('refuse to lose their last column, or one that a view needs', async () => {
    await client.query(
      'CREATE TABLE lonely (a INT); CREATE TABLE seen (a INT, b INT); CREATE VIEW sees AS SELECT a FROM seen',
    );
    expect((await failureOf(client.query('ALTER TABLE lonely DROP COLUMN a'))).message).to.equal(
      'cannot drop the only column of a table',
    );
    expect(await failureOf(client.query('ALTER TABLE seen DROP COLUMN a'))).to.deep.equal({
      code: '2BP01',
      message: 'cannot drop table seen column a because other objects depend on it',
    });
    expect(await failureOf(client.query('DROP TABLE seen'))).to.deep.equal({
      code: '2BP01',
      message: 'cannot drop table seen because other objects depend on it',
    });
    await client.query('ALTER TABLE seen DROP COLUMN a CASCADE');
    expect(await rowsOf(client, 'SELECT * FROM seen')).to.deep.equal([]);
  });

  it('keep rows that a foreign key would not have, and hold what it refers to', async () => {
    await client.query('CREATE TABLE referred (a INT PRIMARY KEY); CREATE TABLE referring (b INT)');
    await client.query('ALTER TABLE referring ADD CONSTRAINT refers FOREIGN KEY (b) REFERENCES referred');
    await client.query('INSERT INTO referring VALUES (7); ALTER TABLE referring RENAME COLUMN b TO c');
    expect(
      await rowsOf(client, `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'refers'`),
    ).to.deep.equal([['FOREIGN KEY (c) REFERENCES referred(a)']]);
    await client.query("COMMENT ON CONSTRAINT refers ON referring IS 'informational'");
    expect((await failureOf(client.query('DROP TABLE referred'))).code).to.equal('2BP01');
    await client.query(
      'TRUNCATE referred; ALTER TABLE referring DROP CONSTRAINT refers; DROP TABLE referred',
    );
    await client.query(
      'ALTER TABLE referring ADD CONSTRAINT same UNIQUE (c); INSERT INTO referring VALUES (7)',
    );
    await client.query('CREATE TABLE child (d INT REFERENCES referring (c)); DROP TABLE referring CASCADE');
    expect(
      await rowsOf(client, `SELECT count(*) FROM pg_constraint WHERE conrelid = 'child'::regclass`),
    ).to.deep.equal([['0']]);
  });

  it('with an interleaved sort key keep their distribution and encodings', async () => {
    await client.query('CREATE TABLE woven (a INT, b INT) INTERLEAVED SORTKEY (a, b)');
    for (const action of ['ALTER DISTKEY a', 'ALTER DISTSTYLE ALL', 'ALTER COLUMN a ENCODE raw']) {
      expect((await failureOf(client.query(`ALTER TABLE woven ${action}`))).code, action).to.equal('0A000');
    }
    await client.query('ALTER TABLE woven ALTER SORTKEY (b)');
    await client.query('ALTER TABLE woven ALTER DISTSTYLE ALL');
    await client.query('ALTER TABLE woven ALTER SORTKEY AUTO');
    expect((await designOf('woven')).map(([, , , , sortKey]) => sortKey)).to.deep.equal([0, 1]);
  });

  it('that are temporary take no new sort key', async () => {
    await client.query('CREATE TEMP TABLE passing_by (a INT)');
    expect((await failureOf(client.query('ALTER TABLE passing_by ALTER SORTKEY (a)'))).code).to.equal(
      '0A000',
    );
    expect((await failureOf(client.query('ALTER TABLE passing_by ALTER DISTSTYLE EVEN'))).code).to.equal(
      '0A000',
    );
  });

  it('change the size of a VARCHAR column without a look at the rows', async () => {
    await client.query(
      "CREATE TABLE sized (v VARCHAR(10), k VARCHAR(5), UNIQUE (k)); INSERT INTO sized VALUES ('abcde')",
    );
    await client.query('ALTER TABLE sized ALTER COLUMN v TYPE varchar(5)');
    expect((await failureOf(client.query(`INSERT INTO sized VALUES ('abcdef')`))).code).to.equal('22001');
    await client.query('ALTER TABLE sized ALTER COLUMN v TYPE varchar(MAX)');
    await client.query(`INSERT INTO sized VALUES (repeat('x', 65535))`);
    expect(await rowsOf(client, 'SELECT length(v) FROM sized ORDER BY 1')).to.deep.equal([[5], [65535]]);
    await client.query('ALTER TABLE sized DROP CONSTRAINT sized_k_key');
    await client.query('ALTER TABLE sized ALTER COLUMN k TYPE varchar(6)');
  });

  it('remember changes of storage, and hand it on by LIKE', async () => {
    await client.query(
      "CREATE TABLE stored (a INT NOT NULL, b INT, c VARCHAR(5) DEFAULT 'x') DISTKEY(a) SORTKEY(b)",
    );
    await client.query('ALTER TABLE stored ALTER SORTKEY (c, b), ALTER DISTKEY b');
    await client.query('ALTER TABLE stored ALTER COLUMN a ENCODE delta, ALTER COLUMN c ENCODE text255');
    await client.query('ALTER TABLE stored RENAME COLUMN c TO cc');
    await client.query('ALTER TABLE stored ADD COLUMN e BIGINT ENCODE mostly8');
    const design = [
      ['a', 'integer', 'delta', false, 0, true],
      ['b', 'integer', 'none', true, 2, false],
      ['cc', 'character varying(5)', 'text255', false, 1, false],
      ['e', 'bigint', 'mostly8', false, 0, false],
    ];
    expect(await designOf('stored')).to.deep.equal(design);
    await client.query('CREATE TABLE stored_alike (LIKE stored)');
    expect(await designOf('stored_alike')).to.deep.equal(design);
    await client.query('INSERT INTO stored_alike (a) VALUES (1)');
    expect(await rowsOf(client, 'SELECT cc FROM stored_alike')).to.deep.equal([[null]]);
    await client.query('ALTER TABLE stored ALTER SORTKEY NONE, ALTER DISTSTYLE ALL');
    expect((await designOf('stored')).map(([, , , distKey, sortKey]) => [distKey, sortKey])).to.deep.equal(
      design.map(() => [false, 0]),
    );
    expect((await failureOf(client.query('ALTER TABLE parent ALTER DISTKEY x'))).code).to.equal('42703');
  });

  describe('APPEND', () => {
    before(async () => {
      await client.query(`
        CREATE TABLE target (a INT, b VARCHAR(5)); CREATE TABLE other_type (a INT, b VARCHAR(6));
        CREATE TABLE more (b VARCHAR(5), a INT, c INT); CREATE TABLE fewer (a INT);
        CREATE TABLE not_null (a INT NOT NULL, b VARCHAR(5)); CREATE TABLE encoded (a INT ENCODE raw, b VARCHAR(5));
        CREATE TABLE keyed (a INT SORTKEY, b VARCHAR(5)); CREATE TABLE spread (a INT DISTKEY, b VARCHAR(5));
        CREATE TABLE named (b VARCHAR(5), a INT); CREATE TEMP TABLE passing (a INT, b VARCHAR(5));
        CREATE TABLE identity_a (a INT IDENTITY(1,1)); CREATE TABLE identity_b (a INT IDENTITY(1,1))`);
    });

    for (const [sql, message] of [
      ['target APPEND FROM other_type', 'ALTER TABLE APPEND: column "b" differs in its type'],
      ['target APPEND FROM not_null', 'ALTER TABLE APPEND: column "a" differs in NOT NULL'],
      ['target APPEND FROM encoded', 'ALTER TABLE APPEND: column "a" differs in its encoding'],
      ['target APPEND FROM keyed', 'ALTER TABLE APPEND: the tables differ in their sort keys'],
      ['target APPEND FROM spread', 'ALTER TABLE APPEND: the tables differ in their distribution'],
      ['target APPEND FROM more', 'ALTER TABLE APPEND: column "c" is in one of the tables only'],
      ['target APPEND FROM fewer', 'ALTER TABLE APPEND: column "b" is in one of the tables only'],
      ['target APPEND FROM fewer IGNOREEXTRA', 'ALTER TABLE APPEND: column "b" is in one of the tables only'],
      ['target APPEND FROM passing', 'ALTER TABLE APPEND is supported between permanent tables only'],
      ['target APPEND FROM target', 'ALTER TABLE APPEND: source and target are the same table'],
      [
        'identity_a APPEND FROM identity_b',
        'ALTER TABLE APPEND is not supported between tables that both have an IDENTITY column',
      ],
    ] as const) {
      it(`refuses ${sql}`, async () => {
        expect(await failureOf(client.query(`ALTER TABLE ${sql}`))).to.deep.equal({ code: '0A000', message });
      });
    }

    it('moves the rows by the names of their columns, and commits', async () => {
      await client.query(`
        INSERT INTO named VALUES ('n', 1); INSERT INTO more VALUES ('m', 2, 3); INSERT INTO fewer VALUES (4)`);
      await client.query('ALTER TABLE target APPEND FROM named');
      await client.query('ALTER TABLE target APPEND FROM more IGNOREEXTRA');
      await client.query('ALTER TABLE target APPEND FROM fewer FILLTARGET');
      expect(await rowsOf(client, 'SELECT a, b FROM target ORDER BY a')).to.deep.equal([
        [1, 'n'],
        [2, 'm'],
        [4, null],
      ]);
      expect(await rowsOf(client, 'SELECT count(*) FROM named')).to.deep.equal([['0']]);
      await client.query('BEGIN');
      expect((await failureOf(client.query('ALTER TABLE target APPEND FROM named'))).code).to.equal('25001');
      await client.query('ROLLBACK');
    });
  });

  it('take no value for an IDENTITY column, unless it is BY DEFAULT', async () => {
    await client.query(
      'CREATE TABLE counted (id BIGINT IDENTITY(1,1), by_default INT GENERATED BY DEFAULT AS IDENTITY(1,1), x INT)',
    );
    await client.query('INSERT INTO counted (by_default, x) VALUES (7, 1)');
    for (const sql of ['INSERT INTO counted (id) VALUES (5)', 'UPDATE counted SET id = 5']) {
      expect(await failureOf(client.query(sql))).to.deep.equal({
        code: '0A000',
        message: 'cannot set an identity column to a value',
      });
    }
  });

  it('are passed over by IF [NOT] EXISTS with an INFO', async () => {
    notices.length = 0;
    await client.query(
      'DROP TABLE IF EXISTS nothing; CREATE TABLE IF NOT EXISTS parent (a INT); CREATE SCHEMA IF NOT EXISTS public',
    );
    expect(notices).to.deep.equal([
      'INFO Table "nothing" does not exist and will be skipped',
      'INFO Relation "parent" already exists and will be skipped',
      'INFO Schema "public" already exists and will be skipped',
    ]);
  });
});
