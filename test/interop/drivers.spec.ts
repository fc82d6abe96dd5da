/** Drivers that are made for Redshift, unchanged, against the warehouse that `target-redshift local` serves. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { jarOrSkip, runJava } from './support/java.ts';
import { run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const CONNECTOR = 'redshift_connector==2.1.8';
const JDBC = 'com.amazon.redshift:redshift-jdbc42:2.1.0.32';
/** Pairs of SQLAlchemy and its dialect: the last ones that work together, of either generation. */
const ALCHEMIES = [
  ['sqlalchemy-redshift==1.0.0', 'SQLAlchemy==2.0.58', 'psycopg2-binary==2.9.13'],
  ['sqlalchemy-redshift==0.8.14', 'SQLAlchemy==1.4.54', 'psycopg2-binary==2.9.13'],
] as const;

const PARTS = ['1,one\n2,"two, ""quoted"""\n', '3,\n'];

describe('the local warehouse and drivers for Redshift', () => {
  let folder: Folder | undefined;
  let served: Served | undefined;

  before(async () => {
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    writeFileSync(folder.file('ca.pem'), served.config.ssl_ca);
    await stage(served.config);
  });

  after(async () => {
    await served?.stop();
    folder?.remove();
  });

  function parts(): { config: Served['config']; file: Folder['file'] } {
    if (!served || !folder) throw new Error('the warehouse does not run before the first test');
    return { config: served.config, file: folder.file };
  }

  /** COPY of two objects with three rows (id, note), named in a manifest. */
  function copyInto(table: string): string {
    const { config } = parts();
    return (
      `COPY ${table} (id, note) FROM 's3://${config.s3_bucket}/drivers/manifest' ` +
      `IAM_ROLE '${config.iam_role}' MANIFEST CSV`
    );
  }

  async function runPython(
    programs: Programs,
    name: string,
    settings: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    const { config, file } = parts();
    const { port, user, password } = config;
    writeFileSync(file('settings.json'), JSON.stringify({ port, user, password, ...settings }));
    const script = fileURLToPath(new URL(name, import.meta.url));
    const { code, stdout, stderr } = await run(
      [programs('python'), script, file('settings.json'), copyInto('copied')],
      { env: { PYTHONUTF8: '1', SSL_CERT_FILE: file('ca.pem') } },
    );
    expect(code, stderr.slice(-4000)).to.equal(0);
    return JSON.parse(stdout);
  }

  describe(CONNECTOR, () => {
    let programs: Programs;

    before(async function () {
      programs = await environmentOrSkip(this, [CONNECTOR]);
    });

    it('writes and reads every type, binds every style of parameter, copies, and describes a table', async () => {
      const { config } = parts();
      expect(
        await runPython(programs, 'redshift_connector_client.py', {
          host: config.hostname,
          database: config.database,
          sslmode: config.sslmode,
        }),
      ).to.deep.equal({
        types: [21, 23, 20, 1700, 700, 701, 16, 1042, 1043, 1082, 1114, 1184, 1083, 4000, 6551],
        row: [
          ...['1', '2', '9223372036854775807', '1234567890123456789.0123456789', '1.5', '2.5', 'True'],
          ...['abc  ', "it's \\ ü", '2020-01-02', '2020-01-02 03:04:05.678901'],
          ...['2020-01-02 03:04:05.678901+00:00', '03:04:05.678901', '{"a":[1,"x"]}', 'abc'],
        ],
        styles: [2, 2, 2, 2],
        copied: 3,
        copied_rows: [
          [1, 'one'],
          [2, 'two, "quoted"'],
          [3, ''],
        ],
        schemas: true,
        tables: ['every_type'],
        columns: 'a b c d e f g h i j k l m o p'.split(' '),
        keys: ['b'],
        sqlstate: '42P01',
      });
    });
  });

  describe(JDBC, () => {
    let jar: string;

    before(async function () {
      jar = await jarOrSkip(this, JDBC);
    });

    it('inserts in batches, reads by a prepared statement, copies, and describes a table', async () => {
      const { config, file } = parts();
      const { code, stdout, stderr } = await runJava(
        jar,
        fileURLToPath(new URL('JdbcClient.java', import.meta.url)),
        [
          `jdbc:redshift://${config.hostname}:${config.port}/${config.database}`,
          ...[config.user, config.password, file('ca.pem'), copyInto('jdbc_copied')],
        ],
      );
      expect(code, stderr).to.equal(0);
      expect(stdout.trimEnd().split('\n')).to.deep.equal([
        'batch 20',
        'row 1|null|12345678901234.5678|null|null',
        'row 2|it\'s \\ ü 2|12345678901234.5678|{"a":[1,2]}|616263',
        'copied 3',
        'tables [jdbc]',
        'columns [id, note, amount, doc, bytes]',
        'types [int8, varchar, numeric, super, varbyte]',
        'keys [id]',
        'schemas true',
        'sqlstate 42P01',
      ]);
    });
  });

  for (const requirements of ALCHEMIES) {
    describe(requirements.slice(0, 2).join(', '), () => {
      let programs: Programs;

      before(async function () {
        programs = await environmentOrSkip(this, requirements);
      });

      it("reflects a table's columns, keys and design, and inserts, copies and selects", async () => {
        const { config, file } = parts();
        expect(
          await runPython(programs, 'sqlalchemy_client.py', {
            host: config.hostname,
            dbname: config.database,
            sslmode: config.sslmode,
            sslrootcert: file('ca.pem'),
          }),
        ).to.deep.equal({
          has_table: true,
          columns: [
            ['id', 'BIGINT', false],
            ['name', 'VARCHAR(20)', true],
            ['amount', 'NUMERIC(10, 2)', true],
            ['paid', 'BOOLEAN', true],
            ['at', 'TIMESTAMPTZ', true],
            ['doc', 'SUPER', true],
          ],
          key: ['id'],
          options: {
            redshift_distkey: 'id',
            redshift_diststyle: 'KEY',
            redshift_interleaved_sortkey: 'None',
            redshift_sortkey: "('name',)",
          },
          rows: [
            [1, 'a'],
            [2, null],
          ],
          copied: 3,
        });
      });
    });
  }
});

/** Puts the parts and a manifest of them into the local S3. */
async function stage(config: Served['config']): Promise<void> {
  const s3 = new S3Client({
    endpoint: config.s3_endpoint,
    region: config.s3_region,
    forcePathStyle: true,
    credentials: { accessKeyId: config.aws_access_key_id, secretAccessKey: config.aws_secret_access_key },
  });
  const put = (name: string, body: string) =>
    s3.send(new PutObjectCommand({ Bucket: config.s3_bucket, Key: `drivers/${name}`, Body: body }));
  try {
    for (const [at, part] of PARTS.entries()) await put(`${at}.csv`, part);
    const entries = PARTS.map((_, at) => ({
      url: `s3://${config.s3_bucket}/drivers/${at}.csv`,
      mandatory: true,
    }));
    await put('manifest', JSON.stringify({ entries }));
  } finally {
    s3.destroy();
  }
}
