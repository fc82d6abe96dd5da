/**
 * Streams whose names have the parts of their source, such as `schema-table`: which part names the table, and what
 * `schema_mapping` says about the source.
 */

/** What `schema_mapping` may say about a source instead of the schema alone. */
export interface MappedSchema {
  readonly schema: string;
  /** Instead of the option of the same name. */
  readonly grant_select_to?: readonly string[];
}

/** By the name of the source; `*` stands for all others. */
export type SchemaMapping = Readonly<Record<string, string | MappedSchema>>;

/**
 * What a table is named after. `whole`: the name of its stream, without the source that `schema_mapping` names.
 * `last-part`: what follows the last dash, as pipelinewise-target-redshift (`stream_name_to_dict`, `table_name` in
 * db_sync.py) and the SQL targets of the Meltano SDK (`SQLSink.table_name`) name tables.
 */
export type TableNames = 'whole' | 'last-part';

export interface Place {
  /** As far as the name of the table follows from that of the stream; its case and its characters are as they were. */
  readonly table: string;
  /** The stream's source, and what it is mapped to; undefined when nothing maps it. */
  readonly mapped: { readonly source: string; readonly key: string; readonly to: MappedSchema } | undefined;
  /** Other tables that loaders which go by parts make of the same stream; empty where they agree. */
  readonly otherTables: readonly string[];
}

export function placeOf(stream: string, mapping: SchemaMapping, names: TableNames): Place {
  return names === 'whole' ? byPrefix(stream, mapping) : byParts(stream, mapping);
}

/** A value of `schema_mapping` in its long form. */
export function mappedSchema(to: string | MappedSchema): MappedSchema {
  return typeof to === 'string' ? { schema: to } : to;
}

/** The longest source that the mapping names counts; with `*`, what stands before the first dash. */
function byPrefix(stream: string, mapping: SchemaMapping): Place {
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

/** The table is the last part, the source the one before it; the mapping may also name all that is before the table. */
function byParts(stream: string, mapping: SchemaMapping): Place {
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
    // pipelinewise takes two parts for the catalog and the schema, the SDK all but the last.
    otherTables: parts.length > 3 && key !== before ? [withoutDots(parts.slice(2).join('_'))] : [],
  };
}

function mapped(mapping: SchemaMapping, key: string, source: string): Place['mapped'] {
  const to = mapping[key];
  return to === undefined ? undefined : { source, key, to: mappedSchema(to) };
}

/** Both loaders write an underscore for a dot. */
function withoutDots(name: string): string {
  return name.replaceAll('.', '_');
}
