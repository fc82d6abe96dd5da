/** Writes and removes objects in the server's own process, by the rules of the HTTP endpoint. UNLOAD writes with it. */
import { createHash } from 'node:crypto';
import { checkAccess } from './auth/access.ts';
import type { Caller } from './auth/caller.ts';
import { redirect } from './auth/claim.ts';
import { encrypt, type KmsKeys } from './auth/kms.ts';
import { s3Error } from './errors.ts';
import { DataWriter } from './objects/data-files.ts';
import { type Bucket, currentTime, type Store } from './objects/store.ts';

/** How an object is encrypted: with S3's own keys, as the bucket says, or with a key of KMS by ID, ARN or alias. */
export type ObjectEncryption =
  { readonly kind: 's3' } | { readonly kind: 'bucket' } | { readonly kind: 'kms'; readonly key: string };

/** An object that is being written. It exists from `commit` on. */
export interface ObjectSink {
  /** Takes the next bytes, which must not change afterwards. A promise means: wait. Throws file errors. */
  write(bytes: Buffer): Promise<void> | undefined;
  /** Writes the rest; the object can only be committed or discarded then. */
  finish(): Promise<void>;
  /** Makes it the object of its key. Throws NoSuchBucket when the bucket is gone. */
  commit(): void;
  /** Gives it up, whatever state it is in. */
  discard(): Promise<void>;
}

/** Who writes, and where. */
export interface WriteContext {
  readonly caller: Caller;
  readonly store: Store;
  readonly kmsKeys: KmsKeys;
  readonly region: string;
}

/** Begins an object. Throws as PutObject does: NoSuchBucket, PermanentRedirect, AccessDenied, KMS.NotFoundException. */
export function beginObject(
  context: WriteContext,
  name: string,
  key: string,
  encryption: ObjectEncryption,
): ObjectSink {
  const bucket = enter(context, 'PutObject', name, key);
  const headers = encrypt(headersOf(encryption), bucket, context);
  return new StoredSink(context.store, bucket, key, headers);
}

/** Removes an object. Throws as DeleteObject does. */
export function removeObject(context: WriteContext, name: string, key: string): void {
  enter(context, 'DeleteObject', name, key).delete(key);
}

function enter(
  { caller, store, region }: WriteContext,
  operation: 'PutObject' | 'DeleteObject',
  name: string,
  key: string,
): Bucket {
  const bucket = store.bucket(name);
  if (bucket.region !== region) throw redirect(bucket);
  checkAccess(caller, operation, { bucket: name, key, params: new Map(), headers: new Map() }, store);
  return bucket;
}

function headersOf(encryption: ObjectEncryption): Record<string, string> {
  const type = { 'content-type': 'binary/octet-stream' };
  if (encryption.kind === 'bucket') return type;
  if (encryption.kind === 's3') return { ...type, 'x-amz-server-side-encryption': 'AES256' };
  return {
    ...type,
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': encryption.key,
  };
}

class StoredSink implements ObjectSink {
  readonly #store: Store;
  readonly #bucket: Bucket;
  readonly #key: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #writer: DataWriter;
  readonly #md5 = createHash('md5');
  #segment: Awaited<ReturnType<DataWriter['finish']>> | undefined;

  constructor(store: Store, bucket: Bucket, key: string, headers: Readonly<Record<string, string>>) {
    this.#store = store;
    this.#bucket = bucket;
    this.#key = key;
    this.#headers = headers;
    this.#writer = new DataWriter(bucket.files.directory);
  }

  write(bytes: Buffer): Promise<void> | undefined {
    this.#md5.update(bytes);
    return this.#writer.write(bytes);
  }

  async finish(): Promise<void> {
    this.#segment = await this.#writer.finish();
  }

  commit(): void {
    if (!this.#segment) throw new Error('an object is committed before it is finished');
    if (this.#store.find(this.#bucket.name) !== this.#bucket) throw s3Error('NoSuchBucket');
    this.#bucket.put({
      key: this.#key,
      size: this.#segment.size,
      etag: this.#md5.digest('hex'),
      lastModified: currentTime(),
      headers: this.#headers,
      segments: [this.#segment],
    });
  }

  async discard(): Promise<void> {
    await this.#writer.discard();
  }
}
