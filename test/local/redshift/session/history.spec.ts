import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type pg from 'pg';
import { History, withoutSecrets } from '../../../../src/local/redshift/session/history.ts';

describe('the texts of statements in the system tables', () => {
  for (const [text, shown] of [
    [
      "COPY t FROM 's3://b/k' ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 's''x' CSV",
      "COPY t FROM 's3://b/k' ACCESS_KEY_ID '' SECRET_ACCESS_KEY '' CSV",
    ],
    ["CREATE USER u PASSWORD 'a\\'b' NOCREATEDB", "CREATE USER u PASSWORD '' NOCREATEDB"],
    [
      "copy t from 's3://b/k' credentials as 'aws_access_key_id=A;aws_sec",
      "copy t from 's3://b/k' credentials as ''",
    ],
    ["COPY t FROM 's3://b/k' SESSION_TOKEN 'abc\\", "COPY t FROM 's3://b/k' SESSION_TOKEN ''"],
    ["INSERT INTO t VALUES ('password')", "INSERT INTO t VALUES ('password')"],
  ] as const) {
    it(`show no secret, also where the text is cut: ${text.slice(0, 50)}`, () => {
      expect(withoutSecrets(text)).to.equal(shown);
    });
  }
});

describe('the system tables of queries', () => {
  it('hold a statement for everybody who asks behind it, also while another session is writing it', async () => {
    const history = new History();
    const told: string[] = [];
    const admin = {
      query: async () => {
        await delay(20);
        told.push('written');
      },
    } as unknown as pg.Pool;
    const context = { userId: 1, queryId: 1, pid: 1 } as Parameters<History['add']>[0]['context'];
    history.add({ context, verb: 'COPY', succeeded: false, label: 'default', text: 'COPY t', started: 0 });
    await Promise.all(
      ['one', 'other'].map(async (who) => {
        await history.write(admin, 'dev');
        told.push(who);
      }),
    );
    expect(told).to.deep.equal(['written', 'one', 'other']);
  });
});
