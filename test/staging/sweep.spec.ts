import { expect } from 'chai';
import type { ObjectStore, StoredObject } from '../../src/ports.ts';
import { sweepLeftovers } from '../../src/staging/sweep.ts';

const RUN = 'run-20240131T235958Z-0123456789ab';
const old = new Date('2024-01-01T00:00:00Z');
const before = new Date('2024-01-02T00:00:00Z');

class MemoryStore implements ObjectStore {
  readonly region = 'us-east-1';
  readonly objects: StoredObject[];
  readonly removals: number[] = [];
  /** The keys of uploads that are not completed. */
  readonly uploads: string[] = [];

  constructor(objects: readonly StoredObject[]) {
    this.objects = [...objects];
  }

  url(key: string): string {
    return `s3://bucket/${key}`;
  }

  put(): Promise<void> {
    return Promise.reject(new Error('a sweep puts nothing'));
  }

  remove(keys: readonly string[]): Promise<void> {
    this.removals.push(keys.length);
    for (const key of keys) {
      const at = this.objects.findIndex((object) => object.key === key);
      if (at >= 0) this.objects.splice(at, 1);
    }
    return Promise.resolve();
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for (const object of [...this.objects]) {
      if (object.key.startsWith(prefix)) yield await Promise.resolve(object);
    }
  }

  abortUploads(prefix: string, limit: Date, isOurs: (key: string) => boolean): Promise<number> {
    expect(limit).to.equal(before);
    const aborted = this.uploads.filter((key) => key.startsWith(prefix) && isOurs(key));
    for (const key of aborted) this.uploads.splice(this.uploads.indexOf(key), 1);
    return Promise.resolve(aborted.length);
  }

  close(): void {
    this.objects.length = 0;
  }
}

const keysOf = (store: MemoryStore): string[] => store.objects.map(({ key }) => key);

const PLACE = { prefix: 'p/', rejected: 'p-rejected/' };

describe('sweepLeftovers', () => {
  it('removes old objects of runs and nothing else', async () => {
    const kept = [
      { key: `p/${RUN}/young.csv.gz`, modified: before },
      { key: 'p/run-report/mine.csv', modified: old },
      { key: `other/${RUN}/x.csv.gz`, modified: old },
      { key: 'p/mine.csv', modified: old },
      { key: `p-rejected/${RUN.slice('run-'.length)}/orders/000001.jsonl`, modified: old },
    ];
    const store = new MemoryStore([
      ...kept,
      { key: `p/${RUN}/orders/000001-00000.csv.gz`, modified: old },
      { key: `p/${RUN}/orders/000001-manifest-1.json`, modified: old },
    ]);
    const others = ['p/run-report/mine.csv', 'p-rejected/mine/x.jsonl', `p-rejected/${RUN}/x.jsonl`];
    const rejected = `p-rejected/${RUN.slice('run-'.length)}/orders/000001.jsonl`;
    store.uploads.push(`p/${RUN}/orders/000002-00000.csv.gz`, rejected, ...others);
    expect(await sweepLeftovers(store, PLACE, before)).to.deep.equal({ objects: 2, uploads: 2 });
    expect(store.uploads).to.deep.equal(others);
    expect(keysOf(store)).to.deep.equal(kept.map(({ key }) => key));
  });

  it('removes many objects a thousand at a time', async () => {
    const store = new MemoryStore(
      Array.from({ length: 2500 }, (_, i) => ({ key: `p/${RUN}/${i}`, modified: old })),
    );
    expect((await sweepLeftovers(store, PLACE, before)).objects).to.equal(2500);
    expect(store.removals.filter((count) => count > 0)).to.deep.equal([1000, 1000, 500]);
    expect(keysOf(store)).to.deep.equal([]);
  });

  it('finds nothing where nothing is', async () => {
    expect(await sweepLeftovers(new MemoryStore([]), PLACE, before)).to.deep.equal({
      objects: 0,
      uploads: 0,
    });
  });

  it('tells of a failure', async () => {
    const store = new MemoryStore([{ key: `p/${RUN}/x`, modified: old }]);
    store.remove = () => Promise.reject(new Error('access denied'));
    const failure = await sweepLeftovers(store, PLACE, before).catch((error: unknown) => error);
    expect(failure).to.have.property('message', 'access denied');
  });
});
