/** Counts the bytes that the program holds for the load. The reader waits here if there are too many. */

const COUNTED_SHARE = 0.5;

export class Budget {
  readonly #limit: number;
  #used = 0;
  #open = 0;
  #waiting: (() => void)[] = [];

  /**
   * The share of `memory_budget_mb`. The rest is a reserve for memory that cannot be counted: buffers of compressors and of
   * the SDK, and garbage.
   */
  static ofMegabytes(megabytes: number): Budget {
    return new Budget(megabytes * 1024 * 1024 * COUNTED_SHARE);
  }

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  take(bytes: number): void {
    this.#used += bytes;
  }

  /** Memory was opened for future rows, or less of it is needed. It also counts as used. */
  open(bytes: number): void {
    this.#used += bytes;
    this.#open += bytes;
  }

  /** Open memory is being uploaded, and stays used until it is returned. */
  sent(bytes: number): void {
    this.#open -= bytes;
  }

  give(bytes: number): void {
    this.#used -= bytes;
    if (this.isFull) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  get isFull(): boolean {
    return this.#used >= this.#limit;
  }

  /** Bytes that are not being uploaded. Only cutting parts frees them. */
  get openBytes(): number {
    return this.#open;
  }

  get limit(): number {
    return this.#limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Resolves once there is room. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
