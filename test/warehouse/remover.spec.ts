/** Objects that are no longer needed, and requests that fail. */
import { expect } from 'chai';
import { LoadError } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';
import { Remover } from '../../src/warehouse/remover.ts';

/** A bucket whose first requests fail with these codes. */
function bucketThatFails(...codes: readonly string[]) {
  const failures = [...codes];
  const done: string[] = [];
  const logged: string[] = [];
  const remove = (keys: readonly string[]): Promise<void> => {
    const code = failures.shift();
    if (code !== undefined) {
      done.push(`${code}: ${keys.join(' ')}`);
      return Promise.reject(new LoadError(`failed with ${code}`, { sqlstate: code }));
    }
    done.push(`removed ${keys.join(' ')}`);
    return Promise.resolve();
  };
  const log = {
    warn: (text: string) => logged.push(`warn ${text}`),
    debug: (text: string) => logged.push(`debug ${text}`),
  } as unknown as Logger;
  const renew = (): Promise<void> => {
    done.push('renewed');
    return Promise.resolve();
  };
  return { remover: new Remover({ remove }, log, renew), done, logged };
}

describe('Remover', () => {
  it('removes the keys that arrive during a request with the next one', async () => {
    const { remover, done, logged } = bucketThatFails();
    for (const key of ['a', 'b', 'c']) remover.add([key]);
    await remover.done();
    expect({ done, logged }).to.deep.equal({ done: ['removed a', 'removed b c'], logged: [] });
  });

  it('tries again at the end what failed for a reason that passes', async () => {
    const { remover, done, logged } = bucketThatFails('SlowDown');
    remover.add(['a']);
    await remover.done();
    expect({ done, logged }).to.deep.equal({ done: ['SlowDown: a', 'removed a'], logged: [] });
  });

  it('requests credentials again once, when those in use have expired', async () => {
    const { remover, done, logged } = bucketThatFails('ExpiredToken');
    remover.add(['a']);
    await remover.done();
    expect({ done, logged }).to.deep.equal({ done: ['ExpiredToken: a', 'renewed', 'removed a'], logged: [] });
  });

  it('does the same in the last request of a run', async () => {
    const { remover, done, logged } = bucketThatFails('SlowDown', 'ExpiredToken');
    remover.add(['a']);
    await remover.done();
    expect({ done, logged }).to.deep.equal({
      done: ['SlowDown: a', 'ExpiredToken: a', 'renewed', 'removed a'],
      logged: [],
    });
  });

  it('tells what stays if credentials expire for good, or if it may not remove', async () => {
    for (const codes of [['ExpiredToken', 'ExpiredToken'], ['AccessDenied'], ['SlowDown', 'SlowDown']]) {
      const { remover, logged } = bucketThatFails(...codes);
      remover.add(['a']);
      await remover.done();
      expect(logged).to.deep.equal([
        `warn objects may stay in S3 until a later run removes them: failed with ${codes[0] ?? ''}`,
      ]);
    }
  });
});
