import { expect } from 'chai';
import { ConfigError } from '../../src/errors.ts';
import { completeConfig, givenIn, withPlaceholders } from '../../src/setup/complete.ts';

const PLACES = { hostname: '<HOSTNAME>', database: '<DATABASE>', s3_bucket: '<BUCKET>' };

describe('a configuration that is not complete', () => {
  const cases: readonly (readonly [string, object, object])[] = [
    ['nothing', {}, { ...PLACES, user: '<USER>', password: '<PASSWORD>', iam_role: '<COPY_ROLE>' }],
    ['a user', { user: 'u' }, { ...PLACES, user: 'u', password: '<PASSWORD>', iam_role: '<COPY_ROLE>' }],
    [
      'an empty password',
      { password: '' },
      { ...PLACES, user: '<USER>', password: '<PASSWORD>', iam_role: '<COPY_ROLE>' },
    ],
    [
      'another name of an option',
      { host: 'h', dbname: 'd', bucket: 'b', username: 'u', redshift_password: 'p', roleArn: 'default' },
      { host: 'h', dbname: 'd', bucket: 'b', username: 'u', redshift_password: 'p', roleArn: 'default' },
    ],
    [
      'an IAM login without a user',
      { cluster_identifier: 'c', iam_role: 'default' },
      { ...PLACES, cluster_identifier: 'c', iam_role: 'default' },
    ],
    [
      'a serverless login',
      { workgroup_name: 'w', iam_role: 'default' },
      { ...PLACES, workgroup_name: 'w', iam_role: 'default' },
    ],
    [
      'a secret',
      { secret_arn: 's', iam_role: 'default' },
      { ...PLACES, secret_arn: 's', iam_role: 'default' },
    ],
    [
      'half a key',
      { secret_arn: 's', aws_access_key_id: 'k' },
      { ...PLACES, secret_arn: 's', aws_access_key_id: 'k', aws_secret_access_key: '<SECRET_ACCESS_KEY>' },
    ],
    [
      'COPY with the keys of this program',
      { secret_arn: 's', copy_credentials: 'keys' },
      { ...PLACES, secret_arn: 's', copy_credentials: 'keys' },
    ],
    [
      'COPY with a role that is not named',
      { secret_arn: 's', copy_credentials: 'role' },
      { ...PLACES, secret_arn: 's', copy_credentials: 'role', iam_role: '<COPY_ROLE>' },
    ],
  ];
  for (const [what, given, filled] of cases) {
    it(`is filled with placeholders: ${what}`, () =>
      expect(withPlaceholders({ ...given })).to.deep.equal(filled));
  }

  it('is refused for what is given and wrong, and only for that', () => {
    expect(() => completeConfig({ port: 'x', sslmode: 'on' }))
      .to.throw(ConfigError)
      .with.property('problems')
      .that.deep.equals([
        '"port" must be a whole number from 1 to 65535',
        '"sslmode" must be one of verify-full, verify-ca, require, disable',
      ]);
    expect(() => completeConfig({ s3_bucket: 'a/b' })).to.throw(
      ConfigError,
      /must be only the name of a bucket/,
    );
  });

  it('has a value by any name, and none for an empty text', () => {
    expect(givenIn({ host: 'h' }, 'hostname')).to.equal('h');
    expect(givenIn({ hostname: '' }, 'hostname')).to.equal(undefined);
    expect(givenIn({}, 'toString')).to.equal(undefined);
  });
});
