/** What a run tells programs about itself: `log_format` singer and `--metrics-file`. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, record, schema } from '../support/cli.ts';
import { newFolder } from '../support/folder.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { newPlace } from '../support/warehouse.ts';

const INPUT = lines(
  schema('a', { id: { type: 'integer' } }, ['id']),
  record('a', { id: 1 }),
  record('a', { id: 2 }),
  schema('b "c"', { id: { type: 'integer' } }, ['id']),
  record('b "c"', { id: 1 }),
);

interface SingerLine {
  readonly level: string;
  readonly message: string;
  readonly ts: number;
  readonly metric_info?: unknown;
}

describe('log_format singer', () => {
  const logged = (stderr: string): SingerLine[] =>
    stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SingerLine);

  it('writes lines with the members that Meltano requires, and metrics of each load', async () => {
    const before = Date.now() / 1000;
    const config = (await newPlace()).configFile({ log_format: 'singer', max_parallel_loads: 1 });
    const { code, stderr } = await runHere(['--config', config], INPUT);
    expect(code, stderr).to.equal(0);
    const all = logged(stderr);
    for (const line of all) {
      expect(line).to.include({
        ...{ level: 'info', pid: process.pid, logger_name: 'target-redshift' },
        ...{ app_name: 'target-redshift', thread_name: 'MainThread' },
      });
      expect(line.ts).to.be.within(before, Date.now() / 1000);
      expect(line).not.to.have.any.keys('time', 'hostname');
    }
    const points = all
      .filter(({ message }) => message.startsWith('METRIC: '))
      .map(
        ({ message }) => JSON.parse(message.slice('METRIC: '.length)) as { metric: string; value: number },
      );
    const counts = points.filter(({ metric }) => metric === 'record_count');
    expect(counts).to.have.deep.members([
      { type: 'counter', metric: 'record_count', value: 2, tags: { stream: 'a' } },
      { type: 'counter', metric: 'record_count', value: 1, tags: { stream: 'b "c"' } },
    ]);
    const times = points.filter(({ metric }) => metric === 'batch_processing_time');
    expect(
      times.map(({ value, ...rest }) => ({ ...rest, isTime: value > 0 && value < 60 })),
    ).to.have.deep.members([
      {
        type: 'timer',
        metric: 'batch_processing_time',
        tags: { stream: 'a', status: 'succeeded' },
        isTime: true,
      },
      {
        type: 'timer',
        metric: 'batch_processing_time',
        tags: { stream: 'b "c"', status: 'succeeded' },
        isTime: true,
      },
    ]);
  });

  it('names the levels of errors and warnings as Python does', async () => {
    const config = (await newPlace()).configFile({ streams: { zz: { load_method: 'upsert' } } });
    const { code, stderr } = await runHere(
      ['--config', config, '--log-format', 'singer'],
      `${INPUT}no message\n`,
    );
    expect(code).to.equal(1);
    expect(new Set(logged(stderr).map(({ level }) => level))).to.include('error');
    const empty = await runHere(['--config', config, '--log-format', 'singer'], '');
    expect(new Set(logged(empty.stderr).map(({ level }) => level))).to.include('warning');
  });

  it('is the only one with metrics', async () => {
    const config = (await newPlace()).configFile();
    for (const format of ['json', 'pretty'])
      expect((await runHere(['--config', config, '--log-format', format], INPUT)).stderr).not.to.contain(
        'METRIC',
      );
  });
});

describe('--metrics-file', () => {
  let folder: string;
  beforeEach(() => (folder = newFolder('target-redshift-metrics-')));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is there while the run goes on, and has its figures at the end, also of a failure', async () => {
    const path = join(folder, 'shop.prom');
    const place = await newPlace();
    const config = place.configFile();
    const run = startHere(['--config', config, '--metrics-file', path]);
    await run.seen(/loads into/);
    expect(readFileSync(path, 'utf8'))
      .to.contain('outcome="running"} 1\n')
      .and.not.to.contain('last_success');
    await run.write(INPUT);
    run.end();
    expect((await run.finished).code).to.equal(0);
    const first = readFileSync(path, 'utf8');
    expect(first)
      .to.contain('outcome="succeeded"} 1\n')
      .and.to.contain('target_redshift_stream_rows{pipeline="shop",stream="a",table="a"} 2\n')
      .and.to.contain(
        String.raw`target_redshift_stream_rows{pipeline="shop",stream="b \"c\"",table="b ""c"""} 1`.replace(
          'b ""c""',
          String.raw`b \"c\"`,
        ),
      )
      .and.to.contain(`target_redshift_input_bytes{pipeline="shop"} ${Buffer.byteLength(INPUT)}\n`);
    const success = /^target_redshift_last_success.*$/m.exec(first)?.[0];
    const failed = await runHere(['--config', config, '--metrics-file', path], 'no message\n');
    expect(failed.code).to.equal(1);
    expect(readFileSync(path, 'utf8'))
      .to.contain('outcome="failed"} 1\n')
      .and.to.contain(success)
      .and.not.to.contain('stream=');
  });

  it('that cannot be written does not fail the run', async () => {
    const config = (await newPlace()).configFile();
    const { code, logs } = await runHere(
      ['--config', config, '--metrics-file', join(folder, 'no/shop.prom')],
      INPUT,
    );
    expect(code).to.equal(0);
    expect(logs.filter(({ message }) => message.startsWith('Cannot write --metrics-file'))).to.have.length(1);
  });
});
