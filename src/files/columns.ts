/** The columns of a table for the columns of files, and whether COPY can fill them. */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import { SINGER, type Dialect } from '../streams/dialect.ts';
import { planStream, type StreamPlan } from '../streams/plan.ts';
import { isGuarded } from '../streams/tenant.ts';
import { holdsAll, holdsExactly } from '../table/fits.ts';
import { columnName, givenName, RESERVED_PREFIX } from '../table/names.ts';
import { columnSetting } from '../table/settings.ts';
import { parseType } from '../table/type-text.ts';
import {
  canBeKey,
  typeSql,
  type Column,
  type ColumnType,
  type StoredColumn,
  type StoredTable,
  type TableRef,
} from '../table/types.ts';
import type { FileField } from './fields.ts';

/** What is asked for. */
export interface FilesWish {
  readonly stream: string;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  readonly keys: readonly string[];
  /** Columns that tell which of the rows of a key is the newest, most important first. */
  readonly newestBy: readonly string[];
}

/** The columns of the load. */
export interface FilesPlan extends Pick<StreamPlan, 'design' | 'areKeysNew'> {
  /** As the table stores them, in the order of the files. */
  readonly columns: readonly Column[];
  /** The same columns with the types that COPY reads the files into; undefined if it reads them into those of the table. */
  readonly copied: readonly Column[] | undefined;
  readonly newest: readonly Column[] | undefined;
  readonly warnings: readonly string[];
}

type Refuse = (what: string) => never;

/** `url` is one of the files, for messages. Throws InputError for columns that cannot be copied, LoadError for the table. */
export function planFiles(
  wish: FilesWish,
  fields: readonly FileField[],
  url: string,
  table: StoredTable | undefined,
): FilesPlan {
  const { stream, target, settings, keys, newestBy } = wish;
  const refuse: Refuse = (what) => {
    throw new InputError(`Cannot copy ${url} into table "${target.table}": ${what}`, { stream });
  };
  checkSettings(settings, refuse);
  const stored = new Map(table?.columns.map((column) => [column.name, column]));
  const copied = fields.map((field) => copiedColumn(wish, field, stored, refuse));
  checkNames(copied, keys, refuse);
  const dialect: Dialect = { ...SINGER, columnsOf: () => copied };
  const { columns, design, areKeysNew, warnings } = planStream({
    ...{ target, settings, dialect, hasMetadata: false },
    ...{ stored: table?.columns, notedKeys: table?.keyProperties },
    message: {
      type: 'schema',
      stream,
      schema: new Map(),
      keyProperties: keys,
      line: Buffer.alloc(0),
    },
    fate: { isDiscarded: () => false, canBecome: () => false, overflowing: new Set() },
    rows: { sentinel: '', readAt: () => 0, syncStartedAt: 0, warn: () => undefined },
  });
  const newest = newestBy.map(
    (name) =>
      columns.find(({ property }) => property === name) ??
      refuse(`it has no column ${JSON.stringify(name)}, which --newest-by names`),
  );
  return {
    ...{ columns, design, areKeysNew, warnings },
    copied: convertedBy(columns, copied),
    newest: newest.length > 0 ? newest : undefined,
  };
}

function convertedBy(columns: readonly Column[], copied: readonly Column[]): readonly Column[] | undefined {
  const all = columns.map((column, i) => {
    const type = copied[i]?.type ?? column.type;
    return isSame(type, column.type) ? column : { ...column, type };
  });
  return all.every(({ type }, i) => type === columns[i]?.type) ? undefined : all;
}

/** The settings of which COPY can do nothing, because it loads all values as they are. */
function checkSettings(settings: StreamSettings, refuse: Refuse): void {
  const asTheyAre = 'and COPY loads files as they are; load them as BATCH messages instead';
  if (settings.add_record_metadata) refuse(`add_record_metadata is set, ${asTheyAre}`);
  if (settings.validate_records) refuse(`validate_records is set, ${asTheyAre}`);
  if (isGuarded(settings)) refuse(`tenant_id is set, ${asTheyAre}`);
  if (settings.include_columns.length > 0 || settings.exclude_columns.length > 0)
    refuse(`include_columns or exclude_columns is set, ${asTheyAre}`);
  const masked = Object.entries(settings.columns).find(([, { mask }]) => mask !== undefined);
  if (masked) refuse(`columns.${masked[0]} has a mask, ${asTheyAre}`);
}

