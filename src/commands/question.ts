/** The commands that ask the target and end with the answer. */
import type { Command } from '../cli/command.ts';
import type { Asked } from './asked.ts';

export type Question = Extract<Command, { readonly kind: 'discover' | 'history' | 'report' }>;

/** Throws LoadError. */
export async function answer(question: Question, asked: Asked): Promise<void> {
  const { config, warehouse, write } = asked;
  switch (question.kind) {
    case 'discover': {
      const { discover } = await import('./discover.ts');
      return write(await discover(warehouse, config));
    }
    case 'history': {
      const { history } = await import('./history.ts');
      return history({ ...question, warehouse, schema: config.target_schema, write });
    }
    case 'report': {
      const { report } = await import('./report.ts');
      return report(question, asked);
    }
  }
}
