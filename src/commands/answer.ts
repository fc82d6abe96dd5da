/** The commands that ask the warehouse one thing and print the answer. */
import type { Command } from '../cli/command.ts';
import type { Asked } from './asked.ts';

type Question = Extract<Command, { readonly kind: 'discover' | 'state' | 'history' | 'report' }>;

/** Throws ConfigError and LoadError. */
export async function answer(question: Question, asked: Asked): Promise<void> {
  const { warehouse, config, write, columns } = asked;
  switch (question.kind) {
    case 'discover': {
      const { discover } = await import('./discover.ts');
      await write(await discover(warehouse, config));
      return;
    }
    case 'state': {
      const { printState } = await import('./state.ts');
      return printState({ ...asked, takesOver: question.takesOver });
    }
    case 'history': {
      const { history } = await import('./history.ts');
      return history({ ...question, warehouse, schema: config.target_schema, write, columns });
    }
    case 'report': {
      const { report } = await import('./report.ts');
      return report(question, asked);
    }
  }
}
