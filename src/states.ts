/** Writes safe states to stdout, one line each, byte for byte as received. */
import type { Writable } from 'node:stream';
import { LoadError } from './errors.ts';

const LF = Buffer.from('\n');

export class StateWriter {
  readonly #out: Writable;
  readonly #onClosed: (error: LoadError) => void;
  #isClosed = false;

  constructor(out: Writable, onClosed: (error: LoadError) => void) {
    this.#out = out;
    this.#onClosed = onClosed;
    out.on('error', (error: Error) => this.#closed(error));
  }

  write(state: Buffer): void {
    if (!this.#isClosed) this.#out.write(Buffer.concat([state, LF]));
  }

  /** Resolves once what was written has left the process, or the reader is gone. */
  async flushed(): Promise<void> {
    if (this.#isClosed || this.#out.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#out.once('error', () => resolve());
      this.#out.write('', () => resolve());
    });
  }

  #closed(cause: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClosed(
      new LoadError(`Cannot write the state: whoever reads stdout has closed it (${cause.message})`, {
        cause,
      }),
    );
  }
}
