import { expect } from 'chai';
import { Versions } from '../../src/streams/versions.ts';
import { cpuMs } from '../support/cpu.ts';

/** What is opened in the ledger for activations that wait. */
function newVersions(): { all: Versions; add: (...versions: bigint[]) => void; opened: () => number } {
  const all = new Versions();
  let opened = 0;
  const settle = (): void => undefined;
  const open = (): (() => void) => {
    opened++;
    return settle;
  };
  return {
    all,
    add: (...versions) => versions.forEach((version) => all.add(version, open)),
    opened: () => opened,
  };
}

function versions(...waiting: bigint[]): Versions {
  const { all, add } = newVersions();
  add(...waiting);
  return all;
}

const due = (all: Versions): bigint | undefined => all.takeDue()?.version;

describe('Versions', () => {
  it('keep an activation back until a record of its version or a newer one was read', () => {
    const all = versions(2n);
    expect(due(all)).to.equal(undefined);
    all.record('1');
    expect(due(all)).to.equal(undefined);
    all.record('2');
    expect(due(all)).to.equal(2n);
    expect(due(all)).to.equal(undefined);
  });

  it('know the newest of those that wait only, which is one effect', () => {
    const { all, add, opened } = newVersions();
    add(2n, 5n, 3n, 5n);
    all.record('4');
    expect(due(all)).to.equal(undefined);
    all.record('5');
    expect([due(all), due(all), all.takeRest(), opened()]).to.deep.equal([5n, undefined, undefined, 1]);
  });

  it('take 100,000 that wait as fast as one', () => {
    const { all, add, opened } = newVersions();
    const started = cpuMs();
    for (let version = 1n; version <= 100_000n; version++) {
      add(version);
      all.takeDue();
    }
    expect(cpuMs() - started).to.be.below(1000);
    expect([all.takeRest()?.version, opened()]).to.deep.equal([100_000n, 1]);
  });

  it('open another effect for what comes after one that was taken', () => {
    const { all, add, opened } = newVersions();
    add(2n);
    all.record('2');
    expect(due(all)).to.equal(2n);
    add(3n);
    expect([due(all), opened()]).to.deep.equal([undefined, 2]);
  });

  it('need nothing for one that comes again before the next record', () => {
    const { all, add, opened } = newVersions();
    all.record('2');
    add(2n);
    expect(due(all)).to.equal(2n);
    add(2n, 1n);
    expect([due(all), all.takeRest(), opened()]).to.deep.equal([undefined, undefined, 1]);
    // A record of an older version may stand between them.
    all.record('1');
    add(2n);
    expect([due(all), opened()]).to.deep.equal([2n, 2]);
  });

  it('compare as numbers, of 18 digits too', () => {
    const all = versions(900_000_000_000_000_001n);
    all.record('99');
    all.record('900000000000000000');
    expect(due(all)).to.equal(undefined);
    all.record('900000000000000001');
    expect(due(all)).to.equal(900_000_000_000_000_001n);
  });

  it('know of records without a version', () => {
    const all = versions();
    all.record('1');
    expect(all.hasUnversioned).to.equal(false);
    all.record(undefined);
    expect(all.hasUnversioned).to.equal(true);
  });
});
