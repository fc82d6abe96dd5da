/** Translates a configured stream of Airbyte: its table, its settings and its dialect. */
import type { Config } from '../config/options.ts';
import { settingsOf, type StreamSettings } from '../config/settings.ts';
import { CatalogError } from '../errors.ts';
import type { ConfiguredStream } from '../protocol/catalog.ts';
import type { SchemaMessage } from '../protocol/message.ts';
import { airbyteMetadata } from '../rows/airbyte-metadata.ts';
import type { Dialect } from '../streams/dialect.ts';
import {
  airbyteColumnsOf,
  DELETED_AT_PROPERTY,
  EXTRACTED_AT,
  RAW_ID,
  withAirbyteMeta,
} from '../table/airbyte-columns.ts';
import { chooseColumns } from '../table/choice.ts';
import { givenName, schemaName, tableName } from '../table/names.ts';
import type { Column, StoredTable, TableRef } from '../table/types.ts';

export interface PlannedStream {
  readonly configured: ConfiguredStream;
  /** No other stream of the sync has it. */
  readonly name: string;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  readonly message: SchemaMessage;
}

/** `isReplaced` means that the rows of the stream replace all rows of its table. */
export function plannedStream(name: string, configured: ConfiguredStream, config: Config): PlannedStream {
  const settings = settingsFor(configured, settingsOf(config, configured.label));
  return {
    configured,
    name,
    settings,
    target: targetOf(configured, settings, config),
    message: {
      type: 'schema',
      stream: name,
      schema: configured.schema,
      keyProperties: keysOf(configured),
      line: Buffer.from(JSON.stringify(name)),
    },
  };
}

/** The primary key identifies rows in only one mode. */
function keysOf({ mode, keys }: ConfiguredStream): readonly string[] {
  return mode === 'append_dedup' ? keys : [];
}

/** The settings that Airbyte's contract fixes. */
function settingsFor({ mode }: ConfiguredStream, common: StreamSettings): StreamSettings {
  return {
    ...common,
    load_method: mode === 'append_dedup' ? 'upsert' : 'append-only',
    key_properties: undefined,
    require_keys: false,
    on_invalid: 'null',
    max_rejected: Number.MAX_SAFE_INTEGER,
    null_keys: 'append',
    nested_values: 'super',
    hard_delete: false,
    add_record_metadata: false,
    validate_records: false,
    batch_direct_copy: false,
    process_activate_version_messages: false,
  };
}

function targetOf(
  { name, namespace }: ConfiguredStream,
  { schema, table, table_prefix = '', naming }: StreamSettings,
  config: Config,
): TableRef {
  return {
    schema:
      schema !== undefined
        ? givenName(schema)
        : namespace === undefined
          ? config.target_schema
          : schemaName('{schema}', namespace, naming),
    table: table === undefined ? tableName(table_prefix + name, naming) : givenName(table),
  };
}

/** `completeGeneration` is the one in the comment of the table. */
export function dialectOf(configured: ConfiguredStream, completeGeneration: bigint | undefined): Dialect {
  const { cursor, keys, syncId, generation = 0n } = configured;
  const isProtected = (property: string): boolean => property === cursor || keys.includes(property);
  return {
    rules: {
      metadata: airbyteMetadata({ syncId, generation }),
      deletionMark: undefined,
      takesStrangers: true,
      shortensRows: true,
      setsAside: false,
    },
    columnsOf: (stream, schema, keyProperties, settings) =>
      airbyteColumnsOf(stream, schema, { keys: keyProperties, isProtected }, settings),
    describe: withAirbyteMeta,
    newestBy: cursor === undefined ? [EXTRACTED_AT] : [cursor, EXTRACTED_AT],
    completeGeneration,
  };
}

/** The columns that the stream wants. Throws InputError. */
export function columnsFor({ name, configured, settings, message }: PlannedStream): readonly Column[] {
  const dialect = dialectOf(configured, undefined);
  const declared = dialect.columnsOf(name, configured.schema, message.keyProperties, settings);
  return dialect.describe(chooseColumns(name, declared, settings).columns, {
    hasMetadata: false,
    tellsChanges: true,
  });
}

/** The property that marks rows as deleted in the source. They are removed when the stream is complete. */
export function markOf({ mode, schema }: ConfiguredStream): string | undefined {
  const properties = schema.get('properties');
  const hasMark = properties instanceof Map && properties.has(DELETED_AT_PROPERTY);
  return mode === 'append_dedup' && hasMark ? DELETED_AT_PROPERTY : undefined;
}

/** Types whose values have no order in Redshift. */
const UNORDERED: ReadonlySet<string> = new Set(['super', 'boolean', 'varbyte']);

/** Throws CatalogError for a stream that its table, or Redshift, cannot store. */
export function checkStream(planned: PlannedStream, table: StoredTable | undefined): void {
  const { configured, target } = planned;
  const refuse = (what: string): never => {
    throw new CatalogError(`Cannot write stream "${configured.label}": ${what}`);
  };
  if (!planned.settings.selected)
    refuse('its setting "selected" is false; deselect the stream in the connection of Airbyte instead');
  const columns = columnsFor(planned);
  const cursor = columns.find(({ property }) => property === configured.cursor);
  if (cursor?.mask) refuse(`its cursor "${cursor.property}" is masked, and masks have no order`);
  const mark = markOf(configured);
  if (mark !== undefined && !columns.some(({ property }) => property === mark))
    refuse(
      `exclude_columns or include_columns leaves out "${mark}", which says what was deleted in the source`,
    );
  if (configured.cursor !== undefined && !cursor)
    refuse(`its cursor "${configured.cursor}" is not one of its properties`);
  if (configured.mode === 'append_dedup' && cursor && UNORDERED.has(cursor.type.kind)) {
    refuse(
      `its cursor "${cursor.property}" is a ${cursor.type.kind.toUpperCase()} column, whose values have no order`,
    );
  }
  if (!table || table.isView) return;
  const names = new Set(table.columns.map(({ name }) => name));
  if (names.has(RAW_ID) && names.has(EXTRACTED_AT)) return;
  refuse(
    `the table "${target.schema}"."${target.table}" is not one of Airbyte's: it has no columns ${RAW_ID} and ${EXTRACTED_AT}; ` +
      'rename or drop it, or write into another schema',
  );
}
