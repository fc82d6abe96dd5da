/**
 * The overwrite of one table. Its batches go into a shadow table, and when the input is complete the rows of the shadow table
 * replace those of the target table in one transaction. Until that is committed it is a pending effect in the ledger.
 */
import type { Settle } from '../states/ledger.ts';
import { isWider } from '../table/fits.ts';
import { CHANGE_KINDS, type ChangeKind, type ChangePolicy } from '../table/settings.ts';
import type { Column, TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import type { OverwriteJob, TableJob } from '../warehouse/jobs.ts';

const EVOLVE = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 'evolve'])) as Record<
  ChangeKind,
  ChangePolicy
>;

/** What all batches together need from a column. */
interface Seen {
  readonly column: Column;
  readonly maxBytes: number;
  readonly hasNull: boolean;
}

export class Overwrite {
  readonly target: TableRef;
  readonly shadow: TableRef;
  readonly method: OverwriteJob['method'];
  readonly settle: Settle;
  /** The columns of all batches by name, in their newest form. */
  readonly #columns = new Map<string, Seen>();
  #rows = 0;
  /** A batch was committed into the shadow table. */
  #hasRows = false;
  #hasShadow = false;

  constructor(target: TableRef, shadow: TableRef, method: OverwriteJob['method'], settle: Settle) {
    this.target = target;
    this.shadow = shadow;
    this.method = method;
    this.settle = settle;
  }

  /** The shadow table was created for a batch, and no swap has begun that would drop it. */
  get hasShadow(): boolean {
    return this.#hasShadow;
  }

  /** The same job for the shadow table. Changes that the table forbids are allowed there. */
  redirect<Job extends TableJob>(job: Job): Job {
    this.#hasShadow = true;
    const settings = { ...job.settings, forbid_ddl: false, schema_changes: EVOLVE };
    const isSwap = this.method === 'swap';
    const like = isSwap ? this.target : undefined;
    // A shadow table has no readers unless it becomes the table.
    const design = isSwap ? job.design : { ...job.design, readers: [] };
    return {
      ...job,
      target: this.shadow,
      settings,
      design,
      like,
      discards: this.#hasRows ? undefined : 'now',
    };
  }

  /** Adds a batch that is in the shadow table. */
  add(
    { columns, maxBytes, nulls }: Pick<TableJob, 'columns' | 'maxBytes' | 'nulls'>,
    { grown }: Pick<LoadCounts, 'grown'>,
  ): void {
    columns.forEach((column, i) => {
      const before = this.#columns.get(column.name);
      this.#columns.set(column.name, {
        // A batch whose numbers outgrew the column gave the shadow table a wider one.
        column: before && isWider(before.column.type, column.type) ? before.column : column,
        maxBytes: Math.max(before?.maxBytes ?? 0, maxBytes[i] ?? 0),
        hasNull: before?.hasNull === true || nulls[i] === true,
      });
    });
    this.#rows += grown;
    this.#hasRows = true;
  }

  /** The job that ends the overwrite, made from a job of the last schema of the stream. */
  jobOf(job: TableJob): OverwriteJob {
    const hadRows = this.#hasRows;
    this.add(job, { grown: 0 });
    this.#hasRows = hadRows;
    const all = [...this.#columns.values()];
    const own = {
      ...job,
      columns: all.map(({ column }) => column),
      maxBytes: all.map(({ maxBytes }) => maxBytes),
      nulls: all.map(({ hasNull }) => hasNull),
    };
    const shadow = this.redirect(own);
    this.#hasShadow = false;
    return { ...own, shadow, discards: 'later', committed: undefined, rows: this.#rows, method: this.method };
  }
}
