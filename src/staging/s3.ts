/**
 * The adapter of ObjectStore to the AWS SDK. Errors become LoadErrors that say which call on which object failed, and what
 * to do.
 */
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  type HeadBucketCommandInput,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListMultipartUploadsCommandOutput,
  paginateListObjectsV2,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Bucket, FoundObject, RandomAccess, StoredObject } from '../ports.ts';
import { explain, READ_ADVICE } from './s3-errors.ts';
import { findObjects, openObject, readBlocks } from './s3-read.ts';

export interface S3Settings {
  readonly bucket: string;
  /** The region of the bucket. */
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly forcePathStyle: boolean;
  /** Keys, or a source of keys; undefined for the default chain of the SDK. */
  readonly credentials: S3ClientConfig['credentials'];
  readonly encryption: 'bucket-default' | 'sse-s3' | 'sse-kms';
  readonly kmsKeyId: string | undefined;
  /** The account that the bucket must belong to. */
  readonly owner: string | undefined;
  readonly acl: string | undefined;
  /** How requests reach S3; called for each client. */
  readonly requests: () => NonNullable<S3ClientConfig['requestHandler']>;
  /** Aborts every request, including those of the clean-up. */
  readonly signal: AbortSignal;
}

/** S3 accepts parts of at least 5 MiB. */
const UPLOAD_PART_BYTES = 5 * 1024 * 1024;
const DELETE_LIMIT = 1000;

/** How often the SDK sends a request by itself. */
const TRIES = 5;
/** Once more at once, for a connection that was closed while idle. The rest is decided by who uploads. */
const UPLOAD_TRIES = 2;

export function connectS3(settings: S3Settings): Bucket {
  return new S3Bucket(settings);
}

class S3Bucket implements Bucket {
  readonly region: string;
  readonly #settings: S3Settings;
  readonly #client: S3Client;
  readonly #uploader: S3Client;
  /** Files of taps may be in buckets of other regions. The region of our own bucket must be known, because COPY needs it. */
  #reader: S3Client | undefined;
  /** Members of every request. */
  readonly #own: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  /** Members of every request that writes an object. */
  readonly #written: Omit<PutObjectCommandInput, 'Key' | 'Body'> & { readonly Bucket: string };
  /** The second argument of every request. */
  readonly #abortable: { readonly abortSignal: AbortSignal };

  constructor(settings: S3Settings) {
    const { bucket, owner, region, signal } = settings;
    this.region = region;
    this.#settings = settings;
    this.#client = new S3Client(clientOptions(settings, region));
    this.#uploader = new S3Client({ ...clientOptions(settings, region), maxAttempts: UPLOAD_TRIES });
    this.#own = { Bucket: bucket, ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }) };
    this.#written = { ...encryptionOf(settings), ...aclOf(settings.acl), ...this.#own };
    this.#abortable = { abortSignal: signal };
  }

  url(key: string): string {
    return `s3://${this.#settings.bucket}/${key}`;
  }

