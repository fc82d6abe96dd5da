import { expect } from 'chai';
import { retry, type Failure, type RetryOptions } from '../src/retry.ts';

interface Told {
  readonly message: string;
  readonly attempt: number;
  readonly pauseMs: number;
}

function options(more: Partial<RetryOptions> = {}): RetryOptions & { readonly told: Told[] } {
  const told: Told[] = [];
  return {
    tries: 5,
    pauseMs: 0,
    maxPauseMs: 0,
    signal: new AbortController().signal,
    isTransient: () => true,
    onRetry: ({ error, attempt, pauseMs }) =>
      void told.push({ message: (error as Error).message, attempt, pauseMs }),
    told,
    ...more,
  };
}

/** Fails until the attempt that is given. */
const succeedAt =
  (last: number) =>
  (attempt: number): Promise<string> =>
    attempt < last ? Promise.reject(new Error(`no ${attempt}`)) : Promise.resolve(`yes ${attempt}`);

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

describe('retry', () => {
  it('does not try again what succeeds', async () => {
    const given = options();
    expect(await retry(succeedAt(1), given)).to.equal('yes 1');
    expect(given.told).to.deep.equal([]);
  });

  it('tries again until it succeeds, and tells of each pause', async () => {
    const given = options();
    expect(await retry(succeedAt(3), given)).to.equal('yes 3');
    expect(given.told).to.deep.equal([
      { message: 'no 1', attempt: 1, pauseMs: 0 },
      { message: 'no 2', attempt: 2, pauseMs: 0 },
    ]);
  });

  it('rejects with the last error after the last try', async () => {
    const given = options({ tries: 3 });
    expect((await failure(retry(succeedAt(9), given))).message).to.equal('no 3');
    expect(given.told.length).to.equal(2);
  });

  it('tries once when it may try once', async () => {
    expect((await failure(retry(succeedAt(9), options({ tries: 1 })))).message).to.equal('no 1');
  });

  it('does not try again what will not pass', async () => {
    const given = options({ isTransient: (error) => (error as Error).message !== 'no 2' });
    expect((await failure(retry(succeedAt(9), given))).message).to.equal('no 2');
    expect(given.told.length).to.equal(1);
  });

  it('waits twice as long each time, up to the longest pause', async () => {
    const given = options({ pauseMs: 2, maxPauseMs: 8 });
    await retry(succeedAt(5), given);
    const least = [2, 4, 8, 8];
    given.told.forEach(({ pauseMs }, i) =>
      expect(pauseMs).to.be.within(least[i]!, Math.ceil(least[i]! * 1.5)),
    );
  });

  it('does not begin when it is stopped', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    expect((await failure(retry(succeedAt(1), options({ signal })))).message).to.equal('stopped');
  });

  it('rejects with the failure when it was stopped during the work', async () => {
    const stop = new AbortController();
    const work = (attempt: number): Promise<string> => {
      stop.abort();
      return succeedAt(9)(attempt);
    };
    expect((await failure(retry(work, options({ signal: stop.signal })))).message).to.equal('no 1');
  });

  it('rejects with the last error, at once, when it is stopped during a pause', async () => {
    const stop = new AbortController();
    const onRetry = (): void => void setImmediate(() => stop.abort());
    const given = options({ pauseMs: 60_000, maxPauseMs: 60_000, signal: stop.signal, onRetry });
    expect((await failure(retry(succeedAt(9), given))).message).to.equal('no 1');
  });

  describe('within a window of time', () => {
    it('tries once when the window is 0', async () => {
      const given = options({ tries: Infinity, windowMs: 0 });
      expect((await failure(retry(succeedAt(2), given))).message).to.equal('no 1');
      expect(given.told).to.deep.equal([]);
    });

    it('tries until it succeeds, however often', async () => {
      const given = options({ tries: Infinity, windowMs: 60_000 });
      expect(await retry(succeedAt(200), given)).to.equal('yes 200');
    });

    it('makes the last try at the end of the window, and not later', async () => {
      const given = options({ tries: Infinity, windowMs: 100, pauseMs: 80, maxPauseMs: 80 });
      const started = performance.now();
      // A timer may be early by less than a millisecond.
      expect((await failure(retry(succeedAt(9), given))).message).to.match(/^no [234]$/);
      expect(performance.now() - started).to.be.within(95, 400);
    });

    it('ends by the number of tries when that comes first', async () => {
      const given = options({ tries: 2, windowMs: 60_000 });
      expect((await failure(retry(succeedAt(9), given))).message).to.equal('no 2');
    });

    it('tries three times when each try is longer than the window', async () => {
      const given = options({ tries: Infinity, windowMs: 5 });
      const work = async (attempt: number): Promise<string> => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return succeedAt(9)(attempt);
      };
      expect((await failure(retry(work, given))).message).to.equal('no 3');
    });

    it('counts from the first failure of what the work needs', async () => {
      const given = options({
        tries: Infinity,
        windowMs: 1000,
        failingSince: () => performance.now() - 2000,
      });
      expect((await failure(retry(succeedAt(9), given))).message).to.equal('no 1');
    });

    it('rejects with the error that is made of the last failure', async () => {
      const seen: Failure[] = [];
      const given = options({
        tries: 2,
        windowMs: 60_000,
        onGiveUp: (last) => {
          seen.push(last);
          return new Error('given up');
        },
      });
      expect((await failure(retry(succeedAt(9), given))).message).to.equal('given up');
      expect(seen.map(({ attempt, pauseMs }) => [attempt, pauseMs])).to.deep.equal([[2, 0]]);
    });
  });

  it('ends a pause when it is hurried, and tries twice more', async () => {
    const hurry = new AbortController();
    const onRetry = (): void => void setImmediate(() => hurry.abort());
    const onRetryOnce = ({ attempt }: Failure): void => {
      if (attempt === 1) onRetry();
    };
    const given = options({ tries: Infinity, pauseMs: 500, maxPauseMs: 60_000, hurry: hurry.signal });
    expect((await failure(retry(succeedAt(99), { ...given, onRetry: onRetryOnce }))).message).to.equal(
      'no 3',
    );
  });

  it('succeeds after it was hurried when what failed has passed', async () => {
    const hurry = new AbortController();
    const onRetry = (): void => void setImmediate(() => hurry.abort());
    const given = options({ pauseMs: 60_000, maxPauseMs: 60_000, hurry: hurry.signal, onRetry });
    expect(await retry(succeedAt(2), given)).to.equal('yes 2');
  });
});
