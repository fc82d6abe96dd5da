/** Which states of an Airbyte source are acknowledged, and when. */
import { expect } from 'chai';
import { Acks } from '../../src/states/acks.ts';

function acks(): { acks: Acks; written: string[]; mark: (stream: string | undefined, ack: string) => void } {
  const written: string[] = [];
  const all = new Acks((ack) => written.push(ack.toString()));
  return { acks: all, written, mark: (stream, ack) => all.addState(stream, Buffer.from(ack)) };
}

describe('Acks', () => {
  it('writes a state at once when nothing is pending', () => {
    const { written, mark } = acks();
    mark('a', '1');
    mark(undefined, '2');
    expect(written).to.deep.equal(['1', '2']);
  });

  it('writes every state, in the order of its stream, when what came before it is done', () => {
    const { acks: all, written, mark } = acks();
    const first = all.open('a');
    mark('a', '1');
    mark('a', '2');
    const second = all.open('a');
    mark('a', '3');
    second();
    expect(written).to.deep.equal([]);
    first();
    expect(written).to.deep.equal(['1', '2', '3']);
  });

  it('lets no effect that was opened after a state hold it back', () => {
    const { acks: all, written, mark } = acks();
    const first = all.open('a');
    mark('a', '1');
    all.open('a');
    mark('a', '2');
    first();
    expect(written).to.deep.equal(['1']);
  });

  it('lets no stream wait for another', () => {
    const { acks: all, written, mark } = acks();
    all.open('a');
    mark('a', 'a');
    const b = all.open('b');
    mark('b', 'b');
    b();
    expect(written).to.deep.equal(['b']);
  });

  it('has a state of all streams wait for all of them, and for those before it', () => {
    const { acks: all, written, mark } = acks();
    const a = all.open('a');
    mark(undefined, '1');
    const b = all.open('b');
    mark(undefined, '2');
    b();
    expect(written).to.deep.equal([]);
    a();
    expect(written).to.deep.equal(['1', '2']);
  });

  it('knows how many bytes it holds, and how many states it has seen', () => {
    const { acks: all, mark } = acks();
    const settle = all.open('a');
    mark('a', '12345');
    expect([all.bytes, all.statesRead]).to.deep.equal([5, 1]);
    settle();
    expect([all.bytes, all.statesRead]).to.deep.equal([0, 1]);
  });
});
