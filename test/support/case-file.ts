/**
 * A case of `spec/cases`: one text file with sections. It begins with sentences on what it shows; then, each begun by
 * `== name`: `config` (JSON), `run` (messages; what follows belongs to that run), `exit`, `stdout`, `stderr` (one text per
 * line, each must occur), `table NAME` (columns with types, then the rows as CSV, sorted).
 */
import { readFileSync } from 'node:fs';

export interface CaseRun {
  readonly input: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: readonly string[];
}

export interface CaseFile {
  readonly title: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly runs: readonly CaseRun[];
  /** Table name to its text. */
  readonly tables: Readonly<Record<string, string>>;
}

export function readCase(path: string): CaseFile {
  const [intro = '', ...sections] = readFileSync(path, 'utf8').split(/^== /m);
  const runs: { input: string; exit: number; stdout: string; stderr: string[] }[] = [];
  const tables: Record<string, string> = {};
  let config: Record<string, unknown> = {};
  for (const section of sections) {
    const end = section.indexOf('\n');
    const [head, body] = [section.slice(0, end).trim(), section.slice(end + 1)];
    const [name, argument = ''] = head.split(' ', 2);
    const run = runs.at(-1);
    if (name === 'config') config = JSON.parse(body) as Record<string, unknown>;
    else if (name === 'run') runs.push({ input: body, exit: 0, stdout: '', stderr: [] });
    else if (name === 'table') tables[argument] = body;
    else if (!run) throw new Error(`${path}: "== ${head}" stands before the first run`);
    else if (name === 'exit') run.exit = Number(body);
    else if (name === 'stdout') run.stdout = body;
    else if (name === 'stderr') run.stderr = body.split('\n').filter((line) => line !== '');
    else throw new Error(`${path}: unknown section "${head}"`);
  }
  const title = intro.trim().split('\n')[0] ?? '';
  return { title, config, runs, tables };
}
