/**
 * The queue of one table: its loads, activations and swaps run one after another in the order of the input. At most one closed
 * batch waits for the running work; before another one is added, there must be room.
 */
import type { LimitFunction } from 'p-limit';

export class Chain {
  readonly #loads: LimitFunction;
  readonly #onFailure: (error: unknown) => void;
  readonly #before: () => Promise<void>;
  #isBegun = false;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #onRoom: (() => void)[] = [];

  /** `loads` limits how many tables are worked on at the same time. `before` runs once, before the first work. */
  constructor(loads: LimitFunction, onFailure: (error: unknown) => void, before: () => Promise<void>) {
    this.#loads = loads;
    this.#onFailure = onFailure;
    this.#before = before;
  }

  get hasRoom(): boolean {
    return this.#waiting === 0;
  }

  async room(): Promise<void> {
    while (!this.hasRoom) await new Promise<void>((resolve) => this.#onRoom.push(resolve));
  }

  add(work: () => Promise<void>): void {
    this.#waiting++;
    this.#tail = this.#tail
      .then(() =>
        this.#loads(async () => {
          this.#waiting--;
          for (const wake of this.#onRoom.splice(0)) wake();
          // The work itself checks for a failure, because it has things to release.
          await this.#begin().catch(this.#onFailure);
          await work();
        }),
      )
      .catch(this.#onFailure);
  }

  async #begin(): Promise<void> {
    if (this.#isBegun) return;
    this.#isBegun = true;
    await this.#before();
  }

  /** Resolves when everything that was added so far has ended, successfully or not. */
  async drained(): Promise<void> {
    await this.#tail;
  }
}
