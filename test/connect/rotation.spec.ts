/** Credentials that are replaced while a run goes on: they are read again where they were read from. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { watchWarehouse, type WatchedWarehouse } from '../support/access.ts';
import { NOBODY } from '../support/aws.ts';
import { lines, record, schema, state } from '../support/cli.ts';
import { startHere, type StartedHere } from '../support/in-process.ts';

const OLD = {
  accessKeyId: 'ASIAOLDOLDOLD',
  secretAccessKey: 'old-secret-key',
  sessionToken: 'old-session-token',
};
const NEW = {
  accessKeyId: 'ASIANEWNEWNEW',
  secretAccessKey: 'new-secret-key',
  sessionToken: 'new-session-token',
};
const LONG_AGO = '2020-01-01T00:00:00Z';

const FIRST = lines(
  schema('t', { id: { type: 'integer' } }, ['id']),
  record('t', { id: 1 }),
  state({ n: 1 }),
);
const SECOND = lines(record('t', { id: 2 }), state({ n: 2 }));

const profile = ({ accessKeyId, secretAccessKey, sessionToken }: typeof OLD): string =>
  `[default]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token=${sessionToken}\n`;

describe('credentials that are replaced during a run', () => {
  let watched: WatchedWarehouse;
  let admin: pg.Client;
  let dir: string;
  let runs = 0;

  before(async function () {
    this.timeout(60_000);
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-rotation-'));
    watched = await watchWarehouse();
    const { hostname: host, port, database, user, password, ssl_ca: ca } = watched.config;
    admin = new pg.Client({ host, port, database, user, password, ssl: { ca } });
    await admin.connect();
  });
  after(async () => {
    await admin.end();
    await watched.close();
    rmSync(dir, { recursive: true, force: true });
  });

  function start(options: object, env: Readonly<Record<string, string>> = {}): StartedHere {
    const path = join(dir, `${++runs}.json`);
    const place = { ...watched.config, target_schema: `load_${runs}`, batch_max_age_seconds: 1, ...options };
    writeFileSync(path, JSON.stringify(place));
    return startHere(['--config', path], { ...NOBODY, HOME: dir, ...env });
  }

  const ids = async (): Promise<unknown[]> =>
    (await admin.query<{ id: unknown }>(`SELECT id FROM load_${runs}.t ORDER BY id`)).rows.map(({ id }) =>
      String(id),
    );

  for (const copy of ['role', 'keys'] as const) {
    it(`in the credentials file of AWS are read again when the old ones have expired (COPY by ${copy})`, async () => {
      const file = join(dir, `credentials-${copy}`);
      writeFileSync(file, profile(OLD));
      watched.warehouse.setAccess({ identities: [OLD] });
      const unset = { aws_access_key_id: undefined, aws_secret_access_key: undefined };
      const options = { ...unset, ...(copy === 'role' ? {} : { iam_role: undefined }) };
      const run = start(options, { AWS_SHARED_CREDENTIALS_FILE: file });
      await run.write(FIRST);
      await run.seen(/\{"n":1\}\n/);
      writeFileSync(file, profile(NEW));
      watched.warehouse.setAccess({ identities: [{ ...OLD, expires: LONG_AGO }, NEW] });
      await run.write(SECOND);
      run.end();
      const { code, stdout, stderr } = await run.finished;
      watched.warehouse.setAccess({});
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n{"n":2}\n' });
      expect(await ids()).to.deep.equal(['1', '2']);
      expect(stderr).not.to.contain(NEW.secretAccessKey);
    });
  }

  it('in password_file are read again for the next connection', async () => {
    await admin.query(`CREATE USER rotated PASSWORD 'FirstPassword1' CREATEUSER`);
    const file = join(dir, 'password');
    writeFileSync(file, 'FirstPassword1\n');
    const run = start({ user: 'rotated', password: undefined, password_file: file });
    await run.write(FIRST);
    await run.seen(/\{"n":1\}\n/);
    await admin.query(`ALTER USER rotated PASSWORD 'SecondPassword2'`);
    writeFileSync(file, 'SecondPassword2\n');
    const others = await admin.query<{ procpid: number }>(
      `SELECT procpid FROM pg_stat_activity WHERE usename = 'rotated'`,
    );
    expect(others.rows.length).to.be.above(0);
    for (const { procpid } of others.rows) await admin.query(`SELECT pg_terminate_backend(${procpid})`);
    await run.write(SECOND);
    run.end();
    const { code, stdout, stderr } = await run.finished;
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n{"n":2}\n' });
    expect(await ids()).to.deep.equal(['1', '2']);
    expect(stderr).not.to.contain('SecondPassword2');
  });
});
