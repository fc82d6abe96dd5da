import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLogger, Secrets } from '../../src/log.ts';
import { LogOutput } from '../../src/io/log-output.ts';

const PIPE_BYTES = 65_536;
const never = new AbortController().signal;

describe('LogOutput', () => {
  let folder: string;
  const opened = new Set<number>();

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'target-redshift-log-'))));
  afterEach(() => {
    for (const fd of opened) closeSync(fd);
    opened.clear();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (path: string, flags: number | string): number => {
    const fd = openSync(path, flags);
    opened.add(fd);
    return fd;
  };

  /** A log into a pipe, and what was read of it so far. */
  const piped = (): { log: LogOutput; read: () => string; close: () => void } => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = new LogOutput(open(path, constants.O_WRONLY | constants.O_NONBLOCK));
    log.setNotice((lines) => `(${lines})\n`);
    const buffer = Buffer.alloc(2 * PIPE_BYTES);
    const read = (): string => {
      try {
        return buffer.toString('utf8', 0, readSync(reader, buffer));
      } catch {
        return '';
      }
    };
    const close = (): void => {
      opened.delete(reader);
      closeSync(reader);
    };
    return { log, read, close };
  };

  it('has written a line before write returns', () => {
    const path = join(folder, 'file');
    const log = new LogOutput(open(path, 'a'));
    log.write('one\n');
    expect(readFileSync(path, 'utf8')).to.equal('one\n');
    log.write('two é\n');
    expect(readFileSync(path, 'utf8')).to.equal('one\ntwo é\n');
  });

  describe('into a pipe', () => {
    before(function () {
      if (platform() === 'win32') this.skip();
    });

    it('keeps every line and their order while the reader is slow', async () => {
      const { log, read } = piped();
      const lines = Array.from({ length: 3000 }, (_, i) => `${i} ${'x'.repeat(90)}\n`);
      for (const line of lines) log.write(line);
      let seen = '';
      const reading = setInterval(() => (seen += read()), 1);
      await log.flushed(never);
      clearInterval(reading);
      expect(seen + read()).to.equal(lines.join(''));
    });

    it('drops the oldest lines that wait when they are too many, and says where and how many', async () => {
      const { log, read } = piped();
      const lines = Array.from(
        { length: 3000 },
        (_, i) => `${String(i).padStart(4, '0')} ${'x'.repeat(994)}\n`,
      );
      for (const line of lines) log.write(line);
      let seen = '';
      const reading = setInterval(() => (seen += read()), 1);
      await log.flushed(never);
      clearInterval(reading);
      const [before = '', after = ''] = (seen + read()).split(/^\(\d+\)\n/m);
      const dropped = Number(/^\((\d+)\)$/m.exec(seen)?.[1]);
      const kept = [...before.matchAll(/^\d{4}/gm), ...after.matchAll(/^\d{4}/gm)].map(([number]) =>
        Number(number),
      );
      expect(kept.length + dropped).to.equal(3000);
      // The pipe and 1 MB of memory.
      expect(kept.length).to.be.within(1000, 1200);
      expect(kept).to.deep.equal([...kept].sort((a, b) => a - b));
      expect(after.endsWith(lines.at(-1) ?? '?')).to.equal(true);
      expect(before + after).to.equal(kept.map((i) => lines[i]).join(''));
    });

    it('waits for a reader that takes nothing for some time, and not once it is given up', async () => {
      const { log, read } = piped();
      for (let i = 0; i < 100; i++) log.write(`${'x'.repeat(999)}\n`);
      const started = Date.now();
      const end = new AbortController();
      setTimeout(() => end.abort(), 300);
      await log.flushed(end.signal);
      expect(Date.now() - started).to.be.within(250, 2000);
      await log.flushed(never, 300);
      expect(Date.now() - started).to.be.within(550, 4000);
      // Nothing may be left that would be written to what is opened next.
      const reading = setInterval(read, 1);
      await log.flushed(never);
      clearInterval(reading);
    });

    it('holds nothing for a reader that has gone', async () => {
      const { log, close } = piped();
      log.write('one\n');
      close();
      for (let i = 0; i < 100; i++) log.write(`${'x'.repeat(999)}\n`);
      const started = Date.now();
      await log.flushed(never);
      expect(Date.now() - started).to.be.below(100);
    });

    it('says as a line of JSON how many are missing, whatever its level', async () => {
      const { log, read } = piped();
      const logger = await createLogger('error', 'json', new Secrets(), log);
      for (let i = 0; i < 3000; i++) logger.error('x'.repeat(1000));
      let seen = '';
      const reading = setInterval(() => (seen += read()), 1);
      await log.flushed(never);
      clearInterval(reading);
      const lines = (seen + read()).trim().split('\n');
      const notices = lines
        .map((line) => JSON.parse(line) as { level: string; lines?: number; message: string })
        .filter(({ lines: dropped }) => dropped !== undefined);
      expect(notices.length).to.equal(1);
      const [{ level, message, lines: dropped = 0 } = { level: '', message: '' }] = notices;
      expect([level, message, dropped + lines.length - 1]).to.deep.equal([
        'warn',
        `${dropped.toLocaleString('en-US')} lines of the log are missing here: the log could not be written`,
        3000,
      ]);
    });
  });

  it('goes on where a disk has room again, and says what is missing', function () {
    // A file that may not grow stands for a full disk.
    if (platform() !== 'linux') this.skip();
    const path = join(folder, 'file');
    const script = `
      import { openSync, ftruncateSync } from 'node:fs';
      import { LogOutput } from ${JSON.stringify(new URL('../../src/io/log-output.ts', import.meta.url).href)};
      const fd = openSync(${JSON.stringify(path)}, 'a');
      const log = new LogOutput(fd);
      process.on('SIGXFSZ', () => undefined);
      log.write('1'.repeat(600) + '\\n');
      log.write('2'.repeat(600) + '\\n');
      log.write('3'.repeat(600) + '\\n');
      ftruncateSync(fd, 0);
      log.write('4\\n');
      log.write('5\\n');
    `;
    execFileSync('bash', [
      '-c',
      'ulimit -f 1; exec "$0" --import=tsx --input-type=module -e "$1"',
      process.execPath,
      script,
    ]);
    expect(readFileSync(path, 'utf8')).to.equal('\n2 lines of the log are missing\n4\n5\n');
  });

  it('takes lines for a person', async () => {
    const path = join(folder, 'file');
    const log = new LogOutput(open(path, 'a'));
    const logger = await createLogger('error', 'pretty', new Secrets(), log);
    logger.error({ line: 7 }, 'a line for a person');
    expect(readFileSync(path, 'utf8')).to.match(/^\[\d\d:\d\d:\d\d\] ERROR: a line for a person\n$/);
  });
});
