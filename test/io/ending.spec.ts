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

  it('has signals that many works may listen to, without a warning of Node', async () => {
    const warnings: string[] = [];
    const hear = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', hear);
    const { stop, kill } = new Ending();
    for (const signal of [stop, kill])
      for (let n = 0; n < 20; n++) signal.addEventListener('abort', () => undefined);
    await new Promise(setImmediate);
    process.off('warning', hear);
    expect(warnings).to.deep.equal([]);
  });
});
