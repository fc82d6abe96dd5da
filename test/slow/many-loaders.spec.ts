/** Eight processes on one table, each with its own share of the records, killed at random: every row arrives once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { lines, runCli, schema, startCli } from '../support/cli.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const LOADERS = 8;
/** Of each loader. */
const ROWS = 20_000;
const STATE_ROWS = 1000;

/** The records of a share after a position, with a STATE after each thousand. */
function* tap(share: number, from: number, keys: readonly string[]): Generator<string> {
  yield lines(schema('t', { id: { type: 'integer' }, share: { type: 'integer' } }, keys));
  for (let at = from; at < ROWS; at += STATE_ROWS) {
    let text = '';
    for (let n = at; n < at + STATE_ROWS; n++)
      text += `{"type":"RECORD","stream":"t","record":{"id":${share * ROWS + n},"share":${share}}}\n`;
    yield `${text}{"type":"STATE","value":${at + STATE_ROWS}}\n`;
  }
}

describe('eight loaders on one table', () => {
  for (const [what, keys] of [
    ['append', []],
    ['upsert', ['id']],
  ] as const) {
    it(`${what} their shares, and no row is lost or doubled, though each is killed once`, async () => {
      const place = await newPlace();
      await runCli(
        ['--config', place.configFile()],
        lines(schema('t', { id: { type: 'integer' }, share: { type: 'integer' } }, keys)),
      );
      const alone = await timeOf(() => load(place, 100, { keys, isKilled: false }));
      const together = await timeOf(() =>
        Promise.all(
          Array.from({ length: LOADERS }, (_, share) => load(place, share, { keys, isKilled: false })),
        ),
      );
      await place.query(`DELETE FROM ${place.schema}.t`);
      await Promise.all(
        Array.from({ length: LOADERS }, (_, share) => load(place, share + LOADERS, { keys, isKilled: true })),
      );
      console.log(
        `      ${what}: ${ROWS} rows by one in ${alone.toFixed(1)} s, ${LOADERS} times as many by ${LOADERS} in ${together.toFixed(1)} s`,
      );
      expect(
        await place.query(
          `SELECT share, COUNT(*), COUNT(DISTINCT id), MIN(id), MAX(id) FROM ${place.schema}.t GROUP BY 1 ORDER BY 1`,
        ),
      ).to.deep.equal(
        Array.from({ length: LOADERS }, (_, i) => {
          const share = i + LOADERS;
          return [share, ROWS, ROWS, share * ROWS, (share + 1) * ROWS - 1].map(String);
        }),
      );
    });
  }

  /** Loads a share to its end, from the state that the warehouse has; if it is killed, once more. */
  async function load(
    place: Place,
    share: number,
    { keys, isKilled }: { readonly keys: readonly string[]; readonly isKilled: boolean },
  ): Promise<void> {
    const options = { pipeline: `share_${share}`, exactly_once: true, batch_size_rows: 5000 };
    const args = ['--config', place.configFile(options)];
    if (isKilled) {
      const first = startCli(args);
      first.write([...tap(share, 0, keys)].join('')).catch(() => undefined);
      await sleep(500 + Math.random() * 2500);
      first.process.kill('SIGKILL');
      await first.finished;
    }
    const state = await runCli(['state', ...args]);
    expect(state.code, state.stderr).to.equal(0);
    const { code, stderr } = await runCli(args, [...tap(share, Number(state.stdout || 0), keys)].join(''));
    expect(code, stderr).to.equal(0);
  }
});

/** In seconds. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