/** The column of the table, with the type that COPY reads the files into. */
function copiedColumn(
  wish: FilesWish,
  field: FileField,
  stored: ReadonlyMap<string, StoredColumn>,
  refuse: Refuse,
): Column {
  const { settings, keys } = wish;
  const { name: given, encode } = columnSetting(settings, field.name);
  const name = given === undefined ? columnName(field.name, settings.naming) : givenName(given);
  if (name.startsWith(RESERVED_PREFIX))
    refuse(`the name of its column ${JSON.stringify(field.name)} is reserved for this program`);
  const type = typeOf(wish, field, stored.get(name)?.type, refuse);
  const isKey = keys.includes(field.name);
  if (isKey && !canBeKey(type))
    refuse(`the key column ${JSON.stringify(field.name)} is ${field.shown}, which cannot identify rows`);
  return {
    property: field.name,
    source: { kind: 'property', path: [field.name] },
    ...{ name, type, isKey },
    ...(encode !== undefined && { encode }),
  };
}

/** One of the types that COPY reads the field into: that of the table or of the configuration, where it is one of them. */
function typeOf(
  { settings, target }: FilesWish,
  { name, types, shown }: FileField,
  stored: ColumnType | undefined,
  refuse: Refuse,
): ColumnType {
  const what = `its column ${JSON.stringify(name)} is ${shown}, which`;
  const [first] = types;
  if (!first) return refuse(`${what} COPY does not read; write it as another type`);
  const { type: wished } = columnSetting(settings, name);
  const wanted = stored ?? (wished === undefined ? undefined : parseType(wished));
  if (!wanted) return first;
  const same = types.find((one) => isSame(one, wanted));
  if (same) return stored ? same : wanted;
  if (!stored)
    return refuse(`${what} goes into ${list(types)}, and columns.${name}.type is ${typeSql(wanted)}`);
  if (isCast(first, stored)) return first;
  return refuse(
    `${what} goes into ${list(types)}, and the column of the table is ${typeSql(stored)}; write the files with another type, or load ` +
      `them into another table than "${target.table}"`,
  );
}

/** Strings and bytes may have any width. */
function isSame(copied: ColumnType, stored: ColumnType): boolean {
  const isSized = copied.kind === 'varchar' || copied.kind === 'varbyte';
  return isSized ? stored.kind === copied.kind : typeSql(copied) === typeSql(stored);
}

const CAST: ReadonlySet<ColumnType['kind']> = new Set([
  ...(['integer', 'bigint', 'numeric', 'double', 'timestamp'] as const),
]);

/** Whether a stage can have the one type, and the table the other, so that Redshift converts every value exactly. */
function isCast(copied: ColumnType, stored: ColumnType): boolean {
  return CAST.has(stored.kind) && holdsExactly(stored, copied) && holdsAll(stored, copied);
}

function checkNames(columns: readonly Column[], keys: readonly string[], refuse: Refuse): void {
  const seen = new Map<string, string>();
  for (const { name, property } of columns) {
    const other = seen.get(name);
    if (other !== undefined)
      refuse(
        `its columns ${JSON.stringify(other)} and ${JSON.stringify(property)} both become "${name}"; give one another name with columns.${property}.name`,
      );
    seen.set(name, property);
  }
  for (const key of keys)
    if (!columns.some(({ property }) => property === key))
      refuse(`it has no column ${JSON.stringify(key)}, which is a key`);
}

function list(types: readonly ColumnType[]): string {
  return types.map((type) => (type.kind === 'varchar' ? 'VARCHAR' : typeSql(type))).join(' or ');
}
