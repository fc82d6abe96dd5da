/**
 * Whether records of a new schema can go into the batches of an earlier one. Schemas are compared by what they make of a table:
 * other words for the same columns change nothing. A schema that only lacks columns shares the batches too: its rows have
 * NULL there, and their kind tells a merge to leave those columns of the table as they are.
 */
import type { Column } from '../table/types.ts';
import { typeSql } from '../table/types.ts';
import { isMark } from '../table/metadata.ts';
import { isSameSet, type StreamPlan } from './plan.ts';

/** What a schema has of the columns of the batch that it shares. */
export interface Join {
  /** Those of the batch; without a source where the schema does not have them. */
  readonly columns: readonly Column[];
  /** Names of the columns that it has; undefined for all of them. */
  readonly carried: ReadonlySet<string> | undefined;
}

/** Undefined when the new schema needs a batch of its own. */
export function joinOf(widest: StreamPlan, next: StreamPlan): Join | undefined {
  if (widest.method !== next.method || !isSameSet(widest.keys, next.keys)) return undefined;
  const others = new Map(next.columns.map((column) => [column.name, column]));
  if (!next.columns.every((column) => widest.columns.some((one) => isSame(one, column)))) return undefined;
  const lacking = widest.columns.filter(({ name }) => !others.has(name));
  // A stub writes the columns that tell of deletions; they must be among those of every schema.
  if (lacking.some((column) => column.isKey || isMark(column))) return undefined;
  return {
    columns: widest.columns.map(
      (column) => others.get(column.name) ?? { ...column, source: { kind: 'nothing' } },
    ),
    carried: lacking.length > 0 && widest.method === 'upsert' ? new Set(others.keys()) : undefined,
  };
}

/** Whether both columns store the same value of a record in the same way. */
function isSame(a: Column, b: Column): boolean {
  return a.name === b.name && effectOf(a) === effectOf(b);
}

/** What counts of a column. How wide a text may be is measured, and comments are written when a column is made. */
function effectOf(column: Column): string {
  const { source, type, isKey, encoding, growsTo, notNull, maxBytes, strict, declared, overflows } = column;
  const sqlOf = (one: Column['type'] | undefined): string | undefined =>
    one && (one.kind === 'varchar' ? 'VARCHAR' : typeSql(one));
  const formerly = column.formerly?.map(sqlOf);
  const types = [sqlOf(type), sqlOf(growsTo), sqlOf(declared), formerly];
  return JSON.stringify([types, source, isKey, encoding, notNull, maxBytes, strict, overflows]);
}
