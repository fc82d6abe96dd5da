import { expect } from 'chai';
import { Credit } from '../../../src/rows/lane/credit.ts';

/** How many of so many declined lines the lane tried. */
function tried(credit: Credit, lines: number): number {
  let count = 0;
  for (let i = 0; i < lines; i++) if (credit.declined()) count++;
  return count;
}

describe('Credit', () => {
  it('lets the lane try lines as long as it takes half of them', () => {
    const credit = new Credit();
    for (let i = 0; i < 10_000; i++) {
      credit.taken(2);
      expect(credit.declined()).to.equal(true);
    }
  });

  it('pauses for longer and longer where the lane takes none', () => {
    const credit = new Credit();
    expect(tried(credit, 100)).to.be.within(20, 40);
    expect(tried(credit, 10_000)).to.be.below(100);
    expect(tried(credit, 100_000)).to.be.below(200);
  });

  it('ends a pause after at most a few thousand lines, and forgets it when lines are taken again', () => {
    const credit = new Credit();
    tried(credit, 100_000);
    let lines = 0;
    while (!credit.declined()) lines++;
    expect(lines).to.be.below(8200);
    credit.taken(100);
    expect(tried(credit, 100)).to.be.above(30);
  });

  it('pauses sooner where programs are written again and again', () => {
    const credit = new Credit();
    let written = 0;
    for (let i = 0; i < 1000; i++) {
      if (!credit.declined()) continue;
      credit.rewritten();
      written++;
    }
    expect(written).to.be.below(20);
  });
});
