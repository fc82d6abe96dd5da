/** The AWS identity of this program, and the keys for COPY. */
import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { LoadError } from '../errors.ts';
import { awsError } from './errors.ts';
import type { Requests } from './requests.ts';

/** A key pair; a temporary one has a token and an expiration time. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Returns valid keys, which are fetched if necessary. */
export type AwsKeySource = () => Promise<AwsKeys>;

export interface IdentitySettings {
  /** The configured keys. Without them the profile is used, or the default chain of the SDK. */
  readonly keys: AwsKeys | undefined;
  readonly profile: string | undefined;
  /** A role to assume with these credentials. */
  readonly assumeRole: { readonly arn: string; readonly externalId: string | undefined } | undefined;
  readonly requests: Requests;
  /** Region of STS. */
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with every secret that is fetched. */
  readonly onSecret: (text: string | undefined) => void;
}

/** STS sessions last at least 15 minutes and, with the keys of a user, at most 36 hours (API_GetSessionToken). */
const LEAST_SESSION_S = 900;
const LONGEST_SESSION_S = 129_600;

export class AwsIdentity {
  readonly #settings: IdentitySettings;
  readonly #sts: STSClient;

  constructor(settings: IdentitySettings) {
    this.#settings = settings;
    const { region, requests } = settings;
    // The client keeps the keys of the provider until five minutes before they expire.
    this.#sts = new STSClient({
      region,
      credentials: sourceOf(settings, region),
      requestHandler: requests(),
    });
  }

  /** For clients of the SDK, which ask for each request. */
  readonly credentials: AwsKeySource = async () =>
    shortLived(this.#known(await this.#ask(false)), this.#settings.now());

  /** Requests the keys again, because those in use were refused: files are read again, roles assumed again. Throws LoadError. */
  async renew(): Promise<void> {
    this.#known(await this.#ask(true));
  }

  /** For a COPY that may take this long: the current keys, renewed if they would expire while it runs. */
  async copyKeys(seconds: number): Promise<AwsKeys> {
    const keys = await this.#ask(false);
    const left = (keys.expiration?.getTime() ?? Infinity) - this.#settings.now();
    return this.#known(left < seconds * 1000 ? await this.#ask(true) : keys);
  }

  /**
   * For COPY: keys that expire soon after it. Temporary keys are used as they are, because STS gives no session for a
   * session.
   */
  async temporaryKeys(seconds: number): Promise<AwsKeys> {
    const keys = await this.copyKeys(seconds);
    if (keys.sessionToken !== undefined) return keys;
    const DurationSeconds = Math.min(Math.max(Math.ceil(seconds), LEAST_SESSION_S), LONGEST_SESSION_S);
    try {
      const { Credentials } = await this.#sts.send(new GetSessionTokenCommand({ DurationSeconds }));
      return this.#known({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        ...(Credentials?.SessionToken === undefined ? {} : { sessionToken: Credentials.SessionToken }),
        ...(Credentials?.Expiration === undefined ? {} : { expiration: Credentials.Expiration }),
      });
    } catch (error) {
      throw awsError('get temporary keys for COPY from STS', error);
    }
  }

  /** The user or role of this program, as AWS reports it; undefined if it does not. For a session, its role. */
  async arn(): Promise<string | undefined> {
    try {
      const { Arn } = await this.#sts.send(new GetCallerIdentityCommand({}));
      return Arn?.replace(/:sts::(\d+):assumed-role\/([^/]+)\/.*$/, ':iam::$1:role/$2');
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.#sts.destroy();
  }

  async #ask(isNew: boolean): Promise<AwsKeys> {
    try {
      return await this.#sts.config.credentials({ forceRefresh: isNew });
    } catch (error) {
      throw refusal(this.#settings, error);
    }
  }

  #known(keys: AwsKeys): AwsKeys {
    this.#settings.onSecret(keys.secretAccessKey);
    this.#settings.onSecret(keys.sessionToken);
    return keys;
  }
}

function refusal({ profile, assumeRole }: IdentitySettings, error: unknown): LoadError {
  if (assumeRole !== undefined) {
    return awsError(`assume the role ${assumeRole.arn}`, error, {
      AccessDenied:
        'access is denied; the trust policy of the role must name this identity, and assume_role_external_id must be the id that it requires, if any',
    });
  }
  if (profile === undefined) return awsError('find AWS credentials', error);
  return awsError(`take AWS credentials from the profile "${profile}"`, error, {
    CredentialsProviderError: 'it does not exist or has no credentials; correct aws_profile',
  });
}

function sourceOf(
  { keys, profile, assumeRole, requests, now }: IdentitySettings,
  region: string,
): AwsKeySource {
  const master =
    keys === undefined ? foundKeys(profile, requests) : (): Promise<AwsKeys> => Promise.resolve(keys);
  if (assumeRole === undefined) return master;
  return fromTemporaryCredentials({
    masterCredentials: async () => shortLived(await master(), now()),
    params: {
      RoleArn: assumeRole.arn,
      RoleSessionName: 'target-redshift',
      ...(assumeRole.externalId === undefined ? {} : { ExternalId: assumeRole.externalId }),
    },
    clientConfig: { region, requestHandler: requests() },
  });
}

/**
 * If a configured profile is missing, the keys of a container or an instance must not be used, as the default chain would. The
 * files are read each time, because another program may have renewed the keys in them.
 */
function foundKeys(profile: string | undefined, requests: Requests): AwsKeySource {
  const fresh = { ignoreCache: true, clientConfig: { requestHandler: requests() } };
  return () => (profile === undefined ? fromNodeProviderChain(fresh)() : fromIni({ ...fresh, profile })());
}

/** Clients keep keys without an expiration for ever, and others until five minutes before it, even if they are refused. */
function shortLived(keys: AwsKeys, now: number): AwsKeys {
  return { ...keys, expiration: new Date(now + 60_000) };
}
