/**
 * Whether records of a new schema can go into the batches of an earlier one. Schemas are compared by the columns that follow from
 * them. A schema that only lacks columns shares the batches too: its rows have NULL there, and their kind makes a merge leave
 * those columns of the table as they are.
 */
import type { Column } from '../table/types.ts';
import { typeSql } from '../table/types.ts';
import { isMark } from '../table/metadata.ts';
import { isSameSet, type StreamPlan } from './plan.ts';

/** How a schema uses the columns of the batch that it shares. */
export interface Join {
  /** The columns of the batch; those that the schema does not have are without a source. */
  readonly columns: readonly Column[];
  /** The names of the columns that it has; undefined if it has all. */
  readonly carried: ReadonlySet<string> | undefined;
}

/** Undefined if the new schema needs its own batch. */
export function joinOf(widest: StreamPlan, next: StreamPlan): Join | undefined {
  if (widest.method !== next.method || !isSameSet(widest.keys, next.keys)) return undefined;
  const others = new Map(next.columns.map((column) => [column.name, column]));
  if (!next.columns.every((column) => widest.columns.some((one) => isSame(one, column)))) return undefined;
  const lacking = widest.columns.filter(({ name }) => !others.has(name));
  // A stub writes the columns for deletions, so every schema must have them.
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

/** The facts about a column that matter. Widths of strings are measured, and comments are written when a column is created. */
function effectOf(column: Column): string {
  const { source, type, isKey, encoding, growsTo, notNull, maxBytes, strict, declared, overflows } = column;
  const sqlOf = (one: Column['type'] | undefined): string | undefined =>
    one && (one.kind === 'varchar' ? 'VARCHAR' : typeSql(one));
  const formerly = column.formerly?.map(sqlOf);
  const types = [sqlOf(type), sqlOf(growsTo), sqlOf(declared), formerly];
  return JSON.stringify([types, source, isKey, encoding, notNull, maxBytes, strict, overflows]);
}
