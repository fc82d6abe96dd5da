/** The plan that a SCHEMA message gives to a stream: its columns as they will be stored, the load method, and the encoder. */
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import type { SchemaMessage } from '../protocol/message.ts';
import { RecordEncoder } from '../rows/encoder.ts';
import type { Tenant } from '../rows/tenant.ts';
import type { compileValidator, Validator, ValidatorOptions } from '../rows/validate.ts';
import { createWalk, type RowWalk } from '../rows/walk/row-walk.ts';
import { descriptionOf } from '../table/comment.ts';
import { checkDesign, designOf, type TableDesign } from '../table/design.ts';
import { chooseColumns } from '../table/choice.ts';
import { commentAfterRetype } from '../table/former-types.ts';
import { checkColumnCount } from '../table/limits.ts';
import { resolveColumns } from '../table/resolve.ts';
import type { StoringContext } from '../table/stored-as.ts';
import {
  MAX_VARCHAR_BYTES,
  typeSql,
  type Column,
  type ColumnType,
  type StoredColumn,
  type TableRef,
} from '../table/types.ts';
import { LIVE } from '../warehouse/row-kinds.ts';
import type { LoadMethod } from '../warehouse/steps.ts';
import type { Newest } from '../warehouse/newest-steps.ts';
import type { Dialect } from './dialect.ts';
import { checkStoredColumns, columnsForFiles } from './direct.ts';
import { checkKeysAreThere } from './required-keys.ts';
import { tenantOf } from './tenant.ts';

export interface StreamPlan {
  readonly message: SchemaMessage;
  readonly keys: readonly string[];
  /** The comment of the table names other keys. */
  readonly areKeysNew: boolean;
  readonly columns: readonly Column[];
  /** Columns of the schema that are not loaded. */
  readonly ignored: readonly Column[];
  /** Properties whose values must not be shown. */
  readonly hidden: ReadonlySet<string>;
  /** Patterns for properties in the configuration that match none. */
  readonly unusedPatterns: readonly string[];
  /** The tenant that every record must belong to. */
  readonly tenant: Tenant | undefined;
  /** The design of the table if it is created. */
  readonly design: TableDesign;
  readonly method: LoadMethod;
  /** How the newest row of a key is found; undefined: the last one counts. */
  readonly newest: Newest | undefined;
  /** The kind of rows that delete nothing, see `row-kinds.ts`. */
  readonly kind: number;
  readonly encoder: RecordEncoder;
  /** Encodes most records; undefined if all of them need the reference encoder. */
  readonly walk: RowWalk | undefined;
  /** Sentences for the owner of the stream. */
  readonly warnings: readonly string[];
}

export interface PlanInput {
  readonly message: SchemaMessage;
  readonly target: TableRef;
  readonly settings: StreamSettings;
  readonly dialect: Dialect;
  /** The table gets the columns of `add_record_metadata`. */
  readonly hasMetadata: boolean;
  /** The columns of the table, including those that earlier plans of this run will have added; undefined if there is no table. */
  readonly stored: readonly StoredColumn[] | undefined;
  /** The keys that have identified the rows of the table so far; undefined if they are not known. */
  readonly notedKeys: readonly string[] | undefined;
  readonly fate: Pick<StoringContext, 'isDiscarded' | 'canBecome' | 'overflowing'>;
  readonly rows: RowOptions;
}

/** What the rows of all plans of a stream have in common. */
export interface RowOptions {
  /** The string for NULL in the files of the run. */
  readonly sentinel: string;
  /** When the current records were read. */
  readonly readAt: () => number;
  readonly syncStartedAt: number;
  /** Warns the owner of the stream, once. */
  readonly warn: (sentence: string) => void;
  /** Loaded for `validate_records`. */
  readonly compileValidator?: typeof compileValidator;
  /** Whether the cluster accepts large strings in SUPER; undefined until a record has one. */
  readonly largeStrings?: boolean;
}

