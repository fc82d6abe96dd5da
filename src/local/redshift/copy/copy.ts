/**
 * COPY from S3: the engine reads standard input, which is filled with the checked rows of the objects. A failure
 * fails the engine's statement too, so that transactions behave as they should, and its rows of stl_load_errors are
 * there before the client hears of it.
 */
import { SQLSTATE } from '../sqlstates.ts';
import { checkCompression, describeInput, RowsRefused } from './feed.ts';
import { type CopyRows, openRows } from './rows.ts';
import { type CopyTarget, findTarget } from './target.ts';
import { type Copier, type CopyAccess, openBucketAccess } from './credentials.ts';
import { copyError, describeError, type ErrorContext } from '../errors.ts';
import { explainRejection } from './engine-rejection.ts';
import type { LoadRecord } from './load-log.ts';
import { decodeFields, decodeStrings, encode, encodeQuery, type Fields } from '../wire/message.ts';
import type { Readings } from '../readings.ts';
import { quoteName, quoteTable } from '../sql/names.ts';
import { type CopyStatement, RedshiftError } from '../sql/statement.ts';
import type { Upstream } from '../wire/upstream.ts';
import { makeWaitingRoom, moveRows, WAITING_ROWS } from './secured.ts';

/** How a COPY that came to reading rows ended. */
export type CopyResult =
  | {
      readonly kind: 'loaded';
      readonly rows: number;
      /** Rows that MAXERROR tolerates. */
      readonly skipped: number;
      /** Rows in which ACCEPTINVCHARS replaced characters. */
      readonly replaced: number;
    }
  | { readonly kind: 'failed'; readonly failure: Fields };

/** What COPY needs of the cluster. */
interface CopyCluster {
  readonly access: CopyAccess;
  readonly database: string;
  readonly readings: Readings;
  /** Writes what the COPY leaves in the system tables, where every session sees it. */
  recordLoad(load: LoadRecord): Promise<void>;
}

/** A COPY in a session that holds the table's lock. */
export interface CopyJob {
  readonly copy: CopyStatement;
  readonly context: ErrorContext;
  readonly cluster: CopyCluster;
  readonly upstream: Upstream;
  /** The user whose session copies. */
  readonly copier: Copier;
  /** Aborted when the client cancels or leaves. */
  readonly signal: AbortSignal;
}

/** Redshift keeps statistics up to date by itself; below this many rows they change no plan. */
const ROWS_WORTH_ANALYZING = 1000;
/** A tenth of the engine's own sample is enough for plans, and does not slow the load. */
const SAMPLE = 10;

/** The feeding of the engine, as it ended. `cause` is why the feeding failed, if it did. */
interface Fed {
  readonly rows: number;
  readonly failure?: Fields;
  readonly cause?: unknown;
}

/**
 * Runs the COPY. The caller tells the client how it ended.
 * @throws RedshiftError when it fails before it reads rows.
 */
export async function runCopy(job: CopyJob): Promise<CopyResult> {
  const { copy, context, cluster, upstream } = job;
  const started = new Date();
  checkCompression(copy);
  const target = await findTarget(copy, upstream);
  const reader = await openBucketAccess(copy, cluster.access, { copier: job.copier, verb: 'COPY' }, context);
  const { readings, access } = cluster;
  const rows = await openRows({ copy, context, readings, reader, target, region: access.region });
  if (job.signal.aborted) throw cancelled(context);
  const fed = copy.noLoad ? await readOnly(job, rows) : await feed(job, rows, target);

  const failed = fed.failure !== undefined || fed.cause !== undefined;
  if (fed.failure && fed.cause === undefined) {
    if (!isAboutRows(fed.failure)) return { kind: 'failed', failure: fed.failure };
    rows.errors.push(explainRejection(fed.failure, rows.files, target.columns));
  }
  await cluster.recordLoad({
    ...{ userId: context.userId, queryId: context.queryId, pid: context.pid },
    ...{ database: cluster.database, table: target.oid },
    ...{ copy, started, files: rows.files, errors: rows.errors, replacements: rows.replacements },
    rows: failed ? 0 : fed.rows,
    status: failed ? 'aborted' : 'completed',
  });
  if (failed) return { kind: 'failed', failure: explainFailure(job, fed.cause) };
  if (fed.rows > ROWS_WORTH_ANALYZING) await analyze(copy, upstream);
  return {
    kind: 'loaded',
    rows: fed.rows,
    skipped: rows.errors.length,
    replaced: rows.replacedRows,
  };
}

