/**
 * The access keys that the server knows. It says who a caller is, and refuses with S3's own codes the keys that S3
 * would refuse: unknown, with a missing or wrong session token, expired.
 */
import { timingSafeEqual } from 'node:crypto';
import { s3Error } from './errors.ts';

/** One key pair, with a session token when it is temporary (from STS). */
export interface S3Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When a temporary key stops working; never when undefined. */
  readonly expiresAt?: Date;
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

  constructor(identities: readonly S3Identity[]) {
    this.#identities = new Map(identities.map((identity) => [identity.accessKeyId, identity]));
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
    if (identity.expiresAt !== undefined && identity.expiresAt.getTime() <= Date.now()) {
      throw s3Error('ExpiredToken', { elements: { 'Token-0': sessionToken ?? '' } });
    }
    return identity;
  }

  /** Checks a whole key pair; as {@link find}, and SignatureDoesNotMatch for a wrong secret. */
  check(keys: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }): void {
    const identity = this.find(keys.accessKeyId, keys.sessionToken);
    if (!equalSecrets(keys.secretAccessKey, identity.secretAccessKey)) {
      throw s3Error('SignatureDoesNotMatch', { elements: { AWSAccessKeyId: keys.accessKeyId } });
    }
  }
}
