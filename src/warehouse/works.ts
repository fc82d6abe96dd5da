/** Makes the pieces of work of streams: what each does to its table in a transaction, and what it needs and frees. */
import { count } from '../amounts.ts';
import { LoadError, messageOf } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { manifestOf, manifestOfFiles, manifestOfParquet } from '../staging/manifest.ts';
import type { TableRef } from '../table/types.ts';
import type { LoadCounts } from './accounting.ts';
import { collated, isMixedCollation } from './collation.ts';
import { filesBody } from './files.ts';
import { withEntry } from './file-ledger.ts';
import type { CopyJob, FilesJob, LoadJob, OverwriteJob, ParquetJob, TableJob } from './jobs.ts';
import type { KnownTables } from './known-tables.ts';
import { loadBody } from './load.ts';
import { overwriteBody, type OverwriteCounts } from './overwrite.ts';
import type { LoadRow } from './record-sql.ts';
import { stageTables } from './stage-tables.ts';
import type { CopyAccess } from './statements.ts';
import type { TablePreparer } from './table-preparer.ts';
import type { TransactionBody } from './transaction.ts';
import { olderVersionsBody, type ActivatedVersion } from './versions.ts';
import { counting, type Done, type Work } from './work.ts';

interface WorksOptions {
  readonly store: ObjectStore;
  /** How COPY may read the bucket; asked for each attempt. */
  readonly access: () => Promise<CopyAccess>;
  /** Of the bucket. */
  readonly region: () => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborted when the run gives up at once. */
  readonly signal: AbortSignal;
  /** Removes objects. */
  readonly remove: (keys: readonly string[]) => void;
  /** Drops a shadow table. */
  readonly drop: (shadow: TableRef) => Promise<void>;
}

/** Is told when work is durable and visible. */
export type OnCommitted<Counts> = (counts: Counts) => void;

/** What a work is beside its table. */
interface Facts<Counts> {
  readonly what: string;
  readonly body: (...on: Parameters<Work['body']>) => Promise<TransactionBody<Counts>>;
  /** What the history says about the counts. */
  readonly changes: (counts: Counts) => Partial<LoadRow>;
  readonly onCommitted: OnCommitted<Counts>;
  readonly release?: Work['release'];
  readonly copies?: boolean;
  readonly prefixes?: readonly string[];
  readonly meaning?: Work['meaning'];
}

interface Manifest {
  readonly put: (attempt: number) => { readonly url: string; readonly written: Promise<void> };
  readonly release: Work['release'];
}

const TRY_AGAIN = '40001';

/** Rows for a shadow table change the target table only when they replace its rows. */
export function isBeside({ target, historyRow }: TableJob): boolean {
  return target !== historyRow.table;
}

export class Works {
  readonly #options: WorksOptions;
  readonly #known: KnownTables;
  readonly #preparer: TablePreparer;

  constructor(options: WorksOptions, known: KnownTables, preparer: TablePreparer) {
    this.#options = options;
    this.#known = known;
    this.#preparer = preparer;
  }

