/** Temporary tables: the stage of a batch, and helpers that find repeated keys in it. */
import type { Sql } from '../sql.ts';
import { dropStage } from './statements.ts';

export const STAGE = '_target_redshift_stage';

const EDGES = '_target_redshift_edges';

/** The rows of each key that count in one pass over the stage. */
export const edgesTable = (pass: number): string => `${EDGES}_${pass + 1}`;

/** What frees their space; `passes` is how many passes there were. */
export function dropsOf(passes: number): readonly { readonly what: string; readonly sql: Sql }[] {
  return [STAGE, ...Array.from({ length: passes }, (_, i) => edgesTable(i))].map((name) => ({
    what: 'free the space of the stage',
    sql: dropStage(name),
  }));
}
