/** Reads the store in the server's own process, by the rules of the HTTP endpoint: what COPY loads its data with. */
import type { Readable } from 'node:stream';
import { checkAccess } from './access.ts';
import { redirect } from './claim.ts';
import type { Credentials } from './credentials.ts';
import type { Gate } from './faults.ts';
import { listPage } from './listing.ts';
import type { Permissions } from './policy.ts';
import type { Store } from './store.ts';

/** A key pair as a COPY statement has it. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The store as one caller sees it through the endpoint of one region. Throws S3Error as S3 answers. */
export interface S3Caller {
  /** All objects with the prefix, in S3's order; sizes in bytes. Throws NoSuchBucket, PermanentRedirect, AccessDenied. */
  list(bucket: string, prefix: string): Promise<readonly { readonly key: string; readonly size: number }[]>;
  /** One object; size in bytes. Whoever opens the body reads it to its end or destroys it. Throws NoSuchKey too. */
  open(bucket: string, key: string): Promise<{ readonly size: number; readonly body: Readable }>;
}

/** The store as COPY sees it. Requests count, and fail by the server's fault rule, as they do over HTTP. */
export interface S3Reader {
  /** Throws S3Error InvalidAccessKeyId, SignatureDoesNotMatch, ExpiredToken or InvalidToken for keys that S3 would refuse. */
  asKeys(keys: S3Keys, region: string): S3Caller;
  /** A role that the server does not know may do nothing. */
  asRole(arn: string, region: string): S3Caller;
}

/** Makes a reader of a store. */
export function makeReader(store: Store, credentials: Credentials, gate: Gate): S3Reader {
  const caller = (permissions: Permissions, region: string): S3Caller => {
    const enter = (operation: 'ListObjectsV2' | 'GetObject', name: string, key: string, prefix?: string) => {
      const bucket = store.bucket(name);
      if (bucket.region !== region) throw redirect(bucket);
      const params = new Map(prefix === undefined ? [] : [['prefix', prefix]]);
      checkAccess(permissions, operation, { bucket: name, key, params }, store);
      return bucket;
    };
    return {
      list: async (name, prefix) => {
        await gate.enter('ListObjectsV2', name, '');
        const { objects } = enter('ListObjectsV2', name, '', prefix);
        const page = listPage(objects, { prefix, delimiter: '', maxKeys: Infinity });
        return page.contents.map(({ key, size }) => ({ key, size }));
      },
      open: async (name, key) => {
        const shape = await gate.enter('GetObject', name, key);
        const bucket = enter('GetObject', name, key);
        const { segments, size } = bucket.get(key);
        return { size, body: shape(bucket.files.read(segments, 0, size)) };
      },
    };
  };
  return {
    asKeys: (keys, region) => {
      const { accessKeyId } = credentials.check(keys);
      return caller(credentials.permissionsOf(accessKeyId), region);
    },
    asRole: (arn, region) => caller(credentials.permissionsOf(arn), region),
  };
}
