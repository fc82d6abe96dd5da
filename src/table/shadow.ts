/**
 * The shadow table, in which the rows of an overwrite are collected until they are complete. Its name contains the run that
 * created it and the time, so that a later run finds what a dead run left.
 */
import { createHash } from 'node:crypto';
import { RESERVED_PREFIX } from './names.ts';
import type { TableRef } from './types.ts';

const PREFIX = `${RESERVED_PREFIX}shadow_`;
const NAME = new RegExp(`^${PREFIX}(\\d{4})(\\d{2})(\\d{2})t(\\d{2})(\\d{2})(\\d{2})z_`);

/** The shadow table of a table in a run, whose id begins with `run-<UTC time>-`. */
export function shadowOf({ schema, table }: TableRef, runId: string): TableRef {
  const run = runId.replace(/^run-/, '').replaceAll('-', '_').toLowerCase();
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 8);
  return { schema, table: `${PREFIX}${run}_${hash}` };
}

/** When the run of a shadow table began; undefined for any other table. */
export function shadowTime(table: string): Date | undefined {
  const match = NAME.exec(table);
  return match ? new Date(table.replace(NAME, '$1-$2-$3T$4:$5:$6Z').slice(0, 20)) : undefined;
}
