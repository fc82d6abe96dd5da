/**
 * Logins for Redshift from AWS: temporary ones from IAM, for provisioned clusters and for Serverless, and those in Secrets
 * Manager. They are requested again for each connection, because temporary ones expire after 15 minutes and secrets are rotated.
 */
import type { AwsKeySource } from './identity.ts';
import { awsError } from './errors.ts';
import type { Requests, RequestSettings } from './requests.ts';
import { LoadError } from '../errors.ts';

/** The user and password of a connection. */
interface Login {
  readonly user: string;
  readonly password: string;
}

export type LoginSource = () => Promise<Login>;

export interface AwsAccess {
  readonly credentials: AwsKeySource;
  readonly region: string | undefined;
  readonly requests: Requests;
}

/** Long enough to connect; an open session stays valid afterwards. The minimum that the APIs accept. */
const SECONDS = 900;

export interface ClusterLogin {
  readonly cluster: string;
  readonly database: string;
  /** Undefined: the IAM identity. */
  readonly user: string | undefined;
  readonly groups: readonly string[];
  readonly create: boolean;
}

/** Source: Amazon Redshift API, GetClusterCredentials and GetClusterCredentialsWithIAM. The answer has the user with a prefix. */
export function clusterLogin(access: AwsAccess, settings: ClusterLogin): LoginSource {
  const { cluster, database, user, groups, create } = settings;
  return async () => {
    const { RedshiftClient, GetClusterCredentialsCommand, GetClusterCredentialsWithIAMCommand } =
      await import('./clients/redshift.ts');
    const client = new RedshiftClient(clientOptions(access));
    const common = { ClusterIdentifier: cluster, DbName: database, DurationSeconds: SECONDS };
    const [action, as] =
      user === undefined
        ? ['GetClusterCredentialsWithIAM', 'the IAM identity']
        : ['GetClusterCredentials', `"${user}"`];
    return ask(`get a login to cluster "${cluster}" as ${as} (redshift:${action})`, client, async () => {
      const answer =
        user === undefined
          ? await client.send(new GetClusterCredentialsWithIAMCommand(common))
          : await client.send(
              new GetClusterCredentialsCommand({
                ...common,
                DbUser: user,
                AutoCreate: create,
                ...(groups.length > 0 ? { DbGroups: [...groups] } : {}),
              }),
            );
      return [answer.DbUser, answer.DbPassword];
    });
  };
}

/** Source: Amazon Redshift Serverless API, GetCredentials. */
export function workgroupLogin(access: AwsAccess, workgroup: string, database: string): LoginSource {
  return async () => {
    const { RedshiftServerlessClient, GetCredentialsCommand } =
      await import('./clients/redshift-serverless.ts');
    const client = new RedshiftServerlessClient(clientOptions(access));
    return ask(
      `get a login to workgroup "${workgroup}" (redshift-serverless:GetCredentials)`,
      client,
      async () => {
        const answer = await client.send(
          new GetCredentialsCommand({
            workgroupName: workgroup,
            dbName: database,
            durationSeconds: SECONDS,
          }),
        );
        return [answer.dbUser, answer.dbPassword];
      },
      {
        ResourceNotFoundException:
          'there is no such workgroup in that region; correct workgroup_name or redshift_region',
      },
    );
  };
}

/** Source: AWS Secrets Manager, "JSON structure of AWS Secrets Manager database credential secrets". */
export function secretLogin(access: AwsAccess, id: string): LoginSource {
  return async () => {
    const { SecretsManagerClient, GetSecretValueCommand } = await import('./clients/secrets-manager.ts');
    const client = new SecretsManagerClient(clientOptions(access));
    return ask(
      `read the secret ${id} (secretsmanager:GetSecretValue)`,
      client,
      async () => {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
        return loginIn(id, SecretString);
      },
      {
        ResourceNotFoundException:
          'there is no such secret in that region; correct secret_arn or redshift_region',
      },
    );
  };
}

function clientOptions({ credentials, region, requests }: AwsAccess): {
  credentials: AwsKeySource;
  region?: string;
  maxAttempts: number;
  requestHandler: RequestSettings;
} {
  return {
    credentials,
    ...(region === undefined ? {} : { region }),
    maxAttempts: 3,
    requestHandler: requests(),
  };
}

async function ask(
  what: string,
  client: { destroy(): void },
  work: () => Promise<readonly (string | undefined)[]>,
  advice: Readonly<Record<string, string>> = {},
): Promise<Login> {
  try {
    const [user, password] = await work();
    if (!user || !password) throw new Error('the answer contains no user or no password');
    return { user, password };
  } catch (error) {
    throw awsError(what, error, advice);
  } finally {
    client.destroy();
  }
}

/** Never shows the content of the secret. */
function loginIn(id: string, text: string | undefined): readonly string[] {
  let held: unknown;
  try {
    held = JSON.parse(text ?? '');
  } catch {
    throw new LoadError(
      `Cannot use the secret ${id}: it is not JSON; it must contain {"username": ..., "password": ...}`,
    );
  }
  const { username, user, password } = Object(held) as Record<string, unknown>;
  const name = username ?? user;
  if (typeof name !== 'string' || name === '' || typeof password !== 'string' || password === '')
    throw new LoadError(`Cannot use the secret ${id}: it must contain "username" and "password" as strings`);
  return [name, password];
}

/** `analytics.abc123.eu-west-1.redshift.amazonaws.com`, `wg.123456789012.eu-west-1.redshift-serverless.amazonaws.com`. */
export function regionOfHost(hostname: string): string | undefined {
  return /\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.redshift(?:-serverless)?\.amazonaws\.(?:com(?:\.cn)?|eu)$/.exec(
    hostname,
  )?.[1];
}

/** `arn:aws:secretsmanager:eu-west-1:...`. */
export function regionOfArn(arn: string): string | undefined {
  return /^arn:[a-z-]+:[a-z0-9-]+:([a-z0-9-]+):/.exec(arn)?.[1];
}
