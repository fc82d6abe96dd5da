/** The target table of a stream: its schema and name, from the settings and the name of the stream. */
import { mappingOf } from '../config/mapping.ts';
import type { Config } from '../config/options.ts';
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import { givenName, schemaName, tableName } from '../table/names.ts';
import type { TableRef } from '../table/types.ts';

/**
 * The settings of the stream take precedence over `schema_mapping`, which takes precedence over `target_schema`. Throws InputError
 * for a name that other loaders read in different ways, unless the settings of the stream name the table.
 */
export function targetOf(
  stream: string,
  { schema, table, table_names, table_prefix = '', naming }: StreamSettings,
  config: Config,
): TableRef {
  const mapping = mappingOf(stream, config.schema_mapping, table_names);
  const { mapped, otherTables } = mapping;
  if (table === undefined && otherTables.length > 0) {
    const tables = [mapping.table, ...otherTables].map((name) => `"${name}"`).join(' or ');
    throw new InputError(
      `Cannot load stream "${stream}": its name has more than three parts, and other loaders use the table ${tables} for it; ` +
        `set streams.${stream}.table, or set table_names to "whole"`,
      { stream },
    );
  }
  return {
    schema:
      schema !== undefined
        ? givenName(schema)
        : mapped
          ? schemaName(mapped.to.schema, mapped.source, naming)
          : config.target_schema,
    table: table === undefined ? tableName(table_prefix + mapping.table, naming) : givenName(table),
  };
}
