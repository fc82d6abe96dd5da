/** How a run ends that is told to: signals, and outputs that are not read, full or closed. */
import { execFileSync, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { lines, logLines, MAIN, record, runCli, schema, startCli, state } from '../support/cli.ts';
import { faults, newPlace } from '../support/warehouse.ts';

const integer = { type: ['null', 'integer'] };

/** So many records, and a state of so many bytes after each. */
function input(records: number, stateBytes = 1): string {
  return lines(
    schema('t', { id: integer }),
    ...Array.from({ length: records }, (_, n) => [
      record('t', { id: n + 1 }),
      state({ n: n + 1, filler: 'x'.repeat(stateBytes) }),
    ]).flat(),
  );
}

const lastState = (stdout: string): number =>
  (JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { n: number }).n;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

describe('the end of a run', () => {
  let folder: string;
  let opened: number[];
  let running: ChildProcess[];

  beforeEach(function () {
    // Named pipes, /proc and /dev/full.
    if (platform() !== 'linux') this.skip();
    folder = mkdtempSync(join(tmpdir(), 'target-redshift-end-'));
    opened = [];
    running = [];
  });

  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    for (const fd of opened) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (path: string, mode: string | number): number => {
    const fd = openSync(path, mode);
    opened.push(fd);
    return fd;
  };

  /** A pipe that takes 64 KB and is not read; `seen` is a descriptor to look at what it holds. */
  const unreadPipe = (name: string): { pipe: number; seen: number } => {
    const path = join(folder, name);
    execFileSync('mkfifo', [path]);
    const pipe = open(path, 'r+');
    return { pipe, seen: open(path, constants.O_RDONLY | constants.O_NONBLOCK) };
  };

  /** Resolves when something stands in the pipe. */
  const filled = async (seen: number): Promise<void> => {
    for (;;) {
      try {
        readSync(seen, Buffer.alloc(1));
        return;
      } catch {
        await sleep(20);
      }
    }
  };

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  const start = (args: readonly string[], stdio: StdioOptions, env: object = {}): ChildProcess => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio, env: { ...process.env, ...env } });
    running.push(child);
    return child;
  };

  const ended = async (child: ChildProcess): Promise<Ended> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return { code: child.exitCode, signal: child.signalCode };
  };

  /** Resolves with how the child ended within the time, or that it still runs. */
  const endedWithin = (child: ChildProcess, ms: number): Promise<Ended | string> =>
    Promise.race([ended(child), sleep(ms).then(() => 'it still runs')]);

  describe('whose stdout is not read', () => {
    const load = async (grace: number): Promise<{ child: ChildProcess; log: string }> => {
      const place = await newPlace();
      const config = place.configFile({ batch_size_rows: 5, shutdown_grace_seconds: grace });
      const log = join(folder, 'log');
      const args = ['--config', config, '--input', file('messages', input(60, 10_000))];
      const child = start(args, ['ignore', unreadPipe('stdout').pipe, open(log, 'w')]);
      const loads = (): number => readFileSync(log, 'utf8').split('loaded 5 rows').length - 1;
      while (loads() < 12 && child.exitCode === null) await sleep(20);
      return { child, log };
    };

    it('comes with the second signal', async () => {
      const { child, log } = await load(60);
      expect(await endedWithin(child, 500)).to.equal('it still runs');
      child.kill('SIGTERM');
      expect(await endedWithin(child, 500)).to.equal('it still runs');
      child.kill('SIGINT');
      expect(await endedWithin(child, 4000)).to.deep.equal({ code: 1, signal: null });
      expect(logLines(readFileSync(log, 'utf8')).at(-1)?.message).to.equal(
        'Stopped before everything that was read was loaded; run it again from the last state',
      );
    });

    it('comes with the end of shutdown_grace_seconds', async () => {
      const { child } = await load(1);
      child.kill('SIGTERM');
      expect(await endedWithin(child, 5000)).to.deep.equal({ code: 1, signal: null });
    });
  });

  it('comes with the second signal where an answer is not read', async () => {
    const query =
      'SELECT a.x * 1000 + b.x AS n FROM (SELECT generate_series(1, 200) AS x) a, (SELECT generate_series(1, 1000) AS x) b';
    const { pipe: stdout, seen } = unreadPipe('stdout');
    const child = start(
      ['sql', query, '--config', (await newPlace()).configFile()],
      ['ignore', stdout, 'ignore'],
    );
    await filled(seen);
    child.kill('SIGTERM');
    expect(await endedWithin(child, 500)).to.equal('it still runs');
    child.kill('SIGTERM');
    expect(await endedWithin(child, 4000)).to.deep.equal({ code: 1, signal: null });
  });

  it('is that of the load when stderr is not read', async () => {
    const place = await newPlace();
    const config = place.configFile({ batch_size_rows: 1, log_level: 'debug' });
    const states = join(folder, 'states');
    const args = ['--config', config, '--input', file('messages', input(20))];
    const { pipe: stderr, seen } = unreadPipe('stderr');
    // There is room for the first lines of the log.
    writeSync(stderr, Buffer.alloc(64_000));
    const child = start(args, ['ignore', open(states, 'w'), stderr]);
    expect(await ended(child)).to.deep.equal({ code: 0, signal: null });
    expect(lastState(readFileSync(states, 'utf8'))).to.equal(20);
    expect(await place.query(`SELECT COUNT(*) FROM ${place.schema}.t`)).to.deep.equal([['20']]);
    expect(readSync(seen, Buffer.alloc(100_000))).to.be.within(64_500, 65_536);
  });

  it('comes with the second signal when stderr is not read', async () => {
    const place = await newPlace();
    faults.sql = ({ sql }) => (sql.startsWith('COPY') ? { kind: 'stall', ms: 30_000 } : undefined);
    const { pipe: stderr } = unreadPipe('stderr');
    // Fills the pipe to the last byte, so that not even the first line of the log fits.
    writeSync(stderr, Buffer.alloc(65_536));
    const args = [
      '--config',
      place.configFile({ batch_size_rows: 1 }),
      '--input',
      file('messages', input(2)),
    ];
    const child = start(args, ['ignore', open('/dev/null', 'w'), stderr]);
    while (child.exitCode === null && (await place.objects()).length === 0) await sleep(50);
    child.kill('SIGTERM');
    await sleep(200);
    child.kill('SIGTERM');
    expect(await endedWithin(child, 4000)).to.deep.equal({ code: 1, signal: null });
  });

  describe('is that of the load when the log', () => {
    for (const [what, redirection] of [
      ['stands on a full disk', '2> /dev/full'],
      ['is closed', '2>&-'],
      ['is read by a reader that goes away', '2> >(head -c 10 > /dev/null)'],
      ['can only be read', '2< /dev/null'],
    ] as const) {
      it(what, async () => {
        const place = await newPlace();
        const config = place.configFile({ batch_size_rows: 2, log_level: 'debug' });
        const command = `exec "$0" "$@" ${redirection}`;
        const args = [MAIN, '--config', config, '--input', file('messages', input(20))];
        const child = spawn('bash', ['-c', command, process.execPath, ...args], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        running.push(child);
        let stdout = '';
        child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
        expect(await ended(child)).to.deep.equal({ code: 0, signal: null });
        expect(lastState(stdout)).to.equal(20);
        expect(await place.query(`SELECT COUNT(*) FROM ${place.schema}.t`)).to.deep.equal([['20']]);
      });
    }
  });

  describe('says', () => {
    it('after the second signal what may be left in S3, and for how long', async () => {
      const place = await newPlace();
      faults.s3 = ({ operation }) => (operation === 'PutObject' ? { kind: 'delay', ms: 3000 } : undefined);
      const run = startCli(['--config', place.configFile({ batch_size_rows: 1, log_level: 'debug' })]);
      await run.write(input(1));
      await run.seen(/opened a batch/);
      await sleep(300);
      run.process.kill('SIGTERM');
      await run.seen(/a second signal stops immediately/);
      run.process.kill('SIGTERM');
      const { code, stdout, logs } = await run.finished;
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(logs.slice(-2).map(({ message }) => message.replace(/run-\w+-\w+/, 'RUN'))).to.deep.equal([
        `up to 1 object may be left below s3://${place.config.s3_bucket}/${place.prefix}/RUN/; a later run removes them when they are 24 hours old (stale_after_hours)`,
        'Stopped before everything that was read was loaded; run it again from the last state',
      ]);
    });

    it('nothing of S3 when everything was removed', async () => {
      const place = await newPlace();
      faults.sql = ({ sql }) => (sql.startsWith('COPY') ? { kind: 'stall', ms: 20_000 } : undefined);
      const run = startCli(['--config', place.configFile({ batch_size_rows: 1, heartbeat_seconds: 1 })]);
      await run.write(input(1));
      await run.seen(/still running after \d+ s for stream .{1,60}: COPY/);
      run.process.kill('SIGINT');
      await run.seen(/a second signal stops immediately/);
      run.process.kill('SIGINT');
      const { code, stderr } = await run.finished;
      expect(code).to.equal(1);
      expect(stderr).not.to.contain('may be left');
      expect(await place.objects()).to.deep.equal([]);
    });

    it('the same when S3 does not answer any more', async () => {
      const place = await newPlace();
      faults.sql = ({ sql }) => (sql.startsWith('COPY') ? { kind: 'stall', ms: 20_000 } : undefined);
      faults.s3 = ({ operation }) =>
        operation === 'DeleteObjects' ? { kind: 'delay', ms: 20_000 } : undefined;
      const run = startCli(['--config', place.configFile({ batch_size_rows: 1, heartbeat_seconds: 1 })]);
      await run.write(input(1));
      await run.seen(/still running after \d+ s for stream .{1,60}: COPY/);
      run.process.kill('SIGTERM');
      await run.seen(/a second signal stops immediately/);
      const second = Date.now();
      run.process.kill('SIGTERM');
      const { code, stderr } = await run.finished;
      expect([code, Date.now() - second < 4000]).to.deep.equal([1, true]);
      expect(stderr).to.contain('up to 2 objects may be left below s3://');
    });
  });

  it('comes by SIGKILL when a call of the operating system does not return', async () => {
    // A thread that opens a pipe without a writer stands for one that reads from a drive that is gone.
    const pipe = join(folder, 'hangs');
    execFileSync('mkfifo', [pipe]);
    const hang = file(
      'hang.mjs',
      `import { open } from 'node:fs'; open(${JSON.stringify(pipe)}, () => undefined);`,
    );
    const run = startCli(['--config', (await newPlace()).configFile({ log_level: 'debug' })], {
      NODE_OPTIONS: `--import=${hang}`,
    });
    await run.write(input(1));
    await run.seen(/opened a batch/);
    run.process.kill('SIGTERM');
    await run.seen(/a second signal stops immediately/);
    run.process.kill('SIGTERM');
    const { signal } = await run.finished;
    expect(signal).to.equal('SIGKILL');
  });

  it('comes with the first signal while the configuration is a pipe without a writer', async () => {
    const pipe = join(folder, 'config');
    execFileSync('mkfifo', [pipe]);
    const child = start(['--config', pipe], ['ignore', 'pipe', 'ignore']);
    await sleep(1000);
    child.kill('SIGTERM');
    expect(await endedWithin(child, 1000)).to.deep.equal({ code: null, signal: 'SIGTERM' });
  });
});

