/** Whether all numbers of a column fit another type: the warehouse can tell, and of rows that wait for it, their widths. */
import type { Session } from '../ports.ts';
import { dependsOnValues, fitsInWidth, type Numeric } from '../table/fits.ts';
import type { ColumnType, TableRef } from '../table/types.ts';
import type { TableJob } from './jobs.ts';
import { countMisfits } from './retype.ts';
import { checkAllSeen, explainRead } from './row-security.ts';
import { countIn } from './transaction.ts';

export interface NumericChange {
  readonly column: string;
  readonly from: ColumnType;
  readonly to: Numeric;
}

/** Throws LoadError, also if row-level security may hide rows, whose numbers could not be counted. */
export async function fitsAll(
  session: Session,
  table: TableRef,
  { column, from, to }: NumericChange,
): Promise<boolean> {
  const [plan, answer] = await session.send([explainRead(table), countMisfits(table, column, from, to)]);
  checkAllSeen(table, plan);
  return countIn(answer) === 0;
}

/** Whether the numbers of work that waits fit. False is not certain: a sign and decimals count as whole digits. */
export function fitsWaiting(job: TableJob, column: string, to: Numeric): boolean {
  const at = job.columns.findIndex(({ name }) => name === column);
  const from = job.columns[at]?.type;
  if (!from || !dependsOnValues(from, to)) return true;
  const isMeasured = from.kind === 'numeric' && !('files' in job) && !('shadow' in job);
  return fitsInWidth(from, to, isMeasured ? (job.maxBytes[at] ?? 0) : Infinity);
}
