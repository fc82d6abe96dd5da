/**
 * Decides which states of an Airbyte source may be acknowledged. Every state is acknowledged once, in the order of its stream, as
 * soon as the effects that were opened for its stream before it are durable. Streams do not wait for each other. A state of all
 * streams waits for the effects of all of them, and for all earlier states.
 */
import type { Effects, Settle } from './ledger.ts';

interface Effect {
  isDone: boolean;
}

/** A state that is held. */
interface Held {
  readonly ack: Buffer;
  /** The effects that it waits for. */
  readonly after: readonly Effect[];
}

interface Queue {
  /** Effects that may not be durable yet, in the order of the input. */
  effects: Effect[];
  readonly states: Held[];
}

export class Acks implements Effects {
  readonly #onSafe: (ack: Buffer) => void;
  readonly #queues = new Map<string, Queue>();
  /** Those of all streams. */
  readonly #global: Held[] = [];
  #bytes = 0;
  #statesRead = 0;

  /** `onSafe` is given each state that may be written. */
  constructor(onSafe: (ack: Buffer) => void) {
    this.#onSafe = onSafe;
  }

  open(stream: string): Settle {
    const effect: Effect = { isDone: false };
    this.#queue(stream).effects.push(effect);
    return () => {
      effect.isDone = true;
      this.publish();
    };
  }

  /** Adds a state that was read: of one stream, or of all streams if `stream` is undefined. `ack` is written for it. */
  addState(stream: string | undefined, ack: Buffer): void {
    this.#statesRead++;
    this.#bytes += ack.length;
    if (stream === undefined) {
      this.#global.push({ ack, after: [...this.#queues.values()].flatMap(pendingOf) });
      this.#release(this.#global);
    } else {
      const queue = this.#queue(stream);
      queue.states.push({ ack, after: pendingOf(queue) });
      this.#release(queue.states);
    }
  }

  /** Writes the acknowledgements of all safe states. */
  publish(): void {
    for (const { states } of this.#queues.values()) this.#release(states);
    this.#release(this.#global);
  }

  get statesRead(): number {
    return this.#statesRead;
  }

  /** Bytes of the states that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  #queue(stream: string): Queue {
    let queue = this.#queues.get(stream);
    if (!queue) {
      queue = { effects: [], states: [] };
      this.#queues.set(stream, queue);
    }
    return queue;
  }

  #release(states: Held[]): void {
    let safe = 0;
    while (states[safe]?.after.every(({ isDone }) => isDone) === true) safe++;
    for (const { ack } of states.splice(0, safe)) {
      this.#bytes -= ack.length;
      this.#onSafe(ack);
    }
  }
}

function pendingOf(queue: Queue): readonly Effect[] {
  queue.effects = queue.effects.filter(({ isDone }) => !isDone);
  return [...queue.effects];
}
