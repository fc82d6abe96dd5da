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
import { LoadError, messageOf, UNTRUSTED_ADVICE } from '../errors.ts';
import type { Bucket, StoredObject } from '../ports.ts';
import { readBlocks } from './s3-read.ts';

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
  const { bucket, owner, region } = settings;
  const abortSignal = settings.signal;
  /** Members of every request. */
  const own = { Bucket: bucket, ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }) };
  const written = { ...own, ...encryptionOf(settings), ...aclOf(settings.acl) };
  const client = new S3Client(clientOptions(settings, region));
  const uploader = new S3Client({ ...clientOptions(settings, region), maxAttempts: UPLOAD_TRIES });
  /** Files of taps may be in buckets of other regions. The region of our own bucket must be known, because COPY needs it. */
  let reader: S3Client | undefined;

  async function call<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explain(what, error);
    }
  }

  const url = (key: string): string => `s3://${bucket}/${key}`;

  return {
    url,
    region,

    put: (key, body, signal) =>
      call(`upload ${url(key)}`, async () => {
        signal.throwIfAborted();
        const upload = new Upload({
          client: uploader,
          params: { ...written, Key: key, Body: body },
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
      }),

    async *read(source, signal): AsyncGenerator<Buffer> {
      reader ??= new S3Client({ ...clientOptions(settings, region), followRegionRedirects: true });
      try {
        yield* readBlocks(reader, source, signal);
      } catch (error) {
        throw explain(`read ${source}`, error, READ_ADVICE);
      }
    },

    remove: (keys) =>
      call(`remove objects of s3://${bucket}`, async () => {
        for (let start = 0; start < keys.length; start += DELETE_LIMIT) {
          const Objects = keys.slice(start, start + DELETE_LIMIT).map((Key) => ({ Key }));
          const answer = await client.send(
            new DeleteObjectsCommand({ ...own, Delete: { Objects, Quiet: true } }),
            { abortSignal },
          );
          const failed = answer.Errors?.[0];
          if (failed) throw new Error(`${failed.Key ?? ''}: ${failed.Code ?? ''} ${failed.Message ?? ''}`);
        }
      }),

    async *list(prefix): AsyncGenerator<StoredObject> {
      const pages = paginateListObjectsV2({ client }, { ...own, Prefix: prefix }, { abortSignal });
      try {
        for await (const page of pages) {
          for (const { Key, LastModified } of page.Contents ?? []) {
            if (Key !== undefined && LastModified) yield { key: Key, modified: LastModified };
          }
        }
      } catch (error) {
        throw explain(`list ${url(prefix)}`, error);
      }
    },

    abortUploads: (prefix, before, isOurs) =>
      call(`abort uploads below ${url(prefix)}`, async () => {
        let aborted = 0;
        let page: ListMultipartUploadsCommandOutput | undefined;
        do {
          const input = {
            ...own,
            Prefix: prefix,
            KeyMarker: page?.NextKeyMarker,
            UploadIdMarker: page?.NextUploadIdMarker,
          };
          page = await client.send(new ListMultipartUploadsCommand(input), { abortSignal });
          for (const { Key = '', UploadId, Initiated } of page.Uploads ?? []) {
            if (!Initiated || Initiated >= before || !isOurs(Key)) continue;
            await client.send(new AbortMultipartUploadCommand({ ...own, Key, UploadId }), {
              abortSignal,
            });
            aborted++;
          }
        } while (page.IsTruncated);
        return aborted;
      }),

    bucket: (prefix) =>
      call(`look at s3://${bucket}`, async () => {
        const { status, region } = await headBucket(client, { Bucket: bucket }, abortSignal);
        const mayList = async (input: object): Promise<boolean> => {
          const command = new ListObjectsV2Command({ ...own, Prefix: prefix, MaxKeys: 1, ...input });
          return client.send(command, { abortSignal }).then(
            () => true,
            () => false,
          );
        };
        return {
          isThere: status !== 404,
          region,
          belongsElsewhere:
            owner !== undefined &&
            !(await mayList({})) &&
            (await mayList({ ExpectedBucketOwner: undefined })),
        };
      }),

    tryPut: (key, body, { withoutAcl = false, withSse } = {}) =>
      call(`upload ${url(key)}`, async () => {
        const encryption = encryptionOf(
          withSse === undefined ? settings : { ...settings, encryption: withSse },
        );
        const acl = withoutAcl ? {} : aclOf(settings.acl);
        const command = new PutObjectCommand({ ...own, ...encryption, ...acl, Key: key, Body: body });
        const { ServerSideEncryption, SSEKMSKeyId } = await client.send(command, { abortSignal });
        return { kmsKey: ServerSideEncryption === 'aws:kms' ? SSEKMSKeyId : undefined };
      }),

    tryMultipart: (key) =>
      call(`upload ${url(key)} as a multipart upload`, async () => {
        const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...written, Key: key }), {
          abortSignal,
        });
        const upload = { ...own, Key: key, UploadId };
        try {
          const body = Buffer.from('x');
          await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: body }), { abortSignal });
        } finally {
          await client.send(new AbortMultipartUploadCommand(upload), { abortSignal });
        }
      }),

    close: () => {
      client.destroy();
      uploader.destroy();
      reader?.destroy();
    },
  };
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

const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist; create it or correct s3_bucket',
  AccessDenied: 'access is denied; --check finds out what is missing and how to grant it',
  InvalidAccessKeyId: 'the access key is unknown; correct aws_access_key_id, or the AWS profile',
  SignatureDoesNotMatch: 'the signature does not match; correct aws_secret_access_key',
  ExpiredToken: 'the session token has expired; renew aws_session_token, or log in to AWS again',
  PermanentRedirect: 'the bucket is in another region; correct s3_region',
  AuthorizationHeaderMalformed: 'the bucket is in another region; correct s3_region',
  CredentialsProviderError:
    'no AWS credentials were found; set aws_access_key_id and aws_secret_access_key, aws_profile, or run where a role is available',
  ECONNREFUSED: 'nothing listens there; check s3_endpoint and the network',
  ENOTFOUND: 'the host is unknown; correct s3_endpoint or s3_region',
  EAI_AGAIN: 'the host name cannot be looked up; check s3_endpoint and the network',
  ...UNTRUSTED_ADVICE,
};

const READ_ADVICE: typeof ADVICE = {
  ...ADVICE,
  NoSuchKey: 'there is no such object',
  NoSuchBucket: 'the bucket does not exist',
  AccessDenied:
    'access is denied; the identity needs s3:GetObject on the bucket (without s3:ListBucket a missing object looks the same)',
  PreconditionFailed: 'it was replaced while it was being read',
};

/** The words of S3 stay: they name the action that is denied, or the key of KMS. */
function explain(what: string, error: unknown, advices = ADVICE): LoadError {
  if (error instanceof LoadError) return error;
  const name = error instanceof Error ? error.name : '';
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : name;
  const advice = name === 'ProxyError' ? undefined : (advices[name] ?? advices[code]);
  const words = messageOf(error).replace(/\s+/g, ' ').trim();
  const reason = advice === undefined ? words || name : `${advice} (${named(name, code, words)})`;
  return new LoadError(`Cannot ${what}: ${reason}`, { sqlstate: code, service: 'S3', cause: error });
}

/** `AccessDenied: Access Denied`; without the code where the words have it. */
function named(name: string, code: string, words: string): string {
  const label = name === 'Error' ? code : name || code;
  return words === '' || words.includes(label) ? words || label : `${label}: ${words}`;
}
