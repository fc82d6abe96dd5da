/** `--discard`: what it counts, and that nothing comes of it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, MAIN, record, runCli, schema, state, type LogLine } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';

const integer = { type: ['null', 'integer'] };
const text = { type: ['null', 'string'] };
const input = lines(
  schema('t', { id: integer, s: text }, ['id']),
  record('t', { id: 1, s: 'a' }),
  record('t', { id: 2, s: null }),
  schema('u', { id: integer }),
  record('u', { id: 3 }),
  state({ n: 1 }),
);

/** The figures of a summary that are the same in every run. */
const figures = ({ level, streams, lines: count, csv_bytes, parts, reference_encoder }: LogLine): object => ({
  level,
  streams,
  lines: count,
  csv_bytes,
  parts,
  ...(reference_encoder === undefined ? {} : { reference_encoder }),
});

describe('--discard', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'target-redshift-discard-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('needs no configuration, prints no state, and ends with what it counted', async () => {
    const { code, stdout, logs } = await runCli(['--discard'], input);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
    expect(logs).to.have.length(1);
    expect(figures(logs[0] as LogLine)).to.deep.equal({
      level: 'info',
      streams: { t: 2, u: 1 },
      lines: 6,
      csv_bytes: '1,"a",0,0\n'.length + '2,N0123456789ab,1,0\n'.length + '3\n'.length,
      parts: 2,
    });
    expect(logs[0]?.message).to.match(/^discarded 3 rows: 0\.0 MB of CSV, 0\.0 MB compressed, in \d+\.\d s$/);
  });

  it('takes the options of a configuration, and no secret is needed for them', async () => {
    const config = file('config.json', JSON.stringify({ batch_size_rows: 1, load_method: 'append-only' }));
    const { code, logs } = await runHere(['--discard', '--config', config], input);
    expect(code).to.equal(0);
    expect(figures(logs.at(-1) as LogLine)).to.deep.include({ streams: { t: 2, u: 1 }, parts: 3 });
  });

  it('reads a file, a pipe and a redirected file alike', () => {
    const path = file('input.singer', input);
    const ways = [
      ['--discard --input "$1"', ''],
      ['--discard < "$1"', ''],
      ['--discard', 'cat "$1" |'],
    ] as const;
    const found = ways.map(([args, before]) => {
      const command = `${before} "$2" "$3" ${args}`;
      const { stderr } = spawnSync('sh', ['-c', command, 'sh', path, process.execPath, MAIN], {
        encoding: 'utf8',
      });
      return figures(JSON.parse(stderr) as LogLine);
    });
    expect(found[0]).to.deep.include({ streams: { t: 2, u: 1 }, lines: 6 });
    expect(found[1]).to.deep.equal(found[0]);
    expect(found[2]).to.deep.equal(found[0]);
  });

  it('tells which records were encoded by the reference encoder, and why', async () => {
    const odd = lines(
      schema('t', { id: integer, s: text }, ['id']),
      record('t', { id: 1 }),
      '{"type":"RECORD","stream":"t","record":{"id":2,"s":"a","s":"b"}}',
      '{"type":"record","stream":"t","record":{"id":4}}',
      '{"type":"RECORD","stream":"t","record":{"id":"5 "}}',
    );
    const { code, logs } = await runHere(['--discard'], odd);
    expect(code).to.equal(0);
    expect(logs.at(-1)?.['reference_encoder']).to.deep.equal({
      t: {
        'a key occurs twice in the record': 1,
        'the line has an unusual form': 1,
        'a value is invalid, or changed in a key': 1,
      },
    });
  });

  it('reads the files of BATCH messages', async () => {
    const path = file('records.jsonl', '{"id":1}\n{"id":2}\n');
    const batch = { type: 'BATCH', stream: 'u', encoding: { format: 'jsonl' }, manifest: [`file://${path}`] };
    const { code, logs } = await runHere(['--discard'], lines(schema('u', { id: integer }), batch));
    expect(code).to.equal(0);
    expect(figures(logs.at(-1) as LogLine)).to.deep.include({ streams: { u: 2 }, lines: 2 });
  });

  it('goes through overwrites, activations and records that are set aside as a load does', async () => {
    const config = file(
      'all.json',
      JSON.stringify({
        on_invalid: 'quarantine',
        add_record_metadata: true,
        streams: { o: { load_method: 'overwrite' } },
      }),
    );
    const { code, logs, stdout } = await runHere(
      ['--discard', '--config', config],
      lines(
        schema('o', { id: integer }),
        record('o', { id: 1 }),
        record('o', { id: 'x' }),
        schema('v', { id: integer }, ['id']),
        { type: 'RECORD', stream: 'v', record: { id: 1 }, version: 2 },
        { type: 'ACTIVATE_VERSION', stream: 'v', version: 2 },
        state(1),
      ),
    );
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
    expect(logs.map(({ level }) => level)).to.deep.equal(['warn', 'info']);
    expect(logs[0]?.message).to.contain('set aside 1 invalid record of o');
    expect(logs[1]?.['streams']).to.deep.equal({ o: 1, v: 1 });
  });

  it('fails as a load does', async () => {
    const { code, stdout, logs } = await runHere(
      ['--discard'],
      lines(schema('u', { id: integer }), record('u', { id: 'x' })),
    );
    expect({ code, stdout, line: logs.at(-1)?.['line'] }).to.deep.equal({ code: 1, stdout: '', line: 2 });
    expect(logs.at(-1)?.message).to.contain(
      'Cannot load stream "u", line 2: the value of "id" is not a number',
    );
  });

  it('counts what was read when it is stopped', async () => {
    const run = startHere(['--discard', '--config', file('debug.json', '{"log_level":"debug"}')]);
    await run.write(input);
    await run.seen(/opened a batch/);
    run.signal();
    const { code, logs } = await run.finished;
    expect(code).to.equal(0);
    expect(logs.at(-1)?.['streams']).to.deep.equal({ t: 2, u: 1 });
  });

  it('is a command of its own', async () => {
    for (const [args, problem] of [
      [['--discard', '--check'], '--check and --discard are two commands'],
      [['--discard', '--local'], '--local does not apply to discard'],
    ] as const) {
      const { code, stderr } = await runHere(args);
      expect({ code, stderr }).to.satisfy(
        (seen: { code: number; stderr: string }) => seen.code === 2 && seen.stderr.includes(problem),
      );
    }
  });
});
