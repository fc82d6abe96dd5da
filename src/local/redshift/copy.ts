/**
 * COPY from S3: the engine reads standard input, which is filled with the checked rows of the objects. A failure
 * fails the engine's statement too, so that transactions behave as they should, and its rows of stl_load_errors are
 * there before the client hears of it.
 */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { copyError, describeError, type ErrorContext } from './errors.ts';
import { explainRejection } from './load-errors.ts';
import { decodeFields, decodeStrings, encode, type Fields, type Frame } from './message.ts';
import { checkCredentials, findObjects, type LoadObject, openObject } from './objects.ts';
import { filteredFormat, makeRowFilter, type RowFilter, type TargetColumn, TooManyErrors } from './row-filter.ts';
import { engineName, quoteName, quoteTable } from './sql/names.ts';
import { type CopyStatement, RedshiftError } from './sql/statement.ts';
import { quoteLiteral, type Upstream } from './upstream.ts';
import type { World } from './world.ts';

/** How a COPY that came to reading rows ended. */
export type CopyResult =
  { readonly kind: 'loaded'; readonly rows: number; readonly skipped: number } | { readonly kind: 'failed'; readonly failure: Fields };

/** A COPY in a session that holds the table's lock. */
export interface CopyRun {
  readonly copy: CopyStatement;
  readonly context: ErrorContext;
  readonly world: World;
  readonly upstream: Upstream;
  /** The messages that start the COPY of `encodeCopy`, and those to be sent after it. */
  readonly messages: { readonly start: Buffer; readonly rest: Buffer };
  /** Aborted when the client cancels or leaves. */
  readonly signal: AbortSignal;
  readonly relay: (frame: Frame) => void;
}

interface Target {
  readonly oid: number;
  /** The columns to load, in the order of the fields. */
  readonly columns: readonly TargetColumn[];
}

const INFLATED_CHUNK = 256 * 1024;
/** Redshift keeps statistics up to date by itself; below this many rows they change no plan. */
const ROWS_WORTH_ANALYZING = 1000;

/** The engine's COPY of a statement: it reads what the row filter puts out. */
export function encodeCopy(copy: CopyStatement): string {
  const columns = copy.columns ? ` (${copy.columns.map(quoteName).join(', ')})` : '';
  return `COPY ${quoteTable(copy.table)}${columns} FROM STDIN WITH (${filteredFormat(copy)})`;
}

/**
 * Runs the COPY; the client has not been told of its end or error then.
 * @throws RedshiftError when it fails before it reads rows.
 */
export async function runCopy(run: CopyRun): Promise<CopyResult> {
  const { copy, context, world, upstream } = run;
  const started = new Date();
  const target = await findTarget(copy, upstream);
  checkCredentials(copy, world.objects, context);
  const objects = await findObjects(copy, world.objects, context);
  const filter = makeRowFilter(target.columns, copy);
  const { tag, failure, cause } = await feed(run, objects, filter);

  const errors = [...filter.errors];
  if (failure && cause === undefined) errors.push(explainRejection(failure, target.columns));
  const load = { queryId: context.queryId, pid: context.pid, database: world.database, table: target.oid, started };
  await world.recordLoadErrors(load, errors);
  if (failure) return { kind: 'failed', failure: explainFailure(run, cause) };
  const rows = Number(/^COPY (\d+)$/.exec(tag)?.[1]);
  if (rows > ROWS_WORTH_ANALYZING) await upstream.run(`ANALYZE ${quoteTable(copy.table)}`);
  return { kind: 'loaded', rows, skipped: errors.length };
}

