/** Work that is ended when it takes too long, also in the middle of a regular expression. */
import { createContext, Script } from 'node:vm';

export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

const script = new Script('work()');
const context = createContext({ work: undefined as unknown });

/** The result of the work. It costs about 0.1 ms to watch over it. Throws OutOfTimeError, and what the work throws. */
export function withinTime<T>(ms: number, work: () => T): T {
  context['work'] = work;
  try {
    return script.runInContext(context, { timeout: ms }) as T;
  } catch (error) {
    throw isTimeout(error) ? new OutOfTimeError(`it took longer than ${ms} ms`) : error;
  } finally {
    context['work'] = undefined;
  }
}

/** Node's error is one of the other context, whose class of errors is not ours. */
function isTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
