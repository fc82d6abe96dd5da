/** The arguments of `destination-redshift`, as Airbyte gives them: a command and its files. */
import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../errors.ts';

export type DestinationCommand =
  | { readonly kind: 'spec' }
  | { readonly kind: 'check'; readonly config: string }
  | { readonly kind: 'write'; readonly config: string; readonly catalog: string };

export const DESTINATION_HELP = `Usage:
  destination-redshift spec
  destination-redshift check --config FILE
  destination-redshift write --config FILE --catalog FILE < MESSAGES

A destination of Airbyte: reads messages of its protocol on stdin, and answers with such messages on stdout.
`;

/** Throws UsageError. */
export function parseDestination(argv: readonly string[]): DestinationCommand {
  const { values, positionals } = parse(argv);
  const [kind, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`${kind ?? ''} accepts no argument "${more[0] ?? ''}"`);
  const { config, catalog } = values;
  switch (kind) {
    case 'spec':
      return { kind };
    case 'check':
      if (config === undefined) throw new UsageError('check needs --config FILE');
      return { kind, config };
    case 'write':
      if (config === undefined || catalog === undefined)
        throw new UsageError('write needs --config FILE and --catalog FILE');
      return { kind, config, catalog };
    default:
      throw new UsageError(kind === undefined ? 'a command is missing' : `unknown command "${kind}"`);
  }
}

/** Airbyte passes `--state` only to sources. A destination ignores it. */
function parse(argv: readonly string[]): {
  values: { config?: string; catalog?: string; state?: string };
  positionals: string[];
} {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' }, catalog: { type: 'string' }, state: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(messageOf(error).replace(/\. To specify a positional.*$/s, ''), { cause: error });
  }
}
