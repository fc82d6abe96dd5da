/** What drivers ask of a database beyond tables and rows: its whole catalog, values in binary form, data frames, pipelines. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { jarOrSkip, runJava } from './support/java.ts';
import { run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const PSYCOPG = 'psycopg[binary]==3.3.9';
const JDBC = 'com.amazon.redshift:redshift-jdbc42:2.1.0.32';
const ALCHEMY = [
  ...['sqlalchemy-redshift==1.0.0', 'SQLAlchemy==2.0.58', 'psycopg2-binary==2.9.13'],
  ...['redshift_connector==2.1.8', 'pandas==2.3.3'],
];

describe('the local warehouse and what drivers ask of it', () => {
  let folder: Folder;
  let served: Served;

  before(async () => {
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    writeFileSync(folder.file('ca.pem'), served.config.ssl_ca);
  });
  after(async () => {
    await served.stop();
    folder.remove();
  });

  /** Runs a script of this folder with a file of settings; what it has printed as JSON. */
  async function runPython(programs: Programs, script: string, settings: object): Promise<unknown> {
    writeFileSync(folder.file('settings.json'), JSON.stringify(settings));
    const { code, stdout, stderr } = await run(
      [programs('python'), fileURLToPath(new URL(script, import.meta.url)), folder.file('settings.json')],
      { env: { PYTHONUTF8: '1', SSL_CERT_FILE: folder.file('ca.pem') }, seconds: 200 },
    );
    expect(code, stderr.slice(-4000)).to.equal(0);
    return JSON.parse(stdout);
  }

  const login = () => {
    const { hostname: host, port, user, password, sslmode } = served.config;
    return { host, port, user, password, sslmode };
  };
  const libpq = () => ({ ...login(), dbname: served.config.database, sslrootcert: folder.file('ca.pem') });

  describe(`${ALCHEMY.slice(0, 2).join(', ')}, pandas`, () => {
    let programs: Programs;
    before(async function () {
      programs = await environmentOrSkip(this, ALCHEMY);
    });

    for (const driver of ['psycopg2', 'redshift_connector']) {
      it(`reflects all that a table has, and writes and reads data frames by ${driver}`, async () => {
        const schema = `by_${driver}`;
        const connect = driver === 'psycopg2' ? libpq() : { ...login(), database: served.config.database };
        const seen = await runPython(programs, 'sqlalchemy_more.py', { driver, schema, connect });
        const times = { a: '2026-01-02T03:04:05.678901', c: '1969-12-31T23:59:59.000000' };
        const frame = [
          [1, 'a', 1.5, times.a, true],
          [2, null, null, null, false],
          [3, 'c,"d"\\\n', -0.25, times.c, null],
        ];
        expect(seen).to.deep.equal({
          default: 'public',
          schemas: [schema, 'public'],
          tables: ['children', 'parents'],
          views: ['late', 'seen_children'],
          definition: `SELECT id, code FROM ${schema}.children`,
          columns: [
            ['id', 'BIGINT', false, null, 'counts by two'],
            ['pa', 'INTEGER', true, null, null],
            ['pb', 'VARCHAR(20)', true, "'x'::character varying", null],
            ['code', 'CHAR(3)', false, null, null],
            ['price', 'NUMERIC(12, 3)', true, null, null],
            ['seen', 'TIMESTAMP', true, null, null],
            ['day', 'DATE', true, null, null],
            ['share', 'DOUBLE PRECISION', true, null, null],
            ['flag', 'BOOLEAN', true, 'true', null],
          ],
          view_columns: [
            ['id', 'BIGINT'],
            ['code', 'CHAR(3)'],
          ],
          late_columns: [['id', 'BIGINT']],
          keys: [['a', 'b'], ['id']],
          foreign: [['to_parents', ['pa', 'pb'], schema, 'parents', ['a', 'b']]],
          unique: [['one_code', ['code', 'pa']]],
          ...{ indexes: [], checks: [], comment: 'it\'s "commented"' },
          options: [
            {
              ...{ redshift_distkey: 'None', redshift_diststyle: 'ALL' },
              ...{ redshift_interleaved_sortkey: "('a', 'b')", redshift_sortkey: 'None' },
            },
            {
              ...{ redshift_distkey: 'code', redshift_diststyle: 'KEY' },
              ...{ redshift_interleaved_sortkey: 'None', redshift_sortkey: "('seen',)" },
            },
          ],
          reflected: [
            [`${schema}.children`, `${schema}.parents`],
            [`${schema}.parents.a`, `${schema}.parents.b`],
          ],
          frame: frame.flatMap((row) => [row, row]),
          chunks: [4, 2],
          bound: [2],
          identities: [
            ['abc', true, 'x'],
            ['abc', true, 'x'],
          ],
          count: 2,
        });
      });
    }
  });

  describe(PSYCOPG, () => {
    it('binds and reads values in binary form, prepares, sends pipelines, and cannot COPY to and from the client', async function () {
      const programs = await environmentOrSkip(this, [PSYCOPG]);
      const { password, ...others } = libpq();
      const everything = Array<boolean>(13).fill(true);
      // CHAR(5) is padded.
      everything[7] = false;
      expect(await runPython(programs, 'psycopg3_client.py', { ...others, password })).to.deep.equal({
        without_encoding: null,
        oids: [21, 23, 20, 1700, 700, 701, 16, 1042, 1043, 1082, 1114, 1184, 1083],
        same: [everything, everything],
        padded: 'abc  ',
        prepared: true,
        pipeline: [1, 2, 3, 4, 5],
        failed_pipeline: ['UndefinedTable', '42P01'],
        count: 3,
        server_side: [1, [2, 3]],
        copy_to: ['SyntaxError', '42601'],
        copy_query: ['SyntaxError', '42601'],
        copy_from: ['SyntaxError', '42601'],
        savepoint: ['FeatureNotSupported', '0A000'],
        notifies: ['FeatureNotSupported', '0A000'],
        status: 'IDLE',
        version: 80002,
      });
    });
  });

  describe(JDBC, () => {
    it('tells all that the catalog has', async function () {
      const jar = await jarOrSkip(this, JDBC);
      const { hostname, port, database, user, password } = served.config;
      const source = fileURLToPath(new URL('JdbcMetadata.java', import.meta.url));
      const url = `jdbc:redshift://${hostname}:${port}/${database}`;
      const { code, stdout, stderr } = await runJava(jar, source, [
        url,
        user,
        password,
        folder.file('ca.pem'),
      ]);
      expect(code, stderr).to.equal(0);
      const kinds =
        'EXTERNAL TABLE, INDEX, SEQUENCE, SYSTEM INDEX, SYSTEM TABLE, SYSTEM TOAST INDEX, SYSTEM TOAST TABLE, ' +
        'SYSTEM VIEW, TABLE, TEMPORARY INDEX, TEMPORARY SEQUENCE, TEMPORARY TABLE, TEMPORARY VIEW, TYPE, VIEW';
      expect(stdout.trimEnd().split('\n')).to.deep.equal([
        'product [Redshift 8.0]',
        `catalogs [${database}]`,
        'schemas [meta]',
        `kinds [${kinds}]`,
        "tables [children_code_key:INDEX:null, children_pkey:INDEX:null, parents_pkey:INDEX:null, children:TABLE:its 'comment', " +
          'mv_tbl__kept__0:TABLE:null, parents:TABLE:null, kept:VIEW:null, late:VIEW:null, shown:VIEW:null]',
        'like [meta:parents]',
        'columns [id:-5:int8:19:0:0:null:null:1, pa:4:int4:10:0:1:null:null:2, ' +
          "pb:12:varchar:20:0:1:'x'::character varying:null:3, price:2:numeric:12:3:1:null:in cents:4, " +
          'code:1:bpchar:3:0:0:null:null:5, at:93:timestamp:29:6:1:null:null:6, atz:2014:timestamptz:35:0:1:null:null:7, ' +
          'day:91:date:13:0:1:null:null:8, flag:-7:bool:1:0:1:null:null:9, ratio:8:float8:17:17:1:null:null:10, ' +
          'small:5:int2:5:0:1:null:null:11, part:7:float4:8:8:1:null:null:12, t:92:time:15:0:1:null:null:13, ' +
          'doc:-16:super:null:null:1:null:null:14, bytes:-4:varbyte:null:null:1:null:null:15]',
        'view [id:int8, code:bpchar]',
        'late [id:int8, code:character(3)]',
        'keys [a:1, b:2]',
        'imported [parents:a:pa:1:up, parents:b:pb:2:up]',
        'exported [children:pa, children:pb]',
        'cross [pa, pb]',
        'indexes []',
        'best [a, b]',
        'versions [ctid]',
        'functions [twice]',
        'procedures [twice]',
        'privileges [jdbc_reader:INSERT, jdbc_reader:SELECT]',
        'column privileges [jdbc_reader:INSERT, jdbc_reader:SELECT]',
        'functions known true 0 true',
        'shape id int8 19 0 children 0 false',
        'shape price numeric 12 3 children 1 false',
        'shape code bpchar 3 0 children 0 false',
        'shape doc super 2147483647 0 children 1 false',
        'shape at timestamp 29 6 children 1 false',
        'shape two int4 10 0  2 false',
        'fetched 15',
        `valid true ${database} public`,
      ]);
    });
  });
});