  /** Loads a batch. It frees the batch's objects in S3. */
  load(job: LoadJob, staged: StagedBatch, onCommitted: OnCommitted<LoadCounts>): Work {
    const { store } = this.#options;
    const manifest = this.#manifest(
      job,
      manifestOf(store, staged.parts),
      staged.parts.map(({ key }) => key),
    );
    return this.of<LoadCounts>(job, {
      what: `load stream "${job.stream}"`,
      copies: true,
      prefixes: [store.url(job.keyPrefix)],
      changes: (counts) => (isBeside(job) ? {} : writtenBy(counts)),
      body: async (session, { columns, replaces }, { number, place }) => {
        const { url, written } = manifest.put(number);
        const source = { manifestUrl: url, format: staged.format, ...(await this.#from()) };
        const { hard_delete: hardDelete } = job.settings;
        const clears = job.discards === 'later' ? replaces : undefined;
        const isOwn = this.#known.isOwn(job.target);
        const tables = stageTables(place);
        const facts = { rows: staged.rows, isOwn, source, manifest: written, clears, tables };
        const ignoresCase = this.#known.ignoresCase(job.target);
        const minding = ignoresCase ? collated(job.columns) : job.columns;
        return loadBody(session, { ...job, hardDelete, ...facts, columns: minding }, columns);
      },
      meaning: (error) => this.#minding(job.target, error),
      release: manifest.release,
      onCommitted,
    });
  }

  /** Keys whose case counts: where the table ignores it, the load is tried again with COLLATE. */
  #minding(target: TableRef, error: unknown): unknown {
    if (this.#known.ignoresCase(target) || !isMixedCollation(error)) return error;
    this.#known.setIgnoresCase(target);
    return new LoadError(messageOf(error), { sqlstate: TRY_AGAIN, cause: error });
  }

  /** Copies the files of a tap, which stay where they are. */
  copyFiles(job: FilesJob, onCommitted: OnCommitted<number>): Work {
    const manifest = this.#manifest(job, manifestOfFiles(job.files), []);
    return this.of<number>(job, {
      what: `load stream "${job.stream}"`,
      copies: true,
      prefixes: job.files,
      changes: (rows) => ({ received: rows, written: rows }),
      body: async (_session, _prepared, { number }) => {
        const { url, written } = manifest.put(number);
        const source = { manifestUrl: url, isGzip: job.isGzip, ...(await this.#from()) };
        return filesBody({ ...job, source, isOwn: this.#known.isOwn(job.target), manifest: written });
      },
      release: manifest.release,
      onCommitted,
    });
  }

  /** Loads files of Parquet, which stay where they are, and lists them in their ledger. */
  copyParquet(job: ParquetJob, onCommitted: OnCommitted<LoadCounts>): Work {
    const manifest = this.#manifest(job, manifestOfParquet(job.files), []);
    const rows = job.files.reduce((sum, file) => sum + file.rows, 0);
    return this.of<LoadCounts>(job, {
      what: `load ${count(job.files.length, 'file')} of stream "${job.stream}"`,
      copies: true,
      prefixes: [...new Set(job.files.map(({ url }) => url.slice(0, url.lastIndexOf('/') + 1)))],
      changes: (counts) => ({ received: rows, ...writtenBy(counts) }),
      body: async (session, { columns, replaces }, { number, place }) => {
        const { url, written } = manifest.put(number);
        const source = { manifestUrl: url, format: 'parquet' as const, ...(await this.#from()) };
        const task = {
          ...job,
          ...{ rows, source, manifest: written, tables: stageTables(place) },
          ...{ isOwn: this.#known.isOwn(job.target), hardDelete: false, nullKeys: 0, mayRepeatKeys: true },
          clears: job.discards === 'later' ? replaces : undefined,
        };
        const body = await loadBody(session, task, columns);
        return { ...withEntry(uniqueKeys(job, body), job.entry), verify: job.verify };
      },
      release: manifest.release,
      onCommitted,
    });
  }

  /** What COPY needs beside the files. */
  async #from(): Promise<{ readonly access: CopyAccess; readonly region: string }> {
    const { access, region } = this.#options;
    return { access: await access(), region: await region() };
  }

  /** Puts a manifest for each attempt, and has it and the other objects removed once the outcome is known. */
  #manifest({ keyPrefix }: CopyJob, manifest: Buffer, others: readonly string[]): Manifest {
    const { store, signal } = this.#options;
    const keys = [...others];
    const puts: Promise<void>[] = [];
    return {
      put: (attempt) => {
        const key = `${keyPrefix}manifest-${attempt}.json`;
        keys.push(key);
        // Written beside the first statements.
        const written = store.put(key, manifest, signal);
        puts.push(written.catch(() => undefined));
        return { url: store.url(key), written };
      },
      release: async (outcomeIsKnown) => {
        await Promise.all(puts);
        if (outcomeIsKnown) this.#options.remove(keys);
      },
    };
  }

  /** Replaces the rows of a table by those of its shadow table, which it drops. */
  overwrite(job: OverwriteJob, onCommitted: OnCommitted<OverwriteCounts>): Work {
    return this.of<OverwriteCounts>(job, {
      what: `overwrite table "${job.target.table}"`,
      changes: (seen) => ({ written: seen.inserted, deleted: seen.deleted ?? 0 }),
      body: async (session, { replaces }) => {
        // A stream without rows has no shadow yet.
        const { columns } = await this.#preparer.table(session, job.shadow);
        const shadow = job.shadow.target;
        const shadowColumns = columns.map(({ name }) => name);
        return overwriteBody(session, { ...job, shadow, shadowColumns, replaces });
      },
      // A swap that may still be committing may be about to give this very table the target's name.
      release: async (outcomeIsKnown) => {
        if (outcomeIsKnown) await this.#options.drop(job.shadow.target);
      },
      onCommitted: (counts) => {
        if (job.method === 'swap') this.#known.doubt(job.target);
        onCommitted(counts);
      },
    });
  }

  /** Deletes or marks the rows of versions before this one, and those without unless they are kept; tells how many. */
  activate(
    job: TableJob,
    { version, time, keepsUnversioned }: ActivatedVersion,
    onCommitted: OnCommitted<number>,
  ): Work {
    return this.of<number>(job, {
      what: `activate version ${version} of table "${job.target.table}"`,
      changes: (rows) => (job.settings.hard_delete ? { deleted: rows } : { replaced: rows }),
      body: () => Promise.resolve(olderVersionsBody({ ...job, keepsUnversioned }, version, time)),
      onCommitted,
    });
  }

  /** Any work on a table. */
  of<Counts>(job: TableJob, facts: Facts<Counts>): Work {
    const { what, body, changes, onCommitted, copies = false, prefixes = [], meaning } = facts;
    const { release = (): Promise<void> => Promise.resolve() } = facts;
    const done = (counts: Counts): Done => ({
      row: this.row(job, changes(counts)),
      committed: () => onCommitted(counts),
    });
    const counted: Work['body'] = async (...on) => counting(await body(...on), done);
    return { job, what, copies, prefixes, body: counted, release, ...(meaning && { meaning }) };
  }

  /** What the history says of a work. */
  row({ stream, batch, historyRow }: TableJob, changes: Partial<LoadRow>): LoadRow {
    const { table, ...facts } = historyRow;
    const nothing = { received: 0, rejected: 0, written: 0, replaced: 0, deleted: 0, bytes: 0, parts: 0 };
    const committedAt = this.#options.now();
    return { batch, stream, ...table, ...nothing, ...facts, ...changes, committedAt };
  }
}

/** Files have no order: which of two rows with the same key is the newer one must be told by columns. */
function uniqueKeys(
  { method, newest }: ParquetJob,
  body: TransactionBody<LoadCounts>,
): TransactionBody<LoadCounts> {
  if (method === 'append' || newest) return body;
  return {
    ...body,
    count: (answers, staged) => {
      const counts = body.count(answers, staged);
      if (counts.superseded === 0) return counts;
      throw new LoadError(
        `${count(counts.superseded, 'row')} of the files ${counts.superseded === 1 ? 'has' : 'have'} the key of another one, ` +
          'and nothing tells which is newer; name a column that does with --newest-by, or write each key once. Nothing was loaded',
      );
    },
  };
}

/** What a load did to the rows of its table. */
function writtenBy({ inserted, updated, replaced, deleted, cleared = 0 }: LoadCounts): Partial<LoadRow> {
  return { written: inserted + updated, replaced, deleted: deleted + cleared };
}
