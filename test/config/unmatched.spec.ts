/** Names in a configuration that fit no stream of a run. */
import { expect } from 'chai';
import { checkConfig } from '../../src/config/config.ts';
import { unmatched } from '../../src/config/unmatched.ts';

const least = { hostname: 'h', database: 'd', user: 'u', password: 'p', s3_bucket: 'b', iam_role: 'default' };

function told(
  names: readonly string[],
  streams: readonly string[],
  { isWhole = true, ...options }: { isWhole?: boolean; schema_mapping?: object; table_names?: string } = {},
): readonly string[] {
  const entries = Object.fromEntries(names.map((name) => [name, { load_method: 'append-only' }]));
  const { config } = checkConfig({ ...least, ...options, streams: entries });
  return unmatched(config, streams, isWhole);
}

describe('unmatched', () => {
  const near: readonly (readonly [entry: string, streams: readonly string[], meant: string])[] = [
    ['userz', ['orders', 'users'], 'users'],
    ['Users', ['users'], 'users'],
    ['users', ['crm-users', 'crm-orders'], 'crm-users'],
    ['users', ['public.users'], 'public.users'],
    ['crm_users', ['crm-users'], 'crm-users'],
    ['user_event_logs', ['event_logs_user'], 'event_logs_user'],
    ['userz_*', ['orders_eu', 'users_eu'], 'users_eu'],
    ['*_archve', ['orders_archive'], 'orders_archive'],
  ];
  for (const [entry, streams, meant] of near) {
    it(`takes ${entry} for ${meant}`, () =>
      expect(told([entry], streams)).to.deep.equal([
        `streams.${entry} of the configuration is not used: no stream matches it; did you mean "${meant}"?`,
      ]));
  }

  it('is silent about names and patterns that fit', () => {
    expect(told(['users', 'o*', '*', '*ers'], ['users', 'orders'])).to.deep.equal([]);
  });

  it('names all others in one sentence', () => {
    expect(told(['a', 'tax_*', 'invoices'], ['users', 'orders'])).to.deep.equal([
      'streams.a, streams.tax_*, streams.invoices of the configuration are not used: no stream of this run matches',
    ]);
    expect(told(['invoices'], ['users'])).to.deep.equal([
      'streams.invoices of the configuration is not used: no stream of this run matches',
    ]);
  });

  it('proposes no stream that has an entry of its own', () => {
    expect(told(['users', 'userz'], ['users'])).to.deep.equal([
      'streams.userz of the configuration is not used: no stream of this run matches',
    ]);
  });

  it('tells of names that resemble a stream only, when the input did not end by itself', () => {
    expect(told(['userz', 'invoices'], ['users'], { isWhole: false })).to.deep.equal([
      'streams.userz of the configuration is not used: no stream matches it; did you mean "users"?',
    ]);
  });

  it('says nothing when no stream came', () => expect(told(['users'], [])).to.deep.equal([]));

  it('tells of sources in schema_mapping, too', () => {
    const schema_mapping = { crm: 'a', hr_prod: 'b', tax: 'c', '*': 'rest' };
    expect(told([], ['crm-users', 'hrprod-people', 'users'], { schema_mapping })).to.deep.equal([
      'schema_mapping.hr_prod of the configuration is not used: no stream matches it; did you mean "hrprod"?',
      'schema_mapping.tax of the configuration is not used: no stream of this run matches',
    ]);
    expect(
      told([], ['prod-crm-users'], { schema_mapping: { crm: 'a' }, table_names: 'last-part' }),
    ).to.deep.equal([]);
  });
});
