/** `migrate-config`: prints the configuration of another loader as one of this program. */
import { stringify } from 'yaml';
import type { Command } from '../cli/command.ts';
import { checkConfig } from '../config/config.ts';
import { migrationOf, type Migration } from '../config/migration.ts';
import { readSources } from '../config/sources.ts';
import { ConfigError } from '../errors.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';

const WIDTH = 100;

/** Resolves with the exit code: 1 if the user must decide on an option or correct one. Throws ConfigError. */
export async function migrate(
  { files, tool, format }: Extract<Command, { readonly kind: 'migrate' }>,
  log: Logger,
  output: Io['stdout'],
): Promise<number> {
  const migration = migrationOf(await readSources(files, undefined), tool);
  const { options } = migration;
  output.write(
    format === 'json'
      ? `${JSON.stringify(options, undefined, 2)}\n`
      : `${comments(migration)}${stringify(options, { lineWidth: 0 })}`,
  );
  const problems = [...migration.missing, ...problemsOf(migration)];
  for (const problem of problems) log.error(`decide before the first load: ${problem}`);
  return problems.length > 0 ? 1 : 0;
}

/** What is wrong with the options themselves, such as one that is required and missing. */
function problemsOf({ options }: Migration): readonly string[] {
  const filled = Object.entries(options).map(([name, value]) => [name, filledIn(value)] as const);
  try {
    checkConfig(Object.fromEntries(filled));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** A variable has a value by the time the configuration is read. */
const filledIn = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('${') ? 'Filled1n' : value;

function comments({ notes, unused, missing, variables }: Migration): string {
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['Decide on these before the first load.', missing],
    ['Not needed here.', unused],
    ['Read in this way.', notes],
    ['Set these variables in the environment, or in .env.', variables],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `# ${title}\n${lines.map((line) => `${wrapped(line)}\n`).join('')}\n`)
    .join('');
}

/** A line of a list in comments, broken between words. */
function wrapped(line: string): string {
  const rows: string[] = [];
  for (const word of line.replaceAll(/\s+/g, ' ').split(' ')) {
    const row = rows.at(-1);
    if (row === undefined || row.length + 1 + word.length > WIDTH)
      rows.push(`#   ${rows.length === 0 ? '- ' : '  '}${word}`);
    else rows[rows.length - 1] = `${row} ${word}`;
  }
  return rows.join('\n');
}
