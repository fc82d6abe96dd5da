/** Loads the input into the warehouse, writes safe states to stdout, and ends in good order on signals. */
import { setTimeout as delay } from 'node:timers/promises';
import { count } from '../amounts.ts';
import { loaderOf, outagesOf, staleTime, type LoaderParts } from './loader.ts';
import { newContext } from '../check/context.ts';
import { Preflight } from '../check/preflight.ts';
import type { Config } from '../config/options.ts';
import { LoadError, messageOf } from '../errors.ts';
import { onAbort } from '../abort.ts';
import type { Input } from '../io/input.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';
import type { Bucket } from '../ports.ts';
import { newFormat } from '../rows/csv.ts';
import { openOtlp } from '../progress/open-otlp.ts';
import { RunTeller } from '../progress/teller.ts';
import { LOG_ALONE, type Telling } from '../progress/telling.ts';
import { assemble, type Assembly } from '../run/assemble.ts';
import type { Run } from '../run/run.ts';
import type { Scope } from '../scope.ts';
import { newRunId, normalisePrefix, rejectedPrefix, rejectedRoot } from '../staging/keys.ts';
import { laterStore } from '../staging/later-store.ts';
import { watchLeftovers, type WatchedStore } from '../staging/leftovers.ts';
import { compressionOf } from '../staging/part.ts';
import { sweepLeftovers } from '../staging/sweep.ts';
import { GroupCommit } from '../warehouse/group-commit.ts';
import { Hooks } from '../warehouse/hooks.ts';
import type { Loader } from '../warehouse/loader.ts';
import type { Outages } from '../warehouse/outages.ts';
import { Pipeline } from '../warehouse/pipeline.ts';
import type { Outcome } from '../warehouse/record-sql.ts';
import { isUnreachable } from '../warehouse/transient.ts';

/** How a protocol takes part in a load: by its front, and by what it does with the loader. */
type ProtocolOf = (loader: Loader) => Pick<Assembly, 'protocol' | 'generations' | 'states'>;

export interface LoadOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly io: Pick<Io, 'version' | 'env' | 'now' | 'cores' | 'ending'>;
  readonly log: Logger;
  readonly input: Input;
  readonly protocolOf: ProtocolOf;
  /** The id of the run, which `log` has in each line; without it, the load makes one. */
  readonly runId?: string;
  /** Is told the state of the pipeline in the warehouse before the input is read; undefined if there is none. */
  readonly onState?: (state: Buffer | undefined) => void;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** How the run is told of; without it, by lines of the log alone. */
  readonly telling?: Telling;
}

/** How long a run that stops immediately waits for S3 to remove its objects. */
const REMOVAL_MS = 2000;
const STOPPED = 'Stopped before everything that was read was loaded; run it again from the last state';

