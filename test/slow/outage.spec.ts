/** Outages of 8 s, of one and of five minutes in the middle of a run, with more input than fits into memory. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { breakable } from '../support/breakable.ts';
import { lines, record, schema, startCli, state } from '../support/cli.ts';
import { newPlace } from '../support/warehouse.ts';

const COLUMNS = { id: { type: 'integer' }, text: { type: 'string' } };
const MB = 1024 * 1024;
const BUDGET_MB = 32;
const ROWS = 1000;
const BLOCKS = 100;

/** A megabyte of records that hardly compresses. */
function block(number: number): string {
  return lines(
    ...Array.from({ length: ROWS }, (_, i) =>
      record('t', {
        id: number * ROWS + i,
        text: Array.from({ length: 90 }, () => Math.random().toString(36).slice(2, 13)).join(''),
      }),
    ),
    state({ n: number }),
  );
}

const residentBytes = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

for (const seconds of [8, 60, 300]) {
  describe(`an outage of ${seconds} s`, () => {
    for (const service of ['S3', 'Redshift'] as const) {
      it(`of ${service} is waited out in bounded memory, and every row is there once`, async () => {
        const place = await newPlace();
        const endpoint = new URL(place.config.s3_endpoint);
        await using proxy = await breakable(service === 'S3' ? Number(endpoint.port) : place.config.port);
        const through =
          service === 'S3' ? { s3_endpoint: `http://127.0.0.1:${proxy.port}` } : { port: proxy.port };
        const run = startCli([
          '--config',
          place.configFile({
            ...through,
            memory_budget_mb: BUDGET_MB,
            batch_max_age_seconds: 1,
            // While Redshift is away, parts still go to S3: reading pauses when one batch loads, one waits and one is full.
            batch_size_rows: 10 * ROWS,
            // Some time for the try that meets the end of the outage.
            retry_for_seconds: seconds + 60,
          }),
        ]);
        await run.write(lines(schema('t', COLUMNS, ['id'])) + block(0));
        await run.seen(/\{"n":0\}\n/);
        proxy.cut();
        let written = 0;
        const writing = (async (): Promise<void> => {
          for (let i = 1; i < BLOCKS; i++) {
            await run.write(block(i));
            written = i;
          }
          run.end();
        })();
        await run.seen(new RegExp(`waiting for ${service}: `));
        await sleep(seconds * 1000);
        // What the tap can still write is bounded, and so is the memory.
        expect(written).to.be.below(BLOCKS - 1);
        expect(residentBytes(run.process.pid)).to.be.below((100 + BUDGET_MB + 32) * MB);
        proxy.mend();
        await writing;
        const { code, stdout, logs, stderr } = await run.finished;
        expect(code, stderr.slice(-2000)).to.equal(0);
        expect(stdout.endsWith(`{"n":${BLOCKS - 1}}\n`)).to.equal(true);
        const counts = await place.query(`SELECT COUNT(*), COUNT(DISTINCT id) FROM ${place.schema}.t`);
        expect(counts).to.deep.equal([[String(BLOCKS * ROWS), String(BLOCKS * ROWS)]]);
        const told = logs.filter(({ message }) => message.startsWith(`waiting for ${service}: `)).length;
        expect(told).to.be.within(Math.floor(seconds / 30), Math.ceil(seconds / 30) + 3);
        expect(await place.objects()).to.deep.equal([]);
      });
    }
  });
}
