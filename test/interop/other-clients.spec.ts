/** Clients of other people against the warehouse that `target-redshift local` serves. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { type Outcome, run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const PSYCOPG = 'psycopg2-binary==2.9.13';
const SCRIPT = fileURLToPath(new URL('psycopg2_client.py', import.meta.url));

describe('the local warehouse and other clients', () => {
  let folder: Folder | undefined;
  let served: Served | undefined;

  before(async () => {
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
  });

  after(async () => {
    await served?.stop();
    folder?.remove();
  });

  function parts(): { config: Served['config']; file: Folder['file'] } {
    if (!served || !folder) throw new Error('the warehouse does not run before the first test');
    return { config: served.config, file: folder.file };
  }

  describe(PSYCOPG, () => {
    let programs: Programs;

    before(async function () {
      programs = await environmentOrSkip(this, [PSYCOPG]);
    });

    async function connect(name: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Outcome> {
      const { config, file } = parts();
      const [ca, settings] = [file('ca.pem'), file(`${name}.json`)];
      writeFileSync(ca, config.ssl_ca);
      writeFileSync(
        settings,
        JSON.stringify({
          ...{ host: config.hostname, port: config.port, dbname: config.database },
          ...{ user: config.user, password: config.password, sslmode: config.sslmode, sslrootcert: ca },
          connect_timeout: 20,
          ...changes,
        }),
      );
      return run([programs('python'), SCRIPT, settings], { env: { PYTHONUTF8: '1' } });
    }

    it('connects with verify-full, defines, writes and reads a table, and rolls back after an error', async () => {
      const { code, stdout, stderr } = await connect('good');
      expect(code, stderr).to.equal(0);
      // The integers are compared as text: they are beyond what JSON.parse keeps.
      const exact = stdout.replace(/-?\d{17,}(?=,)/g, '"$&"');
      expect(JSON.parse(exact)).to.deep.equal({
        ssl: true,
        columns: ['id', 'note', 'price'],
        rows: [
          ['-9223372036854775808', '', null],
          [3, 'it\'s 100 % "quoted"\nżółw 😀', '-0.0001'],
          ['9223372036854775807', null, '12345678901234.5678'],
        ],
        nulls: 1,
        sqlstate: '42P01',
        rows_after_rollback: 3,
      });
    });

    it('is refused when the certificate is not the one it trusts', async () => {
      const { file } = parts();
      writeFileSync(file('empty.pem'), '');
      const { code, stderr } = await connect('distrusting', { sslrootcert: file('empty.pem') });
      expect(code).to.equal(1);
      expect(stderr).to.match(/root certificate|certificate verify failed/);
    });

    it('is refused with a wrong password', async () => {
      const { code, stderr } = await connect('wrong', { password: 'Wrong1234' });
      expect(code).to.equal(1);
      expect(stderr).to.match(/password authentication failed/);
    });
  });

  describe('pg', () => {
    it('runs parameters, reads NULL apart from the empty text, and bigints without loss', async () => {
      const { config } = parts();
      const { hostname: host, port, database, user, password, ssl_ca: ca } = config;
      const client = new pg.Client({ host, port, database, user, password, ssl: { ca } });
      await client.connect();
      try {
        await client.query('CREATE TABLE numbers (id BIGINT, note VARCHAR(20))');
        await client.query('INSERT INTO numbers VALUES ($1, $2), ($3, $4)', [
          '9223372036854775807',
          null,
          '-9223372036854775808',
          '',
        ]);
        const { rows } = await client.query<Record<string, unknown>>({
          text: 'SELECT id, note FROM numbers WHERE id > $1 ORDER BY id',
          values: ['-9223372036854775808'],
        });
        expect(rows).to.deep.equal([{ id: '9223372036854775807', note: null }]);
        const empty = await client.query<Record<string, unknown>>('SELECT id FROM numbers WHERE note = $1', [
          '',
        ]);
        expect(empty.rows).to.deep.equal([{ id: '-9223372036854775808' }]);
      } finally {
        await client.end();
      }
    });
  });
});
