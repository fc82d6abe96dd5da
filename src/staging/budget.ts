/** Counts the bytes that the program holds for the load; whoever reads waits here when they are too many. */

const COUNTED_SHARE = 0.5;

export class Budget {
  readonly #limit: number;
  #used = 0;
  #open = 0;
  #waiting: (() => void)[] = [];

  /** Of `memory_budget_mb`. The rest is a reserve for what cannot be counted: buffers of compressors and of the SDK, what waits for the collector. */
  static ofMegabytes(megabytes: number): Budget {
    return new Budget(megabytes * 1024 * 1024 * COUNTED_SHARE);
  }

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  take(bytes: number): void {
    this.#used += bytes;
  }

  /** Memory was opened for rows to come, or less of it is needed. It counts as used, too. */
  open(bytes: number): void {
    this.#used += bytes;
    this.#open += bytes;
  }

  /** What was open is on its way to S3, and stays used until it is given back. */
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

  /** Bytes that are not on their way to S3: only who cuts parts sets them free. */
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
