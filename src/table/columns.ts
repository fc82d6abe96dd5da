/** Derives the columns that a stream wants from its JSON Schema. Draft-4 oddities of real taps are ignored, never rejected. */
import { InputError } from '../errors.ts';
import type { JsonObject } from '../protocol/json.ts';
import { descriptionOf } from './comment.ts';
import { columnName, givenName, RESERVED_PREFIX } from './names.ts';
import { columnSetting, type TableSettings } from './settings.ts';
import { leavesOf, type Leaf } from './flatten.ts';
import { checkPropertyCount, MAX_COLUMNS } from './limits.ts';
import { propertiesOf } from './root.ts';
import { parseType } from './type-text.ts';
import { canBeKey, typeSql, type Column, type ColumnType } from './types.ts';
import { typingOf } from './typing.ts';

/** Redshift has no tables without columns (r_ALTER_TABLE), and a stream without properties still has rows to count. */
export const PLACEHOLDER: Column = {
  property: '',
  source: { kind: 'nothing' },
  name: `${RESERVED_PREFIX}placeholder`,
  type: { kind: 'boolean' },
  isKey: false,
};

/** The type instead of SUPER with nested_values text. Not for keys, because 1 and "1" would be the same string. */
const TEXT: ColumnType = { kind: 'varchar', bytes: 0 };

/**
 * The columns of a stream, in the schema's order.
 * Throws InputError if the schema has no properties, a key is not one of them, or two properties have the same name in lower case.
 */
export function columnsOf(
  stream: string,
  schema: JsonObject,
  keyProperties: readonly string[],
  settings: TableSettings,
): readonly Column[] {
  const properties = propertiesOf(stream, schema);
  const unknownKeys = keyProperties.filter((key) => !properties.has(key));
  if (unknownKeys.length > 0) {
    throw new InputError(
      `Cannot use the schema of stream "${stream}": its key properties ${list(unknownKeys)} are not in its properties`,
      { stream },
    );
  }
  const isKey = (path: readonly string[]): boolean =>
    path.length === 1 && keyProperties.includes(path[0] ?? '');
  const leaves = leavesOf(schema, properties, {
    depth: settings.nested_values === 'flatten' ? settings.flatten_max_depth : 0,
    maxLeaves: MAX_COLUMNS,
    staysWhole: (path) => isKey(path) || columnSetting(settings, path.join('.')).type !== undefined,
  });
  const columns = leaves.map((leaf) => columnOf(leaf, isKey(leaf.path), settings));
  checkColumns(stream, columns);
  return columns.length > 0 ? columns : [PLACEHOLDER];
}

function columnOf({ path, shapes }: Leaf, isKey: boolean, settings: TableSettings): Column {
  const property = path.join('.');
  const { name, type: wanted, encode } = columnSetting(settings, property);
  const description = shapes.shapes.map(descriptionOf).find((text) => text !== undefined);
  const { type, encoding, notes } = typingOf(shapes);
  const given = wanted === undefined ? undefined : parseType(wanted);
  return {
    property,
    source: { kind: 'property', path },
    name:
      name === undefined
        ? columnName(path.join(settings.flatten_separator), settings.naming)
        : givenName(name),
    type: given ?? (type.kind === 'super' && settings.nested_values === 'text' && !isKey ? TEXT : type),
    isKey,
    ...(given && { isGiven: true }),
    ...(description !== undefined && { description }),
    ...(encode !== undefined && { encode }),
    ...(encoding && { encoding }),
    ...(notes.length > 0 && !given && { notes }),
  };
}

/** Why a key cannot have a type, and what to do about it. */
function keyAdvice(stream: string, { property, type }: Column): string {
  const isRounded = type.kind === 'double' || type.kind === 'real';
  const why = isRounded
    ? 'which rounds numbers and therefore cannot identify rows'
    : 'which cannot identify rows';
  const example = isRounded
    ? 'numeric(38,9), with as many decimals as its values have'
    : `varchar(64)${type.kind === 'super' ? ', in which 1 and "1" are one key' : ''}`;
  return `${why}; set another type with streams.${stream}.columns.${property}.type, for example ${example}`;
}

function checkColumns(stream: string, columns: readonly Column[]): void {
  const refuse = (what: string): never => {
    throw new InputError(`Cannot use the schema of stream "${stream}": ${what}`, { stream });
  };
  checkPropertyCount(stream, columns.length);
  const seen = new Map<string, string>();
  for (const column of columns) {
    const { property, name, type, isKey } = column;
    const other = seen.get(name);
    if (other !== undefined) {
      refuse(
        `the properties ${list([other, property])} both become the column "${name}"; ` +
          `give one of them another name with streams.${stream}.columns.${property}.name`,
      );
    }
    if (name.startsWith(RESERVED_PREFIX))
      refuse(
        `the name of property "${property}" is reserved for this program; ` +
          `give it another one with streams.${stream}.columns.${property}.name`,
      );
    if (isKey && !canBeKey(type)) {
      refuse(`key property "${property}" would be a ${typeSql(type)} column, ${keyAdvice(stream, column)}`);
    }
    seen.set(name, property);
  }
}

function list(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
