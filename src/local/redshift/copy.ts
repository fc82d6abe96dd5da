/**
 * COPY from S3: the engine reads standard input, which is filled with the checked rows of the objects. A failure
 * fails the engine's statement too, so that transactions behave as they should, and its rows of stl_load_errors are
 * there before the client hears of it.
 */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Copier, type ObjectReader, openReader } from './credentials.ts';
import { copyError, describeError, type ErrorContext } from './errors.ts';
import { explainRejection, type LoadError } from './load-errors.ts';
import { decodeFields, decodeStrings, encode, encodeQuery, type Fields } from './message.ts';
import { findObjects, type LoadObject, openObject } from './objects.ts';
import { compileChecker, type CopyColumn, type RowChecker } from './rows/check.ts';
import { quoteName, quoteTable } from './sql/names.ts';
import { type CopyStatement, RedshiftError } from './sql/statement.ts';
import { quoteLiteral, type Upstream } from './upstream.ts';
import type { World } from './world.ts';

/** How a COPY that came to reading rows ended. */
export type CopyResult =
  | { readonly kind: 'loaded'; readonly rows: number; readonly skipped: number }
  | { readonly kind: 'failed'; readonly failure: Fields };

/** A COPY in a session that holds the table's lock. */
export interface CopyRun {
  readonly copy: CopyStatement;
  readonly context: ErrorContext;
  readonly world: World;
  readonly upstream: Upstream;
  /** As whom the session copies. */
  readonly copier: Copier;
  /** Aborted when the client cancels or leaves. */
  readonly signal: AbortSignal;
}

interface Target {
  readonly oid: number;
  /** The columns to load, in the order of the fields. */
  readonly columns: readonly CopyColumn[];
}

const INFLATED_CHUNK = 256 * 1024;
/** Redshift keeps statistics up to date by itself; below this many rows they change no plan. */
const ROWS_WORTH_ANALYZING = 1000;

/** The engine's COPY of a statement: it reads what the row checks put out. */
function engineCopy(copy: CopyStatement): string {
  const columns = copy.columns ? ` (${copy.columns.map(quoteName).join(', ')})` : '';
  return `COPY ${quoteTable(copy.table)}${columns} FROM STDIN WITH (${compileChecker([], copy).engineOptions})`;
}

/**
 * Runs the COPY; the client has not been told of its end or error then.
 * @throws RedshiftError when it fails before it reads rows.
 */
export async function runCopy(run: CopyRun): Promise<CopyResult> {
  const { copy, context, world, upstream } = run;
  const started = new Date();
  const target = await findTarget(copy, upstream);
  const reader = await openReader(copy, world.access, run.copier, context);
  const objects = await findObjects(copy, reader, context);
  if (run.signal.aborted) throw cancelled(context);
  const feeder = new Feeder(
    run,
    compileChecker(target.columns, copy, { readings: world.readings }),
    reader,
    objects,
  );
  const { tag, failure, cause } = await feed(run, feeder);

  const errors = [...feeder.errors];
  if (failure && cause === undefined) errors.push(explainRejection(failure, feeder.starts, target.columns));
  const load = {
    queryId: context.queryId,
    pid: context.pid,
    database: world.database,
    table: target.oid,
    started,
  };
  await world.recordLoadErrors(load, errors);
  if (failure) return { kind: 'failed', failure: explainFailure(run, cause) };
  const rows = Number(/^COPY (\d+)$/.exec(tag)?.[1]);
  if (rows > ROWS_WORTH_ANALYZING) await upstream.run(`ANALYZE ${quoteTable(copy.table)}`);
  return { kind: 'loaded', rows, skipped: errors.length };
}

async function findTarget(copy: CopyStatement, upstream: Upstream): Promise<Target> {
  const rows = await upstream.run(
    `SELECT c.oid, pg_has_role(c.relowner, 'usage'), warehouse_long_name(a.attname), format_type(a.atttypid, null),
       information_schema._pg_char_max_length(a.atttypid, a.atttypmod),
       information_schema._pg_numeric_precision(a.atttypid, a.atttypmod),
       information_schema._pg_numeric_scale(a.atttypid, a.atttypmod), a.attnotnull
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.oid = ${quoteLiteral(quoteTable(copy.table))}::regclass AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum`,
  );
  if (copy.needsOwnership && rows[0]?.[1] !== 't') {
    throw new RedshiftError('42501', `must be owner of relation ${copy.table.table}`);
  }
  const columns = rows.map(readColumn);
  const chosen = copy.columns?.map((name) => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column) return column;
    throw new RedshiftError('42703', `column "${name}" of relation "${copy.table.table}" does not exist`);
  });
  return { oid: Number(rows[0]?.[0]), columns: chosen ?? columns };
}

