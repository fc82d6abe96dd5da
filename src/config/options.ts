/**
 * Every option, once: type, default, bounds, description, example, secrecy. Validation, the JSON Schema in `spec/`, the
 * tables of the documentation, `--about` and the redaction of logs are derived from these tables.
 */
import { CONNECTION } from './connection.ts';
import { LOADING } from './loading.ts';
import type { Option, Values } from './option.ts';
import { STORAGE } from './storage.ts';
import { STREAM_ONLY, TABLES } from './tables.ts';

/** The settings of one stream, or of all that match a pattern, as they are written. */
export type StreamEntry = Partial<Values<typeof TABLES> & Values<typeof STREAM_ONLY>>;

const NO_ENTRIES: Readonly<Record<string, StreamEntry>> = {};

const STREAMS = {
  streams: {
    type: 'object',
    default: NO_ENTRIES,
    schema: {
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          list({ ...TABLES, ...STREAM_ONLY }).map(([name, option]) => [name, withoutDefault(option)]),
        ),
      },
    },
    wanted: 'an object whose members are streams, each an object of options',
    description:
      'Options of single streams, by name. `*` in a name matches any characters. If several names match, an exact name takes precedence, then the longest pattern.',
    example: { orders: { load_method: 'append-only' } },
  },
} as const satisfies Readonly<Record<string, Option>>;

export const OPTIONS = { ...CONNECTION, ...STORAGE, ...LOADING, ...TABLES, ...STREAMS };

export type OptionName = keyof typeof OPTIONS;

/** A checked configuration with its defaults. */
export type Config = Values<typeof OPTIONS>;

/** All options as one list, in the order of the documentation. */
export function options(): readonly (readonly [OptionName, Option])[] {
  return list(OPTIONS) as readonly (readonly [OptionName, Option])[];
}

/** The option of a name, if there is one. */
export function option(name: string): Option | undefined {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name as OptionName] : undefined;
}

/** The options that only single streams have. */
export function streamOptions(): readonly (readonly [string, Option])[] {
  return list(STREAM_ONLY);
}

/** Options of one subject, for the documentation. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly (readonly [string, Option])[];
}

/** Every option, those included that only single streams have. */
export function optionGroups(): readonly OptionGroup[] {
  return [
    { title: 'Redshift', options: list(CONNECTION) },
    { title: 'Bucket and AWS', options: list(STORAGE) },
    { title: 'The run', options: list(LOADING) },
    { title: 'Tables: for all streams, or in `streams.NAME` for one', options: list(TABLES) },
    { title: 'Single streams', options: list(STREAMS) },
    { title: 'In `streams.NAME` only', options: streamOptions() },
  ];
}

export function isConnectionOption(name: string): boolean {
  return Object.hasOwn(CONNECTION, name) || Object.hasOwn(STORAGE, name);
}

/** The JSON Schema of an option. */
export function optionSchema(option: Option): Record<string, unknown> {
  return { ...withoutDefault(option), ...('default' in option ? { default: option.default } : {}) };
}

function withoutDefault(option: Option): Record<string, unknown> {
  return {
    type: option.type,
    description: option.description,
    ...(option.type === 'integer' ? { minimum: option.min, maximum: option.max } : {}),
    ...(option.type === 'string' && option.oneOf ? { enum: option.oneOf } : {}),
    ...(option.type === 'string' && option.minLength ? { minLength: option.minLength } : {}),
    ...(option.type === 'array' ? { items: { type: 'string', minLength: 1 } } : {}),
    ...(option.type === 'object' ? option.schema : {}),
    ...(option.example === undefined ? {} : { examples: [option.example] }),
    ...(option.secret ? { secret: true, writeOnly: true } : {}),
  };
}

function list(table: Readonly<Record<string, Option>>): readonly (readonly [string, Option])[] {
  return Object.entries(table);
}
