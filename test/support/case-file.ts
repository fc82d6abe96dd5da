/**
 * A case of `spec/cases`: one text file with sections. It begins with sentences on what it shows; then, each begun by
 * `== name`: `config` (JSON), `sql` (what somebody else does in the warehouse before the next run; each statement ends with
 * a semicolon at the end of a line), `run` (messages; what follows belongs to that run), `exit`, `stdout`, `stderr` (one
 * text per line, each must occur), `no stderr` (texts that must not occur), and, for what is there in the end, `table NAME`
 * (columns with types, then the rows as CSV, sorted) and `query` (a statement on the first line, then its rows as CSV,
 * sorted), `rejected TABLE` (what was set aside for that table: the lines of its files, in the order of the batches). `{schema}` stands for the schema of the case, in every section.
 */
import { readFileSync } from 'node:fs';

interface CaseRun {
  /** Statements to execute before it. */
  readonly sql: readonly string[];
  readonly input: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: readonly string[];
  readonly noStderr: readonly string[];
}

export interface CaseFile {
  readonly title: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly runs: readonly CaseRun[];
  /** Table name to its text. */
  readonly tables: Readonly<Record<string, string>>;
  /** Statement to its rows. */
  readonly queries: Readonly<Record<string, string>>;
  /** Table name to the lines of its files of rejected records. */
  readonly rejected: Readonly<Record<string, string>>;
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

export function readCase(path: string): CaseFile {
  const [intro = '', ...sections] = readFileSync(path, 'utf8').split(/^== /m);
  const runs: Changing<CaseRun>[] = [];
  const tables: Record<string, string> = {};
  const queries: Record<string, string> = {};
  const rejected: Record<string, string> = {};
  let statements: string[] = [];
  let config: Record<string, unknown> = {};
  for (const section of sections) {
    const end = section.indexOf('\n');
    const [head, body] = [section.slice(0, end).trim(), section.slice(end + 1)];
    const [name, argument = ''] = head.split(' ', 2);
    const run = runs.at(-1);
    if (name === 'config') config = JSON.parse(body) as Record<string, unknown>;
    else if (name === 'sql') statements.push(...body.split(/;\n/).filter((one) => one.trim() !== ''));
    else if (name === 'run') {
      runs.push({ sql: statements, input: body, exit: 0, stdout: '', stderr: [], noStderr: [] });
      statements = [];
    } else if (name === 'query')
      queries[body.slice(0, body.indexOf('\n'))] = body.slice(body.indexOf('\n') + 1);
    else if (name === 'table') tables[argument] = body;
    else if (name === 'rejected') rejected[argument] = body;
    else if (!run) throw new Error(`${path}: "== ${head}" stands before the first run`);
    else if (name === 'exit') run.exit = Number(body);
    else if (name === 'stdout') run.stdout = body;
    else if (name === 'stderr') run.stderr = body.split('\n').filter((line) => line !== '');
    else if (head === 'no stderr') run.noStderr = body.split('\n').filter((line) => line !== '');
    else throw new Error(`${path}: unknown section "${head}"`);
  }
  const title = intro.trim().split('\n')[0] ?? '';
  if (statements.length > 0) throw new Error(`${path}: a run must follow "== sql"`);
  return { title, config, runs, tables, queries, rejected };
}
