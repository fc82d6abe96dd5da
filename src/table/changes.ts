/**
 * The changes that a table needs before a batch fits: compares the columns of the batch with existing ones. The result is
 * data, not SQL.
 */
import { LoadError } from '../errors.ts';
import { columnComment } from './comment.ts';
import { dependsOnValues, isLossless, isWider, sizedType } from './fits.ts';
import { commentAfterRetype } from './former-types.ts';
import type { ChangePolicy } from './settings.ts';
import {
  typeSql,
  varcharWidth,
  type Column,
  type ColumnType,
  type StoredColumn,
  type TableRef,
} from './types.ts';

export type Change =
  | { readonly kind: 'create-table'; readonly columns: readonly NewColumn[] }
  | { readonly kind: 'add-column'; readonly column: NewColumn }
  | Widen
  | Retype
  | Replace;

export interface Widen {
  readonly kind: 'widen';
  readonly column: string;
  readonly bytes: number;
}

/** A column gets another type, or the same one without NOT NULL. Redshift can only replace it with a new column. */
export interface Retype {
  readonly kind: 'retype';
  readonly column: string;
  readonly from: ColumnType;
  readonly to: ColumnType;
  /** The comment of the column afterwards. */
  readonly comment: string | undefined;
}

/** A column gets another type and loses its values, because its rows are deleted anyway. */
export interface Replace {
  readonly kind: 'replace';
  readonly column: string;
  readonly from: ColumnType;
  readonly to: ColumnType;
  /** Kept. */
  readonly comment: string | undefined;
}

export interface NewColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly encode?: string;
  readonly comment?: string;
  /** Strings that differ in the case of a letter are different, whatever the database says. */
  readonly mindsCase?: boolean;
  /** What COPY writes to it, of files that lack it. */
  readonly fills?: 'IDENTITY(0,1)' | 'DEFAULT 0';
}

/** What the rows of a batch need from its columns, by position; empty if there are no rows. */
export interface Needs {
  /** The widest value in bytes. */
  readonly maxBytes: readonly number[];
  /** Whether a NULL is among the values. */
  readonly nulls: readonly boolean[];
}

function newColumn(column: Column, type: ColumnType): NewColumn {
  const { name, encode } = column;
  const comment = columnComment(column);
  return { name, type, ...(encode !== undefined && { encode }), ...(comment !== undefined && { comment }) };
}

/** The columns of rows, and the table that is to store them. */
export interface RowsToStore {
  readonly target: TableRef;
  readonly columns: readonly Column[];
}

/** How a table may be changed. */
export interface ChangeRules {
  /** Whether columns may get another type. */
  readonly retype: ChangePolicy;
  /** The rows of the table will be deleted, so that no change has to keep their values. */
  readonly discards: boolean;
}

/**
 * The changes that make room for a batch.
 * Throws LoadError if the table now has a type that the rows were not encoded for.
 */
export function planChanges(
  { target: { table }, columns }: RowsToStore,
  { maxBytes, nulls }: Needs,
  existing: readonly StoredColumn[] | undefined,
  { retype, discards }: ChangeRules,
): readonly Change[] {
  const sized = columns.map((column, i) => newColumn(column, sizedType(column.type, maxBytes[i] ?? 0)));
  if (!existing) {
    const inOrder = [...columns.keys()].sort(
      (a, b) => Number(isFirst(columns[b])) - Number(isFirst(columns[a])),
    );
    return [{ kind: 'create-table', columns: inOrder.flatMap((i) => sized[i] ?? []) }];
  }
  const stored = new Map(existing.map((column) => [column.name, column]));
  const carried = new Set(columns.map(({ name }) => name));
  const left = nulls.length > 0 ? existing.filter(({ name }) => !carried.has(name)) : [];
  return [
    ...columns.flatMap((column, i): readonly Change[] => {
      const there = stored.get(column.name);
      const wanted = sized[i];
      if (!wanted) return [];
      if (!there) return [{ kind: 'add-column', column: wanted }];
      const { type } = there;
      if (!type || !isAsEncoded(type, column.type)) {
        if (!type || retype !== 'evolve') throw changedMeanwhile(table, there, column);
        const to = roomForText(wanted.type);
        if (discards)
          return [{ kind: 'replace', column: there.name, from: type, to, comment: there.comment }];
        if (!isLossless(type, to) && !dependsOnValues(type, to)) throw changedMeanwhile(table, there, column);
        return [retypeOf(there, type, to)];
      }
      if (nulls[i] === true && !there.nullable) return [retypeOf(there, type, widest(type, wanted.type))];
      const needed = maxBytes[i] ?? 0;
      // Never narrower than the existing column: another run may have widened it meanwhile.
      if (type.kind !== 'varchar' || needed <= type.bytes) return [];
      return [{ kind: 'widen', column: column.name, bytes: varcharWidth(needed) }];
    }),
    // Every row of the batch leaves these columns empty.
    ...left.flatMap((there) =>
      needsValue(there) && there.type ? [retypeOf(there, there.type, there.type)] : [],
    ),
  ];
}

/** Whether the column stands before the others in a new table, as Airbyte's columns about the record do in Airbyte's tables. */
function isFirst(column: Column | undefined): boolean {
  return column?.source.kind === 'metadata' && column.source.field.startsWith('_airbyte_');
}

/** Whether a row that has no value for the column is refused. */
export function needsValue({ nullable, hasDefault }: StoredColumn): boolean {
  return !nullable && !hasDefault;
}

/** Whether rows encoded for the second type can be copied into the first: the same, or with room for more digits. */
function isAsEncoded(type: ColumnType, encoded: ColumnType): boolean {
  // Strings are widened. The catalog may not report the width of a VARBYTE column, and COPY rejects values that are too long
  // for it.
  if (type.kind === encoded.kind && (type.kind === 'varchar' || type.kind === 'varbyte')) return true;
  return typeSql(type) === typeSql(encoded) || isWider(type, encoded);
}

/** The longest string of a number or time has 45 characters. */
function roomForText(type: ColumnType): ColumnType {
  return type.kind === 'varchar' ? { kind: 'varchar', bytes: Math.max(type.bytes, 64) } : type;
}

function widest(a: ColumnType, b: ColumnType): ColumnType {
  return a.kind === 'varchar' && b.kind === 'varchar' && b.bytes > a.bytes ? b : a;
}

function retypeOf({ name, comment }: StoredColumn, from: ColumnType, to: ColumnType): Retype {
  return { kind: 'retype', column: name, from, to, comment: commentAfterRetype(comment, from, to) };
}

function changedMeanwhile(table: string, { name, typeText }: StoredColumn, { type }: Column): LoadError {
  return new LoadError(
    `Cannot load into table "${table}": its column "${name}" became ${typeText} during the run, and ` +
      `the rows were encoded for ${typeSql(type)}; run again`,
  );
}
