/**
 * The keys of the objects in one nested value, to detect repeated ones. Keys are compared by 32 bits of hash. A collision looks
 * like a repetition, and then the reference encoder decides.
 */

/** A power of two; half of it is used. */
const SLOTS = 8192;

export class KeySet {
  readonly #hashes = new Int32Array(SLOTS);
  /** Which value the slot's hash belongs to. */
  readonly #values = new Int32Array(SLOTS);
  #value = 0;
  #count = 0;
  #objects = 0;

  /** Begins with a new value. */
  clear(): void {
    this.#value = (this.#value + 1) | 0;
    this.#count = 0;
    this.#objects = 0;
  }

  /** A number for an object of the value. */
  nextObject(): number {
    return ++this.#objects;
  }

  /** Adds the key in these bytes. Returns false if the object may have it already, or if there are too many keys. */
  add(object: number, bytes: Uint8Array, from: number, to: number): boolean {
    let hash = object;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    hash ^= hash >>> 15;
    if (++this.#count > SLOTS / 2) return false;
    let slot = hash & (SLOTS - 1);
    while (this.#values[slot] === this.#value) {
      if (this.#hashes[slot] === hash) return false;
      slot = (slot + 1) & (SLOTS - 1);
    }
    this.#values[slot] = this.#value;
    this.#hashes[slot] = hash;
    return true;
  }
}
