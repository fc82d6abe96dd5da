import { expect } from 'chai';
import { Figures } from '../../src/progress/figures.ts';
import { reportOf, summaryTable, verdict, type RunFacts } from '../../src/progress/summary.ts';

const START = Date.UTC(2026, 10, 30, 12);
const NO_COUNTS = {
  copied: 0,
  superseded: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  ignored: 0,
  replaced: 0,
  grown: 0,
};

const facts = (more: Partial<RunFacts> = {}): RunFacts => ({
  version: '1.0.0',
  runId: 'run-1',
  outcome: 'succeeded',
  error: undefined,
  lastState: undefined,
  accepted: new Map(),
  ...more,
});

/** Two streams: one was upserted, the other appended. */
function figures(): Figures {
  const made = new Figures(() => START);
  made.bytes = 4_000_000;
  const load = { rejected: 0, isCollected: false };
  made.committed({
    ...{ ...load, stream: 'orders', table: 'orders', rows: 33_334, bytes: 2_300_000, ms: 2700 },
    counts: { ...NO_COUNTS, copied: 33_334, inserted: 33_334, replaced: 33_330, grown: 4 },
  });
  made.committed({ ...load, stream: 'visits', table: 'visits', rows: 1, rejected: 2, bytes: 12, ms: 100 });
  return made;
}

describe('the summary of a run', () => {
  const status = { figures: figures(), messages: 33_340, streams: 2, isDraining: true };
  const accepted = new Map([
    ['orders', 33_334],
    ['visits', 5],
    ['users', 3],
  ]);

  it('has a line for each stream, without columns that say nothing', () => {
    expect(summaryTable(reportOf(status, facts(), START + 3000)).split('\n')).to.deep.equal([
      '3.0 s, 33,340 messages, 4.0 MB; run run-1',
      'stream    rows  new  replaced  set aside    size   time           rate',
      'orders  33,334    4    33,330          0  2.3 MB  2.7 s  12,346 rows/s',
      'visits       1    1         0          2    12 B  0.1 s      10 rows/s',
    ]);
  });

  describe('on a terminal', () => {
    const names = [
      'public-customers_with_addresses_of_2025',
      'public-customers_with_addresses_of_2026',
      '東京',
    ];
    const wide = new Figures(() => START);
    for (const stream of names)
      wide.committed({
        ...{
          stream,
          table: 't',
          rows: 1_204_003,
          rejected: 2,
          isCollected: false,
          bytes: 48_000_000,
          ms: 71_000,
        },
        counts: {
          ...NO_COUNTS,
          copied: 1_204_003,
          inserted: 1_204_003,
          replaced: 800_000,
          deleted: 5,
          grown: 1,
        },
      });
    const report = reportOf(
      { ...status, figures: wide },
      facts({ accepted: new Map([['東京', 1_204_013]]) }),
      START,
    );
    const total = '0.0 s, 33,340 messages, 0 B; run run-1';

    it('of 140 columns shows everything', () => {
      expect(summaryTable(report, 140).split('\n')).to.deep.equal([
        total,
        'stream                                        rows  new  replaced  deleted  set aside  not loaded   size        time           rate',
        'public-customers_with_addresses_of_2025  1,204,003    ?   800,000        5          2           0  48 MB  1 min 11 s  16,958 rows/s',
        'public-customers_with_addresses_of_2026  1,204,003    ?   800,000        5          2           0  48 MB  1 min 11 s  16,958 rows/s',
        '東京                                     1,204,003    ?   800,000        5          2          10  48 MB  1 min 11 s  16,958 rows/s',
      ]);
    });

    it('of 80 columns leaves columns out and shortens names in their middle, so that no line is broken', () => {
      const lines = summaryTable(report, 80).split('\n');
      expect(lines).to.deep.equal([
        total,
        'stream                   rows  new  replaced  deleted  set aside  not loaded',
        'public-cu…_of_2025  1,204,003    ?   800,000        5          2           0',
        'public-cu…_of_2026  1,204,003    ?   800,000        5          2           0',
        '東京                1,204,003    ?   800,000        5          2          10',
      ]);
    });
  });

  it('says that everything is committed', () => {
    expect(verdict(reportOf(status, facts(), START))).to.equal(
      'every record that was read is committed: 33,335 rows, 2 set aside',
    );
    expect(verdict(reportOf(status, facts({ outcome: 'stopped' }), START))).to.equal(
      'stopped by a signal; every record that was read is committed: 33,335 rows, 2 set aside',
    );
  });

  it('says of a failure what is committed, what is not, and whether a state is safe', () => {
    const failed = facts({ outcome: 'failed', error: 'the disk is full', accepted });
    expect(verdict(reportOf(status, failed, START))).to.equal(
      'failed: 33,335 rows are committed, 2 set aside, 7 records were read and not loaded; no state is safe yet',
    );
    expect(verdict(reportOf(status, { ...failed, lastState: '{"id":1}' }, START))).to.match(
      /; the last state on stdout is safe$/,
    );
  });

  it('is an object for programs', () => {
    const report = reportOf(status, facts({ accepted, lastState: '{"id":1}' }), START + 3000);
    expect(report).to.deep.equal({
      ...{ version: '1.0.0', run_id: 'run-1', outcome: 'succeeded', error: undefined },
      ...{ started_at: '2026-11-30T12:00:00.000Z', ended_at: '2026-11-30T12:00:03.000Z', ms: 3000 },
      ...{
        lines: 33_340,
        input_bytes: 4_000_000,
        rows: 33_335,
        rejected: 2,
        not_loaded: 7,
        last_state: '{"id":1}',
      },
      streams: [
        {
          ...{
            stream: 'orders',
            table: 'orders',
            loads: 1,
            rows: 33_334,
            new: 4,
            replaced: 33_330,
            deleted: 0,
          },
          ...{ superseded: 0, rejected: 0, not_loaded: 0, bytes: 2_300_000, ms: 2700 },
        },
        {
          ...{ stream: 'visits', table: 'visits', loads: 1, rows: 1, new: 1, replaced: 0, deleted: 0 },
          ...{ superseded: 0, rejected: 2, not_loaded: 4, bytes: 12, ms: 100 },
        },
      ],
    });
  });

  it('does not say how many rows are new where deletions hide it', () => {
    const run = figures();
    const counts = { ...NO_COUNTS, copied: 3, inserted: 2, deleted: 1, replaced: 1 };
    run.committed({
      stream: 'orders',
      table: 'orders',
      rows: 3,
      counts,
      isCollected: false,
      rejected: 0,
      bytes: 9,
      ms: 1,
    });
    const [orders] = reportOf({ ...status, figures: run }, facts(), START).streams;
    expect([orders?.new, orders?.deleted]).to.deep.equal([null, 1]);
  });
});
