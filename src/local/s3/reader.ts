/** Reads the store in the server's own process, by the rules of the HTTP endpoint: what COPY loads its data with. */
import type { Readable } from 'node:stream';
import type { Credentials } from './credentials.ts';
import type { Gate } from './faults.ts';
import { listPage } from './listing.ts';
import type { Store } from './store.ts';

/** A key pair as a COPY statement has it. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The store as COPY sees it. Requests count, and fail by the server's fault rule, as they do over HTTP. */
export interface S3Reader {
  /** Throws S3Error InvalidAccessKeyId, SignatureDoesNotMatch, ExpiredToken or InvalidToken for keys that S3 would refuse. */
  checkKeys(keys: S3Keys): void;
  /** All objects with the prefix, in S3's order; sizes in bytes. Throws S3Error NoSuchBucket. */
  list(bucket: string, prefix: string): Promise<readonly { readonly key: string; readonly size: number }[]>;
  /** One object; size in bytes. Whoever opens the body reads it to its end or destroys it. Throws S3Error NoSuchBucket and NoSuchKey. */
  open(bucket: string, key: string): Promise<{ readonly size: number; readonly body: Readable }>;
}

/** Makes a reader of a store. */
export function makeReader(store: Store, credentials: Credentials, gate: Gate): S3Reader {
  return {
    checkKeys: (keys) => credentials.check(keys),
    list: async (bucket, prefix) => {
      await gate.enter('ListObjectsV2', bucket, '');
      const { objects } = store.bucket(bucket);
      const page = listPage(objects, { prefix, delimiter: '', maxKeys: Infinity });
      return page.contents.map(({ key, size }) => ({ key, size }));
    },
    open: async (bucketName, key) => {
      const shape = await gate.enter('GetObject', bucketName, key);
      const bucket = store.bucket(bucketName);
      const { segments, size } = bucket.get(key);
      return { size, body: shape(bucket.files.read(segments, 0, size)) };
    },
  };
}
