/** The tenant guard as a process: what `check` says about rows of others, and what cannot be guarded. */
import { expect } from 'chai';
import { lines, record, runCli, schema, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace } from '../support/warehouse.ts';

const GUARD = { tenant_column: 'account', tenant_id: 'acme' };
const batch = (manifest: readonly string[]): object => ({
  type: 'BATCH',
  stream: 'orders',
  encoding: { format: 'jsonl', compression: 'gzip' },
  manifest,
});
const properties = { id: { type: 'integer' }, account: { type: 'string' } };

describe('check with a tenant', () => {
  it('counts the rows of other tenants in tables of earlier runs, and those without one', async () => {
    const place = await newPlace();
    const input = lines(
      schema('orders', properties, ['id']),
      record('orders', { id: 1, account: 'acme' }),
      record('orders', { id: 2, account: 'other' }),
      record('orders', { id: 3, account: 'third' }),
      record('orders', { id: 4 }),
      schema('countries', { code: { type: 'string' } }, ['code']),
      record('countries', { code: 'DE' }),
      schema('empty', { code: { type: 'string' } }, ['code']),
      state(1),
    );
    expect((await runHere(['--config', place.configFile()], input)).code).to.equal(0);
    const { code, stdout } = await runCli(['check', '--config', place.configFile(GUARD)]);
    expect(code).to.equal(1);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).to.contain(
      `"${place.schema}"."orders" (stream "orders") has 2 rows of other tenants in "account" and 1 row without a tenant in "account"`,
    );
    expect(text).to.contain(
      `"${place.schema}"."countries" (stream "countries") has 1 row, and no column "account"`,
    );
    expect(text).to.not.contain('(stream "empty")');
  });

  it('is content with rows of the tenant, hashed ones too, and streams of all tenants', async () => {
    const place = await newPlace();
    const config = {
      ...GUARD,
      mask_salt: '0123456789abcdef',
      streams: {
        hashed: { columns: { account: { mask: 'hash' } } },
        all: { other_tenants: 'allow' },
      },
    };
    const input = lines(
      schema('orders', properties, ['id']),
      record('orders', { id: 1, account: 'acme' }),
      schema('hashed', properties, ['id']),
      record('hashed', { id: 1, account: 'acme' }),
      schema('all', properties, ['id']),
      record('all', { id: 1, account: 'other' }),
      state(1),
    );
    expect((await runHere(['--config', place.configFile(config)], input)).code).to.equal(0);
    const { code, stdout } = await runCli(['check', '--config', place.configFile(config)]);
    expect({ code, stdout }).to.have.property('code', 0, stdout);
    expect(stdout.replaceAll(/\s+/g, ' ')).to.contain('no rows of other tenants in 2 tables of earlier runs');
  });
});

describe('files that Redshift copies by itself', () => {
  for (const [what, config, why] of [
    ['a tenant', GUARD, 'tenant_id is set, and COPY does not check the tenant of a record'],
    ['columns that are left out', { exclude_columns: ['x'] }, 'include_columns or exclude_columns is set'],
    [
      'a mask',
      { streams: { orders: { columns: { account: { mask: 'redact' } } } } },
      'property "account" has a mask, and COPY loads values as they are',
    ],
  ] as const) {
    it(`are refused with ${what}, because they do not pass through the encoder`, async () => {
      const place = await newPlace();
      const direct = { batch_direct_copy: true, load_method: 'append-only', ...config };
      const input = lines(schema('orders', properties, []), batch(['s3://bucket/x.jsonl']), state(1));
      const { code, stdout, stderr } = await runHere(['--config', place.configFile(direct)], input);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.contain(why.replaceAll('"', '\\"'));
    });
  }
});
