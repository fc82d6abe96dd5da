/** Where the rows of a stream go: the schema and the name of its table, by its settings and its name. */
import type { Config } from '../config/options.ts';
import type { StreamSettings } from '../config/settings.ts';
import { givenName, schemaName, tableName } from '../table/names.ts';
import type { TableRef } from '../table/types.ts';

/** The stream's own settings win over `schema_mapping`, which wins over `target_schema`. */
export function targetOf(
  stream: string,
  { schema, table, naming }: StreamSettings,
  config: Config,
): TableRef {
  const mapped = mappedSource(stream, config.schema_mapping);
  const rest = mapped ? stream.slice(mapped.source.length + 1) : stream;
  return {
    schema:
      schema !== undefined
        ? givenName(schema)
        : mapped
          ? schemaName(mapped.target, mapped.source, naming)
          : config.target_schema,
    table: table === undefined ? tableName(rest, naming) : givenName(table),
  };
}

/**
 * The source of a stream that is called `source-table`, and what it is mapped to: the longest source that the mapping
 * names; with `*`, what stands before the first dash.
 */
function mappedSource(
  stream: string,
  mapping: Config['schema_mapping'],
): { readonly source: string; readonly target: string } | undefined {
  const { '*': others, ...named } = mapping;
  const isSource = (source: string): boolean =>
    stream.startsWith(`${source}-`) && stream.length > source.length + 1;
  const [longest] = Object.entries(named)
    .filter(([source]) => isSource(source))
    .sort(([a], [b]) => b.length - a.length);
  if (longest) return { source: longest[0], target: longest[1] };
  const first = stream.slice(0, Math.max(stream.indexOf('-'), 0));
  return others !== undefined && first !== '' && isSource(first)
    ? { source: first, target: others }
    : undefined;
}
