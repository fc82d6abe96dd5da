/** What the lane and the walk have to know of each other to make the same rows. */
import type { BatchFacts } from '../batch-facts.ts';
import type { CellForm } from './cell-form.ts';
import type { Member, MemberTable } from './members.ts';

/** How the rows of a walk look. Lists are by column. */
export interface Outline {
  readonly members: MemberTable;
  /** The member that names the tenant of the record, which must be there. */
  readonly tenant: Member | undefined;
  readonly forms: readonly CellForm[];
  readonly maxWidths: Int32Array;
  /** The columns of the key, and those that hold no NULL. */
  readonly keys: readonly number[];
  readonly required: readonly number[];
  readonly sentinel: string;
  /** The bytes after the ordinal; undefined for rows without. */
  readonly ending: string | undefined;
  /** A record that has properties needs one that a column reads. */
  readonly refusesStrangers: boolean;
}

/** The measures of several rows, by column: the largest widths, and the smallest, which are negative for NULL. */
export interface Measures {
  readonly widest: Int32Array;
  readonly narrowest: Int32Array;
}

/** Adds the measures of rows to the facts of their batch. `measured` are the columns whose widths count. */
export function addMeasures(
  { widest, narrowest }: Measures,
  measured: readonly number[],
  { maxBytes, nulls }: BatchFacts,
): void {
  for (let i = 0; i < narrowest.length; i++) if ((narrowest[i] as number) < 0) nulls[i] = true;
  for (const i of measured) {
    const width = widest[i] as number;
    if (width > (maxBytes[i] ?? 0)) maxBytes[i] = width;
  }
}
