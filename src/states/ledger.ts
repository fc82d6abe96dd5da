/**
 * Decides which state may be written: the newest one before which every pending effect (such as a batch) is durable. This is
 * correct for any interleaving of streams, because a state waits for exactly the effects that were opened before it.
 * Consecutive states are merged as they arrive, so a million of them after one batch take one slot.
 */

interface Entry {
  readonly settle: Settle;
  done: boolean;
  /** The newest state that was read after this entry was opened and before the next one was. */
  state: Buffer | undefined;
}

/** Marks the effect as durable and visible, which publishes the states that waited for it. Call it once, after the commit. */
export type Settle = () => void;

/** Pending work of the streams, as the protocol sees it. */
export interface Effects {
  /** An effect of a stream is pending from now on, for example because a batch was opened. */
  open(stream: string): Settle;
  /** Publishes the states that are safe. */
  publish(): void;
  /** States read so far. */
  readonly statesRead: number;
}

export class Ledger implements Effects {
  readonly #onSafe: (state: Buffer) => void;
  #entries: Entry[] = [];
  #head = 0;
  #safe: Buffer | undefined;
  #bytes = 0;
  #statesRead = 0;

  /** `onSafe` is given each state that may be written, newest last; older ones may be skipped. */
  constructor(onSafe: (state: Buffer) => void) {
    this.#onSafe = onSafe;
  }

  /** Adds an effect, for example when a batch was opened. A state of Singer waits for the effects of all streams. */
  open(_stream?: string): Settle {
    const settle: Settle = () => {
      entry.done = true;
      this.#advance();
      this.publish();
    };
    const entry: Entry = { settle, done: false, state: undefined };
    this.#entries.push(entry);
    return settle;
  }

  /** The newest state that will be safe once these effects are durable; undefined if all such states were published. */
  after(effects: ReadonlySet<Settle>): Buffer | undefined {
    let state = this.#safe;
    for (let at = this.#head; at < this.#entries.length; at++) {
      const entry = this.#entries[at] as Entry;
      if (!entry.done && !effects.has(entry.settle)) break;
      state = entry.state ?? state;
    }
    return state;
  }

  /** Adds a state that was read. It is published with `publish`, so that of many states only one is written. */
  addState(state: Buffer): void {
    this.#statesRead++;
    const last = this.#entries.at(-1);
    this.#bytes += state.length;
    if (last && this.#head < this.#entries.length) {
      this.#bytes -= last.state?.length ?? 0;
      last.state = state;
    } else {
      this.#bytes -= this.#safe?.length ?? 0;
      this.#safe = state;
    }
  }

  /** Publishes the newest safe state, unless it was published before. */
  publish(): void {
    const state = this.#safe;
    if (!state) return;
    this.#safe = undefined;
    this.#bytes -= state.length;
    this.#onSafe(state);
  }

  /** States read so far. */
  get statesRead(): number {
    return this.#statesRead;
  }

  /** Effects that are not durable yet. */
  get pending(): number {
    return this.#entries.length - this.#head;
  }

  /** Bytes of the states that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  #advance(): void {
    for (let entry = this.#entries[this.#head]; entry?.done; entry = this.#entries[this.#head]) {
      if (entry.state) {
        this.#bytes -= this.#safe?.length ?? 0;
        this.#safe = entry.state;
        entry.state = undefined;
      }
      this.#head++;
    }
    // An index instead of shift(), which is linear in the length of the queue. The finished part is dropped from time to time.
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