/** Otherwise the engine was stopped, or has come to an end of its means. */
function isAboutRows(failure: Fields): boolean {
  return /^2[23]/.test(failure['C'] ?? '');
}

async function analyze({ table }: CopyStatement, upstream: Upstream): Promise<void> {
  await upstream.run(
    `SET LOCAL default_statistics_target TO ${SAMPLE}`,
    `ANALYZE ${quoteTable(table)}`,
    'SET LOCAL default_statistics_target TO DEFAULT',
  );
}

/** NOLOAD: reads and checks, and loads nothing. */
async function readOnly({ signal }: CopyJob, source: CopyRows): Promise<Fed> {
  try {
    await source.send(() => Promise.resolve(), signal);
    return { rows: 0 };
  } catch (error) {
    return { rows: 0, cause: error };
  }
}

/** Has the engine run the COPY while it is fed. */
async function feed(job: CopyJob, source: CopyRows, target: CopyTarget): Promise<Fed> {
  const { upstream } = job;
  const refused = new AbortController();
  let tag = '';
  let failure: Fields | undefined;
  let cause: unknown;
  let feeding: Promise<void> | undefined;
  const start = async () => {
    try {
      const signal = AbortSignal.any([job.signal, refused.signal]);
      await source.send((rows) => upstream.sendCopyData(rows), signal);
      await upstream.send(encode('c'));
    } catch (error) {
      if (!refused.signal.aborted) {
        cause = error ?? new Error('cancelled');
        await upstream.send(encode('f', 'the input of COPY failed\0'));
      }
    }
  };
  const columns = target.columns.map(({ name }) => quoteName(name)).join(', ');
  if (target.isSecured) await makeWaitingRoom(target, upstream);
  const into = target.isSecured ? WAITING_ROWS : quoteTable(job.copy.table);
  const sql = `COPY ${into} (${columns}) FROM STDIN WITH (${source.engineOptions})`;
  await upstream.request(encodeQuery(sql), (frame) => {
    if (frame.type === 'G') {
      feeding = start();
      feeding.catch(() => undefined);
    } else if (frame.type === 'C') {
      tag = decodeStrings(frame, 1).strings[0] ?? '';
    } else if (frame.type === 'E') {
      failure = decodeFields(frame);
      refused.abort();
    }
  });
  await feeding;
  if (target.isSecured && !failure && cause === undefined) await moveRows(job.copy.table, target, upstream);
  const rows = Number(/^COPY (\d+)$/.exec(tag)?.[1] ?? 0);
  return { rows, ...(failure && { failure }), ...(cause !== undefined && { cause }) };
}

function explainFailure(job: CopyJob, cause: unknown): Fields {
  const { copy, context, signal, cluster } = job;
  if (cause === undefined || cause instanceof RowsRefused) {
    const sentence =
      `Load into table '${copy.table.table}' failed.  ` +
      `Check '${cluster.readings.loadErrorTable}' system table for details.`;
    return describeError(new RedshiftError(SQLSTATE.internalError, sentence));
  }
  if (signal.aborted) return describeError(cancelled(context));
  if (cause instanceof RedshiftError) return describeError(cause);
  return describeError(copyError(describeInput(cause), context));
}

function cancelled({ queryId }: ErrorContext): RedshiftError {
  return new RedshiftError(SQLSTATE.queryCanceled, `Query (${queryId}) canceled on user's request`);
}
