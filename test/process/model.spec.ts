/** Random sequences of messages against a plain model in memory: the tables are the same after every commit. */
import fc from 'fast-check';
import { faults } from '../support/warehouse.ts';
import { check } from './model/check.ts';
import { inProcess, play, playOn } from './model/play.ts';
import { READS } from './model/reader.ts';
import { repeatable, replayed, sequence } from './model/sequence.ts';

/** MODEL_RUNS=N for more of them; MODEL_SEED=N for those of an earlier time. */
const CHOSEN = process.env['MODEL_RUNS'];
const RUNS = Number(CHOSEN ?? 10);
const SEED = process.env['MODEL_SEED'];

/** Unless their number was chosen, a slow machine plays fewer; a sequence that failed is made smaller for as long. */
const LIMIT_MS = RUNS * (CHOSEN === undefined ? 1200 : 5000);

type Statement = Parameters<typeof faults.sql>[0];
type Fault = ReturnType<typeof faults.sql>;

/** What may happen to a statement: it fails for good, or the connection is lost before or after it takes effect. */
const fault: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'drop-before' },
  { kind: 'drop-after' },
  { kind: 'error', sqlstate: 'XX000', message: 'Disk Full' },
);

/** The fault strikes once, at the nth statement of the loader. */
function strike(nth: number, what: Fault): (statement: Statement) => Fault {
  let seen = 0;
  return ({ sql }) => (!sql.startsWith(READS) && seen++ === nth ? what : undefined);
}

async function assert<T>(values: fc.Arbitrary<T>, test: (value: T) => Promise<void>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  const inTime = fc.asyncProperty(values, async (value) => {
    if (Date.now() < deadline) await test(value);
  });
  await fc.assert(inTime, { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) });
}

describe('tables against a model', function () {
  this.timeout(LIMIT_MS + 30_000);

  it(`are equal after every state and at the end of every run, in ${RUNS} random sequences`, async () => {
    await assert(sequence, (one) => check(play, inProcess, one));
  });

  it('are the same after a tap went on from an earlier point', async () => {
    await assert(replayed, (one) => check(play, inProcess, one));
  });

  it('are equal after runs that a statement failed or lost, and that went on from their last state', async () => {
    await assert(fc.tuple(repeatable, fc.nat(120), fault), async ([one, nth, what]) => {
      faults.sql = strike(nth, what);
      await check(playOn, inProcess, one, { max_load_attempts: 1 });
    });
  });
});
