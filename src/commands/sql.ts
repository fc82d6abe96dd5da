/** `sql`: runs statements and prints an answer for each while it arrives. */
import { UsageError } from '../errors.ts';
import { Answers } from '../query/answers.ts';
import type { Given } from '../query/given.ts';
import { prompt } from '../query/prompt.ts';
import { inQuerySession, runStatements, type QueryOptions } from '../query/run.ts';
import { readScript } from '../query/script.ts';

/** `stop` is aborted when the program is to end. Throws UsageError and LoadError. */
export async function answerSql(
  given: Given,
  { stop, ...options }: QueryOptions & { readonly stop: AbortSignal },
): Promise<void> {
  await (given.terminal ? prompt({ ...options, ...given.terminal, stop }) : runScript(given.script, options));
}

/** Ends with the first statement that fails. */
async function runScript(script: string, { warehouse, ...options }: QueryOptions): Promise<void> {
  if (readScript(script).statements.length === 0) throw new UsageError('sql got no statement');
  const answers = new Answers(options.format, options.write, options.columns());
  await inQuerySession(warehouse, (session) => runStatements(session, script, { ...options, answers }));
}
