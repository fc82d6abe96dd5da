/** Checks before COMMIT that every row of a batch is accounted for. */
import { LoadError } from '../errors.ts';
import type { Count, LoadSteps } from './step.ts';

/** What answers have counted so far. */
export type Tally = Partial<Record<Count, number>>;

/** What one load did. Each row that was copied has one of the five fates below it. */
export interface LoadCounts {
  readonly copied: number;
  /** A later record of the same key in the batch counts instead; with insert-only, an earlier one. */
  readonly superseded: number;
  /** Became a row of the table, in place of another or not. */
  readonly inserted: number;
  /** Was written into a row that was there. */
  readonly updated: number;
  /** Deleted its row, if there was one. */
  readonly deleted: number;
  /**
   * Left its row as it is: with insert-only because there is one, because no column can tell of a deletion, or because the row is
   * newer by the columns that order rows.
   */
  readonly ignored: number;
  /** Rows of the table that were deleted or written over. */
  readonly replaced: number;
  /** By how many rows the table has grown; negative where it has shrunk. */
  readonly grown: number;
  /** Rows of the table that an overwrite has deleted; undefined for any other load. */
  readonly cleared?: number;
}

/** What the counts of a load are held against. */
export interface Expected {
  readonly table: string;
  /** Rows that the encoder wrote. */
  readonly rows: number;
  /** Columns of the table when its steps were made. */
  readonly columns: number;
}

const NOTHING_COUNTED = {
  copied: 0,
  superseded: 0,
  outdated: 0,
  deleted: 0,
  unmarked: 0,
  inserted: 0,
  removed: 0,
  replaced: 0,
};

/** Throws LoadError when a row is missing or too many, or when the table got another column meanwhile. */
export function account(expected: Expected, { present }: LoadSteps, tally: Tally): LoadCounts {
  const { copied, superseded, outdated, deleted, unmarked, inserted, removed, replaced } = {
    ...NOTHING_COUNTED,
    ...tally,
  };
  if (tally.columns !== undefined && tally.columns !== expected.columns) {
    throw new LoadError(`Table "${expected.table}" got another column while its batch was staged`, {
      sqlstate: '40001',
    });
  }
  const inTable = tally.present === undefined ? inserted : tally.present + (tally.unkeyed ?? 0);
  const found = inTable - inserted;
  if (
    copied !== expected.rows ||
    copied !== superseded + outdated + deleted + unmarked + inTable ||
    found < 0
  ) {
    const counts = Object.entries(tally).map(([name, count]) => `${name} ${count}`);
    throw new LoadError(
      `Cannot account for every row of table "${expected.table}": sent ${expected.rows}, but ${counts.join(', ')}; ` +
        'the transaction was rolled back and nothing of this batch is visible',
    );
  }
  return {
    copied,
    superseded,
    inserted,
    updated: present === 'updated' ? found : 0,
    deleted,
    ignored: outdated + unmarked + (present === 'ignored' ? found : 0),
    replaced: removed + replaced,
    grown: inserted - removed,
    ...(tally.cleared === undefined ? {} : { cleared: tally.cleared }),
  };
}
