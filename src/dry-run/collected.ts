/** Consecutive jobs of one table with the same columns, as the planner collects them. */
import type { LoadJob, TableJob } from '../warehouse/jobs.ts';
import type { LoadShape } from '../warehouse/steps.ts';

export interface Collected {
  readonly job: TableJob;
  /** The first load among them; undefined: none brings rows. */
  readonly load: LoadJob | undefined;
  readonly maxBytes: number[];
  readonly nulls: boolean[];
  readonly census: number[];
  narrow: LoadShape['narrow'];
  nullKeys: number;
  mayRepeatKeys: boolean;
  batches: number;
  rows: number;
  readonly then: string[];
}
