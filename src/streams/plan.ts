/** What a SCHEMA message makes of a stream: its columns as they will be stored, how rows are loaded, and the encoder. */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Json } from '../protocol/json.ts';
import type { SchemaMessage } from '../protocol/message.ts';
import { RecordEncoder } from '../rows/encoder.ts';
import { compileValidator } from '../rows/validate.ts';
import { createWalk, type RowWalk } from '../rows/walk/row-walk.ts';
import { columnsOf } from '../table/columns.ts';
import { descriptionOf } from '../table/comment.ts';
import { checkDesign, designOf, type TableDesign } from '../table/design.ts';
import { checkColumnCount } from '../table/limits.ts';
import { DELETED_AT, withChanges, withMetadata } from '../table/metadata.ts';
import { resolveColumns } from '../table/resolve.ts';
import {
  MAX_VARCHAR_BYTES,
  typeSql,
  type Column,
  type ColumnType,
  type StoredColumn,
  type TableRef,
} from '../table/types.ts';
import type { LoadMethod } from '../warehouse/steps.ts';
import { checkStoredColumns, columnsForFiles } from './direct.ts';

export interface StreamPlan {
  readonly message: SchemaMessage;
  readonly keys: readonly string[];
  /** The table's comment names other keys. */
  readonly areKeysNew: boolean;
  readonly columns: readonly Column[];
  /** Of the table, should it be created. */
  readonly design: TableDesign;
  readonly method: LoadMethod;
  readonly encoder: RecordEncoder;
  /** Takes most records; undefined when all of them need the encoder. */
  readonly walk: RowWalk | undefined;
  /** Batches are staged with a column that marks stubs, because they may hold records of deletions. */
  readonly hasStubs: boolean;
}

export interface PlanInput {
  readonly message: SchemaMessage;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  /** The table's columns, those included that earlier plans of this run will have added; undefined without a table. */
  readonly stored: readonly StoredColumn[] | undefined;
  /** The keys by which the rows of the table were told apart so far; undefined when they are not known. */
  readonly notedKeys: readonly string[] | undefined;
  /** NULL in the files of the run. */
  readonly sentinel: string;
  readonly log: Logger;
  /** When the records that are being taken were read. */
  readonly readAt: () => number;
  readonly syncStartedAt: number;
}

/** Throws InputError for a schema that cannot be used, LoadError for a table that cannot hold it. */
export function planStream(input: PlanInput): StreamPlan {
  const { message, target, settings, stored, sentinel, log, readAt, syncStartedAt } = input;
  const { stream, schema } = message;
  const { keys, areNew } = keysOf(input);
  const declared = columnsOf(stream, schema, keys, settings);
  const wanted = settings.batch_direct_copy ? columnsForFiles(stream, declared, settings) : declared;
  reportNotes(stream, wanted, log);
  reportStrangers(stream, settings, declared, log);
  const described = settings.add_record_metadata ? withMetadata(wanted) : wanted;
  const nullsInvalid = settings.on_invalid === 'null';
  const place = { stream, table: target.table, policies: settings.schema_changes };
  const { columns, ignored, notes } = resolveColumns(
    place,
    nullsInvalid ? withChanges(described) : described,
    stored,
  );
  for (const note of notes) log.warn({ stream }, note);
  if (settings.batch_direct_copy) checkStoredColumns(stream, wanted, columns);
  const method = methodOf(settings.load_method, keys);
  if (!stored) checkDesign(stream, settings, columns);
  const description = descriptionOf(schema);
  const note = { stream, keyProperties: keys, ...(description !== undefined && { description }) };
  const hasStubs =
    method === 'upsert' && !settings.hard_delete && columns.some(({ name }) => name === DELETED_AT);
  checkColumnCount(stream, columns, stored, method === 'append' ? 0 : hasStubs ? 2 : 1);
  const encoder = new RecordEncoder({
    columns,
    ignored,
    now: readAt,
    syncStartedAt,
    validate: settings.validate_records
      ? compileValidator(stream, schema, {
          findsAll: nullsInvalid,
          onNote: (note) => log.warn({ stream }, note),
        })
      : undefined,
    nullsInvalid,
    allowsNullKeys: settings.null_keys === 'append',
    onUnknownProperty: (property) =>
      log.warn({ stream }, `property ${JSON.stringify(property)} is not in the schema and is not loaded`),
  });
  const rows = { columns, ignored, encoder, sentinel, hasOrdinals: method !== 'append', hasStubs };
  return {
    message,
    keys,
    design: designOf(note, settings, columns),
    areKeysNew: areNew,
    columns,
    method,
    hasStubs,
    encoder,
    walk: settings.validate_records ? undefined : createWalk(rows),
  };
}

