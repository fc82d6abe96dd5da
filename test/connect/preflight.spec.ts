/**
 * A run whose first load is minutes away tries after three seconds what a load needs. If a load cannot succeed, the run ends with
 * the sentence of `--check`; otherwise it goes on, and nothing of the trial is left.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describeEntry, watchWarehouse, type WatchedWarehouse } from '../support/access.ts';
import { breakable } from '../support/breakable.ts';
import { lines, record, schema, state } from '../support/cli.ts';
import { runHere, startHere, type StartedHere } from '../support/in-process.ts';
import { s3Client, VERBOSITY } from '../support/warehouse.ts';
import { catalog, fileOf, outcomeOf, startDestination } from '../airbyte/support.ts';
import type { Access } from '../../src/local/api.ts';

const UPLOADER = { accessKeyId: 'AKIAUPLOADER', secretAccessKey: 'uploader-secret-key' };
const ROLE = 'arn:aws:iam::000000000000:role/copier';
const USER = 'least';
const PASSWORD = 'Least1234';
const ID = { id: { type: 'integer' } };

type Options = Readonly<Record<string, unknown>>;

/** The least that a load needs, without these actions. */
function accessWithout(...denied: readonly string[]): Access {
  const allow = (Resource: string, ...actions: readonly string[]) => ({
    Effect: 'Allow' as const,
    Resource,
    Action: actions.filter((action) => !denied.includes(action)),
  });
  return {
    identities: [
      {
        ...UPLOADER,
        policy: {
          Statement: [
            allow('arn:aws:s3:::stage/loads/*', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'),
            allow('arn:aws:s3:::stage', 's3:ListBucket', 's3:ListBucketMultipartUploads'),
          ],
        },
      },
    ],
    roles: [
      {
        arn: ROLE,
        attached: !denied.includes('attached'),
        policy: {
          Statement: [
            allow('arn:aws:s3:::stage/loads/*', 'nothing', 's3:GetObject'),
            allow('arn:aws:s3:::stage', 's3:ListBucket'),
          ],
        },
      },
    ],
  };
}

/** Without names that are made up for each run. */
function unnamed(sentence: string): string {
  return sentence
    .replaceAll(/run-[^/]+/g, 'RUN')
    .replaceAll(/("landing"\.)?"_target_redshift_check_\w+"/g, 'TABLE');
}

describe('a run whose first load is minutes away', () => {
  let watched: WatchedWarehouse;
  let admin: pg.Client;
  let dir: string;

  before(async function () {
    this.timeout(60_000);
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-preflight-'));
    watched = await watchWarehouse({
      ...accessWithout(),
      buckets: [{ name: 'stage' }, { name: 'abroad', region: 'eu-west-1' }],
    });
    const { hostname, port, database, user, password, ssl_ca } = watched.config;
    admin = new pg.Client({ host: hostname, port, database, user, password, ssl: { ca: ssl_ca } });
    await admin.connect();
    await admin.query(`CREATE USER ${USER} PASSWORD '${PASSWORD}'`);
    await admin.query('CREATE SCHEMA landing');
  });
  beforeEach(async () => {
    watched.warehouse.setAccess(accessWithout());
    await admin.query(`GRANT USAGE, CREATE ON SCHEMA landing TO ${USER}`);
    await admin.query('GRANT TEMP ON DATABASE dev TO PUBLIC');
  });
  afterEach(async () => {
    await admin.query('DROP SCHEMA landing CASCADE');
    await admin.query('CREATE SCHEMA landing');
  });
  after(async () => {
    await admin.end();
    await watched.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const configFile = (more: Options = {}): string => {
    const { hostname, port, database, ssl_ca, s3_endpoint, s3_force_path_style } = watched.config;
    const path = join(dir, `${Math.random().toString(36).slice(2)}.json`);
    const config = {
      ...{ hostname, port, database, ssl_ca, s3_endpoint, s3_force_path_style },
      ...{ user: USER, password: PASSWORD, target_schema: 'landing', iam_role: ROLE },
      ...{ s3_bucket: 'stage', s3_prefix: 'loads', s3_region: 'us-east-1' },
      aws_access_key_id: UPLOADER.accessKeyId,
      aws_secret_access_key: UPLOADER.secretAccessKey,
      ...VERBOSITY,
      ...more,
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  };
  const env = (): Record<string, string> => ({ AWS_ENDPOINT_URL_STS: watched.config.s3_endpoint });
  const start = (more?: Options, ...args: readonly string[]): StartedHere =>
    startHere(['--config', configFile(more), ...args], env());

  /** The sentence of the step of `--check` that failed. */
  const checked = async (more?: Options): Promise<string> => {
    const { stdout } = await runHere(
      ['--check', '--format', 'json', '--config', configFile(more)],
      '',
      env(),
    );
    const { steps } = JSON.parse(stdout) as { steps: { outcome: string; message: string }[] };
    return steps.find(({ outcome }) => outcome === 'failed')?.message ?? 'nothing failed';
  };

  /** What is left in bucket and database, beside the tables of loads. */
  const left = async (): Promise<unknown[]> => {
    const client = s3Client(watched.config);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'stage' }));
    client.destroy();
    const { rows } = await admin.query<{ relname: string }>(
      "SELECT relname FROM pg_class WHERE relname LIKE '_target_redshift_check%'",
    );
    return [...Contents.map(({ Key }) => Key), ...rows];
  };

  interface Fault {
    readonly what: string;
    readonly config?: Options;
    readonly denied?: readonly string[];
    readonly sql?: string;
    /** Whether it shows before a stream is known. */
    readonly isKnownAtOnce?: false;
  }

  const FAULTS: readonly Fault[] = [
    { what: 'the bucket does not exist', config: { s3_bucket: 'nowhere' } },
    { what: 'the region is wrong', config: { s3_bucket: 'abroad' } },
    { what: 'the secret key is wrong', config: { aws_secret_access_key: 'wrong' } },
    { what: 'the access key is wrong', config: { aws_access_key_id: 'AKIAWRONG' } },
    { what: 'the password is wrong', config: { password: 'Wrong1234' } },
    { what: 'the role is not attached', denied: ['attached'] },
    { what: 'the role may not read', denied: ['s3:GetObject'] },
    { what: 'the program may not upload', denied: ['s3:PutObject'] },
    {
      what: 'the user has no USAGE on the schema',
      sql: `REVOKE USAGE ON SCHEMA landing FROM ${USER}`,
      isKnownAtOnce: false,
    },
    {
      what: 'the user has no CREATE on the schema, and the table is new',
      sql: `REVOKE CREATE ON SCHEMA landing FROM ${USER}`,
      isKnownAtOnce: false,
    },
    {
      what: 'the user has no TEMP, and the stream is upserted',
      sql: 'REVOKE TEMP ON DATABASE dev FROM PUBLIC',
      isKnownAtOnce: false,
    },
  ];

  for (const { what, config, denied = [], sql, isKnownAtOnce = true } of FAULTS) {
    it(`ends within ten seconds with the sentence of --check if ${what}, and leaves nothing`, async () => {
      watched.warehouse.setAccess(accessWithout(...denied));
      if (sql !== undefined) await admin.query(sql);
      const sentence = await checked(config);
      const began = performance.now();
      const run = start(config);
      if (!isKnownAtOnce) await run.write(lines(schema('t', ID, ['id']), record('t', { id: 1 })));
      const { code, stdout, logs } = await run.finished;
      expect([code, stdout]).to.deep.equal([1, '']);
      const said = logs.at(-1)?.message ?? '';
      // The words of the server are left out: it says some only to --check, which uses a privilege instead of asking for it.
      expect(unnamed(said)).to.contain(unnamed(sentence).split(' (')[0]);
      expect(performance.now() - began).to.be.below(10_000);
      expect(await left()).to.deep.equal([]);
    });
  }

  it('ends when the first stream arrives that needs what is missing', async () => {
    await admin.query('REVOKE TEMP ON DATABASE dev FROM PUBLIC');
    const run = start({ log_level: 'debug' });
    await run.seen(/preflight: temp table: failed/);
    await run.write(lines(schema('appended', ID, []), record('appended', { id: 1 })));
    await sleep(200);
    await run.write(lines(schema('upserted', ID, ['id']), record('upserted', { id: 1 })));
    const { code, logs } = await run.finished;
    expect(code).to.equal(1);
    expect(logs.at(-1)?.message).to.match(/^the user "least" is not allowed to create temporary tables/);
  });

  it('goes on without a privilege that its streams do not need', async () => {
    await admin.query(`SET SESSION AUTHORIZATION ${USER}; CREATE TABLE landing.t (id BIGINT)`);
    await admin.query('RESET SESSION AUTHORIZATION');
    await admin.query(`REVOKE CREATE ON SCHEMA landing FROM ${USER}`);
    await admin.query('REVOKE TEMP ON DATABASE dev FROM PUBLIC');
    const run = start({ log_level: 'debug', add_record_metadata: false });
    await run.write(lines(schema('t', ID, []), record('t', { id: 1 }), state({ n: 1 })));
    await run.seen(/preflight: remove: ok/);
    run.end();
    const { code, stdout, stderr } = await run.finished;
    expect([code, stdout], stderr).to.deep.equal([0, '{"n":1}\n']);
    expect((await admin.query('SELECT id FROM landing.t')).rows).to.deep.equal([{ id: '1' }]);
  });

  it('goes on when all is there, with nothing left of the trial', async () => {
    const run = start({ log_level: 'debug' });
    await run.seen(/preflight: remove: ok/);
    expect(await left()).to.deep.equal([]);
    await run.write(lines(schema('t', ID, ['id']), record('t', { id: 1 }), state({ n: 1 })));
    run.end();
    const { code, stdout, stderr } = await run.finished;
    expect([code, stdout], stderr).to.deep.equal([0, '{"n":1}\n']);
    expect(stderr).to.contain('preflight: copy: ok');
    expect(await left()).to.deep.equal([]);
  });

  it('does not create the schema, which the first load does', async () => {
    await admin.query(`GRANT CREATE ON DATABASE dev TO ${USER}`);
    const run = start({ log_level: 'debug', target_schema: 'later' });
    await run.seen(/preflight: remove: ok/);
    const schemas = await admin.query("SELECT 1 FROM pg_namespace WHERE nspname = 'later'");
    expect(schemas.rows).to.deep.equal([]);
    await run.write(lines(schema('t', ID, ['id']), record('t', { id: 1 })));
    run.end();
    const { code, stderr } = await run.finished;
    expect(code, stderr).to.equal(0);
    await admin.query(`DROP SCHEMA later CASCADE; REVOKE CREATE ON DATABASE dev FROM ${USER}`);
  });

  it('goes on in an outage, which may pass', async () => {
    await using proxy = await breakable(watched.config.port);
    proxy.cut();
    const run = start({ port: proxy.port });
    await run.seen(/a load would fail now, the run goes on because that may pass: Cannot connect/);
    proxy.mend();
    await run.write(lines(schema('t', ID, ['id']), record('t', { id: 1 }), state({ n: 1 })));
    run.end();
    const { code, stdout, stderr } = await run.finished;
    expect([code, stdout], stderr).to.deep.equal([0, '{"n":1}\n']);
  });

  it('that is stopped while it tries removes what it uploaded', async () => {
    const run = start({ log_level: 'debug' });
    await run.seen(/preflight: upload: ok/);
    run.signal();
    const { code, stderr } = await run.finished;
    expect(code, stderr).to.equal(0);
    expect(await left()).to.deep.equal([]);
  });

  it('pays nothing if its load begins sooner', async () => {
    watched.takeTrail();
    const { code } = await runHere(
      ['--config', configFile({ log_level: 'debug' })],
      lines(schema('t', ID, ['id']), record('t', { id: 1 })),
      env(),
    );
    expect(code).to.equal(0);
    const requests = watched.takeTrail().map(describeEntry);
    expect(requests.filter((request) => request.includes('/check/'))).to.deep.equal([]);
    // A part, its manifest, and both of them removed; COPY lists and reads them.
    expect(requests.filter((request) => request.includes('s3:PutObject')).length).to.equal(2);
  });

  it('is a sync of Airbyte: its configuration is named as the cause', async () => {
    const config = { s3_bucket: 'nowhere' };
    const sentence = await checked(config);
    const began = performance.now();
    const files = ['--config', configFile(config), '--catalog', fileOf(catalog({ key: ['id'] }))];
    const { code, stdout } = await startDestination(['write', ...files]).finished;
    const { errors } = outcomeOf(code, stdout);
    expect(code).to.equal(1);
    expect(errors.length).to.equal(1);
    expect(errors[0]).to.match(/^config_error: /);
    expect(errors[0]).to.contain(unnamed(sentence));
    expect(performance.now() - began).to.be.below(10_000);
  });
});
