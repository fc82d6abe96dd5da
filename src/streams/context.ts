/** What the streams of a run share, and through which doors they reach the warehouse. */
import type { LimitFunction } from 'p-limit';
import type { BatchLocations } from '../batches/locations.ts';
import type { Config } from '../config/options.ts';
import type { Ledger } from '../states/ledger.ts';
import type { Logger } from '../log.ts';
import type { Tape } from '../rows/walk/tape.ts';
import type { Staging } from '../staging/batch.ts';
import type { History } from '../warehouse/history.ts';
import type { Hooks } from '../warehouse/hooks.ts';
import type { Loader } from '../warehouse/loader.ts';

/** What a run needs of the loader, and of who runs the statements of users: doors, so that `plan` can stand in for them. */
export type TableLoader = Omit<Loader, 'finish'>;
export type HookRunner = Pick<Hooks, keyof Hooks>;

/** What the streams of a run share. */
export interface StreamContext {
  readonly config: Config;
  readonly loader: TableLoader;
  readonly locations: BatchLocations;
  readonly hooks: HookRunner;
  /** Undefined when none is written. */
  readonly history: History | undefined;
  readonly staging: Staging;
  readonly ledger: Ledger;
  /** How many tables load at the same time. */
  readonly loads: LimitFunction;
  readonly objectPrefix: string;
  /** The prefix of the records that the run sets aside. */
  readonly rejectedPrefix: string;
  readonly folder: string;
  readonly log: Logger;
  readonly now: () => number;
  /** When the records that are being taken were read, in milliseconds since the epoch. */
  readonly readAt: () => number;
  /** What rows are written with; its source is the block that is being taken. */
  readonly tape: Tape;
  /** When the run began, in milliseconds since the epoch. */
  readonly syncStartedAt: number;
  readonly nextBatch: () => number;
  /** Loading cannot go on: nothing further is begun. */
  readonly fail: (error: unknown) => void;
  readonly hasFailed: () => boolean;
}
