/** The model of the process tests against the program itself: many sequences, and programs that are killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { check } from '../process/model/check.ts';
import { asProgram, type Driver, inProcess, play, playOn } from '../process/model/play.ts';
import { repeatable, sequence } from '../process/model/sequence.ts';

/** The program, killed once at some moment unless it ends before. */
function killedAfter(ms: number): Driver {
  let isKilled = false;
  return (place, options, lines, onState) =>
    asProgram(place, options, lines, onState, (child) => {
      if (isKilled) return;
      isKilled = true;
      void sleep(ms).then(() => child.kill('SIGKILL'));
    });
}

describe('the model at length', () => {
  it('equals the tables in 200 random sequences', async () => {
    await fc.assert(
      fc.asyncProperty(sequence, (one) => check(play, inProcess, one)),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('equals the tables that the program itself loads, in 20 of them', async () => {
    await fc.assert(
      fc.asyncProperty(sequence, (one) => check(play, asProgram, one)),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('equals them after 30 programs were killed and others went on from the last state', async () => {
    await fc.assert(
      fc.asyncProperty(repeatable, fc.integer({ min: 300, max: 2000 }), (one, ms) =>
        check(playOn, killedAfter(ms), one),
      ),
      { numRuns: 30, endOnFailure: true },
    );
  });
});
