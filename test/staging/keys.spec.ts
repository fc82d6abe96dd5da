import { expect } from 'chai';
import { batchPrefix, isRunObject, newRunId, normalisePrefix, rejectedRoot } from '../../src/staging/keys.ts';

describe('newRunId', () => {
  it('holds the time in UTC and is another one each time', () => {
    const now = new Date('2024-01-31T23:59:58.123Z');
    const [one, other] = [newRunId(now), newRunId(now)];
    expect(one).to.match(/^run-20240131T235958Z-[0-9a-f]{12}$/);
    expect(one).not.to.equal(other);
  });
});

describe('normalisePrefix', () => {
  const prefixes = [
    ['', ''],
    ['/', ''],
    ['///', ''],
    ['exports', 'exports/'],
    ['/exports', 'exports/'],
    ['exports/', 'exports/'],
    ['//a/b//', 'a/b/'],
    ['a b/é', 'a b/é/'],
  ] as const;
  for (const [given, expected] of prefixes) {
    it(`makes "${expected}" of "${given}"`, () => expect(normalisePrefix(given)).to.equal(expected));
  }
});

describe('rejectedRoot', () => {
  it('lies beside the prefix, unless another one is given', () => {
    expect(rejectedRoot('a/b/', undefined)).to.equal('a/b-rejected/');
    expect(rejectedRoot('', undefined)).to.equal('rejected/');
    expect(rejectedRoot('a/', '/bad/')).to.equal('bad/');
  });
});

describe('batchPrefix', () => {
  it('has run, table and number', () => {
    expect(batchPrefix('exports/', 'run-1', 'orders', 12)).to.equal('exports/run-1/orders/000012-');
  });

  it('replaces what S3 would have to escape and keeps the folder short', () => {
    expect(batchPrefix('', 'run-1', `a/b "c"\\é?#%&+${'x'.repeat(200)}`, 1)).to.match(
      /^run-1\/a_b__c______{3,}_*x+\/000001-$/,
    );
    expect(batchPrefix('', 'run-1', 'x'.repeat(300), 1).length).to.be.below(130);
  });

  it('is unique by its number, whatever the table is called', () => {
    expect(batchPrefix('', 'r', 'a/b', 1)).not.to.equal(batchPrefix('', 'r', 'a b', 2));
    expect(batchPrefix('', 'r', 'a', 1_234_567)).to.equal('r/a/1234567-');
  });

  // URL parsers take such a segment away, and the object would lie elsewhere or its signature not match.
  for (const table of ['.', '..']) {
    it(`makes no folder "${table}"`, () => {
      expect(batchPrefix('p/', 'run-1', table, 1).split('/')).not.to.include(table);
    });
  }
});

describe('isRunObject', () => {
  const run = newRunId(new Date());
  const keys: readonly (readonly [string, string, boolean])[] = [
    ['exports/', batchPrefix('exports/', run, 'orders', 1) + '00000.csv.gz', true],
    ['', batchPrefix('', run, 'orders', 1) + 'manifest-1.json', true],
    ['exports/', batchPrefix('', run, 'orders', 1), false],
    ['exports/', batchPrefix('exports/more/', run, 'orders', 1), false],
    ['exports/', 'exports/run-something/else.csv', false],
    ['exports/', 'exports/run-20240131T235958Z-0123456789ab-mine/x', false],
    ['exports/', 'exports/myrun-20240131T235958Z-0123456789ab/x', false],
    ['exports/', 'exports/RUN-20240131T235958Z-0123456789AB/x', false],
    ['exports/', 'exports/run-20240131T235958Z-0123456789ab', false],
    ['exports/', 'exports/', false],
  ];
  for (const [prefix, key, expected] of keys) {
    it(`${expected ? 'knows' : 'does not claim'} ${key.replace(run, 'RUN')} below "${prefix}"`, () => {
      expect(isRunObject(prefix, key)).to.equal(expected);
    });
  }
});
