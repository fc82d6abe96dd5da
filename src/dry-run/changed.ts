/** The purpose of a change to a table, and the columns of the table after it. */
import type { Change, NewColumn } from '../table/changes.ts';
import { withKeysOf, type Layout } from '../table/design.ts';
import { typeSql, type ColumnType, type StoredColumn } from '../table/types.ts';

export function whyOf(change: Change): string {
  switch (change.kind) {
    case 'create-table':
      return 'the table does not exist';
    case 'add-column':
      return `the table has no column "${change.column.name}"`;
    case 'widen':
      return `column "${change.column}" is too narrow for the widest value`;
    case 'retype':
      return typeSql(change.from) === typeSql(change.to)
        ? `column "${change.column}" is NOT NULL, and one of the values is NULL`
        : `column "${change.column}" is ${typeSql(change.from)}`;
    case 'replace':
      return `column "${change.column}" is ${typeSql(change.from)}, and its rows are replaced`;
  }
}

/** A table that is created has the layout. */
export function changed(
  columns: readonly StoredColumn[],
  change: Change,
  layout: Layout,
): readonly StoredColumn[] {
  switch (change.kind) {
    case 'create-table':
      return withKeysOf(layout, change.columns.map(storedOf));
    case 'add-column':
      return [...columns, storedOf(change.column)];
    case 'widen':
      return withType(columns, change.column, {
        kind: 'varchar',
        bytes: change.bytes,
      });
    case 'retype':
    case 'replace':
      return withType(columns, change.column, change.to);
  }
}

function withType(columns: readonly StoredColumn[], name: string, type: ColumnType): readonly StoredColumn[] {
  return columns.map((column) => (column.name === name ? storedOf({ name, type }) : column));
}

function storedOf({ name, type }: NewColumn): StoredColumn {
  return {
    name,
    type,
    typeText: typeSql(type).toLowerCase(),
    nullable: true,
    hasDefault: false,
    comment: undefined,
  };
}
