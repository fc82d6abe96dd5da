/** `history`: the runs and loads that the tables of records in the target schema know. */
import type { TableFormat } from '../cli/command.ts';
import type { Output } from '../io/answer.ts';
import type { Warehouse } from '../ports.ts';
import { Answers } from '../query/answers.ts';
import { readLoads, readRuns, type HistoryFilter } from '../warehouse/history-sql.ts';
import { ofHistory } from './existing-history.ts';

export interface HistoryOptions extends HistoryFilter, Output {
  readonly warehouse: Warehouse;
  /** In which the tables of records are. */
  readonly schema: string;
  /** Loads instead of runs. */
  readonly showsLoads: boolean;
  readonly format: TableFormat;
}

/** Throws LoadError, also if there is no history. */
export async function history({
  warehouse,
  schema,
  showsLoads,
  format,
  write,
  columns,
  ...filter
}: HistoryOptions): Promise<void> {
  const statement = showsLoads ? readLoads(schema, filter) : readRuns(schema, filter);
  await ofHistory(schema, () => {
    const answers = new Answers(format, write, columns());
    return warehouse.session((session) => session.stream(statement, answers.next()));
  });
}
