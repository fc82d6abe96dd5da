/** Random choices that follow from a seed alone, so that a seed that failed can be played again. */

/** Not for secrets. The generator is mulberry32, which has a state of 32 bits. */
export class Prng {
  #state: number;

  constructor(seed: number | string) {
    this.#state = typeof seed === 'number' ? seed >>> 0 : hashOf(seed);
    // Seeds that are near to each other begin with numbers that are not.
    this.next();
    this.next();
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer between two others, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(all: readonly T[]): T {
    if (all.length === 0) throw new Error('there is nothing to pick from');
    return all[this.int(0, all.length - 1)]!;
  }

  /** Picks from pairs of a weight and a value. */
  weighted<T>(all: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.next() * all.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of all) {
      left -= weight;
      if (left < 0) return value;
    }
    return all.at(-1)![1];
  }

  /** `count` different elements in a random order, or all if there are fewer. */
  some<T>(count: number, all: readonly T[]): readonly T[] {
    const rest = [...all];
    return Array.from({ length: Math.min(count, all.length) }, () => {
      const [one] = rest.splice(this.int(0, rest.length - 1), 1);
      return one!;
    });
  }

  /** Another generator. What it is used for changes nothing about this one. */
  fork(name: string): Prng {
    return new Prng(`${this.int(0, 2 ** 31)} ${name}`);
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
