/** Builds the adapters to the outside from a checked configuration: Redshift, S3, and AWS for logins and keys. */
import type { AwsIdentity, AwsKeys } from './aws/identity.ts';
import { requestsOf, type Requests, type RequestSettings } from './aws/requests.ts';
import { regionOfArn, regionOfHost, type LoginSource } from './aws/logins.ts';
import { copyKind, loginKind } from './config/contradictions.ts';
import { HostKeys } from './config/host-keys.ts';
import type { Config } from './config/options.ts';
import { readSecretFile } from './config/sources.ts';
import type { Logger, Secrets } from './log.ts';
import type { Bucket, ObjectReader, Warehouse } from './ports.ts';
import type { CopyAccess } from './warehouse/statements.ts';
import type { Tunnel } from './warehouse/tunnel.ts';

/** How long a request to S3 may take, which may upload 5 MiB. */
const STORE_REQUEST_MS = 120_000;

/** What connections need from the program. */
export interface ConnectionContext {
  readonly log: Logger;
  readonly secrets: Secrets;
  readonly env: NodeJS.Dict<string>;
  /** Files and folders with secrets of this program. */
  readonly ownFiles: readonly string[];
  /** The file of the password, which is read again for each connection. */
  readonly passwordFile?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The connections of one run. The clients of AWS, Redshift and SSH are loaded only when they are needed, which many commands
 * never do.
 */
export class Connections {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #secrets: Secrets;
  readonly #env: NodeJS.Dict<string>;
  readonly #now: () => number;
  readonly #passwordFile: string | undefined;
  #identity: Promise<AwsIdentity> | undefined;
  #requests: Promise<Requests> | undefined;

  /** `env` has the variables that the AWS SDK reads too: regions and endpoints. */
  constructor(config: Config, { log, secrets, env, now, passwordFile }: ConnectionContext) {
    this.#config = config;
    this.#log = log;
    this.#secrets = secrets;
    this.#env = env;
    this.#now = now;
    this.#passwordFile = passwordFile;
  }

  /** An empty variable counts as not set. */
  get #saidRegion(): string | undefined {
    return this.#env['AWS_REGION'] || this.#env['AWS_DEFAULT_REGION'] || undefined;
  }

