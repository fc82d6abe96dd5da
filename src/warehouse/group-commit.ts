/**
 * Gathers the work of all streams and commits it in groups, one transaction after another: one COMMIT for all that is ready. In a
 * pipeline each group keeps the state that it makes safe. With `exactly_once` a group is what was read between two states: it is
 * committed as a whole with the second one, so that the rows of an append are never there without the state that covers them.
 */
import type { TableJob } from './jobs.ts';
import type { Pipeline } from './pipeline.ts';
import type { Seal } from './seal.ts';
import type { TableRef } from '../table/types.ts';
import type { Settle, Work } from './work.ts';

/** What commits a group. */
interface Committer {
  commitTogether(works: readonly Work[], seal: Seal | undefined): Promise<void>;
}

/** The run whose work is committed. */
interface GroupRun {
  /** Loading cannot go on. */
  readonly fail: (error: unknown) => void;
  /** Nothing new is started. */
  readonly hasFailed: () => boolean;
  /** Hears of the commits. */
  readonly observer: { readonly loadStarted: () => void; readonly loadEnded: () => void };
}

/** The states of the run. */
interface GroupStates {
  /** The newest state that is safe once these effects are durable; undefined if none is. */
  readonly after: (effects: ReadonlySet<Settle>) => Buffer | undefined;
  /** Writes a state that is committed. */
  readonly write: (state: Buffer) => void;
}

export interface GroupOptions {
  /** Undefined: no state is kept in the warehouse. */
  readonly pipeline: Pipeline | undefined;
  /** Groups end at states only. */
  readonly isExactlyOnce: boolean;
}

interface Queued {
  readonly work: Work;
  readonly effects: readonly Settle[];
}

/** A state without rows is committed at most this often. */
const STATE_PAUSE_MS = 10_000;
/** The most pieces of work in one transaction, unless a state ends it. */
const MOST = 100;

export class GroupCommit {
  readonly #options: GroupOptions;
  #committer: Committer | undefined;
  #run: GroupRun | undefined;
  #states: GroupStates | undefined;
  readonly #queue: Queued[] = [];
  /** The commit that is running. */
  #running: Promise<void> | undefined;
  #hasFailed = false;
  /** The newest state whose rows are all committed, until the warehouse has it. */
  #offered: Buffer | undefined;
  #stateTimer: NodeJS.Timeout | undefined;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /** To be called before work is added. */
  begin(committer: Committer): void {
    this.#committer = committer;
  }

  /** To be called before work is added. */
  follow(run: GroupRun): void {
    this.#run = run;
  }

  /** To be called before states are read. */
  useStates(states: GroupStates): void {
    this.#states = states;
  }

  get isExactlyOnce(): boolean {
    return this.#options.isExactlyOnce;
  }

  /** Whether work waits that the next state may commit. */
  get isDue(): boolean {
    return this.#queue.length > 0;
  }

  /** What waits to be done to a table. */
  waitingOn({ schema, table }: TableRef): readonly TableJob[] {
    return this.#queue
      .map(({ work: { job } }) => job)
      .filter(({ target }) => target.schema === schema && target.table === table);
  }

