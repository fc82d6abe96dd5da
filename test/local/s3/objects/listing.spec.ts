/** Order and paging of listings. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  compareUtf8,
  listPage,
  readToken,
  SortedMap,
  writeToken,
  type ListPosition,
} from '../../../../src/local/s3/objects/listing.ts';

const key = fc.string({
  unit: fc.constantFrom('a', 'b', '/', 'é', '\uffee', '𝒳'),
  minLength: 1,
  maxLength: 6,
});

function mapOf(keys: readonly string[]): SortedMap<string> {
  const map = new SortedMap<string>();
  for (const each of keys) map.set(each, each);
  return map;
}

describe('S3 listing', () => {
  it('compares as the UTF-8 bytes do', () => {
    fc.assert(
      fc.property(key, key, (left, right) => {
        const expected = Buffer.compare(Buffer.from(left), Buffer.from(right));
        expect(Math.sign(compareUtf8(left, right))).to.equal(expected);
      }),
    );
  });

  it('shows by pages of any size, over written tokens, what one page shows', () => {
    const input = [
      fc.uniqueArray(key, { maxLength: 30 }),
      fc.string({ unit: fc.constantFrom('a', '/'), maxLength: 2 }),
    ] as const;
    fc.assert(
      fc.property(
        ...input,
        fc.constantFrom('', '/', 'a'),
        fc.integer({ min: 1, max: 5 }),
        (keys, prefix, delimiter, maxKeys) => {
          const map = mapOf(keys);
          const whole = listPage(map, { prefix, delimiter, maxKeys: 1000 });
          const contents: string[] = [];
          const commonPrefixes: string[] = [];
          let from: ListPosition | undefined;
          do {
            const page = listPage(map, { prefix, delimiter, maxKeys, ...(from && { from }) });
            contents.push(...page.contents);
            commonPrefixes.push(...page.commonPrefixes);
            from = page.next && readToken(writeToken(page.next));
          } while (from !== undefined);
          expect({ contents, commonPrefixes }).to.deep.equal(whole);
          expect(new Set(commonPrefixes).size).to.equal(commonPrefixes.length);
        },
      ),
    );
  });

  it('forgets deleted keys', () => {
    const map = mapOf(['c', 'a', 'b']);
    map.delete('b');
    map.delete('missing');
    expect([[...map.values()], map.size]).to.deep.equal([['a', 'c'], 2]);
  });
});
