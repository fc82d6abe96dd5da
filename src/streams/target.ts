/** Where the rows of a stream go: the schema and the name of its table, by its settings and its name. */
import { placeOf } from '../config/mapping.ts';
import type { Config } from '../config/options.ts';
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import { givenName, schemaName, tableName } from '../table/names.ts';
import type { TableRef } from '../table/types.ts';

/**
 * The stream's own settings win over `schema_mapping`, which wins over `target_schema`. Throws InputError for a name of
 * which other loaders make different tables, as long as the stream's settings do not name the table.
 */
export function targetOf(
  stream: string,
  { schema, table, table_names, naming }: StreamSettings,
  config: Config,
): TableRef {
  const place = placeOf(stream, config.schema_mapping, table_names);
  const { mapped, otherTables } = place;
  if (table === undefined && otherTables.length > 0) {
    const tables = [place.table, ...otherTables].map((name) => `"${name}"`).join(' or ');
    throw new InputError(
      `Cannot load stream "${stream}": its name has more than three parts, of which other loaders make the table ${tables}; ` +
        `name the table: streams.${stream}.table, or set table_names to "whole"`,
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
    table: table === undefined ? tableName(place.table, naming) : givenName(table),
  };
}
