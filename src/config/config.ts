/** Checks the options of all sources: reports every problem at once, each with the name of the option and what is expected. */
import { ConfigError } from '../errors.ts';
import { givenName } from '../table/names.ts';
import { renameForeign, type Input, type Renamed } from './aliases.ts';
import { validate, type SchemaError } from './compiled-schema.js';
import { bucketName, contradictions, loginProblems } from './contradictions.ts';
import type { Option } from './option.ts';
import { isConnectionOption, option as optionOf, options, type Config } from './options.ts';
import { readSecretFiles, withoutNulls } from './sources.ts';
import { sortOut, verdict } from './unknown.ts';

export type ConfigInput = Input;

export interface LoadedConfig {
  readonly config: Config;
  /** Sentences about options that are unknown or not used. */
  readonly warnings: readonly string[];
  /** Names of other tools that were translated, in one sentence. */
  readonly hint: string | undefined;
  /** Strings that must not occur in any output. */
  readonly secrets: readonly string[];
  /** The file that the password was read from. It may be replaced while the program runs. */
  readonly passwordFile: string | undefined;
}

/** Checks the input and fills in the defaults. Throws ConfigError with all problems. */
export function checkConfig(input: ConfigInput): LoadedConfig {
  return check(renameForeign(withoutNulls(input)));
}

/** With --local, the connection comes from the local warehouse, and all other options from the sources. */
export function overrideConnection(input: ConfigInput, local: ConfigInput): LoadedConfig {
  const renamed = renameForeign(withoutNulls(input));
  const given = Object.entries(renamed.input);
  const isPlace = (name: string): boolean => isConnectionOption(name.replace(/_file$/, ''));
  const ignored = given.map(([name]) => name).filter(isPlace);
  const kept = given.filter(([name]) => !isPlace(name));
  const warning = `--local ignores the connection options of the configuration: ${ignored.join(', ')}`;
  return check({
    ...renamed,
    input: { ...local, ...Object.fromEntries(kept) },
    warnings: [...(ignored.length > 0 ? [warning] : []), ...renamed.warnings],
  });
}

/** With --discard nothing is connected, so the options of the connection may be missing. */
export function withoutConnection(input: ConfigInput): LoadedConfig {
  const renamed = renameForeign(withoutNulls(input));
  const hasLogin = LOGINS.some((name) => name in renamed.input);
  const nowhere = {
    hostname: '-',
    database: '-',
    s3_bucket: 'discarded',
    ...(hasLogin ? {} : { user: '-', password: '-' }),
  };
  return check({ ...renamed, input: { ...nowhere, ...renamed.input } });
}

const LOGINS = ['password', 'password_file', 'secret_arn', 'cluster_identifier', 'workgroup_name'];

function check(renamed: Renamed): LoadedConfig {
  const problems = [...renamed.problems];
  const read = readSecretFiles(renamed.input, problems);
  const values = Object.fromEntries(
    Object.entries(read).flatMap(([name, value]) => readValue(name, value)),
  ) as Input;
  const { input: given, unknown } = sortOut(values, renamed.strangers);
  const verdicts = unknown.map((one) => verdict(one, given['unknown_options']));
  const ignored = verdicts.flatMap(({ isProblem, sentence }) => (isProblem ? [] : [sentence]));
  const warnings = [...renamed.warnings, ...ignored];
  if (!validate(given)) {
    problems.push(...(validate.errors ?? []).map(describe), ...loginProblems(given as unknown as Config));
  } else if (problems.length === 0) {
    // Contradictions are reported only if each option is right by itself.
    problems.push(...contradictions(given as unknown as Config));
  }
  problems.push(...verdicts.flatMap(({ isProblem, sentence }) => (isProblem ? [sentence] : [])));
  if (problems.length > 0) throw new ConfigError(problems, { warnings });
  const { hints } = renamed;
  return {
    config: normalise(given as unknown as Config),
    warnings,
    hint:
      hints.length > 0
        ? `the configuration uses option names of other tools: ${hints.join(', ')}`
        : undefined,
    secrets: secretsOf(given),
    passwordFile: passwordFileOf(renamed.input),
  };
}

/** Accepts numbers and booleans that are written as strings. An empty string means "not set" if the option has no default. */
function readValue(name: string, value: unknown): [string, unknown][] {
  const option = optionOf(name);
  if (option?.type === 'string') {
    if (typeof value === 'number') return [[name, String(value)]];
    if (value === '' && !option.required && !('default' in option)) return [];
  }
  return [[name, typeof value === 'string' ? fromString(value, option?.type) : value]];
}

/** Values from the environment are strings. Those that are not of the type stay as they are. */
function fromString(text: string, type: Option['type'] | undefined): unknown {
  switch (type) {
    case 'integer':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'array':
    case 'object':
      return jsonOr(text);
    default:
      return text;
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function describe(error: SchemaError): string {
  if (error.keyword === 'required' && error.instancePath === '') {
    const name = String(error.params['missingProperty']);
    return `"${name}" is missing: ${optionOf(name)?.description ?? ''}`;
  }
  const path = error.instancePath
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const [name = ''] = path;
  const option = optionOf(name);
  if (option === undefined) return `${name} ${error.message ?? ''}`;
  if (path.length === 1) return `"${name}" must be ${wanted(option)}`;
  return `"${path.join('.')}" ${problemOf(error)}`;
}

/** The problem inside an option that is an object or a list. */
function problemOf(error: SchemaError): string {
  switch (error.keyword) {
    case 'required':
      return `must have "${String(error.params['missingProperty'])}"`;
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as readonly string[]).join(', ')}`;
    case 'type':
      return `must be ${[error.params['type']].flat().map(typeName).join(' or ')}`;
    default:
      return error.message ?? 'is wrong';
  }
}

function typeName(type: unknown): string {
  return TYPES[String(type)] ?? String(type);
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list of strings',
  object: 'an object',
};

function wanted(option: Option): string {
  switch (option.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number from ${option.min} to ${option.max}`;
    case 'array':
      return 'a list of strings';
    case 'object':
      return option.wanted;
    case 'string':
      return option.oneOf ? `one of ${option.oneOf.join(', ')}` : 'a string that is not empty';
  }
}

function normalise(config: Config): Config {
  return {
    ...config,
    s3_bucket: bucketName(config.s3_bucket),
    target_schema: givenName(config.target_schema),
  };
}

function passwordFileOf({ password_file: path }: ConfigInput): string | undefined {
  return typeof path === 'string' ? path : undefined;
}

function secretsOf(input: ConfigInput): string[] {
  return options().flatMap(([name, option]) => {
    const value = input[name];
    return option.secret && typeof value === 'string' ? [value] : [];
  });
}
