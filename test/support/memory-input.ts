/** An input that a test writes, which the program reads as it reads a pipe. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Input } from '../../src/io/input.ts';

/** What a pipe of Linux holds. */
const PIPE_BYTES = 64 * 1024;

export class MemoryInput implements Input {
  readonly #waiting: Buffer[] = [];
  #hasEnded = false;
  #isDestroyed = false;
  #wake: () => void = () => undefined;

  write(text: string | Buffer): void {
    this.#waiting.push(Buffer.from(text));
    this.#wake();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#wake();
  }

  /** Each chunk is in the memory of the one before, so a reader that keeps one is found out. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const memory = Buffer.alloc(PIPE_BYTES);
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) {
      for (let at = 0; at < chunk.length; at += PIPE_BYTES) {
        await turn();
        if (this.#isDestroyed) throw new Error('the input was destroyed');
        yield memory.subarray(0, chunk.copy(memory, 0, at));
      }
    }
  }

  async #next(): Promise<Buffer | undefined> {
    while (!this.#isDestroyed && !this.#hasEnded && this.#waiting.length === 0)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#isDestroyed) throw new Error('the input was destroyed');
    return this.#waiting.shift();
  }
}
