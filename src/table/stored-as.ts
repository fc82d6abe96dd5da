/** How the values of a stream go into an existing column: by its type, and what happens to those that it cannot store. */
import { dependsOnValues, grownType, holdsAll, holdsExactly, isWider, isWrittenAsDeclared } from './fits.ts';
import { formerTypes } from './former-types.ts';
import type { ChangeKind, ChangePolicy } from './settings.ts';
import type { Column, ColumnType, StoredColumn } from './types.ts';

/** A stream and its table, and what is allowed where they differ. */
export interface StoringContext {
  readonly stream: string;
  readonly table: string;
  readonly policies: Readonly<Record<ChangeKind, ChangePolicy>>;
  /** Whether the values of a column will be deleted, so that no type has to store them. */
  readonly isDiscarded: (column: string) => boolean;
  /** Whether every value of the column can be converted to the type, if that depends on the values. */
  readonly canBecome: (column: string, type: ColumnType) => boolean;
  /** Columns that received values that they cannot store. */
  readonly overflowing: ReadonlySet<string>;
}

/** The wanted column with the type of the stored one, and the values that it does not accept. */
export function stored(
  context: StoringContext,
  wanted: Column,
  there: StoredColumn,
  type: ColumnType,
): Column {
  const { policies } = context;
  const grown = policies.retype_column === 'evolve' ? growthOf(context, wanted, type) : undefined;
  const formerly = isText(type) ? formerTypes(there.comment) : [];
  const overflows = mayOverflow(context, wanted, grown ?? type);
  return {
    ...wanted,
    type,
    ...(overflows || formerly.length > 0 || isWrittenAsDeclared(type, wanted.type)
      ? { declared: wanted.type }
      : {}),
    ...(formerly.length > 0 ? { formerly } : {}),
    ...(overflows ? { overflows } : {}),
    ...(grown ? { growsTo: grown } : {}),
    ...limitsOf(context, there, type),
  };
}

/** What keeps values out that the type could store, because the policies forbid to change it. */
function limitsOf(
  { policies }: StoringContext,
  there: StoredColumn,
  type: ColumnType,
): Pick<Column, 'maxBytes' | 'notNull' | 'strict'> {
  const isFixed = type.kind === 'varchar' && policies.widen_column !== 'evolve';
  const isRequired = !there.nullable && policies.relax_not_null !== 'evolve';
  const strict = [
    ...(isFixed && policies.widen_column === 'fail' ? (['maxBytes'] as const) : []),
    ...(isRequired && policies.relax_not_null === 'fail' ? (['notNull'] as const) : []),
  ];
  return {
    ...(isFixed ? { maxBytes: type.bytes } : {}),
    ...(isRequired ? { notNull: true } : {}),
    ...(strict.length > 0 ? { strict } : {}),
  };
}

/** The number type that the column grows to for a value that it cannot store. */
function growthOf(
  context: StoringContext,
  { name, type: wanted }: Column,
  type: ColumnType,
): ColumnType | undefined {
  const grown = grownType(type, wanted);
  if (grown || isWider(type, wanted) || !dependsOnValues(type, wanted)) return grown;
  return context.canBecome(name, wanted) ? wanted : undefined;
}

/** Whether some values of the wanted type may not fit the type that stores them. Strings and SUPER store any value. */
function mayOverflow(
  { policies }: StoringContext,
  { type: wanted, source, isKey }: Column,
  type: ColumnType,
): boolean {
  if (policies.split_column !== 'evolve' || isKey || source.kind !== 'property') return false;
  return holdsExactly(type, wanted) && !holdsAll(type, wanted);
}

/** Whether the type stores any value. */
export function isText({ kind }: ColumnType): boolean {
  return kind === 'varchar' || kind === 'super';
}

/**
 * Whether a type is changed although it could store many of the values: in an overwrite, whose old rows are deleted, unless it
 * stores all values as what they are; and if the configuration sets a number type that all values of the table fit.
 */
export function isReplaced(
  context: StoringContext,
  { name, type: wanted, isGiven }: Column,
  type: ColumnType,
): boolean {
  const holds = holdsAll(grownType(type, wanted) ?? type, wanted);
  if (context.isDiscarded(name)) return !holds || (isText(type) && type.kind !== wanted.kind);
  if (holds) return false;
  return isGiven === true && dependsOnValues(type, wanted) && context.canBecome(name, wanted);
}
