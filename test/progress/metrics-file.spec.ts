import { readFileSync, rmSync, statSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { Figures } from '../../src/progress/figures.ts';
import { MetricsFile } from '../../src/progress/metrics-file.ts';
import type { Status } from '../../src/progress/status.ts';
import { newFolder } from '../support/folder.ts';

const START = Date.UTC(2026, 10, 30, 12);

describe('the file of --metrics-file', () => {
  let folder: string;
  let path: string;
  let logged: string[];
  const log = pino(
    { base: null },
    { write: (line: string) => void logged.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const metricsFile = (at = path): MetricsFile => new MetricsFile(at, { version: '1.2.3', log });
  const status = (): Status => {
    const figures = new Figures(() => START);
    figures.bytes = 4096;
    return { figures, messages: 12, streams: 1, isDraining: false };
  };

  beforeEach(() => {
    folder = newFolder('target-redshift-metrics-');
    path = join(folder, 'shop.prom');
    logged = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has the figures of the run and of each stream, with escaped labels', () => {
    const now = status();
    const load = { rejected: 2, isCollected: false, bytes: 300, ms: 1500 };
    now.figures.committed({ ...load, stream: 'a "b"\\c\nd', table: 'a', rows: 5 });
    metricsFile().write(now, 'succeeded', START + 2500);
    const labels = String.raw`{pipeline="shop",stream="a \"b\"\\c\nd",table="a"}`;
    expect(readFileSync(path, 'utf8')).to.equal(`# HELP target_redshift_info The version of the program.
# TYPE target_redshift_info gauge
target_redshift_info{pipeline="shop",version="1.2.3"} 1
# HELP target_redshift_run_outcome The outcome of the latest run: 1 for the one that applies.
# TYPE target_redshift_run_outcome gauge
target_redshift_run_outcome{pipeline="shop",outcome="running"} 0
target_redshift_run_outcome{pipeline="shop",outcome="succeeded"} 1
target_redshift_run_outcome{pipeline="shop",outcome="failed"} 0
target_redshift_run_outcome{pipeline="shop",outcome="stopped"} 0
# HELP target_redshift_run_start_timestamp_seconds When the latest run began.
# TYPE target_redshift_run_start_timestamp_seconds gauge
target_redshift_run_start_timestamp_seconds{pipeline="shop"} ${START / 1000}
# HELP target_redshift_run_seconds How long the latest run has taken so far, or took.
# TYPE target_redshift_run_seconds gauge
target_redshift_run_seconds{pipeline="shop"} 2.5
# HELP target_redshift_last_success_timestamp_seconds When a run last succeeded.
# TYPE target_redshift_last_success_timestamp_seconds gauge
target_redshift_last_success_timestamp_seconds{pipeline="shop"} ${START / 1000 + 2.5}
# HELP target_redshift_messages Messages that were read.
# TYPE target_redshift_messages gauge
target_redshift_messages{pipeline="shop"} 12
# HELP target_redshift_input_bytes Bytes that were read.
# TYPE target_redshift_input_bytes gauge
target_redshift_input_bytes{pipeline="shop"} 4096
# HELP target_redshift_stream_rows Committed rows.
# TYPE target_redshift_stream_rows gauge
target_redshift_stream_rows${labels} 5
# HELP target_redshift_stream_rejected_records Records that were set aside.
# TYPE target_redshift_stream_rejected_records gauge
target_redshift_stream_rejected_records${labels} 2
# HELP target_redshift_stream_loads Committed loads.
# TYPE target_redshift_stream_loads gauge
target_redshift_stream_loads${labels} 1
# HELP target_redshift_stream_csv_bytes Bytes of CSV before compression.
# TYPE target_redshift_stream_csv_bytes gauge
target_redshift_stream_csv_bytes${labels} 300
# HELP target_redshift_stream_load_seconds Time in which batches were loaded.
# TYPE target_redshift_stream_load_seconds gauge
target_redshift_stream_load_seconds${labels} 1.5
`);
  });

  it('keeps the time of the last success through later runs', () => {
    metricsFile().write(status(), 'succeeded', START);
    for (const outcome of ['running', 'failed', 'stopped'] as const) {
      metricsFile().write(status(), outcome, START + 60_000);
      expect(readFileSync(path, 'utf8'), outcome)
        .to.contain(`\ntarget_redshift_last_success_timestamp_seconds{pipeline="shop"} ${START / 1000}\n`)
        .and.to.contain(`\ntarget_redshift_run_outcome{pipeline="shop",outcome="${outcome}"} 1\n`);
    }
  });

  it('has no time of a success before the first one, and takes none from another file', () => {
    for (const before of [
      '',
      'target_redshift_last_success_timestamp_seconds{pipeline="shop"} x\n',
      '\0\n',
    ]) {
      writeFileSync(path, before);
      metricsFile().write(status(), 'failed', START);
      expect(readFileSync(path, 'utf8')).not.to.contain('last_success');
    }
  });

  it('is replaced as a whole, may be read by the collector, and leaves no other file', () => {
    metricsFile().write(status(), 'running', START);
    metricsFile().write(status(), 'succeeded', START);
    expect(readdirSync(folder)).to.deep.equal(['shop.prom']);
    const other = join(folder, 'other');
    writeFileSync(other, '', { mode: 0o644 });
    expect(statSync(path).mode).to.equal(statSync(other).mode);
  });

  it('that cannot be written is a warning, once', () => {
    const file = metricsFile(join(folder, 'none', 'shop.prom'));
    file.write(status(), 'running', START);
    file.write(status(), 'succeeded', START);
    expect(logged).to.have.length(1);
    expect(logged[0]).to.match(/^Cannot write --metrics-file .*shop\.prom: ENOENT/);
  });
});
