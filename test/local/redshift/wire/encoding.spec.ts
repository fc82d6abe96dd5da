/** The encoding that a client is told at its login. */
import { expect } from 'chai';
import { LENIENT } from '../../../../src/local/redshift/readings.ts';
import { shareFixture, startFixture, type Fixture } from '../support.ts';
import { Wire } from '../wire.ts';

describe('client_encoding at the login', () => {
  let strict: Fixture;
  let lenient: Fixture;

  before(async () => {
    [strict, lenient] = await Promise.all([shareFixture(), startFixture({ readings: LENIENT })]);
  });
  after(async () => {
    await strict.close();
    await lenient.close();
  });

  async function encodingOf(fixture: Fixture, settings: Readonly<Record<string, string>>): Promise<unknown> {
    const session = await Wire.open(fixture.warehouse, undefined, undefined, settings);
    session.destroy();
    return session.parameters.get('client_encoding');
  }

  it('is UNICODE for a client that asks for none, as on clusters', async () => {
    expect(await encodingOf(strict, {})).to.equal('UNICODE');
  });

  for (const settings of [
    { client_encoding: 'UTF8' },
    { client_encoding: 'utf-8' },
    { options: '-c client_encoding=utf8' },
  ]) {
    it(`is UTF8 for a client that asks with ${JSON.stringify(settings)}`, async () => {
      expect(await encodingOf(strict, settings)).to.equal('UTF8');
    });
  }

  it('is UTF8 for every client with the lenient reading', async () => {
    expect(await encodingOf(lenient, {})).to.equal('UTF8');
  });
});
