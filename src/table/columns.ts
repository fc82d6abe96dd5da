/** JSON Schema of a stream to the columns that it wants. Draft-4 oddities of real taps are ignored, never refused. */
import { InputError } from '../errors.ts';
import type { JsonObject } from '../protocol/json.ts';
import { columnName, givenName, RESERVED_PREFIX } from './names.ts';
import { columnSetting, type TableSettings } from './settings.ts';
import { isObject } from './shapes.ts';
import { canBeKey, type Column } from './types.ts';
import { typeOf } from './typing.ts';

/** Redshift's limit (r_CREATE_TABLE_NEW); one is left for the ordinal of a stage. */
const MAX_COLUMNS = 1_599;

/** Redshift has no table without columns (r_ALTER_TABLE); a stream without properties still has rows to count. */
export const PLACEHOLDER: Column = {
  property: '',
  source: { kind: 'nothing' },
  name: `${RESERVED_PREFIX}placeholder`,
  type: { kind: 'boolean' },
  isKey: false,
};

/**
 * The columns of a stream, in the schema's order.
 * Throws InputError when the schema has no properties, a key is not among them, or two properties fold to one name.
 */
export function columnsOf(
  stream: string,
  schema: JsonObject,
  keyProperties: readonly string[],
  settings: TableSettings,
): readonly Column[] {
  const properties = schema.get('properties');
  if (!isObject(properties)) {
    throw new InputError(`Cannot use the schema of stream "${stream}": it is missing required "properties"`, {
      stream,
    });
  }
  const unknownKeys = keyProperties.filter((key) => !properties.has(key));
  if (unknownKeys.length > 0) {
    throw new InputError(
      `Cannot use the schema of stream "${stream}": its key properties ${list(unknownKeys)} are not among its properties`,
      { stream },
    );
  }
  const columns = [...properties].map(([property, definition]) => ({
    property,
    source: { kind: 'property' as const, path: [property] },
    name: nameOf(property, settings),
    type: typeOf(definition, schema),
    isKey: keyProperties.includes(property),
  }));
  checkColumns(stream, columns);
  return columns.length > 0 ? columns : [PLACEHOLDER];
}

/** The name that the user gave, or that follows from the property's. */
function nameOf(property: string, settings: TableSettings): string {
  const { name } = columnSetting(settings, property);
  return name === undefined ? columnName(property, settings.naming) : givenName(name);
}

function checkColumns(stream: string, columns: readonly Column[]): void {
  const refuse = (what: string): never => {
    throw new InputError(`Cannot use the schema of stream "${stream}": ${what}`, { stream });
  };
  if (columns.length > MAX_COLUMNS) {
    refuse(`it has ${columns.length} properties, a Redshift table holds at most ${MAX_COLUMNS} of them`);
  }
  const seen = new Map<string, string>();
  for (const { property, name, type, isKey } of columns) {
    const other = seen.get(name);
    if (other !== undefined) {
      refuse(
        `the properties ${list([other, property])} are one column "${name}" in Redshift, which folds names; ` +
          `give one of them another name: streams.${stream}.columns.${property}.name`,
      );
    }
    if (name.startsWith(RESERVED_PREFIX))
      refuse(
        `the name of property "${property}" is reserved for this program; ` +
          `give it another: streams.${stream}.columns.${property}.name`,
      );
    if (isKey && !canBeKey(type)) {
      refuse(
        `key property "${property}" would be a ${type.kind.toUpperCase()} column, which cannot identify rows`,
      );
    }
    seen.set(name, property);
  }
}

function list(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