/** Throws InputError for a schema that cannot be used, LoadError for a table that cannot hold it. */
export function planStream(input: PlanInput): StreamPlan {
  const { message, target, settings, dialect, hasMetadata, stored, fate, rows } = input;
  const { stream, schema } = message;
  const { keys, areNew, warnings } = keysOf(input);
  checkKeysAreThere(stream, keys, settings);
  const declared = dialect.columnsOf(stream, schema, keys, settings);
  const choice = chooseColumns(stream, declared, settings);
  const tenant = tenantOf(stream, schema, settings);
  const wanted = settings.batch_direct_copy
    ? columnsForFiles(stream, declared, settings)
    : choice.columns.map((column) => (column.property === tenant?.property ? protectedFrom(column) : column));
  const place = { stream, table: target.table, policies: settings.schema_changes, ...fate };
  const described = dialect.describe(wanted, {
    hasMetadata,
    tellsChanges: settings.on_invalid === 'null',
  });
  const { columns, ignored, notes } = resolveColumns(place, described, stored);
  if (settings.batch_direct_copy) checkStoredColumns(stream, wanted, columns);
  if (!stored) checkDesign(stream, settings, columns);
  const description = descriptionOf(schema);
  const { completeGeneration } = dialect;
  const note = {
    stream,
    keyProperties: keys,
    ...(completeGeneration !== undefined && { completeGeneration }),
    ...(description !== undefined && { description }),
  };
  const method = methodOf(settings.load_method, keys);
  checkColumnCount(stream, columns, stored, method === 'append' ? 0 : 2);
  return withRows(
    {
      message,
      keys,
      areKeysNew: areNew,
      columns,
      ignored: [...ignored, ...choice.left],
      hidden: choice.hidden,
      unusedPatterns: choice.unused,
      tenant,
      design: designOf(note, settings, columns),
      method,
      newest: method === 'upsert' ? newestOf(dialect, columns) : undefined,
      kind: LIVE,
      warnings: [...warnings, ...schemaNotes(wanted), ...unusedSettings(settings, declared), ...notes],
    },
    settings,
    dialect,
    rows,
  );
}

/** Values that went to a second column, because their type changed, order nothing. */
function newestOf({ newestBy }: Dialect, columns: readonly Column[]): Newest | undefined {
  return newestBy?.flatMap(
    (property) =>
      columns.find(
        (column) =>
          column.property === property &&
          (column.source.kind === 'property' || column.source.kind === 'metadata'),
      ) ?? [],
  );
}

/** The plan with its encoders. */
export function withRows(
  plan: Omit<StreamPlan, 'encoder' | 'walk'>,
  settings: StreamSettings,
  { rules }: Dialect,
  rows: RowOptions,
): StreamPlan {
  const { ignored, method, kind, message, tenant, hidden } = plan;
  const { sentinel, readAt, syncStartedAt, warn, largeStrings } = rows;
  const columns = largeStrings === true ? plan.columns.map(withLargeStrings) : plan.columns;
  const nullsInvalid = settings.on_invalid === 'null';
  const encoder = new RecordEncoder({
    columns,
    ignored,
    now: readAt,
    syncStartedAt,
    validate: settings.validate_records
      ? validatorOf(message, rows, { findsAll: nullsInvalid, onNote: warn })
      : undefined,
    nullsInvalid,
    asksForLargeStrings: largeStrings === undefined,
    rules,
    allowsNullKeys: settings.null_keys === 'append',
    tenant,
    hidden,
    onUnknownProperty: (property) =>
      warn(`property ${JSON.stringify(property)} is not in the schema and is not loaded`),
  });
  const walked = {
    ...{ columns, ignored, encoder, sentinel, rules, tenant },
    kind: method === 'append' ? undefined : kind,
  };
  return { ...plan, encoder, walk: settings.validate_records ? undefined : createWalk(walked) };
}

/** The column as it is written where the cluster accepts large strings. */
function withLargeStrings(column: Column): Column {
  const large = (type: ColumnType): ColumnType =>
    type.kind === 'super' ? { ...type, largeStrings: true } : type;
  const { type, declared, formerly } = column;
  return {
    ...column,
    type: large(type),
    ...(declared && { declared: large(declared) }),
    ...(formerly && { formerly: formerly.map(large) }),
  };
}

