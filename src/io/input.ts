/**
 * Reads the messages from a descriptor such as stdin, or from a file. Chunks share a few buffers instead of being allocated one
 * by one, which halves the memory of a run. A chunk is valid until the next one is requested.
 */
import { closeSync, constants, fstatSync, openSync, read, type Stats } from 'node:fs';
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import { platform } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { InputError, messageOf } from '../errors.ts';

export interface Input extends AsyncIterable<Buffer> {
  /** Ends a running iteration with an error. */
  destroy(): void;
  /**
   * The program that made the input says, after its end, why it is not whole; undefined if it is. An input without this is whole when it
   * ends, but nothing proves it.
   */
  failure?(): Promise<Error | undefined>;
}

/** The capacity of a pipe on Linux. */
const PIPE_BYTES = 64 * 1024;
const FILE_BYTES = 1024 * 1024;
/** After this many bytes, other work of this thread gets its turn: compressors need the next rows. */
const PIECE_BYTES = 256 * 1024;

/**
 * A named pipe is opened without waiting for its writer, because that would delay signals; the first read waits. On systems other
 * than Linux, such a read cannot tell a pipe that has no writer yet from one that has ended.
 */
const OPEN_FLAGS = constants.O_RDONLY | (platform() === 'linux' ? constants.O_NONBLOCK : 0);

/** The messages of a file or a named pipe. Throws InputError. */
export function openFile(path: string): Input {
  try {
    const fd = openSync(path, OPEN_FLAGS);
    const stats = fstatSync(fd);
    if (stats.isFIFO()) return new PipeInput(fd);
    if (stats.isFile()) return new FileInput(fd, true);
    closeSync(fd);
    throw new Error('it is not a file');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const what = isMissing ? 'the file does not exist' : messageOf(error);
    throw new InputError(`Cannot read --input ${path}: ${what}`, {}, { cause: error });
  }
}

/** The messages of an open descriptor: a pipe, a socket, a terminal or a file. A file stays open. */
export function openDescriptor(fd: number): Input {
  const stats = statsOf(fd);
  if (stats?.isFIFO() === true || stats?.isSocket() === true) return new PipeInput(fd);
  return isatty(fd) ? new ReadStream(fd) : new FileInput(fd, false);
}

/** Undefined for a descriptor that is closed. */
function statsOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}

const CLOSED = new Error('it was closed before its end');

function unreadable(cause: unknown): InputError {
  return new InputError(`Cannot read the input: ${messageOf(cause)}`, {}, { cause });
}

class PipeInput implements Input {
  readonly #socket: Socket;
  #taken: { resolve: (chunk: Buffer | undefined) => void; reject: (error: Error) => void } | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  constructor(fd: number) {
    const buffer = Buffer.allocUnsafeSlow(PIPE_BYTES);
    const onread: OnReadOpts = {
      buffer,
      callback: (bytes) => {
        this.#taken?.resolve(buffer.subarray(0, bytes));
        // The next chunk is read only after this one is processed.
        return false;
      },
    };
    // Node's types have `onread` only for connections, but net.Socket accepts it too.
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      fd,
      readable: true,
      writable: false,
      onread,
    };
    this.#socket = new Socket(options);
    this.#socket.pause();
    this.#socket.once('end', () => this.#finish(undefined));
    this.#socket.once('error', (error) => this.#finish(unreadable(error)));
    this.#socket.once('close', () => this.#finish(unreadable(CLOSED)));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) yield chunk;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #next(): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      this.#taken = { resolve, reject };
      if (this.#end) this.#finish(this.#end.error);
      else this.#socket.resume();
    });
  }

  #finish(error: Error | undefined): void {
    this.#end ??= { error };
    if (this.#end.error) this.#taken?.reject(this.#end.error);
    else this.#taken?.resolve(undefined);
  }
}

const readInto = promisify(read);

class FileInput implements Input {
  readonly #fd: number;
  readonly #isOwned: boolean;
  #isDestroyed = false;

  /** `isOwned`: the descriptor is closed at the end. */
  constructor(fd: number, isOwned: boolean) {
    this.#fd = fd;
    this.#isOwned = isOwned;
  }

  /** Reads one buffer ahead. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    let [buffer, other] = [Buffer.allocUnsafeSlow(FILE_BYTES), Buffer.allocUnsafeSlow(FILE_BYTES)];
    let reading = this.#fill(buffer);
    try {
      for (;;) {
        const { bytesRead } = await reading;
        if (this.#isDestroyed) throw CLOSED;
        if (bytesRead === 0) return;
        reading = this.#fill(other);
        for (let at = 0; at < bytesRead; at += PIECE_BYTES) {
          if (at > 0) await turn();
          yield buffer.subarray(at, Math.min(at + PIECE_BYTES, bytesRead));
        }
        [buffer, other] = [other, buffer];
      }
    } catch (error) {
      throw unreadable(error);
    } finally {
      await reading.catch(() => undefined);
      if (this.#isOwned) closeSync(this.#fd);
    }
  }

  destroy(): void {
    this.#isDestroyed = true;
  }

  #fill(buffer: Buffer): Promise<{ bytesRead: number }> {
    const reading = readInto(this.#fd, buffer, 0, buffer.length, null);
    // The failure is reported when the promise is awaited; until then it must not count as unhandled.
    reading.catch(() => undefined);
    return reading;
  }
}
