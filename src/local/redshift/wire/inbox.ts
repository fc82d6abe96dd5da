/** The queue of a client's messages, which notices a lost client even while one of its statements runs. */
import type { Socket } from 'node:net';
import { type Frame, FrameCutter, MessageError } from './message.ts';

/** Reading pauses when more than this waits, in bytes. */
const QUEUE_LIMIT = 1024 * 1024;
/** What a message takes of memory beside its bytes, about. */
const OVERHEAD = 128;
/** Redshift's limit of a statement is 16 MB. */
const LONGEST_MESSAGE = 32 * 1024 * 1024;

/** The messages in the order in which they came. The socket is read ahead, up to a limit, so that its end is noticed at once. */
export class Inbox {
  readonly #socket: Socket;
  /** Those from `#first` on wait. */
  #queue: Frame[] = [];
  #first = 0;
  #size = 0;
  #problem: MessageError | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const cutter = new FrameCutter(LONGEST_MESSAGE);
    const receive = (chunk: Buffer): void => {
      try {
        for (const frame of cutter.push(chunk)) {
          this.#queue.push(frame);
          this.#size += sizeOf(frame);
        }
      } catch (error) {
        if (!(error instanceof MessageError)) throw error;
        // What follows cannot be told apart any more.
        this.#problem = error;
        socket.off('data', receive);
        socket.resume();
      }
      if (this.#size > QUEUE_LIMIT && !this.#problem) socket.pause();
      this.#wake?.();
    };
    socket.on('data', receive);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#wake?.());
  }

  /** The next message; undefined when the client is gone. @throws MessageError for bytes that cannot be a message. */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      if (this.#socket.destroyed) return undefined;
      const frame = this.#take();
      if (frame) return frame;
      if (this.#problem) throw this.#problem;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** Taking the first element out of a long array each time would move all others. */
  #take(): Frame | undefined {
    const frame = this.#queue[this.#first];
    if (!frame) return undefined;
    this.#first += 1;
    this.#size -= sizeOf(frame);
    if (this.#first === this.#queue.length) {
      this.#queue = [];
      this.#first = 0;
    }
    if (this.#size <= QUEUE_LIMIT && this.#socket.isPaused()) this.#socket.resume();
    return frame;
  }
}

function sizeOf({ bytes }: Frame): number {
  return bytes.length + OVERHEAD;
}
