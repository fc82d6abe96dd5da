/** Random sequences of messages against a plain model in memory: the tables are the same after every commit. */
import fc from 'fast-check';
import { newPlace } from '../support/warehouse.ts';
import { openReader, play } from './model/play.ts';
import { scripts, sequence, type Sequence } from './model/sequence.ts';

/** MODEL_RUNS=N for more of them. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 20);

/** A slow machine plays fewer of them; a sequence that failed is made smaller for as long. */
const LIMIT_MS = 20_000 + RUNS * 1000;

let deadline = Infinity;

async function check(one: Sequence): Promise<void> {
  if (Date.now() > deadline) return;
  const place = await newPlace();
  const { read, close } = await openReader(place);
  const runs = scripts(one);
  try {
    for (const script of runs) await play(place, read, one.settings, script);
  } catch (error) {
    const messages = runs.map(({ lines }, i) => `== run ${i + 1}\n${lines.join('\n')}\n`).join('');
    throw new Error(`${String(error)}\n== config\n${JSON.stringify(one.settings)}\n${messages}`, {
      cause: error,
    });
  } finally {
    await close();
  }
}

describe('tables against a model', function () {
  this.timeout(LIMIT_MS + 30_000);

  it(`are equal after every state and at the end of every run, in ${RUNS} random sequences`, async () => {
    deadline = Date.now() + LIMIT_MS;
    await fc.assert(fc.asyncProperty(sequence, check), { numRuns: RUNS });
  });
});
