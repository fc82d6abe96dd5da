/** The `_sdc_*` columns that `add_record_metadata` adds after those of the schema. Names and types: Meltano SDK. */
import type { Column, ColumnType, MetadataField } from './types.ts';

export const DELETED_AT = '_sdc_deleted_at';
export const TABLE_VERSION = '_sdc_table_version';

const FIELDS: readonly (readonly [MetadataField, ColumnType])[] = [
  ['_sdc_extracted_at', { kind: 'timestamptz' }],
  ['_sdc_received_at', { kind: 'timestamptz' }],
  ['_sdc_batched_at', { kind: 'timestamptz' }],
  [DELETED_AT, { kind: 'timestamptz' }],
  ['_sdc_sequence', { kind: 'bigint' }],
  [TABLE_VERSION, { kind: 'bigint' }],
  ['_sdc_sync_started_at', { kind: 'bigint' }],
];

/** A property of the same name is replaced: a tap that sends `_sdc_deleted_at` means the same. */
export function withMetadata(columns: readonly Column[]): readonly Column[] {
  const names = new Set<string>(FIELDS.map(([field]) => field));
  return [
    ...columns.filter(({ name, isKey }) => isKey || !names.has(name)),
    ...FIELDS.filter(([field]) => !columns.some(({ name, isKey }) => isKey && name === field)).map(
      ([field, type]): Column => ({
        property: field,
        source: { kind: 'metadata', field },
        name: field,
        type,
        isKey: false,
      }),
    ),
  ];
}

/** The column that notes which values of a row were invalid and became NULL. It replaces a property of that name. */
export function withChanges(columns: readonly Column[]): readonly Column[] {
  const field = '_sdc_changes';
  if (columns.some(({ name, isKey }) => name === field && isKey)) return columns;
  return [
    ...columns.filter(({ name }) => name !== field),
    {
      property: field,
      source: { kind: 'metadata', field },
      name: field,
      type: { kind: 'super' },
      isKey: false,
    },
  ];
}

/** Whether a stub writes the column. `_sdc_changes` is about values, which a stub does not change. */
export function isMark(column: Column): boolean {
  return isMetadata(column) && column.property !== '_sdc_changes';
}

/** Whether the column marks that its row was deleted in the source. */
export function isMarker({ property, source, isKey }: Column): boolean {
  return !isKey && property === DELETED_AT && source.kind !== 'nothing';
}

/** Whether the column is metadata of the record, whatever its name is. */
export function isMetadata({ property, isKey }: Column): boolean {
  return !isKey && property.startsWith('_sdc_');
}
