/**
 * Logins that AWS gives out, over the wire: IAM for clusters and Serverless, Secrets Manager, and the roles of STS.
 *
 * moto answers where it can. It makes up the passwords of GetClusterCredentials, and does not know
 * GetClusterCredentialsWithIAM nor Redshift Serverless: there a stand-in answers as the API references of Amazon Redshift and
 * Amazon Redshift Serverless show it, with the password of a user whom the local warehouse knows.
 */
import { writeFileSync } from 'node:fs';
import { CreateClusterCommand, RedshiftClient } from '@aws-sdk/client-redshift';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect } from 'chai';
import pg from 'pg';
import type { ChooseFault } from '../../src/local/api.ts';
import { watchWarehouse, type WatchedWarehouse } from '../support/access.ts';
import { NOBODY } from '../support/aws.ts';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { awsEndpointOrSkip, type AwsEndpoint, type StandIn } from './support/aws-endpoint.ts';
import { newFolder, type Folder } from './support/target.ts';

const USERS = { 'IAM:loader': 'Iam-Loader-1', 'IAMR:role': 'Iam-Role-1', rotated: 'First-Password-1' };
const ROLE = 'arn:aws:iam::123456789012:role/loader';

const INPUT = lines(
  schema('t', { id: { type: 'integer' } }),
  ...[1, 2, 3].flatMap((id) => [record('t', { id }), state({ id })]),
);

