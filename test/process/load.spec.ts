/** What a user or an orchestrator sees of a load: signals, pipes, streams, exit codes. */
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { lines, record, runCli, schema, startCli, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace } from '../support/warehouse.ts';

const integer = { type: ['null', 'integer'] };
const text = { type: ['null', 'string'] };

describe('a load as a process', () => {
  it('reads --input FILE as it reads stdin', async () => {
    const place = await newPlace();
    const path = `${place.configFile()}.singer`;
    writeFileSync(path, lines(schema('t', { a: integer }), record('t', { a: 1 }), state(7)));
    const { code, stdout } = await runCli(['--config', place.configFile(), '--input', path]);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '7\n' });
    expect(await place.query(`SELECT a FROM ${place.schema}.t`)).to.deep.equal([['1']]);
  });

  it('takes CRLF line ends, a BOM and a last line without LF', async () => {
    const place = await newPlace();
    const input = `\uFEFF${lines(schema('t', { a: integer }), record('t', { a: 1 })).replaceAll('\n', '\r\n')}${JSON.stringify(state(1))}`;
    const { code, stdout } = await runHere(['--config', place.configFile()], input);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '1\n' });
  });

  it('replaces bytes that are not UTF-8 by U+FFFD and tells so', async () => {
    const place = await newPlace();
    const broken = Buffer.concat([
      Buffer.from('{"type":"RECORD","stream":"t","record":{"s":"a'),
      Buffer.from([0xff]),
      Buffer.from('b"}}\n'),
    ]);
    const input = Buffer.concat([Buffer.from(lines(schema('t', { s: text }))), broken]);
    const { code, stderr } = await runHere(['--config', place.configFile()], input);
    expect(code).to.equal(0);
    expect(stderr).to.contain('bytes that are not UTF-8');
    expect(await place.query(`SELECT s FROM ${place.schema}.t`)).to.deep.equal([['a\uFFFDb']]);
  });

  it('loads a batch that is old enough while stdin is silent, and writes its state', async () => {
    const place = await newPlace();
    const run = startCli(['--config', place.configFile({ batch_max_age_seconds: 1 })]);
    await run.write(lines(schema('t', { a: integer }), record('t', { a: 1 }), state({ n: 1 })));
    await run.seen(/^\{"n":1\}\n/);
    expect(await place.query(`SELECT a FROM ${place.schema}.t`)).to.deep.equal([['1']]);
    run.end();
    expect((await run.finished).code).to.equal(0);
  });

  it('on SIGTERM drops the unfinished line, loads what is read, writes the state and exits 0', async () => {
    const place = await newPlace();
    const run = startCli(['--config', place.configFile({ log_level: 'debug' })]);
    await run.write(lines(schema('t', { a: integer }), record('t', { a: 1 }), state({ n: 1 })));
    await run.write('{"type":"RECORD","stream":"t","record":{"a":2');
    await run.seen(/opened a batch/);
    run.process.kill('SIGTERM');
    const { code, stdout } = await run.finished;
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
    expect(await place.query(`SELECT a FROM ${place.schema}.t`)).to.deep.equal([['1']]);
    expect(await place.objects()).to.deep.equal([]);
  });

  it('does not abort a commit when the reader of stdout is gone, and exits 1', async () => {
    const place = await newPlace();
    const run = startCli(['--config', place.configFile({ batch_size_rows: 1 })]);
    run.process.stdout?.destroy();
    await run.write(lines(schema('t', { a: integer }), record('t', { a: 1 }), state({ n: 1 })));
    await run.seen(/Cannot write the state to stdout: its reader closed it/);
    const { code, logs } = await run.finished;
    expect(code).to.equal(1);
    expect(logs.filter(({ level }) => level === 'error')).to.have.lengthOf(1);
    expect(await place.query(`SELECT a FROM ${place.schema}.t`)).to.deep.equal([['1']]);
  });

  it('does not end with 0 when the last state did not reach its reader', async () => {
    const place = await newPlace();
    const run = startCli(['--config', place.configFile()]);
    run.process.stdout?.destroy();
    await run.write(lines(schema('t', { a: integer }), record('t', { a: 1 }), state({ n: 1 })));
    run.end();
    expect((await run.finished).code).to.equal(1);
    expect(await place.query(`SELECT a FROM ${place.schema}.t`)).to.deep.equal([['1']]);
  });

  it('ends on a signal that came before the input was opened', async () => {
    const place = await newPlace();
    const run = startCli(['--config', place.configFile({ hostname: '127.0.0.1' })]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    run.process.kill('SIGTERM');
    const { stdout } = await run.finished;
    expect(stdout).to.equal('');
  });

  it('writes nothing but states to stdout and nothing but JSON lines to stderr', async () => {
    const place = await newPlace();
    const { stdout, stderr, logs } = await runCli(
      ['--config', place.configFile({ log_level: 'debug' })],
      lines(schema('t', { a: integer }), record('t', { a: 1 }), state(1)),
    );
    expect(stdout).to.equal('1\n');
    expect(stderr.trim().split('\n')).to.have.lengthOf(logs.length);
  });

  it('never shows a secret, not even at debug level and in errors', async () => {
    const place = await newPlace();
    const { password, aws_secret_access_key } = place.config;
    const { stderr } = await runHere(
      [
        '--config',
        place.configFile({
          log_level: 'debug',
          iam_role: null,
          aws_access_key_id: 'AKIAWRONG',
          s3_endpoint: undefined,
        }),
      ],
      lines(schema('t', { a: integer }), record('t', { a: 1 })),
    );
    expect(stderr).not.to.contain(password);
    expect(stderr).not.to.contain(aws_secret_access_key);
  });

  it("loads a record of 3 MB, and a line of 20 MB in linear time up to Redshift's refusal", async () => {
    const place = await newPlace();
    const wide = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`c${i}`, text]));
    const row = (bytes: number): object =>
      record('t', Object.fromEntries(Object.keys(wide).map((name) => [name, 'x'.repeat(bytes)])));
    const fine = await runHere(
      ['--config', place.configFile()],
      lines(schema('t', wide), row(50_000), state(1)),
    );
    expect({ code: fine.code, stdout: fine.stdout }).to.deep.equal({ code: 0, stdout: '1\n' });
    const huge = record('t', {
      c0: 'x',
      c1: ['y'.repeat(60_000)],
      c2: Array.from({ length: 320 }, () => 'z'.repeat(62_000)),
    });
    const columns = { c0: text, c1: { type: 'array' }, c2: { type: 'array' } };
    const refused = await runHere(
      ['--config', place.configFile({ target_schema: `${place.schema}_b` })],
      lines(schema('t', columns), huge, state(2)),
    );
    expect({ code: refused.code, stdout: refused.stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(refused.logs.at(-1)?.message).to.match(
      /^Cannot load stream "t", line 2: the record needs a row of \d+ bytes, and COPY accepts at most 4194304/,
    );
  });
});
