/** What UNLOAD does beyond the rows of the conformance table: stopping it, faults of S3, roles, large results. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type pg from 'pg';
import { cancel, failureOf, type Fixture, rowsOf, startFixture, untilActive } from '../support.ts';
import { s3Client } from '../../../support/warehouse.ts';

describe('UNLOAD of the local warehouse', () => {
  let fixture: Fixture;
  let client: pg.Client;
  let auth: string;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
    auth = `IAM_ROLE '${fixture.warehouse.config.iam_role}'`;
  });
  afterEach(() => {
    fixture.s3Fault = undefined;
  });
  after(async () => fixture.close());

  async function keys(prefix: string): Promise<string[]> {
    const s3 = s3Client(fixture.warehouse.config);
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: 'local-bucket', Prefix: prefix }),
    );
    return Contents.map(({ Key }) => Key ?? '');
  }

  it('writes nothing when S3 fails at the second object', async () => {
    let puts = 0;
    fixture.s3Fault = ({ operation }) =>
      operation === 'PutObject' && ++puts === 2
        ? { kind: 'error', status: 500, code: 'InternalError' }
        : undefined;
    const { code, message } = await failureOf(
      client.query(`UNLOAD ('SELECT 1 AS a UNION ALL SELECT 2') TO 's3://local-bucket/fault/' ${auth}`),
    );
    expect([code, message.slice(0, 19)]).to.deep.equal(['XX000', 'S3ServiceException:']);
    expect(await keys('fault/')).to.deep.equal([]);
    expect(
      await rowsOf(client, "SELECT status, error_message <> '' FROM sys_unload_history ORDER BY query_id"),
    ).to.deep.equal([['aborted', true]]);
  });

  it('ends when it is canceled, with nothing written', async () => {
    const other = await fixture.connect();
    const [[pid]] = (await rowsOf(other, 'SELECT pg_backend_pid()')) as [[number]];
    const unloading = failureOf(
      other.query(
        `UNLOAD ('SELECT COUNT(*) FROM stv_slices a, generate_series(1, 2000) b, generate_series(1, 2000) c, generate_series(1, 200) d') TO 's3://local-bucket/cancel/' ${auth}`,
      ),
    );
    await untilActive(client, pid);
    cancel(fixture.warehouse, other);
    expect((await unloading).code).to.equal('57014');
    expect(await keys('cancel/')).to.deep.equal([]);
  });

  it('ends at statement_timeout', async () => {
    await client.query('SET statement_timeout TO 300');
    try {
      const { code } = await failureOf(
        client.query(
          `UNLOAD ('SELECT COUNT(*) FROM stv_slices a, generate_series(1, 2000) b, generate_series(1, 2000) c, generate_series(1, 200) d') TO 's3://local-bucket/timeout/' ${auth}`,
        ),
      );
      expect(code).to.equal('57014');
    } finally {
      await client.query('SET statement_timeout TO 0');
    }
  });

  it('lets a user use a role only with ASSUMEROLE for UNLOAD', async () => {
    await client.query("CREATE USER ann PASSWORD 'Unload1ng'");
    const ann = await fixture.connect({ user: 'ann', password: 'Unload1ng' });
    await client.query('REVOKE ASSUMEROLE ON ALL FROM PUBLIC FOR ALL');
    await client.query('GRANT ASSUMEROLE ON ALL TO ann FOR COPY');
    const unload = `UNLOAD ('SELECT 1 AS a') TO 's3://local-bucket/ann/' ${auth}`;
    const { code, message } = await failureOf(ann.query(unload));
    expect([code, message]).to.deep.equal([
      '42501',
      `User ann does not have ASSUMEROLE permission on IAM role "${fixture.warehouse.config.iam_role}" for UNLOAD`,
    ]);
    await client.query('GRANT ASSUMEROLE ON ALL TO ann FOR UNLOAD');
    await ann.query(unload);
    expect(await keys('ann/')).to.deep.equal(['ann/0000_part_00', 'ann/0001_part_00']);
    expect(await rowsOf(ann, 'SELECT COUNT(*) FROM stl_unload_log')).to.deep.equal([['2']]);
  });

  it('escapes what cannot stand in the name of a folder', async () => {
    await client.query(
      `UNLOAD ('SELECT 1 AS id, ''a/b=c%'' AS p') TO 's3://local-bucket/escaped/' ${auth} PARALLEL OFF CSV PARTITION BY (p)`,
    );
    expect(await keys('escaped/')).to.deep.equal(['escaped/p=a%2Fb%3Dc%25/000']);
  });

  it('gives back 50,000 rows through files of every format', async () => {
    const lines = Array.from({ length: 50_000 }, (_, n) => `${n},name ${n},${n}.25\n`);
    await fixture.put('many.csv', lines.join(''));
    await client.query('CREATE TABLE many (id INT, name VARCHAR(20), d DECIMAL(12, 2))');
    await client.query(`COPY many FROM 's3://local-bucket/many.csv' ${auth} CSV`);
    for (const [format, read] of [
      ['GZIP ESCAPE', 'GZIP ESCAPE'],
      ['CSV', 'CSV'],
      ['JSON', "JSON 'auto'"],
    ] as const) {
      const place = `s3://local-bucket/many-${format.replace(' ', '-')}/`;
      await client.query(`UNLOAD ('SELECT * FROM many') TO '${place}' ${auth} ${format}`);
      await client.query('CREATE TEMP TABLE back (id INT, name VARCHAR(20), d DECIMAL(12, 2))');
      await client.query(`COPY back FROM '${place}' ${auth} ${read}`);
      expect(
        await rowsOf(
          client,
          'SELECT COUNT(*) FROM many m JOIN back b ON m.id = b.id AND m.name = b.name AND m.d = b.d',
        ),
      ).to.deep.equal([['50000']]);
      await client.query('DROP TABLE back');
    }
  });
});