async function findTarget(copy: CopyStatement, upstream: Upstream): Promise<Target> {
  const rows = await upstream.run(
    `SELECT c.oid, pg_has_role(c.relowner, 'usage'), a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.oid = ${quoteLiteral(quoteTable(copy.table))}::regclass AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum`,
  );
  const columns = rows.map(([, , name, type, notNull, hasDefault]) => ({
    name: name ?? '',
    type: type ?? '',
    notNull: notNull === 't',
    hasDefault: hasDefault === 't',
  }));
  if (copy.needsOwnership && rows[0]?.[1] !== 't') {
    throw new RedshiftError('42501', `must be owner of relation ${copy.table.table}`);
  }
  const chosen = copy.columns?.map((name) => {
    const column = columns.find((candidate) => candidate.name === engineName(name));
    if (column) return { ...column, name };
    throw new RedshiftError('42703', `column "${name}" of relation "${copy.table.table}" does not exist`);
  });
  return { oid: Number(rows[0]?.[0]), columns: chosen ?? columns };
}

/** Has the engine run the COPY while it is fed. `cause` is why the feeding failed, if it did. */
async function feed(
  run: CopyRun,
  objects: readonly LoadObject[],
  filter: RowFilter,
): Promise<{ tag: string; failure?: Fields; cause?: unknown }> {
  const { upstream, messages, relay } = run;
  const refused = new AbortController();
  let tag = '';
  let failure: Fields | undefined;
  let cause: unknown;
  let feeding: Promise<void> | undefined;
  const start = async () => {
    try {
      await sendObjects(run, objects, filter, AbortSignal.any([run.signal, refused.signal]));
      await upstream.send(encode('c'));
    } catch (error) {
      if (!refused.signal.aborted) {
        cause = error ?? new Error('cancelled');
        await upstream.send(encode('f', 'the input of COPY failed\0'));
      }
    }
    await upstream.send(messages.rest);
  };
  await upstream.request(messages.start, (frame) => {
    if (frame.type === 'G') {
      feeding = start();
      feeding.catch(() => undefined);
    } else if (frame.type === 'C') {
      tag = decodeStrings(frame, 1).strings[0] ?? '';
    } else if (frame.type === 'E') {
      failure = decodeFields(frame);
      refused.abort();
      if (!feeding) feeding = upstream.send(messages.rest);
    } else {
      relay(frame);
    }
  });
  await feeding;
  return { tag, ...(failure && { failure }), ...(cause !== undefined && { cause }) };
}

async function sendObjects(
  run: CopyRun,
  objects: readonly LoadObject[],
  filter: RowFilter,
  signal: AbortSignal,
): Promise<void> {
  let found = 0;
  for (const object of objects) {
    signal.throwIfAborted();
    const body = await openObject(object, run.world.objects, run.context);
    if (!body) continue;
    found += 1;
    filter.begin(`s3://${object.bucket}/${object.key}`);
    const send = async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) await run.upstream.sendCopyData(filter.push(chunk));
      await run.upstream.sendCopyData(filter.end());
    };
    await inflate(body, run.copy, send, signal);
  }
  if (found === 0) throw copyError('No file of the manifest was found', run.context);
}

async function inflate(
  body: Readable,
  copy: CopyStatement,
  send: (source: AsyncIterable<Buffer>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (copy.compression === 'none') await pipeline(body, send, { signal });
  else await pipeline(body, createGunzip({ chunkSize: INFLATED_CHUNK }), send, { signal });
}

function explainFailure(run: CopyRun, cause: unknown): Fields {
  const { copy, context, signal } = run;
  if (cause === undefined || cause instanceof TooManyErrors) {
    const sentence =
      `Load into table '${copy.table.table}' failed.  ` + "Check 'stl_load_errors' system table for details.";
    return describeError(new RedshiftError('XX000', sentence));
  }
  if (signal.aborted) {
    return describeError(new RedshiftError('57014', `Query (${context.queryId}) canceled on user's request`));
  }
  if (cause instanceof RedshiftError) return describeError(cause);
  return describeError(copyError(describeInput(cause), context));
}

/** What broke the reading itself: the connection to S3, or content that is not what the statement says. */
function describeInput(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const text = cause instanceof Error ? cause.message : String(cause);
  return code.startsWith('Z_') ? `failed to inflate input file: ${text} (${code})` : `S3 read failed: ${text}`;
}
