import { expect } from 'chai';
import fc from 'fast-check';
import { Ledger, type Settle } from '../../src/states/ledger.ts';

const state = (text: string | number): Buffer => Buffer.from(String(text));

/** A ledger, and what it has published since it was last asked. */
function watched(): { readonly ledger: Ledger; readonly published: () => string[] } {
  const states: string[] = [];
  return {
    ledger: new Ledger((published) => states.push(published.toString())),
    published: () => states.splice(0),
  };
}

/** CPU time of this process, in milliseconds: the machine may be busy with other things. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

describe('Ledger', () => {
  it('publishes a state that nothing is pending for', () => {
    const { ledger, published } = watched();
    ledger.addState(state('a'));
    expect(published()).to.deep.equal([]);
    ledger.publish();
    expect(published()).to.deep.equal(['a']);
  });

  it('publishes a state once', () => {
    const { ledger, published } = watched();
    ledger.addState(state('a'));
    ledger.publish();
    ledger.publish();
    expect(published()).to.deep.equal(['a']);
  });

  it('publishes only the newest of several safe states', () => {
    const { ledger, published } = watched();
    ledger.addState(state('a'));
    ledger.addState(state('b'));
    ledger.publish();
    expect(published()).to.deep.equal(['b']);
  });

  it('holds a state back until everything opened before it is settled, and then publishes it by itself', () => {
    const { ledger, published } = watched();
    const [first, second] = [ledger.open(), ledger.open()];
    ledger.addState(state('a'));
    second();
    ledger.publish();
    expect(published()).to.deep.equal([]);
    first();
    expect(published()).to.deep.equal(['a']);
  });

  it('does not hold a state back for what was opened after it', () => {
    const { ledger, published } = watched();
    const first = ledger.open();
    ledger.addState(state('a'));
    ledger.open();
    ledger.addState(state('b'));
    first();
    expect(published()).to.deep.equal(['a']);
  });

  it('publishes the newest safe state when several become safe at once', () => {
    const { ledger, published } = watched();
    const first = ledger.open();
    ledger.addState(state('a'));
    const second = ledger.open();
    ledger.addState(state('b'));
    second();
    first();
    expect(published()).to.deep.equal(['b']);
  });

  it('keeps a safe state while nothing newer is safe', () => {
    const { ledger, published } = watched();
    ledger.addState(state('a'));
    const settle = ledger.open();
    ledger.addState(state('b'));
    ledger.publish();
    expect(published()).to.deep.equal(['a']);
    settle();
    expect(published()).to.deep.equal(['b']);
  });

  it('stays right when a settle is called twice', () => {
    const { ledger, published } = watched();
    const first = ledger.open();
    ledger.open();
    ledger.addState(state('a'));
    first();
    first();
    expect(published()).to.deep.equal([]);
    expect(ledger.pending).to.equal(1);
  });

  it('counts what is pending and the bytes that it holds', () => {
    const { ledger } = watched();
    const seen = (): [number, number] => [ledger.pending, ledger.bytes];
    expect(seen()).to.deep.equal([0, 0]);
    const [first, second] = [ledger.open(), ledger.open()];
    ledger.addState(state('aaaa'));
    expect(seen()).to.deep.equal([2, 4]);
    ledger.addState(state('bb'));
    expect(seen()).to.deep.equal([2, 2]);
    second();
    expect(seen()).to.deep.equal([2, 2]);
    first();
    expect(seen()).to.deep.equal([0, 0]);
    ledger.addState(state('ccc'));
    expect(seen()).to.deep.equal([0, 3]);
    ledger.publish();
    expect(seen()).to.deep.equal([0, 0]);
  });

  it('agrees with a naive model under any interleaving', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('open' as const) }),
      fc.record({ kind: fc.constant('mark' as const), bytes: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant('settle' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('publish' as const) }),
    );
    const law = fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const { ledger, published } = watched();
      // The model: everything in order of arrival, looked through from the start each time.
      const queue: ({ done: boolean } | { state: string })[] = [];
      const open: { settle: Settle; entry: { done: boolean } }[] = [];
      let given = -1;
      let number = 0;
      const expected = (): string[] => {
        const blocked = queue.findIndex((entry) => 'done' in entry && !entry.done);
        const safe = queue.slice(0, blocked === -1 ? queue.length : blocked);
        const newest = safe.findLastIndex((entry) => 'state' in entry);
        if (newest <= given) return [];
        given = newest;
        const entry = queue[newest];
        return entry && 'state' in entry ? [entry.state] : [];
      };
      const settleOne = ({ settle, entry }: (typeof open)[number]): void => {
        entry.done = true;
        settle();
        expect(published()).to.deep.equal(expected());
      };
      for (const one of steps) {
        if (one.kind === 'open') {
          const entry = { done: false };
          queue.push(entry);
          open.push({ settle: ledger.open(), entry });
        } else if (one.kind === 'mark') {
          const text = `${++number}`.padEnd(one.bytes, '.');
          queue.push({ state: text });
          ledger.addState(state(text));
        } else if (one.kind === 'settle' && open.length > 0) {
          open.splice(one.which % open.length, 1).forEach(settleOne);
        } else if (one.kind === 'publish') {
          ledger.publish();
          expect(published()).to.deep.equal(expected());
        }
      }
      open.forEach(settleOne);
      ledger.publish();
      expect(published()).to.deep.equal(expected());
      expect([ledger.pending, ledger.bytes]).to.deep.equal([0, 0]);
    });
    fc.assert(law, { numRuns: 1000 });
  });

  it('takes a million states behind one open entry, in one slot', () => {
    const { ledger, published } = watched();
    const settle = ledger.open();
    const one = state('{"bookmarks":{}}');
    const started = cpuMs();
    for (let i = 0; i < 1_000_000; i++) ledger.addState(one);
    expect(ledger.bytes).to.equal(one.length);
    settle();
    expect(cpuMs() - started).to.be.below(1000);
    expect(published()).to.deep.equal([one.toString()]);
  });

  it('settles many entries in linear time, in order and in reverse', () => {
    const started = cpuMs();
    for (const reverse of [false, true]) {
      const { ledger, published } = watched();
      const settles = Array.from({ length: 200_000 }, (_, i) => {
        const settle = ledger.open();
        ledger.addState(state(i));
        return settle;
      });
      if (reverse) settles.reverse();
      for (const settle of settles) settle();
      expect([published().at(-1), ledger.pending, ledger.bytes]).to.deep.equal(['199999', 0, 0]);
    }
    expect(cpuMs() - started).to.be.below(2000);
  });
});
