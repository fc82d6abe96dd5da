import { expect } from 'chai';
import { LoadError } from '../../src/errors.ts';
import { createLogger, Secrets } from '../../src/log.ts';
import { Outages, type OutagesOptions } from '../../src/warehouse/outages.ts';
import { logLines } from '../support/transcript.ts';

const lost = (): LoadError => new LoadError('it was lost', { sqlstate: '08006' });
const away = (): LoadError => new LoadError('S3 is away', { sqlstate: 'ECONNREFUSED', service: 'S3' });
const expired = (): LoadError => new LoadError('it has expired', { sqlstate: 'ExpiredToken', service: 'S3' });

/** Fails until the attempt that is given. */
const succeedAt =
  (last: number, error: () => Error) =>
  (attempt: number): Promise<number> =>
    attempt < last ? Promise.reject(error()) : Promise.resolve(attempt);

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it did not fail',
    (error: unknown) => (error as Error).message,
  );

describe('outages', () => {
  let written: string;
  let renewed: number;

  beforeEach(() => {
    written = '';
    renewed = 0;
  });

  async function newOutages(more: Partial<OutagesOptions> = {}): Promise<Outages> {
    const log = await createLogger('info', 'json', new Secrets(), {
      isTerminal: false,
      write: (line) => (written += line),
      setNotice: () => undefined,
    });
    const { signal } = new AbortController();
    return new Outages({
      retryForMs: 5000,
      tries: Infinity,
      pauseMs: 1,
      renew: () => {
        renewed++;
        return Promise.resolve();
      },
      stop: signal,
      signal,
      log,
      ...more,
    });
  }

  const told = (): string[] => logLines(written).map(({ message }) => message);

  it('are told when they begin and when they end', async () => {
    const outages = await newOutages();
    expect(await outages.retry('load', succeedAt(4, lost))).to.equal(4);
    expect(told()).to.deep.equal([
      'waiting for Redshift: it was lost, since 0 s, gives up in 5 s',
      'Redshift works again, after 0 s',
    ]);
  });

  it('are told again while they last', async () => {
    const outages = await newOutages({ reportMs: 20, pauseMs: 110, tries: 3 });
    await outages.retry('load', succeedAt(2, lost));
    expect(told().length).to.be.within(4, 12);
    expect(new Set(told().slice(0, -1))).to.deep.equal(
      new Set(['waiting for Redshift: it was lost, since 0 s, gives up in 5 s or after 3 tries']),
    );
  });

  it('are told once for all work that waits', async () => {
    const outages = await newOutages();
    await Promise.all([1, 2, 3].map((i) => outages.retry(`load ${i}`, succeedAt(3, lost))));
    expect(told().filter((message) => message.startsWith('waiting')).length).to.equal(1);
  });

  it('that were waited for in vain are not waited for again', async () => {
    const outages = await newOutages({ retryForMs: 50, pauseMs: 10 });
    expect(await failure(outages.retry('load', succeedAt(99, lost)))).to.match(
      /^it was lost; tried \d+ times in 0 s and given up \(retry_for_seconds is 0\)\. Run it again from the last state when Redshift works again, or let it wait longer$/,
    );
    let tries = 0;
    await failure(
      outages.retry('load', () => {
        tries++;
        return Promise.reject(lost());
      }),
    );
    expect(tries).to.equal(1);
  });

  it('of a service that never answered are tried three times, because its address may be wrong', async () => {
    const outages = await newOutages();
    expect(await failure(outages.retry('upload', succeedAt(4, away), { needs: ['S3'] }))).to.equal(
      'S3 is away',
    );
    outages.answered('S3');
    expect(await outages.retry('upload', succeedAt(9, away), { needs: ['S3'] })).to.equal(9);
  });

  it('are no conflicts, each of which is told with its work', async () => {
    const outages = await newOutages();
    const conflict = (): LoadError => new LoadError('a conflict', { sqlstate: '40001' });
    await outages.retry('load stream "t"', succeedAt(3, conflict));
    expect(told()).to.deep.equal(Array(2).fill('trying again to load stream "t": a conflict'));
  });

  it('are no expired credentials, which are requested again once', async () => {
    const outages = await newOutages();
    expect(await outages.retry('upload', succeedAt(2, expired), { needs: ['S3'] })).to.equal(2);
    expect(renewed).to.equal(1);
    expect(await failure(outages.retry('upload', succeedAt(3, expired), { needs: ['S3'] }))).to.equal(
      'it has expired',
    );
    expect(renewed).to.equal(2);
  });

  it('do not last longer than the tries that are allowed', async () => {
    const outages = await newOutages({ tries: 2 });
    expect(await failure(outages.retry('load', succeedAt(9, lost)))).to.contain('(max_load_attempts is 2)');
  });
});
