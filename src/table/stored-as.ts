/** How the values of a stream go into a column that exists: by its type, and what becomes of those that it cannot hold. */
import { dependsOnValues, grownType, holdsAll, holdsExactly, isWider, isWrittenAsDeclared } from './fits.ts';
import { formerTypes } from './former-types.ts';
import type { ChangeKind, ChangePolicy } from './settings.ts';
import type { Column, ColumnType, StoredColumn } from './types.ts';

/** A stream and its table, with what may happen where they differ. */
export interface Place {
  readonly stream: string;
  readonly table: string;
  readonly policies: Readonly<Record<ChangeKind, ChangePolicy>>;
  /** Whether the values of a column go, so that no type has to hold them. */
  readonly isDiscarded: (column: string) => boolean;
  /** Whether every value of the column can become one of the type, where it depends on the values. */
  readonly canBecome: (column: string, type: ColumnType) => boolean;
  /** Columns that values overflowed which they cannot hold. */
  readonly overflowing: ReadonlySet<string>;
}

/** The wanted column with the type of the stored one, and what that does not take. */
export function stored(place: Place, wanted: Column, there: StoredColumn, type: ColumnType): Column {
  const { policies } = place;
  const grown = policies.retype_column === 'evolve' ? growthOf(place, wanted, type) : undefined;
  const formerly = isText(type) ? formerTypes(there.comment) : [];
  const overflows = mayOverflow(place, wanted, grown ?? type);
  const isFixed = type.kind === 'varchar' && policies.widen_column !== 'evolve';
  const isRequired = !there.nullable && policies.relax_not_null !== 'evolve';
  const strict = [
    ...(isFixed && policies.widen_column === 'fail' ? (['maxBytes'] as const) : []),
    ...(isRequired && policies.relax_not_null === 'fail' ? (['notNull'] as const) : []),
  ];
  return {
    ...wanted,
    type,
    ...(overflows || formerly.length > 0 || isWrittenAsDeclared(type, wanted.type)
      ? { declared: wanted.type }
      : {}),
    ...(formerly.length > 0 ? { formerly } : {}),
    ...(overflows ? { overflows } : {}),
    ...(grown ? { growsTo: grown } : {}),
    ...(isFixed ? { maxBytes: type.bytes } : {}),
    ...(isRequired ? { notNull: true } : {}),
    ...(strict.length > 0 ? { strict } : {}),
  };
}

/** To which type of numbers the column grows for a value that it cannot hold. */
function growthOf(place: Place, { name, type: wanted }: Column, type: ColumnType): ColumnType | undefined {
  const grown = grownType(type, wanted);
  if (grown || isWider(type, wanted) || !dependsOnValues(type, wanted)) return grown;
  return place.canBecome(name, wanted) ? wanted : undefined;
}

/** Whether some values of the wanted type may not fit the type that takes them: texts and SUPER hold any. */
function mayOverflow(
  { policies }: Place,
  { type: wanted, source, isKey }: Column,
  type: ColumnType,
): boolean {
  if (policies.split_column !== 'evolve' || isKey || source.kind !== 'property') return false;
  return holdsExactly(type, wanted) && !holdsAll(type, wanted);
}

/** Whether the type holds any value. */
export function isText({ kind }: ColumnType): boolean {
  return kind === 'varchar' || kind === 'super';
}

/**
 * Whether a type gives way although it could take many of the values: in an overwrite, whose old rows go, unless it holds
 * all values as what they are; and where the configuration gives a type of numbers that all values of the table fit.
 */
export function isReplaced(place: Place, { name, type: wanted, isGiven }: Column, type: ColumnType): boolean {
  const holds = holdsAll(grownType(type, wanted) ?? type, wanted);
  if (place.isDiscarded(name)) return !holds || (isText(type) && type.kind !== wanted.kind);
  if (holds) return false;
  return isGiven === true && dependsOnValues(type, wanted) && place.canBecome(name, wanted);
}
