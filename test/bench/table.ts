/** The result as a table of Markdown. */
import type { Cost } from './measure.ts';

export interface Line {
  readonly input: string;
  readonly program: string;
  readonly records: number;
  /** Of the input. */
  readonly bytes: number;
  readonly cost: Cost;
  /** What it is compared with, in words: `0.62 x gzip -1`. */
  readonly beside?: string;
}

const HEAD = ['input', 'program', 'records/s', 'MB/s', 'CPU s', 'peak MB', 'wall s', ''];

export function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(({ input, program, records, bytes, cost, beside = '' }) => [
    input,
    program,
    Math.round(records / cost.wall).toLocaleString('en'),
    (bytes / 1e6 / cost.wall).toFixed(cost.wall > bytes / 1e7 ? 1 : 0),
    cost.cpu.toFixed(2),
    String(Math.round(cost.peak / 1024 ** 2)),
    cost.wall.toFixed(2),
    beside,
  ]);
  return markdown(HEAD, rows, [2, 3, 4, 5, 6]);
}

/** `numbers` are the columns that are aligned to the right. */
export function markdown(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length), 3));
  const isNumber = (column: number): boolean => numbers.includes(column);
  const text = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (isNumber(i) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [text(head), rule, ...rows.map(text)].join('\n');
}
