/** The commands that ask the target and end with the answer. */
import type { Command } from '../cli/command.ts';
import type { Config } from '../config/options.ts';
import type { Write } from '../io/answer.ts';
import type { Logger } from '../log.ts';
import type { Warehouse } from '../ports.ts';

export type Question = Extract<Command, { readonly kind: 'discover' | 'history' | 'report' }>;

/** What a command needs for its answer. */
export interface Asked {
  readonly config: Config;
  readonly warehouse: Warehouse;
  readonly write: Write;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of this program. */
  readonly version: string;
  /** Masks secrets. */
  readonly redact: (text: string) => string;
  readonly log: Logger;
}

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
