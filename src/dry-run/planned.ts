/** What a run would do, as `plan` reports it. */
import type { Sql } from '../sql.ts';
import type { Column, TableRef } from '../table/types.ts';
import type { Step } from '../warehouse/step.ts';
import type { LoadMethod } from '../warehouse/steps.ts';

interface PlannedChange {
  readonly why: string;
  readonly sql: readonly Sql[];
}

/** A column as the table will have it. */
interface PlannedColumn extends Column {
  /** The widest value, in bytes. */
  readonly maxBytes: number;
}

/** The planned load of the rows of one schema of one stream. */
export interface PlannedLoad {
  readonly stream: string;
  readonly target: TableRef;
  /** Undefined for a stream without rows. */
  readonly method: LoadMethod | undefined;
  readonly keyProperties: readonly string[];
  readonly columns: readonly PlannedColumn[];
  readonly batches: number;
  readonly rows: number;
  readonly changes: readonly PlannedChange[];
  /** The statements of the first batch; the other batches send the same for other objects. */
  readonly steps: readonly Step[];
  /** What is done when all rows are loaded, in words. */
  readonly then: readonly string[];
  /** Why the table cannot be used as it is. */
  readonly refusal: string | undefined;
}
