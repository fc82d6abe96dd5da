/** What the documentation says that loading does, on tables that are lists in memory. Shares no code with the loader. */

/**
 * What a row says, by the property's (first) column; a NULL is not in it. Of a property whose type changes it is the meaning,
 * otherwise the text that the warehouse shows.
 */
export type Row = ReadonlyMap<string, string>;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** How the records of a stream meet the rows of its table. */
export interface Rules {
  readonly method: 'upsert' | 'append-only' | 'insert-only';
  readonly isHard: boolean;
  readonly columns: readonly string[];
  readonly keys: readonly string[];
  /** Whether a column can tell that a row was deleted. */
  readonly canMark: boolean;
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
  const { method, isHard, keys, canMark } = rules;
  const { rows } = table;
  if (method === 'append-only' || keys.length === 0) return { ...table, rows: [...rows, row] };
  const [same, rest] = split(table, keys, row);
  if (deletion && isHard) return { ...table, rows: rest };
  if (deletion === 'stub' && !canMark) return table;
  if (same.length === 0) return { ...table, rows: [...rest, row] };
  if (method === 'insert-only') return table;
  // What a stub does not say stays, and so does what the stream does not carry.
  const written = new Set(deletion === 'stub' ? rules.columns.filter(isAboutRecord) : rules.columns);
  if (table.columns.every((name) => written.has(name))) return { ...table, rows: [...rest, row] };
  return { ...table, rows: [...rest, ...same.map((other) => over(other, row, written))] };
}

/** Of the table the rows with the keys of another one; none where there are no keys. */
export function rowsWith(table: Table, keys: readonly string[], row: Row): Table {
  return { ...table, rows: keys.length === 0 ? [] : split(table, keys, row)[0] };
}

/** Without columns that are NULL everywhere: they are made before the rows that fill them. */
export function rowsAsText(table: Table | undefined): string {
  return (table?.rows ?? [])
    .map((row) => JSON.stringify(Object.fromEntries([...row].sort(([a], [b]) => (a < b ? -1 : 1)))))
    .sort()
    .join('\n');
}

/** The rows with the keys of another one, and the others. */
function split(
  { rows }: Table,
  keys: readonly string[],
  row: Row,
): [same: readonly Row[], rest: readonly Row[]] {
  const isSame = (other: Row): boolean =>
    keys.every((key) => row.has(key) && row.get(key) === other.get(key));
  return [rows.filter(isSame), rows.filter((other) => !isSame(other))];
}

/** Whether a stub writes the column. */
function isAboutRecord(column: string): boolean {
  return column.startsWith('_sdc_') && column !== '_sdc_changes';
}

function over(old: Row, row: Row, written: ReadonlySet<string>): Row {
  return new Map([
    ...[...old].filter(([name]) => !written.has(name)),
    ...[...row].filter(([name]) => written.has(name)),
  ]);
}

/** The table once only rows of that version or a newer one count. */
export function withVersion(
  table: Table,
  version: number,
  { isHard, keepsUnversioned }: { readonly isHard: boolean; readonly keepsUnversioned: boolean },
): Table {
  const isOld = (row: Row): boolean => {
    const own = row.get('_sdc_table_version');
    return own === undefined ? !keepsUnversioned : Number(own) < version;
  };
  return {
    ...table,
    rows: isHard
      ? table.rows.filter((row) => !isOld(row))
      : table.rows.map((row) => (isOld(row) ? new Map([...row, ['_sdc_deleted_at', 'set']]) : row)),
  };
}
