/**
 * Reads an object of any bucket in blocks, each in its own request. A load that has to wait between two blocks keeps no connection
 * open, and an interrupted block is requested again. All blocks are of the same version of the object.
 */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { retry } from '../retry.ts';

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
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(url) ?? [];
  if (bucket === undefined || key === undefined)
    throw new RangeError('an S3 URL has the form s3://bucket/key');
  let etag: string | undefined;
  for (let at = 0, total = Infinity; at < total;) {
    const block = await retry(() => readBlock(client, { bucket, key, at, etag }, signal), {
      tries: TRIES,
      pauseMs: PAUSE_MS,
      maxPauseMs: PAUSE_MS * 2 ** TRIES,
      signal,
      // The SDK retries errors of S3, but not an interrupted body.
      isTransient: (error) => !(error instanceof Error && '$metadata' in error),
      onRetry: () => undefined,
    });
    yield block.bytes;
    at += block.bytes.length;
    ({ etag, total } = block);
  }
}

async function readBlock(
  client: S3Client,
  from: {
    readonly bucket: string;
    readonly key: string;
    readonly at: number;
    readonly etag: string | undefined;
  },
  abortSignal: AbortSignal,
): Promise<Block> {
  try {
    const answer = await client.send(
      new GetObjectCommand({
        Bucket: from.bucket,
        Key: from.key,
        Range: `bytes=${from.at}-${from.at + BLOCK_BYTES - 1}`,
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
