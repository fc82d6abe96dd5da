/** The sessions of the cluster in pg_stat_activity, on the local SQL endpoint. */
import { expect } from 'chai';
import type pg from 'pg';
import { failureOf, rowsOf, startFixture, type Fixture } from '../support.ts';

describe('pg_stat_activity on the local SQL endpoint', () => {
  let fixture: Fixture;
  let client: pg.Client;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
  });
  after(async () => fixture.close());

  it('has the columns of Redshift, with the own session among its rows', async () => {
    const query =
      'SELECT datname, usename, procpid = pg_backend_pid() FROM pg_stat_activity WHERE procpid = pg_backend_pid()';
    const [[database, , isOwn] = []] = await rowsOf(client, query);
    expect([typeof database, isOwn]).to.deep.equal(['string', true]);
  });

  it('says what sessions do', async () => {
    const idle = await fixture.connect();
    const waiting = await fixture.connect();
    await waiting.query('BEGIN');
    await waiting.query('SELECT 1');
    const pidOf = async (session: pg.Client): Promise<number> => {
      const [[pid] = []] = await rowsOf(session, 'SELECT pg_backend_pid()');
      return Number(pid);
    };
    const queryOf = async (session: pg.Client): Promise<unknown> => {
      const pid = await pidOf(session);
      return (
        await rowsOf(client, `SELECT current_query FROM pg_stat_activity WHERE procpid = ${pid}`)
      )[0]?.[0];
    };
    expect([await queryOf(idle), await queryOf(waiting)]).to.deep.equal(['<IDLE>', '<IDLE> in transaction']);
  });

  it('has no column of later versions of PostgreSQL', async () => {
    for (const column of ['pid', 'state', 'query', 'backend_type'])
      expect((await failureOf(client.query(`SELECT ${column} FROM pg_stat_activity`))).code, column).to.equal(
        '42703',
      );
  });
});
