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
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length), 3));
  const text = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i > 1 && i < 7 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i > 1 && i < 7 ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [text(HEAD), rule, ...rows.map(text)].join('\n');
}
