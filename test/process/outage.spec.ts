/** S3 or Redshift goes away in the middle of a run: the run waits, and ends right or by name. No state is early, no row is doubled. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { breakable, type Breakable } from '../support/breakable.ts';
import { lines, record, schema, state } from '../support/cli.ts';
import { startHere, type StartedHere } from '../support/in-process.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const COLUMNS = { id: { type: 'integer' }, name: { type: ['null', 'string'] } };

/** Before the outage, and during it: one row is new and one is changed. */
const FIRST = lines(
  schema('t', COLUMNS, ['id']),
  record('t', { id: 1, name: 'a' }),
  record('t', { id: 2, name: 'b' }),
  state({ n: 1 }),
);
const SECOND = lines(
  record('t', { id: 2, name: 'changed' }),
  record('t', { id: 3, name: 'c' }),
  state({ n: 2 }),
);

const rowsOf = (place: Place): Promise<(string | null)[][]> =>
  place.query(`SELECT id, name FROM ${place.schema}.t ORDER BY id`);

const BEFORE = [
  ['1', 'a'],
  ['2', 'b'],
];
const AFTER = [
  ['1', 'a'],
  ['2', 'changed'],
  ['3', 'c'],
];

interface Outage {
  readonly place: Place;
  readonly proxy: Breakable;
  readonly run: StartedHere;
}

/** A run that has loaded FIRST through a proxy in front of the service, which is cut before SECOND is sent. */
async function inOutage(service: 'S3' | 'Redshift', options: object): Promise<Outage> {
  const place = await newPlace();
  const endpoint = new URL(place.config.s3_endpoint);
  const proxy = await breakable(service === 'S3' ? Number(endpoint.port) : place.config.port);
  const through = service === 'S3' ? { s3_endpoint: `http://127.0.0.1:${proxy.port}` } : { port: proxy.port };
  const run = startHere(['--config', place.configFile({ batch_max_age_seconds: 1, ...through, ...options })]);
  await run.write(FIRST);
  await run.seen(/^\{"n":1\}\n/);
  proxy.cut();
  await run.write(SECOND);
  await run.seen(new RegExp(`waiting for ${service}: `));
  return { place, proxy, run };
}

describe('an outage in the middle of a run', () => {
  for (const service of ['S3', 'Redshift'] as const) {
    it(`of 8 s of ${service} is waited out`, async () => {
      const { place, proxy, run } = await inOutage(service, {});
      await using _ = proxy;
      await sleep(8000);
      expect(run.stdout).to.equal('{"n":1}\n');
      expect(await rowsOf(place)).to.deep.equal(BEFORE);
      proxy.mend();
      await run.seen(/\{"n":2\}\n/);
      run.end();
      const { code, stdout, logs, stderr } = await run.finished;
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n{"n":2}\n' });
      expect(await rowsOf(place)).to.deep.equal(AFTER);
      expect(await place.objects()).to.deep.equal([]);
      const told = logs.map(({ message }) => message);
      expect(told.filter((message) => message.startsWith(`waiting for ${service}: `)).length).to.equal(1);
      expect(told.filter((message) => message.startsWith(`${service} works again, after `)).length).to.equal(
        1,
      );
    });

    it(`of ${service} that lasts longer than retry_for_seconds ends the run, which says what it tried`, async () => {
      const { place, proxy, run } = await inOutage(service, { retry_for_seconds: 3 });
      await using _ = proxy;
      const { code, stdout, logs } = await run.finished;
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"n":1}\n' });
      expect(logs.at(-1)?.message).to.match(
        new RegExp(
          `; tried \\d times in 3 s and given up \\(retry_for_seconds is 3\\)\\. Run it again from the last state when ${service} works again, or let it wait longer$`,
        ),
      );
      expect(await rowsOf(place)).to.deep.equal(BEFORE);
    });

    it(`of ${service} does not keep SIGTERM waiting`, async () => {
      const { place, proxy, run } = await inOutage(service, {});
      await using _ = proxy;
      await sleep(2000);
      const signaled = Date.now();
      run.signal();
      const { code, stdout, logs } = await run.finished;
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"n":1}\n' });
      expect(Date.now() - signaled).to.be.below(5000);
      expect(logs.map(({ message }) => message).join('\n')).to.contain(
        'given up because the run was asked to stop',
      );
      expect(await rowsOf(place)).to.deep.equal(BEFORE);
    });
  }

  it('is tried once with retry_for_seconds 0', async () => {
    const place = await newPlace();
    await using proxy = await breakable(Number(new URL(place.config.s3_endpoint).port));
    const through = { s3_endpoint: `http://127.0.0.1:${proxy.port}`, retry_for_seconds: 0 };
    const run = startHere(['--config', place.configFile({ batch_max_age_seconds: 1, ...through })]);
    await run.write(FIRST);
    await run.seen(/^\{"n":1\}\n/);
    proxy.cut();
    await run.write(SECOND);
    const { code, stdout, stderr } = await run.finished;
    expect({ code, stdout }, stderr).to.deep.equal({ code: 1, stdout: '{"n":1}\n' });
    expect(stderr).not.to.contain('waiting for S3');
  });

  it('is reported once, and waited for once, however many tables wait', async () => {
    const place = await newPlace();
    await using proxy = await breakable(Number(new URL(place.config.s3_endpoint).port));
    const through = { s3_endpoint: `http://127.0.0.1:${proxy.port}`, retry_for_seconds: 4 };
    const run = startHere(['--config', place.configFile({ batch_max_age_seconds: 1, ...through })]);
    await run.write(FIRST);
    await run.seen(/^\{"n":1\}\n/);
    proxy.cut();
    const streams = Array.from({ length: 20 }, (_, i) => `s${i}`);
    await run.write(lines(...streams.map((name) => schema(name, COLUMNS, ['id']))));
    await run.write(lines(...streams.map((name) => record(name, { id: 1, name }))));
    await run.seen(/waiting for S3: /);
    const started = Date.now();
    run.end();
    const { code, stdout, logs } = await run.finished;
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"n":1}\n' });
    expect(logs.filter(({ message }) => message.startsWith('waiting for S3: ')).length).to.equal(1);
    // Twenty uploads, four at a time: if each waited for itself, this would take five times as long.
    expect(Date.now() - started).to.be.below(9000);
  });
});
