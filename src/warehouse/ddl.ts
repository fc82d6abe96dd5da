/** The exact statements of each change, in the order in which they run. */
import { raw, type Sql } from '../sql.ts';
import type { Change } from '../table/changes.ts';
import type { TableRef } from '../table/types.ts';
import { retypeSql } from './retype.ts';
import * as statements from './statements.ts';

/** `comment` is that of the table, should it be created. */
export function ddlOf(target: TableRef, comment: string, change: Change): readonly Sql[] {
  switch (change.kind) {
    case 'create-table':
      return [statements.createTable(target, change.columns), statements.commentOnTable(target, comment)];
    case 'add-column':
      return [statements.addColumn(target, change.column)];
    case 'widen':
      return [statements.widenColumn(target, change.column, change.bytes)];
    case 'retype': {
      const { add, fill, check, finish } = retypeSql(target, change);
      return [raw('BEGIN'), add, fill, check, ...finish, raw('COMMIT')];
    }
  }
}

/** Statements as a person would run them, one on each line. */
export function script(all: readonly Sql[]): string {
  return all.map((statement) => `${statement.safe};`).join('\n');
}
