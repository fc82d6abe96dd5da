/** A batch to which no more rows are added, and what the log and the history say of it. */
import { count as amount } from '../amounts.ts';
import type { StagedBatch } from '../staging/batch.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import type { LoadJob, TableJob, WorkFacts } from '../warehouse/jobs.ts';
import type { OpenBatch } from './open-batch.ts';

export interface ClosedBatch {
  readonly batch: OpenBatch;
  /** Two rows may have the same key. False is certain. */
  readonly mayRepeatKeys: boolean;
  /** Its objects, once they are in S3. */
  readonly staged: Promise<StagedBatch>;
}

export function closeBatch(batch: OpenBatch): ClosedBatch {
  const mayRepeatKeys = batch.keyHashes?.close() !== true;
  // Rejected records are durable before the rest is visible.
  const staged = Promise.all([batch.rows.close(), batch.rejected.close()]).then(([rows]) => rows);
  staged.catch(() => undefined);
  return { batch, mayRepeatKeys, staged };
}

/** How the rows meet those of the table. */
export function mergeOf({ batch, mayRepeatKeys }: ClosedBatch): Omit<LoadJob, keyof TableJob> {
  const { plan, census, narrow, nullKeys, keyPrefix } = batch;
  const { method, newest } = plan;
  return { method, newest, census, narrow, nullKeys, mayRepeatKeys, keyPrefix };
}

/** For the history. */
export function recordedOf(
  { rejected: { count } }: OpenBatch,
  { rows, bytes, parts }: StagedBatch,
): Partial<WorkFacts> {
  return { received: rows + count, rejected: count, bytes, parts: parts.length };
}

/** For the log. */
export function factsOf(
  { rejected: { count, urls }, nulled }: OpenBatch,
  { rows, bytes, parts }: StagedBatch,
  counts: LoadCounts | undefined,
): object {
  return {
    rows,
    ...counts,
    ...(count > 0 ? { rejected: count, rejected_files: urls } : {}),
    ...(nulled > 0 ? { nulled } : {}),
    bytes,
    parts: parts.length,
  };
}

export function sentenceOf(
  stream: string,
  { rejected: { count } }: OpenBatch,
  { rows }: StagedBatch,
): string {
  return `loaded ${amount(rows, 'row')} of ${stream}${count > 0 ? `, set aside ${count}` : ''}`;
}
