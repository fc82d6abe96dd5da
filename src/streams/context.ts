/** What the streams of a run share, and the interfaces through which they reach the warehouse. */
import type { LimitFunction } from 'p-limit';
import type { BatchLocations } from '../batches/locations.ts';
import type { Config } from '../config/options.ts';
import type { Effects } from '../states/ledger.ts';
import type { Logger } from '../log.ts';
import type { Tape } from '../rows/walk/tape.ts';
import type { Staging } from '../staging/batch.ts';
import type { TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import type { Completion, Generations } from '../warehouse/generations.ts';
import type { Hooks } from '../warehouse/hooks.ts';
import type { Loader } from '../warehouse/loader.ts';
import type { LoadMethod } from '../warehouse/steps.ts';

/** What a run needs from the loader and from the runner of user statements. `plan` implements these interfaces too. */
export type TableLoader = Omit<
  Loader,
  'finish' | 'removed' | 'copyParquet' | 'inTransaction' | 'commitTogether' | 'takeOver' | 'ask' | 'doubt'
>;
export type HookRunner = Pick<Hooks, keyof Hooks>;

/** What a stream wants done when it is complete. */
export interface CompletionWish extends Pick<Completion, 'minimum' | 'comment'> {
  /** The property that is set in rows that were deleted in the source; undefined where they stay. */
  readonly mark: string | undefined;
  /** An overwrite is given up: no record came that could take the place of what is there. */
  readonly keepsRows: boolean;
}

/** What is going to be done to a table. */
export interface PlannedWork {
  readonly target: TableRef;
  readonly method: LoadMethod;
  /** It begins with a table that is created. */
  readonly creates: boolean;
}

/** A batch whose rows are committed. */
export interface CommittedRows {
  readonly stream: string;
  readonly table: string;
  readonly rows: number;
  /** Undefined for files that were copied directly, and for batches of rejected records alone. */
  readonly counts?: LoadCounts | undefined;
  /** The rows are in a shadow table, or take the place of all rows of the table. */
  readonly isCollected: boolean;
  readonly rejected: number;
  /** Bytes of CSV. */
  readonly bytes: number;
  readonly ms: number;
}

/** Hears of the loads of a run. */
export interface LoadObserver {
  readonly loadStarted: () => void;
  readonly loadEnded: () => void;
  committed(load: CommittedRows): void;
  /** The rows of a shadow table or of a batch took the place of `replaced` rows, which are undefined if they were not counted. */
  overwrote(stream: string, table: string, inserted: number, replaced: number | undefined): void;
}

/** What the streams of a run share. */
export interface StreamContext {
  readonly config: Config;
  readonly loader: TableLoader;
  readonly locations: BatchLocations;
  readonly hooks: HookRunner;
  /** What completes the streams of an Airbyte sync; undefined for Singer. */
  readonly generations: Pick<Generations, keyof Generations> | undefined;
  /** Called when a stream has a plan. */
  readonly onPlanned: ((work: PlannedWork) => void) | undefined;
  readonly staging: Staging;
  readonly effects: Effects;
  readonly observer: LoadObserver;
  /** How many tables load at the same time. */
  readonly loads: LimitFunction;
  readonly objectPrefix: string;
  /** The prefix of the records that the run sets aside. */
  readonly rejectedPrefix: string;
  readonly folder: string;
  readonly log: Logger;
  readonly now: () => number;
  /** When the current records were read, in milliseconds since the epoch. */
  readonly readAt: () => number;
  /** Rows are written with it. Its source is the current block. */
  readonly tape: Tape;
  /** When the run began, in milliseconds since the epoch. */
  readonly syncStartedAt: number;
  readonly nextBatch: () => number;
  /** Loading cannot go on: nothing new is started. */
  readonly fail: (error: unknown) => void;
  readonly hasFailed: () => boolean;
}

export async function whileLoading(observer: LoadObserver, load: () => Promise<void>): Promise<void> {
  observer.loadStarted();
  try {
    await load();
  } finally {
    observer.loadEnded();
  }
}
