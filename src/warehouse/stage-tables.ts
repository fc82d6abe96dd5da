/** Temporary tables: the stage of a batch, and helpers that find repeated keys in it. */
import type { Sql } from '../sql.ts';
import { dropStage } from './statements.ts';

/** The names of the temporary tables of one batch. */
export interface StageTables {
  readonly stage: string;
  /** For the rows of each key that count in one pass over the stage. */
  readonly edges: (pass: number) => string;
}

/** Of the `n`-th batch of a transaction, from 0. */
export function stageTables(n: number): StageTables {
  const suffix = n === 0 ? '' : `_${n + 1}`;
  return {
    stage: `_target_redshift_stage${suffix}`,
    edges: (pass) => `_target_redshift_edges${suffix}_${pass + 1}`,
  };
}

/** What frees their space; `passes` is how many passes there were. */
export function dropsOf(
  { stage, edges }: StageTables,
  passes: number,
): readonly { readonly what: string; readonly sql: Sql }[] {
  return [stage, ...Array.from({ length: passes }, (_, i) => edges(i))].map((name) => ({
    what: 'free the space of the stage',
    sql: dropStage(name),
  }));
}
