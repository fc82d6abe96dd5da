/**
 * Has statements translated. That of a long text takes seconds and much memory: it is done in a process of its own, so that
 * other sessions are served in the meantime, and one text at a time.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Dialect } from '../sql/dialect.ts';
import { RedshiftError, type Statement } from '../sql/statement.ts';
import { translate } from '../sql/translate.ts';
import { SQLSTATE } from '../sqlstates.ts';
import type { Translation, TranslationTask } from './translation-process.ts';

/** A text of so many characters is translated in less than a tenth of a second, and no other session is served meanwhile. */
const LONG = 100_000;
/** What the process may have of memory, in megabytes: several times what any statement of a loader takes. */
const MEMORY_MB = 3072;

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./translation-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));

/** The translator of an endpoint. */
export class Translator {
  #turn: Promise<unknown> = Promise.resolve();
  readonly #end = new AbortController();

  /** @throws RedshiftError as `translate` does, and 54001 when the text takes too much memory. */
  async translate(text: string, dialect: Dialect): Promise<readonly Statement[]> {
    if (text.length < LONG) return translate(text, dialect);
    const work = this.#turn.then(() => translateApart({ text, dialect }, this.#end.signal));
    this.#turn = work.catch(() => undefined);
    return await work;
  }

  /** Ends what is under way. */
  close(): void {
    this.#end.abort();
  }
}

async function translateApart(task: TranslationTask, end: AbortSignal): Promise<readonly Statement[]> {
  const translation = await runProcess(task, end);
  if (translation?.kind === 'statements') return translation.statements;
  if (translation === undefined) {
    throw new RedshiftError(
      SQLSTATE.statementTooComplex,
      'The statement is too complex: it takes too much memory.',
    );
  }
  const { sqlstate, message, ...more } = translation;
  throw new RedshiftError(sqlstate, message, more);
}

/** Undefined when the process has ended without a translation: the engine of JavaScript ends it when its memory is full. */
async function runProcess(task: TranslationTask, signal: AbortSignal): Promise<Translation | undefined> {
  // Sources need the loader that this process was started with.
  const execArgv = [...(IS_SOURCE ? process.execArgv : []), `--max-old-space-size=${MEMORY_MB}`];
  const child = fork(PROGRAM, {
    execArgv,
    serialization: 'advanced',
    stdio: 'ignore',
    signal,
    killSignal: 'SIGKILL',
  });
  return await new Promise((resolve, reject) => {
    let translation: Translation | undefined;
    child.once('message', (message) => (translation = message as Translation));
    child.once('error', reject);
    child.once('close', () => resolve(translation));
    child.send(task);
  });
}
