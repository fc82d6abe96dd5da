/**
 * How far a run has come. It reads; then it drains: nothing more is read, and what was read is loaded. A run fails when
 * loading cannot go on: loads that run are finished, nothing new is begun.
 */
export type Phase = 'reading' | 'draining' | 'failed' | 'done';

export class Life {
  readonly #reading = new AbortController();
  #phase: Phase = 'reading';
  #isWholeInput = false;
  #error: { readonly value: unknown } | undefined;

  get phase(): Phase {
    return this.#phase;
  }

  /** Aborted when nothing more is to be read, for any reason but the end of the input. */
  get interrupted(): AbortSignal {
    return this.#reading.signal;
  }

  /** The input was read to its end, and every line of it could be taken. */
  get isWholeInput(): boolean {
    return this.#isWholeInput;
  }

  /** The first error. */
  get error(): { readonly value: unknown } | undefined {
    return this.#error;
  }

  /** The input has ended by itself. */
  inputEnded(): void {
    if (this.#phase !== 'reading') return;
    this.#phase = 'draining';
    this.#isWholeInput = true;
  }

  /** Reads no further, as if the input ended here. */
  stop(): void {
    if (this.#phase === 'reading') this.#phase = 'draining';
    this.#reading.abort();
  }

  /** The input cannot be read on: batches that are closed are still loaded, what is open is given up. */
  refuse(error: unknown): void {
    this.#isWholeInput = false;
    this.#error ??= { value: error };
    this.stop();
  }

  /** Loading cannot go on. */
  fail(error: unknown): void {
    this.refuse(error);
    this.#phase = 'failed';
  }

  /** Everything is loaded and written. */
  finish(): void {
    if (!this.#error) this.#phase = 'done';
  }
}
