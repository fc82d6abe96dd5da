import { expect } from 'chai';
import pino from 'pino';
import { Figures } from '../../src/progress/figures.ts';
import { statusFields, statusText } from '../../src/progress/status.ts';
import { watchProgress } from '../../src/progress/watch.ts';

const START = 1_000_000;

/** A run whose clock stands at START until `at` is changed. */
function newRun(): { figures: Figures; clock: { at: number } } {
  const clock = { at: START };
  return { figures: new Figures(() => clock.at), clock };
}

const load = {
  stream: 'orders',
  table: 'orders',
  rows: 1200,
  isCollected: false,
  rejected: 0,
  bytes: 5000,
  ms: 700,
};

describe('the status of a run', () => {
  it('says what was read and what is committed', () => {
    const { figures } = newRun();
    figures.bytes = 2_100_000;
    figures.committed(load);
    figures.loadStarted();
    const status = { figures, messages: 40_000, streams: 1, isDraining: false };
    expect(statusText(status, START + 2000)).to.equal(
      '2.0 s, 40,000 messages (2.1 MB, 20,000/s), 1 stream, 1,200 rows committed, 1 load running',
    );
    expect(statusFields(status, START + 2000)).to.deep.equal({
      ...{ ms: 2000, messages: 40_000, input_bytes: 2_100_000, open_streams: 1 },
      ...{ committed: 1200, rejected: 0, running_loads: 1 },
    });
  });

  it('says less of what was read where the terminal is narrow', () => {
    const { figures } = newRun();
    figures.bytes = 48_000_000;
    figures.committed({ ...load, rows: 800_000, rejected: 12 });
    figures.loadStarted();
    const status = { figures, messages: 1_204_003, streams: 3, isDraining: true };
    const rest = '800,000 rows committed, 12 set aside, 1 load running, loading the rest';
    const at = (columns: number): string => statusText(status, START + 12_000, columns);
    expect([140, 110, 100, 90, 80, 40].map(at)).to.deep.equal([
      `12 s, 1,204,003 messages (48 MB, 100,334/s), 3 streams, ${rest}`,
      `12 s, 1,204,003 messages, 3 streams, ${rest}`,
      `12 s, 1,204,003 messages, ${rest}`,
      `12 s, ${rest}`,
      `12 s, ${rest}`,
      `12 s, ${rest}`,
    ]);
  });

  it('says what reading waits for, once it has waited for a while', async () => {
    const { figures, clock } = newRun();
    const status = { figures, messages: 1, streams: 1, isDraining: false };
    const blocks = figures.counted(silent(Buffer.from('{}\n')));
    await blocks.next();
    expect(statusText(status, START + 5000)).not.to.contain('waiting');
    void blocks.next();
    clock.at += 1000;
    expect(statusText(status, clock.at)).not.to.contain('waiting');
    clock.at += 1000;
    expect(statusText(status, clock.at)).to.match(/, waiting for the tap$/);
    expect(figures.bytes).to.equal(3);
  });

  it('says that loads have to free memory', async () => {
    const { figures, clock } = newRun();
    let free = (): void => undefined;
    const waiting = figures.waitingForMemory(() => new Promise<void>((resolve) => (free = resolve)));
    clock.at += 3000;
    const status = { figures, messages: 1, streams: 1, isDraining: false };
    expect(statusText(status, clock.at)).to.match(/, waiting for loads to free memory$/);
    free();
    await waiting;
    expect(statusText(status, clock.at)).not.to.contain('waiting');
  });

  it('says that the rest is loaded, or that the run ends', () => {
    const { figures } = newRun();
    const status = { figures, messages: 1, streams: 1, isDraining: true };
    expect(statusText(status, START)).to.match(/, ending$/);
    figures.loadStarted();
    expect(statusText(status, START)).to.match(/, 1 load running, loading the rest$/);
  });

  it('does not count rows that only a shadow table holds', () => {
    const { figures } = newRun();
    figures.committed({ ...load, isCollected: true });
    const status = { figures, messages: 1, streams: 1, isDraining: false };
    expect(statusText(status, START)).to.contain(' 0 rows committed');
    figures.overwrote('orders', 'orders', 1200, 7);
    expect(statusText(status, START)).to.contain(' 1,200 rows committed');
    expect(figures.streams).to.deep.include({
      ...{
        stream: 'orders',
        table: 'orders',
        loads: 1,
        rows: 1200,
        collected: 0,
        inserted: 1200,
        replaced: 7,
      },
      ...{ deleted: 0, superseded: 0, rejected: 0, bytes: 5000, loadMs: 700 },
    });
  });
});

describe('progress', () => {
  it('is shown below the log of a terminal, and removed at the end', async () => {
    const shown: (string | undefined)[] = [];
    const { figures } = newRun();
    {
      using _ = watchProgress({
        statusOf: () => ({ figures, messages: 5, streams: 1, isDraining: false }),
        log: pino({ level: 'info' }, { write: () => expect.fail('a terminal has a status line') }),
        showStatus: (text) => shown.push(text),
        columns: () => undefined,
        now: () => START,
      });
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    expect(shown).to.deep.equal(['0.0 s, 5 messages (0 B, 0/s), 1 stream, 0 rows committed', undefined]);
  });

  it('is not shown where lines of the level info are not', async () => {
    const { figures } = newRun();
    using _ = watchProgress({
      statusOf: () => ({ figures, messages: 5, streams: 1, isDraining: false }),
      log: pino({ level: 'warn' }, { write: () => undefined }),
      showStatus: () => expect.fail('--quiet'),
      columns: () => undefined,
      now: () => START,
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
  });
});

/** A tap that sends one block and then nothing. */
async function* silent(block: Buffer): AsyncGenerator<Buffer> {
  yield block;
  await new Promise(() => undefined);
}