describe('logins that AWS gives out', () => {
  let aws: AwsEndpoint;
  let folder: Folder;
  let watched: WatchedWarehouse | undefined;
  let admin: pg.Client;
  let secrets: SecretsManagerClient;
  let fault: ChooseFault = () => undefined;
  let connections = 0;
  let runs = 0;

  before(async function () {
    aws = await awsEndpointOrSkip(this);
    folder = newFolder();
    watched = await watchWarehouse({
      sqlFault: (statement) => {
        // The first statement of every connection.
        if (statement.sql === 'SELECT pg_backend_pid()') connections++;
        return fault(statement);
      },
    });
    const { hostname: host, port, database, user, password, ssl_ca: ca } = watched.config;
    admin = new pg.Client({ host, port, database, user, password, ssl: { ca } });
    await admin.connect();
    for (const [name, secret] of Object.entries(USERS)) {
      await admin.query(`CREATE USER "${name}" PASSWORD '${secret}'`);
      await admin.query(`GRANT CREATE ON DATABASE dev TO "${name}"`);
    }
    const client = {
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIASETUP', secretAccessKey: 'setup' },
    };
    secrets = new SecretsManagerClient(client);
    await new RedshiftClient(client).send(
      new CreateClusterCommand({
        ClusterIdentifier: 'analytics',
        NodeType: 'ra3.large',
        MasterUsername: 'admin',
        MasterUserPassword: 'Admin-Password-1',
      }),
    );
  });
  beforeEach(() => {
    aws.takeAsked();
    connections = 0;
  });
  afterEach(() => {
    fault = () => undefined;
    aws.standIns = {};
  });
  after(async () => {
    if (!watched) return;
    secrets.destroy();
    await admin.end();
    await watched.close();
    await aws.close();
    folder.remove();
  });

  const around = (env: Readonly<Record<string, string>>): Record<string, string> => ({
    ...NOBODY,
    AWS_ENDPOINT_URL_REDSHIFT: aws.url,
    AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS: aws.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    AWS_ENDPOINT_URL_STS: aws.url,
    ...env,
  });

  /** Arguments for a run that has no password but what `options` lead to. */
  function configured(options: object): string[] {
    const path = folder.file(`${++runs}.json`);
    const unsaid = { user: undefined, password: undefined };
    const place = { ...watched?.config, ...unsaid, target_schema: `load_${runs}`, log_level: 'debug' };
    writeFileSync(path, JSON.stringify({ ...place, ...options }));
    return ['--config', path];
  }

  const load = (options: object, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    runCli(configured(options), INPUT, around(env));

  const whoAmI = (options: object, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    runCli(['sql', 'SELECT current_user AS me', '--format', 'json', ...configured(options)], '', around(env));

  /** The one error of a run that fails. */
  const failure = async (options: object, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { code, stdout, stderr, logs } = await whoAmI(options, env);
    const errors = logs.filter(({ level }) => level === 'error');
    expect({ code, stdout, errors: errors.length }, stderr).to.deep.equal({ code: 1, stdout: '', errors: 1 });
    return errors[0]?.message ?? '';
  };

  /** Loads everything although a connection is lost, asks for a login for each connection, and shows no password. */
  async function loadsWith(options: object, operation: string, password: string): Promise<void> {
    let copies = 0;
    fault = ({ verb }) => (verb === 'COPY' && ++copies === 2 ? { kind: 'drop-before' } : undefined);
    const { code, stdout, stderr } = await load({ ...options, batch_size_rows: 1 });
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/\{"id":3\}\n$/);
    const { rows } = await admin.query(`SELECT id::VARCHAR FROM load_${runs}.t ORDER BY id`);
    expect(rows).to.deep.equal([{ id: '1' }, { id: '2' }, { id: '3' }]);
    expect(connections).to.be.greaterThan(1);
    expect(aws.takeAsked().map((asked) => asked.operation)).to.deep.equal(
      Array.from({ length: connections }, () => operation),
    );
    expect(stderr).not.to.contain(password);
  }

  const xml =
    (operation: string, user: keyof typeof USERS): StandIn =>
    () => ({
      type: 'text/xml',
      body: `<${operation}Response xmlns="http://redshift.amazonaws.com/doc/2012-12-01/">
        <${operation}Result>
          <DbUser>${user}</DbUser><DbPassword>${USERS[user]}</DbPassword>
          <Expiration>2100-01-01T00:00:00Z</Expiration>
        </${operation}Result>
        <ResponseMetadata><RequestId>8f9f7f0f-bd8b-11e6-8c4f-1d2b6b5b3d6e</RequestId></ResponseMetadata>
      </${operation}Response>`,
    });

  describe('for a cluster, as a user', () => {
    const as = { cluster_identifier: 'analytics', user: 'loader' };

    it('are requested with the user and the database, used as they come, and requested again once when refused', async () => {
      expect(await failure(as)).to.match(/database "dev", as "IAM:loader": the login was refused/);
      const { aws_access_key_id: accessKeyId } = watched!.config;
      const request = {
        operation: 'GetClusterCredentials',
        accessKeyId,
        parameters: {
          ClusterIdentifier: 'analytics',
          DbName: 'dev',
          DbUser: 'loader',
          DurationSeconds: '900',
          AutoCreate: 'false',
        },
      };
      expect(aws.takeAsked()).to.deep.equal([request, request]);
    });

    it('are asked for with the groups, and with the wish to create the user', async () => {
      const more = { db_groups: ['loaders', 'readers'], auto_create_user: true };
      expect(await failure({ ...as, ...more })).to.match(/as "IAMA:loader": the login was refused/);
      expect(aws.takeAsked()[0]?.parameters).to.deep.equal({
        ClusterIdentifier: 'analytics',
        DbName: 'dev',
        DbUser: 'loader',
        DurationSeconds: '900',
        AutoCreate: 'true',
        'DbGroups.DbGroup.1': 'loaders',
        'DbGroups.DbGroup.2': 'readers',
      });
    });

    it('for one that is not there: one sentence says so', async () => {
      expect(await failure({ ...as, cluster_identifier: 'nope' })).to.equal(
        'Cannot get a login to cluster "nope" as "loader" (redshift:GetClusterCredentials): there is no such cluster in that region; correct cluster_identifier or redshift_region (ClusterNotFoundFault: Cluster nope not found.)',
      );
    });

    it('without a region: one sentence says which setting is missing', async () => {
      expect(await failure(as, { AWS_REGION: '' })).to.equal(
        'Cannot get a login to cluster "analytics" as "loader" (redshift:GetClusterCredentials): the region is unknown; set redshift_region (Error: Region not accepted: region="" is not a valid hostname component.)',
      );
    });

    it('are asked for in the region of AWS_DEFAULT_REGION too, as that of S3', async () => {
      expect(await failure(as, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-1' })).to.match(
        /as "IAM:loader": the login was refused/,
      );
    });

    it('are enough for a whole load', async () => {
      aws.standIns = { GetClusterCredentials: xml('GetClusterCredentials', 'IAM:loader') };
      await loadsWith(as, 'GetClusterCredentials', USERS['IAM:loader']);
    });
  });

  describe('for a cluster, as the IAM identity', () => {
    it('are enough for a whole load', async () => {
      aws.standIns = { GetClusterCredentialsWithIAM: xml('GetClusterCredentialsWithIAM', 'IAMR:role') };
      await loadsWith(
        { cluster_identifier: 'analytics' },
        'GetClusterCredentialsWithIAM',
        USERS['IAMR:role'],
      );
    });

    it('are asked for with the database', async () => {
      aws.standIns = { GetClusterCredentialsWithIAM: xml('GetClusterCredentialsWithIAM', 'IAMR:role') };
      const { stdout } = await whoAmI({ cluster_identifier: 'analytics' });
      expect(JSON.parse(stdout)).to.deep.equal([{ me: 'IAMR:role' }]);
      expect(aws.takeAsked()[0]?.parameters).to.deep.equal({
        ClusterIdentifier: 'analytics',
        DbName: 'dev',
        DurationSeconds: '900',
      });
    });
  });

  describe('for a workgroup of Serverless', () => {
    const GetCredentials: StandIn = () => ({
      type: 'application/x-amz-json-1.1',
      body: JSON.stringify({
        dbUser: 'IAMR:role',
        dbPassword: USERS['IAMR:role'],
        expiration: 4_102_444_800,
        nextRefreshTime: 4_102_444_800,
      }),
    });

    it('are enough for a whole load', async () => {
      aws.standIns = { GetCredentials };
      await loadsWith({ workgroup_name: 'analytics' }, 'GetCredentials', USERS['IAMR:role']);
    });

    it('are asked for with the database', async () => {
      aws.standIns = { GetCredentials };
      const { stdout } = await whoAmI({ workgroup_name: 'analytics' });
      expect(JSON.parse(stdout)).to.deep.equal([{ me: 'IAMR:role' }]);
      expect(aws.takeAsked()[0]?.parameters).to.deep.equal({
        workgroupName: 'analytics',
        dbName: 'dev',
        durationSeconds: 900,
      });
    });
  });

  describe('of Secrets Manager', () => {
    const keep = async (
      Name: string,
      value: { SecretString: string } | { SecretBinary: Buffer },
    ): Promise<string> => (await secrets.send(new CreateSecretCommand({ Name, ...value }))).ARN ?? '';
    const login = (username: string, password: string): { SecretString: string } => ({
      SecretString: JSON.stringify({ engine: 'redshift', username, password }),
    });

    it('are enough for a whole load, by ARN', async () => {
      const { user, password } = watched!.config;
      const arn = await keep('whole', login(user, password));
      aws.takeAsked();
      await loadsWith({ secret_arn: arn }, 'GetSecretValue', password);
    });

    it('are read anew for the next connection after they were rotated, by name', async () => {
      await keep('rotated', login('rotated', USERS.rotated));
      aws.takeAsked();
      let copies = 0;
      let rotation: Promise<unknown> | undefined;
      fault = ({ verb }) => {
        if (verb !== 'COPY' || ++copies !== 2) return undefined;
        rotation = (async () => {
          await admin.query("ALTER USER rotated PASSWORD 'Second-Password-2'");
          await secrets.send(
            new PutSecretValueCommand({ SecretId: 'rotated', ...login('rotated', 'Second-Password-2') }),
          );
        })();
        return { kind: 'drop-before' };
      };
      const { code, stdout, stderr } = await load({ secret_arn: 'rotated', batch_size_rows: 1 });
      await rotation;
      expect(code, stderr).to.equal(0);
      expect(stdout).to.match(/\{"id":3\}\n$/);
      expect(aws.takeAsked().filter(({ operation }) => operation === 'GetSecretValue')).to.have.length(
        connections,
      );
      expect(stderr).not.to.match(/(First|Second)-Password/);
    });

    const UNUSABLE: readonly (readonly [
      string,
      { SecretString: string } | { SecretBinary: Buffer },
      string,
    ])[] = [
      [
        'not-json',
        { SecretString: 'hush-hush' },
        'it is not JSON; it must contain {"username": ..., "password": ...}',
      ],
      [
        'binary',
        { SecretBinary: Buffer.from('hush-hush') },
        'it is not JSON; it must contain {"username": ..., "password": ...}',
      ],
      [
        'no-password',
        { SecretString: '{"username":"hush-hush"}' },
        'it must contain "username" and "password" as strings',
      ],
      [
        'numbers',
        { SecretString: '{"username":"hush-hush","password":12345678}' },
        'it must contain "username" and "password" as strings',
      ],
      ['null', { SecretString: 'null' }, 'it must contain "username" and "password" as strings'],
    ];
    for (const [name, value, sentence] of UNUSABLE) {
      it(`that cannot be used (${name}): one sentence says what is wrong and shows nothing of it`, async () => {
        await keep(name, value);
        expect(await failure({ secret_arn: name })).to.equal(`Cannot use the secret ${name}: ${sentence}`);
      });
    }

    it('that are not there: one sentence says so', async () => {
      expect(await failure({ secret_arn: 'nope' })).to.equal(
        "Cannot read the secret nope (secretsmanager:GetSecretValue): there is no such secret in that region; correct secret_arn or redshift_region (ResourceNotFoundException: Secrets Manager can't find the specified secret.)",
      );
    });
  });

  describe('are asked for as a role', () => {
    const secret = 'by-role';
    before(async () => {
      const { user: username, password } = watched!.config;
      await secrets.send(
        new CreateSecretCommand({ Name: secret, SecretString: JSON.stringify({ username, password }) }),
      );
    });

    it('that is assumed with the external id', async () => {
      const { user, aws_access_key_id } = watched!.config;
      const options = { secret_arn: secret, assume_role_arn: ROLE, assume_role_external_id: 'ours' };
      const { stdout, stderr } = await whoAmI(options);
      expect(stdout, stderr).to.match(/^\[/);
      expect(JSON.parse(stdout)).to.deep.equal([{ me: user }]);
      const [assumed, read] = aws.takeAsked();
      expect(assumed).to.deep.equal({
        operation: 'AssumeRole',
        accessKeyId: aws_access_key_id,
        parameters: {
          RoleArn: ROLE,
          RoleSessionName: 'target-redshift',
          ExternalId: 'ours',
        },
      });
      expect(read?.operation).to.equal('GetSecretValue');
      expect(read?.accessKeyId).to.match(/^ASIA/);
    });

    it('that a web identity has, as in a pod with IRSA', async () => {
      writeFileSync(folder.file('token'), 'token-of-the-pod');
      const withoutKeys = { aws_access_key_id: undefined, aws_secret_access_key: undefined };
      const { stdout, stderr } = await whoAmI(
        { ...withoutKeys, secret_arn: secret },
        {
          AWS_WEB_IDENTITY_TOKEN_FILE: folder.file('token'),
          AWS_ROLE_ARN: ROLE,
          AWS_ROLE_SESSION_NAME: 'pod',
        },
      );
      expect(stdout, stderr).to.match(/^\[/);
      const [assumed, read] = aws.takeAsked();
      expect(assumed).to.deep.equal({
        operation: 'AssumeRoleWithWebIdentity',
        accessKeyId: undefined,
        parameters: { RoleArn: ROLE, RoleSessionName: 'pod', WebIdentityToken: 'token-of-the-pod' },
      });
      expect(read?.operation).to.equal('GetSecretValue');
      expect(read?.accessKeyId).to.match(/^ASIA/);
      expect(stderr).not.to.contain('token-of-the-pod');
    });
  });
});
