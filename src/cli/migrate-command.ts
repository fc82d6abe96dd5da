/** The command that translates configurations of other loaders. */
import { Argument, Option } from 'commander';
import { TOOLS, type Tool } from '../config/tools.ts';
import type { Definition } from './definition.ts';
import { formatOf, formatOption, oneOf } from './options.ts';

export const migrateCommand = (): Definition => ({
  name: 'migrate-config',
  summary: 'print the configuration of another loader as one of this program, without its secrets',
  options: [
    new Option('--from <tool>', 'write down what this loader does by default (default other: nothing)')
      .choices(TOOLS)
      .argParser(oneOf('--from', TOOLS)),
    formatOption(['yaml', 'json']),
  ],
  arguments: [new Argument('<file...>', 'its configuration; later files override earlier ones')],
  examples: [
    [
      'target-redshift migrate-config --from pipelinewise old.json > config.yaml',
      'translate, and read the comments at the top',
    ],
  ],
  read: (values, files) => ({
    kind: 'migrate',
    files,
    tool: (values['from'] as Tool | undefined) ?? 'other',
    format: formatOf(values, ['yaml', 'json']),
  }),
});
