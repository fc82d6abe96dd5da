/** As whom this program speaks to AWS, and the keys that COPY gets of it. */
import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { LoadError } from '../errors.ts';
import { awsError } from './errors.ts';
import { REQUESTS } from './requests.ts';

/** A key pair; with a token and an end when it is temporary. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Fetches keys, or gives those at hand while they are good. */
export type AwsKeySource = () => Promise<AwsKeys>;

export interface IdentitySettings {
  /** Keys as they are configured. Without them: the profile, or the SDK's default chain. */
  readonly keys: AwsKeys | undefined;
  readonly profile: string | undefined;
  /** A role to assume with what was found so far. */
  readonly assumeRole: { readonly arn: string; readonly externalId: string | undefined } | undefined;
  /** Region of STS. */
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Is told every secret that is fetched. */
  readonly onSecret: (text: string | undefined) => void;
}

/** STS gives a session at least 15 minutes and, to a user's keys, at most 36 hours (API_GetSessionToken). */
const LEAST_SESSION_S = 900;
const LONGEST_SESSION_S = 129_600;

export class AwsIdentity {
  readonly #settings: IdentitySettings;
  readonly #sts: STSClient;

  constructor(settings: IdentitySettings) {
    this.#settings = settings;
    const { region } = settings;
    // The client keeps what the provider gave until five minutes before its end.
    this.#sts = new STSClient({
      region,
      credentials: sourceOf(settings, region),
      requestHandler: REQUESTS,
    });
  }

  /** For clients of the SDK. */
  readonly credentials: AwsKeySource = async () => this.#known(await this.#ask(false));

  /** For a COPY that may take so long: keys as they are, renewed when they would end while it runs. */
  async copyKeys(seconds: number): Promise<AwsKeys> {
    const keys = await this.#ask(false);
    const left = (keys.expiration?.getTime() ?? Infinity) - this.#settings.now();
    return this.#known(left < seconds * 1000 ? await this.#ask(true) : keys);
  }

  /** For COPY: keys that end soon after it. Temporary ones as they are, because STS gives no session for a session. */
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

  /** The user or role that AWS takes this program for; undefined when it does not say. A session is named by its role. */
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
        'it was refused; its trust policy must name this identity, and assume_role_external_id must be the id that it asks for, if it does',
    });
  }
  if (profile === undefined) return awsError('find AWS credentials', error);
  return awsError(`take AWS credentials from the profile "${profile}"`, error, {
    CredentialsProviderError: 'it is not there or holds none; correct aws_profile',
  });
}

function sourceOf({ keys, profile, assumeRole }: IdentitySettings, region: string): AwsKeySource {
  const master = keys === undefined ? foundKeys(profile) : (): Promise<AwsKeys> => Promise.resolve(keys);
  if (assumeRole === undefined) return master;
  return fromTemporaryCredentials({
    masterCredentials: master,
    params: {
      RoleArn: assumeRole.arn,
      RoleSessionName: 'target-redshift',
      ...(assumeRole.externalId === undefined ? {} : { ExternalId: assumeRole.externalId }),
    },
    clientConfig: { region, requestHandler: REQUESTS },
  });
}

/** A profile that is asked for and missing must not end in the keys of a container or an instance, as with the chain. */
function foundKeys(profile: string | undefined): AwsKeySource {
  return profile === undefined ? fromNodeProviderChain() : fromIni({ profile });
}
