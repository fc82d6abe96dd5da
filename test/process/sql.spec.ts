/** `sql`: from the command line to what stands on stdout. */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { MAIN, startCli } from '../support/cli.ts';
import { newFolder } from '../support/folder.ts';
import { runHere, startHere } from '../support/in-process.ts';
import type { Finished } from '../support/transcript.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const BIG = 'SELECT 1 AS n, 2.5 AS price';

describe('sql', () => {
  let place: Place;
  let config: string;
  const sql = (...words: readonly string[]): Promise<Finished> =>
    runHere(['sql', ...words, '--config', config]);

  before(async () => {
    place = await newPlace();
    config = place.configFile();
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(
      `CREATE TABLE ${place.schema}.orders (id BIGINT NOT NULL, name VARCHAR(20), price NUMERIC(10,2)) DISTKEY (id) SORTKEY (name)`,
    );
  });

  describe('formats', () => {
    it('prints doubles that read back as the same number', async () => {
      const numbers = [
        1.7976931348623157e308,
        0.1 + 0.2,
        5e-324,
        -1.2345678901234566e-7,
        2 ** 52 + 0.5,
        1 / 3,
      ];
      const query = numbers
        .map((number, i) => `SELECT ${i} AS i, CAST('${number}' AS FLOAT8) AS v`)
        .join(' UNION ALL ');
      const csv = await sql(`${query} ORDER BY 1`, '--format', 'csv');
      const texts = csv.stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => Number(line.split(',')[1]));
      expect(texts, csv.stderr).to.deep.equal(numbers);
      const json = await sql(`${query} ORDER BY 1`, '--format', 'json');
      expect((JSON.parse(json.stdout) as { v: number }[]).map(({ v }) => v)).to.deep.equal(numbers);
    });

    it('prints every value without losing a digit', async () => {
      const statement =
        "SELECT 9007199254740993 AS big, '' AS empty, NULL AS none, 1.10 AS n, 'a,\"b\"' AS t, 1 = 1 AS yes";
      const [json, csv, table] = await Promise.all(
        ['json', 'csv', 'table'].map(async (format) => (await sql(statement, '--format', format)).stdout),
      );
      expect(json).to.equal(
        '[{"big":"9007199254740993","empty":"","none":null,"n":1.10,"t":"a,\\"b\\"","yes":true}]\n',
      );
      expect(csv).to.equal('big,empty,none,n,t,yes\n9007199254740993,"",,1.10,"a,""b""",t\n');
      expect(table).to.equal(
        'big               empty  none  n     t      yes\n' +
          '----------------  -----  ----  ----  -----  ---\n' +
          '9007199254740993         NULL  1.10  a,"b"  t\n' +
          '(1 row)\n',
      );
    });

    it('refuses JSON with two columns of one name', async () => {
      const { code, stdout, logs } = await sql('SELECT 1 AS a, 2 AS a', '--format', 'json');
      expect([code, stdout, logs.at(-1)?.message]).to.deep.equal([
        1,
        '',
        'Cannot write JSON: two columns have the name "a"; rename one with AS',
      ]);
    });

    it('prints an answer without rows', async () => {
      const query = `${BIG} WHERE 1 = 0`;
      const answers = await Promise.all(
        ['json', 'csv', 'table'].map((format) => sql(query, '--format', format)),
      );
      expect(answers.map(({ stdout }) => stdout)).to.deep.equal([
        '[]\n',
        'n,price\n',
        'n  price\n-  -----\n(0 rows)\n',
      ]);
    });
  });

  describe('several statements', () => {
    it('get an answer each', async () => {
      const script = 'CREATE TEMP TABLE t (a INT); INSERT INTO t VALUES (1), (2); SELECT a FROM t ORDER BY a';
      const [table, csv, json] = await Promise.all(
        ['table', 'csv', 'json'].map(async (format) => (await sql(script, '--format', format)).stdout),
      );
      expect(table).to.equal('CREATE\n\nINSERT 2\n\na\n-\n1\n2\n(2 rows)\n');
      expect(csv).to.equal('a\n1\n2\n');
      expect(json).to.equal('[]\n[]\n[{"a":1},{"a":2}]\n');
    });

    it('are separated by an empty line in CSV', async () => {
      const { stdout } = await sql('SELECT 1 AS a; SELECT 2 AS b', '--format', 'csv');
      expect(stdout).to.equal('a\n1\n\nb\n2\n');
    });

    it('end with the first that fails, and its number, line and column are named', async () => {
      const script = `SELECT 1 AS a; -- é\n\n/* next */ SELECT nope;\nSELECT 3 AS c`;
      const { code, stdout, logs } = await sql(script, '--format', 'csv');
      expect([code, stdout]).to.deep.equal([1, 'a\n1\n']);
      expect(logs.at(-1)?.message).to.equal(
        'Statement 2 (line 3): Redshift refused SELECT nope: column "nope" does not exist',
      );
    });

    it('share a session, so that a transaction extends over them', async () => {
      const { stdout } = await sql(
        "BEGIN; CREATE TABLE gone (a INT); ROLLBACK; SELECT COUNT(*) AS n FROM svv_tables WHERE table_name = 'gone'",
        '--format',
        'json',
      );
      expect(stdout.split('\n').at(-2)).to.equal('[{"n":0}]');
    });
  });

  describe('a failed statement', () => {
    const failures: readonly (readonly [string, string])[] = [
      ['SELECT nope', 'Redshift refused SELECT nope: column "nope" does not exist'],
      ['SELEC 1', 'Redshift refused SELEC 1: syntax error at or near "SELEC" (line 1, column 1)'],
      [
        "SELECT 'é😀';\n/* 😀 */ SELEC 1",
        'Statement 2 (line 2): Redshift refused SELEC 1: syntax error at or near "SELEC" (line 2, column 9)',
      ],
      [
        "SELECT 'é😀'\n  FROM LATERAL x",
        'Redshift refused SELECT \'é😀\' FROM LATERAL x: syntax error at or near "LATERAL" (line 2, column 8)',
      ],
    ];
    for (const [statement, message] of failures)
      it(`${JSON.stringify(statement)} is told with the place that the server names`, async () => {
        const { code, logs } = await sql(statement);
        expect([code, logs.at(-1)?.message]).to.deep.equal([1, message]);
      });
  });

  describe('sources', () => {
    let folder: string;
    before(() => (folder = newFolder('target-redshift-sql-')));
    after(() => rmSync(folder, { recursive: true, force: true }));

    it('are a file', async () => {
      const file = join(folder, 'a.sql');
      writeFileSync(file, '\uFEFFSELECT 1 AS a;\nSELECT 2 AS b;\n');
      expect((await sql('--file', file, '--format', 'json')).stdout).to.equal('[{"a":1}]\n[{"b":2}]\n');
    });

    it('are stdin, with - and without a query', async () => {
      for (const words of [['-'], []]) {
        const run = startHere(
          ['sql', ...words, '--config', config, '--format', 'json'],
          {},
          { stdin: () => Readable.from([Buffer.from('SELECT '), Buffer.from('7 AS a')]) },
        );
        expect((await run.finished).stdout).to.equal('[{"a":7}]\n');
      }
    });

    it('that cannot be read, or have no statement, are refused', async () => {
      const missing = await sql('--file', join(folder, 'none.sql'));
      expect(missing.code).to.equal(1);
      expect(missing.logs.at(-1)?.message).to.match(/^Cannot read --file .*none\.sql: ENOENT/);
      const latin = join(folder, 'latin.sql');
      writeFileSync(latin, Buffer.from([0x27, 0xe9, 0x27]));
      expect((await sql('--file', latin)).logs.at(-1)?.message).to.match(/it is not encoded as UTF-8$/);
      const empty = await sql(' /* nothing */ ;');
      expect([empty.code, empty.stderr]).to.deep.equal([
        2,
        'target-redshift: sql got no statement\n\nRun target-redshift --help for usage.\n',
      ]);
    });
  });

  describe('shortcuts', () => {
    it('tables lists the tables', async () => {
      const { stdout } = await sql('tables', '--format', 'csv');
      expect(stdout.split('\n')[0]).to.equal('schema,name,type,comment');
      expect(stdout).to.contain(`\n${place.schema},orders,BASE TABLE,`).and.not.to.contain('pg_');
    });

    it('describe shows the columns of a table', async () => {
      const expected =
        'column,type,nullable,distkey,sortkey,comment\n' +
        'id,bigint,no,yes,"",""\n' +
        'name,character varying(20),yes,"",1,""\n' +
        'price,"numeric(10,2)",yes,"","",""\n';
      for (const words of [['describe', 'orders'], ['describe', `${place.schema}."orders"`], ['\\d ORDERS']])
        expect((await sql(...words, '--format', 'csv')).stdout).to.equal(expected);
    });

    it('describe names a table that does not exist', async () => {
      const { code, logs } = await sql('describe', 'orderz');
      expect([code, logs.at(-1)?.message]).to.deep.equal([
        1,
        `There is no table "orderz" in schema "${place.schema}"; "tables" lists all tables`,
      ]);
    });
  });

  describe('a large answer', () => {
    const rows = (count: number): string =>
      `WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${count}) SELECT n, 'a string of some length' AS a, n * 1.5 AS b FROM r`;

    it('needs no more memory than a small one', async function () {
      this.timeout(180_000);
      for (const format of ['table', 'csv', 'json']) {
        const run = startCli(['sql', rows(1_000_000), '--config', config, '--format', format], {
          NODE_OPTIONS: '--max-old-space-size=64',
        });
        let bytes = 0;
        run.process.stdout?.on('data', (data: Buffer) => (bytes += data.length));
        const { code, stderr } = await run.finished;
        expect([code, stderr]).to.deep.equal([0, '']);
        expect(bytes).to.be.above(30_000_000);
      }
    });

    it('is complete and in order when its reader is slow', async () => {
      const run = startCli(['sql', rows(200_000), '--config', config, '--format', 'csv']);
      run.process.stdout?.pause();
      setTimeout(() => run.process.stdout?.resume(), 2_000);
      const { code, stdout } = await run.finished;
      expect(code).to.equal(0);
      const numbers = stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => Number(line.split(',')[0]));
      expect(numbers.length).to.equal(200_000);
      expect(numbers.every((number, at) => number === at + 1)).to.equal(true);
    }).timeout(60_000);

    it('ends with a signal while its reader does not read', async () => {
      const run = startCli(['sql', rows(10_000_000), '--config', config, '--format', 'csv']);
      run.process.stdout?.once('data', () => run.process.stdout?.pause());
      await run.seen(/^n,a,b/);
      setTimeout(() => {
        run.process.kill('SIGTERM');
        setTimeout(() => run.process.stdout?.resume(), 1_000);
      }, 1_000);
      const { code, logs } = await run.finished;
      expect([code, logs.at(-1)?.message]).to.deep.equal([1, 'Stopped before the answer arrived']);
    }).timeout(30_000);

    it('ends when its reader leaves', async () => {
      const child = spawn('sh', [
        '-c',
        '"$@" | head -n 2',
        'sh',
        process.execPath,
        MAIN,
        'sql',
        rows(100_000_000),
        '--config',
        config,
        '--format',
        'csv',
      ]);
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
      child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
      const code = await new Promise((resolve) => child.on('close', resolve));
      expect([code, stdout, stderr]).to.deep.equal([0, 'n,a,b\n1,a string of some length,1.5\n', '']);
    }).timeout(30_000);
  });

  describe('a prompt on a terminal', () => {
    it('runs statements of several lines, shows errors, and leaves with \\q', async () => {
      const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
      const shown = new PassThrough();
      let stderr = '';
      shown.on('data', (data: Buffer) => (stderr += data.toString()));
      const run = startHere(
        ['sql', '--config', config, '--format', 'csv'],
        {},
        { stdin: () => stdin, stderr: () => shown },
      );
      stdin.write(
        "SELECT 1\n  AS a;\nSELECT nope;\n\\d orders\nSELECT 2 AS b; SELECT 'x;'\n  AS c;\n\\q\nSELECT 9;\n",
      );
      const { code, stdout } = await run.finished;
      expect([code, stdout]).to.deep.equal([
        0,
        'a\n1\n' +
          'column,type,nullable,distkey,sortkey,comment\n' +
          'id,bigint,no,yes,"",""\n' +
          'name,character varying(20),yes,"",1,""\n' +
          'price,"numeric(10,2)",yes,"","",""\n' +
          'b\n2\n\nc\nx;\n',
      ]);
      expect(stderr)
        .to.match(/^SQL; \\\? shows help/)
        .and.to.contain('ERROR: Redshift refused SELECT nope: column "nope" does not exist\n');
    });

    it('ends with the input', async () => {
      const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
      const run = startHere(['sql', '--config', config, '--format', 'json'], {}, { stdin: () => stdin });
      stdin.end('SELECT 1 AS a;\n');
      expect(await run.finished).to.deep.include({ code: 0, stdout: '[{"a":1}]\n' });
    });
  });
});
