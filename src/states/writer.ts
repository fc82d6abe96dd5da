/**
 * Writes safe states to stdout, one line each, byte for byte as received. While the reader of stdout is slow, one state waits,
 * and a newer one replaces it.
 */
import type { Writable } from 'node:stream';
import { LoadError } from '../errors.ts';

const LF = Buffer.from('\n');

export class StateWriter {
  readonly #out: Writable;
  readonly #onClosed: (error: LoadError) => void;
  #isClosed = false;
  /** The newest state, while stdout cannot accept it. */
  #waiting: Buffer | undefined;
  #writing = 0;
  #last: Buffer | undefined;
  #onWritten: (() => void)[] = [];

  constructor(out: Writable, onClosed: (error: LoadError) => void) {
    this.#out = out;
    this.#onClosed = onClosed;
    out.on('error', (error: Error) => this.#closed(error));
  }

  /** The newest state that has left the process. */
  get lastState(): Buffer | undefined {
    return this.#last;
  }

  write(state: Buffer): void {
    if (this.#isClosed) return;
    if (this.#waiting || this.#out.writableNeedDrain) this.#waiting = state;
    else this.#send(state);
  }

  /** Writes nothing more and does not wait for pending writes. */
  giveUp(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Resolves when what was written has left the process, the reader is gone, or writing is given up. */
  async flushed(): Promise<void> {
    if (this.#writing > 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#onWritten.push(resolve));
    }
  }

  #send(state: Buffer): void {
    this.#writing++;
    this.#out.write(Buffer.concat([state, LF]), (error) => {
      this.#writing--;
      if (error) this.#closed(error);
      else this.#last = state;
      if (this.#writing > 0) return;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting && !this.#isClosed) this.#send(waiting);
      else this.#wake();
    });
  }

  #closed(cause: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wake();
    const isGone = 'code' in cause && cause.code === 'EPIPE';
    const why = isGone ? `its reader closed it (${cause.message})` : cause.message;
    this.#onClosed(new LoadError(`Cannot write the state to stdout: ${why}`, { cause }));
  }

  #wake(): void {
    for (const wake of this.#onWritten.splice(0)) wake();
  }
}
