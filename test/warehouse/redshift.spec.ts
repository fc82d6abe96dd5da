import { expect } from 'chai';
import { connectRedshift, type RedshiftSettings } from '../../src/warehouse/redshift.ts';
import { breakable } from '../support/breakable.ts';
import { sharedWarehouse } from '../support/warehouse.ts';

const settings: RedshiftSettings = {
  hostname: '127.0.0.1',
  port: 1,
  database: 'dev',
  login: () => Promise.reject(new Error('not asked')),
  sslmode: 'disable',
  sslCa: undefined,
  queryGroup: 'test',
  tunnel: undefined,
  connectTimeoutMs: 1000,
  statementTimeoutMs: 1000,
  heartbeatMs: 1000,
  onHeartbeat: () => undefined,
};

describe('the connections to Redshift', () => {
  it('can be given up while AWS is asked for a login, and a login that comes later is used by nobody', async () => {
    let answer = (_: { user: string; password: string }): void => undefined;
    const login = new Promise<{ user: string; password: string }>((resolve) => (answer = resolve));
    const warehouse = connectRedshift({ ...settings, login: () => login });
    const session = warehouse
      .session(() => Promise.resolve('worked'))
      .catch((error: unknown) => (error as Error).message);
    await warehouse.close(true);
    expect(await session).to.equal('The connections to Redshift are closed');
    answer({ user: 'u', password: 'p' });
  });

  it('are not opened when the login fails', async () => {
    const warehouse = connectRedshift({
      ...settings,
      login: () => Promise.reject(new Error('the secret is gone')),
    });
    const session = warehouse
      .session(() => Promise.resolve())
      .catch((error: unknown) => (error as Error).message);
    expect(await session).to.equal('the secret is gone');
    await warehouse.close();
  });
});

describe('a connection that was dropped silently while it was idle', () => {
  it('is noticed before it is used, and the work gets a new one', async () => {
    const { hostname, port, database, user, password, ssl_ca: sslCa } = await sharedWarehouse();
    await using proxy = await breakable(port);
    const warehouse = connectRedshift({
      ...settings,
      hostname,
      port: proxy.port,
      database,
      sslmode: 'verify-full',
      sslCa,
      login: () => Promise.resolve({ user, password }),
      connectTimeoutMs: 20_000,
      statementTimeoutMs: 3_600_000,
      doubt: { afterMs: 0, answerMs: 300 },
    });
    const backend = (): Promise<number> => warehouse.session((session) => Promise.resolve(session.backend));
    const first = await backend();
    expect(await backend()).to.equal(first);
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.freeze();
    proxy.mend();
    const started = performance.now();
    const second = await backend();
    expect(second).not.to.equal(first);
    expect(performance.now() - started).to.be.below(10_000);
    await warehouse.close(true);
  });
});
