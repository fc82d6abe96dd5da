/** Records that are set aside: when their file is durable, what becomes of it when something fails, and how it is loaded again. */
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { lines, record, schema, state } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const QUARANTINE = { on_invalid: 'quarantine', max_load_attempts: 2 };

/** One good record, one that is invalid, one state. */
const MIXED = lines(
  schema('t', { id: { type: 'integer' }, at: { type: 'string', format: 'date-time' } }, ['id']),
  record('t', { id: 1, at: '2024-01-01T00:00:00Z' }),
  record('t', { id: 2, at: 'next week' }),
  state({ n: 2 }),
);

const tableOf = (place: Place): Promise<(string | null)[][]> =>
  place.query(`SELECT id, at FROM ${place.schema}.t ORDER BY id`);

/** The files' lines of RECORD messages. */
const recordsOf = async (place: Place): Promise<string[]> =>
  ((await place.rejected())['t'] ?? '').split('\n').filter((line) => line.includes('"RECORD"'));

describe('records that are set aside', function () {
  this.timeout(120_000);

  it('can be loaded from their file once the cause is gone', async () => {
    const place = await newPlace();
    expect((await runHere(['--config', place.configFile(QUARANTINE)], MIXED)).code).to.equal(0);
    expect(await tableOf(place)).to.deep.equal([['1', '2024-01-01 00:00:00+00']]);
    const file = (await place.rejected())['t'] ?? '';
    for (const line of file.split('\n').slice(0, -1)) expect(JSON.parse(line)).to.have.property('type');

    const path = place.configFile({ on_invalid: 'null' });
    const replay = await runHere(['--config', path], file);
    expect({ code: replay.code, stdout: replay.stdout }, replay.stderr).to.deep.equal({
      code: 0,
      stdout: '',
    });
    expect(await tableOf(place)).to.deep.equal([
      ['1', '2024-01-01 00:00:00+00'],
      ['2', null],
    ]);
    expect(replay.stderr).not.to.contain('_rejected');
  });

  it('are set aside again, with one reason, when the cause is still there', async () => {
    const place = await newPlace();
    const path = place.configFile(QUARANTINE);
    await runHere(['--config', path], MIXED);
    const [first = ''] = await recordsOf(place);
    const file = (await place.rejected())['t'] ?? '';
    await runHere(['--config', path], file);
    // Their order is random when both runs begin in the same second.
    const second = (await recordsOf(place)).find((record) => record !== first);
    expect(first).to.contain(',"_rejected":{"line":3,');
    expect(second).to.equal(first.replace('"line":3', '"line":2'));
  });

  it('hold the state back until their file is durable', async () => {
    const place = await newPlace();
    faults.s3 = ({ operation, key }) =>
      operation === 'PutObject' && key.endsWith('.jsonl') ? { kind: 'delay', ms: 5000 } : undefined;
    const run = startHere(['--config', place.configFile({ ...QUARANTINE, batch_size_rows: 1 })]);
    await run.write(MIXED + lines(schema('u', {}), record('u', {}), state({ n: 3 })));
    run.end();
    await run.seen(/loaded 1 row of u/);
    const started = Date.now();
    await run.seen(/\{"n":\d\}\n/);
    expect(Date.now() - started).to.be.above(500);
    const { code, stdout } = await run.finished;
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '{"n":3}\n' });
  });

  it('end the run without a state when their file cannot be written', async () => {
    const place = await newPlace();
    faults.s3 = ({ operation, key }) =>
      operation === 'PutObject' && key.endsWith('.jsonl')
        ? { kind: 'error', status: 403, code: 'AccessDenied', message: 'not below this prefix' }
        : undefined;
    const { code, stdout, logs } = await runHere(
      ['--config', place.configFile(QUARANTINE)],
      lines(schema('t', { id: { type: 'integer' } }), record('t', { id: 'x' }), state({ n: 1 })),
    );
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(logs.at(-1)?.message).to.match(
      /^Cannot upload s3:\/\/.*-rejected\/.*\.jsonl: access is denied; --check finds out what is missing/,
    );
    expect(await place.rejected()).to.deep.equal({});
    expect(await place.objects()).to.deep.equal([]);
  });

  it('are in one file when their batch is loaded a second time', async () => {
    const place = await newPlace();
    let isFirst = true;
    faults.sql = ({ verb }) => {
      if (verb !== 'COMMIT' || !isFirst) return undefined;
      isFirst = false;
      return { kind: 'drop-before' };
    };
    const { code, stdout, stderr } = await runHere(['--config', place.configFile(QUARANTINE)], MIXED);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":2}\n' });
    expect(stderr).to.contain('waiting for Redshift: ');
    expect(await recordsOf(place)).to.have.lengthOf(1);
  });

  it('stay in their file when the rest of their batch cannot be loaded', async () => {
    const place = await newPlace();
    faults.sql = ({ sql }) => (sql.startsWith('COPY') ? { kind: 'copy-reports-fewer', rows: 1 } : undefined);
    const { code, stdout } = await runHere(['--config', place.configFile(QUARANTINE)], MIXED);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(await tableOf(place)).to.deep.equal([]);
    expect(await recordsOf(place)).to.have.lengthOf(1);
    expect(await place.objects()).to.deep.equal([]);
  });

  it('need little memory, however many they are', async () => {
    const place = await newPlace();
    const path = place.configFile({ ...QUARANTINE, max_rejected: 100_000, memory_budget_mb: 16 });
    const count = 20_000;
    const text = 'x'.repeat(1000);
    const messages = Array.from({ length: count }, (_, id) => record('t', { id, at: text }));
    const input = `${path}.jsonl`;
    writeFileSync(
      input,
      lines(
        schema('t', { id: { type: 'integer' }, at: { type: 'string', format: 'date-time' } }),
        ...messages,
        state(1),
      ),
    );
    const { code, stdout, stderr } = await runHere(['--config', path, '--input', input]);
    expect({ code, stdout }, stderr.slice(0, 2000)).to.deep.equal({ code: 0, stdout: '1\n' });
    const ids = (await recordsOf(place)).map(
      (line) => (JSON.parse(line) as { record: { id: number } }).record.id,
    );
    expect(ids.sort((a, b) => a - b)).to.deep.equal(messages.map((_, id) => id));
    expect(stderr).to.contain(`set aside ${count}`);
    const files = /"rejected_files":\[([^\]]*)\]/.exec(stderr)?.[1]?.split(',') ?? [];
    expect(files.length, 'objects of at most a part').to.be.above(10);
  });
});
