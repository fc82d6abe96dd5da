/** The open batch of a stream, with the plan that it is encoded for and what its rows need from the table. */
import { randomBytes } from 'node:crypto';
import type { Config } from '../config/options.ts';
import type { Settle } from '../states/ledger.ts';
import type { Row } from '../rows/encoder.ts';
import { KeyHashes } from '../rows/key-hashes.ts';
import { Token } from '../rows/values.ts';
import { Batch } from '../staging/batch.ts';
import { batchName, batchPrefix, rejectedFolder } from '../staging/keys.ts';
import { RejectedRecords } from '../staging/rejected.ts';
import type { TableRef } from '../table/types.ts';
import { kindOf } from '../warehouse/row-kinds.ts';
import type { StreamContext } from './context.ts';
import type { StreamPlan } from './plan.ts';

export interface OpenBatch {
  readonly seed: string;
  readonly plan: StreamPlan;
  readonly rows: Batch;
  readonly rejected: RejectedRecords;
  /** Records that had values set to NULL. */
  nulled: number;
  readonly settle: Settle;
  readonly number: number;
  readonly keyPrefix: string;
  readonly openedAt: number;
  readonly maxBytes: number[];
  readonly census: number[];
  readonly narrow: readonly ReadonlySet<string>[];
  /** Rows whose key holds a NULL. */
  nullKeys: number;
  readonly nulls: boolean[];
  readonly outgrown: boolean[];
  readonly keyHashes: KeyHashes | undefined;
}

/** What the values of a batch need from the columns of the table. */
export type ValueFacts = Pick<OpenBatch, 'maxBytes' | 'nulls' | 'outgrown'>;

export const NO_ROWS: ValueFacts = { maxBytes: [], nulls: [], outgrown: [] };

/** Opens a batch, and with it an effect in the effects. `narrow` are the columns of schemas that lack some; the list may grow. */
export function openBatch(
  { name: stream, target: { table } }: { readonly name: string; readonly target: TableRef },
  plan: StreamPlan,
  narrow: readonly ReadonlySet<string>[],
  context: StreamContext,
): OpenBatch {
  const { objectPrefix, rejectedPrefix, folder, staging, effects, readAt, nextBatch, log } = context;
  const number = nextBatch();
  log.debug({ stream, batch: number }, 'opened a batch');
  const keyPrefix = batchPrefix(objectPrefix, folder, table, number);
  const rejectedKey = `${rejectedFolder(rejectedPrefix, table)}${batchName(number)}`;
  const openedAt = readAt();
  return {
    seed: randomBytes(8).toString('hex'),
    plan,
    openedAt,
    rows: new Batch(keyPrefix, staging, openedAt),
    rejected: new RejectedRecords(rejectedKey, staging),
    nulled: 0,
    settle: effects.open(stream),
    number,
    keyPrefix,
    maxBytes: plan.columns.map(() => 0),
    census: [],
    nullKeys: 0,
    narrow,
    nulls: plan.columns.map(() => false),
    outgrown: plan.columns.map(() => false),
    keyHashes: plan.method === 'append' ? undefined : KeyHashes.of(plan.columns, staging.hashRoom),
  };
}

/** Adds the row of a record that was encoded for `plan`, whose schema may be narrower than that of the batch. */
export function appendRow(batch: OpenBatch, plan: StreamPlan, row: Row, ordinal: number): void {
  const { cells, deletion, hasNullKey } = row;
  const kind = kindOf(plan.kind, deletion);
  if (plan.method !== 'append') cells.push(new Token(String(ordinal)), new Token(String(kind)));
  batch.census[kind] = (batch.census[kind] ?? 0) + 1;
  if (hasNullKey) batch.nullKeys++;
  batch.rows.append(cells);
}

/** Whether it has as many rows or bytes as a batch may have. */
export function isFull({ rows }: OpenBatch, { batch_size_rows, batch_size_bytes }: Config): boolean {
  return rows.rows >= batch_size_rows || rows.bytes >= batch_size_bytes;
}

/** Whether it is as old as a batch may get; `now` is in milliseconds since the epoch. */
export function isAged({ rows }: OpenBatch, { batch_max_age_seconds }: Config, now: number): boolean {
  return now - rows.openedAt >= batch_max_age_seconds * 1000;
}
