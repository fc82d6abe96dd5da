import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isClosed, NonBlockingStream, openNonBlocking } from '../../src/io/output.ts';

/** What stands in the pipe. */
function readNow(reader: number): Buffer {
  const buffer = Buffer.alloc(100_000);
  try {
    return buffer.subarray(0, readSync(reader, buffer));
  } catch {
    return Buffer.alloc(0);
  }
}

describe('writing without blocking', () => {
  let folder: string;
  const opened: number[] = [];

  beforeEach(function () {
    if (platform() !== 'linux') this.skip();
    folder = mkdtempSync(join(tmpdir(), 'target-redshift-output-'));
  });
  afterEach(() => {
    for (const fd of opened.splice(0)) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (path: string, flags: number | string): number => {
    const fd = openSync(path, flags);
    opened.push(fd);
    return fd;
  };

  const pipe = (): { readonly writer: number; readonly reader: number } => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    return { writer: open(path, 'r+'), reader: open(path, constants.O_RDONLY | constants.O_NONBLOCK) };
  };

  const nonBlocking = (fd: number): number => {
    const own = openNonBlocking(fd) ?? -1;
    opened.push(own);
    return own;
  };

  it('brings all bytes to a reader that is slow, in their order', async () => {
    const { writer, reader } = pipe();
    const stream = new NonBlockingStream(nonBlocking(writer));
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    stream.write(bytes.subarray(0, 200_000));
    stream.end(bytes.subarray(200_000));
    const seen: Buffer[] = [];
    const reading = setInterval(() => seen.push(readNow(reader)), 5);
    await once(stream, 'finish');
    clearInterval(reading);
    seen.push(readNow(reader));
    expect(Buffer.concat(seen).equals(bytes)).to.equal(true);
  });

  it('fails when the reader has gone', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stream = new NonBlockingStream(nonBlocking(open(path, constants.O_WRONLY)));
    closeSync(reader);
    stream.write('x');
    const [error] = (await once(stream, 'error')) as [Error];
    expect(error.message).to.equal('EPIPE: broken pipe, write');
  });

  it('leaves files alone, which would be written from their beginning', () => {
    writeFileSync(join(folder, 'file'), 'x');
    expect(openNonBlocking(open(join(folder, 'file'), 'a'))).to.equal(undefined);
  });
});

describe('isClosed', () => {
  before(function () {
    if (platform() === 'win32') this.skip();
  });

  const opened = (path: string, flags: string): boolean => {
    const fd = openSync(path, flags);
    try {
      return isClosed(fd);
    } finally {
      closeSync(fd);
    }
  };

  it('knows what Node opens in place of a descriptor that was closed', () => {
    expect(opened('/dev/null', 'r+')).to.equal(true);
    expect(isClosed(9999)).to.equal(true);
  });

  it('is false for everything else, also for /dev/null that a shell opened', () => {
    expect(opened('/dev/null', 'w')).to.equal(false);
    expect(opened('/dev/null', 'a')).to.equal(false);
    expect(opened('/dev/zero', 'r+')).to.equal(false);
  });
});