describe('a stdout', () => {
  const load = async (redirection: string): Promise<object> => {
    const place = await newPlace();
    const command = `exec "$0" "$@" ${redirection}`;
    const child = spawn('bash', ['-c', command, process.execPath, MAIN, '--config', place.configFile()]);
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input(1));
    await once(child, 'close');
    return { code: child.exitCode, message: logLines(stderr).at(-1)?.message };
  };

  const refusal = {
    code: 1,
    message:
      'Cannot load: stdout is closed (or is /dev/null opened for reading and writing, which looks the same), so no state could be ' +
      'printed. Redirect stdout to a file or a pipe; to load without printing states, redirect it with > /dev/null',
  };
  const success = { code: 0, message: 'every record that was read is committed: 1 row' };

  before(function () {
    if (platform() === 'win32') this.skip();
  });

  it('that is closed is refused before anything is loaded', async () => {
    expect(await load('>&-')).to.deep.equal(refusal);
    expect(await load('<> /dev/null >&0')).to.deep.equal(refusal);
  });

  it('may be thrown away', async () => {
    expect(await load('> /dev/null')).to.deep.equal(success);
    expect(await load('>> /dev/null')).to.deep.equal(success);
  });

  it('may be missing where no state is printed', async () => {
    const child = spawn('bash', ['-c', 'exec "$0" "$@" >&-', process.execPath, MAIN, '--discard']);
    child.stdin.end(input(1));
    await once(child, 'close');
    expect(child.exitCode).to.equal(0);
    expect((await runCli(['--version'])).code).to.equal(0);
  });
});
