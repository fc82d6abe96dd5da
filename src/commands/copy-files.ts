/** `copy-files`: loads Parquet files that another engine wrote to S3. COPY reads them; this program plans, checks and accounts. */
import { loaderOf, outagesOf, staleTime, type RunMeans } from './loader.ts';
import { be, count, size } from '../amounts.ts';
import type { Config } from '../config/options.ts';
import { settingsOf, type StreamSettings } from '../config/settings.ts';
import { CommitUnknownError, InputError, LoadError, messageOf } from '../errors.ts';
import { planFiles, type FilesPlan } from '../files/columns.ts';
import { findFiles, type FileStore, type Locations } from '../files/found.ts';
import { changed, readFooters, type FileSet } from '../files/footers.ts';
import { checkPartitions } from '../files/partitions.ts';
import type { Logger } from '../log.ts';
import type { Bucket, FoundObject } from '../ports.ts';
import { batchPrefix, newRunId, normalisePrefix } from '../staging/keys.ts';
import { targetOf } from '../streams/target.ts';
import type { StoredTable, TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import { ledgerOf, makeLedger, readLedger } from '../warehouse/file-ledger.ts';
import { Hooks } from '../warehouse/hooks.ts';
import type { ParquetJob } from '../warehouse/jobs.ts';
import type { Loader } from '../warehouse/loader.ts';

/** How rows of files meet those of the table. */
export type CopyMethod = 'append' | 'upsert' | 'insert' | 'overwrite';

export interface CopyWish extends Locations {
  readonly stream: string;
  /** Without any, those of the configuration. */
  readonly keys: readonly string[];
  /** Undefined: upsert where there are keys, otherwise append. */
  readonly method: CopyMethod | undefined;
  readonly newestBy: readonly string[];
  /** Files that the ledger lists are loaded too. */
  readonly again: boolean;
  /** Columns that are in the names of folders only are left out. */
  readonly ignoresPartitions: boolean;
}

interface CopyFilesOptions {
  readonly config: Config;
  readonly wish: CopyWish;
  readonly store: FileStore;
  readonly loader: Loader;
  readonly hooks: Hooks;
  readonly log: Logger;
  readonly runId: string;
  /** The prefix of the objects of this run, which are manifests. */
  readonly objectPrefix: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** What is loaded into which table. */
interface Place {
  readonly settings: StreamSettings;
  readonly target: TableRef;
  readonly ledger: TableRef;
  readonly keys: readonly string[];
  readonly method: CopyMethod;
  /** Undefined if it does not exist. */
  readonly table: StoredTable | undefined;
}

/** Opens what `copyFiles` needs, and records how the run ended. Returns the exit code. */
export async function runCopyFiles(given: RunMeans, wish: CopyWish): Promise<number> {
  const { config, scope, io } = given;
  const runId = newRunId(new Date(io.now()));
  const log = given.log.child({ run_id: runId });
  const means = { ...given, log };
  const { stop, kill } = io.ending;
  const openBucket = (): Promise<Bucket> => scope.store();
  const store = await openBucket();
  const outages = outagesOf(means);
  const parts = { runId, staleBefore: staleTime(config, io.now()), store, openBucket, outages };
  const loader = loaderOf(means, parts);
  const objectPrefix = normalisePrefix(config.s3_prefix);
  try {
    const hooks = new Hooks(scope.warehouse, log);
    const own = { config, wish, store, loader, hooks, log, runId, objectPrefix };
    await copyFiles({ ...own, now: io.now, signal: stop });
  } catch (error) {
    const outcome = stop.aborted ? 'stopped' : 'failed';
    if (!kill.aborted) await loader.finish(outcome, messageOf(error));
    throw stop.aborted && !(error instanceof CommitUnknownError)
      ? new LoadError('Stopped before the files were copied; nothing was loaded', { cause: error })
      : error;
  }
  await loader.finish('succeeded');
  return 0;
}

/** Throws InputError for files that cannot be loaded, LoadError for the warehouse and S3. Then nothing is loaded. */
async function copyFiles(options: CopyFilesOptions): Promise<void> {
  const { wish, store, log, signal, loader } = options;
  const place = await placeOf(options);
  const found = await findFiles(store, wish, signal);
  const known = await loader.ask('read the list of loaded files', (session) =>
    readLedger(session, place.ledger),
  );
  // A table that was dropped took its rows with it.
  const isAll = wish.again || place.method === 'overwrite' || !place.table;
  const files = isAll ? found : newFiles(found, known, wish.stream);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const skipped = found.length - files.length;
  const facts = { stream: wish.stream, files: files.length, bytes };
  if (files.length === 0) {
    log.info(
      facts,
      `nothing to copy: ${found.length === 1 ? 'the file is' : `all ${found.length} files are`} loaded already`,
    );
    return;
  }
  const note = skipped > 0 ? `, ${skipped} ${be(skipped)} loaded already` : '';
  log.info(
    facts,
    `${count(files.length, 'file')} of ${size(bytes)} ${be(files.length)} to be copied${note}; reading the footers`,
  );
  const { keys, method } = place;
  const merges = method === 'upsert' || method === 'insert';
  const set = await readFooters(store, files, merges ? keys : [], signal);
  if (!wish.ignoresPartitions) checkPartitions(set, wish.urls);
  await copy(options, place, set, known);
}

async function placeOf({ config, wish, loader }: CopyFilesOptions): Promise<Place> {
  const settings = settingsOf(config, wish.stream);
  const target = targetOf(wish.stream, settings, config);
  const tables = await loader.tables(target.schema);
  const keys = wish.keys.length > 0 ? wish.keys : (settings.key_properties ?? []);
  const method = methodOf(wish, settings, keys);
  return { settings, target, keys, method, ledger: ledgerOf(target), table: tables.get(target.table) };
}

/** The files that the ledger does not list. One that was written again since then is not the file that was loaded. */
function newFiles(
  found: readonly FoundObject[],
  known: ReadonlyMap<string, string>,
  stream: string,
): readonly FoundObject[] {
  for (const { url, etag } of found) {
    const loaded = known.get(url);
    if (loaded !== undefined && loaded !== etag)
      throw new InputError(
        `Cannot copy ${url}: it was loaded already, and has been written again since then, so that some of its rows may be in the table; ` +
          'to load all of it once more, use --again with this file alone. Nothing was loaded',
        { stream },
      );
  }
  return found.filter(({ url }) => !known.has(url));
}

/** The method of the command line, or the load_method of the stream; without a key, rows are appended. */
function methodOf(
  { method, stream }: CopyWish,
  { load_method }: StreamSettings,
  keys: readonly string[],
): CopyMethod {
  if (keys.length === 0 && (method === 'upsert' || method === 'insert'))
    throw new InputError(
      `Cannot ${method} the files of stream "${stream}" without a key; name its columns with --key`,
      { stream },
    );
  if (method) return method;
  if (load_method === 'overwrite') return 'overwrite';
  if (keys.length === 0 || load_method === 'append-only') return 'append';
  return load_method === 'insert-only' ? 'insert' : 'upsert';
}

const LOAD_METHODS = {
  append: 'append-only',
  upsert: 'upsert',
  insert: 'insert-only',
  overwrite: 'append-only',
} as const;

async function copy(
  options: CopyFilesOptions,
  place: Place,
  set: FileSet,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const { config, wish, loader, hooks, log, now } = options;
  const { stream } = wish;
  const { target, ledger, table, keys, method } = place;
  const settings = { ...place.settings, load_method: LOAD_METHODS[method] };
  const [first] = set.files;
  const plan = planFiles(
    { stream, target, settings, keys, newestBy: wish.newestBy },
    set.fields,
    first?.url ?? '',
    table,
  );
  for (const warning of plan.warnings) log.warn({ stream }, warning);
  const started = now();
  const job = jobOf(options, { place: { ...place, settings }, set, plan, known, started });
  await hooks.run('pre_sql', undefined, config.pre_sql);
  await hooks.run('pre_sql', stream, settings.pre_sql);
  await loader.prepare(job);
  await loader.ask('make the list of loaded files', (session) =>
    makeLedger(session, ledger, config.forbid_ddl),
  );
  log.info(
    { stream, rows: job.historyRow.received },
    `copying ${count(set.files.length, 'file')} of ${stream}: ${count(job.historyRow.received ?? 0, 'row')}`,
  );
  try {
    await loader.copyParquet(job, (counts) => tell(log, job, counts, now() - started));
  } catch (error) {
    throw withCodecs(error, set);
  }
  const { analyze_after_rows: least, post_sql } = settings;
  if (least > 0 && (job.historyRow.received ?? 0) >= least) await hooks.analyze(target);
  await hooks.run('post_sql', stream, post_sql);
  await hooks.run('post_sql', undefined, config.post_sql);
}

interface JobParts {
  readonly place: Place;
  readonly set: FileSet;
  readonly plan: FilesPlan;
  /** What the ledger lists: the ETag of each file, by URL. */
  readonly known: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch. */
  readonly started: number;
}

/** The number of the only batch. */
const BATCH = 1;

function jobOf(options: CopyFilesOptions, { place, set, plan, known, started }: JobParts): ParquetJob {
  const { wish, store, runId, objectPrefix, now, signal } = options;
  const { target, ledger, settings, table, keys, method } = place;
  const { files } = set;
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const isOverwrite = method === 'overwrite';
  return {
    ...{ stream: wish.stream, target, settings, files },
    columns: plan.columns,
    copied: plan.copied,
    // Nothing is measured: strings are as wide as their columns.
    maxBytes: plan.columns.map(({ type }) => (type.kind === 'varchar' ? type.bytes : 0)),
    nulls: plan.columns.map(({ isKey }) => !isKey),
    keyProperties: keys,
    design: plan.design,
    isCommentDue: plan.areKeysNew,
    batch: BATCH,
    keyPrefix: batchPrefix(objectPrefix, runId, target.table, BATCH),
    method: method === 'overwrite' ? 'append' : method,
    newest: method === 'upsert' ? plan.newest : undefined,
    census: [rows],
    narrow: [],
    ...(isOverwrite && table && { discards: 'later' as const }),
    entry: {
      ...{ ledger, files, runId, known: known.size },
      replaced: files.flatMap(({ url }) => (known.has(url) ? [url] : [])),
      forgets: isOverwrite || !table,
      at: now(),
    },
    verify: () => verify(store, files, signal),
    historyRow: {
      table: target,
      method: 'copy-files',
      startedAt: started,
      received: rows,
      parts: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  };
}

/** The files are still those whose footers were read. Throws InputError. */
async function verify(store: FileStore, files: readonly FoundObject[], signal: AbortSignal): Promise<void> {
  const folders = new Set(files.map(({ url }) => url.slice(0, url.lastIndexOf('/') + 1)));
  const now = new Map<string, FoundObject>();
  for (const folder of folders) {
    signal.throwIfAborted();
    for await (const object of store.find(folder)) now.set(object.url, object);
  }
  for (const { url, etag, bytes } of files) {
    const found = now.get(url);
    if (found?.etag !== etag || found.bytes !== bytes) throw changed(url);
  }
}

function tell(log: Logger, job: ParquetJob, counts: LoadCounts, ms: number): void {
  const { inserted, updated, ignored, superseded, cleared } = counts;
  const { stream, target, files } = job;
  const parts = [
    `${inserted} inserted`,
    ...(updated > 0 ? [`${updated} updated`] : []),
    ...(ignored > 0 ? [`${ignored} ignored, because their keys are in the table`] : []),
    ...(superseded > 0 ? [`${superseded} older than another row of their key`] : []),
    ...(cleared === undefined ? [] : [`${cleared} old rows deleted`]),
  ];
  log.info(
    { stream, table: target.table, files: files.length, rows: counts.copied, ...counts, ms },
    `copied ${count(files.length, 'file')} into table ${target.table}: ${count(counts.copied, 'row')}, ${parts.join(', ')}`,
  );
}

/** The codecs that COPY of Parquet reads for certain. */
const SURE_CODECS: ReadonlySet<string> = new Set(['UNCOMPRESSED', 'SNAPPY', 'GZIP']);

/** COPY does not say that it cannot read a codec. */
function withCodecs(error: unknown, { codecs }: FileSet): unknown {
  const [other] = [...codecs].filter(([codec]) => !SURE_CODECS.has(codec));
  if (!other || !(error instanceof LoadError)) return error;
  const [codec, url] = other;
  return error.saying(
    `${messageOf(error)}. The pages of ${url} are compressed by ${codec}, which Redshift may not read: write the files with SNAPPY or GZIP`,
  );
}
