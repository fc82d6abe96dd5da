/** What the documentation says that loading does, on tables that are lists in memory. Shares no code with the loader. */

/** Column to text; a NULL is not in it. */
export type Row = ReadonlyMap<string, string>;

export interface Table {
  /** In the order in which they came. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** How the records of a stream meet the rows of its table. */
export interface Rules {
  readonly method: 'upsert' | 'append-only' | 'insert-only';
  readonly isHard: boolean;
  readonly columns: readonly string[];
  readonly keys: readonly string[];
}

/** A record as a row, and whether it says that the row is gone: with its values, or by its key alone. */
export interface Change {
  readonly row: Row;
  readonly deletion?: 'full' | 'stub' | undefined;
}

export function withColumns(table: Table | undefined, columns: readonly string[]): Table {
  const there = table?.columns ?? [];
  return {
    columns: [...there, ...columns.filter((name) => !there.includes(name))],
    rows: table?.rows ?? [],
  };
}

/** The table after one record, whose columns the table has. */
export function withRecord(table: Table, rules: Rules, { row, deletion }: Change): Table {
  const { method, isHard, keys } = rules;
  const { rows } = table;
  if (method === 'append-only' || keys.length === 0) return { ...table, rows: [...rows, row] };
  const isSame = (other: Row): boolean =>
    keys.every((key) => row.has(key) && row.get(key) === other.get(key));
  const [same, rest] = [rows.filter(isSame), rows.filter((other) => !isSame(other))];
  if (deletion && isHard) return { ...table, rows: rest };
  if (same.length === 0) return { ...table, rows: [...rest, row] };
  if (method === 'insert-only') return table;
  // What a stub does not say stays, and so does what the stream does not carry.
  const written = new Set(
    deletion === 'stub' ? rules.columns.filter((name) => name.startsWith('_sdc_')) : rules.columns,
  );
  if (table.columns.every((name) => written.has(name))) return { ...table, rows: [...rest, row] };
  return { ...table, rows: [...rest, ...same.map((other) => over(other, row, written))] };
}

function over(old: Row, row: Row, written: ReadonlySet<string>): Row {
  return new Map([
    ...[...old].filter(([name]) => !written.has(name)),
    ...[...row].filter(([name]) => written.has(name)),
  ]);
}

/** The table once only rows of that version or a newer one count. */
export function withVersion(table: Table, version: number, isHard: boolean): Table {
  const isOld = (row: Row): boolean => !(Number(row.get('_sdc_table_version') ?? -1) >= version);
  return {
    ...table,
    rows: isHard
      ? table.rows.filter((row) => !isOld(row))
      : table.rows.map((row) => (isOld(row) ? new Map([...row, ['_sdc_deleted_at', 'set']]) : row)),
  };
}
