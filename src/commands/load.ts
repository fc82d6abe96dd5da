/** The main job: stdin into the warehouse, safe states to stdout, orderly ends on signals. */
import { availableParallelism } from 'node:os';
import type { Writable } from 'node:stream';
import { batchFiles } from '../batches/read.ts';
import { Connections } from '../connect.ts';
import type { Ending } from '../ending.ts';
import { LoadError, messageOf } from '../errors.ts';
import type { Input } from '../input.ts';
import type { Logger, Secrets } from '../log.ts';
import type { Config } from '../config/options.ts';
import { newFormat } from '../rows/csv.ts';
import { Run } from '../run.ts';
import { StateWriter } from '../states.ts';
import { newRunId, normalisePrefix, rejectedPrefix, rejectedRoot } from '../staging/keys.ts';
import { Budget } from '../staging/budget.ts';
import { watchLeftovers } from '../staging/leftovers.ts';
import { compressionOf } from '../staging/part.ts';
import { sweepLeftovers } from '../staging/sweep.ts';
import { createStaging } from '../staging/uploads.ts';
import { History } from '../warehouse/history.ts';
import { Hooks } from '../warehouse/hooks.ts';
import { Loader } from '../warehouse/loader.ts';

export interface LoadOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly secrets: Secrets;
  readonly env: NodeJS.Dict<string>;
  /** Of this program. */
  readonly version: string;
  readonly input: Input;
  readonly stdout: Writable;
  readonly ending: Ending;
}

const RESOLVE_TIMEOUT_MS = 5 * 60_000;
/** Shorter than what the process has after the run is given up, so that the run can still say what is left. */
const CLEAN_UP_MS = 1_500;
const STOPPED = 'Stopped before everything that was read was loaded; run again from the last state';

/** Resolves when every record read is committed. */
export async function runLoad(options: LoadOptions): Promise<void> {
  const { config, input, log, ending } = options;
  const end = new AbortController();
  // What is left to remove after giving up gets a moment, not more.
  const cleanUpEnd = new AbortController();
  const connections = new Connections(config, options);
  const bucket = await connections.openStore(cleanUpEnd.signal);
  const warehouse = await connections.openWarehouse();
  const objectPrefix = normalisePrefix(config.s3_prefix);
  const runId = newRunId(new Date());
  // Kept objects lie where no sweep looks for leftovers.
  const folder = config.keep_s3_files ? `kept-${runId}` : runId;
  const ownPrefix = `${objectPrefix}${folder}/`;
  const store = watchLeftovers(bucket, ownPrefix);
  const staleBefore = new Date(Date.now() - config.stale_after_hours * 3_600_000);
  const giveUp = (): void => {
    run.fail(new LoadError(STOPPED));
    end.abort();
    states.giveUp();
    void warehouse.close(true);
    setTimeout(() => cleanUpEnd.abort(), CLEAN_UP_MS).unref();
  };

  const loader = new Loader({
    warehouse,
    store,
    schema: config.target_schema,
    access: () => connections.copyAccess(),
    runId,
    keepFiles: config.keep_s3_files,
    staleBefore,
    tries: config.max_load_attempts,
    retryPauseMs: 1000,
    forbidDdl: config.forbid_ddl,
    resolveTimeoutMs: RESOLVE_TIMEOUT_MS,
    signal: end.signal,
    log,
  });
  const staging = createStaging({
    store,
    budget: Budget.ofMegabytes(config.memory_budget_mb),
    format: newFormat(compressionOf(config.compression)),
    gzipLevel: config.gzip_level,
    compressors: availableParallelism(),
    uploads: 4,
    signal: end.signal,
    onFailure: (error) => run.fail(error),
  });
  const hooks = new Hooks(warehouse, log);
  const origin = { runId, version: options.version };
  const history =
    config.load_history && !config.forbid_ddl
      ? new History(warehouse, config.target_schema, origin, log)
      : undefined;
  const states = new StateWriter(options.stdout, (error) => run.fail(error));
  const run = new Run({
    config,
    loader,
    hooks,
    history,
    staging,
    files: batchFiles(bucket),
    states,
    objectPrefix,
    rejectedPrefix: rejectedPrefix(rejectedRoot(objectPrefix, config.rejected_prefix), runId),
    folder,
    log,
    now: Date.now,
  });

  let grace: NodeJS.Timeout | undefined;
  const stopReading = (): void => {
    log.warn(
      `stopping: loading what is read, for at most ${config.shutdown_grace_seconds} s; a second signal stops at once`,
    );
    run.stop();
    grace = setTimeout(() => ending.giveUp(), config.shutdown_grace_seconds * 1000);
  };
  ending.setLastWords(() => {
    reportLeftovers();
    log.error(STOPPED);
  });
  const removeListeners = onAbort([ending.stop, stopReading], [ending.kill, giveUp]);
  const sweeping = sweep();
  try {
    await run.load(input);
  } finally {
    input.destroy();
    clearTimeout(grace);
    if (end.signal.aborted) await abortOwnUploads();
    await sweeping;
    if (!end.signal.aborted) await Promise.all([history?.flushed(), loader.finish()]);
    await warehouse.close(end.signal.aborted);
    store.close();
    connections.close();
    removeListeners();
    if (end.signal.aborted) reportLeftovers();
  }

  /** lib-storage aborts an upload without waiting for the answer. */
  async function abortOwnUploads(): Promise<void> {
    await store.abortUploads(ownPrefix, new Date(Date.now() + 60_000), () => true).catch(() => 0);
  }

  function reportLeftovers(): void {
    const objects = store.leftovers;
    if (objects === 0 || config.keep_s3_files) return;
    log.warn(
      { objects },
      `up to ${objects} objects may be left below ${store.url(ownPrefix)}; a later run removes them when they are ` +
        `${config.stale_after_hours} hours old (stale_after_hours)`,
    );
  }

  async function sweep(): Promise<void> {
    try {
      const { objects, uploads } = await sweepLeftovers(store, objectPrefix, staleBefore);
      if (objects + uploads > 0) log.info({ objects, uploads }, 'removed what dead runs had left in S3');
    } catch (error) {
      log.debug(`cannot look for leftovers of dead runs: ${messageOf(error)}`);
    }
  }
}

function onAbort(...pairs: readonly (readonly [AbortSignal, () => void])[]): () => void {
  for (const [signal, listener] of pairs) {
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener, { once: true });
  }
  return () => {
    for (const [signal, listener] of pairs) signal.removeEventListener('abort', listener);
  };
}
