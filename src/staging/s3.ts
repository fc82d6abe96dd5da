/** ObjectStore on the AWS SDK. Errors become LoadErrors that say which call on which object failed, and what to do. */
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { LoadError, messageOf } from '../errors.ts';
import type { ObjectReader, ObjectStore, StoredObject } from '../ports.ts';
import { readBlocks } from './s3-read.ts';

export interface S3Settings {
  readonly bucket: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  readonly forcePathStyle: boolean;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
  /** Aborts every request, also those of the clean-up. */
  readonly signal: AbortSignal;
}

/** S3 takes parts of at least 5 MiB. */
const UPLOAD_PART_BYTES = 5 * 1024 * 1024;
const DELETE_LIMIT = 1000;

export function connectS3(settings: S3Settings): ObjectStore & ObjectReader {
  const { bucket } = settings;
  const abortSignal = settings.signal;
  const options: S3ClientConfig = {
    ...(settings.region === undefined ? {} : { region: settings.region }),
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(settings.accessKeyId !== undefined && settings.secretAccessKey !== undefined
      ? { credentials: credentials(settings.accessKeyId, settings.secretAccessKey, settings.sessionToken) }
      : {}),
    forcePathStyle: settings.forcePathStyle,
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 120_000, throwOnRequestTimeout: true },
  };
  const client = new S3Client(options);
  /** Files of taps may lie in buckets of other regions; the own bucket's region has to be known, because COPY is told it. */
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

    put: (key, body, signal) =>
      call(`upload ${url(key)}`, async () => {
        signal.throwIfAborted();
        const upload = new Upload({
          client,
          params: { Bucket: bucket, Key: key, Body: body },
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
      reader ??= new S3Client({ ...options, followRegionRedirects: true });
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
            new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
            { abortSignal },
          );
          const failed = answer.Errors?.[0];
          if (failed) throw new Error(`${failed.Key ?? ''}: ${failed.Code ?? ''} ${failed.Message ?? ''}`);
        }
      }),

    async *list(prefix): AsyncGenerator<StoredObject> {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
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
            Bucket: bucket,
            Prefix: prefix,
            KeyMarker: page?.NextKeyMarker,
            UploadIdMarker: page?.NextUploadIdMarker,
          };
          page = await client.send(new ListMultipartUploadsCommand(input), { abortSignal });
          for (const { Key = '', UploadId, Initiated } of page.Uploads ?? []) {
            if (!Initiated || Initiated >= before || !isOurs(Key)) continue;
            await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }), {
              abortSignal,
            });
            aborted++;
          }
        } while (page.IsTruncated);
        return aborted;
      }),

    close: () => {
      client.destroy();
      reader?.destroy();
    },
  };
}

function credentials(
  accessKeyId: string,
  secretAccessKey: string,
  sessionToken: string | undefined,
): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist; create it or correct s3_bucket',
  AccessDenied:
    'access is denied; the identity needs s3:PutObject, s3:DeleteObject, s3:ListBucket and s3:AbortMultipartUpload',
  InvalidAccessKeyId: 'the access key is unknown; correct aws_access_key_id',
  SignatureDoesNotMatch: 'the signature does not match; correct aws_secret_access_key',
  ExpiredToken: 'the session token has expired; renew aws_session_token',
  PermanentRedirect: 'the bucket is in another region; correct s3_region',
  CredentialsProviderError:
    'no AWS credentials were found; set aws_access_key_id and aws_secret_access_key or a role',
  ECONNREFUSED: 'nothing listens there; correct s3_endpoint',
  ENOTFOUND: 'the host is unknown; correct s3_endpoint or s3_region',
};

const READ_ADVICE: typeof ADVICE = {
  ...ADVICE,
  NoSuchKey: 'there is no such object',
  NoSuchBucket: 'the bucket does not exist',
  AccessDenied:
    'access is denied; the identity needs s3:GetObject on the bucket (without s3:ListBucket a missing object looks the same)',
  PreconditionFailed: 'it was replaced while it was read',
};

function explain(what: string, error: unknown, advices = ADVICE): LoadError {
  if (error instanceof LoadError) return error;
  const name = error instanceof Error ? error.name : '';
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : name;
  const advice = advices[name] ?? advices[code];
  const reason = advice === undefined ? messageOf(error) || name : `${advice} (${name || code})`;
  return new LoadError(`Cannot ${what}: ${reason}`, { sqlstate: code, cause: error });
}
