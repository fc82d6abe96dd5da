/**
 * What one table has to go through, one after the other in the order of the input: loads, activations, swaps. At most one
 * closed batch waits behind the work that runs; whoever would add another waits for room.
 */
import type { LimitFunction } from 'p-limit';

export class Chain {
  readonly #loads: LimitFunction;
  readonly #onFailure: (error: unknown) => void;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #onRoom: (() => void)[] = [];

  /** `loads` limits how many tables are worked on at the same time. */
  constructor(loads: LimitFunction, onFailure: (error: unknown) => void) {
    this.#loads = loads;
    this.#onFailure = onFailure;
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
          await work();
        }),
      )
      .catch(this.#onFailure);
  }

  /** Resolves when everything added so far has ended, well or not. */
  async drained(): Promise<void> {
    await this.#tail;
  }
}
