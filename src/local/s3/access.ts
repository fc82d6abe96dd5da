/** Whether a caller may do what its request asks for: the action and resource of every operation. */
import { s3Error } from './errors.ts';
import { arnOf, type Permissions } from './policy.ts';
import type { S3Operation, S3Target } from './request.ts';
import type { Store } from './store.ts';

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

/**
 * Throws AccessDenied when the caller may not. DeleteObjects and the source of CopyObject are for the operations to check,
 * by key. Throws NoSuchBucket first, as S3 does.
 */
export function checkAccess(
  permissions: Permissions,
  operation: S3Operation,
  { bucket, key, params }: Pick<S3Target, 'bucket' | 'key' | 'params'>,
  store: Store,
): void {
  if (operation !== 'ListBuckets' && operation !== 'CreateBucket') store.bucket(bucket);
  if (operation === 'DeleteObjects') return;
  const resource = operation === 'ListBuckets' ? '*' : arnOf(bucket, key);
  permissions.require(ACTIONS[operation], resource, prefixOf(operation, params));
  if (operation !== 'GetObject' && operation !== 'HeadObject') return;
  // Whoever may not list the bucket is not told which keys there are.
  if (
    store.bucket(bucket).objects.get(key) === undefined &&
    !permissions.allow('s3:ListBucket', arnOf(bucket))
  ) {
    throw s3Error('AccessDenied');
  }
}

function prefixOf(operation: S3Operation, params: ReadonlyMap<string, string>): string | undefined {
  return operation === 'ListObjectsV2' || operation === 'ListMultipartUploads'
    ? (params.get('prefix') ?? '')
    : undefined;
}
