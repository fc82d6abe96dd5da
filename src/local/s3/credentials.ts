/**
 * The access keys that the server knows. It says who a caller is, and refuses with S3's own codes the keys that S3
 * would refuse: unknown, with a missing or wrong session token, expired.
 */
import { timingSafeEqual } from 'node:crypto';
import { s3Error } from './errors.ts';
import { Permissions, type S3Policy } from './policy.ts';

/** One key pair, with a session token when it is temporary (from STS). */
export interface S3Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When a temporary key stops working: a time or its ISO 8601 text; never when undefined. */
  readonly expires?: Date | string;
  /** What it may do; everything when undefined. */
  readonly policy?: S3Policy;
}

/** An IAM role, as far as S3 is concerned. */
export interface S3Role {
  readonly arn: string;
  /** What it may do; everything when undefined. */
  readonly policy?: S3Policy;
}

/** Compares two secrets without telling by the time taken where they differ. */
export function equalSecrets(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** All identities of a server. */
export class Credentials {
  readonly #identities: ReadonlyMap<string, S3Identity>;

  readonly #permissions: ReadonlyMap<string, Permissions>;

  /** Throws an Error for a policy that can not be understood. */
  constructor(identities: readonly S3Identity[], roles: readonly S3Role[] = []) {
    this.#identities = new Map(identities.map((identity) => [identity.accessKeyId, identity]));
    this.#permissions = new Map([
      ...identities.map(({ accessKeyId, policy }) => [accessKeyId, new Permissions(policy)] as const),
      ...roles.map(({ arn, policy }) => [arn, new Permissions(policy)] as const),
    ]);
  }

  /** The permissions of a known key id or role; none of an unknown one. */
  permissionsOf(keyOrArn: string): Permissions {
    return this.#permissions.get(keyOrArn) ?? new Permissions({ Statement: [] });
  }

  /** The identity of a key id; throws InvalidAccessKeyId, InvalidToken or ExpiredToken. */
  find(accessKeyId: string, sessionToken: string | undefined): S3Identity {
    const identity = this.#identities.get(accessKeyId);
    // S3 does not know a temporary key without its token: it answers InvalidAccessKeyId, not InvalidToken.
    if (
      identity === undefined ||
      (identity.sessionToken !== undefined && (sessionToken === undefined || sessionToken === ''))
    ) {
      throw s3Error('InvalidAccessKeyId', { elements: { AWSAccessKeyId: accessKeyId } });
    }
    if (sessionToken !== undefined && !equalSecrets(sessionToken, identity.sessionToken ?? '')) {
      throw s3Error('InvalidToken', { elements: { 'Token-0': sessionToken } });
    }
    if (identity.expires !== undefined && new Date(identity.expires).getTime() <= Date.now()) {
      throw s3Error('ExpiredToken', { elements: { 'Token-0': sessionToken ?? '' } });
    }
    return identity;
  }

  /** Checks a whole key pair; as {@link find}, and SignatureDoesNotMatch for a wrong secret. */
  check(keys: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }): S3Identity {
    const identity = this.find(keys.accessKeyId, keys.sessionToken);
    if (!equalSecrets(keys.secretAccessKey, identity.secretAccessKey)) {
      throw s3Error('SignatureDoesNotMatch', { elements: { AWSAccessKeyId: keys.accessKeyId } });
    }
    return identity;
  }
}
