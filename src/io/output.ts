/**
 * Writes to file descriptors whose reader may not read. A write must not block this thread, because that would delay signals. In
 * Node, writes to terminals block, and writes to a full pipe are buffered without bound.
 */
import { constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { platform } from 'node:os';
import { Writable } from 'node:stream';

/** How long to wait before a full descriptor is tried again. */
export const RETRY_MS = 20;

/**
 * The pipe or terminal of a file descriptor, opened a second time so that writes do not block. The flag belongs to the
 * new descriptor; other processes that share the old one are not affected. Undefined where that is impossible: for files, which
 * accept every write, for sockets, and on systems other than Linux.
 */
export function openNonBlocking(fd: number): number | undefined {
  if (platform() !== 'linux') return undefined;
  try {
    const stats = fstatSync(fd);
    if (!stats.isFIFO() && !stats.isCharacterDevice()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // A pipe or terminal of another user, or one without a reader: a write to the old descriptor shows which.
    return undefined;
  }
}

/** Writes the bytes from `start` on. Returns how many the descriptor accepted. Throws the error of the system. */
export function writeSome(fd: number, bytes: Buffer, start: number): number {
  try {
    return writeSync(fd, bytes, start);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0;
    throw error;
  }
}

/**
 * Whether this process was started with the descriptor closed (`>&-`). Node opens /dev/null in its place, for reading and
 * writing; `> /dev/null` opens it for writing only, so that reading it fails. A launcher that itself opens /dev/null for
 * reading and writing (subprocess.DEVNULL of Python, stdio 'ignore' of Node) looks the same as a closed descriptor.
 */
export function isClosed(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    if (!stats.isCharacterDevice() || stats.rdev !== statSync('/dev/null').rdev) return false;
  } catch {
    return true;
  }
  try {
    readSync(fd, Buffer.alloc(1));
    return true;
  } catch {
    return false;
  }
}

/** A terminal as a non-blocking stream: its writes wait for the terminal, but the thread does not. */
export class NonBlockingStream extends Writable {
  readonly #fd: number;

  /** `fd` is one of `openNonBlocking`. */
  constructor(fd: number) {
    super();
    this.#fd = fd;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#writeFrom(chunk, 0, done);
  }

  #writeFrom(chunk: Buffer, start: number, done: (error?: Error) => void): void {
    let at = start;
    try {
      for (let bytes = -1; bytes !== 0 && at < chunk.length; at += bytes)
        bytes = writeSome(this.#fd, chunk, at);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (at === chunk.length) done();
    else setTimeout(() => this.#writeFrom(chunk, at, done), RETRY_MS);
  }
}
