/**
 * Decodes an aws-chunked body (signed or unsigned, with or without trailers) that arrives in pieces of any size, and
 * verifies the chain of chunk signatures. Pure: bytes in, bytes out; data must not be trusted before `finish` returns.
 * Source: "Signature calculations for the Authorization header: Transferring payload in multiple chunks", S3 API Reference.
 */
import { createHash, type Hash } from 'node:crypto';
import { ASCII } from '../../ascii.ts';
import { equalSecrets } from '../secrets.ts';
import { s3Error } from '../errors.ts';

const { CR, LF } = ASCII;

/** Computes what chunk and trailer signatures must be, as hex. */
export interface ChunkSigner {
  /** The signature of the request's headers, which the first chunk chains to. */
  readonly seed: string;
  signChunk(previousSignature: string, sha256OfData: string): string;
  signTrailer(previousSignature: string, sha256OfTrailer: string): string;
}

/** How a body is framed: chunks signed when there is a signer, trailers expected when `trailers`. */
export interface ChunkedOptions {
  readonly signer?: ChunkSigner;
  readonly trailers: boolean;
}

type State = 'header' | 'data' | 'data-end' | 'trailer' | 'done';

const minimumChunkBytes = 8192;
const maximumLineBytes = 8192;

function malformedChunk(problem: string): Error {
  return s3Error('InvalidRequest', { message: `The aws-chunked body is malformed: ${problem}` });
}

/** One body being decoded. */
export class ChunkedDecoder {
  readonly #options: ChunkedOptions;
  readonly #trailers = new Map<string, string>();
  #state: State = 'header';
  #line: Buffer[] = [];
  #lineBytes = 0;
  #remaining = 0;
  #chunks = 0;
  #lastSize = minimumChunkBytes;
  #previousSignature: string;
  #claimedSignature = '';
  #hash: Hash | undefined;
  #trailerText = '';
  #trailerSigned = false;

  constructor(options: ChunkedOptions) {
    this.#options = options;
    this.#previousSignature = options.signer?.seed ?? '';
  }

  /** Trailing headers by lower-case name; complete after {@link finish}. */
  get trailers(): ReadonlyMap<string, string> {
    return this.#trailers;
  }

  /** Takes the next bytes of the body and gives the data in them. Throws S3Error when the framing or a signature is wrong. */
  push(bytes: Buffer): Buffer[] {
    const out: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const piece = bytes.subarray(at, at + this.#remaining);
        at += piece.length;
        this.#takeData(piece);
        out.push(piece);
      } else {
        at = this.#takeLinePart(bytes, at);
      }
    }
    return out;
  }

  /** Says that the body has ended; throws IncompleteBody when the last chunk or the trailers are missing. */
  finish(): void {
    if (this.#state !== 'done') throw s3Error('IncompleteBody');
  }

  #takeData(piece: Buffer): void {
    this.#hash?.update(piece);
    this.#remaining -= piece.length;
    if (this.#remaining === 0) this.#state = 'data-end';
  }

  /** Collects up to the end of the line and handles the line when it is whole; gives where to go on. */
  #takeLinePart(bytes: Buffer, at: number): number {
    if (this.#state === 'done') throw malformedChunk('there are bytes after its end');
    const end = bytes.indexOf(LF, at);
    const part = bytes.subarray(at, end === -1 ? bytes.length : end + 1);
    this.#line.push(part);
    this.#lineBytes += part.length;
    if (this.#lineBytes > maximumLineBytes) throw malformedChunk('a line is too long');
    if (end !== -1) {
      const line = Buffer.concat(this.#line);
      this.#line = [];
      this.#lineBytes = 0;
      this.#takeLine(line);
    }
    return at + part.length;
  }

  #takeLine(line: Buffer): void {
    const hasReturn = line.at(-2) === CR;
    const text = line.toString('latin1', 0, line.length - (hasReturn ? 2 : 1));
    if (this.#state === 'trailer') {
      this.#takeTrailer(text);
      return;
    }
    if (!hasReturn) throw malformedChunk('a chunk line must end with CRLF');
    if (this.#state === 'header') this.#takeHeader(text);
    else this.#endChunk(text);
  }

  #takeHeader(text: string): void {
    const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(text);
    if (match === null) throw malformedChunk('a chunk must begin with its size in hexadecimal');
    const size = parseInt(match[1] ?? '', 16);
    if ((match[2] !== undefined) !== (this.#options.signer !== undefined)) {
      throw malformedChunk('chunk signatures and x-amz-content-sha256 do not agree');
    }
    this.#chunks += 1;
    if (size > 0 && this.#lastSize < minimumChunkBytes) {
      throw s3Error('InvalidChunkSizeError', {
        elements: { Chunk: String(this.#chunks), BadChunkSize: String(this.#lastSize) },
      });
    }
    this.#lastSize = size;
    this.#remaining = size;
    this.#claimedSignature = match[2] ?? '';
    this.#hash = this.#options.signer === undefined ? undefined : createHash('sha256');
    if (size > 0) {
      this.#state = 'data';
      return;
    }
    this.#verifyChunk();
    this.#state = this.#options.trailers ? 'trailer' : 'data-end';
  }

  #endChunk(text: string): void {
    if (text !== '') throw malformedChunk('a chunk is longer than its size');
    if (this.#lastSize === 0) {
      this.#state = 'done';
      return;
    }
    this.#verifyChunk();
    this.#state = 'header';
  }

  #verifyChunk(): void {
    const { signer } = this.#options;
    if (signer === undefined || this.#hash === undefined) return;
    const expected = signer.signChunk(this.#previousSignature, this.#hash.digest('hex'));
    if (!equalSecrets(expected, this.#claimedSignature)) throw s3Error('SignatureDoesNotMatch');
    this.#previousSignature = expected;
  }

  #takeTrailer(text: string): void {
    const { signer } = this.#options;
    if (text === '') {
      // Between a trailer and its signature some clients send an empty line, as AWS's own example shows.
      if (signer === undefined || this.#trailerSigned) this.#state = 'done';
      else if (this.#trailers.size === 0) throw s3Error('MalformedTrailerError');
      return;
    }
    const colon = text.indexOf(':');
    if (colon < 1 || this.#trailerSigned) throw s3Error('MalformedTrailerError');
    const name = text.slice(0, colon).trim().toLowerCase();
    const value = text.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') this.#verifyTrailer(value);
    else {
      this.#trailers.set(name, value);
      this.#trailerText += `${name}:${value}\n`;
      if (this.#trailerText.length > maximumLineBytes) throw s3Error('MalformedTrailerError');
    }
  }

  #verifyTrailer(claimed: string): void {
    const { signer } = this.#options;
    if (signer === undefined) throw s3Error('MalformedTrailerError');
    const hash = createHash('sha256').update(this.#trailerText, 'latin1').digest('hex');
    const expected = signer.signTrailer(this.#previousSignature, hash);
    if (!equalSecrets(expected, claimed)) throw s3Error('SignatureDoesNotMatch');
    this.#trailerSigned = true;
  }
}
