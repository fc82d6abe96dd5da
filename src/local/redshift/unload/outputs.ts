/** The files that UNLOAD writes, one object each, of text or of Parquet. Rows go in, and no object exists before `commit`. */
import { once } from 'node:events';
import * as zlib from 'node:zlib';
import type { ObjectSink } from '../copy/credentials.ts';
import { unsupported } from '../sql/token-reader.ts';
import type { UnloadStatement } from '../sql/unload-statement.ts';
import type { LineWriter, UnloadRow } from './lines.ts';

/** One file that is being written. */
export interface Output {
  /** Bytes so far, with those that are held in memory. */
  readonly bytes: number;
  /** Lines or rows so far, with the header line. */
  readonly lines: number;
  /** Bytes held in memory, about. */
  readonly held: number;
  /** Whether the row would make a file that has rows larger than allowed. */
  isFull(row: UnloadRow, most: number): boolean;
  write(row: UnloadRow): Promise<void>;
  /** Hands what is held to the object. */
  flush(): Promise<void>;
  /** Completes the content; `bytes` is the size of the object then. */
  end(): Promise<void>;
  commit(): void;
  discard(): Promise<void>;
}

const HELD_BYTES = 64 * 1024;
/** What a compressor may hold back. */
const COMPRESSOR_BYTES = 256 * 1024;

/** The compression as a stream; undefined for none. @throws RedshiftError 0A000 when this version of Node.js cannot write it. */
export function openCompressor(compression: UnloadStatement['compression']): zlib.Gzip | undefined {
  if (compression === 'none') return undefined;
  if (compression === 'gzip') return zlib.createGzip();
  const { createZstdCompress } = zlib as unknown as { createZstdCompress?: () => zlib.Gzip };
  if (createZstdCompress) return createZstdCompress();
  throw unsupported('The local warehouse writes ZSTD only where Node.js does (from version 22.15 on).');
}

/** A file of lines. */
export class TextOutput implements Output {
  lines = 0;
  readonly #sink: ObjectSink;
  readonly #writer: LineWriter;
  readonly #compressor: zlib.Gzip | undefined;
  readonly #compressed: Promise<void> | undefined;
  #pending = '';
  /** Characters of `#pending` as bytes, and bytes handed to the object. */
  #pendingBytes = 0;
  #written = 0;

  constructor(sink: ObjectSink, writer: LineWriter, compression: UnloadStatement['compression']) {
    this.#sink = sink;
    this.#writer = writer;
    this.#compressor = openCompressor(compression);
    this.#compressed = this.#compressor && this.#drain(this.#compressor);
    this.#compressed?.catch(() => undefined);
    if (writer.header !== '') this.#take(writer.header);
  }

  get bytes(): number {
    return this.#written + (this.#compressor ? 0 : this.#pendingBytes);
  }

  get held(): number {
    return this.#pendingBytes;
  }

  isFull(row: UnloadRow, most: number): boolean {
    if (this.lines === 0) return false;
    if (this.#compressor) return this.#written + COMPRESSOR_BYTES >= most;
    // A row takes at most three bytes for a character, and a few around each value.
    const longest = row.reduce((sum, value) => sum + 3 * (value?.length ?? 0) + 8, 0);
    if (this.bytes + longest <= most) return false;
    return this.bytes + Buffer.byteLength(this.#writer.line(row)) > most;
  }

  async write(row: UnloadRow): Promise<void> {
    this.#take(this.#writer.line(row));
    if (this.#pendingBytes >= HELD_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    this.#pendingBytes = 0;
    if (!this.#compressor) await this.#hand(bytes);
    else if (!this.#compressor.write(bytes))
      await Promise.race([once(this.#compressor, 'drain'), this.#compressed]);
  }

  async end(): Promise<void> {
    await this.flush();
    this.#compressor?.end();
    await this.#compressed;
    await this.#sink.finish();
  }

  commit(): void {
    this.#sink.commit();
  }

  async discard(): Promise<void> {
    this.#compressor?.destroy();
    await this.#sink.discard();
  }

  #take(line: string): void {
    this.#pending += line;
    this.#pendingBytes += Buffer.byteLength(line);
    this.lines += 1;
  }

  async #hand(bytes: Buffer): Promise<void> {
    this.#written += bytes.length;
    await this.#sink.write(bytes);
  }

  async #drain(compressor: zlib.Gzip): Promise<void> {
    for await (const bytes of compressor as AsyncIterable<Buffer>) await this.#hand(bytes);
  }
}
