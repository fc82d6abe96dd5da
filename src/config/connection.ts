/** Options for the connection to Redshift and its login. --local ignores them. */
import type { Option } from './option.ts';

const NO_GROUPS: readonly string[] = [];

export const CONNECTION = {
  hostname: {
    type: 'string',
    required: true,
    minLength: 1,
    description: 'Endpoint of the cluster or workgroup, without the port.',
    example: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
    aliases: ['host', 'redshift_host', 'endpoint'],
  },
  port: {
    type: 'integer',
    default: 5439,
    min: 1,
    max: 65_535,
    description: 'Port of the endpoint.',
    aliases: ['redshift_port'],
  },
  database: {
    type: 'string',
    required: true,
    minLength: 1,
    description: 'Database to load into.',
    example: 'dev',
    aliases: ['dbname', 'db', 'database_name', 'target_database', 'redshift_database'],
  },
  user: {
    type: 'string',
    minLength: 1,
    description:
      'Database user. A login with a password needs it. For a login with IAM it is optional: without it the IAM identity is the user.',
    example: 'loader',
    aliases: ['username', 'redshift_username', 'redshift_user'],
  },
  password: {
    type: 'string',
    secret: true,
    description:
      'Password of the database user. Alternatives: `password_file`, which is read again for each connection, `secret_arn`, `cluster_identifier`, `workgroup_name`.',
    aliases: ['redshift_password'],
  },
  secret_arn: {
    type: 'string',
    minLength: 1,
    description:
      'ARN or name of a secret in AWS Secrets Manager that holds `username` and `password` as JSON, in the form that Redshift writes. It is read again for each connection.',
    example: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:redshift-loader-AbCdEf',
    aliases: ['secretsARN', 'secret_name'],
  },
  cluster_identifier: {
    type: 'string',
    minLength: 1,
    description:
      'Provisioned cluster to log into with IAM instead of a password: with `user` as that user (GetClusterCredentials), otherwise as the IAM identity (GetClusterCredentialsWithIAM).',
    example: 'analytics',
    aliases: ['clusterIdentifier', 'clusterId'],
  },
  workgroup_name: {
    type: 'string',
    minLength: 1,
    description:
      'Serverless workgroup to log into with IAM instead of a password (GetCredentials). The IAM identity is the user.',
    example: 'analytics',
    aliases: ['workgroupName'],
  },
  db_groups: {
    type: 'array',
    default: NO_GROUPS,
    description: 'Groups that the user joins for the session. Needs `cluster_identifier` and `user`.',
  },
  auto_create_user: {
    type: 'boolean',
    default: false,
    description: 'Create the user if it does not exist. Needs `cluster_identifier` and `user`.',
  },
  redshift_region: {
    type: 'string',
    minLength: 1,
    description:
      'Region of the cluster, for logins with IAM and for Secrets Manager. Defaults to the region in `hostname`, then to AWS_REGION. The ARN of a secret contains its own region.',
    example: 'eu-west-1',
    aliases: ['clusterRegion'],
  },
  sslmode: {
    type: 'string',
    default: 'verify-full',
    oneOf: ['verify-full', 'verify-ca', 'require', 'disable'],
    description: 'How the connection to Redshift is encrypted and its certificate verified.',
    aliases: ['ssl_mode'],
  },
  ssl_ca: {
    type: 'string',
    description:
      "CA certificates for Redshift: a PEM string or the path of a PEM file. Defaults to Node's own list, which contains Amazon's.",
    aliases: ['ssl_certificate_authority', 'sslrootcert'],
  },
  connect_timeout_seconds: {
    type: 'integer',
    default: 30,
    min: 1,
    max: 600,
    description: 'How long connecting and logging in may take.',
    aliases: ['connect_timeout'],
  },
  query_group: {
    type: 'string',
    default: 'target-redshift',
    description:
      'Query group of every session, for workload management and for finding its queries. Redshift shows 30 characters.',
  },
  ssh_host: {
    type: 'string',
    minLength: 1,
    description: 'SSH server through which to connect to Redshift.',
    example: 'bastion.example.com',
    aliases: ['tunnel_host'],
  },
  ssh_port: {
    type: 'integer',
    default: 22,
    min: 1,
    max: 65_535,
    description: 'Port of the SSH server.',
    aliases: ['tunnel_port'],
  },
  ssh_user: {
    type: 'string',
    minLength: 1,
    description: 'User on the SSH server.',
    aliases: ['tunnel_user', 'ssh_username'],
  },
  ssh_private_key: {
    type: 'string',
    secret: true,
    minLength: 1,
    description: 'Private key for the SSH server: the key itself (PEM or OpenSSH) or the path of its file.',
    aliases: ['ssh_key'],
  },
  ssh_private_key_passphrase: {
    type: 'string',
    secret: true,
    description: 'Passphrase of the private key.',
    aliases: ['ssh_private_key_password'],
  },
  ssh_password: {
    type: 'string',
    secret: true,
    description: 'Password on the SSH server, instead of a key.',
    aliases: ['tunnel_user_password'],
  },
  ssh_host_fingerprint: {
    type: 'string',
    minLength: 1,
    description:
      'Fingerprint of the SSH server, as `ssh-keygen -lf` shows it; several are separated by commas. The server is verified with it or with `ssh_known_hosts`.',
    example: 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
  },
  ssh_known_hosts: {
    type: 'string',
    minLength: 1,
    description:
      'Host keys of SSH servers in the format of `known_hosts`: the lines themselves or the path of a file.',
    example: '/home/loader/.ssh/known_hosts',
  },
  ssh_host_key_check: {
    type: 'boolean',
    default: true,
    description:
      'With false, any SSH server is accepted and a warning shows its fingerprint. Another server could then read what is sent to it, such as `ssh_password`.',
  },
} as const satisfies Readonly<Record<string, Option>>;
