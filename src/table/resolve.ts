/**
 * The columns of a stream as its table stores them. An existing column keeps its type if that stores every value exactly.
 * Otherwise its type is changed if nothing is lost, or the values go to a second column. The policies decide which of these is
 * allowed.
 */
import { InputError, LoadError } from '../errors.ts';
import { needsValue } from './changes.ts';
import { PLACEHOLDER } from './columns.ts';
import { holdsExactly, isLossless } from './fits.ts';
import { fit } from './names.ts';
import type { ChangeKind } from './settings.ts';
import { isReplaced, isText, stored, type StoringContext } from './stored-as.ts';
import { canBeKey, typeSql, type Column, type ColumnType, type StoredColumn } from './types.ts';

export interface Resolution {
  readonly columns: readonly Column[];
  /** Columns that the table does not get: their values are not loaded. */
  readonly ignored: readonly Column[];
  /** What happens to the table or to values, one sentence each. */
  readonly notes: readonly string[];
}

/** A property in its table: the column for its values, and the columns for its other types, which are NULL. */
type Resolved = Resolution;

/** The suffix of a second column, after the name of the first. It has no timestamp, so that later runs find the column again. */
const SUFFIXES: Readonly<Record<ColumnType['kind'], string>> = {
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'decimal',
  real: 'number',
  double: 'number',
  boolean: 'boolean',
  varchar: 'string',
  date: 'date',
  time: 'time',
  timetz: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamp',
  varbyte: 'binary',
  super: 'json',
};

/** Without a table, the columns as the stream wants them. Throws InputError or LoadError if the table cannot store the stream. */
export function resolveColumns(
  context: StoringContext,
  wanted: readonly Column[],
  existing: readonly StoredColumn[] | undefined,
): Resolution {
  if (!existing) return as(wanted);
  const table = new Table(wanted, existing);
  const resolved = wanted.map((column) => resolve(context, column, table));
  const columns = resolved.flatMap((one) => one.columns);
  if (columns.length === 0)
    throw refusal(context, 'add_column', 'it has no column for any property', 'add the columns');
  const carried = new Set(columns.map(({ name }) => name));
  const left = existing.filter(({ name }) => !carried.has(name));
  return {
    columns,
    ignored: resolved.flatMap((one) => one.ignored),
    notes: [...resolved.flatMap((one) => one.notes), ...left.flatMap((column) => checkLeft(context, column))],
  };
}

/** The columns of a table, and which of them belong to a property. */
class Table {
  readonly #wanted: ReadonlyMap<string, Column>;
  readonly #stored: ReadonlyMap<string, StoredColumn>;

  constructor(wanted: readonly Column[], existing: readonly StoredColumn[]) {
    this.#wanted = new Map(wanted.map((column) => [column.name, column]));
    this.#stored = new Map(existing.map((column) => [column.name, column]));
  }

  column(name: string): StoredColumn | undefined {
    return this.#stored.get(name);
  }

  /** The property whose own column has that name. */
  owner(name: string): Column | undefined {
    return this.#wanted.get(name);
  }

