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

/** Sentences about the values that differ. Rows are told apart by the columns of the key, and may come in any order. */
export function differences(
  comparisons: readonly Comparison[],
  key: readonly string[],
  { expected, found }: { readonly expected: readonly Row[]; readonly found: readonly Row[] },
): readonly string[] {
  const byKey = (rows: readonly Row[]): Map<string, Row> =>
    new Map(rows.map((row) => [key.map((name) => row[name]).join(' '), row]));
  const [was, is] = [byKey(expected), byKey(found)];
  return [
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
}
