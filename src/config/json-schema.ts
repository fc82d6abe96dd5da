/** The JSON Schema of the configuration, derived from the options. */
import { options, optionSchema } from './options.ts';

type Schema = Record<string, unknown>;

/** The JSON Schema in `spec/config.schema.json`. */
export function configSchema(): Schema {
  const entries = options().flatMap(([name, option]): [string, unknown][] => [
    [name, optionSchema(option)],
    ...(option.secret ? [[`${name}_file`, fileSchema(name)] as [string, unknown]] : []),
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'target-redshift',
    type: 'object',
    properties: Object.fromEntries(entries),
    required: options().flatMap(([name, option]) => (option.required ? [name] : [])),
    additionalProperties: true,
  };
}

/** The same without what checks nothing, as `compiled-schema.js` was made from it. */
export function checkedSchema(): Schema {
  return withoutNotes(configSchema());
}

function fileSchema(name: string): Schema {
  return {
    type: 'string',
    description: `Path of a file that contains ${name}, instead of the option itself.`,
  };
}

/** Keywords that describe a value and do not check it. */
const NOTES = new Set(['$schema', 'title', 'description', 'examples', 'secret', 'writeOnly']);

function withoutNotes(schema: Schema): Schema {
  const checked = Object.entries(schema).filter(([keyword]) => !NOTES.has(keyword));
  return Object.fromEntries(checked.map(([keyword, value]) => [keyword, inside(keyword, value)]));
}

function inside(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'properties':
      return Object.fromEntries(
        Object.entries(value as Record<string, Schema>).map(([name, one]) => [name, withoutNotes(one)]),
      );
    case 'items':
    case 'additionalProperties':
      return typeof value === 'object' ? withoutNotes(value as Schema) : value;
    default:
      return value;
  }
}
