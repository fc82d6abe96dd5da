import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openFile, type Input } from '../../src/io/input.ts';

/** All bytes, and how many chunks they came in. Each chunk is copied, because the next one may have its memory. */
async function read(input: Input): Promise<{ bytes: Buffer; chunks: number }> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return { bytes: Buffer.concat(chunks), chunks: chunks.length };
}

async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'it did not fail',
    (error: unknown) => (error as Error).message,
  );
}

describe('openFile', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'target-redshift-input-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251));

  it('reads a file in large chunks', async () => {
    const path = join(folder, 'large');
    writeFileSync(path, bytes);
    const found = await read(openFile(path));
    expect(found.bytes.equals(bytes)).to.equal(true);
    expect(found.chunks).to.equal(12);
  });

  it('reads an empty file', async () => {
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    expect((await read(openFile(path))).chunks).to.equal(0);
  });

  it('reads a named pipe as it is written', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    // Each side waits until the other one has opened the pipe.
    const writer = createWriteStream(path);
    const input = await new Promise<Input>((resolve) => setImmediate(() => resolve(openFile(path))));
    for (let at = 0; at < bytes.length; at += 700_000) writer.write(bytes.subarray(at, at + 700_000));
    writer.end();
    expect((await read(input)).bytes.equals(bytes)).to.equal(true);
  });

  it('ends with an error when it is closed before its end', async () => {
    const path = join(folder, 'closed');
    writeFileSync(path, bytes);
    const input = openFile(path);
    const reading = (async () => {
      for await (const _ of input) input.destroy();
    })();
    expect(await failure(reading)).to.equal('Cannot read the input: it was closed before its end');
  });

  it('says what is wrong with a path', () => {
    const opened = (path: string) => (): Input => openFile(path);
    expect(opened(folder)).to.throw(`Cannot read --input ${folder}: it is not a file`);
    expect(opened(join(folder, 'none'))).to.throw(/^Cannot read --input .*: the file does not exist$/);
  });
});
