/**
 * The identities and roles that the server knows, and the sessions that STS has given them. It says who a caller is, and
 * rejects with S3's own codes the keys that S3 would reject: unknown, with a missing or wrong session token, expired.
 */
import { createHash, randomBytes } from 'node:crypto';
import { s3Error } from '../errors.ts';
import { equalSecrets } from '../secrets.ts';
import { Permissions, type S3Policy } from './policy.ts';

/** The account of all identities and roles, and of buckets and keys that name no other. */
export const ACCOUNT = '000000000000';

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

/** An IAM role, as far as S3, STS and KMS are concerned. */
export interface S3Role {
  readonly arn: string;
  /** What it may do; everything when undefined. */
  readonly policy?: S3Policy;
  /** Access key ids and ARNs of roles that it trusts. */
  readonly trusts?: readonly string[];
  /** Without this external ID it trusts nobody. */
  readonly externalId?: string;
  /** ARNs of the roles that it may assume and that trust it: short for a statement of its policy and their `trusts`. */
  readonly assumes?: readonly string[];
}

/** Who acts, as IAM sees it. */
export interface Principal {
  /** The access key id or the ARN of the role whose policy holds. */
  readonly name: string;
  /** As refusals name it. */
  readonly arn: string;
  /** The unique ID that GetCallerIdentity tells. */
  readonly userId: string;
  /** Whether its keys are temporary. */
  readonly isSession: boolean;
}

/** Keys that STS has given. */
export interface SessionKeys extends S3Identity {
  readonly sessionToken: string;
  readonly expires: Date;
}

/** A session of a role (Reference of the IAM JSON policy elements, "Principal"). */
export function assumedRole(arn: string, session: string): Principal {
  const role = arn.split('/').at(-1) ?? '';
  return {
    name: arn,
    arn: `arn:aws:sts::${arn.split(':')[4] ?? ACCOUNT}:assumed-role/${role}/${session}`,
    userId: `${uniqueId('AROA', arn)}:${session}`,
    isSession: true,
  };
}

function user({ accessKeyId, sessionToken }: S3Identity): Principal {
  return {
    name: accessKeyId,
    arn: `arn:aws:iam::${ACCOUNT}:user/${accessKeyId}`,
    userId: uniqueId('AIDA', accessKeyId),
    isSession: sessionToken !== undefined,
  };
}

function uniqueId(prefix: string, name: string): string {
  return prefix + createHash('sha256').update(name).digest('hex').slice(0, 17).toUpperCase();
}

/** All identities, roles and sessions of a server. */
export class Credentials {
  #identities: ReadonlyMap<string, S3Identity> = new Map();
  #roles: ReadonlyMap<string, S3Role> = new Map();
  #permissions: ReadonlyMap<string, Permissions> = new Map();
  readonly #sessions = new Map<string, { readonly keys: SessionKeys; readonly principal: Principal }>();

  /** Throws an Error for a policy that cannot be understood. */
  constructor(identities: readonly S3Identity[], roles: readonly S3Role[] = []) {
    this.replace(identities, roles);
  }

  /** Replaces all but the sessions; throws an Error for a policy that cannot be understood, and changes nothing then. */
  replace(identities: readonly S3Identity[], roles: readonly S3Role[]): void {
    this.#permissions = new Map([
      ...identities.map(({ accessKeyId, policy }) => [accessKeyId, new Permissions(policy)] as const),
      ...roles.map(({ arn, policy }) => [arn, new Permissions(policy)] as const),
    ]);
    this.#identities = new Map(identities.map((identity) => [identity.accessKeyId, identity]));
    this.#roles = new Map(roles.map((role) => [role.arn, role]));
  }

  /** The permissions of a known key id or role; none of an unknown one. */
  permissionsOf(keyOrArn: string): Permissions {
    return this.#permissions.get(keyOrArn) ?? new Permissions({ Statement: [] });
  }

  /** Whether the role exists and lets the identity or role become it, as far as that is for it to say. */
  trusts(role: string, name: string, externalId: string | undefined): boolean {
    const known = this.#roles.get(role);
    if (known === undefined || (known.externalId ?? externalId) !== externalId) return false;
    return this.assumes(name, role) || (known.trusts ?? []).includes(name);
  }

  /** Whether both sides are agreed by the `assumes` of the role `name`. */
  assumes(name: string, role: string): boolean {
    return (this.#roles.get(name)?.assumes ?? []).includes(role);
  }

  /** Makes keys for a session that works until `expires`. */
  mint(principal: Principal, expires: Date): SessionKeys {
    const keys: SessionKeys = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(120).toString('base64'),
      expires,
    };
    this.#sessions.set(keys.accessKeyId, { keys, principal: { ...principal, isSession: true } });
    return keys;
  }

  /** Who acts with a key that {@link find} has found. */
  principalOf(identity: S3Identity): Principal {
    return this.#sessions.get(identity.accessKeyId)?.principal ?? user(identity);
  }

  /** The identity or session of a key id; throws InvalidAccessKeyId, InvalidToken or ExpiredToken. */
  find(accessKeyId: string, sessionToken: string | undefined): S3Identity {
    const identity = this.#sessions.get(accessKeyId)?.keys ?? this.#identities.get(accessKeyId);
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
