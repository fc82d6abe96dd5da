/** Puts a run together. A load, a plan and a discard are the same run with different parts at its end. */
import { Writable } from 'node:stream';
import type { BatchLocations } from '../batches/locations.ts';
import { batchFiles } from '../batches/read.ts';
import type { Config } from '../config/options.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';
import type { ObjectReader, ObjectStore } from '../ports.ts';
import type { CsvFormat } from '../rows/csv.ts';
import { Budget } from '../staging/budget.ts';
import { createStaging, type UploadOptions } from '../staging/uploads.ts';
import type { HookRunner, StreamContext, TableLoader } from '../streams/context.ts';
import type { Generations } from '../warehouse/generations.ts';
import type { GroupCommit } from '../warehouse/group-commit.ts';
import type { Protocol } from './protocol.ts';
import { Run } from './run.ts';
import { singerProtocol } from './singer.ts';

export interface Assembly {
  readonly config: Config;
  readonly io: Pick<Io, 'now' | 'cores'>;
  readonly log: Logger;
  /** Takes the batches. */
  readonly loader: TableLoader;
  /** Runs the statements of users; without it they are skipped. */
  readonly hooks?: HookRunner;
  /** Completes the streams of an Airbyte sync. */
  readonly generations?: Pick<Generations, keyof Generations>;
  /** Takes the parts, written in `format`. */
  readonly store: ObjectStore;
  readonly format: CsvFormat;
  /** How uploads are tried again; without it they are not. */
  readonly retryUpload?: UploadOptions['retryUpload'];
  /** Overrides the configuration. */
  readonly gzipLevel?: number;
  /** The prefix of everything that runs write. */
  readonly objectPrefix: string;
  /** The directory of this run below the prefix. */
  readonly folder: string;
  /** The prefix of the records that this run sets aside. */
  readonly rejectedPrefix: string;
  /** Reads BATCH files. */
  readonly files: ObjectReader;
  /** Which of them it may read. */
  readonly locations: BatchLocations;
  /** Where states of Singer are written; without it they are dropped. */
  readonly states?: Writable;
  /** Commits the work in groups; without it each batch is committed by itself. */
  readonly group?: GroupCommit | undefined;
  /** Called before the first line of Singer is read. */
  readonly begin?: (() => Promise<void>) | undefined;
  /** Called when a stream has a plan, before any of its rows are loaded. */
  readonly onPlanned?: StreamContext['onPlanned'];
  /** In place of Singer. `fail` ends the run. */
  readonly protocol?: (fail: (error: unknown) => void) => Protocol;
  /** Aborts the uploads. */
  readonly signal: AbortSignal;
}

const UPLOADS = 4;

export function assemble(assembly: Assembly): Run {
  const { config, io, log, store, format, states, group, begin, signal } = assembly;
  const fail = (error: unknown): void => run.fail(error);
  const run: Run = new Run({
    config,
    loader: assembly.loader,
    hooks: assembly.hooks ?? NO_HOOKS,
    staging: createStaging({
      store,
      budget: Budget.ofMegabytes(config.memory_budget_mb),
      format,
      gzipLevel: assembly.gzipLevel ?? config.gzip_level,
      compressors: io.cores,
      uploads: UPLOADS,
      ...(assembly.retryUpload === undefined ? {} : { retryUpload: assembly.retryUpload }),
      signal,
      onFailure: fail,
    }),
    files: batchFiles(assembly.files, assembly.locations),
    locations: assembly.locations,
    group,
    protocol:
      assembly.protocol?.(fail) ?? singerProtocol({ states: states ?? nowhere(), fail, log, group, begin }),
    generations: assembly.generations,
    onPlanned: assembly.onPlanned,
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
