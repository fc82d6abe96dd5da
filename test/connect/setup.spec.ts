/** `setup` as a process: what it prints is run on a warehouse, and is then all that a loader has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import pg from 'pg';
import type { LocalWarehouse, WarehouseConfig } from '../../src/local/api.ts';
import type { Policy } from '../../src/setup/policies.ts';
import { watchWarehouse, type WatchedWarehouse } from '../support/access.ts';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { s3Client } from '../support/warehouse.ts';

const PASSWORD = 'Loader-Passw0rd';
const ROLE = 'arn:aws:iam::000000000000:role/setup-copy';
const KEYS = { aws_access_key_id: 'AKIASETUP', aws_secret_access_key: 'setup-secret' };

interface Parts {
  readonly sql: readonly string[];
  readonly policies: {
    readonly uploader: Policy;
    readonly copy_roles: readonly { readonly arn: string; readonly policy: Policy }[];
  };
  readonly commands: readonly string[];
}

describe('setup', () => {
  it('prints everything with placeholders when nothing is configured', async () => {
    const { code, stdout, stderr } = await runCli(['setup']);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout)
      .to.contain(`CREATE USER "<USER>" PASSWORD '<PASSWORD>';`)
      .and.to.contain('arn:aws:s3:::<BUCKET>/target-redshift/*');
  });

  const LOGINS: readonly (readonly [login: object, action: string, resource: string, user: string])[] = [
    [
      { cluster_identifier: 'analytics', user: 'loader' },
      'redshift:GetClusterCredentials',
      'arn:aws:redshift:eu-west-1:123456789012:dbuser:analytics/loader',
      'CREATE USER "loader" PASSWORD DISABLE',
    ],
    [
      { cluster_identifier: 'analytics' },
      'redshift:GetClusterCredentialsWithIAM',
      'arn:aws:redshift:eu-west-1:123456789012:dbname:analytics/dev',
      'CREATE USER "IAMR:<IAM_ROLE>" PASSWORD DISABLE',
    ],
    [
      { workgroup_name: 'analytics' },
      'redshift-serverless:GetCredentials',
      'arn:aws:redshift-serverless:eu-west-1:123456789012:workgroup/<WORKGROUP_ID>',
      'CREATE USER "IAMR:<IAM_ROLE>" PASSWORD DISABLE',
    ],
    [
      { secret_arn: 'redshift-loader' },
      'secretsmanager:GetSecretValue',
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:redshift-loader-??????',
      `CREATE USER "<USER>" PASSWORD '<PASSWORD>'`,
    ],
  ];
  for (const [login, action, resource, user] of LOGINS) {
    it(`prints what a login with ${Object.keys(login).join(' and ')} needs`, async () => {
      const dir = mkdtempSync(join(tmpdir(), 'target-redshift-setup-'));
      const path = join(dir, 'config.json');
      const place = {
        hostname: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
        database: 'dev',
        s3_bucket: 'stage',
        iam_role: 'arn:aws:iam::123456789012:role/copy',
      };
      writeFileSync(path, JSON.stringify({ ...place, ...login }));
      const { code, stdout, stderr } = await runHere(['setup', '--config', path, '--format', 'json']);
      rmSync(dir, { recursive: true });
      expect(code, stderr).to.equal(0);
      const { sql, policies } = JSON.parse(stdout) as Parts;
      const statement = policies.uploader.Statement.find(({ Action }) => Action.includes(action));
      expect(statement?.Resource).to.include(resource);
      expect(sql.map((one) => one.replace(/;$/, ''))).to.include(user);
    });
  }

  it('refuses what is configured and wrong', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'target-redshift-setup-'));
    const path = join(dir, 'config.json');
    writeFileSync(path, JSON.stringify({ port: 'none' }));
    const { code, stdout, logs } = await runHere(['setup', '--config', path]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(logs.map(({ message }) => message)).to.deep.equal([
      'Cannot use the configuration: "port" must be a whole number from 1 to 65535',
    ]);
    rmSync(dir, { recursive: true });
  });

  it('--interactive asks on a terminal only', async () => {
    const { code, stdout, stderr } = await runHere(['setup', '--interactive', '--config', '/none/x.json']);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.contain('setup --interactive asks questions and needs a terminal');
  });
});

describe('a loader with nothing but what setup prints', function () {
  this.timeout(120_000);
  let dir: string;
  let watched: WatchedWarehouse;
  let warehouse: LocalWarehouse;
  let allowed: readonly string[];
  let path: string;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-setup-'));
    path = join(dir, 'config.json');
    // The policies do not depend on where the warehouse is: they are needed to start it.
    const bucket = { s3_bucket: 'local-bucket', s3_region: 'us-east-1' };
    writeFileSync(path, JSON.stringify({ ...bucket, s3_prefix: 'stage', iam_role: ROLE }));
    const { policies } = await parts();
    const actionsOf = (who: string, policy: Policy): string[] =>
      policy.Statement.flatMap(({ Action }) => Action.map((action) => `${who} ${action}`));
    allowed = [
      ...actionsOf(KEYS.aws_access_key_id, policies.uploader),
      ...policies.copy_roles.flatMap(({ arn, policy }) => actionsOf(arn, policy)),
    ];
    watched = await watchWarehouse({
      identities: [
        {
          accessKeyId: KEYS.aws_access_key_id,
          secretAccessKey: KEYS.aws_secret_access_key,
          policy: s3Only(policies.uploader),
        },
      ],
      roles: policies.copy_roles.map(({ arn, policy }) => ({ arn, policy: s3Only(policy) })),
    });
    warehouse = watched.warehouse;
    const config = {
      ...warehouse.config,
      ...KEYS,
      user: 'Setup "loader"',
      password: PASSWORD,
      target_schema: 'setup_raw',
      schema_mapping: { crm: 'setup_{schema}' },
      s3_prefix: 'stage',
      iam_role: ROLE,
      validate_records: true,
      on_invalid: 'quarantine',
      log_level: 'debug',
    };
    writeFileSync(path, JSON.stringify(config));
    await asAdmin(warehouse.config, async (client) => {
      // So that nothing comes from PUBLIC.
      await client.query('REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL');
      await client.query(`REVOKE TEMP ON DATABASE ${warehouse.config.database} FROM PUBLIC`);
    });
  });
  after(async () => {
    await watched.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function parts(): Promise<Parts> {
    const { code, stdout, stderr } = await runHere(['setup', '--config', path, '--format', 'json']);
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as Parts;
  }
  const load = (...messages: readonly unknown[]): Promise<Finished> =>
    runHere(['--config', path], lines(...messages, state({ done: true })));
  const rows = async (query: string): Promise<unknown> => {
    const { code, stdout, stderr } = await runHere(['sql', query, '--config', path, '--format', 'json']);
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout);
  };

  it('cannot be made with the placeholder for a password', async () => {
    const { stdout } = await runHere(['setup', '--config', path, '--format', 'sql']);
    await asAdmin(warehouse.config, async (client) => {
      const failure: unknown = await client.query(stdout).catch((error: unknown) => error);
      expect(failure)
        .to.be.an('error')
        .with.property('message')
        .that.matches(/^Password must/);
    });
  });

  it('is made by the statements as they are printed', async () => {
    const { stdout } = await runHere(['setup', '--config', path, '--format', 'sql']);
    expect(stdout).not.to.contain(PASSWORD);
    await asAdmin(warehouse.config, (client) => client.query(stdout.replace('<PASSWORD>', PASSWORD)));
  });

  it('passes every step of --check', async () => {
    const { code, stdout } = await runHere(['--check', '--config', path]);
    expect(code, stdout).to.equal(0);
  });

  it('loads, upserts, changes tables, sets records aside and removes what it staged', async () => {
    const id = { type: 'integer' };
    const first = await load(
      schema('t', { id, a: { type: 'string', maxLength: 2 } }, ['id']),
      record('t', { id: 1, a: 'x' }),
      record('t', { id: 2, a: 'y' }),
      record('t', { id: 'no', a: 'z' }),
      schema('crm-users', { id }, ['id']),
      record('crm-users', { id: 7 }),
    );
    expect(first.code, first.stderr).to.equal(0);
    const second = await load(
      schema('t', { id, a: { type: 'string', maxLength: 300 }, b: { type: 'number' } }, ['id']),
      record('t', { id: 2, a: 'y'.repeat(300), b: 1.5 }),
      record('t', { id: 3, a: 'z', b: 2 }),
    );
    expect(second.code, second.stderr).to.equal(0);
    expect(await rows('SELECT id, LEN(a) AS size, b FROM setup_raw.t ORDER BY id')).to.deep.equal([
      { id: 1, size: 1, b: null },
      { id: 2, size: 300, b: 1.5 },
      { id: 3, size: 1, b: 2 },
    ]);
    expect(await rows('SELECT id FROM setup_crm.users')).to.deep.equal([{ id: 7 }]);
    expect(await rows('SELECT COUNT(*) AS n FROM setup_raw._target_redshift_loads')).to.deep.equal([
      { n: 3 },
    ]);
    const told = [...first.logs, ...second.logs].map(({ message }) => message);
    expect(told.filter((message) => /cannot|denied/i.test(message))).to.deep.equal([]);
    const keys = await keysOf(warehouse.config);
    expect(keys.map((key) => key.split('/')[0])).to.deep.equal(['stage-rejected']);
  });

  it('has used every action that the policies allow, and needed no other', () => {
    const trail = watched.takeTrail();
    // --check looks at the whole bucket: the policy allows its prefix only, and the refusal says the region all the same.
    expect(trail.filter((entry) => !entry.allowed).map(({ action }) => action)).to.deep.equal([
      's3:ListBucket',
    ]);
    const used = new Set(trail.map(({ caller, action }) => `${caller} ${action}`));
    expect([...used].sort()).to.deep.equal([...new Set(allowed)].sort());
  });

  it('can do nothing else', async () => {
    const other = join(dir, 'other.json');
    writeFileSync(other, JSON.stringify({ target_schema: 'setup_other' }));
    const schemaDenied = await runHere(
      ['--config', path, '--config', other],
      lines(schema('t', { a: {} }), record('t', { a: 1 })),
    );
    expect(schemaDenied.code).to.equal(1);
    expect(schemaDenied.logs.at(-1)?.message).to.match(/permission denied for database/);
    writeFileSync(other, JSON.stringify({ s3_prefix: 'elsewhere' }));
    const prefixDenied = await runHere(
      ['--config', path, '--config', other],
      lines(schema('t', { id: { type: 'integer' } }, ['id']), record('t', { id: 1 })),
    );
    expect(prefixDenied.code).to.equal(1);
    expect(prefixDenied.logs.at(-1)?.message).to.match(/AccessDenied/);
  });
});

/** The local S3 knows no other services. */
function s3Only({ Statement, ...policy }: Policy): { Statement: typeof Statement } {
  return {
    ...policy,
    Statement: Statement.filter(({ Action }) => Action.every((one) => one.startsWith('s3:'))),
  };
}

async function keysOf(config: WarehouseConfig): Promise<string[]> {
  const client = s3Client(config);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: config.s3_bucket }));
  client.destroy();
  return Contents.map(({ Key }) => Key ?? '');
}

async function asAdmin(
  config: WarehouseConfig,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const { hostname: host, port, database, user, password, ssl_ca: ca } = config;
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca } });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
