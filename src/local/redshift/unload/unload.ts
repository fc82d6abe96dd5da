/**
 * UNLOAD to S3: reads the rows of the query in portions and deals them out to the slices, each of which writes files of its own. The
 * objects appear together when all rows are written.
 */
import {
  type BucketAccess,
  type Copier,
  type CopyAccess,
  explainS3,
  openBucketAccess,
} from '../copy/credentials.ts';
import type { ErrorContext } from '../errors.ts';
import { RedshiftError } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';
import type { UnloadStatement } from '../sql/unload-statement.ts';
import type { Upstream } from '../wire/upstream.ts';
import { castQuery, describeColumns, type UnloadColumn } from './columns.ts';
import { Destination } from './destination.ts';
import { manifestOf, type UnloadedFile } from './manifest.ts';
import { Outputs } from './slices.ts';
import { partitionBy } from './partitions.ts';

/** An UNLOAD in a session whose transaction is open. */
export interface UnloadJob {
  readonly unload: UnloadStatement;
  /** The query for the engine. */
  readonly query: string;
  readonly context: ErrorContext;
  readonly access: CopyAccess;
  readonly upstream: Upstream;
  readonly user: Copier;
  /** A long name in full. */
  readonly restore: (name: string) => string;
  /** Aborted when the client cancels or leaves. */
  readonly signal: AbortSignal;
}

/** What an UNLOAD has written. */
export interface Unloaded {
  readonly rows: number;
  readonly files: readonly UnloadedFile[];
}

/** A name that no client can give a cursor of its own. */
const CURSOR = '"warehouse\u0001unload"';
/** Rows that are read at a time, and the bytes of a portion that make the next one smaller. */
const ROWS = 1000;
const PORTION_BYTES = 4 * 1024 * 1024;

/** Runs the UNLOAD. @throws RedshiftError, EngineError, with nothing written. */
export async function runUnload(job: UnloadJob): Promise<Unloaded> {
  const { unload, query, upstream, context } = job;
  const access: BucketAccess = await openBucketAccess(
    unload,
    job.access,
    { copier: job.user, verb: 'UNLOAD' },
    context,
  );
  const columns = await describeColumns(query, upstream, job.restore);
  if (columns.length === 0)
    throw new RedshiftError(SQLSTATE.syntaxError, 'UNLOAD needs a query with columns');
  const partitioning = partitionBy(unload.partition, columns);
  const destination = new Destination(unload, access, context);
  const outputs = new Outputs(unload, partitioning, destination);
  await destination.prepare();
  const isBinary = unload.format.kind === 'parquet';
  try {
    let rows = 0;
    for await (const row of readRows(castQuery(query, columns, isBinary), job)) {
      await outputs.write(row);
      rows += 1;
    }
    const files = await outputs.end();
    const manifest = unload.manifest && (await writeManifest(job, destination, files, partitioning.columns));
    if (job.signal.aborted) throw canceled(job);
    outputs.commit();
    manifest?.commit();
    return { rows, files };
  } catch (error) {
    await outputs.discard();
    throw explainS3(error, unload, context);
  }
}

async function writeManifest(
  { unload }: UnloadJob,
  destination: Destination,
  files: readonly UnloadedFile[],
  columns: readonly UnloadColumn[],
): Promise<{ commit(): void }> {
  const { sink } = await destination.beginManifest();
  await sink.write(Buffer.from(manifestOf(files, columns, unload.manifest ?? 'plain')));
  await sink.finish();
  return sink;
}

/** The rows of the query, in portions that fit in memory. */
async function* readRows(
  query: string,
  job: UnloadJob,
): AsyncGenerator<readonly (string | null)[], void, undefined> {
  const { upstream, signal } = job;
  await upstream.run(`DECLARE ${CURSOR} NO SCROLL CURSOR FOR ${query}`);
  let wanted = 1;
  for (;;) {
    if (signal.aborted) throw canceled(job);
    const rows = await upstream.run(`FETCH ${wanted} FROM ${CURSOR}`);
    yield* rows;
    if (rows.length < wanted) break;
    wanted = nextPortion(rows);
  }
  await upstream.run(`CLOSE ${CURSOR}`);
}

/** How many rows of that size make a portion. */
function nextPortion(rows: readonly (readonly (string | null)[])[]): number {
  const size = rows.reduce((sum, row) => sum + row.reduce((all, value) => all + (value?.length ?? 0), 1), 0);
  return Math.max(1, Math.min(ROWS, Math.floor((PORTION_BYTES * rows.length) / size)));
}

function canceled({ context }: UnloadJob): RedshiftError {
  return new RedshiftError(SQLSTATE.queryCanceled, `Query (${context.queryId}) canceled on user's request`);
}
