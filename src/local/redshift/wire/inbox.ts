/** The queue of a client's messages, which notices a lost client even while a statement of its runs. */
import type { Socket } from 'node:net';
import { type Frame, FrameCutter } from './message.ts';

/** Reading pauses when more than this waits, in bytes. */
const QUEUE_LIMIT = 1024 * 1024;

/** The messages in the order in which they came. The socket is read ahead, up to a limit, so that its end is noticed at once. */
export class Inbox {
  readonly #socket: Socket;
  readonly #queue: Frame[] = [];
  #size = 0;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const cutter = new FrameCutter();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of cutter.push(chunk)) {
          this.#queue.push(frame);
          this.#size += frame.bytes.length;
        }
      } catch {
        socket.destroy();
      }
      if (this.#size > QUEUE_LIMIT) socket.pause();
      this.#wake?.();
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#wake?.());
  }

  /** The next message; undefined when the client is gone. */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      if (this.#socket.destroyed) return undefined;
      const frame = this.#queue.shift();
      if (frame) {
        this.#size -= frame.bytes.length;
        if (this.#size <= QUEUE_LIMIT && this.#socket.isPaused()) this.#socket.resume();
        return frame;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
