import { expect } from 'chai';
import { watchLeftovers } from '../../src/staging/leftovers.ts';
import { MemoryStore } from '../support/memory-store.ts';

const body = Buffer.from('x');
const { signal } = new AbortController();

describe('the leftovers of a run', () => {
  it('are the objects of its folder that were put and not removed', async () => {
    const store = watchLeftovers(new MemoryStore(), 'p/run-1/');
    expect(store.leftovers).to.equal(0);
    await store.put('p/run-1/a', body, signal);
    await store.put('p/run-1/b', body, signal);
    await store.put('p-rejected/c', body, signal);
    expect(store.leftovers).to.equal(2);
    await store.remove(['p/run-1/a']);
    expect(store.leftovers).to.equal(1);
    await store.remove(['p/run-1/b', 'p/run-1/never-put']);
    expect(store.leftovers).to.equal(0);
  });

  it('count while they are uploaded', async () => {
    let finish = (): void => undefined;
    const memory = new MemoryStore();
    memory.put = () => new Promise((resolve) => (finish = resolve));
    const store = watchLeftovers(memory, '');
    const putting = store.put('a', body, signal);
    expect(store.leftovers).to.equal(1);
    finish();
    await putting;
    await store.remove(['a']);
    expect(store.leftovers).to.equal(0);
  });

  it('stay where an upload failed: S3 may create the object after its removal', async () => {
    const memory = new MemoryStore();
    memory.broken = 'b';
    const store = watchLeftovers(memory, '');
    await store.put('a', body, signal);
    await store.put('b', body, signal).catch(() => undefined);
    await store.remove(['a', 'b']);
    expect(store.leftovers).to.equal(1);
  });

  it('stay where the removal failed', async () => {
    const memory = new MemoryStore();
    memory.remove = () => Promise.reject(new Error('no answer'));
    const store = watchLeftovers(memory, '');
    await store.put('a', body, signal);
    await store.remove(['a']).catch(() => undefined);
    expect(store.leftovers).to.equal(1);
  });
});
