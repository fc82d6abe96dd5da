/** Puts a run together: a load, a plan and a discard are the same run with other parts at its end. */
import { Writable } from 'node:stream';
import type { BatchLocations } from '../batches/locations.ts';
import { batchFiles } from '../batches/read.ts';
import type { Config } from '../config/options.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';
import type { ObjectReader, ObjectStore } from '../ports.ts';
import type { CsvFormat } from '../rows/csv.ts';
import { Budget } from '../staging/budget.ts';
import { createStaging } from '../staging/uploads.ts';
import { StateWriter } from '../states/writer.ts';
import type { HookRunner, TableLoader } from '../streams/context.ts';
import type { History } from '../warehouse/history.ts';
import { Run } from './run.ts';

export interface Assembly {
  readonly config: Config;
  readonly io: Pick<Io, 'now' | 'cores'>;
  readonly log: Logger;
  /** Takes the batches. */
  readonly loader: TableLoader;
  /** Runs the statements of users; without it they are left out. */
  readonly hooks?: HookRunner;
  readonly history?: History | undefined;
  /** Takes the parts, written in `format`. */
  readonly store: ObjectStore;
  readonly format: CsvFormat;
  /** In place of the configuration's. */
  readonly gzipLevel?: number;
  /** The prefix of everything that runs write. */
  readonly objectPrefix: string;
  /** The folder of this run below the prefix. */
  readonly folder: string;
  /** The prefix of the records that this run sets aside. */
  readonly rejectedPrefix: string;
  /** Reads BATCH files. */
  readonly files: ObjectReader;
  /** Which of them it may read. */
  readonly locations: BatchLocations;
  /** Takes the states; without it they are dropped. */
  readonly states?: Writable;
  /** Aborts the uploads. */
  readonly signal: AbortSignal;
}

const UPLOADS = 4;

export function assemble(assembly: Assembly): Run {
  const { config, io, log, store, format, signal } = assembly;
  const fail = (error: unknown): void => run.fail(error);
  const run: Run = new Run({
    config,
    loader: assembly.loader,
    hooks: assembly.hooks ?? NO_HOOKS,
    history: assembly.history,
    staging: createStaging({
      store,
      budget: Budget.ofMegabytes(config.memory_budget_mb),
      format,
      gzipLevel: assembly.gzipLevel ?? config.gzip_level,
      compressors: io.cores,
      uploads: UPLOADS,
      signal,
      onFailure: fail,
    }),
    files: batchFiles(assembly.files, assembly.locations),
    locations: assembly.locations,
    states: new StateWriter(assembly.states ?? nowhere(), fail),
    objectPrefix: assembly.objectPrefix,
    rejectedPrefix: assembly.rejectedPrefix,
    folder: assembly.folder,
    log,
    now: io.now,
  });
  return run;
}

const NO_HOOKS: HookRunner = { run: () => Promise.resolve(), analyze: () => Promise.resolve() };

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
