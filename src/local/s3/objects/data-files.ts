/**
 * The files that hold object data. Each is written once under a name of its own and belongs to nothing until a side-car
 * names it, so that a reader goes on with the version it began with and a crash leaves only files that nobody names.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream, readdirSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** A data file and its length in bytes. Objects of several parts have several. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

const batchBytes = 1024 * 1024;
const readBytes = 256 * 1024;

async function writeAll(handle: FileHandle, batch: readonly Buffer[]): Promise<void> {
  let { bytesWritten: done } = await handle.writev(batch);
  // A nearly full disk takes less than it was given; the rest is tried again, and fails then.
  for (const bytes of batch) {
    if (done < bytes.length) await handle.writeFile(bytes.subarray(done));
    done = Math.max(0, done - bytes.length);
  }
}

/** Writes one data file in large steps, hashing and receiving while the disk works. */
export class DataWriter {
  /** The file's name within its directory. */
  readonly file = randomBytes(16).toString('hex');
  readonly #path: string;
  #handle: FileHandle | undefined;
  #batch: Buffer[] = [];
  #batchSize = 0;
  #size = 0;
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(directory: string) {
    this.#path = join(directory, this.file);
  }

  /** Takes the next bytes, which must not change afterwards. A promise means: wait. Throws file errors. */
  write(bytes: Buffer): Promise<void> | undefined {
    this.#batch.push(bytes);
    this.#batchSize += bytes.length;
    this.#size += bytes.length;
    return this.#batchSize >= batchBytes ? this.#flush() : undefined;
  }

  /** Writes the rest and closes the file. */
  async finish(): Promise<Segment> {
    await this.#flush();
    await this.#settle();
    await this.#handle?.close();
    this.#handle = undefined;
    return { file: this.file, size: this.#size };
  }

  /** Gives the file up, whatever state it is in. */
  async discard(): Promise<void> {
    await this.#flushing;
    await this.#handle?.close().catch(() => undefined);
    this.#handle = undefined;
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchSize = 0;
    await this.#settle();
    this.#handle ??= await open(this.#path, 'wx');
    this.#flushing = writeAll(this.#handle, batch).catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  async #settle(): Promise<void> {
    await this.#flushing;
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** The data files of one bucket. */
export class DataFiles {
  readonly directory: string;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Removes every file that is not in use: what a crash left behind. */
  sweep(used: ReadonlySet<string>): void {
    for (const file of readdirSync(this.directory)) {
      if (!used.has(file)) this.#unlink(file);
    }
  }

  /** Removes the files of a version that is no more, each as soon as nobody reads it. */
  remove(segments: readonly Segment[]): void {
    for (const { file } of segments) {
      if (this.#readers.has(file)) this.#doomed.add(file);
      else this.#unlink(file);
    }
  }

  /** Bytes `start` to before `end` of the segments' concatenation; the files stay until the stream is closed. */
  read(segments: readonly Segment[], start: number, end: number): Readable {
    for (const { file } of segments) this.#readers.set(file, (this.#readers.get(file) ?? 0) + 1);
    const stream = this.#openStream(segments, start, end);
    stream.once('close', () => this.#release(segments));
    return stream;
  }

  #openStream(segments: readonly Segment[], start: number, end: number): Readable {
    const wanted = cutSegments(segments, start, end);
    const [only] = wanted;
    if (only === undefined) return Readable.from([], { objectMode: false });
    const openCut = (cut: SegmentCut): Readable =>
      createReadStream(join(this.directory, cut.file), {
        start: cut.start,
        end: cut.end - 1,
        highWaterMark: readBytes,
      });
    if (wanted.length === 1) return openCut(only);
    async function* concatenate(): AsyncGenerator<Buffer> {
      for (const cut of wanted) yield* openCut(cut) as AsyncIterable<Buffer>;
    }
    return Readable.from(concatenate(), { objectMode: false, highWaterMark: readBytes });
  }

  #release(segments: readonly Segment[]): void {
    for (const { file } of segments) {
      const left = (this.#readers.get(file) ?? 1) - 1;
      if (left > 0) this.#readers.set(file, left);
      else {
        this.#readers.delete(file);
        if (this.#doomed.delete(file)) this.#unlink(file);
      }
    }
  }

  #unlink(file: string): void {
    try {
      rmSync(join(this.directory, file), { force: true });
    } catch {
      // The change that made the file useless stands; the next start sweeps what could not be removed now.
    }
  }
}

interface SegmentCut {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

function cutSegments(segments: readonly Segment[], start: number, end: number): readonly SegmentCut[] {
  const cuts: SegmentCut[] = [];
  let base = 0;
  for (const { file, size } of segments) {
    const cut = { file, start: Math.max(start - base, 0), end: Math.min(end - base, size) };
    if (cut.start < cut.end) cuts.push(cut);
    base += size;
  }
  return cuts;
}
