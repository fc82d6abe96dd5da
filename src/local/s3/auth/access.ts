/** Whether a caller may do what its request asks for: the action and resource of every operation. */
import type { Caller } from './caller.ts';
import { ACCOUNT } from './credentials.ts';
import { s3Error } from '../errors.ts';
import { arnOf } from './policy.ts';
import type { S3Operation, S3Target } from '../http/request.ts';
import type { Bucket, Store } from '../objects/store.ts';

/** The action of each operation ("Actions, resources, and condition keys for Amazon S3"). */
const ACTIONS: Readonly<Record<Exclude<S3Operation, 'DeleteObjects'>, string>> = {
  PutObject: 's3:PutObject',
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  DeleteObject: 's3:DeleteObject',
  ListObjectsV2: 's3:ListBucket',
  CreateBucket: 's3:CreateBucket',
  DeleteBucket: 's3:DeleteBucket',
  HeadBucket: 's3:ListBucket',
  ListBuckets: 's3:ListAllMyBuckets',
  GetBucketLocation: 's3:GetBucketLocation',
  CopyObject: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  ListMultipartUploads: 's3:ListBucketMultipartUploads',
  ListParts: 's3:ListMultipartUploadParts',
};

/** The operations that write an object, which may bring its ACL. */
const WRITES: readonly S3Operation[] = ['PutObject', 'CopyObject', 'CreateMultipartUpload'];

/**
 * Throws AccessDenied when the caller may not, or the bucket is not whose the caller expects. DeleteObjects and the source
 * of CopyObject are for the operations to check, by key, and so is encryption. Throws NoSuchBucket first, as S3 does.
 */
export function checkAccess(
  caller: Caller,
  operation: S3Operation,
  { bucket, key, params, headers }: Pick<S3Target, 'bucket' | 'key' | 'params' | 'headers'>,
  store: Store,
): void {
  if (operation !== 'ListBuckets' && operation !== 'CreateBucket') {
    checkOwner(store.bucket(bucket), headers.get('x-amz-expected-bucket-owner'));
  }
  if (operation === 'DeleteObjects') return;
  const resource = operation === 'ListBuckets' ? arnOf('*') : arnOf(bucket, key);
  caller.require(ACTIONS[operation], resource, prefixOf(operation, params));
  if (WRITES.includes(operation) && headers.has('x-amz-acl')) caller.require('s3:PutObjectAcl', resource);
  if (operation !== 'GetObject' && operation !== 'HeadObject') return;
  // Whoever may not list the bucket is not told which keys there are.
  if (store.bucket(bucket).objects.get(key) === undefined && !caller.would('s3:ListBucket', arnOf(bucket))) {
    throw s3Error('AccessDenied');
  }
}

/** Throws AccessDenied when the bucket is another account's than expected ("Verifying bucket ownership", S3 User Guide). */
export function checkOwner({ settings }: Bucket, expected: string | undefined): void {
  if (expected === undefined) return;
  if (!/^\d{12}$/.test(expected)) throw s3Error('InvalidBucketOwnerAWSAccountID');
  if (expected !== (settings.owner ?? ACCOUNT)) throw s3Error('AccessDenied');
}

function prefixOf(operation: S3Operation, params: ReadonlyMap<string, string>): string | undefined {
  return operation === 'ListObjectsV2' || operation === 'ListMultipartUploads'
    ? (params.get('prefix') ?? '')
    : undefined;
}
