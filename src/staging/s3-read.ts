/**
 * Reads an object of any bucket in blocks or in parts, each in its own request. A load that has to wait between two blocks keeps no connection
 * open, and an interrupted block is requested again. All blocks are of the same version of the object.
 */
import {
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { FoundObject } from '../ports.ts';
import { retry } from '../retry.ts';
import { explain, READ_ADVICE } from './s3-errors.ts';

const BLOCK_BYTES = 8 * 1024 * 1024;
const TRIES = 5;
const PAUSE_MS = 500;

interface Block {
  readonly bytes: Buffer;
  readonly etag: string | undefined;
  /** Bytes of the whole object. */
  readonly total: number;
}

/** Throws the errors of the SDK. */
export async function* readBlocks(
  client: S3Client,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const place = placeOf(url);
  let etag: string | undefined;
  for (let at = 0, total = Infinity; at < total;) {
    const from = { ...place, at, end: at + BLOCK_BYTES, etag };
    const block = await patiently(() => readBlock(client, from, signal), signal);
    yield block.bytes;
    at += block.bytes.length;
    ({ etag, total } = block);
  }
}

/** One version of an object, of which parts are read, each in its own request. Throws the errors of the SDK. */
export async function openObject(
  client: S3Client,
  url: string,
  signal: AbortSignal,
): Promise<{ readonly size: number; read(start: number, end: number): Promise<Buffer> }> {
  const place = placeOf(url);
  const head = await client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: place.key }), {
    abortSignal: signal,
  });
  const etag = head.ETag;
  return {
    size: head.ContentLength ?? 0,
    read: async (start, end) => {
      if (start >= end) return Buffer.alloc(0);
      const { bytes } = await patiently(
        () => readBlock(client, { ...place, at: start, end, etag }, signal),
        signal,
      );
      if (bytes.length === end - start) return bytes;
      throw new RangeError(`S3 sent ${bytes.length} bytes of the ${end - start} from byte ${start} on`);
    },
  };
}

/** The objects whose URLs begin so. Throws LoadError. */
export async function* findObjects(
  client: S3Client,
  url: string,
  signal: AbortSignal,
): AsyncGenerator<FoundObject> {
  const { bucket, key } = placeOf(url);
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: key }, { abortSignal: signal });
  try {
    for await (const page of pages) {
      for (const { Key, Size, ETag } of page.Contents ?? [])
        if (Key !== undefined) yield { url: `s3://${bucket}/${Key}`, bytes: Size ?? 0, etag: ETag ?? '' };
    }
  } catch (error) {
    throw explain(`list ${url}`, error, READ_ADVICE);
  }
}

function placeOf(url: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(url) ?? [];
  if (bucket === undefined || key === undefined)
    throw new RangeError('an S3 URL has the form s3://bucket/key');
  return { bucket, key };
}

/** Requests again what was interrupted: the SDK retries errors of S3, but not an interrupted body. */
function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return retry(work, {
    tries: TRIES,
    pauseMs: PAUSE_MS,
    maxPauseMs: PAUSE_MS * 2 ** TRIES,
    signal,
    isTransient: (error) => !(error instanceof Error && '$metadata' in error),
    onRetry: () => undefined,
  });
}

async function readBlock(
  client: S3Client,
  from: {
    readonly bucket: string;
    readonly key: string;
    readonly at: number;
    readonly end: number;
    readonly etag: string | undefined;
  },
  abortSignal: AbortSignal,
): Promise<Block> {
  try {
    const answer = await client.send(
      new GetObjectCommand({
        Bucket: from.bucket,
        Key: from.key,
        Range: `bytes=${from.at}-${from.end - 1}`,
        IfMatch: from.etag,
      }),
      { abortSignal },
    );
    const bytes = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
    return { bytes, etag: answer.ETag, total: totalOf(answer.ContentRange, from.at, bytes.length) };
  } catch (error) {
    // An empty object has no first byte.
    if (from.at === 0 && error instanceof Error && error.name === 'InvalidRange') {
      return { bytes: Buffer.alloc(0), etag: undefined, total: 0 };
    }
    throw error;
  }
}

/** If the answer has no range, the first block is the whole object. */
function totalOf(range: string | undefined, at: number, length: number): number {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range ?? `bytes 0-0/${length}`) ?? [];
  if (Number(start) !== at || total === undefined || (length === 0 && at < Number(total))) {
    throw new RangeError(`S3 answered with a range that was not requested: ${range}`);
  }
  return Number(total);
}
