import { expect } from 'chai';
import { Versions } from '../../src/streams/versions.ts';

const settle = (): void => undefined;

function versions(...due: readonly bigint[]): Versions {
  const all = new Versions();
  for (const version of due) all.add({ version, settle });
  return all;
}

const due = (all: Versions): readonly bigint[] => all.takeDue().map(({ version }) => version);

describe('Versions', () => {
  it('keep an activation back until a record of its version or a newer one was read', () => {
    const all = versions(2n);
    expect(due(all)).to.deep.equal([]);
    all.record('1');
    expect(due(all)).to.deep.equal([]);
    all.record('2');
    expect(due(all)).to.deep.equal([2n]);
    expect(due(all)).to.deep.equal([]);
  });

  it('let go only those that are due', () => {
    const all = versions(2n, 3n, 5n);
    all.record('4');
    all.record('1');
    expect(due(all)).to.deep.equal([2n, 3n]);
    expect(all.takeRest().map(({ version }) => version)).to.deep.equal([5n]);
  });

  it('compare as numbers, of 18 digits too', () => {
    const all = versions(900_000_000_000_000_001n);
    all.record('99');
    all.record('900000000000000000');
    expect(due(all)).to.deep.equal([]);
    all.record('900000000000000001');
    expect(due(all)).to.deep.equal([900_000_000_000_000_001n]);
  });

  it('know of records without a version', () => {
    const all = versions();
    all.record('1');
    expect(all.hasUnversioned).to.equal(false);
    all.record(undefined);
    expect(all.hasUnversioned).to.equal(true);
  });
});
