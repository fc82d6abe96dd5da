/** `history`: the runs and loads that the tables of records in the target schema know. */
import type { TableFormat } from '../cli/command.ts';
import { LoadError, stateOf } from '../errors.ts';
import type { Output } from '../io/answer.ts';
import type { Warehouse } from '../ports.ts';
import { Answers } from '../query/answers.ts';
import { readLoads, readRuns, type HistoryFilter } from '../warehouse/history-sql.ts';

export interface HistoryOptions extends HistoryFilter, Output {
  readonly warehouse: Warehouse;
  /** In which the tables of records are. */
  readonly schema: string;
  /** Loads instead of runs. */
  readonly showsLoads: boolean;
  readonly format: TableFormat;
}

/** The SQLSTATEs of a table and of a schema that do not exist. */
const MISSING = new Set(['42P01', '3F000']);

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
  try {
    const answers = new Answers(format, write, columns());
    await warehouse.session((session) => session.stream(statement, answers.next()));
  } catch (error) {
    if (!MISSING.has(stateOf(error))) throw error;
    throw new LoadError(
      `There is no history in schema "${schema}" yet: the first load with load_history creates it`,
      { cause: error },
    );
  }
}
