/**
 * `--discard`: everything that a load does before the upload. It reads, encodes, compresses and counts, to measure a tap or this
 * program. No state is printed, because nothing is stored.
 */
import { count } from '../amounts.ts';
import type { Config } from '../config/options.ts';
import { onAbort } from '../abort.ts';
import type { Input } from '../io/input.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';
import { storeNothing } from '../dry-run/guards.ts';
import { newFormat } from '../rows/csv.ts';
import { assemble, type Assembly } from '../run/assemble.ts';
import type { Scope } from '../scope.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { compressionOf } from '../staging/part.ts';
import type { TableLoader } from '../streams/context.ts';
import { shadowOf } from '../table/shadow.ts';
import type { TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import type { LoadJob, OverwriteJob } from '../warehouse/jobs.ts';
import type { OverwriteCounts } from '../warehouse/overwrite.ts';

export interface DiscardOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly io: Pick<Io, 'now' | 'cores'>;
  readonly input: Input;
  readonly log: Logger;
  /** The log of the run, which would report loads that do not happen. */
  readonly quietLog: Logger;
  /** Aborted by the first signal: no more input is read. */
  readonly stop: AbortSignal;
  /** In place of Singer. */
  readonly protocol?: Pick<Assembly, 'protocol' | 'generations'>;
}

const MB = 1024 * 1024;

/** Resolves when everything that was read is counted. */
export async function runDiscard(options: DiscardOptions): Promise<void> {
  const { config, scope, io, input, log, quietLog, stop, protocol = {} } = options;
  const discarder = new Discarder();
  const run = assemble({
    config,
    io,
    log: quietLog,
    loader: discarder,
    store: storeNothing({ url: (key) => `s3://${config.s3_bucket}/${key}` }),
    format: newFormat(compressionOf(config.compression)),
    objectPrefix: '',
    folder: 'discarded',
    rejectedPrefix: 'rejected/',
    files: scope.reader,
    locations: scope.locations,
    signal: new AbortController().signal,
    ...protocol,
  });
  using _ = onAbort(stop, () => run.stop());
  const started = io.now();
  await run.load(input);
  const ms = Math.max(io.now() - started, 1);
  const { rows, csvBytes, compressedBytes, parts } = discarder;
  log.info(
    {
      ...run.summary,
      csv_bytes: csvBytes,
      compressed_bytes: compressedBytes,
      parts,
      ms,
      rows_per_second: Math.round((rows * 1000) / ms),
    },
    `discarded ${count(rows, 'row')}: ${megabytes(csvBytes)} MB of CSV, ${megabytes(compressedBytes)} MB compressed, in ${(ms / 1000).toFixed(1)} s`,
  );
}

function megabytes(bytes: number): string {
  return (bytes / MB).toFixed(1);
}

/** Takes the place of the loader: no table exists, and every load succeeds immediately. */
class Discarder implements TableLoader {
  rows = 0;
  csvBytes = 0;
  compressedBytes = 0;
  parts = 0;

  tables(): Promise<ReadonlyMap<string, never>> {
    return Promise.resolve(new Map<string, never>());
  }

  /** As most clusters answer. */
  largeStrings(): Promise<boolean> {
    return Promise.resolve(false);
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

  overwrite({ rows }: OverwriteJob, onCommitted: (counts: OverwriteCounts) => void): Promise<void> {
    onCommitted({ inserted: rows, deleted: undefined });
    return Promise.resolve();
  }

  activate(_job: unknown, _version: unknown, onCommitted: (rows: number) => void): Promise<void> {
    onCommitted(0);
    return Promise.resolve();
  }

  shadowOf(target: TableRef): TableRef {
    return shadowOf(target, 'DISCARDED');
  }

  drop(): Promise<void> {
    return Promise.resolve();
  }

  remove(): void {}

  note(): void {}
}
