/** Reads options from JSON and YAML files, from the environment with `.env`, and from files of single secrets. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError, messageOf } from '../errors.ts';
import { FOREIGN_NAMES, renameForeign, type Input, type Stranger } from './aliases.ts';
import { parseJsonText } from './json-text.ts';
import { HOST_KEY_LINE } from './known-hosts.ts';
import { option as optionOf, options } from './options.ts';
import { fillVariables, type Filled } from './variables.ts';

/** The argument of --config that means the environment, as in Meltano's targets. */
const ENVIRONMENT = 'ENV';

const PREFIX = 'TARGET_REDSHIFT_';

/**
 * Variables with that prefix that are not options: Meltano's log level, and what it calls the extras of a plugin
 * (`TARGET_REDSHIFT__DIALECT`).
 */
const isOfMeltano = (word: string): boolean => word === 'LOGLEVEL' || word.startsWith('_');

/**
 * Reads the sources in order. For each option the last file wins, the environment overrides all files, and all of them override
 * `.env`, because that file was not named. Without `env`, files are read as they are, with their variables. Throws ConfigError with
 * every problem.
 */
export async function readSources(
  names: readonly string[],
  env: NodeJS.Dict<string> | undefined,
): Promise<Input> {
  const problems: string[] = [];
  const hasEnvironment = env !== undefined && names.includes(ENVIRONMENT);
  let merged: Input = {};
  if (hasEnvironment) {
    try {
      merged = fromEnvironment(readDotEnv(env));
    } catch (error) {
      problems.push(`cannot read .env: ${readProblem(error)}`);
    }
  }
  for (const name of names.filter((one) => one !== ENVIRONMENT)) {
    try {
      const object = await readObject(name);
      const { value, problems: unset } = env ? fillVariables(object, () => withDotEnv(env)) : asItIs(object);
      problems.push(...unset.map((problem) => `${shownName(name)}: ${problem}`));
      merged = merge(merged, withoutNulls(value));
    } catch (error) {
      problems.push(`cannot read ${shownName(name)}: ${readProblem(error)}`);
    }
  }
  if (hasEnvironment) merged = merge(merged, fromEnvironment(env));
  if (problems.length > 0) throw new ConfigError(problems);
  return merged;
}

function asItIs(value: Input): Filled {
  return { value, problems: [] };
}

/** The configuration files and the files that options in `input` name. They contain secrets. */
export function filesOf(names: readonly string[], input: Input): readonly string[] {
  const { input: ours } = renameForeign(withoutNulls(input));
  const named = Object.entries(ours).flatMap(([name, value]) =>
    typeof value === 'string' && isPath(name, value) ? [value] : [],
  );
  return [...names.filter((name) => name !== ENVIRONMENT), '.env', ...named];
}

function isPath(name: string, value: string): boolean {
  const content = CONTENTS.get(name);
  if (content !== undefined) return !content.pattern.test(value);
  return name.endsWith('_file') && optionOf(name.slice(0, -'_file'.length))?.secret === true;
}

/** For each option the later source wins, even if the two use different names or one has a file of the secret. */
function merge(earlier: Input, later: Input): Input {
  const bare = (name: string): string => name.replace(/_file$/, '');
  const said = new Set(Object.keys(renameForeign(later).input).map(bare));
  const kept = Object.entries(earlier).flatMap(([name, value]): [string, unknown][] => {
    const { input, strangers } = renameForeign({ [name]: value });
    const meant = Object.entries(input);
    const left = meant.filter(([ours]) => !said.has(bare(ours)));
    if (left.length === meant.length) return [[name, value]];
    // Unknown members in an object of another tool must still be reported.
    return strangers.length === 0 ? left : [...left, [name, Object.assign({}, ...strangers.map(nested))]];
  });
  return { ...Object.fromEntries(kept), ...later };
}

/** The object reduced to its unknown member. */
function nested({ path, value }: Stranger): object {
  return Object(path.slice(1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)) as object;
}

