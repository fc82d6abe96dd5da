/**
 * The phases of a run. It reads; then it drains: nothing more is read, and what was read is loaded. It fails when loading cannot
 * go on: running loads are finished, and nothing new is started.
 */
import { sharedAbort } from '../abort.ts';

export type Phase = 'reading' | 'draining' | 'failed' | 'done';

export class RunPhases {
  readonly #reading = sharedAbort();
  #phase: Phase = 'reading';
  #isWholeInput = false;
  #isProven = false;
  #cutOff: Error | undefined;
  #error: { readonly value: unknown } | undefined;

  get phase(): Phase {
    return this.#phase;
  }

  /** Aborted when reading stops for any reason other than the end of the input. */
  get interrupted(): AbortSignal {
    return this.#reading.signal;
  }

  /** The input was read to its end, and every line was accepted. */
  get isWholeInput(): boolean {
    return this.#isWholeInput;
  }

  /** What made the input said that it is whole. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** Why the input ended early. What was read is loaded nevertheless. */
  get cutOff(): Error | undefined {
    return this.#cutOff;
  }

  /** The first error. */
  get error(): { readonly value: unknown } | undefined {
    return this.#error;
  }

  /** The input ended by itself. */
  inputEnded(isProven: boolean): void {
    if (this.#phase !== 'reading') return;
    this.#phase = 'draining';
    this.#isWholeInput = true;
    this.#isProven = isProven;
  }

  /** The input ended before it was complete. */
  inputCutOff(error: Error): void {
    this.#cutOff = error;
    this.stop();
  }

  /** Stops reading, as if the input ended here. */
  stop(): void {
    if (this.#phase === 'reading') this.#phase = 'draining';
    this.#reading.abort();
  }

  /** The input cannot be read any further: closed batches are still loaded, and open ones are dropped. */
  inputFailed(error: unknown): void {
    this.#isWholeInput = false;
    this.#error ??= { value: error };
    this.stop();
  }

  /** Loading cannot go on. */
  fail(error: unknown): void {
    this.inputFailed(error);
    this.#phase = 'failed';
  }

  /** Everything is loaded and written. */
  finish(): void {
    if (!this.#error) this.#phase = 'done';
  }
}
