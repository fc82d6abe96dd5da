/** The error of commands that read the history, for a schema that has no history. */
import { LoadError, stateOf } from '../errors.ts';

/** The SQLSTATEs of a table and of a schema that do not exist. */
const MISSING = new Set(['42P01', '3F000']);

/** `read` reads the history in `schema`. Throws LoadError, also if there is no history. */
export async function ofHistory<T>(schema: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!MISSING.has(stateOf(error))) throw error;
    throw new LoadError(
      `There is no history in schema "${schema}" yet: the first load with load_history creates it`,
      { cause: error },
    );
  }
}
