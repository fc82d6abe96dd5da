/** Where the rows of a stream go: the schema and the name of its table, by its settings and its name. */
import type { Config } from '../config/options.ts';
import type { StreamSettings } from '../config/settings.ts';
import { tableName } from '../table/names.ts';
import type { TableRef } from '../table/types.ts';

export function targetOf(stream: string, settings: StreamSettings, config: Config): TableRef {
  return {
    schema: settings.schema ?? config.target_schema,
    table: settings.table ?? tableName(stream, settings.naming),
  };
}
