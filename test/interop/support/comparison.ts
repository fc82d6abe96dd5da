/** Compares a table of a source with the table that it was loaded into, value by value. */
import type { Row } from './target.ts';

/** How one column of the source shows in each of the two databases, and what makes both alike. */
export interface Comparison {
  readonly column: string;
  readonly type: string;
  /** Expressions over the column; without one, the column as it is. */
  readonly source?: string;
  readonly target?: string;
  readonly alike?: (text: string) => unknown;
  /** The tap declares the column but does not send it, so that it is NULL. */
  readonly isMissing?: boolean;
}

export const json = (text: string): unknown => JSON.parse(text);
export const number = (text: string): unknown => Number(text);
/** A document that may have come as a string. */
export const document = (text: string): unknown => {
  const value = json(text);
  return typeof value === 'string' ? json(value) : value;
};
/** A DOUBLE PRECISION shows so many digits. */
export const double = (text: string): unknown => Number(text).toPrecision(15);

/** What is selected from the source and from the target. */
export function selections(
  comparisons: readonly Comparison[],
): Readonly<Record<'source' | 'target', string>> {
  const list = (of: (one: Comparison) => string): string =>
    comparisons.map((one) => `${of(one)} AS ${one.column}`).join(', ');
  return {
    source: list(({ column, source = column, isMissing }) => (isMissing ? 'NULL' : source)),
    target: list(({ column, target = column }) => target),
  };
}

/** What tells a row from the others of its table. */
export function idOf(row: Row, key: readonly string[]): string {
  return key.map((name) => row[name]).join(' ');
}

export interface Deletions {
  /** The rows of the source at the first load, and at the second. */
  readonly original: readonly Row[];
  readonly current: readonly Row[];
  readonly key: readonly string[];
  /** Whether the tap tells that this row was deleted, by a record or a new version of the table. */
  readonly isTold: (id: string) => boolean;
  /** Whether the target deletes such rows; otherwise it marks them. */
  readonly hard: boolean;
}

/** The rows of the source that the target must have after the second load, and the ids of those that it must have marked. */
export function afterDeletions({ original, current, key, isTold, hard }: Deletions): {
  readonly expected: readonly Row[];
  readonly marked: readonly string[];
  /** How many rows the source no longer has. */
  readonly deleted: number;
} {
  const ids = new Set(current.map((row) => idOf(row, key)));
  const deleted = original.filter((row) => !ids.has(idOf(row, key)));
  const told = deleted.filter((row) => isTold(idOf(row, key)));
  const kept = deleted.filter((row) => !hard || !told.includes(row));
  return {
    expected: [...current, ...kept],
    marked: hard ? [] : told.map((row) => idOf(row, key)).sort(),
    deleted: deleted.length,
  };
}

const SHOWN = 20;

/** Sentences about the first values that differ. Rows are told apart by the columns of the key, and may come in any order. */
export function differences(
  comparisons: readonly Comparison[],
  key: readonly string[],
  { expected, found }: { readonly expected: readonly Row[]; readonly found: readonly Row[] },
): readonly string[] {
  const byKey = (rows: readonly Row[]): Map<string, Row> => new Map(rows.map((row) => [idOf(row, key), row]));
  const [was, is] = [byKey(expected), byKey(found)];
  const all = [
    ...[was.size, is.size].flatMap((size, i) => {
      const rows = [expected, found][i] ?? [];
      return size === rows.length ? [] : [`${rows.length - size} rows have the key of another`];
    }),
    ...[...is.keys()].filter((id) => !was.has(id)).map((id) => `${id} is there`),
    ...[...was].flatMap(([id, row]) => {
      const other = is.get(id);
      if (!other) return [`${id} is not there`];
      return comparisons.flatMap(({ column, alike = String }) => {
        const [a, b] = [row, other].map(({ [column]: value }) =>
          value == null ? null : JSON.stringify(alike(value)),
        );
        return a === b ? [] : [`${id}: ${column} was ${a}, is ${b}`];
      });
    }),
  ];
  return all.length <= SHOWN ? all : [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`];
}
