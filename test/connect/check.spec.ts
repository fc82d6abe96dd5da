/**
 * The denial matrix: a user, an uploader and a role of COPY with the least that a load needs. Each privilege is taken away
 * alone; --check has to name that one, and what it prints has to give it back.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import type { Access } from '../../src/local/api.ts';
import type { S3PolicyStatement } from '../../src/local/s3/auth/policy.ts';
import { watchWarehouse, type WatchedWarehouse } from '../support/access.ts';
import { lines, record, runCli, schema, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { VERBOSITY } from '../support/warehouse.ts';

const UPLOADER = { accessKeyId: 'AKIAUPLOADER', secretAccessKey: 'uploader-secret-key' };
const UPLOADER_ARN = 'arn:aws:iam::000000000000:user/AKIAUPLOADER';
const ROLE = 'arn:aws:iam::000000000000:role/copier';
const KEY = 'arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const USER = 'least';
const PASSWORD = 'Least1234';
const BUCKET = 'arn:aws:s3:::stage';
const OBJECTS = 'arn:aws:s3:::stage/loads/*';

type Statement = Pick<S3PolicyStatement, 'Effect' | 'Action' | 'Resource'>;

const allow = (resource: string, ...actions: readonly string[]): Statement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resource,
});

const UPLOADER_MAY: readonly Statement[] = [
  allow(OBJECTS, 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:PutObjectAcl'),
  allow(BUCKET, 's3:ListBucket', 's3:ListBucketMultipartUploads'),
  allow(KEY, 'kms:GenerateDataKey', 'kms:Decrypt'),
];
const ROLE_MAY: readonly Statement[] = [
  allow(OBJECTS, 's3:GetObject'),
  allow(BUCKET, 's3:ListBucket'),
  allow(KEY, 'kms:Decrypt'),
];

/** The statements without one action. */
function without(statements: readonly Statement[], action: string): readonly Statement[] {
  return statements
    .map((statement) => ({ ...statement, Action: [statement.Action].flat().filter((one) => one !== action) }))
    .filter(({ Action }) => Action.length > 0);
}

interface World {
  readonly uploader: readonly Statement[];
  readonly role: readonly Statement[];
  readonly isAttached: boolean;
}

const COMPLETE: World = { uploader: UPLOADER_MAY, role: ROLE_MAY, isAttached: true };

function accessOf({ uploader, role, isAttached }: World): Access {
  return {
    identities: [{ ...UPLOADER, policy: { Statement: uploader } }],
    roles: [{ arn: ROLE, attached: isAttached, policy: { Statement: role } }],
  };
}

interface Fix {
  readonly kind: 'sql' | 'policy' | 'commands' | 'setting';
  readonly title: string;
  readonly text: string;
}

interface CheckResult {
  readonly ok: boolean;
  readonly steps: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly message: string;
    readonly fix?: Fix;
  }[];
}

