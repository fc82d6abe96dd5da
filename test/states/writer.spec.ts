import { PassThrough, Writable } from 'node:stream';
import { expect } from 'chai';
import { LoadError } from '../../src/errors.ts';
import { StateWriter } from '../../src/states/writer.ts';

const never = (): never => {
  throw new Error('not closed');
};

/** A reader that lets go of a chunk only when it is told to. */
class SlowReader extends Writable {
  readonly seen: string[] = [];
  #next: (() => void) | undefined;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.seen.push(chunk.toString());
    this.#next = done;
  }

  read(): void {
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }
}

describe('StateWriter', () => {
  it('writes one line for each state, byte for byte', async () => {
    const out = new PassThrough();
    const writer = new StateWriter(out, never);
    writer.write(Buffer.from('{"a": 1.10}'));
    writer.write(Buffer.from([0x22, 0xff, 0x22]));
    await writer.flushed();
    out.end();
    expect(out.read()).to.deep.equal(
      Buffer.concat([Buffer.from('{"a": 1.10}\n"'), Buffer.from([0xff]), Buffer.from('"\n')]),
    );
  });

  it('writes a state and its line end at once', () => {
    const out = new SlowReader();
    new StateWriter(out, never).write(Buffer.from('{}'));
    expect(out.seen).to.deep.equal(['{}\n']);
  });

  it('is flushed at once when nothing waits', async () => {
    await new StateWriter(new SlowReader(), never).flushed();
  });

  it('is flushed only when the reader has taken everything', async () => {
    const out = new SlowReader();
    const writer = new StateWriter(out, never);
    writer.write(Buffer.from('1'));
    writer.write(Buffer.from('2'));
    let isFlushed = false;
    const flushed = writer.flushed().then(() => (isFlushed = true));
    out.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isFlushed).to.equal(false);
    out.read();
    await new Promise((resolve) => setImmediate(resolve));
    out.read();
    await flushed;
    expect(out.seen.join('')).to.equal('1\n2\n');
  });

  it('holds the newest state only while the reader is slow', async () => {
    const out = new SlowReader({ highWaterMark: 10 });
    const writer = new StateWriter(out, never);
    for (const state of ['{"n":100}', '{"n":101}', '{"n":102}', '{"n":103}'])
      writer.write(Buffer.from(state));
    const flushed = writer.flushed();
    expect(out.writableLength).to.equal(10);
    out.read();
    await new Promise((resolve) => setImmediate(resolve));
    writer.write(Buffer.from('{"n":104}'));
    writer.write(Buffer.from('{"n":105}'));
    out.read();
    await new Promise((resolve) => setImmediate(resolve));
    out.read();
    await flushed;
    expect(out.seen).to.deep.equal(['{"n":100}\n', '{"n":103}\n', '{"n":105}\n']);
  });

  it('waits for no reader once it is given up', async () => {
    const out = new SlowReader();
    const writer = new StateWriter(out, never);
    writer.write(Buffer.from('1'));
    const flushed = writer.flushed();
    writer.giveUp();
    await flushed;
    writer.write(Buffer.from('2'));
    await writer.flushed();
    expect(out.seen).to.deep.equal(['1\n']);
  });

  it('tells what a disk that is full says', async () => {
    const errors: LoadError[] = [];
    const out = new SlowReader();
    new StateWriter(out, (error) => errors.push(error)).write(Buffer.from('1'));
    out.destroy(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'Cannot write the state to stdout: ENOSPC: no space left on device, write',
    ]);
  });

  it('tells once that the reader is gone, and goes on without it', async () => {
    const errors: LoadError[] = [];
    const out = new SlowReader();
    const writer = new StateWriter(out, (error) => errors.push(error));
    writer.write(Buffer.from('1'));
    const flushed = writer.flushed();
    out.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await flushed;
    writer.write(Buffer.from('2'));
    await writer.flushed();
    out.emit('error', new Error('again'));
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'Cannot write the state to stdout: its reader closed it (write EPIPE)',
    ]);
    expect(errors[0]).to.be.instanceOf(LoadError);
  });

  it('tells when the reader was gone before the first state', async () => {
    const errors: LoadError[] = [];
    const out = new SlowReader();
    const writer = new StateWriter(out, (error) => errors.push(error));
    out.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await new Promise((resolve) => setImmediate(resolve));
    writer.write(Buffer.from('1'));
    await writer.flushed();
    expect(errors.length).to.equal(1);
    expect(out.seen).to.deep.equal([]);
  });
});
