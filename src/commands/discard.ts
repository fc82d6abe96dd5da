/**
 * `--discard`: everything that a load does up to the upload, and nothing of what comes then. It reads, encodes, compresses and
 * counts, which measures a tap, or this program alone. No state is printed, because nothing is stored.
 */
import { availableParallelism } from 'node:os';
import { Writable } from 'node:stream';
import { batchFiles } from '../batches/read.ts';
import type { Config } from '../config/options.ts';
import type { Input } from '../input.ts';
import type { Logger } from '../log.ts';
import { forgetful } from '../plan/guards.ts';
import type { ObjectReader } from '../ports.ts';
import { newFormat } from '../rows/csv.ts';
import { Run } from '../run.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { Budget } from '../staging/budget.ts';
import { compressionOf } from '../staging/part.ts';
import { createStaging } from '../staging/uploads.ts';
import { StateWriter } from '../states.ts';
import type { TableLoader } from '../streams/context.ts';
import { shadowOf } from '../table/shadow.ts';
import type { TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import type { LoadJob, SwapJob } from '../warehouse/jobs.ts';
import type { OverwriteCounts } from '../warehouse/overwrite.ts';

export interface DiscardOptions {
  readonly config: Config;
  readonly input: Input;
  readonly log: Logger;
  /** Of the run, which tells of loads that do not happen. */
  readonly quietLog: Logger;
  /** For BATCH files in S3. */
  readonly files: ObjectReader;
  /** Aborted by the first SIGTERM or SIGINT: no further input. */
  readonly stop: AbortSignal;
}

const MB = 1024 * 1024;

/** Resolves when everything read has been counted. */
export async function runDiscard({
  config,
  input,
  log,
  quietLog,
  files,
  stop,
}: DiscardOptions): Promise<void> {
  const discarder = new Discarder();
  const staging = createStaging({
    store: forgetful({ region: '-', url: (key) => `s3://${config.s3_bucket}/${key}` }),
    budget: Budget.ofMegabytes(config.memory_budget_mb),
    format: newFormat(compressionOf(config.compression)),
    gzipLevel: config.gzip_level,
    compressors: availableParallelism(),
    uploads: 4,
    signal: new AbortController().signal,
    onFailure: (error) => run.fail(error),
  });
  const run = new Run({
    config,
    loader: discarder,
    hooks: { run: () => Promise.resolve(), analyze: () => Promise.resolve() },
    history: undefined,
    staging,
    files: batchFiles(files),
    states: new StateWriter(nowhere(), (error) => run.fail(error)),
    objectPrefix: '',
    rejectedPrefix: 'rejected/',
    folder: 'discarded',
    log: quietLog,
    now: Date.now,
  });
  if (stop.aborted) run.stop();
  else stop.addEventListener('abort', () => run.stop(), { once: true });
  const started = Date.now();
  const summary = await run.load(input);
  const ms = Math.max(Date.now() - started, 1);
  const { rows, csvBytes, compressedBytes, parts } = discarder;
  log.info(
    {
      ...summary,
      csv_bytes: csvBytes,
      compressed_bytes: compressedBytes,
      parts,
      ms,
      rows_per_second: Math.round((rows * 1000) / ms),
    },
    `discarded ${rows} rows: ${megabytes(csvBytes)} MB of CSV, ${megabytes(compressedBytes)} MB compressed, in ${(ms / 1000).toFixed(1)} s`,
  );
}

function megabytes(bytes: number): string {
  return (bytes / MB).toFixed(1);
}

/** Stands where the loader stands in a run: no table exists, and every load succeeds at once. */
class Discarder implements TableLoader {
  rows = 0;
  csvBytes = 0;
  compressedBytes = 0;
  parts = 0;

  tables(): Promise<ReadonlyMap<string, never>> {
    return Promise.resolve(new Map<string, never>());
  }

  fits(): Promise<boolean> {
    return Promise.resolve(true);
  }

  slices(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  load(
    _job: LoadJob,
    { rows, bytes, parts }: StagedBatch,
    onCommitted: (counts: LoadCounts) => void,
  ): Promise<void> {
    this.rows += rows;
    this.csvBytes += bytes;
    this.parts += parts.length;
    for (const part of parts) this.compressedBytes += part.bytes;
    const none = { superseded: 0, updated: 0, deleted: 0, ignored: 0, replaced: 0 };
    onCommitted({ ...none, copied: rows, inserted: rows, grown: rows });
    return Promise.resolve();
  }

  copyFiles(_job: unknown, onCommitted: (rows: number) => void): Promise<void> {
    onCommitted(0);
    return Promise.resolve();
  }

  swap({ rows }: SwapJob, onCommitted: (counts: OverwriteCounts) => void): Promise<void> {
    onCommitted({ inserted: rows } as OverwriteCounts);
    return Promise.resolve();
  }

  activate(): Promise<number> {
    return Promise.resolve(0);
  }

  shadowOf(target: TableRef): TableRef {
    return shadowOf(target, 'DISCARDED');
  }

  drop(): Promise<void> {
    return Promise.resolve();
  }

  remove(): Promise<void> {
    return Promise.resolve();
  }
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
