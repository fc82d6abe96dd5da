/** The main job: the input into the warehouse, safe states to stdout, orderly ends on signals. */
import type { Writable } from 'node:stream';
import type { Config } from '../config/options.ts';
import { LoadError, messageOf } from '../errors.ts';
import { onAbort } from '../io/abort.ts';
import type { Input } from '../io/input.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';
import { newFormat } from '../rows/csv.ts';
import { assemble } from '../run/assemble.ts';
import type { Scope } from '../scope.ts';
import { newRunId, normalisePrefix, rejectedPrefix, rejectedRoot } from '../staging/keys.ts';
import { watchLeftovers, type WatchedStore } from '../staging/leftovers.ts';
import { compressionOf } from '../staging/part.ts';
import { sweepLeftovers } from '../staging/sweep.ts';
import { History } from '../warehouse/history.ts';
import { Hooks } from '../warehouse/hooks.ts';
import { Loader } from '../warehouse/loader.ts';

export interface LoadOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly io: Pick<Io, 'version' | 'now' | 'cores' | 'ending'>;
  readonly log: Logger;
  readonly input: Input;
  /** Takes the states. */
  readonly states: Writable;
}

const RESOLVE_TIMEOUT_MS = 5 * 60_000;
const RETRY_PAUSE_MS = 1000;
const STOPPED = 'Stopped before everything that was read was loaded; run again from the last state';

/** Resolves when every record read is committed. */
export async function runLoad({ config, scope, io, log, input, states }: LoadOptions): Promise<void> {
  const { stop, kill } = io.ending;
  const objectPrefix = normalisePrefix(config.s3_prefix);
  const runId = newRunId(new Date(io.now()));
  // Kept objects lie where no sweep looks for leftovers.
  const folder = config.keep_s3_files ? `kept-${runId}` : runId;
  const ownPrefix = `${objectPrefix}${folder}/`;
  const staleBefore = new Date(io.now() - config.stale_after_hours * 3_600_000);
  const bucket = await scope.store();
  const store = watchLeftovers(bucket, ownPrefix);
  const warehouse = await scope.warehouse();
  const loader = new Loader({
    warehouse,
    store,
    schema: config.target_schema,
    access: () => scope.copyAccess(),
    runId,
    keepFiles: config.keep_s3_files,
    staleBefore,
    tries: config.max_load_attempts,
    retryPauseMs: RETRY_PAUSE_MS,
    forbidDdl: config.forbid_ddl,
    resolveTimeoutMs: RESOLVE_TIMEOUT_MS,
    signal: kill,
    log,
  });
  const history =
    config.load_history && !config.forbid_ddl
      ? new History(warehouse, config.target_schema, { runId, version: io.version }, log)
      : undefined;
  const run = assemble({
    config,
    io,
    log,
    loader,
    hooks: new Hooks(warehouse, log),
    history,
    store,
    format: newFormat(compressionOf(config.compression)),
    objectPrefix,
    folder,
    rejectedPrefix: rejectedPrefix(rejectedRoot(objectPrefix, config.rejected_prefix), runId),
    files: bucket,
    locations: scope.locations,
    states,
    signal: kill,
  });
  const tellLeftovers = (): void => {
    if (!config.keep_s3_files) reportLeftovers(store, ownPrefix, config.stale_after_hours, log);
  };
  io.ending.setLastWords(() => {
    tellLeftovers();
    log.error(STOPPED);
  });

  let grace: NodeJS.Timeout | undefined;
  using _stop = onAbort(stop, () => {
    const seconds = config.shutdown_grace_seconds;
    log.warn(`stopping: loading what is read, for at most ${seconds} s; a second signal stops at once`);
    run.stop();
    grace = setTimeout(() => io.ending.giveUp(), seconds * 1000);
  });
  using _kill = onAbort(kill, () => run.giveUp(new LoadError(STOPPED)));
  const sweeping = sweep(bucket, objectPrefix, staleBefore, log);
  try {
    await run.load(input);
  } finally {
    input.destroy();
    clearTimeout(grace);
    if (kill.aborted) await abortUploads(store, ownPrefix, io.now());
    await sweeping;
    if (!kill.aborted) await Promise.all([history?.flushed(), loader.finish()]);
    if (kill.aborted) tellLeftovers();
  }
}

/** The SDK aborts an upload without waiting for the answer. */
async function abortUploads(store: WatchedStore, prefix: string, now: number): Promise<void> {
  await store.abortUploads(prefix, new Date(now + 60_000), () => true).catch(() => 0);
}

function reportLeftovers(store: WatchedStore, prefix: string, hours: number, log: Logger): void {
  const objects = store.leftovers;
  if (objects === 0) return;
  log.warn(
    { objects },
    `up to ${objects} objects may be left below ${store.url(prefix)}; a later run removes them when they are ` +
      `${hours} hours old (stale_after_hours)`,
  );
}

async function sweep(
  store: Parameters<typeof sweepLeftovers>[0],
  prefix: string,
  before: Date,
  log: Logger,
): Promise<void> {
  try {
    const { objects, uploads } = await sweepLeftovers(store, prefix, before);
    if (objects + uploads > 0) log.info({ objects, uploads }, 'removed what dead runs had left in S3');
  } catch (error) {
    log.debug(`cannot look for leftovers of dead runs: ${messageOf(error)}`);
  }
}
