/**
 * The overwrite of one table: its batches go into a shadow table, and when the input is complete the shadow's rows take
 * the place of the table's in one transaction. Until that is committed it is a pending effect in the ledger.
 */
import type { Settle } from '../states/ledger.ts';
import { isWider } from '../table/fits.ts';
import { CHANGE_KINDS, type ChangeKind, type ChangePolicy } from '../table/settings.ts';
import type { Column, TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import type { SwapJob, TableJob } from '../warehouse/jobs.ts';

const EVOLVE = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 'evolve'])) as Record<
  ChangeKind,
  ChangePolicy
>;

/** What all batches together need of a column. */
interface Seen {
  readonly column: Column;
  readonly maxBytes: number;
  readonly hasNull: boolean;
}

export class Overwrite {
  readonly target: TableRef;
  readonly shadow: TableRef;
  readonly method: SwapJob['method'];
  readonly settle: Settle;
  /** By name; those of all batches, in their newest form. */
  readonly #columns = new Map<string, Seen>();
  #rows = 0;
  /** A batch was committed into the shadow. */
  #hasRows = false;
  #hasShadow = false;

  constructor(target: TableRef, shadow: TableRef, method: SwapJob['method'], settle: Settle) {
    this.target = target;
    this.shadow = shadow;
    this.method = method;
    this.settle = settle;
  }

  /** The shadow was made for a batch, and no swap has begun that would drop it. */
  get hasShadow(): boolean {
    return this.#hasShadow;
  }

  /** The same work on the shadow. What may not happen to the table may happen to it. */
  redirect<Job extends TableJob>(job: Job): Job {
    this.#hasShadow = true;
    const settings = { ...job.settings, forbid_ddl: false, schema_changes: EVOLVE };
    const isSwap = this.method === 'swap';
    const like = isSwap ? this.target : undefined;
    // Nobody reads a shadow, unless it becomes the table.
    const design = isSwap ? job.design : { ...job.design, readers: [] };
    return { ...job, target: this.shadow, settings, design, like, discards: !this.#hasRows };
  }

  /** A batch is in the shadow. */
  add(
    { columns, maxBytes, nulls }: Pick<TableJob, 'columns' | 'maxBytes' | 'nulls'>,
    { grown }: Pick<LoadCounts, 'grown'>,
  ): void {
    columns.forEach((column, i) => {
      const before = this.#columns.get(column.name);
      this.#columns.set(column.name, {
        // A batch whose numbers outgrew the column has given the shadow a wider one.
        column: before && isWider(before.column.type, column.type) ? before.column : column,
        maxBytes: Math.max(before?.maxBytes ?? 0, maxBytes[i] ?? 0),
        hasNull: before?.hasNull === true || nulls[i] === true,
      });
    });
    this.#rows += grown;
    this.#hasRows = true;
  }

  /** The end of it, from a job of the stream's last schema. */
  swap(job: TableJob): SwapJob {
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
    return { ...own, shadow, discards: true, committed: undefined, rows: this.#rows, method: this.method };
  }
}
