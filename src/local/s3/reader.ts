/** The store in the server's own process, by the rules of the HTTP endpoint: COPY reads from it, UNLOAD writes to it. */
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { checkAccess } from './auth/access.ts';
import { Caller, type Court } from './auth/caller.ts';
import { redirect } from './auth/claim.ts';
import { assumedRole, type Principal } from './auth/credentials.ts';
import { type KmsKeys, requireDecrypt } from './auth/kms.ts';
import { listPage } from './objects/listing.ts';
import type { Store } from './objects/store.ts';
import {
  beginObject,
  type ObjectEncryption,
  type ObjectSink,
  removeObject,
  type WriteContext,
} from './writer.ts';

/** A key pair as a COPY statement has it. */
interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An object of which parts are read. */
interface OpenFile {
  readonly size: number;
  /** Bytes `start` to before `end`. */
  read(start: number, end: number): Promise<Buffer>;
}

/** The store as one caller sees it through the endpoint of one region. Throws S3Error as S3 answers. */
export interface S3Caller {
  /** All objects with the prefix, in S3's order; sizes in bytes. Throws NoSuchBucket, PermanentRedirect, AccessDenied. */
  list(bucket: string, prefix: string): Promise<readonly { readonly key: string; readonly size: number }[]>;
  /** Throws what a listing of the prefix would, without one. */
  checkList(bucket: string, prefix: string): void;
  /** One object; size in bytes. The body must be read to its end or destroyed. Throws NoSuchKey too. */
  open(bucket: string, key: string): Promise<{ readonly size: number; readonly body: Readable }>;
  /** One object to read in parts, all of the same version, though it is replaced meanwhile. Throws as `open` does. */
  file(bucket: string, key: string): Promise<OpenFile>;
  /** Begins an object; see `beginObject`. */
  begin(bucket: string, key: string, encryption: ObjectEncryption): Promise<ObjectSink>;
  /** Removes an object. Throws NoSuchBucket, PermanentRedirect, AccessDenied. */
  remove(bucket: string, key: string): Promise<void>;
}

/** The store as COPY and UNLOAD see it. */
export interface S3Reader {
  /** Throws S3Error InvalidAccessKeyId, SignatureDoesNotMatch, ExpiredToken or InvalidToken for keys that S3 would refuse. */
  asKeys(keys: S3Keys, region: string): S3Caller;
  /** A role that the server does not know may do nothing. */
  asRole(arn: string, region: string): S3Caller;
  /** Whether a role may assume another one and is trusted by it. */
  mayAssume(arn: string, role: string): boolean;
}

/** The name of the cluster's sessions of roles. */
const SESSION = 'RedshiftIamRoleSession';

/** Makes a reader of a store. */
export function makeReader(service: Court & { readonly store: Store; readonly kmsKeys: KmsKeys }): S3Reader {
  const { store, credentials } = service;
  const asPrincipal = (principal: Principal, region: string): S3Caller => {
    const caller = new Caller(principal, service, 'copy');
    const enter = (operation: 'ListObjectsV2' | 'GetObject', name: string, key: string, prefix?: string) => {
      const bucket = store.bucket(name);
      if (bucket.region !== region) throw redirect(bucket);
      const params = new Map(prefix === undefined ? [] : [['prefix', prefix]]);
      checkAccess(caller, operation, { bucket: name, key, params, headers: new Map() }, store);
      return bucket;
    };
    const writing = (): WriteContext => ({ caller, store, kmsKeys: service.kmsKeys, region });
    return {
      begin: (name, key, encryption) => promise(() => beginObject(writing(), name, key, encryption)),
      remove: (name, key) => promise(() => removeObject(writing(), name, key)),
      list: (name, prefix) =>
        promise(() => {
          const { objects } = enter('ListObjectsV2', name, '', prefix);
          const page = listPage(objects, { prefix, delimiter: '', maxKeys: Infinity });
          return page.contents.map(({ key, size }) => ({ key, size }));
        }),
      checkList: (name, prefix) => void enter('ListObjectsV2', name, '', prefix),
      open: (name, key) =>
        promise(() => {
          const bucket = enter('GetObject', name, key);
          const { segments, size, headers } = bucket.get(key);
          requireDecrypt(caller, headers);
          return { size, body: bucket.files.read(segments, 0, size) };
        }),
      file: (name, key) =>
        promise(() => {
          const bucket = enter('GetObject', name, key);
          const { segments, size, headers } = bucket.get(key);
          requireDecrypt(caller, headers);
          return { size, read: (start, end) => buffer(bucket.files.read(segments, start, end)) };
        }),
    };
  };
  return {
    asKeys: (keys, region) => asPrincipal(credentials.principalOf(credentials.check(keys)), region),
    asRole: (arn, region) => asPrincipal(assumedRole(arn, SESSION), region),
    mayAssume: (arn, role) => new Caller(assumedRole(arn, SESSION), service, 'copy').mayAssume(role),
  };
}

/** What the work returns; a rejection when it throws. */
function promise<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
