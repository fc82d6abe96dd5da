import { expect } from 'chai';
import { Ending } from '../../src/io/ending.ts';

const seen = ({ stop, kill }: Ending): object => ({ stop: stop.aborted, kill: kill.aborted });

describe('Ending', () => {
  it('asks with the first signal and gives up with the second', () => {
    const ending = new Ending();
    expect(seen(ending)).to.deep.equal({ stop: false, kill: false });
    ending.signal();
    expect(seen(ending)).to.deep.equal({ stop: true, kill: false });
    ending.signal();
    ending.signal();
    expect(seen(ending)).to.deep.equal({ stop: true, kill: true });
  });

  it('is given up without a signal too', () => {
    const ending = new Ending();
    ending.giveUp();
    expect(seen(ending)).to.deep.equal({ stop: true, kill: true });
  });

  it('has the last words that were set last', () => {
    const said: string[] = [];
    const ending = new Ending();
    ending.sayLastWords();
    ending.setLastWords(() => said.push('one'));
    ending.setLastWords(() => said.push('two'));
    ending.sayLastWords();
    expect(said).to.deep.equal(['two']);
  });
});
