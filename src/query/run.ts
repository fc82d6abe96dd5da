/** Runs the statements of a script in one session. */
import type { TableFormat } from '../cli/command.ts';
import { LoadError } from '../errors.ts';
import type { Output } from '../io/answer.ts';
import type { Session, Warehouse } from '../ports.ts';
import { raw } from '../sql.ts';
import type { Answers } from './answers.ts';
import { located } from './failure.ts';
import { readScript } from './script.ts';
import { answerShortcut, shortcutOf } from './shortcuts.ts';

/** Without this Redshift prints 15 digits of a DOUBLE PRECISION, which may be another number (r_extra_float_digits). */
const ALL_DIGITS = raw('SET extra_float_digits TO 2');

export interface QueryOptions extends Output {
  readonly warehouse: Warehouse;
  /** Where `describe` looks for tables without a schema. */
  readonly defaultSchema: string;
  readonly format: TableFormat;
}

/** Lends a session in which every digit is printed. */
export function inQuerySession<T>(warehouse: Warehouse, work: (session: Session) => Promise<T>): Promise<T> {
  return warehouse.session(async (session) => {
    await session.run(ALL_DIGITS);
    return work(session);
  });
}

/** Ends with the first statement that fails. `cancel`: cancels the statement that is running. Throws LoadError. */
export async function runStatements(
  session: Session,
  script: string,
  {
    answers,
    defaultSchema,
    cancel,
  }: { readonly answers: Answers; readonly defaultSchema: string; readonly cancel?: AbortSignal },
): Promise<void> {
  for (const statement of readScript(script).statements) {
    const sink = answers.next();
    const shortcut = shortcutOf(statement.text);
    try {
      if (shortcut) await answerShortcut(session, shortcut, { defaultSchema, sink });
      else await session.stream(raw(statement.text), sink, cancel);
    } catch (error) {
      throw error instanceof LoadError ? located(error, script, statement) : error;
    }
  }
}
