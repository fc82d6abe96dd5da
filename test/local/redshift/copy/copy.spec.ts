/** COPY from S3 through the endpoint, as a loader uses it. */
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type pg from 'pg';
import { cancel, failureOf, rowsOf, startFixture, type Fixture } from '../support.ts';

describe('COPY on the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;
  let notices: string[];

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
    client.on('notice', (notice) => notices.push(`${String(notice.severity)}: ${String(notice.message)}`));
  });
  beforeEach(() => {
    notices = [];
  });
  after(async () => fixture.close());

  const role = () => `IAM_ROLE '${fixture.warehouse.config.iam_role}'`;

  it('loads the gzipped parts of a manifest and counts them', async () => {
    await client.query('CREATE TABLE parts (id BIGINT, v VARCHAR(20), s SUPER, at TIMESTAMP, ok BOOLEAN)');
    const copy = await fixture.stage('parts', 'parts', [
      '1,"he said ""hi""","{""a"":[1,2]}",2024-02-03 04:05:06.789,true\n2,é,,,\n',
      '3,"two\nlines","""text""",2024-02-03 00:00:00,f\n',
    ]);
    const result = await client.query(copy);
    expect([result.command, result.rowCount]).to.deep.equal(['COPY', null]);
    expect(notices).to.deep.equal([
      "INFO: Load into table 'parts' completed, 3 record(s) loaded successfully.",
    ]);
    expect(await rowsOf(client, 'SELECT pg_last_copy_count()')).to.deep.equal([['3']]);
    expect(await rowsOf(client, 'SELECT id, v, s, at::varchar, ok FROM parts ORDER BY id')).to.deep.equal([
      ['1', 'he said "hi"', '{"a":[1,2]}', '2024-02-03 04:05:06.789', true],
      ['2', 'é', null, null, null],
      ['3', 'two\nlines', '"text"', '2024-02-03 00:00:00', false],
    ]);
  });

  it('tells NULL from the empty string', async () => {
    await client.query('CREATE TABLE blank (id INT, v VARCHAR(5))');
    const copy = await fixture.stage('blank', 'blank', ['1,\n2,""\n3,@\n,x\n']);
    await client.query(`${copy} NULL AS '@'`);
    expect(await rowsOf(client, 'SELECT id, v FROM blank ORDER BY id')).to.deep.equal([
      [1, ''],
      [2, ''],
      [3, null],
      [null, 'x'],
    ]);
  });

  it('loads the columns of its list into a temporary table in a transaction', async () => {
    await client.query('BEGIN');
    await client.query('CREATE TEMP TABLE chosen (a INT, b VARCHAR(5), c INT DEFAULT 7)');
    await client.query(await fixture.stage('chosen', 'chosen (b, a)', ['x,1\n']));
    expect(await rowsOf(client, 'SELECT a, b, c FROM chosen')).to.deep.equal([[1, 'x', 7]]);
    await client.query('ROLLBACK');
  });

  it('is rolled back with its transaction', async () => {
    await client.query('CREATE TABLE undone (a INT)');
    await client.query('BEGIN');
    await client.query(await fixture.stage('undone', 'undone', ['1\n2\n']));
    await client.query('ROLLBACK');
    expect(await rowsOf(client, 'SELECT count(*) FROM undone')).to.deep.equal([['0']]);
  });

  it('works in the extended protocol too', async () => {
    await client.query('CREATE TABLE prepared (a INT)');
    const text = await fixture.stage('prepared', 'prepared', ['1\n2\n']);
    await client.query({ text, name: 'load', values: [] });
    await client.query({ text, name: 'load', values: [] });
    expect(await rowsOf(client, 'SELECT count(*) FROM prepared')).to.deep.equal([['4']]);
    const failing = await fixture.stage('prepared-bad', 'prepared', ['1\nx\n']);
    expect((await failureOf(client.query({ text: failing, values: [], name: 'bad' }))).code).to.equal(
      'XX000',
    );
    expect(await rowsOf(client, 'SELECT count(*) FROM prepared')).to.deep.equal([['4']]);
  });

  it('fails at a bad digit, loads nothing, and tells where in both system tables', async () => {
    await client.query('CREATE TABLE strict (a INTEGER, b VARCHAR(5))');
    const copy = await fixture.stage('strict', 'public.strict', ['1,x\n', '2,y\nz3,z\n']);
    expect(await failureOf(client.query(copy))).to.deep.equal({
      code: 'XX000',
      message: "Load into table 'strict' failed.  Check 'stl_load_errors' system table for details.",
    });
    expect(
      await rowsOf(
        client,
        `SELECT trim(filename), line_number, trim(colname), trim(type), trim(raw_line), trim(raw_field_value), err_code,
           trim(err_reason), session = pg_backend_pid()
         FROM stl_load_errors WHERE query = pg_last_copy_id()`,
      ),
    ).to.deep.equal([
      [
        's3://local-bucket/strict/1.csv.gz',
        '2',
        'a',
        'int4',
        'z3,z',
        'z3',
        1207,
        "Invalid digit, Value 'z', Pos 0, Type: Integer",
        true,
      ],
    ]);
    expect(
      await rowsOf(
        client,
        `SELECT trim(file_name), trim(error_message) FROM sys_load_error_detail WHERE query_id = pg_last_copy_id()`,
      ),
    ).to.deep.equal([
      ['s3://local-bucket/strict/1.csv.gz', "Invalid digit, Value 'z', Pos 0, Type: Integer"],
    ]);
    expect(await rowsOf(client, 'SELECT count(*) FROM strict')).to.deep.equal([['0']]);
  });

  it('leaves its transaction failed, and its load errors readable after ROLLBACK', async () => {
    await client.query('CREATE TABLE aborted (a INT)');
    await client.query('BEGIN');
    await failureOf(client.query(await fixture.stage('aborted', 'aborted', ['x\n'])));
    expect((await failureOf(client.query('SELECT 1'))).code).to.equal('25P02');
    await client.query('ROLLBACK');
    expect(
      await rowsOf(client, 'SELECT err_code FROM stl_load_errors WHERE query = pg_last_query_id()'),
    ).to.deep.equal([[1207]]);
  });

  it('skips fewer rows than MAXERROR', async () => {
    await client.query('CREATE TABLE skipping (a INT)');
    const copy = await fixture.stage('skipping', 'skipping', ['1\nx\n3\ny\n']);
    await client.query(`${copy} MAXERROR 3`);
    expect(notices).to.deep.equal([
      "INFO: Load into table 'skipping' completed, 2 record(s) loaded successfully.",
      "INFO: Load into table 'skipping' completed, 2 record(s) could not be loaded.  Check 'stl_load_errors' system table for details.",
    ]);
    expect((await failureOf(client.query(`${copy} MAXERROR 2`))).code).to.equal('XX000');
    expect(await rowsOf(client, 'SELECT count(*) FROM skipping')).to.deep.equal([['2']]);
  });

  it('loads every object under a prefix, and fails when there is none', async () => {
    await client.query('CREATE TABLE prefixed (a INT)');
    await fixture.put('prefixed/part1', '1\n');
    await fixture.put('prefixed/part10', '2\n');
    await client.query(`COPY prefixed FROM 's3://local-bucket/prefixed/part1' ${role()} CSV`);
    expect(await rowsOf(client, 'SELECT a FROM prefixed ORDER BY a')).to.deep.equal([[1], [2]]);
    expect(
      await failureOf(client.query(`COPY prefixed FROM 's3://local-bucket/none' ${role()} CSV`)),
    ).to.deep.equal({
      code: 'XX000',
      message: "The specified S3 prefix 'none' does not exist",
    });
  });

  it('says what is wrong with the input or the access', async () => {
    await client.query('CREATE TABLE access (a INT)');
    const { config } = fixture.warehouse;
    const copy = await fixture.stage('access', 'access', ['1\n']);
    const message = async (text: string) => (await failureOf(client.query(text))).message;

    expect(await message(copy.replace('access FROM', 'missing FROM'))).to.equal(
      'Cannot COPY into nonexistent table missing',
    );
    expect(await message(copy.replace(config.iam_role, 'arn:aws:iam::000000000000:role/other'))).to.equal(
      'Not authorized to get credentials of role arn:aws:iam::000000000000:role/other',
    );
    expect(await message(copy.replace('access/manifest', 'access/none'))).to.match(
      /^Problem reading manifest file - S3ServiceException:The specified key does not exist\.,Status 404,Error NoSuchKey/,
    );
    expect(await message(copy.replace('local-bucket', 'other-bucket'))).to.match(
      /The specified bucket does not exist,Status 404/,
    );
    const keys = (secret: string) =>
      `ACCESS_KEY_ID '${config.aws_access_key_id}' SECRET_ACCESS_KEY '${secret}'`;
    expect(await message(copy.replace(role(), keys('wrong')))).to.match(
      /^S3ServiceException:The request signature we calculated .*,Status 403,Error SignatureDoesNotMatch/,
    );
    await client.query(copy.replace(role(), keys(config.aws_secret_access_key)));
    expect(await message(`${copy} REGION 'eu-west-1'`)).to.match(/Status 301,Error PermanentRedirect/);
    await client.query(`${copy} REGION 'us-east-1'`);

    const entry = { url: 's3://local-bucket/access/gone', mandatory: true };
    await fixture.put('access/manifest', JSON.stringify({ entries: [entry] }));
    expect(await message(copy)).to.match(/^Mandatory url is not present in manifest file/);
    await fixture.put('access/manifest', '{"entries": [');
    expect(await message(copy)).to.match(/^Manifest file is not in correct json format/);
    expect(await rowsOf(client, 'SELECT count(*) FROM access')).to.deep.equal([['2']]);
  });

  it('fails on objects that are not gzip or are cut short', async () => {
    await client.query('CREATE TABLE broken (a INT)');
    const load = (key: string) =>
      client.query(`COPY broken FROM 's3://local-bucket/${key}' ${role()} GZIP CSV`);
    await fixture.put('plain.csv', '1\n2\n');
    expect((await failureOf(load('plain.csv'))).message).to.match(
      /^failed to inflate input file: incorrect header check/,
    );
    await fixture.put('cut.gz', gzipSync('1\n'.repeat(10_000)).subarray(0, 30));
    expect((await failureOf(load('cut.gz'))).message).to.match(
      /^failed to inflate input file: unexpected end of file/,
    );
    expect(await rowsOf(client, 'SELECT count(*) FROM broken')).to.deep.equal([['0']]);
  });

  for (const [what, body] of [
    ['short', 'x\n'.repeat(10)],
    ['long', 'x\n'.repeat(2_000_000)],
    ['endless', '1'.repeat(30_000_000)],
  ] as const) {
    it(`refers to the table of errors when a row of a ${what} gzipped object is rejected`, async () => {
      await client.query(`CREATE TABLE rejected_${what} (a INT)`);
      await fixture.put(`${what}.gz`, gzipSync(body));
      const copy = client.query(
        `COPY rejected_${what} FROM 's3://local-bucket/${what}.gz' ${role()} GZIP CSV`,
      );
      expect((await failureOf(copy)).message).to.match(
        /^Load into table 'rejected_.*' failed\. {2}Check 'stl/,
      );
    });
  }

  it('leaves nothing when the client dies in the middle', async () => {
    const victim = await fixture.connect();
    await client.query('CREATE TABLE left_over (a INT)');
    const copy = await fixture.stage('left_over', 'left_over', ['12345\n'.repeat(400_000)]);
    const running = failureOf(victim.query(copy));
    for (;;) {
      const active = await rowsOf(
        client,
        `SELECT pid FROM pg_locks WHERE relation = 'left_over'::regclass AND mode = 'RowExclusiveLock' AND granted`,
      );
      if (active.length > 0) break;
    }
    victim.connection.stream.destroy();
    await running;
    await client.query('INSERT INTO left_over VALUES (1)');
    expect(await rowsOf(client, 'SELECT a FROM left_over')).to.deep.equal([[1]]);
  });

  it('is cancelled while it waits for S3', async () => {
    await client.query('CREATE TABLE slow (a INT)');
    const copy = await fixture.stage('slow', 'slow', ['1\n']);
    const opened = new Promise<void>((resolve) => {
      fixture.s3Fault = ({ key }) => {
        if (!key.endsWith('.gz')) return undefined;
        resolve();
        return { kind: 'delay', ms: 5000 };
      };
    });
    const start = performance.now();
    const running = failureOf(client.query(copy));
    await opened;
    cancel(fixture.warehouse, client);
    expect((await running).code).to.equal('57014');
    expect(performance.now() - start).to.be.lessThan(2000);
    fixture.s3Fault = undefined;
    expect(await rowsOf(client, 'SELECT count(*) FROM slow')).to.deep.equal([['0']]);
  });

  it('fails when S3 breaks off or refuses in the middle', async () => {
    await client.query('CREATE TABLE cut (a INT)');
    await fixture.put('cut/1.csv', '1\n2\n');
    const copy = `COPY cut FROM 's3://local-bucket/cut/' ${role()} CSV`;
    fixture.s3Fault = ({ operation }) =>
      operation === 'GetObject' ? { kind: 'truncate', bytes: 2 } : undefined;
    expect((await failureOf(client.query(copy))).message).to.match(/^S3 read failed: /);
    fixture.s3Fault = ({ operation }) =>
      operation === 'GetObject' ? { kind: 'error', status: 503, code: 'SlowDown' } : undefined;
    expect((await failureOf(client.query(copy))).message).to.match(
      /^S3ServiceException:.*,Status 503,Error SlowDown/,
    );
    fixture.s3Fault = undefined;
    await client.query(copy);
    expect(await rowsOf(client, 'SELECT count(*) FROM cut')).to.deep.equal([['2']]);
  });

  it('counts for its own session only', async () => {
    const other = await fixture.connect();
    expect(await rowsOf(other, 'SELECT pg_last_copy_count(), pg_last_copy_id()')).to.deep.equal([
      ['0', '-1'],
    ]);
  });

  it('keeps two loads of one table apart and both', async () => {
    const other = await fixture.connect();
    await client.query('CREATE TABLE shared (a INT)');
    const copy = await fixture.stage('shared', 'shared', ['1\n'.repeat(2000)]);
    await Promise.all([client.query(copy), other.query(copy)]);
    expect(await rowsOf(client, 'SELECT count(*) FROM shared')).to.deep.equal([['4000']]);
  });

  describe('with faults', () => {
    afterEach(() => {
      fixture.fault = undefined;
    });
    const order = (verb: string, fault: Parameters<typeof Object.assign>[0]) => {
      let used = false;
      fixture.fault = (target) => {
        if (target.verb !== verb || used) return undefined;
        used = true;
        return fault as ReturnType<NonNullable<Fixture['fault']>>;
      };
    };

    it('answers an ordered error', async () => {
      order('SELECT', { kind: 'error', sqlstate: '53300', message: 'too many', detail: 'none left' });
      expect(await failureOf(client.query('SELECT 1'))).to.deep.equal({ code: '53300', message: 'too many' });
      expect(await rowsOf(client, 'SELECT 1')).to.deep.equal([[1]]);
    });

    it('drops the connection before or after a statement', async () => {
      await client.query('CREATE TABLE dropped (a INT)');
      for (const kind of ['drop-before', 'drop-after']) {
        const victim = await fixture.connect();
        order('INSERT', { kind });
        expect((await failureOf(victim.query('INSERT INTO dropped VALUES (1)'))).message).to.match(
          /terminated/,
        );
        expect(await rowsOf(client, 'SELECT count(*) FROM dropped')).to.deep.equal([
          [kind === 'drop-after' ? '1' : '0'],
        ]);
      }
    });

    it('loses the reply of a COMMIT that has happened', async () => {
      await client.query('CREATE TABLE unsure (a INT)');
      const victim = await fixture.connect();
      await victim.query('BEGIN');
      await victim.query('INSERT INTO unsure VALUES (1)');
      order('COMMIT', { kind: 'drop-after' });
      await failureOf(victim.query('COMMIT'));
      expect(await rowsOf(client, 'SELECT count(*) FROM unsure')).to.deep.equal([['1']]);
    });

    it('answers a COMMIT with ROLLBACK', async () => {
      await client.query('CREATE TABLE refused (a INT)');
      await client.query('BEGIN');
      await client.query('INSERT INTO refused VALUES (1)');
      order('COMMIT', { kind: 'commit-answers-rollback' });
      expect((await client.query('COMMIT')).command).to.equal('ROLLBACK');
      expect(await rowsOf(client, 'SELECT count(*) FROM refused')).to.deep.equal([['0']]);
    });

    it('stalls a statement', async () => {
      order('SELECT', { kind: 'stall', ms: 60 });
      const start = performance.now();
      await client.query('SELECT 1');
      expect(performance.now() - start).to.be.greaterThan(55);
    });

    it('reports fewer rows than it has loaded', async () => {
      await client.query('CREATE TABLE short (a INT)');
      const copy = await fixture.stage('short', 'short', ['1\n2\n3\n']);
      order('COPY', { kind: 'copy-reports-fewer', rows: 1 });
      await client.query(copy);
      expect(await rowsOf(client, 'SELECT pg_last_copy_count()')).to.deep.equal([['2']]);
      expect(await rowsOf(client, 'SELECT count(*) FROM short')).to.deep.equal([['3']]);
    });

    it('numbers the statements of a verb', async () => {
      const seen: string[] = [];
      fixture.fault = ({ verb, nth }) => {
        seen.push(`${verb} ${nth}`);
        return undefined;
      };
      const other = await fixture.connect();
      await other.query('SHOW timezone');
      await other.query('SHOW timezone');
      expect(seen).to.deep.equal(['SHOW 1', 'SHOW 2']);
    });
  });
});