/** A null means "not set" (Meltano writes such values). */
export function withoutNulls(input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

async function readObject(path: string): Promise<Input> {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const isYaml = YAML_ENDINGS.has(extname(path).toLowerCase());
  const value = isYaml ? (await import('./yaml-text.ts')).parseYamlText(text) : parseJsonText(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(isYaml ? 'it must be a mapping of options' : 'it must be a JSON object');
  return value as Input;
}

const YAML_ENDINGS: ReadonlySet<string> = new Set(['.yaml', '.yml']);

/** The environment, and the variables of `.env` that it does not have. */
function withDotEnv(env: NodeJS.Dict<string>): NodeJS.Dict<string> {
  return { ...readDotEnv(env), ...env };
}

/** The variables that `env` does not have, not even empty. */
function readDotEnv(env: NodeJS.Dict<string>): NodeJS.Dict<string> {
  let text: string;
  try {
    text = readFileSync('.env', 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  return Object.fromEntries(Object.entries(parseEnv(text)).filter(([name]) => env[name] === undefined));
}

/** `TARGET_REDSHIFT_S3_BUCKET` is `s3_bucket`; names of other tools are found in any case, because variables are upper-case. */
function fromEnvironment(env: NodeJS.Dict<string>): Input {
  const names = new Map(
    [...FOREIGN_NAMES, ...options().map(([name]) => name)].map((name) => [name.toUpperCase(), name]),
  );
  return Object.fromEntries(
    Object.entries(env).flatMap(([variable, value]): [string, unknown][] => {
      if (!variable.startsWith(PREFIX) || value === undefined || value === '') return [];
      const word = variable.slice(PREFIX.length);
      if (isOfMeltano(word)) return [];
      const name = names.get(word) ?? word.toLowerCase();
      return [[name, truthValue(optionOf(name)?.type, value)]];
    }),
  );
}

/** In the environment, booleans have more forms than in JSON. */
function truthValue(type: string | undefined, value: string): unknown {
  if (type !== 'boolean') return value;
  if (/^(true|1|yes|on)$/i.test(value)) return true;
  return /^(false|0|no|off)$/i.test(value) ? false : value;
}

/** A wrong name may be the configuration itself. */
function shownName(name: string): string {
  return /[{}"\n]/.test(name) && !existsSync(name)
    ? 'the configuration (--config takes the path of a file, not JSON)'
    : name;
}

/** Never quotes what was read, because it may contain a secret. */
function readProblem(error: unknown): string {
  if (error instanceof Error && 'code' in error) {
    switch (error.code) {
      case 'ENOENT':
        return 'the file does not exist';
      case 'EACCES':
        return 'permission denied';
      case 'EISDIR':
        return 'it is a directory';
      default:
        return String(error.code);
    }
  }
  return messageOf(error);
}

/** What an option contains whose value can be the path of a file instead. */
interface Content {
  readonly pattern: RegExp;
  readonly name: string;
}

const PEM: Content = { pattern: /-----BEGIN/, name: 'PEM data ("-----BEGIN ...")' };

const CONTENTS: ReadonlyMap<string, Content> = new Map([
  ['ssl_ca', PEM],
  ['ssh_private_key', PEM],
  ['ssh_known_hosts', { pattern: HOST_KEY_LINE, name: 'line with a host key ("host ssh-ed25519 AAAA...")' }],
]);

/**
 * Replaces `password_file` with `password` (and the same for every other secret), and paths with the contents of their files.
 * Adds a sentence to `problems` for each file that cannot be used.
 */
export function readSecretFiles(input: Input, problems: string[]): Input {
  const read = new Map(Object.entries(input));
  for (const [name, option] of options()) {
    if (!option.secret) continue;
    const fileOption = `${name}_file`;
    const path = input[fileOption];
    if (path === undefined) continue;
    read.delete(fileOption);
    if (input[name] !== undefined)
      problems.push(`"${name}" and "${fileOption}" are both set: use one of them`);
    else if (typeof path !== 'string') problems.push(`"${fileOption}" must be the path of a file`);
    else read.set(name, readText(fileOption, path, problems));
  }
  for (const [name, content] of CONTENTS) {
    const value = read.get(name);
    if (typeof value !== 'string' || value.trim() === '' || content.pattern.test(value)) continue;
    const fileOption = `${name}_file`;
    if (input[fileOption] === undefined) read.set(name, readContent(name, content, value, problems));
    else problems.push(`"${fileOption}" names a file that contains no ${content.name}`);
  }
  return Object.fromEntries(read);
}

/** A wrong path may be a key without its first line, so the value of a secret is not shown. */
function readContent(name: string, content: Content, path: string, problems: string[]): string | undefined {
  if (optionOf(name)?.secret && !existsSync(path)) {
    problems.push(`"${name}" is neither ${content.name} nor the path of a file`);
    return undefined;
  }
  const text = readText(name, path, problems);
  if (text !== undefined && !content.pattern.test(text))
    problems.push(`"${name}": ${path} contains no ${content.name}`);
  return text;
}

/** What a file of a secret contains now; undefined if it cannot be read or is empty, as it is for a moment while it is replaced. */
export function readSecretFile(path: string): string | undefined {
  try {
    const text = contentOf(path);
    return text.trim() === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Without the trailing newline that editors and `echo` add. */
const contentOf = (path: string): string => readFileSync(path, 'utf8').replace(/\r?\n$/, '');

function readText(option: string, path: string, problems: string[]): string | undefined {
  try {
    const text = contentOf(path);
    if (text.trim() !== '') return text;
    problems.push(`"${option}": ${path} is empty`);
  } catch (error) {
    problems.push(`"${option}": cannot read ${shownPath(path)}: ${readProblem(error)}`);
  }
  return undefined;
}

/** A wrong path may be the secret itself, also one with slashes, so a path is shown only if its directory exists. */
function shownPath(path: string): string {
  const directory = dirname(path);
  const isPath = /[/\\]/.test(path) && directory !== '/' && existsSync(directory);
  return isPath && !/\s/.test(path) ? path : 'that file';
}
