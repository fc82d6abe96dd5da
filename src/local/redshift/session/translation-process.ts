/** The process in which one long text is translated: a task comes by IPC, and its translation goes back. */
import type { Dialect } from '../sql/dialect.ts';
import { RedshiftError, type Statement } from '../sql/statement.ts';
import { translate } from '../sql/translate.ts';

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

function work({ text, dialect }: TranslationTask): Translation {
  try {
    return { kind: 'statements', statements: translate(text, dialect) };
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
  process.send?.(work(task as TranslationTask), () => process.disconnect());
});
// Without the warehouse there is nothing to translate.
process.once('disconnect', () => process.exit());
