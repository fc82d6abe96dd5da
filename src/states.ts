/** Writes safe states to stdout, one line each, byte for byte as received. */
import type { Writable } from 'node:stream';
import { LoadError } from './errors.ts';

const LF = Buffer.from('\n');

export class StateWriter {
  readonly #out: Writable;
  readonly #onClosed: (error: LoadError) => void;
  #isClosed = false;
  #writing = 0;
  #onWritten: (() => void)[] = [];

  constructor(out: Writable, onClosed: (error: LoadError) => void) {
    this.#out = out;
    this.#onClosed = onClosed;
    out.on('error', (error: Error) => this.#closed(error));
  }

  write(state: Buffer): void {
    if (this.#isClosed) return;
    this.#writing++;
    this.#out.write(Buffer.concat([state, LF]), (error) => {
      this.#writing--;
      if (error) this.#closed(error);
      if (this.#writing === 0) for (const wake of this.#onWritten.splice(0)) wake();
    });
  }

  /** Resolves once what was written has left the process, or the reader is gone. */
  async flushed(): Promise<void> {
    if (this.#writing > 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#onWritten.push(resolve));
    }
  }

  #closed(cause: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const wake of this.#onWritten.splice(0)) wake();
    this.#onClosed(
      new LoadError(`Cannot write the state: whoever reads stdout has closed it (${cause.message})`, {
        cause,
      }),
    );
  }
}
