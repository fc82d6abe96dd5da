import { expect } from 'chai';
import { checkConfig } from '../../src/config/config.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { InputError } from '../../src/errors.ts';
import { targetOf } from '../../src/streams/target.ts';

const CONNECTION = {
  hostname: 'h',
  database: 'd',
  user: 'u',
  password: 'p',
  s3_bucket: 'b',
  iam_role: 'default',
  target_schema: 'Main',
};

/** `schema.table` of a stream. */
function target(stream: string, options: Readonly<Record<string, unknown>> = {}): string {
  const { config } = checkConfig({ ...CONNECTION, ...options });
  const { schema, table } = targetOf(stream, settingsOf(config, stream), config);
  return `${schema}.${table}`;
}

describe('targetOf', () => {
  it('is the target schema and the name of the stream, without a word in the configuration', () => {
    expect(target('Users')).to.equal('main.users');
    expect(target('crm-users')).to.equal('main.crm-users');
  });

  it('makes names by the rule that is set', () => {
    expect(target('crm-HTTPRequests', { naming: 'snake_case' })).to.equal('main.crm_http_requests');
  });

  describe('with schema_mapping', () => {
    const mappings: readonly (readonly [Readonly<Record<string, unknown>>, string, string])[] = [
      [{ crm: 'raw_crm' }, 'crm-users', 'raw_crm.users'],
      [{ crm: 'Raw_CRM' }, 'crm-Users-2024', 'raw_crm.users-2024'],
      [{ crm: 'raw_crm' }, 'erp-users', 'main.erp-users'],
      [{ crm: 'raw_crm' }, 'crmusers', 'main.crmusers'],
      [{ crm: 'raw_crm' }, 'crm-', 'main.crm-'],
      [{ crm: 'a', 'crm-eu': 'b' }, 'crm-eu-users', 'b.users'],
      [{ crm: 'a', 'crm-eu': 'b' }, 'crm-us-users', 'a.us-users'],
      [{ '*': 'raw_{schema}' }, 'Crm-users', 'raw_crm.users'],
      [{ crm: 'x', '*': 'raw_{schema}' }, 'crm-users', 'x.users'],
      [{ '*': 'raw' }, 'users', 'main.users'],
      [{ '*': 'raw' }, '-users', 'main.-users'],
      [{ '*': { schema: 'raw_{schema}', grant_select_to: [] } }, 'crm-users', 'raw_crm.users'],
      [{ constructor: 'x' }, 'toString-users', 'main.tostring-users'],
    ];
    for (const [schema_mapping, stream, place] of mappings) {
      it(`${JSON.stringify(schema_mapping)} sends ${stream} to ${place}`, () =>
        expect(target(stream, { schema_mapping })).to.equal(place));
    }
  });

  it('obeys the schema and the table of the stream first', () => {
    const schema_mapping = { crm: 'raw_crm' };
    expect(target('crm-users', { schema_mapping, streams: { 'crm-users': { schema: 'Own' } } })).to.equal(
      'own.users',
    );
    expect(target('crm-users', { schema_mapping, streams: { 'crm-users': { table: 'People' } } })).to.equal(
      'raw_crm.people',
    );
    expect(target('x', { streams: { x: { schema: 'a', table: 'b', naming: 'safe' } } })).to.equal('a.b');
  });
});

describe('targetOf with table_names last-part', () => {
  const places: readonly (readonly [string, string, Readonly<Record<string, string>>?])[] = [
    ['tap_mysql_test-test_table_one', 'main.test_table_one'],
    ['Users', 'main.users'],
    ['prod-crm-Users', 'main.users'],
    ['crm-my.users', 'main.my_users'],
    ['my.users', 'main.my_users'],
    ['-users', 'main.users'],
    ['crm-', 'main.crm-'],
    ['crm-users', 'raw_crm.users', { crm: 'raw_crm' }],
    ['prod-crm-users', 'raw_crm.users', { crm: 'raw_crm' }],
    ['prod-crm-users', 'own.users', { crm: 'raw_crm', 'prod-crm': 'own' }],
    ['prod-crm-users', 'main.users', { prod: 'raw' }],
    ['prod-crm-users', 'raw_crm.users', { '*': 'raw_{schema}' }],
    ['a-b-c-users', 'own.users', { 'a-b-c': 'own' }],
  ];
  for (const [stream, place, schema_mapping = {}] of places) {
    it(`sends ${stream} to ${place}${Object.keys(schema_mapping).length > 0 ? ` by ${JSON.stringify(schema_mapping)}` : ''}`, () =>
      expect(target(stream, { table_names: 'last-part', schema_mapping })).to.equal(place));
  }

  it('is what default_target_schema means in other loaders, but not what target_schema means here', () => {
    const { target_schema: _, ...connection } = CONNECTION;
    const placed = (option: string): string => {
      const { config } = checkConfig({ ...connection, [option]: 'raw' });
      const { schema, table } = targetOf('crm-users', settingsOf(config, 'crm-users'), config);
      return `${schema}.${table}`;
    };
    expect([placed('default_target_schema'), placed('target_schema')]).to.deep.equal([
      'raw.users',
      'raw.crm-users',
    ]);
  });

  it('refuses a stream of which other loaders make different tables, unless its table is named', () => {
    const options = { table_names: 'last-part' };
    expect(() => target('a-b-c-d', options)).to.throw(
      InputError,
      'Cannot load stream "a-b-c-d": its name has more than three parts, and other loaders use the table "d" or "c_d" for it; set streams.a-b-c-d.table, or set table_names to "whole"',
    );
    expect(target('a-b-c-d', { ...options, streams: { 'a-b-c-d': { table: 'D' } } })).to.equal('main.d');
    expect(target('a-b-c-d', { ...options, streams: { 'a-*': { table_names: 'whole' } } })).to.equal(
      'main.a-b-c-d',
    );
  });
});

describe('names in the configuration', () => {
  it('are checked, each problem with its option', () => {
    const wrong = {
      target_schema: 'pg_own',
      schema_mapping: { crm: 'a\tb', erp: { schema: 'pg_erp' } },
      streams: { s: { schema: 'x'.repeat(128), table: '#t', columns: { p: { name: 'oid' } } } },
    };
    expect(() => target('s', wrong)).to.throw(
      /"target_schema" cannot .*"schema_mapping.crm" cannot .*"schema_mapping.erp" cannot .*"streams.s.schema" cannot .*"streams.s.table" cannot .*"streams.s.columns.p.name" cannot be the column name "oid"/,
    );
  });
});
