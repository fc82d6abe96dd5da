/**
 * Writing to file descriptors that may not be read: a write must not block this thread, because signals would have to wait
 * too. In Node, writes to terminals block, and writes to a pipe that is full are kept without bound.
 */
import { constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { platform } from 'node:os';
import { Writable } from 'node:stream';

/** How long to wait before a descriptor that could not take more is tried again. */
export const RETRY_MS = 20;

/**
 * The pipe or terminal of a file descriptor, opened a second time so that writes do not block. The flag belongs to the
 * new descriptor; other processes that share the old one do not notice. Undefined where that is impossible: for files, which
 * take every write, for sockets, and elsewhere than on Linux.
 */
export function openNonBlocking(fd: number): number | undefined {
  if (platform() !== 'linux') return undefined;
  try {
    const stats = fstatSync(fd);
    if (!stats.isFIFO() && !stats.isCharacterDevice()) return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // Another user's pipe or terminal, or one without a reader: writing to the old descriptor shows which.
    return undefined;
  }
}

/** Writes the bytes from `start` on as far as the descriptor takes them; returns how many it took. Throws what the system says. */
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
 * reading and writing (subprocess.DEVNULL of Python, stdio 'ignore' of Node) cannot be told from a closed descriptor.
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

/** A terminal as a stream that does not block: its writes wait for the terminal, the thread does not. */
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
