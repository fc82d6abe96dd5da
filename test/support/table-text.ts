/** A table as text that a reviewer reads: one line of columns with types, then the rows as CSV, sorted. */
import { stringify } from 'csv-stringify/sync';
import type { Place } from './warehouse.ts';

export async function tableAsText(place: Place, table: string): Promise<string> {
  const columns = await place.query(
    `SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale FROM svv_columns
     WHERE table_schema = '${place.schema}' AND table_name = '${table.replaceAll("'", "''")}' ORDER BY ordinal_position`,
  );
  if (columns.length === 0) return '(no such table)\n';
  const head = columns.map(
    ([name, type, length, precision, scale]) => `${name ?? ''} ${shortType(type, length, precision, scale)}`,
  );
  const names = columns.map(([name]) => `"${(name ?? '').replaceAll('"', '""')}"`);
  const rows = await place.query(
    `SELECT ${names.join(', ')} FROM "${place.schema}"."${table.replaceAll('"', '""')}"`,
  );
  return `${head.join(', ')}\n${rowsAsText(rows)}`;
}

/** CSV lines, sorted; NULL is empty, an empty text quoted. */
export function rowsAsText(rows: readonly (readonly (string | null)[])[]): string {
  return rows
    .map((row) => stringify([[...row]], { quoted_match: /^$/ }))
    .sort()
    .join('');
}

function shortType(
  type: string | null | undefined,
  length: string | null | undefined,
  precision: string | null | undefined,
  scale: string | null | undefined,
): string {
  switch (type) {
    case 'character varying':
      return `varchar(${length ?? ''})`;
    case 'binary varying':
      return 'varbyte';
    case 'numeric':
      return `numeric(${precision ?? ''},${scale ?? ''})`;
    case 'timestamp with time zone':
      return 'timestamptz';
    case 'timestamp without time zone':
      return 'timestamp';
    case 'time without time zone':
      return 'time';
    case 'time with time zone':
      return 'timetz';
    case 'double precision':
      return 'double';
    default:
      return type ?? '';
  }
}