describe('--check, when one privilege is missing', () => {
  let watched: WatchedWarehouse;
  let admin: pg.Client;
  let dir: string;

  before(async function () {
    this.timeout(60_000);
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-check-'));
    watched = await watchWarehouse({
      ...accessOf(COMPLETE),
      buckets: [
        { name: 'stage' },
        { name: 'abroad', region: 'eu-west-1' },
        { name: 'others', owner: '999999999999' },
      ],
      kmsKeys: [KEY],
    });
    const { config } = watched;
    admin = new pg.Client({
      host: config.hostname,
      port: config.port,
      database: config.database,
      user: config.user,
      password: config.password,
      ssl: { ca: config.ssl_ca },
    });
    await admin.connect();
    await admin.query(`CREATE USER ${USER} PASSWORD '${PASSWORD}'`);
    await admin.query('CREATE SCHEMA landing');
    await admin.query(`GRANT USAGE, CREATE ON SCHEMA landing TO ${USER}`);
  });
  beforeEach(() => watched.warehouse.setAccess(accessOf(COMPLETE)));
  after(async () => {
    await admin.end();
    await watched.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const configFile = (more: Readonly<Record<string, unknown>> = {}): string => {
    const { hostname, port, database, ssl_ca, s3_endpoint, s3_force_path_style } = watched.config;
    const path = join(dir, `${Math.random().toString(36).slice(2)}.json`);
    const config = {
      ...{ hostname, port, database, ssl_ca, s3_endpoint, s3_force_path_style },
      user: USER,
      password: PASSWORD,
      target_schema: 'landing',
      s3_bucket: 'stage',
      s3_prefix: 'loads',
      s3_region: 'us-east-1',
      iam_role: ROLE,
      aws_access_key_id: UPLOADER.accessKeyId,
      aws_secret_access_key: UPLOADER.secretAccessKey,
      ...VERBOSITY,
      ...more,
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  };
  const run = (args: readonly string[], way: typeof runHere = runHere): Promise<Finished> =>
    way(args, '', { AWS_ENDPOINT_URL_STS: watched.config.s3_endpoint });
  const check = async (
    more?: Readonly<Record<string, unknown>>,
    way?: typeof runHere,
  ): Promise<CheckResult> => {
    const args = ['--check', '--format', 'json', '--config', configFile(more)];
    const { stdout, stderr } = await run(args, way);
    expect(stdout, stderr).to.match(/^{/);
    return JSON.parse(stdout) as CheckResult;
  };
  const failures = ({ steps }: CheckResult): CheckResult['steps'] =>
    steps.filter(({ outcome }) => outcome === 'failed');

  it('finds nothing when all is there, and leaves nothing behind', async () => {
    const result = await check({}, runCli);
    expect(failures(result)).to.deep.equal([]);
    expect(result.ok).to.equal(true);
    const { rows } = await admin.query(
      "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'landing'",
    );
    expect(rows).to.deep.equal([]);
  });

  it('finds tables of earlier runs whose rows are hidden from the user, and what to grant', async () => {
    await admin.query('CREATE TABLE landing.people (id BIGINT)');
    try {
      await admin.query(
        `COMMENT ON TABLE landing.people IS '{"target-redshift":{"stream":"people","key_properties":["id"]}}'`,
      );
      await admin.query(`ALTER TABLE landing.people OWNER TO ${USER}`);
      await admin.query('ALTER TABLE landing.people ROW LEVEL SECURITY ON');
      expect(
        failures(await check()).map(({ name, message, fix }) => [name, message, fix?.text]),
      ).to.deep.equal([
        [
          'tables',
          `row-level security hides rows of "people" from the user "${USER}": only append-only loads go on`,
          `GRANT IGNORE RLS TO "${USER}";`,
        ],
      ]);
      await admin.query(`GRANT IGNORE RLS TO ${USER}`);
      expect(failures(await check())).to.deep.equal([]);
      await admin.query(`REVOKE IGNORE RLS FROM ${USER}`);
    } finally {
      await admin.query('DROP TABLE landing.people');
    }
  });

  interface Denial {
    readonly what: string;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly take: string | Partial<World>;
    readonly give?: string;
    readonly step: string;
    readonly message: string | RegExp;
    readonly fix: { readonly kind: Fix['kind']; readonly title: string; readonly text: string | RegExp };
  }

  const policyFor = (to: string, action: string, sid: string, resource: string): Denial['fix'] => ({
    kind: 'policy',
    title: `add to the policies of ${to}`,
    text: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: sid,
          Effect: 'Allow',
          Action: [action],
          Resource: [resource],
          ...(action === 's3:ListBucket' ? { Condition: { StringLike: { 's3:prefix': ['loads/*'] } } } : {}),
        },
        // The files of rejected records lie elsewhere.
        ...(/PutObject|AbortMultipart/.test(action)
          ? [
              {
                Sid: 'WriteRejected',
                Effect: 'Allow',
                Action: [action],
                Resource: [`${BUCKET}/loads-rejected/*`],
              },
            ]
          : []),
      ],
    }),
  });
  const uploaderLacks = (
    step: string,
    action: string,
    sid: string,
    resource: string,
    config: Readonly<Record<string, unknown>> = {},
  ): Denial => ({
    what: `the uploader lacks ${action}`,
    config,
    take: { uploader: without(UPLOADER_MAY, action) },
    step,
    message: new RegExp(`^${action} on ${resource.replaceAll('*', '\\*')} is denied to ${UPLOADER_ARN}`),
    fix: policyFor(UPLOADER_ARN, action, sid, resource),
  });
  const roleLacks = (
    action: string,
    sid: string,
    resource: string,
    config: Readonly<Record<string, unknown>> = {},
  ): Denial => ({
    what: `the role of COPY lacks ${action}`,
    config,
    take: { role: without(ROLE_MAY, action) },
    step: 'copy',
    message: `COPY: ${action} on ${resource} is denied to the role ${ROLE}`,
    fix: policyFor(`the role ${ROLE}`, action, sid, resource),
  });
  const KMS = { s3_encryption: 'sse-kms', s3_kms_key_id: KEY };
  const byAdmin = (text: string): Denial['fix'] => ({
    kind: 'sql',
    title: 'run as an administrator of the database',
    text,
  });

  const DENIALS: readonly Denial[] = [
    {
      what: 'the password is another',
      take: `ALTER USER ${USER} PASSWORD 'Other1234'`,
      step: 'connect',
      message:
        /^Cannot connect to Redshift at .*, as "least": the login was refused; check user and password/,
      fix: {
        ...byAdmin(`ALTER USER "${USER}" PASSWORD '<PASSWORD>';`),
        title:
          'correct user and password in the configuration, or run as an administrator of the database (with CREATE instead of ALTER if the user does not exist)',
      },
    },
    {
      what: 'the schema is not there and may not be created',
      config: { target_schema: 'nowhere' },
      take: 'SELECT 1',
      step: 'schema',
      message: /^schema "nowhere" does not exist, and the user "least" is not allowed to create it/,
      fix: byAdmin('CREATE SCHEMA IF NOT EXISTS "nowhere" AUTHORIZATION "least";'),
    },
    ...['USAGE', 'CREATE'].map((right): Denial => ({
      what: `the user lacks ${right} on the schema`,
      take: `REVOKE ${right} ON SCHEMA landing FROM ${USER}`,
      step: 'schema',
      message: `the user "least" has no ${right} on schema "landing"`,
      fix: byAdmin(`GRANT ${right} ON SCHEMA "landing" TO "least";`),
    })),
    {
      what: 'nobody may create temporary tables',
      take: 'REVOKE TEMP ON DATABASE dev FROM PUBLIC',
      step: 'temp table',
      message: /^the user "least" is not allowed to create temporary tables in database "dev"/,
      fix: byAdmin('GRANT TEMPORARY ON DATABASE "dev" TO "least";'),
    },
    {
      what: 'a table of an earlier run belongs to somebody else',
      take: `CREATE TABLE landing.t (id BIGINT); COMMENT ON TABLE landing.t IS '{"target-redshift":{"stream":"t","key_properties":["id"]}}'`,
      step: 'tables',
      message:
        '1 of 1 table of earlier runs belongs to another user, for example "t" to "loader": the user "least" cannot add or widen their columns',
      fix: byAdmin('ALTER TABLE "landing"."t" OWNER TO "least";'),
    },
    {
      what: 'nobody may copy with the role',
      take: 'REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL',
      step: 'copy',
      message: /does not have ASSUMEROLE permission on IAM role/,
      fix: byAdmin(`GRANT ASSUMEROLE ON '${ROLE}' TO "least" FOR COPY;`),
    },
    {
      what: 'the role is not attached to the cluster',
      take: { isAttached: false },
      step: 'copy',
      message: new RegExp(`Not authorized to get credentials of role ${ROLE}`),
      fix: {
        kind: 'commands',
        title: 'run',
        text: [
          '# or correct iam_role. The role must also trust redshift.amazonaws.com: target-redshift setup prints how to create it.',
          '# For a provisioned cluster: COPY can use only a role that is attached to the cluster.',
          `aws redshift modify-cluster-iam-roles --region us-east-1 --cluster-identifier '<CLUSTER>' --add-iam-roles ${ROLE}`,
          '# For Redshift Serverless instead: COPY can use only a role that is attached to the namespace. This replaces its roles: add the ARNs of the existing ones.',
          `aws redshift-serverless update-namespace --region us-east-1 --namespace-name '<NAMESPACE>' --iam-roles ${ROLE}`,
        ].join('\n'),
      },
    },
    uploaderLacks('upload', 's3:PutObject', 'WriteStage', OBJECTS),
    uploaderLacks('multipart', 's3:AbortMultipartUpload', 'WriteStage', OBJECTS),
    uploaderLacks('list', 's3:ListBucket', 'ListStage', BUCKET),
    uploaderLacks('list', 's3:ListBucketMultipartUploads', 'ListUploads', BUCKET),
    uploaderLacks('remove', 's3:DeleteObject', 'WriteStage', OBJECTS),
    uploaderLacks('upload', 's3:PutObjectAcl', 'WriteStage', OBJECTS, {
      s3_acl: 'bucket-owner-full-control',
    }),
    uploaderLacks('upload', 'kms:GenerateDataKey', 'UseKey', KEY, KMS),
    uploaderLacks('multipart', 'kms:Decrypt', 'UseKey', KEY, KMS),
    roleLacks('s3:GetObject', 'ReadStage', OBJECTS),
    roleLacks('s3:ListBucket', 'ListStage', BUCKET),
    roleLacks('kms:Decrypt', 'UseKey', KEY, KMS),
    {
      ...roleLacks('s3:GetObject', 'ReadStage', OBJECTS, KMS),
      what: 'the role of COPY lacks s3:GetObject of encrypted objects',
    },
  ];

  /** Does what the fix says, as an administrator would. */
  async function apply(world: World, { kind, title, text }: Fix): Promise<void> {
    switch (kind) {
      case 'sql':
        await admin.query(text.replaceAll('<PASSWORD>', PASSWORD));
        return;
      case 'policy': {
        const { Statement } = JSON.parse(text) as { Statement: Statement[] };
        const isRole = title.endsWith(ROLE);
        watched.warehouse.setAccess(
          accessOf({
            ...world,
            [isRole ? 'role' : 'uploader']: [...(isRole ? world.role : world.uploader), ...Statement],
          }),
        );
        return;
      }
      case 'commands':
        expect(text).to.contain(`--add-iam-roles ${ROLE}`);
        watched.warehouse.setAccess(accessOf({ ...world, isAttached: true }));
        return;
      case 'setting':
        throw new Error(`a setting gives no privilege: ${text}`);
    }
  }

  for (const { what, config, take, step, message, fix } of DENIALS) {
    it(`${what}: says so, and its fix makes the check pass`, async () => {
      const world = { ...COMPLETE, ...(typeof take === 'string' ? {} : take) };
      if (typeof take === 'string') await admin.query(take);
      else watched.warehouse.setAccess(accessOf(world));
      const failed = failures(await check(config));
      expect(failed.map(({ name }) => name)).to.deep.equal([step]);
      const [found] = failed;
      if (typeof message === 'string') expect(found?.message).to.equal(message);
      else expect(found?.message).to.match(message);
      expect(found?.fix).to.deep.equal(fix);
      if (found?.fix) await apply(world, found.fix);
      expect(failures(await check(config))).to.deep.equal([]);
      const left = await admin.query(
        "SELECT relname FROM pg_class WHERE relname LIKE '_target_redshift_check%'",
      );
      expect(left.rows).to.deep.equal([]);
    }).timeout(60_000);
  }

  const SETTINGS: readonly (readonly [string, Readonly<Record<string, unknown>>, string, RegExp, string])[] =
    [
      [
        'the database',
        { database: 'nope' },
        'connect',
        /the database does not exist/,
        'database: the name of a database of this cluster',
      ],
      [
        'the region',
        { s3_bucket: 'abroad' },
        'bucket',
        /^s3:\/\/abroad is in eu-west-1, but s3_region is us-east-1$/,
        '"s3_region": "eu-west-1"',
      ],
      [
        'the owner of the bucket',
        { s3_bucket: 'others', s3_bucket_owner: '000000000000' },
        'bucket',
        /does not belong to account 000000000000/,
        's3_bucket_owner: the account that owns the bucket, or s3_bucket: your own bucket',
      ],
      [
        'the ACL',
        { s3_acl: 'public-read' },
        'upload',
        /ACL/,
        'remove s3_acl: the owner of the bucket already owns its objects',
      ],
      [
        'the KMS key',
        { s3_encryption: 'sse-kms', s3_kms_key_id: KEY.replace('1234abcd', '99999999') },
        'upload',
        /does not exist/,
        's3_kms_key_id: a key in the region of the bucket',
      ],
    ];
  const anywhere = (statements: readonly Statement[]): Statement[] =>
    statements.map((statement) => ({ ...statement, Resource: '*' }));
  const ANYWHERE = accessOf({ ...COMPLETE, uploader: anywhere(UPLOADER_MAY), role: anywhere(ROLE_MAY) });

  for (const [what, config, step, message, text] of SETTINGS) {
    it(`${what} is wrong: says which setting`, async () => {
      watched.warehouse.setAccess(ANYWHERE);
      const [found] = failures(await check(config));
      expect(found?.name).to.equal(step);
      expect(found?.message).to.match(message);
      expect(found?.fix).to.deep.equal({ kind: 'setting', title: 'change the configuration', text });
    }).timeout(60_000);
  }

  it('creates nothing where forbid_ddl is set, and needs no right to', async () => {
    await admin.query(`REVOKE CREATE ON SCHEMA landing FROM ${USER}`);
    const { ok, steps } = await check({ forbid_ddl: true });
    await admin.query(`GRANT CREATE ON SCHEMA landing TO ${USER}`);
    expect({ ok, steps: steps.map(({ name }) => name) }).to.deep.equal({
      ok: true,
      steps: [
        'connect',
        'schema',
        'temp table',
        'bucket',
        'upload',
        'multipart',
        'list',
        'copy',
        'remove',
        'drop',
      ],
    });
  }).timeout(60_000);

  it('finds the region of the bucket when none is set', async () => {
    watched.warehouse.setAccess(ANYWHERE);
    expect(failures(await check({ s3_bucket: 'abroad', s3_region: undefined }))).to.deep.equal([]);
  }).timeout(60_000);

  it('prints lines with marks for people, with the fix below', async () => {
    watched.warehouse.setAccess(accessOf({ ...COMPLETE, role: without(ROLE_MAY, 's3:GetObject') }));
    const { code, stdout } = await run(['--check', '--config', configFile()]);
    expect(code).to.equal(1);
    expect(
      stdout
        .replace(/\(\d+ ms\)/g, '(0 ms)')
        .split('\n')
        .slice(-9),
    ).to.deep.equal([
      `FAILED copy         COPY: s3:GetObject on ${OBJECTS} is denied to the role ${ROLE} (0 ms)`,
      `       fix: add to the policies of the role ${ROLE}:`,
      `         {"Version":"2012-10-17","Statement":[{"Sid":"ReadStage","Effect":"Allow","Action":["s3:GetObject"],"Resource":["${OBJECTS}"]}]}`,
      '-      read         skipped because "copy" failed',
      '-      delete       skipped because "copy" failed',
      'ok     remove       the 2 objects of this check are removed (0 ms)',
      'ok     drop         nothing is left in Redshift (0 ms)',
      '1 of 14 steps failed: copy',
      '',
    ]);
  });

  it('loads with no more than that: an upsert, an evolution, and no request that was denied', async () => {
    watched.takeTrail();
    const input = lines(
      schema('people', { id: { type: 'integer' } }, ['id']),
      record('people', { id: 1 }),
      schema('people', { id: { type: 'integer' }, name: { type: 'string' } }, ['id']),
      record('people', { id: 1, name: 'Ann' }),
    );
    const { code, stderr } = await runHere(['--config', configFile()], input);
    expect(code, stderr).to.equal(0);
    const trail = watched.takeTrail();
    expect(trail.filter(({ allowed }) => !allowed)).to.deep.equal([]);
    const used = new Set(
      trail.map(({ caller, action }) => `${caller === ROLE ? 'role' : 'uploader'} ${action}`),
    );
    expect([...used].sort()).to.deep.equal([
      'role s3:GetObject',
      'role s3:ListBucket',
      'uploader s3:DeleteObject',
      'uploader s3:ListBucket',
      'uploader s3:ListBucketMultipartUploads',
      'uploader s3:PutObject',
    ]);
  });
});
