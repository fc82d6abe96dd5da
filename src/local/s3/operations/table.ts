/** Every operation of the server by its name. */
import type { Reply } from '../http/reply.ts';
import type { S3Operation } from '../http/request.ts';
import {
  createBucket,
  deleteBucket,
  deleteObjects,
  getBucketLocation,
  headBucket,
  listBuckets,
  listObjects,
} from './buckets.ts';
import type { Call } from './call.ts';
import { copyObject, deleteObject, getObject, putObject } from './objects.ts';
import { abortUpload, completeUpload, createUpload, listParts, listUploads, uploadPart } from './uploads.ts';

/** Answers a call. Throws S3Error, or file errors. */
type Run = (call: Call) => Reply | Promise<Reply>;

/** An operation, and whether its request may not have headers that would change what an object is. */
interface Operation {
  readonly run: Run;
  readonly isScreened: boolean;
}

const plain = (run: Run): Operation => ({ run, isScreened: false });
const screened = (run: Run): Operation => ({ run, isScreened: true });

export const OPERATIONS: Readonly<Record<S3Operation, Operation>> = {
  PutObject: screened(putObject),
  GetObject: screened(getObject),
  HeadObject: screened(getObject),
  DeleteObject: plain(deleteObject),
  DeleteObjects: plain(deleteObjects),
  ListObjectsV2: plain(listObjects),
  CreateBucket: plain(createBucket),
  DeleteBucket: plain(deleteBucket),
  HeadBucket: plain(headBucket),
  ListBuckets: plain(listBuckets),
  GetBucketLocation: plain(getBucketLocation),
  CopyObject: screened(copyObject),
  CreateMultipartUpload: screened(createUpload),
  UploadPart: screened(uploadPart),
  CompleteMultipartUpload: screened(completeUpload),
  AbortMultipartUpload: plain(abortUpload),
  ListMultipartUploads: plain(listUploads),
  ListParts: plain(listParts),
};