  /** The streams whose work waits. */
  get waiting(): ReadonlySet<string> {
    return new Set(this.#queue.map(({ work }) => work.job.stream));
  }

  /** The state that would be committed with the work that waits; undefined if none covers any of it. */
  get nextState(): Buffer | undefined {
    return this.#stateAfter(this.#queue);
  }

  get isCommitting(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Adds work in the order in which it is to be done. `effects` are what its commit settles. Resolves when the next work on its table
   * may be added: if commits are slower than the tap, reading waits for them. A group between two states takes everything.
   */
  async add(work: Work, effects: readonly Settle[]): Promise<void> {
    this.#queue.push({ work, effects });
    if (this.isExactlyOnce) return;
    this.#pump();
    while (this.#running && this.#queue.length >= MOST) await this.#running;
  }

  /** Takes the newest state whose rows are all committed. It is written once the warehouse has it, too. */
  offer(state: Buffer): void {
    if (!this.#options.pipeline) {
      this.#states?.write(state);
      return;
    }
    this.#offered = state;
    if (!this.#running) this.#keepSoon();
  }

  /**
   * Commits all work that waits, with the state that covers it. Resolves when the commit has begun, and the one before it has ended:
   * what is read meanwhile is the next group.
   */
  async seal(): Promise<void> {
    await this.idle();
    if (this.#queue.length === 0 || this.isOver) return;
    // An effect that is not among the work holds the state back, such as an overwrite that ends with the input.
    const state = this.#stateAfter(this.#queue);
    if (state) this.#start(this.#queue.splice(0), state);
  }

  /** Commits everything that waits, and the newest safe state. Resolves when it is done; a failure ends the run, and frees the rest. */
  async flush(): Promise<void> {
    await this.idle();
    while (this.#queue.length > 0 && !this.isOver) {
      const works = this.#queue.splice(0, this.isExactlyOnce ? Infinity : MOST);
      this.#start(works, this.#stateAfter(works));
      await this.idle();
    }
    clearTimeout(this.#stateTimer);
    if (this.#offered && !this.isOver) this.#start([], this.#offered);
    await this.idle();
    clearTimeout(this.#stateTimer);
    if (this.isOver) await this.abandon();
  }

  /** Gives up what waits. Resolves when it is freed. */
  async abandon(): Promise<void> {
    this.#hasFailed = true;
    clearTimeout(this.#stateTimer);
    await this.idle();
    await release(this.#queue.splice(0));
  }

  /** Resolves when no commit is running: then only work is left that waits for a state, or that is given up. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Nothing more is committed. */
  get isOver(): boolean {
    return this.#hasFailed || this.#run?.hasFailed() === true;
  }

  #pump(): void {
    if (this.#running || this.isOver || this.#queue.length === 0) return;
    const works = this.#queue.splice(0, MOST);
    this.#start(works, this.#stateAfter(works));
  }

  #stateAfter(works: readonly Queued[]): Buffer | undefined {
    const effects = new Set(works.flatMap((queued) => queued.effects));
    return this.#states?.after(effects) ?? this.#offered;
  }

  #keepSoon(): void {
    this.#stateTimer ??= setTimeout(() => {
      this.#stateTimer = undefined;
      if (this.#offered && !this.#running && !this.isOver) this.#start([], this.#offered);
    }, STATE_PAUSE_MS).unref();
  }

  #start(works: readonly Queued[], state: Buffer | undefined): void {
    this.#run?.observer.loadStarted();
    this.#running = this.#commit(works, state)
      .catch((error: unknown) => {
        this.#hasFailed = true;
        this.#run?.fail(error);
      })
      .finally(() => {
        this.#run?.observer.loadEnded();
        this.#running = undefined;
        if (!this.isExactlyOnce) this.#pump();
        if (this.#offered && !this.isOver) this.#keepSoon();
      });
  }

  /** The works settle their effects, and the ledger then offers the newest safe state: this one, or a newer one. */
  async #commit(works: readonly Queued[], state: Buffer | undefined): Promise<void> {
    const { pipeline } = this.#options;
    const seal = await this.#sealOf(works, state);
    await this.#committer?.commitTogether(
      works.map(({ work }) => work),
      seal,
    );
    if (!pipeline || !state) return;
    if (this.#offered === state) this.#offered = undefined;
    this.#states?.write(state);
  }

  /** Frees the works where there can be none. Throws LoadError. */
  async #sealOf(works: readonly Queued[], state: Buffer | undefined): Promise<Seal | undefined> {
    try {
      return this.#options.pipeline?.seal(state);
    } catch (error) {
      await release(works);
      throw error;
    }
  }
}

async function release(works: readonly Queued[]): Promise<void> {
  await Promise.all(works.map(({ work }) => work.release(true)));
}
