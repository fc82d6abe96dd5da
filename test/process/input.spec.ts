/** Inputs that are long, or that the pipe cuts where it likes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { lines, record, schema, startCli, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace } from '../support/warehouse.ts';

const integer = { type: ['null', 'integer'] };
const text = { type: ['null', 'string'] };

describe('an input', () => {
  it('may have a SCHEMA of 1 MB and a record of 0.8 MB', async () => {
    const place = await newPlace();
    const described = { ...text, description: 'long '.repeat(16_000) };
    const columns = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`c${i}`, described]));
    const values = Object.fromEntries(Object.keys(columns).map((name) => [name, 'v'.repeat(61_000)]));
    const input = lines(schema('t', columns), record('t', values), state(1));
    const { code, stdout, stderr } = await runHere(['--config', place.configFile()], input);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '1\n' });
    expect(await place.query(`SELECT LEN(c0), c0 = c12 FROM ${place.schema}.t`)).to.deep.equal([
      ['61000', 't'],
    ]);
  });

  it('may be cut inside a character', async () => {
    const place = await newPlace();
    const bytes = Buffer.from(lines(schema('t', { s: text }), record('t', { s: 'é漢😈' })));
    const run = startCli(['--config', place.configFile({ log_level: 'debug' })]);
    const cut = bytes.indexOf('😈') + 1;
    await run.write(bytes.subarray(0, cut));
    for (const byte of bytes.subarray(cut)) await run.write(Buffer.from([byte]));
    run.end();
    const { code, stderr } = await run.finished;
    expect(code, stderr).to.equal(0);
    expect(await place.query(`SELECT s FROM ${place.schema}.t`)).to.deep.equal([['é漢😈']]);
  });

  it('may hold texts up to the 65,535 bytes of a VARCHAR, which arrive whole', async () => {
    const place = await newPlace();
    const texts = [4017, 32_002, 65_535].map((bytes) => 'ż'.repeat(bytes / 2) + 'x'.repeat(bytes % 2));
    const input = lines(
      schema('t', { id: integer, s: text }, ['id']),
      ...texts.map((s, id) => record('t', { id, s })),
    );
    const { code, stderr } = await runHere(['--config', place.configFile({ batch_size_rows: 1 })], input);
    expect(code, stderr).to.equal(0);
    const rows = await place.query(`SELECT s FROM ${place.schema}.t ORDER BY id`);
    expect(rows.flat().map((s) => [s?.length, Buffer.byteLength(s ?? '')])).to.deep.equal([
      [2009, 4017],
      [16_001, 32_002],
      [32_768, 65_535],
    ]);
    expect(rows.flat()).to.deep.equal(texts);
  });

  it('may be a named pipe that nobody writes: SIGTERM ends the wait, and nothing was read', async function () {
    // Elsewhere opening such a pipe waits for its writer.
    if (platform() !== 'linux') this.skip();
    const dir = mkdtempSync(join(tmpdir(), 'target-redshift-pipe-'));
    try {
      const pipe = join(dir, 'messages');
      execFileSync('mkfifo', [pipe]);
      const run = startCli(['--config', (await newPlace()).configFile(), '--input', pipe]);
      while (!openFiles(run.process.pid).includes(pipe)) await sleep(20);
      run.process.kill('SIGTERM');
      const { code, stdout, logs } = await run.finished;
      expect([code, stdout, logs.at(-1)?.message]).to.deep.equal([
        0,
        '',
        'stopped by a signal; every record that was read is committed: 0 rows',
      ]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

function openFiles(pid = 0): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(join(folder, fd))];
    } catch {
      // Closed in the meantime.
      return [];
    }
  });
}
