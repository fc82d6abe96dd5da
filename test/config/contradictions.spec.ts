/** Options that are right alone and wrong together. */
import { expect } from 'chai';
import { checkConfig } from '../../src/config/config.ts';
import { copyKind, loginKind } from '../../src/config/contradictions.ts';
import { ConfigError } from '../../src/errors.ts';

type Given = Readonly<Record<string, unknown>>;

const place = { hostname: 'h', database: 'd', s3_bucket: 'b' };
const least = { ...place, user: 'u', password: 'p' };

function problems(given: Given): readonly string[] {
  try {
    checkConfig(given);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const WRONG: readonly (readonly [string, Given, string])[] = [
  ...['127.0.0.1:5439/dev', 'redshift://h', ' h', 'u@h'].map(
    (hostname) =>
      [
        `the host name ${JSON.stringify(hostname)}`,
        { ...least, hostname },
        '"hostname" is only the name, without protocol, port and database',
      ] as const,
  ),
  [
    'a region that is none',
    { ...least, s3_region: 'Frankfurt' },
    '"s3_region" must be the code of a region, such as eu-west-1',
  ],
  [
    'two login methods',
    { ...least, cluster_identifier: 'c' },
    '"password" and "cluster_identifier" are 2 ways to log in: use one of them',
  ],
  [
    'no login method',
    { ...place, user: 'u' },
    '"password" is missing, with which to log into Redshift; alternatively set "password_file", "secret_arn", "cluster_identifier" or "workgroup_name"',
  ],
  [
    'a password without user',
    { ...place, password: 'p' },
    '"user" is missing: the database user whose password it is',
  ],
  [
    'a user beside a secret',
    { ...place, user: 'u', secret_arn: 's' },
    '"user" and "secret_arn" contradict each other: the user is in the secret; remove "user"',
  ],
  [
    'a user beside a workgroup',
    { ...place, user: 'u', workgroup_name: 'w' },
    '"user" and "workgroup_name" contradict each other: the user is the IAM identity; remove "user"',
  ],
  [
    'groups with a password',
    { ...least, db_groups: ['g'] },
    '"db_groups" need "cluster_identifier" and "user"',
  ],
  [
    'role and keys for COPY',
    { ...least, iam_role: 'default', copy_credentials: 'keys' },
    '"iam_role" and "copy_credentials": "keys" contradict each other: use one of them',
  ],
  [
    'a role that is none',
    { ...least, iam_role: 'my-role' },
    '"iam_role" must be arn:aws:iam::<account>:role/<name>, several of them with commas and no blanks between, or default',
  ],
  [
    'COPY with a role that is not there',
    { ...least, copy_credentials: 'role' },
    '"copy_credentials" is "role", so "iam_role" is needed, the role that COPY uses to read the bucket',
  ],
  [
    'two identities of AWS',
    { ...least, aws_access_key_id: 'a', aws_secret_access_key: 's', aws_profile: 'p' },
    '"aws_access_key_id" and "aws_profile" are two identities: use one of them',
  ],
  [
    'a token without key',
    { ...least, aws_session_token: 't' },
    '"aws_session_token" belongs to "aws_access_key_id": set both or neither',
  ],
  [
    'an external id without role',
    { ...least, assume_role_external_id: 'x' },
    '"assume_role_external_id" needs "assume_role_arn"',
  ],
  [
    'a KMS key without KMS',
    { ...least, s3_kms_key_id: 'k' },
    '"s3_kms_key_id" needs "s3_encryption": "sse-kms"',
  ],
  [
    'an owner that is no account',
    { ...least, s3_bucket_owner: '123' },
    '"s3_bucket_owner" must be an account number of twelve digits',
  ],
  [
    'an endpoint without scheme',
    { ...least, s3_endpoint: 'minio:nine' + ' thousand' },
    '"s3_endpoint" must be a URL such as http://127.0.0.1:9000',
  ],
  [
    'a tunnel without server',
    { ...least, ssh_user: 'me', ssh_password: 'p' },
    '"ssh_user" and "ssh_password" need "ssh_host", the server of the tunnel',
  ],
  [
    'a tunnel without user',
    { ...least, ssh_host: 't', ssh_password: 'p', ssh_host_key_check: false },
    '"ssh_user" is missing: the user on the SSH server',
  ],
  [
    'a tunnel without login',
    { ...least, ssh_host: 't', ssh_user: 'me', ssh_host_key_check: false },
    '"ssh_private_key" or "ssh_password" is missing, with which to log into the SSH server',
  ],
  [
    'one of two fingerprints that is none',
    {
      ...least,
      ssh_host: 't',
      ssh_user: 'me',
      ssh_password: 'p',
      ssh_host_fingerprint: `SHA256:${'A'.repeat(43)},MD5:ab`,
    },
    '"ssh_host_fingerprint" must be SHA256: and 43 characters, as `ssh-keygen -lf` shows it; several are separated by commas',
  ],
  [
    'a tunnel whose server nothing identifies',
    { ...least, ssh_host: 't', ssh_user: 'me', ssh_password: 'p', ssh_port: 2222 },
    '"ssh_host_fingerprint" or "ssh_known_hosts" is missing, without which another server could take the place of the SSH server; `ssh-keyscan -p 2222 t | ssh-keygen -lf -` prints its fingerprints, to compare with those that its administrator knows; "ssh_host_key_check": false accepts any server',
  ],
  [
    'a tunnel whose server is not among the known hosts',
    { ...least, ssh_host: 't', ssh_user: 'me', ssh_password: 'p', ssh_known_hosts: 'u ssh-ed25519 AAAA' },
    '"ssh_known_hosts" has no key of t:22; `ssh-keyscan -p 22 t` prints its keys',
  ],
  [
    'a fingerprint that is none',
    { ...least, ssh_host: 't', ssh_user: 'me', ssh_password: 'p', ssh_host_fingerprint: 'ab:cd' },
    '"ssh_host_fingerprint" must be SHA256: and 43 characters, as `ssh-keygen -lf` shows it; several are separated by commas',
  ],
];

describe('options that contradict each other', () => {
  for (const [what, given, sentence] of WRONG)
    it(`refuses ${what}`, () => expect(problems(given)).to.deep.equal([sentence]));

  const LOGINS: readonly (readonly [Given, string])[] = [
    [{ user: 'u', password: 'p' }, 'password'],
    [{ secret_arn: 's' }, 'secret'],
    [{ cluster_identifier: 'c', user: 'u', db_groups: ['g'], auto_create_user: true }, 'cluster-user'],
    [{ cluster_identifier: 'c' }, 'cluster'],
    [{ workgroup_name: 'w' }, 'workgroup'],
  ];
  for (const [given, kind] of LOGINS)
    it(`logs in by ${kind} with ${Object.keys(given).join(', ')}`, () =>
      expect(loginKind(checkConfig({ ...place, ...given }).config)).to.equal(kind));

  const COPIES: readonly (readonly [Given, string])[] = [
    [{}, 'keys'],
    [{ iam_role: 'default' }, 'role'],
    [{ iam_role: 'arn:aws:iam::1:role/a,arn:aws-cn:iam::2:role/b/c' }, 'role'],
    [{ copy_credentials: 'temporary' }, 'temporary'],
  ];
  for (const [given, kind] of COPIES)
    it(`copies with ${kind} for ${JSON.stringify(given)}`, () =>
      expect(copyKind(checkConfig({ ...least, ...given }).config)).to.equal(kind));
});
