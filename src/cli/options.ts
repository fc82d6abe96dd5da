/** The options of the command line, each defined once, with the commands that take it. */
import { isIPv6 } from 'node:net';
import { Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { LogFormat } from '../log.ts';
import { DEFAULT_DIR, type LogChoice, type WarehouseChoice } from './command.ts';

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
const LOG_FORMATS = ['auto', 'json', 'pretty', 'singer'] as const;

const LOG_GROUP = 'Log options:';

/** The values of options as commander keeps them, by their names in camelCase. */
export interface Values {
  readonly config?: readonly string[];
  readonly local?: boolean;
  readonly dir?: string;
  readonly input?: string;
  readonly report?: string;
  readonly metricsFile?: string;
  readonly refresh?: readonly string[];
  readonly format?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly logLevel?: string;
  readonly logFormat?: LogFormat;
  readonly [name: string]: unknown;
}

export const configOption = (): Option =>
  new Option(
    '-c, --config <file>',
    'JSON file with options; later files override earlier ones. ENV stands for the environment variables TARGET_REDSHIFT_..., also those in .env; they override files',
  ).argParser((file: string, files: readonly string[] | undefined) => [...(files ?? []), file]);

export const warehouseOptions = (): Option[] => [
  configOption(),
  new Option('--local', 'use a local warehouse instead of AWS; needs no configuration'),
  new Option(
    '--dir <dir>',
    `directory of the local warehouse (default ${DEFAULT_DIR}); its data stays between runs`,
  ),
];

export const inputOption = (): Option =>
  new Option('--input <file>', 'read the messages from this file instead of stdin');

/** May be given several times. */
export const refreshOption = (): Option =>
  new Option(
    '--refresh <stream>',
    'replace the rows of this table with those of this run (load_method overwrite); can be given several times',
  ).argParser((stream: string, streams: readonly string[] | undefined) => [...(streams ?? []), stream]);

export const reportOption = (): Option =>
  new Option('--report <file>', 'write a JSON file at the end that says what was loaded');

export const metricsOption = (): Option =>
  new Option('--metrics-file <file>', 'keep the figures of the run in this file, for Prometheus');

export const formatOption = (formats: readonly string[]): Option =>
  new Option('--format <format>', 'format of the answer')
    .choices(formats)
    .argParser(oneOf('--format', formats));

export const logOptions = (): Option[] => [
  new Option('-q, --quiet', 'log only warnings and errors').helpGroup(LOG_GROUP),
  new Option('--verbose', 'log details too').helpGroup(LOG_GROUP),
  new Option('--log-level <level>', 'the lowest level that is logged')
    .choices(LOG_LEVELS)
    .argParser(oneOf('--log-level', LOG_LEVELS))
    .helpGroup(LOG_GROUP),
  new Option('--log-format <format>', 'auto: pretty on a terminal, otherwise json; singer: for Meltano')
    .choices(LOG_FORMATS)
    .argParser(oneOf('--log-format', LOG_FORMATS))
    .helpGroup(LOG_GROUP),
];

export function oneOf<T extends string>(name: string, allowed: readonly T[]): (value: string) => T {
  return (value) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      throw new UsageError(`${name} must be one of ${allowed.join(', ')}, not "${value}"`);
    return found;
  };
}

/** A whole number above 0, and at most `max`. */
export function countOf(name: string, max = Number.MAX_SAFE_INTEGER): (value: string) => number {
  return (value) => {
    const count = Number(value);
    if (!/^\d+$/.test(value) || count < 1 || !Number.isSafeInteger(count))
      throw new UsageError(`--${name} must be a whole number above 0, not "${value}"`);
    if (count > max) throw new UsageError(`--${name} must be at most ${max}, not "${value}"`);
    return count;
  };
}

/** An address to listen on. */
export interface Address {
  readonly host: string;
  readonly port: number | undefined;
}

/** Reads `HOST` or `HOST:PORT`; an address of IPv6 with a port stands in brackets. */
export function addressOf(value: string): Address {
  const [, bracketed, named, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(value) ?? [];
  const host = bracketed ?? named ?? (isIPv6(value) ? value : undefined);
  if (host === undefined)
    throw new UsageError(`--listen must be an address such as 0.0.0.0:5439, and is "${value}"`);
  return { host, port: port === undefined ? undefined : portOf('listen')(port) };
}

export function portOf(name: string): (value: string) => number {
  return (value) => {
    const port = Number(value);
    if (!/^\d+$/.test(value) || port > 65_535)
      throw new UsageError(`--${name} must be a port number, not "${value}"`);
    return port;
  };
}

export function warehouseOf({ config = [], local = false, dir }: Values): WarehouseChoice {
  if (dir !== undefined && !local) throw new UsageError('--dir requires --local');
  return { config, local: local ? (dir ?? DEFAULT_DIR) : undefined };
}

export function logOf({ quiet, verbose, logLevel, logFormat }: Values): LogChoice {
  const levels = [quiet && '--quiet', verbose && '--verbose', logLevel !== undefined && '--log-level'].filter(
    Boolean,
  );
  if (levels.length > 1)
    throw new UsageError(`${levels.join(' and ')} contradict each other; use one of them`);
  const level = quiet ? 'warn' : verbose ? 'debug' : logLevel;
  return { level, format: logFormat };
}

/** The first format is the default. */
export function formatOf<T extends string>({ format }: Values, formats: readonly [T, ...T[]]): T {
  return format === undefined ? formats[0] : oneOf('--format', formats)(format);
}
