/** The one base of all counting in faults: the first is number 1. */

/** Counts by name. */
export class Counts {
  readonly #counts = new Map<string, number>();

  /** The number of the next thing with this name, from 1. */
  next(name: string): number {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count;
  }
}
