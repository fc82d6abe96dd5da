import { expect } from 'chai';
import type { Config } from '../../src/config/options.ts';
import { schemasOf } from '../../src/config/schemas.ts';
import { grants, loaderOf } from '../../src/setup/grants.ts';
import { configOf, ROLE } from './support.ts';

const statements = (more: Partial<Config> = {}): string[] =>
  grants(configOf(more)).flatMap((grant) => grant.statements.map(({ text }) => text));

describe('the statements of the administrator', () => {
  it('make a user that owns its schema and may do nothing else', () => {
    expect(statements({ password: 'S3cretPassw0rd', target_schema: 'raw' })).to.deep.equal([
      `CREATE USER "loader" PASSWORD '<PASSWORD>'`,
      'CREATE SCHEMA IF NOT EXISTS "raw" AUTHORIZATION "loader"',
      'GRANT USAGE, CREATE ON SCHEMA "raw" TO "loader"',
      'GRANT TEMPORARY ON DATABASE "dev" TO "loader"',
      `GRANT ASSUMEROLE ON '${ROLE}' TO "loader" FOR COPY`,
    ]);
  });

  it('do not create the schema that is always there', () => {
    expect(statements().filter((text) => text.includes('SCHEMA'))).to.deep.equal([
      'GRANT USAGE, CREATE ON SCHEMA "public" TO "loader"',
    ]);
  });

  it('disable the password of a user that logs in with IAM', () => {
    expect(statements({ workgroup_name: 'w', user: undefined })[0]).to.equal(
      'CREATE USER "IAMR:<IAM_ROLE>" PASSWORD DISABLE',
    );
  });

  it('name the default role as such, the roles of a chain each, and none for keys', () => {
    const other = 'arn:aws:iam::999999999999:role/reader';
    const last = (more: Partial<Config>): string | undefined => statements(more).at(-1);
    expect(last({ iam_role: 'default' })).to.equal('GRANT ASSUMEROLE ON DEFAULT TO "loader" FOR COPY');
    expect(last({ iam_role: `${ROLE},${other}` })).to.equal(
      `GRANT ASSUMEROLE ON '${ROLE}', '${other}' TO "loader" FOR COPY`,
    );
    expect(last({ copy_credentials: 'keys' })).to.match(/^GRANT TEMPORARY/);
  });

  it('quote what is quoted in names', () => {
    expect(statements({ user: 'a"; DROP', target_schema: 'x"y' }).slice(0, 2)).to.deep.equal([
      `CREATE USER "a""; DROP" PASSWORD '<PASSWORD>'`,
      'CREATE SCHEMA IF NOT EXISTS "x""y" AUTHORIZATION "a""; DROP"',
    ]);
  });
});

describe('the user that loads', () => {
  const cases: readonly (readonly [string, Partial<Config>, object])[] = [
    ['that of the configuration', {}, { user: 'loader', hasPassword: true }],
    ['the one in a secret', { user: undefined, secret_arn: 's' }, { user: '<USER>', hasPassword: true }],
    ['a user without a password', { cluster_identifier: 'c' }, { user: 'loader', hasPassword: false }],
    [
      'the identity in a cluster',
      { cluster_identifier: 'c', user: undefined },
      { user: 'IAMR:<IAM_ROLE>', hasPassword: false },
    ],
    [
      'the role that is assumed, in a workgroup',
      { workgroup_name: 'w', assume_role_arn: 'arn:aws:iam::123456789012:role/path/etl' },
      { user: 'IAMR:etl', hasPassword: false },
    ],
  ];
  for (const [what, more, loader] of cases) {
    it(`is ${what}`, () => expect(loaderOf(configOf(more))).to.deep.equal(loader));
  }
});

describe('the schemas of a configuration', () => {
  it('are the target schema, those of the mapping and those of streams, each once', () => {
    const config = configOf({
      target_schema: 'raw',
      schema_mapping: { crm: 'Raw_{schema}', erp: 'raw', '*': 'other_{schema}' },
      streams: { a: { schema: 'Special' }, b: { schema: 'raw' }, c: {} },
    });
    expect(schemasOf(config)).to.deep.equal(['raw', 'raw_crm', 'special']);
    expect(schemasOf(config, '<SOURCE>')).to.deep.equal(['raw', 'raw_crm', 'other_<SOURCE>', 'special']);
  });
});
