/** What a command is on the command line. */
import type { Argument, Option } from 'commander';
import type { Command } from './command.ts';
import type { Values } from './options.ts';

export interface Definition {
  readonly name: string;
  readonly summary: string;
  readonly options?: readonly Option[];
  /** False: it has no options of the log. */
  readonly logs?: boolean;
  /** Without any, words after the command are refused. */
  readonly arguments?: readonly Argument[];
  /** Everything after the first argument belongs to it, options too. */
  readonly isRestVerbatim?: boolean;
  /** Command lines and what they do. */
  readonly examples?: readonly (readonly [line: string, what: string])[];
  readonly read: (values: Values, words: readonly string[]) => Command;
}
