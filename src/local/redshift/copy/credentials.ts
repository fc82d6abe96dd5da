/**
 * The identity with which COPY and UNLOAD use S3: the access keys in the statement, or an IAM role, which must be attached to the cluster
 * and which may assume others in a chain. Sources: Amazon Redshift Database Developer Guide, "Authorization parameters" and
 * "Restricting access to IAM roles"; Management Guide, "Chaining IAM roles".
 */
import type { Readable } from 'node:stream';
import { SQLSTATE } from '../sqlstates.ts';
import { copyError, type ErrorContext, s3Error } from '../errors.ts';
import type { CopyCredentials } from '../sql/copy-credentials.ts';
import { RedshiftError } from '../sql/statement.ts';
import type { UnloadEncryption } from '../sql/unload-statement.ts';

/** S3 as one caller sees it from one region. Refusals are errors that carry S3's `code`, HTTP `status` and message. */
export interface ObjectReader {
  list(bucket: string, prefix: string): Promise<readonly { readonly key: string; readonly size: number }[]>;
  /** Throws what a listing would, without one. */
  checkList(bucket: string, prefix: string): void;
  open(bucket: string, key: string): Promise<{ readonly size: number; readonly body: Readable }>;
  /** An object to read in parts, all of the same version. */
  file(bucket: string, key: string): Promise<OpenFile>;
}

/** An object of which parts are read. */
export interface OpenFile {
  readonly size: number;
  /** Bytes `start` to before `end`. */
  read(start: number, end: number): Promise<Buffer>;
}

/** An object that is being written: it exists from `commit` on. A promise of `write` means: wait. */
export interface ObjectSink {
  write(bytes: Buffer): Promise<void> | undefined;
  finish(): Promise<void>;
  commit(): void;
  discard(): Promise<void>;
}

/** S3 as one caller reads and writes it. */
export interface BucketAccess extends ObjectReader {
  begin(bucket: string, key: string, encryption: UnloadEncryption): Promise<ObjectSink>;
  remove(bucket: string, key: string): Promise<void>;
}

/** What the endpoint needs of S3 and STS. Refusals are as those of `ObjectReader`. */
export interface ObjectStore {
  asKeys(
    keys: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    },
    region: string,
  ): BucketAccess;
  asRole(arn: string, region: string): BucketAccess;
  /** Whether a role may assume another one and is trusted by it. */
  mayAssume(arn: string, role: string): boolean;
}

/** An IAM role as the cluster knows it. */
export interface ClusterRole {
  readonly arn: string;
  /** Whether it is attached to the cluster; it is if undefined. The first attached one is the default role. */
  readonly attached?: boolean;
}

/** Where COPY and UNLOAD may work, and as whom. */
export interface CopyAccess {
  readonly store: ObjectStore;
  readonly roles: readonly ClusterRole[];
  /** Region of the cluster, and of the buckets if the statement names none. */
  readonly region: string;
}

/** The statements that a user may be allowed to use a role for. */
export type AssumingVerb = 'COPY' | 'UNLOAD';

/** The user of a session, and whether the user may use a role for a statement (GRANT ASSUMEROLE). */
export interface Copier {
  readonly user: string;
  mayAssume(arn: string, isDefault: boolean, verb: AssumingVerb): Promise<boolean>;
}

/** What a statement says of the place it works on, and as whom. */
interface StatementAccess {
  readonly bucket: string;
  readonly key: string;
  readonly credentials: CopyCredentials;
  readonly region?: string;
}

interface S3Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** @throws RedshiftError XX000 when the statement's credentials are not good, 42501 without ASSUMEROLE. */
export async function openBucketAccess(
  statement: StatementAccess,
  access: CopyAccess,
  { copier, verb }: { readonly copier: Copier; readonly verb: AssumingVerb },
  context: ErrorContext,
): Promise<BucketAccess> {
  const { credentials, region = access.region } = statement;
  if (credentials.kind === 'keys') {
    try {
      return access.store.asKeys(credentials, region);
    } catch (error) {
      throw explainS3(error, statement, context);
    }
  }
  const chain = credentials.arns === 'default' ? [defaultRole(access) ?? 'default'] : credentials.arns;
  const refused = chain.find((arn, at) => !mayUse(arn, chain[at - 1], access));
  if (refused !== undefined) {
    throw copyError(`Not authorized to get credentials of role ${refused}`, context);
  }
  const [first = '', last = first] = [chain[0], chain.at(-1)];
  if (!(await copier.mayAssume(first, first === defaultRole(access), verb))) {
    const text = `User ${copier.user} does not have ASSUMEROLE permission on IAM role "${first}" for ${verb}`;
    throw new RedshiftError(SQLSTATE.insufficientPrivilege, text);
  }
  return access.store.asRole(last, region);
}

function defaultRole({ roles }: CopyAccess): string | undefined {
  return roles.find(({ attached = true }) => attached)?.arn;
}

/** Whether the cluster (for the first role of a chain) or the role before it may use a role. */
function mayUse(arn: string, before: string | undefined, { roles, store }: CopyAccess): boolean {
  if (before !== undefined) return store.mayAssume(before, arn);
  return roles.some((role) => role.arn === arn && (role.attached ?? true));
}

/** S3's refusal as COPY says it; other errors as they are. */
export function explainS3(
  error: unknown,
  where: { readonly bucket: string; readonly key: string },
  context: ErrorContext,
): unknown {
  return isRefusal(error) && !(error instanceof RedshiftError) ? s3Error(error, where, context) : error;
}

/** Whether S3 has refused a request with this error. */
export function isRefusal(error: unknown): error is S3Refusal {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'status' in error &&
    typeof error.status === 'number'
  );
}
