/**
 * Streams whose names contain their source, such as `source-table`: which part names the table, and what
 * `schema_mapping` sets for the source.
 */

/** The long form of a value in `schema_mapping`. */
export interface MappedSchema {
  readonly schema: string;
  /** Replaces the option of the same name. */
  readonly grant_select_to?: readonly string[];
}

/** By the name of the source; `*` matches all others. */
export type SchemaMapping = Readonly<Record<string, string | MappedSchema>>;

/**
 * What a table is named after. `whole`: the name of its stream, without the source that `schema_mapping` maps.
 * `last-part`: the part after the last dash, as pipelinewise-target-redshift (`stream_name_to_dict`, `table_name` in
 * db_sync.py) and the SQL targets of the Meltano SDK (`SQLSink.table_name`) name tables.
 */
export type TableNames = 'whole' | 'last-part';

export interface StreamMapping {
  /** The name of the table that follows from the name of the stream, before `naming` is applied. */
  readonly table: string;
  /** The stream's source, and what it is mapped to; undefined when nothing maps it. */
  readonly mapped: { readonly source: string; readonly key: string; readonly to: MappedSchema } | undefined;
  /** Other tables that loaders with such names would use for the same stream; empty if they agree. */
  readonly otherTables: readonly string[];
}

export function mappingOf(stream: string, mapping: SchemaMapping, names: TableNames): StreamMapping {
  return names === 'whole' ? byPrefix(stream, mapping) : byParts(stream, mapping);
}

/** Converts a value of `schema_mapping` to its long form. */
export function mappedSchema(to: string | MappedSchema): MappedSchema {
  return typeof to === 'string' ? { schema: to } : to;
}

/** The longest source in the mapping that matches; with `*`, the part before the first dash. */
function byPrefix(stream: string, mapping: SchemaMapping): StreamMapping {
  const { '*': others, ...named } = mapping;
  const isSource = (source: string): boolean =>
    stream.startsWith(`${source}-`) && stream.length > source.length + 1;
  const [longest] = Object.keys(named)
    .filter(isSource)
    .sort((a, b) => b.length - a.length);
  const first = stream.slice(0, Math.max(stream.indexOf('-'), 0));
  const found =
    longest === undefined
      ? others !== undefined && first !== '' && isSource(first)
        ? mapped(mapping, '*', first)
        : undefined
      : mapped(mapping, longest, longest);
  return {
    table: found ? stream.slice(found.source.length + 1) : stream,
    mapped: found,
    otherTables: [],
  };
}

/** The table is the last part and the source the one before it; the mapping may also name everything before the table. */
function byParts(stream: string, mapping: SchemaMapping): StreamMapping {
  const parts = stream.split('-');
  const [source, table] = [parts.at(-2), parts.at(-1)];
  if (source === undefined || table === undefined || table === '') {
    return { table: withoutDots(stream), mapped: undefined, otherTables: [] };
  }
  const before = parts.slice(0, -1).join('-');
  const key = [before, source, '*'].find((one) => Object.hasOwn(mapping, one));
  return {
    table: withoutDots(table),
    mapped: key === undefined ? undefined : mapped(mapping, key, source),
    // pipelinewise reads the first two parts as catalog and schema, the SDK everything but the last.
    otherTables: parts.length > 3 && key !== before ? [withoutDots(parts.slice(2).join('_'))] : [],
  };
}

function mapped(mapping: SchemaMapping, key: string, source: string): StreamMapping['mapped'] {
  const to = mapping[key];
  return to === undefined ? undefined : { source, key, to: mappedSchema(to) };
}

/** Both loaders replace dots with underscores. */
function withoutDots(name: string): string {
  return name.replaceAll('.', '_');
}
