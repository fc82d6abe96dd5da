/** Faults on demand: what the plan says goes wrong, at the request it says, and is counted. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { readAccess } from '../../../src/local/access-file.ts';
import { readFaultPlan } from '../../../src/local/faults/read-plan.ts';
import type { FaultPlan } from '../../../src/local/faults/plan.ts';
import { failureOf, rowsOf, startFixture, type Fixture } from '../redshift/support.ts';

const plan: FaultPlan = {
  s3: [
    { on: 'GetObject', key: 'slowed/*', nth: 2, fault: 'slow-down' },
    { on: 'GetObject', key: 'cut/*', fault: 'truncate', bytes: 3 },
    { on: 'GetObject', key: 'dripping', fault: 'slow', bytesPerSecond: 100 },
    { key: 'secret', nth: 'every', fault: 'access-denied' },
  ],
  sql: [
    { on: 'COPY', text: 'instant', fault: 'copy-answers-at-once', rows: 12 },
    { on: 'INSERT', text: 'into denied', nth: [2, 3], fault: 'permission-denied', object: 'relation denied' },
    { on: 'INSERT', text: 'into late', fault: 'stall-after', ms: 150 },
    { on: 'INSERT', text: 'into swallowed', fault: 'black-hole-after' },
    { on: 'INSERT', text: 'into nowhere', fault: 'black-hole' },
    { on: 'UPDATE', fault: 'serialization-failure' },
    { on: 'COMMIT', fault: 'commit-answers-rollback' },
    { on: 'COMMIT', nth: 2, fault: 'drop-after' },
  ],
};

describe('faults on demand', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ faults: plan });
  });
  after(() => fixture.close());

  const struck = (fault: string) =>
    fixture.warehouse.faultCounts
      .filter(({ order }) => order.fault === fault)
      .map(({ struck: n, matched }) => [n, matched]);
  const copy = (table: string, key: string) => {
    const { s3_bucket: bucket, iam_role: role } = fixture.warehouse.config;
    return `COPY ${table} FROM 's3://${bucket}/${key}' IAM_ROLE '${role}' CSV`;
  };

  it('strike the requests to S3 that the plan names', async () => {
    const client = await fixture.connect();
    await client.query('CREATE TABLE t (a VARCHAR(10))');
    for (const key of ['slowed/1', 'cut/1', 'secret'])
      await fixture.put(key, 'first\nsecond\n').catch(() => undefined);
    await client.query(copy('t', 'slowed/1'));
    expect((await failureOf(client.query(copy('t', 'slowed/1')))).message).to.match(
      /Status 503,Error SlowDown/,
    );
    await client.query(copy('t', 'slowed/1'));
    expect((await failureOf(client.query(copy('t', 'cut/1')))).code).to.equal('XX000');
    await fixture.put('dripping', 'x\n'.repeat(10));
    const started = performance.now();
    await client.query(copy('t', 'dripping'));
    expect(performance.now() - started).to.be.greaterThan(190);
    expect([struck('slow-down'), struck('truncate'), struck('access-denied')]).to.deep.equal([
      [[1, 3]],
      [[1, 1]],
      [[1, 1]],
    ]);
  });

  it('answer a COPY at once without loading', async () => {
    const client = await fixture.connect();
    await client.query('CREATE TABLE instant (a INT)');
    await client.query(copy('instant', 'no/such/key'));
    expect(await rowsOf(client, 'SELECT pg_last_copy_count()')).to.deep.equal([['12']]);
    expect(await rowsOf(client, 'SELECT count(*) FROM instant')).to.deep.equal([['0']]);
  });

  it('refuse, delay and lose what the plan says', async () => {
    const client = await fixture.connect();
    await client.query('CREATE TABLE denied (a INT); CREATE TABLE late (a INT)');
    const insert = () => client.query('INSERT INTO denied VALUES (1)');
    await insert();
    for (const insertion of [insert, insert]) {
      expect(await failureOf(insertion())).to.deep.equal({
        code: '42501',
        message: 'permission denied for relation denied',
      });
    }
    await insert();
    const started = performance.now();
    await client.query('INSERT INTO late VALUES (1)');
    expect(performance.now() - started).to.be.greaterThan(140);
    expect(await failureOf(client.query('UPDATE late SET a = 2'))).to.deep.equal({
      code: 'XX000',
      message: '1023',
    });
    await client.query('BEGIN; INSERT INTO late VALUES (2)');
    expect((await client.query('COMMIT')).command).to.equal('ROLLBACK');
    await client.query('BEGIN; INSERT INTO late VALUES (3)');
    await failureOf(client.query('COMMIT'));
    const other = await fixture.connect();
    expect(await rowsOf(other, 'SELECT a FROM late ORDER BY a')).to.deep.equal([[1], [3]]);
    expect(struck('permission-denied')).to.deep.equal([[2, 4]]);
  });

  it('leave a client without any answer', async () => {
    const observer = await fixture.connect();
    await observer.query('CREATE TABLE swallowed (a INT); CREATE TABLE nowhere (a INT)');
    for (const [table, rows] of [
      ['swallowed', '1'],
      ['nowhere', '0'],
    ]) {
      const client = await fixture.connect();
      const reply = client.query(`INSERT INTO ${table} VALUES (1)`).then(
        () => 'answered',
        () => 'lost',
      );
      expect(await Promise.race([reply, delay(300, 'silent')])).to.equal('silent');
      expect(await rowsOf(observer, `SELECT count(*) FROM ${table}`)).to.deep.equal([[rows]]);
      client.connection.stream.destroy();
      expect(await reply).to.equal('lost');
    }
  });

  it('are read from JSON, and what is wrong in it is said', () => {
    expect(readFaultPlan(plan)).to.equal(plan);
    const problems = (value: unknown) => {
      try {
        readFaultPlan(value);
      } catch (error) {
        return (error as Error).message.split('\n');
      }
      return [];
    };
    expect(problems([])).to.deep.equal(['a plan of faults is an object with "s3" and "sql"']);
    expect(
      problems({
        sqll: [],
        s3: [{ fault: 'slow' }, { fault: 'slowdown', nth: 1 }, { fault: 'reset', ky: 'a' }, 7],
        sql: [{ on: 5, fault: 'stall', ms: -1 }, { fault: 'black-hole', nth: [3, 1] }, {}],
      }),
    ).to.deep.equal([
      'there is no "sqll"; did you mean "sql"?',
      's3[0] needs "bytesPerSecond", a number of 0 or more',
      's3[1] has no fault "slowdown"; did you mean "slow-down"?',
      's3[2] has an unknown "ky"; did you mean "key"?',
      's3[3] is no object',
      'sql[0]: "on" is not a text or a list of texts',
      'sql[0]: "ms" is not a number of 0 or more',
      'sql[1]: "nth" is not a number from 1, "every", or a pair of such numbers',
      'sql[2] has no "fault"; there are drop-before, drop-after, stall, stall-after, black-hole, black-hole-after, ' +
        'commit-answers-rollback, serialization-failure, error, permission-denied, copy-reports-fewer, copy-answers-at-once',
    ]);
    expect(
      problems({
        s3: [{ on: 'PutObjekt', fault: 'reset' }],
        sql: [{ on: ['create table', 'COPPY'], fault: 'drop-after' }],
      }),
    ).to.deep.equal([
      's3[0]: there is no operation "PutObjekt"; did you mean "PutObject"?',
      'sql[0]: there is no command "COPPY"; did you mean "COPY"?',
    ]);
    expect(() => readAccess({ roles: [{ attached: 1 }], users: [] })).to.throw(
      'roles[0] needs "arn"\nroles[0]: "attached" is not true or false\nthere is no "users"; there are identities, roles, buckets, kmsKeys',
    );
    const key = { accessKeyId: 'A', secretAccessKey: 's' };
    expect(() =>
      readAccess({
        identities: [
          { ...key, policy: { Statment: [] } },
          { ...key, policy: [] },
          { ...key, expires: 'soon' },
        ],
        roles: [{ arn: 'reader', assumes: 'front', trusts: [1] }],
        buckets: [
          { name: 'Not_A_Bucket' },
          { name: 'data', owner: 'me', encryption: { kmsKey: 'k', bucketKey: true } },
        ],
        kmsKeys: ['alias/mine'],
      }),
    ).to.throw(
      [
        'identities[0]: "policy" is not a policy: an object with "Statement"',
        'identities[1]: "policy" is not a policy: an object with "Statement"',
        'identities[2]: "expires" is not a time such as 2030-01-01T00:00:00Z',
        'roles[0]: "arn" is not the ARN of a role: arn:aws:iam::000000000000:role/NAME',
        'roles[0]: "assumes" is not a list of ARNs of roles',
        'roles[0]: "trusts" is not a list of access key ids and ARNs of roles',
        'buckets[0]: "name" is not a name that S3 allows',
        'buckets[1]: "encryption" is not an object with "kmsKey"',
        'buckets[1]: "owner" is not an account: 12 digits',
        'kmsKeys[0] is not the ARN of a key: arn:aws:kms:us-east-1:000000000000:key/ID',
      ].join('\n'),
    );
  });
});
