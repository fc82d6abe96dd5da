import { expect } from 'chai';
import type { ObjectStore } from '../../src/ports.ts';
import { manifestOf } from '../../src/staging/manifest.ts';

const store = { url: (key: string) => `s3://bucket/${key}` } as ObjectStore;

describe('manifestOf', () => {
  it('lists every part as mandatory, with its length', () => {
    const parts = [
      { key: 'p/1.csv.gz', bytes: 10 },
      { key: 'p/2.csv.gz', bytes: 20 },
    ];
    expect(JSON.parse(manifestOf(store, parts).toString())).to.deep.equal({
      entries: [
        { url: 's3://bucket/p/1.csv.gz', mandatory: true, meta: { content_length: 10 } },
        { url: 's3://bucket/p/2.csv.gz', mandatory: true, meta: { content_length: 20 } },
      ],
    });
  });

  it('keeps keys as they are', () => {
    const [entry] = (
      JSON.parse(manifestOf(store, [{ key: 'a "b" é%20', bytes: 1 }]).toString()) as {
        entries: { url: string }[];
      }
    ).entries;
    expect(entry?.url).to.equal('s3://bucket/a "b" é%20');
  });
});
