/**
 * The columns of an Airbyte stream: four metadata columns, and one for each property. Source: destination-redshift 4, whose tables
 * have the same columns.
 */
import { InputError } from '../errors.ts';
import type { JsonObject } from '../protocol/json.ts';
import { airbyteTyping } from './airbyte-typing.ts';
import { descriptionOf } from './comment.ts';
import { checkPropertyCount } from './limits.ts';
import { columnName, fit, givenName, RESERVED_PREFIX } from './names.ts';
import { columnSetting, type TableSettings } from './settings.ts';
import { parseType } from './type-text.ts';
import { canBeKey, typeSql, type AirbyteField, type Column, type ColumnType } from './types.ts';

const META: readonly (readonly [AirbyteField, ColumnType])[] = [
  ['_airbyte_raw_id', { kind: 'varchar', bytes: 36 }],
  ['_airbyte_extracted_at', { kind: 'timestamptz' }],
  ['_airbyte_meta', { kind: 'super' }],
  ['_airbyte_generation_id', { kind: 'bigint' }],
];

export const RAW_ID: AirbyteField = '_airbyte_raw_id';
export const EXTRACTED_AT: AirbyteField = '_airbyte_extracted_at';
export const GENERATION: AirbyteField = '_airbyte_generation_id';

/** A row with this property was deleted in the source; written by Airbyte's CDC sources. */
export const DELETED_AT_PROPERTY = '_ab_cdc_deleted_at';

/** The values of these properties are never changed. */
export interface KeyRules {
  readonly keys: readonly string[];
  /** Whether an invalid value of a property must not become NULL. */
  readonly isProtected: (property: string) => boolean;
}

/**
 * The columns of the properties, in the order of the schema. Throws InputError if a key is not one of the properties, or cannot identify rows.
 */
export function airbyteColumnsOf(
  stream: string,
  schema: JsonObject,
  { keys, isProtected }: KeyRules,
  settings: TableSettings,
): readonly Column[] {
  const declared = schema.get('properties');
  const properties = declared instanceof Map ? (declared as JsonObject) : new Map<string, never>();
  const reserved = new Set<string>(META.map(([field]) => field));
  const taken = new Set(reserved);
  const columns = [...properties].flatMap(([property, definition]): readonly Column[] => {
    const { name: given, type: wanted, encode } = columnSetting(settings, property);
    const plain = given === undefined ? columnName(property, settings.naming) : givenName(given);
    // Airbyte's own columns take precedence over properties of the same name.
    if (reserved.has(plain)) return [];
    const { type, form } = airbyteTyping(definition);
    const isKey = keys.includes(property);
    const description = descriptionOf(definition);
    // Rounding could make two keys equal, or change the order of records.
    const isExact = isKey || isProtected(property);
    return [
      {
        property,
        source: { kind: 'property', path: [property] },
        name: free(plain, taken),
        type: wanted === undefined ? type : (parseType(wanted) ?? type),
        isKey,
        ...(wanted !== undefined && { isGiven: true }),
        ...(isExact && !isKey && { isProtected: true }),
        ...(form !== undefined && !(isExact && form === 'rounded') && { form }),
        ...(description !== undefined && { description }),
        ...(encode !== undefined && { encode }),
      },
    ];
  });
  check(stream, columns, keys);
  return columns;
}

/** With the metadata columns, which come after those of the properties in a file, and before them in a table. */
export function withAirbyteMeta(columns: readonly Column[]): readonly Column[] {
  return [
    ...columns,
    ...META.map(([field, type]): Column => ({
      property: field,
      source: { kind: 'metadata', field },
      name: field,
      type,
      isKey: false,
      isProtected: true,
    })),
  ];
}

/** A unique name for a column: names that are equal in lower case get a number, as in Airbyte. */
function free(name: string, taken: Set<string>): string {
  let found = name;
  for (let i = 1; taken.has(found); i++) found = fit(`${name}_${i}`);
  taken.add(found);
  return found;
}

function check(stream: string, columns: readonly Column[], keys: readonly string[]): void {
  const refuse = (what: string): never => {
    throw new InputError(`Cannot use the schema of stream "${stream}": ${what}`, { stream });
  };
  checkPropertyCount(stream, columns.length + META.length);
  const missing = keys.find((key) => !columns.some(({ property }) => property === key));
  if (missing !== undefined)
    refuse(`its key property ${JSON.stringify(missing)} is not one of its properties`);
  for (const { property, name, type, isKey } of columns) {
    if (name.startsWith(RESERVED_PREFIX))
      refuse(`the name of property ${JSON.stringify(property)} is reserved for this program`);
    if (isKey && !canBeKey(type)) {
      refuse(
        `key property ${JSON.stringify(property)} would be a ${typeSql(type)} column, which cannot identify rows`,
      );
    }
  }
}
