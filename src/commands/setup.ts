/** `setup`: prints what an administrator has to run or, with --interactive, writes a configuration from questions. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { renameForeign } from '../config/aliases.ts';
import type { ConfigInput } from '../config/config.ts';
import { readSources } from '../config/sources.ts';
import type { Option } from '../config/option.ts';
import { OPTIONS } from '../config/options.ts';
import { ConfigError } from '../errors.ts';
import { writePrivateFile } from '../private-file.ts';
import { interview } from '../setup/interview.ts';
import { NoAnswerError, Prompt, type Terminal } from '../setup/prompt.ts';

export { completeConfig } from '../setup/complete.ts';
export { report } from '../setup/report.ts';

/** The names of secrets in the environment. */
const ENV_PREFIX = 'TARGET_REDSHIFT_';

/** Asks for a configuration and writes it to the file. Resolves with whether it was written. */
export async function writeConfig(path: string, terminal: Terminal): Promise<boolean> {
  const folder = dirname(path);
  if (!existsSync(folder)) throw new ConfigError([`cannot write ${path}: there is no directory ${folder}`]);
  if (/\.ya?ml$/i.test(path))
    throw new ConfigError([
      `cannot write ${path}: the answers are written as JSON; name a file that ends in .json`,
    ]);
  // Its other options stay, and its values are the defaults.
  const before = existsSync(path) ? inOurWords(await readSources([path], undefined)) : undefined;
  const prompt = new Prompt(terminal);
  try {
    prompt.say(
      `Options of ${path}, one after another. Enter accepts the value in [brackets]; Ctrl-C exits without writing the file.`,
    );
    const options = await interview(prompt, before ?? {});
    prompt.say(`\n${JSON.stringify(withoutSecrets(options), undefined, 2)}`);
    if (!(await agrees(prompt, path, before !== undefined))) throw new NoAnswerError('no');
    writePrivateFile(path, `${JSON.stringify(options, undefined, 2)}\n`);
    prompt.say(`\n${nextSteps(path, options)}`);
    return true;
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    prompt.say('\nNothing was written.');
    return false;
  } finally {
    prompt.close();
  }
}

/** Rejects nested options of other tools, because their values would be asked for and shown again. Throws ConfigError. */
function inOurWords(input: ConfigInput): ConfigInput {
  const { input: ours, problems } = renameForeign(input);
  if (problems.length > 0) throw new ConfigError(problems);
  return ours;
}

async function agrees(prompt: Prompt, path: string, exists: boolean): Promise<boolean> {
  const question = exists
    ? `\n${path} exists. Overwrite it? (yes or no) [no]: `
    : `\nWrite this to ${path}? (yes or no) [yes]: `;
  for (;;) {
    const answer = (await prompt.ask(question)).toLowerCase();
    if (answer === '') return !exists;
    if (['y', 'yes'].includes(answer)) return true;
    if (['n', 'no'].includes(answer)) return false;
  }
}

function withoutSecrets(options: ConfigInput): ConfigInput {
  const secrets = secretNames();
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, secrets.has(name) ? '***' : value]),
  );
}

/** All names of each secret. */
function secretNames(): ReadonlySet<string> {
  const all: [string, Option][] = Object.entries(OPTIONS);
  return new Set(all.flatMap(([name, option]) => (option.secret ? [name, ...(option.aliases ?? [])] : [])));
}

function nextSteps(path: string, options: ConfigInput): string {
  const later = [
    ...('user' in options &&
    !['password', 'password_file', 'cluster_identifier'].some((name) => name in options)
      ? ['password']
      : []),
    ...('aws_access_key_id' in options &&
    !['aws_secret_access_key', 'aws_secret_access_key_file'].some((name) => name in options)
      ? ['aws_secret_access_key']
      : []),
  ].map((name) => `${ENV_PREFIX}${name.toUpperCase()}`);
  const file = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
  const environment = later.length === 0 ? '' : ' --config ENV';
  return [
    `${path} is written. To print what an administrator has to run, and to check that it works:`,
    `  target-redshift setup --config ${file}`,
    `  target-redshift check --config ${file}${environment}`,
    ...(later.length === 0 ? [] : [`Before that, set ${later.join(' and ')} in the environment.`]),
  ].join('\n');
}
