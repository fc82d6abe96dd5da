import { expect } from 'chai';
import type { ObjectReader, ObjectStore, RandomAccess } from '../../src/ports.ts';
import { laterStore } from '../../src/staging/later-store.ts';
import { MemoryStore } from '../support/memory-store.ts';

const body = Buffer.from('x');
const { signal } = new AbortController();

/** A store with an object to read, and how often it was opened and closed. */
class Opened extends MemoryStore implements ObjectReader {
  closed = 0;

  async *read(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(body);
  }

  open(): Promise<RandomAccess> {
    const read = (start: number, end: number) => Promise.resolve(body.subarray(start, end));
    return Promise.resolve({ size: body.length, read, close: () => Promise.resolve() });
  }

  override async *list(): AsyncGenerator<never> {}

  override abortUploads(): Promise<number> {
    return Promise.resolve(3);
  }

  override close(): void {
    this.closed++;
  }
}

describe('a store that is opened later', () => {
  let inner: Opened;
  let opened: number;
  let store: ObjectStore & ObjectReader;

  beforeEach(() => {
    inner = new Opened();
    opened = 0;
    store = laterStore('stage', () => {
      opened++;
      return Promise.resolve(inner);
    });
  });

  it('knows the URLs of its objects without being opened', () => {
    expect([store.url('a/b'), opened]).to.deep.equal(['s3://stage/a/b', 0]);
  });

  it('has nothing to remove, to abort or to close before it is opened', async () => {
    await store.remove(['a']);
    expect(await store.abortUploads('', new Date(), () => true)).to.equal(0);
    store.close();
    expect(opened).to.equal(0);
  });

  it('is opened once, with the first object that is written', async () => {
    await Promise.all([store.put('a', body, signal), store.put('b', body, signal)]);
    expect([opened, [...inner.objects.keys()]]).to.deep.equal([1, ['a', 'b']]);
    await store.remove(['a']);
    expect([...inner.objects.keys()]).to.deep.equal(['b']);
    expect(await store.abortUploads('', new Date(), () => true)).to.equal(3);
  });

  it('is opened to read and to list', async () => {
    const blocks: Buffer[] = [];
    for await (const block of store.read('s3://other/c', signal)) blocks.push(block);
    for await (const _ of store.list('')) throw new Error('it is empty');
    expect([blocks, opened]).to.deep.equal([[body], 1]);
  });

  it('is closed when it was opened', async () => {
    await store.put('a', body, signal);
    store.close();
    await new Promise(setImmediate);
    expect(inner.closed).to.equal(1);
  });

  it('fails as the opening did, each time, and has nothing to remove then', async () => {
    const failing = laterStore('stage', () => Promise.reject(new Error('no such bucket')));
    const failure = (): Promise<unknown> => failing.put('a', body, signal).catch((error: unknown) => error);
    expect(String(await failure())).to.equal('Error: no such bucket');
    expect(String(await failure())).to.equal('Error: no such bucket');
    await failing.remove(['a']);
    expect(await failing.abortUploads('', new Date(), () => true)).to.equal(0);
    failing.close();
  });
});
