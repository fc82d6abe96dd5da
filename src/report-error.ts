/** Reports why a command failed. */
import { ConfigError, InputError, isExpected, LoadError, messageOf, type ExpectedError } from './errors.ts';
import { sourceStack } from './io/source-stack.ts';
import type { Logger } from './log.ts';

/** What is said when nothing is heard of the process for long. */
export const BUSY =
  'busy for some seconds with a single piece of work, such as one record; until it is done, SIGTERM and SIGINT end the process immediately';

/** Logs one sentence. Only a defect of this program, which is every other class of error, gets a stack. */
export function reportError(log: Logger, error: unknown): void {
  if (error instanceof ConfigError) {
    for (const warning of error.warnings) log.warn(warning);
    for (const problem of error.problems) log.error(`Cannot use the configuration: ${problem}`);
  } else if (isExpected(error)) {
    log.error(facts(error), error.message);
  } else {
    const stack = error instanceof Error && error.stack !== undefined ? sourceStack(error.stack) : undefined;
    log.error(
      { stack },
      `Unexpected error, a defect of target-redshift (please report it, with this line): ${messageOf(error)}`,
    );
  }
}

function facts(error: ExpectedError): object {
  if (error instanceof InputError) return { stream: error.stream, line: error.line, file: error.file };
  if (error instanceof LoadError) return { sqlstate: error.sqlstate, detail: error.detail || undefined };
  return {};
}