  put(key: string, body: Uint8Array, signal: AbortSignal): Promise<void> {
    return explained(`upload ${this.url(key)}`, async () => {
      signal.throwIfAborted();
      const upload = new Upload({
        client: this.#uploader,
        params: { ...this.#written, Key: key, Body: body },
        partSize: UPLOAD_PART_BYTES,
        queueSize: 2,
      });
      const abort = (): void => void upload.abort().catch(() => undefined);
      signal.addEventListener('abort', abort, { once: true });
      try {
        await upload.done();
      } finally {
        signal.removeEventListener('abort', abort);
      }
    });
  }

  async *read(source: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    try {
      yield* readBlocks(this.#readerClient(), source, signal);
    } catch (error) {
      throw explain(`read ${source}`, error, READ_ADVICE);
    }
  }

  async open(source: string, signal: AbortSignal): Promise<RandomAccess> {
    const inWords = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        throw explain(`read ${source}`, error, READ_ADVICE);
      }
    };
    const object = await inWords(() => openObject(this.#readerClient(), source, signal));
    return {
      size: object.size,
      read: (start, end) => inWords(() => object.read(start, end)),
      close: () => Promise.resolve(),
    };
  }

  find(url: string): AsyncIterable<FoundObject> {
    return findObjects(this.#readerClient(), url, this.#settings.signal);
  }

  /** Follows redirects, so that it reads buckets of any region. */
  #readerClient(): S3Client {
    this.#reader ??= new S3Client({
      ...clientOptions(this.#settings, this.region),
      followRegionRedirects: true,
    });
    return this.#reader;
  }

  remove(keys: readonly string[]): Promise<void> {
    return explained(`remove objects of s3://${this.#settings.bucket}`, async () => {
      for (let start = 0; start < keys.length; start += DELETE_LIMIT) {
        const Objects = keys.slice(start, start + DELETE_LIMIT).map((Key) => ({ Key }));
        const command = new DeleteObjectsCommand({ ...this.#own, Delete: { Objects, Quiet: true } });
        const answer = await this.#client.send(command, this.#abortable);
        const failed = answer.Errors?.[0];
        if (failed) throw new Error(`${failed.Key ?? ''}: ${failed.Code ?? ''} ${failed.Message ?? ''}`);
      }
    });
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const input = { ...this.#own, Prefix: prefix };
    const pages = paginateListObjectsV2({ client: this.#client }, input, this.#abortable);
    try {
      for await (const page of pages) {
        for (const { Key, LastModified } of page.Contents ?? []) {
          if (Key !== undefined && LastModified) yield { key: Key, modified: LastModified };
        }
      }
    } catch (error) {
      throw explain(`list ${this.url(prefix)}`, error);
    }
  }

  abortUploads(prefix: string, before: Date, isOurs: (key: string) => boolean): Promise<number> {
    return explained(`abort uploads below ${this.url(prefix)}`, async () => {
      let aborted = 0;
      let page: ListMultipartUploadsCommandOutput | undefined;
      do {
        const input = {
          ...this.#own,
          Prefix: prefix,
          KeyMarker: page?.NextKeyMarker,
          UploadIdMarker: page?.NextUploadIdMarker,
        };
        page = await this.#client.send(new ListMultipartUploadsCommand(input), this.#abortable);
        for (const { Key = '', UploadId, Initiated } of page.Uploads ?? []) {
          if (!Initiated || Initiated >= before || !isOurs(Key)) continue;
          const command = new AbortMultipartUploadCommand({ ...this.#own, Key, UploadId });
          await this.#client.send(command, this.#abortable);
          aborted++;
        }
      } while (page.IsTruncated);
      return aborted;
    });
  }

  bucket(prefix: string): ReturnType<Bucket['bucket']> {
    const { bucket, owner } = this.#settings;
    return explained(`look at s3://${bucket}`, async () => {
      const { status, region } = await headBucket(
        this.#client,
        { Bucket: bucket },
        this.#abortable.abortSignal,
      );
      const mayList = async (input: object): Promise<boolean> => {
        const command = new ListObjectsV2Command({ ...this.#own, Prefix: prefix, MaxKeys: 1, ...input });
        return this.#client.send(command, this.#abortable).then(
          () => true,
          () => false,
        );
      };
      return {
        isThere: status !== 404,
        region,
        belongsElsewhere:
          owner !== undefined && !(await mayList({})) && (await mayList({ ExpectedBucketOwner: undefined })),
      };
    });
  }

  tryPut(
    key: string,
    body: Uint8Array,
    { withoutAcl = false, withSse }: NonNullable<Parameters<Bucket['tryPut']>[2]> = {},
  ): ReturnType<Bucket['tryPut']> {
    return explained(`upload ${this.url(key)}`, async () => {
      const settings = withSse === undefined ? this.#settings : { ...this.#settings, encryption: withSse };
      const acl = withoutAcl ? {} : aclOf(settings.acl);
      const input = { ...this.#own, ...encryptionOf(settings), ...acl, Key: key, Body: body };
      const command = new PutObjectCommand(input);
      const { ServerSideEncryption, SSEKMSKeyId } = await this.#client.send(command, this.#abortable);
      return { kmsKey: ServerSideEncryption === 'aws:kms' ? SSEKMSKeyId : undefined };
    });
  }

  tryMultipart(key: string): Promise<void> {
    return explained(`upload ${this.url(key)} as a multipart upload`, async () => {
      const create = new CreateMultipartUploadCommand({ ...this.#written, Key: key });
      const { UploadId } = await this.#client.send(create, this.#abortable);
      const upload = { ...this.#own, Key: key, UploadId };
      try {
        const part = new UploadPartCommand({ ...upload, PartNumber: 1, Body: Buffer.from('x') });
        await this.#client.send(part, this.#abortable);
      } finally {
        await this.#client.send(new AbortMultipartUploadCommand(upload), this.#abortable);
      }
    });
  }

  close(): void {
    this.#client.destroy();
    this.#uploader.destroy();
    this.#reader?.destroy();
  }
}

/** Runs `work`. An error of it says what could not be done. */
async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(what, error);
  }
}

function clientOptions(
  {
    endpoint,
    credentials,
    forcePathStyle,
    requests,
  }: Pick<S3Settings, 'endpoint' | 'credentials' | 'forcePathStyle' | 'requests'>,
  region: string,
): S3ClientConfig {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle,
    maxAttempts: TRIES,
    requestHandler: requests(),
  };
}

/**
 * Asks S3, starting at the region `start`, for the region of the bucket. Every answer about a bucket names it, errors too
 * (API_HeadBucket).
 */
export async function findRegion(settings: Omit<S3Settings, 'region'>, start: string): Promise<string> {
  const { bucket, signal } = settings;
  const client = new S3Client(clientOptions(settings, start));
  try {
    const { status, region } = await headBucket(client, { Bucket: bucket }, signal);
    if (status === 404) throw noSuchBucket();
    // Endpoints other than Amazon's may not report it.
    return region ?? start;
  } catch (error) {
    throw explain(`find the region of s3://${bucket}`, error);
  } finally {
    client.destroy();
  }
}

interface HttpAnswer {
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Every answer about a bucket names its region, errors too (API_HeadBucket). */
async function headBucket(
  client: S3Client,
  input: HeadBucketCommandInput,
  abortSignal?: AbortSignal,
): Promise<{ readonly status: number; readonly region: string | undefined }> {
  try {
    const { BucketRegion } = await client.send(
      new HeadBucketCommand(input),
      abortSignal === undefined ? {} : { abortSignal },
    );
    return { status: 200, region: BucketRegion };
  } catch (error) {
    const status = statusOf(error);
    const region = regionIn(error);
    // The answer to a request that was signed for another region names the right one, in several ways.
    if (status === undefined || (region === undefined && ![301, 403, 404].includes(status))) throw error;
    return { status, region };
  }
}

function regionIn(error: unknown): string | undefined {
  return (error as HttpAnswer).$response?.headers?.['x-amz-bucket-region'];
}

function statusOf(error: unknown): number | undefined {
  return (error as HttpAnswer).$metadata?.httpStatusCode;
}

/** An answer to HEAD has no body with the reason. */
function noSuchBucket(): Error {
  return Object.assign(new Error('the bucket does not exist'), { name: 'NoSuchBucket' });
}

function encryptionOf({ encryption, kmsKeyId }: S3Settings): Partial<PutObjectCommandInput> {
  switch (encryption) {
    case 'bucket-default':
      return {};
    case 'sse-s3':
      return { ServerSideEncryption: 'AES256' };
    case 'sse-kms':
      return {
        ServerSideEncryption: 'aws:kms',
        ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
      };
  }
}

function aclOf(acl: string | undefined): Partial<PutObjectCommandInput> {
  return acl === undefined ? {} : { ACL: acl as NonNullable<PutObjectCommandInput['ACL']> };
}
