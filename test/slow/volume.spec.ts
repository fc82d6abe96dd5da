/** Many records: exact counts and sums, memory that does not grow with the input, states that cost nothing. */
import { readFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { expect } from 'chai';
import { lines, record, runCli, schema, startCli, state } from '../support/cli.ts';
import { newPlace } from '../support/warehouse.ts';

const MB = 1024 * 1024;

/** What design allows: 100 MB and the budget of 128 MB. */
const MEMORY_BOUND = 228 * MB;

const small = schema(
  'small',
  {
    id: { type: 'integer' },
    name: { type: 'string' },
    amount: { type: 'number', multipleOf: 0.01 },
    at: { type: 'string', format: 'date-time' },
  },
  ['id'],
);

function* smallMessages(count: number): Generator<string> {
  yield lines(small);
  for (let from = 0; from < count; from += 1000) {
    let text = '';
    for (let id = from; id < from + 1000; id++) {
      text += `{"type":"RECORD","stream":"small","record":{"id":${id},"name":"name ${id}","amount":${(id % 1000) / 100},"at":"2026-01-01T00:00:00Z"}}\n`;
    }
    yield text + lines(state({ n: from + 1000 }));
  }
}

/** The peak resident memory of a process in bytes, read while it runs. */
function watchPeak(child: ChildProcess): () => number {
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
      // A process that has ended but was not waited for has no such line.
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended.
    }
  }, 200);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

describe('volume', () => {
  const peaks: number[] = [];

  for (const count of [1_000_000, 5_000_000]) {
    it(`loads ${count.toLocaleString('en')} small records exactly, within the memory bound`, async () => {
      const place = await newPlace();
      const run = startCli(['--config', place.configFile()]);
      const peak = watchPeak(run.process);
      const started = Date.now();
      for (const text of smallMessages(count)) await run.write(text);
      run.end();
      const { code, stdout, stderr } = await run.finished;
      const seconds = (Date.now() - started) / 1000;
      peaks.push(peak());
      expect(code, stderr).to.equal(0);
      expect(stdout.trim().split('\n').at(-1)).to.equal(`{"n":${count}}`);
      const [row] = await place.query(
        `SELECT COUNT(*), COUNT(DISTINCT id), SUM(id), SUM(amount) FROM ${place.schema}.small`,
      );
      const sumOfIds = (BigInt(count) * BigInt(count - 1)) / 2n;
      expect(row).to.deep.equal([String(count), String(count), String(sumOfIds), (count * 4.995).toFixed(2)]);
      expect(peaks.at(-1)).to.be.above(0).and.below(MEMORY_BOUND);
      console.log(
        `      ${Math.round(count / seconds).toLocaleString('en')} records/s, ${seconds.toFixed(1)} s, peak ${Math.round((peaks.at(-1) ?? 0) / MB)} MB`,
      );
    });
  }

  it('needs no more memory for five times the records', () => {
    const [one = 0, five = 0] = peaks;
    expect(five).to.be.below(one * 1.25);
  });

  it('a million STATE lines behind one open batch cost less than two seconds', async () => {
    const place = await newPlace();
    const begin = lines(small, record('small', { id: 1, name: 'a', amount: 1, at: '2026-01-01T00:00:00Z' }));
    const time = async (input: string): Promise<number> => {
      const started = Date.now();
      const { code, stdout } = await runCli(['--config', place.configFile()], input);
      expect([code, stdout]).to.deep.equal([0, '{"n":999999}\n']);
      return Date.now() - started;
    };
    const without = await time(begin + lines(state({ n: 999_999 })));
    let states = '';
    for (let n = 0; n < 1_000_000; n++) states += `{"type":"STATE","value":{"n":${n}}}\n`;
    const cost = (await time(begin + states)) - without;
    console.log(`      ${cost} ms`);
    expect(cost).to.be.below(2000);
  });

  it('two hundred interleaved streams stay within the memory bound', async () => {
    const place = await newPlace();
    const names = Array.from({ length: 200 }, (_, i) => `s${i}`);
    const run = startCli(['--config', place.configFile({ max_parallel_loads: 2 })]);
    const peak = watchPeak(run.process);
    for (const name of names)
      await run.write(lines(schema(name, { id: { type: 'integer' }, pad: { type: 'string' } })));
    const pad = 'p'.repeat(1000);
    for (let id = 0; id < 2000; id++) {
      await run.write(
        names
          .map((name) => `{"type":"RECORD","stream":"${name}","record":{"id":${id},"pad":"${pad}"}}\n`)
          .join(''),
      );
    }
    run.end();
    const { code, stderr } = await run.finished;
    const reached = peak();
    expect(code, stderr).to.equal(0);
    console.log(`      peak ${Math.round(reached / MB)} MB for 400 MB of records`);
    expect(reached).to.be.above(0).and.below(MEMORY_BOUND);
    const counts = await Promise.all(
      ['s0', 's99', 's199'].map((name) => place.query(`SELECT COUNT(*) FROM ${place.schema}.${name}`)),
    );
    expect(counts.flat(2)).to.deep.equal(['2000', '2000', '2000']);
  });
});