function validatorOf(
  { stream, schema }: SchemaMessage,
  { compileValidator }: RowOptions,
  options: ValidatorOptions,
): Validator {
  if (!compileValidator) throw new Error('records are to be validated, and the validator is not loaded');
  return compileValidator(stream, schema, options);
}

/** An invalid value must not become NULL: its row would belong to no tenant. */
function protectedFrom(column: Column): Column {
  return { ...column, isProtected: true };
}

/** The parts of the schema that were not understood. */
function schemaNotes(columns: readonly Column[]): readonly string[] {
  return columns.flatMap(({ property, notes = [], type }) =>
    notes.map((note) => `property ${JSON.stringify(property)} becomes ${type.kind.toUpperCase()}: ${note}`),
  );
}

/** Otherwise the setting of a misspelled property would silently have no effect. */
function unusedSettings(settings: StreamSettings, columns: readonly Column[]): readonly string[] {
  const known = new Set(columns.map(({ property }) => property));
  return Object.keys(settings.columns).flatMap((property) =>
    known.has(property)
      ? []
      : [`columns.${property} of the configuration is not used: the stream has no such property`],
  );
}

/** The keys to merge by. When they change, existing rows keep NULL in new key columns, and no record matches them. */
function keysOf({ message, settings, notedKeys }: PlanInput): {
  readonly keys: readonly string[];
  readonly areNew: boolean;
  readonly warnings: readonly string[];
} {
  const { stream } = message;
  const keys = settings.key_properties ?? message.keyProperties;
  if (!notedKeys || isSameSet(keys, notedKeys)) return { keys, areNew: false, warnings: [] };
  const policy = settings.schema_changes.change_keys;
  const change = `the keys of its table are ${list(notedKeys)}, and those of the stream are ${list(keys)}`;
  if (policy === 'fail') {
    throw new InputError(
      `Cannot load stream "${stream}": ${change}, and schema_changes.change_keys is fail; set it to evolve (continue with the ` +
        'new keys) or ignore (keep the old ones)',
      { stream },
    );
  }
  return policy === 'ignore'
    ? { keys: notedKeys, areNew: false, warnings: [`${change}: the old ones are kept`] }
    : { keys, areNew: true, warnings: [`${change}: from now on the new keys identify rows`] };
}

export function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

function list(keys: readonly string[]): string {
  return keys.length === 0 ? 'none' : keys.map((key) => JSON.stringify(key)).join(', ');
}

function methodOf(method: StreamSettings['load_method'], keys: readonly string[]): LoadMethod {
  if (method === 'append-only' || keys.length === 0) return 'append';
  return method === 'insert-only' ? 'insert' : 'upsert';
}

/** The columns of a batch. A column whose type a value outgrew has the type that it grows to, which stores all values. */
export function grownColumns(columns: readonly Column[], outgrown: readonly boolean[]): readonly Column[] {
  return columns.map((column, i) => {
    const { growsTo, ...rest } = column;
    return outgrown[i] === true && growsTo ? { ...rest, type: growsTo } : column;
  });
}

/** The columns that the table will have when the first batch of the plan is loaded. */
export function withPlanned(
  stored: readonly StoredColumn[] | undefined,
  columns: readonly Column[],
): readonly StoredColumn[] {
  const planned = new Map(columns.map((column) => [column.name, column]));
  const known = new Set(stored?.map(({ name }) => name));
  return [
    ...(stored ?? []).map((there) => {
      const type = planned.get(there.name)?.type;
      if (!type || !there.type || kindSql(type) === kindSql(there.type)) return there;
      const comment = commentAfterRetype(there.comment, there.type, type);
      return { ...there, ...typed(type), comment };
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

/** The width of a string column is known when its first batch is loaded. */
function typed(type: ColumnType): Pick<StoredColumn, 'type' | 'typeText'> {
  const widest: ColumnType = type.kind === 'varchar' ? { kind: 'varchar', bytes: MAX_VARCHAR_BYTES } : type;
  return { type: widest, typeText: kindSql(type).toLowerCase() };
}

function kindSql(type: ColumnType): string {
  return type.kind === 'varchar' || type.kind === 'varbyte' ? type.kind.toUpperCase() : typeSql(type);
}
