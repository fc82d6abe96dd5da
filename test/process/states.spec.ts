/** A tap that reads a log: several streams, one position for all of them in every state. */
import { expect } from 'chai';
import { lines, record, schema, state } from '../support/cli.ts';
import { startHere } from '../support/in-process.ts';
import { faults, newPlace } from '../support/warehouse.ts';

const STREAMS = ['orders', 'lines', 'users'] as const;
const COLUMNS = { id: { type: 'integer' }, position: { type: 'integer' } };

/** The positions from 1 on, each a record of one of the streams, a state behind every second one. */
function log(count: number): string {
  const messages: unknown[] = STREAMS.map((name) => schema(name, COLUMNS, ['id']));
  for (let position = 1; position <= count; position++) {
    messages.push(record(STREAMS[position % 3]!, { id: position % 7, position }));
    if (position % 2 === 0) {
      const bookmarks = Object.fromEntries(STREAMS.map((name) => [name, { position }]));
      messages.push(state({ bookmarks }));
    }
  }
  return lines(...messages);
}

function positionsIn(stdout: string): number[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { bookmarks } = JSON.parse(line) as { bookmarks: Record<string, { position: number }> };
      const positions = new Set(Object.values(bookmarks).map(({ position }) => position));
      expect(positions.size, line).to.equal(1);
      return [...positions][0]!;
    });
}

describe('the states of a log', () => {
  it('never pass a record that is not committed, come in order, and end with the last', async () => {
    const place = await newPlace();
    let whileStalled: Promise<string> | undefined;
    let copies = 0;
    // The second batch of users: positions 17, 20, 23 and 26.
    faults.sql = ({ sql }) => {
      if (!sql.startsWith('COPY') || !sql.includes('/users/') || copies++ !== 1) return undefined;
      whileStalled = new Promise((resolve) => setTimeout(() => resolve(run.stdout), 2000));
      return { kind: 'stall', ms: 2500 };
    };
    const config = place.configFile({ batch_size_rows: 4, batch_max_age_seconds: 86_400 });
    const run = startHere(['--config', config]);
    const text = log(100).split('\n');
    for (let i = 0; i < text.length; i += 20) await run.write(`${text.slice(i, i + 20).join('\n')}\n`);
    run.end();
    const { code, stdout, stderr } = await run.finished;
    expect(code, stderr).to.equal(0);
    const stalled = positionsIn((await whileStalled) ?? '');
    expect(stalled.length).to.be.greaterThan(0);
    expect(Math.max(...stalled)).to.be.below(17);
    const positions = positionsIn(stdout);
    expect(positions).to.deep.equal([...positions].sort((a, b) => a - b));
    expect(positions.at(-1)).to.equal(100);
    const [rows] = await place.query(
      STREAMS.map((name) => `SELECT COUNT(*), MAX(position) FROM ${place.schema}.${name}`).join(
        ' UNION ALL ',
      ) + ' ORDER BY 2 DESC',
    );
    expect(rows).to.deep.equal(['7', '100']);
  });
});