/** What of the schema was not understood. */
function reportNotes(stream: string, columns: readonly Column[], log: Logger): void {
  for (const { property, notes = [], type } of columns) {
    const column = `property ${JSON.stringify(property)} becomes ${type.kind.toUpperCase()}`;
    for (const note of notes) log.warn({ stream }, `${column}: ${note}`);
  }
}

/** A misspelt property would otherwise leave its column as if nothing had been said. */
function reportStrangers(
  stream: string,
  settings: StreamSettings,
  columns: readonly Column[],
  log: Logger,
): void {
  const known = new Set(columns.map(({ property }) => property));
  for (const property of Object.keys(settings.columns)) {
    if (known.has(property)) continue;
    log.warn(
      { stream },
      `columns.${property} of the configuration is not used: the stream has no such property`,
    );
  }
}

/** The keys to merge by. When they change, rows that are there keep NULL in new key columns, and no record meets them. */
function keysOf({ message, settings, notedKeys, log }: PlanInput): {
  readonly keys: readonly string[];
  readonly areNew: boolean;
} {
  const { stream } = message;
  const keys = settings.key_properties ?? message.keyProperties;
  if (!notedKeys || sameJson([...keys].sort(), [...notedKeys].sort())) return { keys, areNew: false };
  const policy = settings.schema_changes.change_keys;
  const change = `the keys of its table are ${list(notedKeys)}, those of the stream ${list(keys)}`;
  if (policy === 'fail') {
    throw new InputError(
      `Cannot load stream "${stream}": ${change}, and schema_changes.change_keys is fail; set it to evolve (go on with the ` +
        'new keys) or ignore (keep the old ones)',
      { stream },
    );
  }
  log.warn(
    { stream },
    policy === 'ignore'
      ? `${change}: the old ones are kept`
      : `${change}: rows are told apart by the new ones from here on`,
  );
  return policy === 'ignore' ? { keys: notedKeys, areNew: false } : { keys, areNew: true };
}

function list(keys: readonly string[]): string {
  return keys.length === 0 ? 'none' : keys.map((key) => JSON.stringify(key)).join(', ');
}

function methodOf(method: StreamSettings['load_method'], keys: readonly string[]): LoadMethod {
  if (method === 'append-only' || keys.length === 0) return 'append';
  return method === 'insert-only' ? 'insert' : 'upsert';
}

/** Whether a schema differs from the current one in more than the order of its keys. */
export function isNewSchema(current: SchemaMessage | undefined, next: SchemaMessage): boolean {
  return (
    !current ||
    !sameJson(current.schema, next.schema) ||
    !sameJson([...current.keyProperties].sort(), [...next.keyProperties].sort())
  );
}

/** The columns of a batch: where a value outgrew the type, the type to which the column grows. */
export function grownColumns(columns: readonly Column[], outgrown: readonly boolean[]): readonly Column[] {
  return columns.map((column, i) =>
    outgrown[i] === true && column.growsTo ? { ...column, type: column.growsTo } : column,
  );
}

/** The columns that the table will have once the plan's first batch is loaded. */
export function withPlanned(
  stored: readonly StoredColumn[] | undefined,
  columns: readonly Column[],
): readonly StoredColumn[] {
  const planned = new Map(columns.map((column) => [column.name, column]));
  const known = new Set(stored?.map(({ name }) => name));
  return [
    ...(stored ?? []).map((there) => {
      const type = planned.get(there.name)?.type;
      return type && there.type && kindSql(type) !== kindSql(there.type)
        ? { ...there, ...typed(type) }
        : there;
    }),
    ...columns
      .filter(({ name }) => !known.has(name))
      .map(({ name, type }) => ({
        name,
        ...typed(type),
        nullable: true,
        hasDefault: false,
        comment: undefined,
      })),
  ];
}

/** How wide a text column will be is known when its first batch is loaded. */
function typed(type: ColumnType): Pick<StoredColumn, 'type' | 'typeText'> {
  const widest: ColumnType = type.kind === 'varchar' ? { kind: 'varchar', bytes: MAX_VARCHAR_BYTES } : type;
  return { type: widest, typeText: kindSql(type).toLowerCase() };
}

function kindSql(type: ColumnType): string {
  return type.kind === 'varchar' || type.kind === 'varbyte' ? type.kind.toUpperCase() : typeSql(type);
}

/** Equal but for the order of object keys. Numbers are equal when their texts are. */
function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return canonical(a ?? null) === canonical(b ?? null);
}

function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join()}]`;
  if (value instanceof Map) {
    const members = [...(value as ReadonlyMap<string, Json>)].map(
      ([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`,
    );
    return `{${members.sort().join()}}`;
  }
  return 'text' in value ? value.text : '';
}
