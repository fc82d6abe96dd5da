/**
 * Receives a request body: plans from the headers how it is framed and which digests it must have, then streams it to a
 * sink and verifies length, payload hash, Content-MD5 and checksum. What the sink took must not be used unless
 * {@link receiveBody} returns.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { checksumAlgorithms, findAlgorithm, startChecksum, type ChecksumAlgorithm } from './checksums.ts';
import { ChunkedDecoder, type ChunkedOptions, type ChunkSigner } from './chunked.ts';
import { s3Error } from '../errors.ts';

/** A checksum as S3 sends it: base64 of the value. */
export interface ChecksumValue {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

/** What a signature says of the body that it is for. */
export interface SignedPayload {
  /** The x-amz-content-sha256 value: a hex digest or one of the constants such as UNSIGNED-PAYLOAD. */
  readonly payload: string;
  /** Signs the chunks of a STREAMING-AWS4-HMAC-SHA256 body. */
  readonly chunks: ChunkSigner;
}

/** What a body must be like. */
export interface BodyPlan {
  /** Bytes of the object data, without framing. */
  readonly size: number;
  readonly chunked?: ChunkedOptions;
  /** Hex, when the payload is signed as a whole. */
  readonly sha256?: string;
  readonly md5?: Buffer;
  /** Without a value it comes in the trailer. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value?: string };
}

/** What a received body was. */
export interface ReceivedBody {
  readonly size: number;
  readonly md5: Buffer;
  readonly checksum?: ChecksumValue;
}

/** Takes data in order; a promise makes the sender wait. */
export type BodySink = (data: Buffer) => Promise<void> | void;

const maximumBodyBytes = 5 * 1024 ** 3;
const checksumPrefix = 'x-amz-checksum-';

function readSize(headers: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = headers.get(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw s3Error('InvalidArgument', { message: `${name} is not a number of bytes` });
  return Number(text);
}

function planFraming(signed: SignedPayload): Pick<BodyPlan, 'chunked' | 'sha256'> {
  const { payload, chunks } = signed;
  switch (payload) {
    case 'UNSIGNED-PAYLOAD':
      return {};
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { chunked: { trailers: true } };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { chunked: { signer: chunks, trailers: false } };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { chunked: { signer: chunks, trailers: true } };
    default:
      if (/^[0-9a-f]{64}$/.test(payload)) return { sha256: payload };
      throw s3Error('InvalidArgument', {
        message:
          'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
        elements: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: payload },
      });
  }
}

function planChecksum(headers: ReadonlyMap<string, string>, trailers: boolean): BodyPlan['checksum'] {
  const found = checksumAlgorithms.flatMap((algorithm) => {
    const value = headers.get(checksumPrefix + algorithm);
    return value === undefined ? [] : [{ algorithm, value }];
  });
  const trailer = trailers ? headers.get('x-amz-trailer')?.trim().toLowerCase() : undefined;
  const trailing = checksumAlgorithms.filter((algorithm) => trailer === checksumPrefix + algorithm);
  const all = [...found, ...trailing.map((algorithm) => ({ algorithm }))];
  if (all.length > 1) {
    throw s3Error('InvalidRequest', {
      message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    });
  }
  if (trailer !== undefined && trailing.length === 0) {
    throw s3Error('InvalidRequest', {
      message: 'The value specified in the x-amz-trailer header is not supported',
    });
  }
  const [plan] = all;
  const wanted = headers.get('x-amz-sdk-checksum-algorithm');
  if (wanted !== undefined && plan?.algorithm !== findAlgorithm(wanted)) {
    throw s3Error('InvalidRequest', {
      message:
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    });
  }
  return plan;
}

function planMd5(headers: ReadonlyMap<string, string>): Buffer | undefined {
  const text = headers.get('content-md5');
  if (text === undefined) return undefined;
  const md5 = Buffer.from(text, 'base64');
  if (md5.length !== 16 || md5.toString('base64') !== text) throw s3Error('InvalidDigest');
  return md5;
}

/** What the headers say of the body that follows. Throws S3Error when they break S3's rules. */
export function planBody(headers: ReadonlyMap<string, string>, signed: SignedPayload): BodyPlan {
  const framing = planFraming(signed);
  const isChunkedTransfer = headers.has('transfer-encoding');
  if (framing.chunked === undefined && isChunkedTransfer) {
    throw s3Error('NotImplemented', { elements: { Header: 'Transfer-Encoding' } });
  }
  const size =
    framing.chunked === undefined
      ? (readSize(headers, 'content-length') ?? 0)
      : readSize(headers, 'x-amz-decoded-content-length');
  if (size === undefined) throw s3Error('MissingContentLength');
  if (size > maximumBodyBytes) {
    throw s3Error('EntityTooLarge', {
      elements: { ProposedSize: String(size), MaxSizeAllowed: String(maximumBodyBytes) },
    });
  }
  const md5 = planMd5(headers);
  const checksum = planChecksum(headers, framing.chunked?.trailers === true);
  return { size, ...framing, ...(md5 && { md5 }), ...(checksum && { checksum }) };
}

function verifyChecksum(
  plan: BodyPlan,
  digest: Buffer,
  trailers: ReadonlyMap<string, string>,
): ChecksumValue | undefined {
  if (plan.checksum === undefined) return undefined;
  const { algorithm } = plan.checksum;
  const claimed = plan.checksum.value ?? trailers.get(checksumPrefix + algorithm);
  if (claimed === undefined) throw s3Error('MalformedTrailerError');
  const claimedBytes = Buffer.from(claimed, 'base64');
  if (claimedBytes.length !== digest.length || claimedBytes.toString('base64') !== claimed) {
    throw s3Error('InvalidRequest', {
      message: `Value for ${checksumPrefix}${algorithm} header is invalid.`,
    });
  }
  if (!claimedBytes.equals(digest)) {
    throw s3Error('BadDigest', {
      message: `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    });
  }
  return { algorithm, value: claimed };
}

function verifySize({ size }: BodyPlan, received: number): void {
  if (received === size) return;
  throw s3Error('IncompleteBody', {
    message: 'You did not provide the number of bytes specified by the Content-Length HTTP header',
  });
}

function verifySha256({ sha256 = '' }: BodyPlan, computed: string): void {
  if (computed === sha256) return;
  throw s3Error('XAmzContentSHA256Mismatch', {
    elements: { ClientComputedContentSHA256: sha256, S3ComputedContentSHA256: computed },
  });
}

/** The digests of a body that its plan asks for. */
class Digests {
  readonly #plan: BodyPlan;
  readonly #md5 = createHash('md5');
  readonly #sha256: ReturnType<typeof createHash> | undefined;
  readonly #checksum: ReturnType<typeof startChecksum> | undefined;

  constructor(plan: BodyPlan) {
    this.#plan = plan;
    this.#sha256 = plan.sha256 === undefined ? undefined : createHash('sha256');
    this.#checksum = plan.checksum && startChecksum(plan.checksum.algorithm);
  }

  update(data: Buffer): void {
    this.#md5.update(data);
    this.#sha256?.update(data);
    this.#checksum?.update(data);
  }

  /** Throws S3Error when one of them is not the one that was sent. */
  verify(trailers: ReadonlyMap<string, string>): Pick<ReceivedBody, 'md5' | 'checksum'> {
    const plan = this.#plan;
    if (this.#sha256) verifySha256(plan, this.#sha256.digest('hex'));
    const md5 = this.#md5.digest();
    if (plan.md5 !== undefined && !md5.equals(plan.md5)) throw s3Error('BadDigest');
    const checksum = this.#checksum && verifyChecksum(plan, this.#checksum.digest(), trailers);
    return { md5, ...(checksum && { checksum }) };
  }
}

/**
 * The pieces of a request's body. The connection outlives a reader who stops early, for it carries the reply.
 * @throws S3Error RequestTimeout when the next piece does not come within `ms`.
 */
export async function* readInTime(request: Readable, ms: number): AsyncGenerator<Buffer> {
  const iterable = request.iterator({ destroyOnReturn: false });
  const pieces = iterable[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (let piece = await inTime(pieces.next(), ms); piece.done !== true;) {
      yield piece.value;
      piece = await inTime(pieces.next(), ms);
    }
  } finally {
    // Not awaited: after a timeout it waits for the piece that did not come.
    pieces.return?.().catch(() => undefined);
  }
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let overdue: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    overdue = setTimeout(() => reject(s3Error('RequestTimeout')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(overdue);
  }
}

/** Streams the body to the sink and verifies it. Throws S3Error when it is not what was planned, or what the sink throws. */
export async function receiveBody(
  source: AsyncIterable<Buffer>,
  plan: BodyPlan,
  sink: BodySink,
): Promise<ReceivedBody> {
  const decoder = plan.chunked && new ChunkedDecoder(plan.chunked);
  const digests = new Digests(plan);
  let size = 0;
  for await (const bytes of source) {
    for (const data of decoder?.push(bytes) ?? [bytes]) {
      size += data.length;
      if (size > plan.size)
        throw s3Error('IncompleteBody', { message: 'The request body is longer than was declared' });
      digests.update(data);
      const written = sink(data);
      if (written !== undefined) await written;
    }
  }
  decoder?.finish();
  verifySize(plan, size);
  return { size, ...digests.verify(decoder?.trailers ?? new Map()) };
}
