/** Counts the bytes that the program holds for the load; whoever reads waits here when they are too many. */
export class Budget {
  readonly #limit: number;
  #used = 0;
  #waiting: (() => void)[] = [];

  /** Of `memory_budget_mb`. The rest is a reserve for what draining itself needs: compressed bodies, the rows of one chunk. */
  static ofMegabytes(megabytes: number): Budget {
    return new Budget(megabytes * 1024 * 1024 * 0.75);
  }

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  take(bytes: number): void {
    this.#used += bytes;
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
