/** What a run says of itself: at the start, at the end, and in the file of --report. */
import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, record, schema, state, type LogLine } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { faults, newPlace } from '../support/warehouse.ts';

const TABLE = schema('orders', { id: { type: 'integer' } }, ['id']);
const RUN_ID = /^run-\d{8}T\d{6}Z-[0-9a-f]{12}$/;

const reportFile = (): string => join(tmpdir(), `report-${process.pid}-${Math.random()}.json`);

const last = (logs: readonly LogLine[], level: string): LogLine | undefined =>
  logs.filter((line) => line.level === level).at(-1);

const read = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

describe('a run', () => {
  it('says at the start what it loads into, and marks all its lines with its id', async () => {
    const place = await newPlace();
    const { logs } = await runHere(
      ['--config', place.configFile()],
      lines(TABLE, record('orders', { id: 1 })),
    );
    const { hostname, port, database } = place.config;
    const { message, run_id: runId, version } = logs[0] as LogLine;
    expect(message).to.equal(
      `target-redshift ${String(version)} loads into schema ${place.schema} of database ${database} on ${hostname}:${port} (${String(runId)})`,
    );
    expect(runId).to.match(RUN_ID);
    expect(new Set(logs.map((line) => line['run_id']))).to.deep.equal(new Set([runId]));
    expect(
      await place.query(`SELECT DISTINCT run_id FROM ${place.schema}._target_redshift_loads`),
    ).to.deep.equal([[runId]]);
  });

  it('says what an upsert did to the rows that were there', async () => {
    const place = await newPlace();
    const input = lines(TABLE, ...[1, 2, 3].map((id) => record('orders', { id })));
    const messages = async (more: string): Promise<readonly string[]> =>
      (await runHere(['--config', place.configFile()], input + more)).logs.map(({ message }) => message);
    expect(await messages('')).to.include('loaded 3 rows of orders');
    expect(await messages(lines(record('orders', { id: 4 }), record('orders', { id: 4 })))).to.include(
      'loaded 5 rows of orders: 1 new, 3 rows replaced, 1 superseded by another record of its key',
    );
  });

  it('writes --report for its owner alone, with the last state that is safe', async () => {
    const path = reportFile();
    const place = await newPlace();
    const input = lines(TABLE, record('orders', { id: 1 }), state({ id: 1 }), record('orders', { id: 2 }));
    await runHere(['--config', place.configFile(), '--report', path], input);
    const { version, run_id, started_at, ended_at, ms, streams, ...rest } = read(path);
    expect(rest).to.deep.equal({
      outcome: 'succeeded',
      ...{ lines: 4, input_bytes: input.length, rows: 2, rejected: 0, not_loaded: 0 },
      last_state: '{"id":1}',
    });
    expect(streams).to.have.length(1);
    expect([version, run_id, started_at, ended_at, ms].every((value) => value !== undefined)).to.equal(true);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('that fails says what is committed and what is not, before the reason', async () => {
    const path = reportFile();
    const place = await newPlace();
    let copies = 0;
    faults.sql = ({ verb }) =>
      verb === 'COPY' && ++copies === 2 ? { kind: 'error', sqlstate: '42501', message: 'no' } : undefined;
    const input = lines(
      TABLE,
      ...[1, 2].flatMap((id) => [record('orders', { id }), state({ id })]),
      record('orders', { id: 3 }),
    );
    const { code, logs } = await runHere(
      ['--config', place.configFile({ batch_size_rows: 1 }), '--report', path],
      input,
    );
    expect(code).to.equal(1);
    expect(last(logs, 'info')?.message).to.match(
      /^failed: 1 row is committed, [12] records were read and not loaded; the last state on stdout is safe$/,
    );
    expect(logs.at(-1)?.level).to.equal('error');
    expect(new Set(logs.map((line) => line['run_id'])).size).to.equal(1);
    const { outcome, error, last_state: lastState } = read(path);
    expect([outcome, lastState]).to.deep.equal(['failed', '{"id":1}']);
    expect(error).to.equal(logs.at(-1)?.message);
  });

  it('that is stopped by a signal says so', async () => {
    const place = await newPlace();
    const run = startHere(['--config', place.configFile({ log_level: 'debug' })]);
    await run.write(lines(TABLE, record('orders', { id: 1 }), state({ id: 1 })));
    await run.seen(/opened a batch/);
    run.signal();
    const { code, logs } = await run.finished;
    expect([code, logs.at(-1)?.message]).to.deep.equal([
      0,
      'stopped by a signal; every record that was read is committed: 1 row',
    ]);
  });

  it('warns if --report cannot be written, and succeeds', async () => {
    const place = await newPlace();
    const { code, logs } = await runHere(
      ['--config', place.configFile(), '--report', '/nowhere/report.json'],
      lines(TABLE, record('orders', { id: 1 })),
    );
    expect(code).to.equal(0);
    expect(last(logs, 'warn')?.message).to.match(/^Cannot write --report \/nowhere\/report\.json: ENOENT/);
  });
});
