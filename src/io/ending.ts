/**
 * How a run ends before its work is done. The first SIGTERM or SIGINT asks the run to end in good order. The second one, or the
 * end of the grace period, gives the run up: the process then ends after a moment, even if something hangs.
 */
import { sharedAbort } from '../abort.ts';

export class Ending {
  readonly #stop = sharedAbort();
  readonly #kill = sharedAbort();
  #lastWords: () => void = () => undefined;
  #tellCrash: (error: unknown) => void = () => undefined;
  #tellBusy: () => void = () => undefined;

  /** Aborted by the first signal: no more input is read. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborted by the second signal, or by `giveUp`. */
  get kill(): AbortSignal {
    return this.#kill.signal;
  }

  /** SIGTERM or SIGINT has arrived. */
  signal(): void {
    (this.stop.aborted ? this.#kill : this.#stop).abort();
  }

  giveUp(): void {
    this.#stop.abort();
    this.#kill.abort();
  }

  /** Sets what is logged if the process ends in the middle of the work. */
  setLastWords(say: () => void): void {
    this.#lastWords = say;
  }

  sayLastWords(): void {
    this.#lastWords();
  }

  /** Sets how an error is reported that nothing catches. */
  setCrashReport(tell: (error: unknown) => void): void {
    this.#tellCrash = tell;
  }

  /** Reports an error that nothing catches. The process ends after it. */
  crash(error: unknown): void {
    this.#tellCrash(error);
    this.#lastWords();
  }

  /** Sets what is logged when signals no longer wait for the current work. */
  setBusyReport(tell: () => void): void {
    this.#tellBusy = tell;
  }

  /** Called in the middle of a piece of work that has kept signals waiting. */
  tellBusy(): void {
    this.#tellBusy();
  }
}
