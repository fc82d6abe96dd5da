/** The loader of a run, as the configuration wants it. */
import type { Config } from '../config/options.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';
import type { Bucket, ObjectStore } from '../ports.ts';
import type { Scope } from '../scope.ts';
import type { GroupCommit } from '../warehouse/group-commit.ts';
import { Loader } from '../warehouse/loader.ts';
import { Outages } from '../warehouse/outages.ts';

const RESOLVE_TIMEOUT_MS = 5 * 60_000;
const RETRY_PAUSE_MS = 1000;

/** What the parts of a run have in common. */
export interface RunMeans {
  readonly config: Config;
  readonly scope: Scope;
  readonly io: Pick<Io, 'version' | 'now' | 'ending'>;
  readonly log: Logger;
}

export function outagesOf({ config, scope, io, log }: RunMeans): Outages {
  return new Outages({
    retryForMs: config.retry_for_seconds * 1000,
    tries: config.max_load_attempts ?? Infinity,
    pauseMs: RETRY_PAUSE_MS,
    renew: () => scope.renewKeys(),
    stop: io.ending.stop,
    signal: io.ending.kill,
    log,
  });
}

export interface LoaderParts {
  readonly runId: string;
  /** What older runs have left is removed. */
  readonly staleBefore: Date;
  readonly store: ObjectStore;
  readonly openBucket: () => Promise<Bucket>;
  readonly outages: Outages;
  readonly group?: GroupCommit | undefined;
  readonly onBegun?: () => void;
}

export function loaderOf(
  { config, scope, io, log }: RunMeans,
  { runId, staleBefore, store, openBucket, outages, group, onBegun }: LoaderParts,
): Loader {
  return new Loader({
    ...{ runId, staleBefore, store, outages, group },
    ...(onBegun && { onBegun }),
    warehouse: scope.warehouse,
    schema: config.target_schema,
    access: () => scope.copyAccess(),
    region: async () => (await openBucket()).region,
    version: io.version,
    now: io.now,
    keepFiles: config.keep_s3_files,
    keepsRecords: config.load_history,
    forbidDdl: config.forbid_ddl,
    resolveTimeoutMs: Math.max(RESOLVE_TIMEOUT_MS, config.retry_for_seconds * 1000),
    signal: io.ending.kill,
    log,
  });
}

/** Objects of other runs that are older are leftovers. */
export function staleTime({ stale_after_hours: hours }: Config, now: number): Date {
  return new Date(now - hours * 3_600_000);
}
