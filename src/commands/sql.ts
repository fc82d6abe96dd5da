/**
 * `sql`: runs one statement in the target and prints the answer as a table, CSV or JSON. Values are the strings of the
 * server.
 */
import { stringify } from 'csv-stringify/sync';
import type { TableFormat } from '../cli/command.ts';
import { LoadError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Answer, Warehouse } from '../ports.ts';
import { raw } from '../sql.ts';

/** Without this Redshift prints 15 digits of a DOUBLE PRECISION, which may be another number (r_extra_float_digits). */
const ALL_DIGITS = raw('SET extra_float_digits TO 2');

export async function query(warehouse: Warehouse, text: string, format: TableFormat): Promise<string> {
  const answer = await warehouse.session(async (session) => {
    await session.run(ALL_DIGITS);
    return session.run(raw(text));
  });
  return show(answer, format);
}

function show(answer: Answer, format: TableFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(objects(answer))}\n`;
    case 'csv':
      return answer.columns.length === 0 ? '' : csv(answer);
    case 'table':
      return answer.columns.length === 0 ? `${tag(answer)}\n` : table(answer);
  }
}

function tag({ command, count }: Answer): string {
  return count === null ? command : `${command} ${count}`;
}

function objects({ columns, rows }: Answer): readonly Record<string, string | null>[] {
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new LoadError(`Cannot write JSON: two columns have the name "${twice}"; rename one with AS`);
  }
  // Entries, not assignment, because a column may have the name __proto__.
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])));
}

/** NULL is an empty field, the empty string is `""`. */
function csv({ columns, rows }: Answer): string {
  return stringify([columns, ...rows] as (string | null)[][], { quoted_match: /^$/, record_delimiter: '\n' });
}

function table(answer: Answer): string {
  const { rows } = answer;
  const columns = answer.columns.map(printable);
  const cells = [
    columns,
    ...rows.map((row) => row.map((text) => (text === null ? 'NULL' : printable(text)))),
  ];
  const widths = columns.map((_, i) =>
    cells.reduce((widest, row) => Math.max(widest, Array.from(row[i] ?? '').length), 0),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => text + ' '.repeat((widths[i] ?? 0) - Array.from(text).length))
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = cells;
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [
    line(head),
    rule,
    ...body.map(line),
    `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`,
    '',
  ].join('\n');
}
