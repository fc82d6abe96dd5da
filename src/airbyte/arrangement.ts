/**
 * Decides where the rows of a stream go until it is complete, by the generations of the sync, of the table, and of the rows that an
 * earlier refresh left in its own table. Rows of older generations are removed only when a refresh is complete. Acknowledged rows
 * are kept as long as their generation is not below the minimum.
 */
import type { StreamContext } from '../streams/context.ts';
import type { Streams } from '../streams/streams.ts';
import { descriptionOf, tableComment } from '../table/comment.ts';
import { designOf } from '../table/design.ts';
import { refreshTableOf } from '../table/refresh-table.ts';
import type { StoredTable, TableRef } from '../table/types.ts';
import type { Generations } from '../warehouse/generations.ts';
import type { TableJob } from '../warehouse/jobs.ts';
import { checkStream, columnsFor, dialectOf, type PlannedStream } from './streams.ts';

export interface Arrangement {
  /** The refresh table for its rows; undefined if they go into the table of the stream. */
  readonly refreshTable: TableRef | undefined;
  /** The rows replace all rows of the table in one transaction at the end. Until then no state is acknowledged. */
  readonly isReplaced: boolean;
  /** The generation of which the table has every row, if known. */
  readonly completeGeneration: bigint | undefined;
}

/** Throws CatalogError, InputError or LoadError. */
export async function arrange(
  planned: PlannedStream,
  streams: Streams,
  context: Pick<StreamContext, 'nextBatch' | 'log' | 'now'>,
  generations: Pick<Generations, keyof Generations>,
): Promise<Arrangement> {
  const { configured, target } = planned;
  const beside = refreshTableOf(target);
  const minimum = configured.minimumGeneration;
  const tables = await streams.tablesOf(target.schema);
  const table = tables.get(target.table);
  checkStream(planned, table);
  let isLeft = tables.has(beside.table);
  if (isLeft && minimum > 0n && !(await generations.hasCurrent(beside, minimum))) {
    await generations.drop(beside);
    streams.setTable(beside, undefined);
    isLeft = false;
  }
  const completeGeneration = table?.completeGeneration;
  const isReplaced = replaces(planned, table);
  const asItIs = { refreshTable: undefined, isReplaced, completeGeneration };
  if (isLeft && (minimum === 0n || isReplaced)) {
    // Their states were acknowledged, so the source does not send them again.
    await mergeLeft(planned, beside, context, generations);
    streams.forgetTables(target.schema);
    return asItIs;
  }
  if (isLeft) {
    await generations.dropOlder(beside, minimum);
    return { ...asItIs, refreshTable: beside };
  }
  if (minimum === 0n || isReplaced || !table || !(await generations.hasOlder(target, table, minimum)))
    return asItIs;
  await generations.createBeside(beside, target);
  streams.setTable(beside, table);
  return { ...asItIs, refreshTable: beside };
}

/**
 * Whether an overwrite replaces everything: on platforms without generations, and if its generation is complete already. PyAirbyte
 * sends such overwrites, because it numbers every generation 1. Rows of an incomplete generation belong to the same overwrite.
 */
function replaces({ configured }: PlannedStream, table: StoredTable | undefined): boolean {
  const { mode, generation, minimumGeneration } = configured;
  if (mode !== 'overwrite') return false;
  if (generation === undefined) return true;
  return minimumGeneration > 0n && table?.completeGeneration === generation;
}

/** Adds the rows that an earlier refresh left to the table. */
async function mergeLeft(
  planned: PlannedStream,
  beside: TableRef,
  { nextBatch, log, now }: Pick<StreamContext, 'nextBatch' | 'log' | 'now'>,
  generations: Pick<Generations, keyof Generations>,
): Promise<void> {
  const { name, configured, target, settings, message } = planned;
  const columns = columnsFor(planned);
  const note = { stream: name, keyProperties: message.keyProperties };
  const job: TableJob = {
    stream: name,
    target,
    columns,
    maxBytes: [],
    nulls: [],
    settings,
    keyProperties: message.keyProperties,
    design: designOf(note, settings, columns),
    isCommentDue: false,
    batch: nextBatch(),
    historyRow: { table: target, method: 'complete', startedAt: now() },
  };
  const { newestBy = [] } = dialectOf(configured, undefined);
  const newest = newestBy.flatMap((property) => columns.find((column) => column.property === property) ?? []);
  const counts = await generations.complete({
    job,
    refreshTable: beside,
    minimum: 0n,
    newest: configured.mode === 'append_dedup' ? newest : undefined,
    mark: undefined,
    comment: undefined,
  });
  log.info(
    { stream: name, table: target.table, ...counts },
    `the rows of a refresh of ${name} that was not completed are now in its table`,
  );
}

/** The comment of the table when the stream is complete; undefined if it is the same already. */
export function completionComment(
  { name, configured, message }: PlannedStream,
  { completeGeneration }: Arrangement,
): string | undefined {
  const { generation } = configured;
  if (generation === undefined || generation === completeGeneration) return undefined;
  const description = descriptionOf(configured.schema);
  return tableComment({
    stream: name,
    keyProperties: message.keyProperties,
    completeGeneration: generation,
    ...(description !== undefined && { description }),
  });
}
