/** psql against the warehouse that `target-redshift local` serves: what its backslash commands show. */
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { runs } from './support/java.ts';
import { run } from './support/processes.ts';
import { type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const MADE = `
  CREATE SCHEMA shop;
  CREATE TABLE shown (
    id BIGINT NOT NULL, note VARCHAR(20) DEFAULT 'x', code CHAR(5), amount DECIMAL(10,2),
    at TIMESTAMPTZ, doc SUPER, bytes VARBYTE(10), PRIMARY KEY (id)
  ) DISTKEY(id) SORTKEY(note);
  CREATE VIEW seen AS SELECT id, note FROM shown;
`;

describe('the local warehouse and psql', () => {
  let folder: Folder | undefined;
  let served: Served | undefined;

  before(async function () {
    if (!(await runs(['psql', '--version']))) {
      console.log('    SKIPPED: psql does not run');
      this.skip();
    }
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    writeFileSync(folder.file('ca.pem'), served.config.ssl_ca);
    await psql(MADE);
  });

  after(async () => {
    await served?.stop();
    folder?.remove();
  });

  /** Lines of what psql prints without alignment. */
  async function psql(command: string): Promise<readonly string[]> {
    if (!served || !folder) throw new Error('the warehouse does not run before the first test');
    const { hostname, port, database, user, password, sslmode } = served.config;
    const { code, stdout, stderr } = await run(
      ['psql', '-X', '-A', '-v', 'ON_ERROR_STOP=1', '-d', `host=${hostname} port=${port} dbname=${database}`],
      {
        input: `${command}\n`,
        env: {
          PGUSER: user,
          PGPASSWORD: password,
          PGSSLMODE: sslmode,
          PGSSLROOTCERT: folder.file('ca.pem'),
          PGCONNECT_TIMEOUT: '20',
          LC_ALL: 'C',
        },
      },
    );
    expect(code, stderr).to.equal(0);
    return stdout.trimEnd().split('\n');
  }

  it('lists tables and views', async () => {
    expect(await psql('\\d')).to.deep.equal([
      'List of relations',
      'Schema|Name|Type|Owner',
      'public|seen|view|loader',
      'public|shown|table|loader',
      '(2 rows)',
    ]);
    expect(await psql('\\dt')).to.deep.equal([
      'List of relations',
      'Schema|Name|Type|Owner',
      'public|shown|table|loader',
      '(1 row)',
    ]);
    expect(await psql('\\dv')).to.deep.equal([
      'List of relations',
      'Schema|Name|Type|Owner',
      'public|seen|view|loader',
      '(1 row)',
    ]);
  });

  it('describes a table and a view', async () => {
    expect(await psql('\\d shown')).to.deep.equal([
      'Table "public.shown"',
      'Column|Type|Collation|Nullable|Default',
      'id|bigint||not null|',
      "note|character varying(20)|||'x'::character varying",
      'code|character(5)|||',
      'amount|numeric(10,2)|||',
      'at|timestamp with time zone|||',
      'doc|super|||',
      'bytes|binary varying(10)|||',
      'Indexes:',
      '    "shown_pkey" PRIMARY KEY, btree (id)',
    ]);
    expect(await psql('\\d seen')).to.deep.equal([
      'View "public.seen"',
      'Column|Type|Collation|Nullable|Default',
      'id|bigint|||',
      'note|character varying(20)|||',
    ]);
  });

  it('lists schemas, users, databases and functions', async () => {
    const schemas = await psql('\\dn');
    expect(schemas[0]).to.equal('List of schemas');
    expect(schemas.slice(2).map((line) => line.split('|')[0])).to.deep.equal(['public', 'shop', '(2 rows)']);
    const users = await psql('\\du');
    expect(users.slice(2).map((line) => line.split('|').slice(0, 2))).to.deep.equal([
      ['loader', 'Create DB'],
    ]);
    const databases = await psql('\\l');
    expect(databases.map((line) => line.split('|').slice(0, 3))).to.deep.include(['dev', 'loader', 'UTF8']);
    expect(await psql('\\df')).to.include('(0 rows)');
  });

  it('prints the values of a query and the text of an error', async () => {
    expect(await psql("SELECT 1 AS one, NULL AS nothing, TO_VARBYTE('ab', 'hex') AS bytes;")).to.deep.equal([
      'one|nothing|bytes',
      '1||ab',
      '(1 row)',
    ]);
    expect(await psql('\\unset ON_ERROR_STOP\nSELECT * FROM absent;\n\\echo :SQLSTATE')).to.deep.equal([
      '42P01',
    ]);
  });
});
