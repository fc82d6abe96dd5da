/** Reads a socket piece by piece, before its messages are queued. */
import type { Socket } from 'node:net';

const EVENTS = ['readable', 'end', 'close', 'error'] as const;

/**
 * Takes a number of bytes at a time, however the network has cut them. One reader at a time; `release` hands the socket on with
 * all bytes that have not been taken.
 */
export class ByteReader {
  readonly #socket: Socket;
  #wake: () => void = () => undefined;
  readonly #onEvent = (): void => this.#wake();

  constructor(socket: Socket) {
    this.#socket = socket;
    // These listeners stay for the whole of the reading. With bytes in the socket's memory, adding one for 'readable' emits it at
    // once: a reader that adds it whenever too few bytes are there would wake itself for ever.
    for (const event of EVENTS) socket.on(event, this.#onEvent);
  }

  /** The next `size` bytes (at least one); undefined when the socket ends before they have come. */
  async take(size: number): Promise<Buffer | undefined> {
    for (;;) {
      const bytes = this.#socket.read(size) as Buffer | null;
      // At its end a socket gives what is left.
      if (bytes !== null) return bytes.length === size ? bytes : undefined;
      if (this.#socket.destroyed || this.#socket.readableEnded || this.#socket.errored) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  release(): void {
    for (const event of EVENTS) this.#socket.off(event, this.#onEvent);
  }
}
