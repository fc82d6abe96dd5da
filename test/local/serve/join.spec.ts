/** Joining the process that serves a folder: it must be the one that wrote the lock. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { leaseLocal } from '../../../src/local/serve/join.ts';
import { readLock, takeLock } from '../../../src/local/serve/lock.ts';

describe('joining the warehouse of a folder', () => {
  let dir: string;
  let impostor: Server | undefined;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'join-'));
  });
  afterEach(() => {
    impostor?.close();
    impostor = undefined;
    rmSync(dir, { recursive: true, force: true });
  });

  /** The lock of a holder that was killed; another program that answers `answer` has got its port. */
  const leaveLock = async (answer: string, version?: string): Promise<void> => {
    impostor = createServer((socket) => {
      socket.on('error', () => socket.destroy()).once('data', () => socket.write(answer));
    }).listen(0, '127.0.0.1');
    await once(impostor, 'listening');
    const { port } = impostor.address() as AddressInfo;
    const lock = { port, token: 'a'.repeat(48), greeting: 'b'.repeat(48), pid: 1, version };
    writeFileSync(join(dir, 'lock.json'), JSON.stringify(lock), { mode: 0o600 });
  };
  const config = JSON.stringify({ hostname: 'evil.example.com' });
  const reason = async (command: readonly string[]): Promise<string> => {
    try {
      await leaseLocal(dir, command);
    } catch (error) {
      return (error as Error).message.replace(`Cannot start the local warehouse in ${dir}: `, '');
    }
    throw new Error('it was joined');
  };

  for (const answer of [
    `target-redshift local\n${config}\n`,
    `${'a'.repeat(48)}\n${config}\n`,
    `${config}\n`,
    `${'b'.repeat(47)}\n\n${config}\n`,
  ]) {
    it(`does not trust a program on the port of a dead holder that answers ${answer.slice(0, 20)}`, async () => {
      await leaveLock(answer);
      expect(await reason(['false'])).to.equal('it gave no reason');
    });
  }

  for (const [version, name] of [
    ['0.0.1', 'version 0.0.1'],
    [undefined, 'an older version'],
  ] as const) {
    it(`does not join ${name} of the program`, async () => {
      await leaveLock(`${'b'.repeat(48)}\n${config}\n`, version);
      expect(await reason(['false'])).to.match(
        new RegExp(
          `^Cannot use .*: process 1 serves it with ${name} of the program, and this is version \\d.*; ` +
            'end that process, or give another --dir$',
        ),
      );
    });
  }

  it('takes the lock of a dead holder whose port another program has', async () => {
    await leaveLock(`target-redshift local\n`);
    const mine = { port: 1, token: 'c', greeting: 'd', pid: process.pid };
    expect(await takeLock(dir, mine)).to.equal(undefined);
    expect(readLock(dir)).to.deep.equal(mine);
  });

  it('takes the lock that an older version left', async () => {
    writeFileSync(join(dir, 'lock.json'), JSON.stringify({ port: 1, token: 'a', pid: 1 }));
    const mine = { port: 1, token: 'c', greeting: 'd', pid: process.pid };
    expect(await takeLock(dir, mine)).to.equal(undefined);
    expect(readLock(dir)).to.deep.equal(mine);
  });

  it('fails at once when its process is ended by a signal', async () => {
    expect(await reason(['sh', '-c', 'kill -KILL $$'])).to.equal('its process was ended by SIGKILL');
  });

  it('fails at once when its process cannot be started', async () => {
    expect(await reason([join(dir, 'no-such-program')])).to.match(/^its process did not start: .*ENOENT/);
  });

  it('fails with what its process said last', async () => {
    const script = 'echo one; echo \'{"message":"two"}\'; kill -TERM $$';
    expect(await reason(['sh', '-c', script])).to.equal('two');
  });
});
