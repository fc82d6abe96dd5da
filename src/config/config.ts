/** Configuration files to a checked Config: every problem at once, each with the option's name and what would be right. */
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { ConfigError, messageOf } from '../errors.ts';
import { parseType, TYPE_NAMES } from '../table/type-text.ts';
import { givenName } from '../table/names.ts';
import { nameProblems } from './names.ts';
import type { Option } from './option.ts';
import {
  isConnectionOption,
  options,
  OPTIONS,
  optionSchema,
  type Config,
  type OptionName,
} from './options.ts';

export type ConfigInput = Readonly<Record<string, unknown>>;

export interface LoadedConfig {
  readonly config: Config;
  /** Sentences about options that are not known or not used. */
  readonly warnings: readonly string[];
}

/** The JSON Schema of the configuration, as it lies in `spec/config.schema.json`. */
export function configSchema(): Record<string, unknown> {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'target-redshift',
    type: 'object',
    properties: Object.fromEntries(options().map(([name, option]) => [name, optionSchema(option)])),
    required: options().flatMap(([name, option]) => (option.required ? [name] : [])),
    additionalProperties: true,
  };
}

/** Reads the files in order; later ones win per option. Throws ConfigError. */
export function readConfigFiles(paths: readonly string[]): ConfigInput {
  const problems: string[] = [];
  let merged: ConfigInput = {};
  for (const path of paths) {
    try {
      const value: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new Error('it must be a JSON object');
      merged = { ...merged, ...withoutNulls(value as ConfigInput) };
    } catch (error) {
      problems.push(`cannot read ${path}: ${readProblem(error)}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return merged;
}

function readProblem(error: unknown): string {
  if (error instanceof SyntaxError) {
    // The parser's message may quote the file, and with it a secret.
    const position = /position \d+( \(line \d+ column \d+\))?/.exec(error.message);
    return `it is not JSON${position ? `, at ${position[0]}` : ''}`;
  }
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ENOENT') return 'the file does not exist';
    if (error.code === 'EACCES') return 'permission denied';
    if (error.code === 'EISDIR') return 'it is a folder';
  }
  return messageOf(error);
}

/** Checks the input and fills in the defaults. Throws ConfigError with all problems. */
export function checkConfig(input: ConfigInput): LoadedConfig {
  const given = Object.fromEntries(
    Object.entries(withoutNulls(input)).flatMap(([name, value]) => readValue(name, value)),
  );
  const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false });
  const validate = ajv.compile(configSchema());
  if (!validate(given)) throw new ConfigError((validate.errors ?? []).map(describe));
  const problems = contradictions(given as Config);
  if (problems.length > 0) throw new ConfigError(problems);
  return { config: normalise(given as Config), warnings: unknownOptions(given) };
}

/** With --local, where the warehouse is comes from the local warehouse; how to load comes from the files. */
export function overrideConnection(input: ConfigInput, local: ConfigInput): LoadedConfig {
  const ignored = Object.keys(withoutNulls(input)).filter(isConnectionOption);
  const kept = Object.fromEntries(Object.entries(input).filter(([name]) => !isConnectionOption(name)));
  const { config, warnings } = checkConfig({ ...local, ...kept });
  const warning = `--local ignores the connection options of the configuration: ${ignored.join(', ')}`;
  return { config, warnings: ignored.length > 0 ? [warning, ...warnings] : warnings };
}

/** With --discard nothing is connected, so what a connection needs may be missing. */
export function withoutConnection(input: ConfigInput): LoadedConfig {
  const nowhere = { hostname: '-', database: '-', user: '-', password: '-', s3_bucket: 'discarded' };
  const given = { ...nowhere, ...withoutNulls(input) };
  return checkConfig('aws_access_key_id' in given ? given : { iam_role: '-', ...given });
}

/** A null means: not set (Meltano writes such). */
function withoutNulls(input: ConfigInput): ConfigInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

/** Takes numbers and truth values that are written as text, and an empty text for what has no default as not set. */
function readValue(name: string, value: unknown): [string, unknown][] {
  const option = optionOf(name);
  if (option?.type === 'integer' && typeof value === 'string' && /^\d+$/.test(value))
    return [[name, Number(value)]];
  if (option?.type === 'boolean' && (value === 'true' || value === 'false'))
    return [[name, value === 'true']];
  // Settings from an environment are texts.
  if ((option?.type === 'array' || option?.type === 'object') && typeof value === 'string') {
    return [[name, jsonOr(value)]];
  }
  if (option?.type === 'string') {
    if (typeof value === 'number') return [[name, String(value)]];
    if (value === '' && !option.required && !('default' in option)) return [];
  }
  return [[name, value]];
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function optionOf(name: string): Option | undefined {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name as OptionName] : undefined;
}

function describe(error: ErrorObject): string {
  if (error.keyword === 'required') {
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
  if (path.length === 1 && error.keyword !== 'additionalProperties')
    return `"${name}" must be ${wanted(option)}`;
  return `"${path.join('.')}" ${problemOf(error)}`;
}

/** What is wrong inside an option that is an object or a list. */
function problemOf(error: ErrorObject): string {
  switch (error.keyword) {
    case 'additionalProperties':
      return `has "${String(error.params['additionalProperty'])}", which this program does not know there`;
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as readonly string[]).join(', ')}`;
    default:
      return error.message ?? 'is wrong';
  }
}

function wanted(option: Option): string {
  switch (option.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number from ${option.min} to ${option.max}`;
    case 'array':
      return 'a list of texts';
    case 'object':
      return option.wanted;
    case 'string':
      return option.oneOf ? `one of ${option.oneOf.join(', ')}` : 'a text that is not empty';
  }
}

function bucketName(text: string): string {
  return text.replace(/^s3:\/\//, '').replace(/\/+$/, '');
}

function contradictions(config: Config): string[] {
  const hasKey = config.aws_access_key_id !== undefined;
  const hasSecret = config.aws_secret_access_key !== undefined;
  const bucket = bucketName(config.s3_bucket);
  return [
    ...(bucket === '' || bucket.includes('/')
      ? ['"s3_bucket" must be the name of a bucket alone; a folder in it goes into "s3_prefix"']
      : []),
    ...(config.user === undefined || config.password === undefined
      ? ['"user" and "password" are missing: how to log into Redshift']
      : []),
    ...(hasKey !== hasSecret
      ? ['"aws_access_key_id" and "aws_secret_access_key" belong together: set both or none']
      : []),
    ...(config.iam_role === undefined && !hasKey
      ? [
          'COPY needs a way to read the bucket: set "iam_role", or "aws_access_key_id" and "aws_secret_access_key"',
        ]
      : []),
    ...unknownTypes(config),
    ...nameProblems(config),
  ];
}

function unknownTypes({ streams }: Config): string[] {
  return Object.entries(streams).flatMap(([stream, { columns = {} }]) =>
    Object.entries(columns).flatMap(([property, { type }]) =>
      type === undefined || parseType(type)
        ? []
        : [`"streams.${stream}.columns.${property}.type" is "${type}", it must be one of ${TYPE_NAMES}`],
    ),
  );
}

function normalise(config: Config): Config {
  return {
    ...config,
    s3_bucket: bucketName(config.s3_bucket),
    target_schema: givenName(config.target_schema),
  };
}

function unknownOptions(input: ConfigInput): string[] {
  return Object.keys(input)
    .filter((name) => optionOf(name) === undefined)
    .map(
      (name) => `the configuration has an option "${name}" that this program does not know; it is ignored`,
    );
}