  /** The columns that took values of the property when it had other types. */
  seconds({ name }: Column): readonly StoredColumn[] {
    return [...new Set(Object.values(SUFFIXES))].flatMap((suffix) => {
      const second = this.#stored.get(secondName(name, suffix));
      if (!second?.type || SUFFIXES[second.type.kind] !== suffix || this.#wanted.has(second.name)) return [];
      return [second];
    });
  }
}

function secondName(name: string, suffix: string): string {
  return fit(`${name}__${suffix}`);
}

function resolve(context: StoringContext, wanted: Column, table: Table): Resolved {
  const first = table.column(wanted.name);
  if (!first) return add(context, wanted);
  const here = into(context, wanted, first) ?? kept(context, wanted, first, 'split_column');
  if (here) return withSecond(context, wanted, here, table);
  const chosen = split(context, wanted, first, table);
  const others = table.seconds(wanted).filter((one) => !chosen.columns.some(({ name }) => name === one.name));
  return beside(chosen, wanted, [first, ...others]);
}

function add(context: StoringContext, wanted: Column): Resolved {
  const { property, name, isKey } = wanted;
  const policy = context.policies.add_column;
  if (policy === 'evolve') return as([wanted]);
  if (policy === 'fail' || isKey) {
    const what = `it has no column "${name}" for ${isKey ? 'key ' : ''}property "${property}"`;
    throw refusal(context, 'add_column', what, 'add the column');
  }
  return {
    ...as(
      [],
      `property "${property}" has no column in table "${context.table}" and is not loaded (schema_changes.add_column is ignore)`,
    ),
    ignored: [wanted],
  };
}

/** The values in an existing column; undefined if it cannot store them. */
function into(context: StoringContext, wanted: Column, there: StoredColumn): Resolved | undefined {
  const { type } = there;
  if (!type) throw unknownType(context, wanted, there);
  if (there.isIdentity) {
    throw conflict(
      context,
      wanted,
      there,
      'it is an IDENTITY column, which Redshift fills and which accepts no values; rename it, or give the property another name ' +
        `with streams.${context.stream}.columns.${wanted.property}.name`,
    );
  }
  if (isReplaced(context, wanted, type)) return retyped(context, wanted, there);
  if (holdsExactly(type, wanted.type)) {
    if (!wanted.isKey || canBeKey(type)) return as([stored(context, wanted, there, type)]);
    throw new LoadError(
      `Cannot load into table "${context.table}": its column "${there.name}" is ${there.typeText}, which cannot identify rows, ` +
        'and it is a key of the stream; load into another table, or with load_method append-only',
    );
  }
  if (!isLossless(type, wanted.type) && !context.isDiscarded(wanted.name)) return undefined;
  return retyped(context, wanted, there);
}

/** The column gets the wanted type. */
function retyped(context: StoringContext, wanted: Column, there: StoredColumn): Resolved | undefined {
  if (context.policies.retype_column !== 'evolve') return kept(context, wanted, there, 'retype_column');
  return as(
    [wanted],
    `column "${there.name}" of table "${context.table}" changes its type from ${there.typeText} to ${declared(wanted.type)}`,
  );
}

/** The column stays as it is, by policy: values that do not fit it are invalid. */
function kept(
  context: StoringContext,
  wanted: Column,
  there: StoredColumn,
  kind: ChangeKind,
): Resolved | undefined {
  const difference = `column "${there.name}" is ${there.typeText}, but the stream declares ${declared(wanted.type)}`;
  const policy = context.policies[kind];
  if (policy === 'fail') throw refusal(context, kind, `its ${difference}`, 'change the column');
  if (policy === 'evolve' || !there.type) return undefined;
  return as(
    [stored(context, wanted, there, there.type)],
    `${difference}: values that do not fit it are invalid (schema_changes.${kind} is ignore)`,
  );
}

/** A second column for values that the first cannot store: an existing one or a new one. */
function split(context: StoringContext, wanted: Column, first: StoredColumn, table: Table): Resolved {
  const name = secondName(wanted.name, SUFFIXES[wanted.type.kind]);
  if (wanted.isKey || wanted.source.kind !== 'property') {
    const why = wanted.isKey
      ? 'a key cannot be split over two columns'
      : 'it cannot be split over two columns';
    throw conflict(context, wanted, first, `${why}; rename or drop the column, or load into another table`);
  }
  const owner = table.owner(name);
  if (owner) {
    throw new InputError(
      `Cannot load stream "${context.stream}": property "${wanted.property}" needs a second column "${name}", because its first ` +
        `is ${first.typeText} and it now declares ${declared(wanted.type)}, but that is the column of property ` +
        `"${owner.property}"; give one of them another name with the option columns`,
      { stream: context.stream },
    );
  }
  const column = { ...wanted, name };
  const second = table.column(name);
  if (!second) {
    return as(
      [column],
      `column "${first.name}" of table "${context.table}" is ${first.typeText}, which cannot store ${declared(wanted.type)}: ` +
        `values go to a second column "${name}"`,
    );
  }
  const found = into(context, column, second);
  if (found) return { ...found, columns: found.columns.map(withoutOverflow) };
  throw conflict(
    context,
    column,
    second,
    'the first column cannot store it either; rename or drop one of them',
  );
}

/** A column without a second one: a value that it cannot store is invalid. */
function withoutOverflow(column: Column): Column {
  const { overflows: _, ...rest } = column;
  return rest;
}

/** Values go to the first column; those that it cannot store go to a second one, if there is one or can be. */
function withSecond(context: StoringContext, wanted: Column, here: Resolved, table: Table): Resolved {
  const seconds = table.seconds(wanted);
  const [first] = here.columns;
  if (!first) return beside(here, wanted, seconds);
  const second = secondFor(context, wanted, table);
  const isThere = second !== undefined && table.column(second.name) !== undefined;
  const takes = first.overflows === true || (isThere && hadSecond(context, wanted, first));
  if (!takes || !second) return beside({ ...here, columns: [withoutOverflow(first)] }, wanted, seconds);
  const overflowing = { ...here, columns: [{ ...first, declared: wanted.type, overflows: true }] };
  const isDue = isThere || context.overflowing.has(first.name);
  return beside(overflowing, wanted, seconds, isDue ? second : undefined);
}

/**
 * Whether values of the type went to the second column, which is there, before the first became a string column, which stores any value. They still
 * do, so that a value goes to the same column whenever it is loaded.
 */
function hadSecond({ policies }: StoringContext, wanted: Column, first: Column): boolean {
  return policies.split_column === 'evolve' && isText(first.type) && !isText(wanted.type);
}

/** The column for values that the first cannot store; undefined if its name or its type is in the way. */
function secondFor(context: StoringContext, wanted: Column, table: Table): Column | undefined {
  if (wanted.isKey || wanted.source.kind !== 'property') return undefined;
  const name = secondName(wanted.name, SUFFIXES[wanted.type.kind]);
  const column = { ...wanted, name, source: { ...wanted.source, kind: 'overflow' } } as const;
  if (table.owner(name)) return undefined;
  const there = table.column(name);
  if (!there) return column;
  if (!there.type || !holdsExactly(there.type, wanted.type)) return undefined;
  return withoutOverflow(stored(context, column, there, there.type));
}

/** With the other columns of the property, which are NULL, so that no row shows a value that its record no longer has. */
function beside(
  chosen: Resolved,
  wanted: Column,
  others: readonly StoredColumn[],
  second?: Column,
): Resolved {
  const empty = others.flatMap(({ name, type }): readonly Column[] =>
    type && name !== second?.name
      ? [{ property: wanted.property, source: { kind: 'nothing' }, name, type, isKey: false }]
      : [],
  );
  return { ...chosen, columns: [...chosen.columns, ...(second ? [second] : []), ...empty] };
}

/** A column of the table that the stream does not have. */
function checkLeft(context: StoringContext, there: StoredColumn): readonly string[] {
  const isOurs = there.name === PLACEHOLDER.name || there.name.startsWith('_sdc_');
  if (context.policies.drop_column === 'fail' && !there.hasDefault && !isOurs) {
    throw refusal(
      context,
      'drop_column',
      `its column "${there.name}" is not in the stream`,
      'drop the column or give it a DEFAULT',
    );
  }
  if (!needsValue(there)) return [];
  if (!there.type) {
    throw new LoadError(
      `Cannot load stream "${context.stream}" into table "${context.table}": its column "${there.name}" is NOT NULL without a DEFAULT, ` +
        `the stream does not have it, and it cannot be changed because it is ${there.typeText}, a type that this program does ` +
        `not write; drop the column, or load into another table (streams.${context.stream}.table)`,
    );
  }
  if (context.policies.relax_not_null !== 'evolve') {
    const what = `its column "${there.name}" is NOT NULL without a DEFAULT, and the stream does not have it`;
    throw refusal(context, 'relax_not_null', what, 'change the column');
  }
  return [`column "${there.name}" of table "${context.table}" is not in the stream: its NOT NULL is removed`];
}

function as(columns: readonly Column[], ...notes: readonly string[]): Resolved {
  return { columns, ignored: [], notes };
}

function refusal(
  { stream, table, policies }: StoringContext,
  kind: ChangeKind,
  what: string,
  remedy: string,
): InputError {
  const policy = policies[kind];
  return new InputError(
    `Cannot load stream "${stream}" into table "${table}": ${what}, and schema_changes.${kind} is ${policy}; ` +
      `${remedy}, or set schema_changes.${kind} to ${policy === 'fail' ? 'evolve or ignore' : 'evolve'}`,
    { stream },
  );
}

function conflict({ table }: StoringContext, wanted: Column, there: StoredColumn, why: string): LoadError {
  return new LoadError(
    `Cannot load into table "${table}": its column "${there.name}" is ${there.typeText}, but the stream declares ` +
      `${declared(wanted.type)}, and ${why}`,
  );
}

/** CHAR pads values, and other types store no JSON values. Values must not change. */
function unknownType(
  { stream, table }: StoringContext,
  { property, source }: Column,
  { name, typeText }: StoredColumn,
): LoadError {
  const another =
    source.kind === 'property'
      ? `give property "${property}" another one (streams.${stream}.columns.${property}.name), or `
      : '';
  return new LoadError(
    `Cannot load stream "${stream}" into table "${table}": its column "${name}" is ${typeText}, a type that this program does not ` +
      `write; rename or drop the column, or ${another}load into another table (streams.${stream}.table)`,
  );
}

function declared(type: ColumnType): string {
  return type.kind === 'varchar' ? 'VARCHAR' : typeSql(type);
}