/** Resolves when every record that was read is committed. */
export async function runLoad(given: LoadOptions): Promise<void> {
  const { config, io, input, redact } = given;
  const { stop, kill } = io.ending;
  const { runId = newRunId(new Date(io.now())) } = given;
  const place = placeOf(config, runId, io.now());
  const log = given.runId === undefined ? given.log.child({ run_id: runId }) : given.log;
  const options = { ...given, log };
  const outages = outagesOf(options);
  const { openBucket, swept } = sweepWhenOpened(options, place, outages);
  const bucket = laterStore(config.s3_bucket, openBucket);
  const store = watchLeftovers(bucket, place.ownPrefix);
  const preflight = preflightOf(options, place, (error) => run.fail(error));
  const committing = committingOf(options, place);
  const loader = groupedLoader(options, place, { ...committing, store, openBucket, outages, preflight });
  const run: Run = runOf(options, place, { ...committing, bucket, store, loader, outages, preflight });
  const tellLeftovers = (): void => reportLeftovers(config, store, place.ownPrefix, log);
  const teller = await tellerOf(options, place, run);
  io.ending.setLastWords(() => {
    teller.end('failed', STOPPED);
    tellLeftovers();
    log.error(STOPPED);
  });

  let grace: NodeJS.Timeout | undefined;
  using _stop = onAbort(stop, () => {
    const seconds = config.shutdown_grace_seconds;
    log.warn(`stopping: loading what was read, for at most ${seconds} s; a second signal stops immediately`);
    run.stop();
    grace = setTimeout(() => io.ending.giveUp(), seconds * 1000);
  });
  using _kill = onAbort(kill, () => run.giveUp(new LoadError(STOPPED)));
  let outcome: Outcome = 'succeeded';
  let reason: string | undefined;
  try {
    await run.load(input);
    if (stop.aborted) outcome = 'stopped';
  } catch (error) {
    outcome = 'failed';
    reason = redact(messageOf(error));
    throw error;
  } finally {
    input.destroy();
    clearTimeout(grace);
    if (kill.aborted) await abortUploads(store, place.ownPrefix, io.now());
    await swept();
    const cleared = preflight.end();
    if (kill.aborted) {
      const removed = Promise.all([loader.removed(), cleared]);
      await Promise.race([removed, delay(REMOVAL_MS, undefined, { ref: false })]);
      teller.end(outcome, reason);
      tellLeftovers();
    } else {
      await Promise.all([loader.finish(outcome, reason), cleared]);
      teller.end(outcome, reason);
      await teller.sendLast(outcome);
    }
  }
}

async function tellerOf(
  { config, io, log, telling = LOG_ALONE }: LoadOptions,
  { runId }: RunPlace,
  run: Run,
): Promise<RunTeller> {
  const { hostname, port, database, target_schema } = config;
  const target = `schema ${target_schema} of database ${database} on ${hostname}:${port}`;
  const otlp = await openOtlp(io, log);
  return new RunTeller({ ...telling, otlp, version: io.version, runId, log, now: io.now }, run, target);
}

/** Where the objects of a run are. */
interface RunPlace {
  readonly runId: string;
  /** The prefix of the objects of all runs. */
  readonly objectPrefix: string;
  /** The name below `objectPrefix` of the folder of the run. */
  readonly folder: string;
  /** The prefix of the objects of the run. */
  readonly ownPrefix: string;
  /** Objects of other runs that are older are leftovers. */
  readonly staleBefore: Date;
}

function placeOf(config: Config, runId: string, now: number): RunPlace {
  const objectPrefix = normalisePrefix(config.s3_prefix);
  // Kept objects are where the sweep does not look for leftovers.
  const folder = config.keep_s3_files ? `kept-${runId}` : runId;
  return {
    ...{ runId, objectPrefix, folder },
    ownPrefix: `${objectPrefix}${folder}/`,
    staleBefore: staleTime(config, now),
  };
}

interface SweptBucket {
  readonly openBucket: () => Promise<Bucket>;
  /** Resolves when the sweep has ended, immediately if none was started. */
  readonly swept: () => Promise<void>;
}

/** Removes the leftovers of other runs, in the background, as soon as the bucket is opened. */
function sweepWhenOpened(
  { config, scope, log }: LoadOptions,
  { objectPrefix, staleBefore }: RunPlace,
  outages: Outages,
): SweptBucket {
  let sweeping: Promise<void> | undefined;
  return {
    openBucket: () => {
      const opened = scope.store();
      sweeping ??= opened.then(
        async (bucket) => {
          const rejected = rejectedRoot(objectPrefix, config.rejected_prefix);
          const answered = await sweep(bucket, { prefix: objectPrefix, rejected }, staleBefore, log);
          if (answered) outages.answered('S3');
        },
        () => (sweeping = undefined),
      );
      return opened;
    },
    swept: async () => sweeping,
  };
}

