/** Failures that a test or a demonstration asks the S3 endpoint for, as networks and S3 have them. */
import type { S3Operation } from '../s3/http/request.ts';

/** A request as a fault rule sees it. */
export interface S3Request {
  readonly operation: S3Operation;
  readonly bucket: string;
  readonly key: string;
  /** The number of this request among those for its operation, from 1, over HTTP and by COPY. */
  readonly nth: number;
}

/**
 * What goes wrong: an S3 error, a reset connection, a pause before the request is handled, a GET body that stops early or
 * comes slowly.
 */
export type S3Fault =
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message?: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'truncate'; readonly bytes: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

/** Decides which requests fail. */
export type S3FaultRule = (request: S3Request) => S3Fault | undefined;