  /** The region of requests that have no other one. */
  get #homeRegion(): string {
    const { redshift_region, hostname } = this.#config;
    return this.#saidRegion ?? redshift_region ?? regionOfHost(hostname) ?? 'us-east-1';
  }

  async openWarehouse(): Promise<Warehouse> {
    const config = this.#config;
    const { connectRedshift } = await import('./warehouse/redshift.ts');
    return connectRedshift({
      hostname: config.hostname,
      port: config.port,
      database: config.database,
      login: await this.#login(),
      sslmode: config.sslmode,
      sslCa: config.ssl_ca,
      queryGroup: config.query_group,
      tunnel: await this.#tunnel(),
      connectTimeoutMs: config.connect_timeout_seconds * 1000,
      statementTimeoutMs: config.statement_timeout_seconds * 1000,
      heartbeatMs: config.heartbeat_seconds * 1000,
      onHeartbeat: (statement, runningMs, purpose) => {
        const seconds = Math.round(runningMs / 1000);
        const what = purpose === undefined ? '' : ` for ${purpose}`;
        this.#log.info(
          { seconds },
          `still running after ${seconds} s${what}: ${statement.safe.slice(0, 100)}`,
        );
      },
    });
  }

  /** In the region of the bucket, unless another one is given. */
  async openStore(signal: AbortSignal, region = this.#config.s3_region): Promise<Bucket> {
    const config = this.#config;
    const { connectS3, findRegion } = await import('./staging/s3.ts');
    const settings = {
      bucket: config.s3_bucket,
      endpoint: config.s3_endpoint,
      forcePathStyle: config.s3_force_path_style,
      credentials: await this.#storeCredentials(),
      requests: await this.#storeRequests(),
      encryption: config.s3_encryption,
      kmsKeyId: config.s3_kms_key_id,
      owner: config.s3_bucket_owner,
      acl: config.s3_acl,
      signal,
    };
    return connectS3({
      ...settings,
      region: region ?? (await findRegion(settings, this.#homeRegion)),
    });
  }

  /** Reads objects of any bucket, and connects when the first one is read. */
  openReader(signal: AbortSignal): ObjectReader {
    // Reading follows redirects to other regions by itself.
    const openStore = (): Promise<Bucket> =>
      this.openStore(signal, this.#config.s3_region ?? this.#homeRegion);
    return {
      async *read(url, end) {
        const store = await openStore();
        try {
          yield* store.read(url, end);
        } finally {
          store.close();
        }
      },
      open: async (url, end) => {
        const store = await openStore();
        const file = await store.open(url, end).catch((error: unknown) => {
          store.close();
          throw error;
        });
        return {
          size: file.size,
          read: (start, to) => file.read(start, to),
          close: async () => {
            await file.close();
            store.close();
          },
        };
      },
    };
  }

  /** The access of COPY to the bucket. It is requested for each attempt, because keys may have expired since the last one. */
  async copyAccess(): Promise<CopyAccess> {
    const config = this.#config;
    const kind = copyKind(config);
    if (kind === 'role') return { kind: 'role', role: config.iam_role ?? 'default' };
    return { kind: 'keys', ...(await this.#copyKeys(kind)) };
  }

  /** Requests AWS credentials again. Never rejects: what uses them next tells the reason. */
  async renewKeys(): Promise<void> {
    // Keys that are written in the configuration stay as they are.
    await this.#identity?.then((identity) => identity.renew()).catch(() => undefined);
  }

  /** The AWS identity in words: its ARN if STS reports it, otherwise its access key. */
  async identity(): Promise<string> {
    const identity = await this.#awsIdentity();
    const arn =
      this.#config.s3_endpoint === undefined || hasOwnSts(this.#env) ? await identity.arn() : undefined;
    if (arn !== undefined) return arn;
    const { accessKeyId } = await identity.credentials();
    return `the identity with the access key ${accessKeyId}`;
  }

  close(): void {
    void this.#identity?.then((identity) => identity.close());
  }

  async #copyKeys(kind: 'keys' | 'temporary'): Promise<AwsKeys> {
    const fixed = fixedKeys(this.#config);
    if (kind === 'keys' && fixed && this.#config.assume_role_arn === undefined) return fixed;
    const identity = await this.#awsIdentity();
    const seconds = this.#config.statement_timeout_seconds;
    return kind === 'keys' ? identity.copyKeys(seconds) : identity.temporaryKeys(seconds);
  }

  async #storeCredentials(): Promise<AwsKeys | AwsIdentity['credentials']> {
    const fixed = fixedKeys(this.#config);
    if (fixed && this.#config.assume_role_arn === undefined) return fixed;
    return (await this.#awsIdentity()).credentials;
  }

  async #storeRequests(): Promise<() => RequestSettings> {
    const requests = await this.#awsRequests();
    return () => requests(STORE_REQUEST_MS);
  }

  #awsRequests(): Promise<Requests> {
    this.#requests ??= requestsOf(this.#env, (text) => this.#secrets.keep(text));
    return this.#requests;
  }

  #awsIdentity(): Promise<AwsIdentity> {
    this.#identity ??= this.#findIdentity();
    return this.#identity;
  }

  async #findIdentity(): Promise<AwsIdentity> {
    const { AwsIdentity } = await import('./aws/identity.ts');
    const { aws_profile, assume_role_arn, assume_role_external_id, s3_region } = this.#config;
    return new AwsIdentity({
      keys: fixedKeys(this.#config),
      profile: aws_profile,
      assumeRole:
        assume_role_arn === undefined
          ? undefined
          : { arn: assume_role_arn, externalId: assume_role_external_id },
      requests: await this.#awsRequests(),
      region: s3_region ?? this.#homeRegion,
      now: this.#now,
      onSecret: (text) => this.#secrets.keep(text),
    });
  }

  async #login(): Promise<LoginSource> {
    const config = this.#config;
    const kind = loginKind(config);
    if (kind === 'password') {
      return this.#known(() => {
        const now = this.#passwordFile === undefined ? undefined : readSecretFile(this.#passwordFile);
        return Promise.resolve({ user: config.user ?? '', password: now ?? config.password ?? '' });
      });
    }
    return this.#known(await this.#awsLogin(kind));
  }

  /** Keeps the passwords of a source out of all output. */
  #known(source: LoginSource): LoginSource {
    return async () => {
      const login = await source();
      this.#secrets.keep(login.password);
      return login;
    };
  }

  async #awsLogin(kind: 'secret' | 'cluster' | 'cluster-user' | 'workgroup'): Promise<LoginSource> {
    const { clusterLogin, secretLogin, workgroupLogin } = await import('./aws/logins.ts');
    const { hostname, database, redshift_region, secret_arn = '', workgroup_name = '' } = this.#config;
    const { credentials } = await this.#awsIdentity();
    const requests = await this.#awsRequests();
    const region = redshift_region ?? regionOfHost(hostname) ?? this.#saidRegion;
    switch (kind) {
      case 'secret':
        return secretLogin({ credentials, requests, region: regionOfArn(secret_arn) ?? region }, secret_arn);
      case 'workgroup':
        return workgroupLogin({ credentials, requests, region }, workgroup_name, database);
      default:
        return clusterLogin(
          { credentials, requests, region },
          {
            cluster: this.#config.cluster_identifier ?? '',
            database,
            user: this.#config.user,
            groups: this.#config.db_groups,
            create: this.#config.auto_create_user,
          },
        );
    }
  }

  async #tunnel(): Promise<Tunnel | undefined> {
    const config = this.#config;
    if (config.ssh_host === undefined) return undefined;
    const { openTunnel } = await import('./warehouse/tunnel.ts');
    const host = config.ssh_host;
    return openTunnel({
      host,
      port: config.ssh_port,
      user: config.ssh_user ?? '',
      privateKey: config.ssh_private_key,
      passphrase: config.ssh_private_key_passphrase,
      password: config.ssh_password,
      hostKeys: new HostKeys(config, {
        onUnknown: (fingerprint) => {
          this.#log.warn(
            `the SSH server ${host} was not verified; if its fingerprint ${fingerprint} is correct, set ssh_host_fingerprint to it`,
          );
        },
      }),
      timeoutMs: config.connect_timeout_seconds * 1000,
    });
  }
}

/** A custom S3 endpoint has a custom STS endpoint, or none. */
function hasOwnSts(env: NodeJS.Dict<string>): boolean {
  return env['AWS_ENDPOINT_URL_STS'] !== undefined || env['AWS_ENDPOINT_URL'] !== undefined;
}

/** The same for a plan, which requests no keys and shows none. */
export function shownAccess(config: Config): CopyAccess {
  if (copyKind(config) === 'role') return { kind: 'role', role: config.iam_role ?? 'default' };
  return { kind: 'keys', ...(fixedKeys(config) ?? { accessKeyId: '***', secretAccessKey: '***' }) };
}

/** The keys that are written in the configuration. */
function fixedKeys(config: Config): AwsKeys | undefined {
  const { aws_access_key_id, aws_secret_access_key, aws_session_token } = config;
  if (aws_access_key_id === undefined || aws_secret_access_key === undefined) return undefined;
  return {
    accessKeyId: aws_access_key_id,
    secretAccessKey: aws_secret_access_key,
    ...(aws_session_token === undefined ? {} : { sessionToken: aws_session_token }),
  };
}
