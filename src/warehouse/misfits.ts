/** Whether all numbers of a column fit another type, which only the warehouse can tell. */
import type { Session } from '../ports.ts';
import type { Numeric } from '../table/fits.ts';
import type { ColumnType, TableRef } from '../table/types.ts';
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
