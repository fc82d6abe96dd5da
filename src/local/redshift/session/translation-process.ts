/** The process in which one long text is translated: a task comes by IPC, and its translation goes back. */
import type { Dialect } from '../sql/dialect.ts';
import { RedshiftError, type Statement } from '../sql/statement.ts';
import { translate } from '../sql/translate.ts';
import { needsNothing } from './scopes.ts';

export interface TranslationTask {
  readonly text: string;
  readonly dialect: Dialect;
}

/** The statements, or what a RedshiftError holds: classes do not pass from process to process. */
export type Translation =
  | { readonly kind: 'statements'; readonly statements: readonly Statement[] }
  | {
      readonly kind: 'error';
      readonly sqlstate: string;
      readonly message: string;
      readonly detail?: string;
      readonly position?: number;
      readonly info?: string;
    };

async function work({ text, dialect }: TranslationTask): Promise<Translation> {
  try {
    const statements: Statement[] = [];
    for (const statement of translate(text, dialect))
      statements.push({ ...statement, isPlain: await needsNothing(statement.sql) });
    return { kind: 'statements', statements };
  } catch (error) {
    if (!(error instanceof RedshiftError)) throw error;
    const { sqlstate, message, detail, position, info } = error;
    return {
      ...{ kind: 'error', sqlstate, message },
      ...(detail !== undefined && { detail }),
      ...(position !== undefined && { position }),
      ...(info !== undefined && { info }),
    };
  }
}

process.once('message', (task) => {
  void work(task as TranslationTask).then((translation) => {
    process.send?.(translation, () => process.disconnect());
  });
});
// Without the warehouse there is nothing to translate.
process.once('disconnect', () => process.exit());