/** Begins to wait at once. */
function preflightOf(
  { config, scope, io, log }: LoadOptions,
  { ownPrefix }: RunPlace,
  fail: (error: unknown) => void,
): Preflight {
  const { kill } = io.ending;
  return new Preflight({
    context: (stop) =>
      newContext(config, { scope, now: io.now, stop, signal: kill }, { folder: `${ownPrefix}check/` }),
    log,
    fail,
  });
}

/** How the work of the streams is committed. */
interface Committing {
  readonly pipeline: Pipeline | undefined;
  readonly group: GroupCommit | undefined;
}

function committingOf({ config, io }: LoadOptions, { runId }: RunPlace): Committing {
  const {
    pipeline: name,
    exactly_once: isExactlyOnce,
    group_commit,
    target_schema: schema,
    forbid_ddl,
  } = config;
  const pipeline =
    name === undefined
      ? undefined
      : new Pipeline({ name, schema, runId, forbidDdl: forbid_ddl, now: io.now });
  const group = pipeline || group_commit ? new GroupCommit({ pipeline, isExactlyOnce }) : undefined;
  return { pipeline, group };
}

function groupedLoader(
  options: LoadOptions,
  { runId, staleBefore }: RunPlace,
  { group, preflight, ...parts }: Omit<LoaderParts, 'runId' | 'staleBefore'> & Pick<RunDeps, 'preflight'>,
): Loader {
  const loader = loaderOf(options, { ...parts, runId, staleBefore, group, onBegun: preflight.workBegan });
  group?.begin(loader);
  return loader;
}

/** What a run works with. */
interface RunDeps extends Committing {
  readonly bucket: Assembly['files'];
  readonly store: WatchedStore;
  readonly loader: Loader;
  readonly outages: Outages;
  readonly preflight: Preflight;
}

function runOf(
  { config, scope, io, log, protocolOf, onState }: LoadOptions,
  { runId, objectPrefix, folder }: RunPlace,
  { pipeline, group, bucket, store, loader, outages, preflight }: RunDeps,
): Run {
  const takeOver = pipeline && ((): Promise<void> => loader.takeOver(pipeline).then(onState));
  return assemble({
    config,
    io,
    log,
    loader,
    hooks: new Hooks(scope.warehouse, log),
    store,
    format: newFormat(compressionOf(config.compression)),
    retryUpload: (what, upload) => outages.retry(what, upload, { needs: ['S3'] }),
    objectPrefix,
    folder,
    rejectedPrefix: rejectedPrefix(rejectedRoot(objectPrefix, config.rejected_prefix), runId),
    files: bucket,
    locations: scope.locations,
    group,
    begin: takeOver,
    onPlanned: (work) => preflight.planned(work),
    ...protocolOf(loader),
    signal: io.ending.kill,
  });
}

/** The SDK aborts an upload without waiting for the answer. */
async function abortUploads(store: WatchedStore, prefix: string, now: number): Promise<void> {
  await store.abortUploads(prefix, new Date(now + 60_000), () => true).catch(() => 0);
}

function reportLeftovers(config: Config, store: WatchedStore, prefix: string, log: Logger): void {
  const { keep_s3_files: isKept, stale_after_hours: hours } = config;
  const objects = store.leftovers;
  if (isKept || objects === 0) return;
  log.warn(
    { objects },
    `up to ${count(objects, 'object')} may be left below ${store.url(prefix)}; a later run removes them when they are ` +
      `${count(hours, 'hour')} old (stale_after_hours)`,
  );
}

/** False if nothing answered. */
async function sweep(
  store: Parameters<typeof sweepLeftovers>[0],
  place: Parameters<typeof sweepLeftovers>[1],
  before: Date,
  log: Logger,
): Promise<boolean> {
  try {
    const { objects, uploads } = await sweepLeftovers(store, place, before);
    if (objects + uploads > 0) log.info({ objects, uploads }, 'removed what dead runs left in S3');
    return true;
  } catch (error) {
    log.debug(`cannot look for leftovers of dead runs: ${messageOf(error)}`);
    return !(error instanceof LoadError && isUnreachable(error));
  }
}
