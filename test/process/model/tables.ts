/** What the documentation says that loading does, on tables that are lists in memory. Shares no code with the loader. */

/** Column to text; a NULL is not in it. */
export type Row = ReadonlyMap<string, string>;

export interface Table {
  /** In the order in which they came. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export type Method = 'upsert' | 'append-only';

export interface Shape {
  readonly columns: readonly string[];
  readonly keys: readonly string[];
}

export function withColumns(table: Table | undefined, columns: readonly string[]): Table {
  const there = table?.columns ?? [];
  return {
    columns: [...there, ...columns.filter((name) => !there.includes(name))],
    rows: table?.rows ?? [],
  };
}

/** The table after one record, whose columns the table has. */
export function withRecord(table: Table, method: Method, { columns, keys }: Shape, row: Row): Table {
  const { rows } = table;
  if (method === 'append-only' || keys.length === 0) return { ...table, rows: [...rows, row] };
  const isSame = (other: Row): boolean =>
    keys.every((key) => row.has(key) && row.get(key) === other.get(key));
  const rest = rows.filter((other) => !isSame(other));
  const carried = new Set(columns);
  if (table.columns.every((name) => carried.has(name))) return { ...table, rows: [...rest, row] };
  // Columns that the stream does not carry keep their values.
  const updated = rows
    .filter(isSame)
    .map((other) => new Map([...[...other].filter(([name]) => !carried.has(name)), ...row]));
  return { ...table, rows: [...rest, ...(updated.length > 0 ? updated : [row])] };
}
