/** What a statement gave, as lines in the format of the table, beside the lines that were expected. */
import type pg from 'pg';

export interface Answer {
  readonly results?: readonly pg.QueryArrayResult[];
  readonly error?: Error & {
    readonly code?: string | undefined;
    readonly detail?: string | undefined;
    readonly hint?: string | undefined;
  };
  readonly notices: readonly { readonly severity: string; readonly message: string }[];
}

/**
 * The expected lines and what came, comparable as text. Rows, notices, tags, columns and details are told only if the
 * row expects something of them; an error is always told. `<any>` in an expected line stands for any text.
 */
export function outcomeLines(
  answer: Answer,
  expected: readonly string[],
): { expected: string[]; actual: string[] } {
  const wanted = (kind: string) => expected.filter((line) => line.startsWith(`${kind} `));
  const results = answer.results ?? [];
  const actual: string[] = [];
  const tell = (kind: string, lines: readonly string[]) => {
    const lookedFor = wanted(kind);
    lines.forEach((line, at) => actual.push(like(lookedFor[at], line) ? lookedFor[at]! : line));
  };
  const { error } = answer;
  if (error) {
    tell('!!', [`!! ${error.code ?? 'no code'} ${oneLine(error.message)}`]);
    for (const line of wanted('detail'))
      actual.push(hasLine(error.detail, line) ? line : `detail ${oneLine(error.detail)}`);
    for (const line of wanted('hint'))
      actual.push(hasLine(error.hint, line) ? line : `hint ${oneLine(error.hint)}`);
  } else {
    if (wanted('columns').length > 0) {
      tell(
        'columns',
        results.map(({ fields }) => `columns ${fields.map(({ name }) => name).join(' | ')}`),
      );
    }
    if (wanted('->').length > 0) {
      const rows = results
        .filter(({ fields }) => fields.length > 0)
        .flatMap(({ rows }) => rows.map((row) => rowLine(row as (string | null)[])));
      tell('->', rows.length > 0 ? rows : ['-> (no rows)']);
    }
    if (wanted('tag').length > 0)
      tell(
        'tag',
        results.map((result) => tagLine(result)),
      );
  }
  if (wanted('##').length > 0) {
    const notices = answer.notices.map(({ severity, message }) => `## ${severity}: ${oneLine(message)}`);
    tell('##', notices.length > 0 ? notices : ['## (none)']);
  }
  const order = ['columns', '->', 'tag', '!!', 'detail', 'hint', '##'];
  const place = (line: string) => order.indexOf(line.split(' ', 1)[0] ?? '');
  const inOrder = (lines: readonly string[]) =>
    lines.toSorted((a, b) => place(a) - place(b)).map((line) => `  ${line}`);
  return { expected: inOrder(expected), actual: inOrder(actual) };
}

/** A row as `-> 1 | text | NULL`; JSON's quotes about a text that would not be readable without. */
function rowLine(row: readonly (string | null)[]): string {
  const cells = row.map((text) => {
    if (text === null) return 'NULL';
    const plain = text !== 'NULL' && text !== '(no rows)' && /^(?![\s"])[^|\p{Cc}]+(?<!\s)$/u.test(text);
    return plain ? text : JSON.stringify(text);
  });
  return `-> ${cells.join(' | ')}`;
}

function tagLine({ command, rowCount, oid }: pg.QueryArrayResult): string {
  return `tag ${[command, ...(command === 'INSERT' ? [oid] : []), ...(rowCount === null ? [] : [rowCount])].join(' ')}`;
}

function oneLine(text: string | undefined): string {
  return (text ?? '(none)').replaceAll('\n', '\\n');
}

/** Whether a line of `text` is the one that `expected` (`detail ...`) names. */
function hasLine(text: string | undefined, expected: string): boolean {
  const wanted = expected.slice(expected.indexOf(' ') + 1);
  return (text ?? '').split('\n').some((line) => like(wanted, line.trim()));
}

/** Whether the line is as expected; `<any>` stands for any text. */
export function like(expected: string | undefined, line: string): boolean {
  if (expected === undefined || expected === line) return expected === line;
  const pattern = expected.split('<any>').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`, 's').test(line);
}
