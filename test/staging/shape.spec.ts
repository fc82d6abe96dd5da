import { expect } from 'chai';
import { PartShaper } from '../../src/staging/shape.ts';

const MB = 1024 * 1024;

function shaper(openMb: number, slices?: number): PartShaper {
  const made = new PartShaper(openMb * MB);
  made.useSlices(slices);
  return made;
}

/** The least part that is worthwhile compresses to 1.1 MB; by 3, if nobody knows better. A usual one has half as much again. */
const usual = (ratio: number): number => {
  const bytes = 1.1 * MB * ratio * 1.5;
  const step = ratio === 3 ? MB / 4 : MB / 8;
  return Math.floor(bytes / step) * step;
};

describe('PartShaper', () => {
  it('cuts as many parts together as there are slices, if two groups of them fit into the memory', () => {
    expect(shaper(32, 2).shape).to.deep.equal({ partBytes: usual(3), group: 2 });
    expect(shaper(32, 4).shape).to.deep.equal({ partBytes: 4 * MB, group: 4 });
    expect(shaper(320, 16).shape).to.deep.equal({ partBytes: usual(3), group: 16 });
  });

  it('cuts fewer where parts would compress to less than 1 MB', () => {
    expect(shaper(32, 16).shape).to.deep.equal({ partBytes: 4 * MB, group: 4 });
    expect(shaper(4, 4).shape).to.deep.equal({ partBytes: 2 * MB, group: 1 });
  });

  it('learns from the parts so far how much they compress', () => {
    const made = shaper(32, 4);
    made.compressed(20 * MB, 2 * MB);
    expect(made.shape).to.deep.equal({ partBytes: 16 * MB, group: 1 });
    made.compressed(20 * MB, 18 * MB);
    expect(made.shape).to.deep.equal({ partBytes: usual(2), group: 4 });
  });

  it('keeps the size of parts while the ratio of compression changes a little', () => {
    const made = shaper(32, 2);
    const sizes = [2.95, 3, 3.02, 2.98].map((ratio) => {
      made.compressed(100 * ratio * MB, 100 * MB);
      return made.shape.partBytes;
    });
    expect(new Set(sizes).size).to.equal(1);
  });

  it('never cuts parts that compress to less than 1 MB for the sake of their size', () => {
    for (let ratio = 1; ratio < 30; ratio += 0.037) {
      const made = shaper(32, 4);
      made.compressed(ratio * MB, MB);
      const { partBytes, group } = made.shape;
      expect(group === 1 || partBytes / ratio >= MB, `ratio ${ratio}`).to.equal(true);
    }
  });

  it('takes four slices where nobody knows how many there are', () => {
    expect(shaper(32).shape.group).to.equal(4);
  });

  it('makes the rest of a batch a whole group if that is worthwhile, and fewer parts otherwise', () => {
    const made = shaper(32, 4);
    const counts = [0, 1, 3.3, 7, 10, 13.3, 16, 31].map((mb) => made.countOf(mb * MB));
    expect(counts).to.deep.equal([1, 1, 1, 2, 3, 4, 4, 4]);
  });
});
