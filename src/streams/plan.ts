/** What a SCHEMA message makes of a stream: its columns as they will be stored, how rows are loaded, and the encoder. */
import type { StreamSettings } from '../config/settings.ts';
import type { Logger } from '../log.ts';
import type { Json } from '../protocol/json.ts';
import type { SchemaMessage } from '../protocol/message.ts';
import { RecordEncoder } from '../rows/encoder.ts';
import { compileValidator } from '../rows/validate.ts';
import { resolveColumns } from '../table/changes.ts';
import { columnsOf } from '../table/columns.ts';
import { DELETED_AT, withChanges, withMetadata } from '../table/metadata.ts';
import { typeSql, type Column, type StoredColumn, type TableRef } from '../table/types.ts';
import type { LoadMethod } from '../warehouse/steps.ts';

export interface StreamPlan {
  readonly message: SchemaMessage;
  readonly keys: readonly string[];
  readonly columns: readonly Column[];
  readonly method: LoadMethod;
  readonly encoder: RecordEncoder;
  /** Batches are staged with a column that marks stubs, because they may hold records of deletions. */
  readonly hasStubs: boolean;
}

export interface PlanInput {
  readonly message: SchemaMessage;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  /** The table's columns, those included that earlier plans of this run will have added; undefined without a table. */
  readonly stored: readonly StoredColumn[] | undefined;
  readonly log: Logger;
  readonly now: () => number;
  readonly syncStartedAt: number;
}

/** Throws InputError for a schema that cannot be used, LoadError for a table that cannot hold it. */
export function planStream(input: PlanInput): StreamPlan {
  const { message, target, settings, stored, log, now, syncStartedAt } = input;
  const { stream, schema } = message;
  const keys = settings.key_properties ?? message.keyProperties;
  const wanted = columnsOf(stream, schema, keys, settings);
  reportNotes(stream, wanted, log);
  const described = settings.add_record_metadata ? withMetadata(wanted) : wanted;
  const nullsInvalid = settings.on_invalid === 'null';
  const columns = resolveColumns(target.table, nullsInvalid ? withChanges(described) : described, stored);
  const method = methodOf(settings.load_method, keys);
  return {
    message,
    keys,
    columns,
    method,
    hasStubs: method === 'upsert' && !settings.hard_delete && columns.some(({ name }) => name === DELETED_AT),
    encoder: new RecordEncoder({
      columns,
      now,
      syncStartedAt,
      validate: settings.validate_records ? compileValidator(stream, schema, nullsInvalid) : undefined,
      nullsInvalid,
      allowsNullKeys: settings.null_keys === 'append',
      onUnknownProperty: (property) =>
        log.warn({ stream }, `property ${JSON.stringify(property)} is not in the schema and is not loaded`),
    }),
  };
}

/** What of the schema was not understood. */
function reportNotes(stream: string, columns: readonly Column[], log: Logger): void {
  for (const { property, notes = [], type } of columns) {
    const column = `property ${JSON.stringify(property)} becomes ${type.kind.toUpperCase()}`;
    for (const note of notes) log.warn({ stream }, `${column}: ${note}`);
  }
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

/** The columns that the table will have once the plan's first batch is loaded. */
export function withPlanned(
  stored: readonly StoredColumn[] | undefined,
  columns: readonly Column[],
): readonly StoredColumn[] {
  const known = new Set(stored?.map(({ name }) => name));
  const planned = columns.filter(({ name }) => !known.has(name));
  return [
    ...(stored ?? []),
    ...planned.map(({ name, type }) => ({
      name,
      type,
      typeText: typeSql(type).toLowerCase(),
      nullable: true,
    })),
  ];
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
