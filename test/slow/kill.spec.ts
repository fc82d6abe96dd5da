/** SIGKILL at random moments: no state for rows that are not there, nothing lost or doubled by going on, no process left. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { lines, runCli, schema, startCli } from '../support/cli.ts';

const TOTAL = 150_000;
const KILLS = 10;

/** A tap that goes on behind its state. Key 7 comes again and again, so that updates are among the rows. */
function* tap(from: number): Generator<string> {
  yield lines(schema('t', { id: { type: 'integer' }, n: { type: 'integer' } }, ['id']));
  for (let n = from; n < TOTAL; n += 100) {
    let text = '';
    for (let i = n; i < n + 100; i++) {
      text += `{"type":"RECORD","stream":"t","record":{"id":${i % 50 === 7 ? 7 : i},"n":${i}}}\n`;
    }
    yield `${text}{"type":"STATE","value":${n + 100}}\n`;
  }
}

function expectedRows(count: number): Map<number, number> {
  const rows = new Map<number, number>();
  for (let i = 0; i < count; i++) rows.set(i % 50 === 7 ? 7 : i, i);
  return rows;
}

/** Processes that name the folder in their command line. */
function processesOf(dir: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(dir) ? [command] : [];
      } catch {
        return [];
      }
    });
}

describe('SIGKILL of the loader', () => {
  let dir: string;
  before(() => (dir = mkdtempSync(join(tmpdir(), 'target-redshift-kill-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  it(`at ${KILLS} random moments loses and doubles nothing, and leaves no process`, async () => {
    const config = join(dir, 'config.json');
    writeFileSync(config, JSON.stringify({ batch_size_rows: 1500, log_level: 'warn' }));
    const args = ['--local', '--dir', join(dir, 'w'), '--config', config];
    const rowsNow = async (): Promise<Map<number, number>> => {
      const { code, stdout, stderr } = await runCli([
        'sql',
        'SELECT id, n FROM t',
        '--local',
        '--dir',
        join(dir, 'w'),
        '--format',
        'csv',
      ]);
      if (code !== 0 && /does not exist/.test(stderr)) return new Map();
      expect(code, stderr).to.equal(0);
      const rows = stdout
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').map(Number) as [number, number]);
      expect(new Set(rows.map(([id]) => id)).size, 'keys that stand twice').to.equal(rows.length);
      return new Map(rows);
    };

    let position = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const run = startCli(args);
      const feeding = (async () => {
        for (const text of tap(position)) {
          await run.write(text);
          await sleep(10);
        }
      })();
      feeding.catch(() => undefined);
      await sleep(800 + Math.random() * 2200);
      run.process.kill('SIGKILL');
      const { stdout } = await run.finished;
      position = Number(stdout.trim().split('\n').at(-1) || position);

      for (let tries = 0; processesOf(dir).length > 0 && tries < 100; tries++) await sleep(100);
      expect(processesOf(dir), 'processes that survive').to.deep.equal([]);
      const rows = await rowsNow();
      for (const [id, n] of expectedRows(position)) {
        // A row may be newer than the state, never older or missing.
        if (!((rows.get(id) ?? -1) >= n))
          expect.fail(`after kill ${kill + 1}: state ${position}, but row ${id} is ${String(rows.get(id))}`);
      }
    }

    expect(position, 'kills that came while rows were loaded').to.be.greaterThan(0).and.below(TOTAL);
    const last = startCli(args);
    for (const text of tap(position)) await last.write(text);
    last.end();
    const { code, stdout, stderr } = await last.finished;
    expect(code, stderr).to.equal(0);
    console.log(`      killed ${KILLS} times on the way to record ${position} of ${TOTAL}`);
    expect(stdout.trim().split('\n').at(-1)).to.equal(String(TOTAL));
    expect([...(await rowsNow())].sort(([a], [b]) => a - b)).to.deep.equal(
      [...expectedRows(TOTAL)].sort(([a], [b]) => a - b),
    );
  });
});