function readColumn([, , name, type, length, precision, scale, notNull]: (string | null)[]): CopyColumn {
  const optional = (key: string, value: string | null | undefined) =>
    value === null || value === undefined ? {} : { [key]: Number(value) };
  return {
    name: name ?? '',
    type: type ?? '',
    notNull: notNull === 't',
    ...optional('length', length),
    ...optional('precision', precision),
    ...optional('scale', scale),
  };
}

/** Has the engine run the COPY while it is fed. `cause` is why the feeding failed, if it did. */
async function feed(
  run: CopyRun,
  feeder: Feeder,
): Promise<{ tag: string; failure?: Fields; cause?: unknown }> {
  const { upstream } = run;
  const refused = new AbortController();
  let tag = '';
  let failure: Fields | undefined;
  let cause: unknown;
  let feeding: Promise<void> | undefined;
  const start = async () => {
    try {
      await feeder.send(AbortSignal.any([run.signal, refused.signal]));
      await upstream.send(encode('c'));
    } catch (error) {
      if (!refused.signal.aborted) {
        cause = error ?? new Error('cancelled');
        await upstream.send(encode('f', 'the input of COPY failed\0'));
      }
    }
  };
  await upstream.request(encodeQuery(engineCopy(run.copy)), (frame) => {
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
  return { tag, ...(failure && { failure }), ...(cause !== undefined && { cause }) };
}

/** More rows are wrong than MAXERROR allows. */
class RowsRefused extends Error {
  override readonly name = 'RowsRefused';
}

/** Where the rows of an object begin among those that the engine gets. */
export interface ObjectStart {
  readonly file: string;
  readonly rows: number;
}

/** Sends the good rows of all objects to the engine and keeps account of the others. */
class Feeder {
  readonly starts: ObjectStart[] = [];
  private readonly run: CopyRun;
  private readonly checker: RowChecker;
  private readonly reader: ObjectReader;
  private readonly objects: readonly LoadObject[];

  constructor(run: CopyRun, checker: RowChecker, reader: ObjectReader, objects: readonly LoadObject[]) {
    this.run = run;
    this.checker = checker;
    this.reader = reader;
    this.objects = objects;
  }

  get errors(): readonly LoadError[] {
    return this.checker.errors;
  }

  /** @throws RowsRefused, RedshiftError, or what has broken the reading of an object. */
  async send(signal: AbortSignal): Promise<void> {
    const { checker, run } = this;
    for (const object of this.objects) {
      signal.throwIfAborted();
      const body = await untilAborted(openObject(object, this.reader, run.context), signal);
      if (!body) continue;
      const file = `s3://${object.bucket}/${object.key}`;
      this.starts.push({ file, rows: checker.rows });
      checker.startFile(file);
      const check = async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) await this.pass(checker.push(chunk));
        await this.pass(checker.endFile());
      };
      await inflate(body, run.copy, check, signal);
    }
    if (this.starts.length === 0) throw copyError('No file of the manifest was found', run.context);
  }

  private async pass(rows: readonly Buffer[]): Promise<void> {
    if (this.checker.failed) throw new RowsRefused();
    for (const bytes of rows) await this.run.upstream.sendCopyData(bytes);
  }
}

/** S3 may take its time; whoever cancels does not wait for it. */
async function untilAborted(
  opening: Promise<Readable | undefined>,
  signal: AbortSignal,
): Promise<Readable | undefined> {
  let leave: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = () => reject(new Error('cancelled'));
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    opening.then((body) => body?.destroy()).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
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
  if (cause === undefined || cause instanceof RowsRefused) {
    const sentence =
      `Load into table '${copy.table.table}' failed.  ` + "Check 'stl_load_errors' system table for details.";
    return describeError(new RedshiftError('XX000', sentence));
  }
  if (signal.aborted) {
    return describeError(cancelled(context));
  }
  if (cause instanceof RedshiftError) return describeError(cause);
  return describeError(copyError(describeInput(cause), context));
}

function cancelled({ queryId }: ErrorContext): RedshiftError {
  return new RedshiftError('57014', `Query (${queryId}) canceled on user's request`);
}

/** What broke the reading itself: the connection to S3, or content that is not what the statement says. */
function describeInput(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const text = cause instanceof Error ? cause.message : String(cause);
  return code.startsWith('Z_')
    ? `failed to inflate input file: ${text} (${code})`
    : `S3 read failed: ${text}`;
}
