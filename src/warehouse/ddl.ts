/** The exact statements of each change, in the order in which they run. */
import { raw, type Sql } from '../sql.ts';
import type { Change, NewColumn } from '../table/changes.ts';
import type { TableDesign } from '../table/design.ts';
import type { TableRef } from '../table/types.ts';
import { grantSelect } from './grants.ts';
import { replaceSql, retypeSql } from './retype.ts';
import * as statements from './statements.ts';

/** `design` is that of the table, should it be created. */
export function ddlOf(target: TableRef, design: TableDesign, change: Change): readonly Sql[] {
  switch (change.kind) {
    case 'create-table':
      return [
        ...creation(target, design, change.columns),
        statements.commentOnTable(target, design.comment),
        ...columnComments(target, change.columns),
      ];
    case 'add-column':
      return [statements.addColumn(target, change.column), ...columnComments(target, [change.column])];
    case 'widen':
      return [statements.widenColumn(target, change.column, change.bytes)];
    case 'retype': {
      const { add, guard, fill, check, finish } = retypeSql(target, change);
      return [raw('BEGIN'), add, ...(guard ? [guard] : []), fill, check, ...finish, raw('COMMIT')];
    }
    case 'replace':
      return replaceSql(target, change);
  }
}

/** What makes a table, all of it or none: one that is left without its readers would never get them. */
export function creation(
  target: TableRef,
  design: TableDesign,
  columns: readonly NewColumn[],
): readonly [Sql, ...Sql[]] {
  const grants = design.readers.length > 0 ? [grantSelect(target, design.readers)] : [];
  return [statements.createTable(target, columns, design), ...grants];
}

export function columnComments(target: TableRef, columns: readonly NewColumn[]): readonly Sql[] {
  return columns.flatMap(({ name, comment }) =>
    comment === undefined ? [] : [statements.commentOnColumn(target, name, comment)],
  );
}

/** Statements as a person would run them, one on each line. */
export function script(all: readonly Sql[]): string {
  return all.map((statement) => `${statement.safe};`).join('\n');
}
