/** Answers as tables, on terminals that are wide enough and on others. */
import { expect } from 'chai';
import { Answers } from '../../src/query/answers.ts';

const COLUMNS = ['run_id', 'outcome', 'error'].map((name) => ({ name, type: 25 }));
const ROWS = [
  ['run-1', 'succeeded', null],
  ['run-2', 'failed', 'Cannot read line 1: not a JSON object'],
];

async function shown(
  columns: number,
  batches: readonly (readonly (readonly (string | null)[])[])[],
): Promise<readonly string[]> {
  let text = '';
  const sink = new Answers('table', (more) => Promise.resolve(void (text += more)), columns).next();
  await sink.columns(COLUMNS);
  for (const rows of batches) await sink.rows(rows);
  await sink.done({ command: 'SELECT', count: null });
  return text.trimEnd().split('\n');
}

describe('an answer on a terminal', () => {
  it('is a table where its lines are short enough', async () => {
    for (const columns of [56, 140, Infinity])
      expect(await shown(columns, [ROWS])).to.deep.equal([
        'run_id  outcome    error',
        '------  ---------  -------------------------------------',
        'run-1   succeeded  NULL',
        'run-2   failed     Cannot read line 1: not a JSON object',
        '(2 rows)',
      ]);
  });

  it('has a line for each value where they are not', async () => {
    expect(await shown(55, [ROWS])).to.deep.equal([
      '--- row 1',
      'run_id   run-1',
      'outcome  succeeded',
      'error    NULL',
      '--- row 2',
      'run_id   run-2',
      'outcome  failed',
      'error    Cannot read line 1: not a JSON object',
      '(2 rows)',
    ]);
  });

  it('numbers the rows on, where they arrive in pieces', async () => {
    const many = Array.from({ length: 1_000 }, () => ['run', 'failed', 'x'.repeat(60)]);
    const lines = await shown(54, [many, ROWS, ROWS]);
    expect(lines.filter((line) => line.startsWith('---')).slice(-3)).to.deep.equal([
      '--- row 1002',
      '--- row 1003',
      '--- row 1004',
    ]);
    expect(lines.at(-1)).to.equal('(1004 rows)');
  });

  it('is a table where it has no rows', async () => {
    expect(await shown(10, [])).to.deep.equal([
      'run_id  outcome  error',
      '------  -------  -----',
      '(0 rows)',
    ]);
  });
});
