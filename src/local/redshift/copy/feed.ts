/** Reads the objects of a COPY, has their rows checked and hands the good ones on. */
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import type { ObjectReader } from './credentials.ts';
import { copyError, type ErrorContext } from '../errors.ts';
import { type LoadObject, openObject } from './objects.ts';
import type { Readings } from '../readings.ts';
import type { Replacement, RowChecker, RowError } from '../rows/check.ts';
import { openDecoding } from '../rows/encoding.ts';
import { unsupported } from '../sql/token-reader.ts';
import type { CopyStatement } from '../sql/statement.ts';

/** More rows are wrong than MAXERROR allows. */
export class RowsRefused extends Error {
  override readonly name = 'RowsRefused';
}

/** An object that was read, for the log. */
export interface LoadedFile {
  readonly file: string;
  /** As stored. */
  bytes: number;
  /** Records read. */
  lines: number;
  errors: number;
  /** Where its rows begin among those that the engine gets. */
  readonly firstRow: number;
  readonly started: Date;
  ended: Date;
}

/** What a feeder reads, and as what. */
export interface FeederSource {
  readonly copy: CopyStatement;
  readonly context: ErrorContext;
  readonly readings: Readings;
  readonly reader: ObjectReader;
  readonly objects: readonly LoadObject[];
}

const INFLATED_CHUNK = 256 * 1024;

/** @throws RedshiftError 0A000 when this version of Node.js cannot read the compression. */
export function checkCompression({ compression }: CopyStatement): void {
  if (compression === 'zstd' && !('createZstdDecompress' in zlib)) {
    throw unsupported('The local warehouse reads ZSTD only where Node.js does (from version 22.15 on).');
  }
}

/** Sends the good rows of all objects and keeps account of the others. */
export class Feeder {
  readonly files: LoadedFile[] = [];
  readonly #source: FeederSource;
  readonly #checker: RowChecker;

  constructor(source: FeederSource, checker: RowChecker) {
    this.#source = source;
    this.#checker = checker;
  }

  get engineOptions(): string {
    return this.#checker.engineOptions;
  }

  get errors(): RowError[] {
    return this.#checker.errors;
  }

  get replacements(): readonly Replacement[] {
    return this.#checker.replacements;
  }

  get replacedRows(): number {
    return this.#checker.replacedRows;
  }

  /**
   * Hands the rows to `accept` in the engine's CSV.
   * @throws RowsRefused, RedshiftError, or what has broken the reading of an object.
   */
  async send(accept: (rows: Buffer) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { objects, reader, context } = this.#source;
    for (const object of objects) {
      signal.throwIfAborted();
      const body = await untilAborted(openObject(object, reader, context), signal);
      if (body) await this.#read(`s3://${object.bucket}/${object.key}`, body, accept, signal);
    }
    if (this.files.length === 0) throw copyError('No file of the manifest was found', context);
  }

  async #read(
    name: string,
    body: Readable,
    accept: (rows: Buffer) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const checker = this.#checker;
    const { copy, readings } = this.#source;
    const now = new Date();
    const file = {
      file: name,
      bytes: 0,
      lines: 0,
      errors: 0,
      firstRow: checker.rows,
      started: now,
      ended: now,
    };
    this.files.push(file);
    const before = { lines: checker.scanned, errors: checker.errors.length };
    const decoding = openDecoding(copy.encoding, readings.byteOrderMarkIsSkipped);
    const pass = async (rows: readonly Buffer[]) => {
      if (checker.failed) throw new RowsRefused();
      for (const bytes of rows) await accept(bytes);
    };
    checker.startFile(name);
    body.on('data', (chunk: Buffer) => {
      file.bytes += chunk.length;
    });
    let failure: { readonly cause: unknown } | undefined;
    const check = async (source: AsyncIterable<Buffer>) => {
      try {
        for await (const chunk of source) await pass(checker.push(this.#decode(() => decoding.push(chunk))));
        await pass(checker.push(this.#decode(() => decoding.end())));
        await pass(checker.endFile());
      } catch (cause) {
        failure = { cause };
        throw cause;
      }
    };
    try {
      await inflate(body, copy, check, signal);
    } catch (error) {
      // The stream that is destroyed for it may report its own end first.
      throw failure ? failure.cause : error;
    } finally {
      file.lines = checker.scanned - before.lines;
      file.errors = checker.errors.length - before.errors;
      file.ended = new Date();
    }
  }

  #decode(work: () => Buffer): Buffer {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#checker.refuseFile(1221, 'The encoding of the file does not match ENCODING');
      return Buffer.alloc(0);
    }
  }
}

/** S3 may take its time; whoever cancels does not wait for it. */
async function untilAborted(
  opening: Promise<Readable | undefined>,
  signal: AbortSignal,
): Promise<Readable | undefined> {
  let leave: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = () => reject(new Error('cancelled'));
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    opening.then((body) => body?.destroy()).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

async function inflate(
  body: Readable,
  { compression }: CopyStatement,
  send: (source: AsyncIterable<Buffer>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (compression === 'none') await pipeline(body, send, { signal });
  else await pipeline(body, decompressor(compression), send, { signal });
}

function decompressor(compression: 'gzip' | 'zstd'): Transform {
  if (compression === 'gzip') return zlib.createGunzip({ chunkSize: INFLATED_CHUNK });
  const { createZstdDecompress } = zlib as unknown as {
    createZstdDecompress: (options: { chunkSize: number }) => Transform;
  };
  return createZstdDecompress({ chunkSize: INFLATED_CHUNK });
}

/** What broke the reading itself: the connection to S3, or content that is not what the statement says. */
export function describeInput(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const text = cause instanceof Error ? cause.message : String(cause);
  return /^Z(STD)?_/.test(code)
    ? `failed to inflate input file: ${text} (${code})`
    : `S3 read failed: ${text}`;
}
