import { expect } from 'chai';
import fc from 'fast-check';
import { Ledger, type Settle } from '../src/ledger.ts';

const state = (text: string | number): Buffer => Buffer.from(String(text));
const taken = (ledger: Ledger): string | undefined => ledger.take()?.toString();

describe('Ledger', () => {
  it('gives a state at once when nothing is pending', () => {
    const ledger = new Ledger();
    ledger.mark(state('a'));
    expect(taken(ledger)).to.equal('a');
  });

  it('gives a state once', () => {
    const ledger = new Ledger();
    ledger.mark(state('a'));
    ledger.take();
    expect(taken(ledger)).to.equal(undefined);
  });

  it('gives only the newest of several safe states', () => {
    const ledger = new Ledger();
    ledger.mark(state('a'));
    ledger.mark(state('b'));
    expect(taken(ledger)).to.equal('b');
    expect(taken(ledger)).to.equal(undefined);
  });

  it('holds a state back until everything opened before it is settled', () => {
    const ledger = new Ledger();
    const [first, second] = [ledger.open(), ledger.open()];
    ledger.mark(state('a'));
    second();
    expect(taken(ledger)).to.equal(undefined);
    first();
    expect(taken(ledger)).to.equal('a');
  });

  it('does not hold a state back for what was opened after it', () => {
    const ledger = new Ledger();
    const first = ledger.open();
    ledger.mark(state('a'));
    ledger.open();
    ledger.mark(state('b'));
    first();
    expect(taken(ledger)).to.equal('a');
    expect(taken(ledger)).to.equal(undefined);
  });

  it('gives the newest safe state when several become safe at once', () => {
    const ledger = new Ledger();
    const [first, second] = [ledger.open()].flatMap((settle) => {
      ledger.mark(state('a'));
      return [settle, ledger.open()];
    });
    ledger.mark(state('b'));
    second!();
    first!();
    expect(taken(ledger)).to.equal('b');
  });

  it('keeps a safe state that was not taken while nothing newer is safe', () => {
    const ledger = new Ledger();
    ledger.mark(state('a'));
    const settle = ledger.open();
    ledger.mark(state('b'));
    expect(taken(ledger)).to.equal('a');
    settle();
    expect(taken(ledger)).to.equal('b');
  });

  it('stays right when a settle is called twice', () => {
    const ledger = new Ledger();
    const first = ledger.open();
    ledger.open();
    ledger.mark(state('a'));
    first();
    first();
    expect(taken(ledger)).to.equal(undefined);
    expect(ledger.pending).to.equal(1);
  });

  it('counts what is pending and the bytes that it holds', () => {
    const ledger = new Ledger();
    const seen = (): [number, number] => [ledger.pending, ledger.bytes];
    expect(seen()).to.deep.equal([0, 0]);
    const [first, second] = [ledger.open(), ledger.open()];
    ledger.mark(state('aaaa'));
    expect(seen()).to.deep.equal([2, 4]);
    ledger.mark(state('bb'));
    expect(seen()).to.deep.equal([2, 2]);
    second();
    expect(seen()).to.deep.equal([2, 2]);
    first();
    expect(seen()).to.deep.equal([0, 2]);
    ledger.take();
    expect(seen()).to.deep.equal([0, 0]);
  });

  it('agrees with a naive model under any interleaving', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('open' as const) }),
      fc.record({ kind: fc.constant('mark' as const), bytes: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant('settle' as const), which: fc.nat() }),
      fc.record({ kind: fc.constant('take' as const) }),
    );
    const law = fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const ledger = new Ledger();
      // The model: everything in order of arrival, looked through from the start each time.
      const queue: ({ done: boolean } | { state: string })[] = [];
      const open: { settle: Settle; entry: { done: boolean } }[] = [];
      let given = -1;
      let number = 0;
      const expected = (): string | undefined => {
        const blocked = queue.findIndex((entry) => 'done' in entry && !entry.done);
        const safe = queue.slice(0, blocked === -1 ? queue.length : blocked);
        const newest = safe.findLastIndex((entry) => 'state' in entry);
        if (newest <= given) return undefined;
        given = newest;
        const entry = queue[newest];
        return entry && 'state' in entry ? entry.state : undefined;
      };
      for (const one of steps) {
        if (one.kind === 'open') {
          const entry = { done: false };
          queue.push(entry);
          open.push({ settle: ledger.open(), entry });
        } else if (one.kind === 'mark') {
          const text = `${++number}`.padEnd(one.bytes, '.');
          queue.push({ state: text });
          ledger.mark(state(text));
        } else if (one.kind === 'settle' && open.length > 0) {
          const [settled] = open.splice(one.which % open.length, 1);
          settled!.entry.done = true;
          settled!.settle();
        } else if (one.kind === 'take') {
          expect(taken(ledger)).to.equal(expected());
        }
      }
      for (const { settle, entry } of open) {
        entry.done = true;
        settle();
        expect(taken(ledger)).to.equal(expected());
      }
      expect(taken(ledger)).to.equal(expected());
      expect([ledger.pending, ledger.bytes]).to.deep.equal([0, 0]);
    });
    fc.assert(law, { numRuns: 1000 });
  });

  it('takes a million states behind one open entry, in one slot', () => {
    const ledger = new Ledger();
    const settle = ledger.open();
    const one = state('{"bookmarks":{}}');
    const started = Date.now();
    for (let i = 0; i < 1_000_000; i++) ledger.mark(one);
    expect(ledger.bytes).to.equal(one.length);
    settle();
    expect(Date.now() - started).to.be.below(1000);
    expect(taken(ledger)).to.equal(one.toString());
  });

  it('settles many entries in linear time, in order and in reverse', () => {
    const started = Date.now();
    for (const reverse of [false, true]) {
      const ledger = new Ledger();
      const settles = Array.from({ length: 200_000 }, (_, i) => {
        const settle = ledger.open();
        ledger.mark(state(i));
        return settle;
      });
      if (reverse) settles.reverse();
      for (const settle of settles) settle();
      expect([taken(ledger), ledger.pending, ledger.bytes]).to.deep.equal(['199999', 0, 0]);
    }
    expect(Date.now() - started).to.be.below(2000);
  });
});
