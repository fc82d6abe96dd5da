/** Finds options that are right by themselves and contradict each other: one sentence for each problem. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { withoutTrailing } from '../table/trailing.ts';
import { parseType, TYPE_NAMES } from '../table/type-text.ts';
import { fingerprintsIn } from './host-keys.ts';
import { keysOfHost } from './known-hosts.ts';
import { nameProblems } from './names.ts';
import type { Config } from './options.ts';
import { protectionProblems } from './protection.ts';

type Name = keyof Config;

/** How to log into Redshift. */
export type LoginKind = 'password' | 'secret' | 'cluster-user' | 'cluster' | 'workgroup';

/** The login that the options choose; a password if they choose none. */
export function loginKind(config: Config): LoginKind {
  if (config.secret_arn !== undefined) return 'secret';
  if (config.workgroup_name !== undefined) return 'workgroup';
  if (config.cluster_identifier !== undefined) return config.user === undefined ? 'cluster' : 'cluster-user';
  return 'password';
}

/** How COPY gets access to the bucket. */
export function copyKind(config: Config): 'role' | 'keys' | 'temporary' {
  if (config.copy_credentials !== 'auto') return config.copy_credentials;
  return config.iam_role === undefined ? 'keys' : 'role';
}

/** For a configuration whose options are right by themselves. */
export function contradictions(config: Config): string[] {
  return [
    ...(/^[^\s/:@]+$/.test(config.hostname) || isIP(config.hostname) !== 0
      ? []
      : ['"hostname" is only the name, without protocol, port and database']),
    ...bucketProblems(config),
    ...loginProblems(config),
    ...authorityProblems(config.ssl_ca),
    ...tunnelProblems(config),
    ...credentialProblems(config),
    ...locationProblems(config.batch_locations),
    ...unknownTypes(config),
    ...nameProblems(config),
    ...pipelineProblems(config),
    ...protectionProblems(config),
  ];
}

function pipelineProblems({ pipeline = '', exactly_once }: Config): string[] {
  return [
    ...(exactly_once && pipeline === ''
      ? ['"exactly_once" needs "pipeline", a name under which the state is kept in the warehouse']
      : []),
    ...(Buffer.byteLength(pipeline) > 512 || pipeline.includes('\0')
      ? ['"pipeline" must be a name of at most 512 bytes']
      : []),
  ];
}

export function bucketName(text: string): string {
  return withoutTrailing('/', text.replace(/^s3:\/\//, ''));
}

/**
 * ARNs, and the names that AWS reserves for what is no bucket (Amazon S3 User Guide, General purpose bucket naming rules): COPY names
 * an object as s3://bucket/key, in one region (copy-parameters-data-source-s3).
 */
function isNoBucket(name: string): boolean {
  return /^arn:|--x-s3$|--op-s3$|--table-s3$|\.mrap$/.test(name);
}

function bucketProblems(config: Config): string[] {
  const bucket = bucketName(config.s3_bucket);
  const { s3_region: region, s3_endpoint: endpoint } = config;
  const owner = config.s3_bucket_owner ?? '000000000000';
  return [
    ...(region !== undefined && endpoint === undefined && !/^[a-z]{2,4}(-[a-z]+)+-\d+$/.test(region)
      ? ['"s3_region" must be the code of a region, such as eu-west-1']
      : []),
    ...(isNoBucket(bucket)
      ? [
          '"s3_bucket" must be the name or access point alias of a general purpose bucket: COPY reads no ARNs, directory buckets (S3 Express One Zone), Outposts or table buckets',
        ]
      : []),
    ...(bucket === '' || (bucket.includes('/') && !isNoBucket(bucket))
      ? ['"s3_bucket" must be only the name of a bucket; put the rest into "s3_prefix"']
      : []),
    ...(/^\d{12}$/.test(owner) ? [] : ['"s3_bucket_owner" must be an account number of twelve digits']),
    ...(config.s3_kms_key_id !== undefined && config.s3_encryption !== 'sse-kms'
      ? ['"s3_kms_key_id" needs "s3_encryption": "sse-kms"']
      : []),
    ...(config.s3_endpoint !== undefined &&
    !(/^https?:/.test(config.s3_endpoint) && URL.canParse(config.s3_endpoint))
      ? ['"s3_endpoint" must be a URL such as http://127.0.0.1:9000']
      : []),
  ];
}

/** Also for a configuration in which other options are missing or wrong. */
export function loginProblems(config: Config): string[] {
  const methods = set(config, ['password', 'secret_arn', 'cluster_identifier', 'workgroup_name']);
  if (methods.length > 1) return [`${list(methods)} are ${methods.length} ways to log in: use one of them`];
  const kind = loginKind(config);
  const problems: string[] = [];
  if (methods.length === 0) {
    problems.push(
      '"password" is missing, with which to log into Redshift; alternatively set "password_file", "secret_arn", "cluster_identifier" or "workgroup_name"',
    );
  }
  if (kind === 'password' && config.user === undefined)
    problems.push('"user" is missing: the database user whose password it is');
  if ((kind === 'secret' || kind === 'workgroup') && config.user !== undefined) {
    const from = kind === 'secret' ? 'is in the secret' : 'is the IAM identity';
    problems.push(`"user" and "${methods[0] ?? ''}" contradict each other: the user ${from}; remove "user"`);
  }
  if (kind !== 'cluster-user') {
    const extra = [
      ...(config.db_groups.length > 0 ? ['db_groups'] : []),
      ...(config.auto_create_user ? ['auto_create_user'] : []),
    ];
    if (extra.length > 0) problems.push(`${list(extra)} need "cluster_identifier" and "user"`);
  }
  return problems;
}

const BEGIN_CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;

/** TLS ignores what it cannot read, and would later report that the server is not trusted. */
function authorityProblems(pem: string | undefined): string[] {
  if (pem === undefined) return [];
  const certificates = pem.split(BEGIN_CERTIFICATE).slice(1);
  if (certificates.length === 0)
    return ['"ssl_ca" contains no certificate: "-----BEGIN CERTIFICATE-----" is missing'];
  return certificates.flatMap((body, i) =>
    isCertificate(body)
      ? []
      : [
          `"ssl_ca": certificate ${i + 1} of ${certificates.length} cannot be read; it must be complete, with its line breaks`,
        ],
  );
}

/** `body` is everything after its first line. */
function isCertificate(body: string): boolean {
  try {
    return new X509Certificate(`-----BEGIN CERTIFICATE-----${body}`).raw.length > 0;
  } catch {
    return false;
  }
}

function tunnelProblems(config: Config): string[] {
  const others = set(config, [
    'ssh_user',
    'ssh_private_key',
    'ssh_private_key_passphrase',
    'ssh_password',
    'ssh_host_fingerprint',
    'ssh_known_hosts',
  ]);
  if (config.ssh_host === undefined)
    return others.length > 0
      ? [`${list(others)} ${others.length > 1 ? 'need' : 'needs'} "ssh_host", the server of the tunnel`]
      : [];
  return [
    ...(config.ssh_user === undefined ? ['"ssh_user" is missing: the user on the SSH server'] : []),
    ...(config.ssh_private_key === undefined && config.ssh_password === undefined
      ? ['"ssh_private_key" or "ssh_password" is missing, with which to log into the SSH server']
      : []),
    ...hostKeyProblems(config, config.ssh_host),
  ];
}

function hostKeyProblems(config: Config, host: string): string[] {
  const { ssh_port: port, ssh_host_fingerprint, ssh_known_hosts, ssh_host_key_check } = config;
  // `setup` prints placeholders for values that are not known yet.
  const fingerprints =
    ssh_host_fingerprint === '<SSH_HOST_FINGERPRINT>' ? [] : fingerprintsIn(ssh_host_fingerprint);
  return [
    ...(fingerprints.every((one) => /^SHA256:[A-Za-z0-9+/]{43}$/.test(one))
      ? []
      : [
          '"ssh_host_fingerprint" must be SHA256: and 43 characters, as `ssh-keygen -lf` shows it; several are separated by commas',
        ]),
    ...(ssh_known_hosts !== undefined && keysOfHost(ssh_known_hosts, host, port).length === 0
      ? [
          `"ssh_known_hosts" has no key of ${host}:${port}; \`ssh-keyscan -p ${port} ${host}\` prints its keys`,
        ]
      : []),
    ...(ssh_host_key_check && ssh_host_fingerprint === undefined && ssh_known_hosts === undefined
      ? [
          `"ssh_host_fingerprint" or "ssh_known_hosts" is missing, without which another server could take the place of the SSH server; \`ssh-keyscan -p ${port} ${host} | ssh-keygen -lf -\` prints its fingerprints, to compare with those that its administrator knows; "ssh_host_key_check": false accepts any server`,
        ]
      : []),
  ];
}

function credentialProblems(config: Config): string[] {
  const hasKey = config.aws_access_key_id !== undefined;
  return [
    ...(hasKey !== (config.aws_secret_access_key !== undefined)
      ? ['"aws_access_key_id" and "aws_secret_access_key" belong together: set both or neither']
      : []),
    ...(config.aws_session_token !== undefined && !hasKey
      ? ['"aws_session_token" belongs to "aws_access_key_id": set both or neither']
      : []),
    ...(hasKey && config.aws_profile !== undefined
      ? ['"aws_access_key_id" and "aws_profile" are two identities: use one of them']
      : []),
    ...(config.assume_role_external_id !== undefined && config.assume_role_arn === undefined
      ? ['"assume_role_external_id" needs "assume_role_arn"']
      : []),
    ...(config.copy_credentials === 'role' && config.iam_role === undefined
      ? ['"copy_credentials" is "role", so "iam_role" is needed, the role that COPY uses to read the bucket']
      : []),
    ...(config.iam_role !== undefined && /^(keys|temporary)$/.test(config.copy_credentials)
      ? [
          `"iam_role" and "copy_credentials": "${config.copy_credentials}" contradict each other: use one of them`,
        ]
      : []),
    ...roleProblems(config.iam_role),
  ];
}

/** `setup` prints placeholders for values that are not known yet. */
function roleProblems(role = 'default'): string[] {
  if (role === 'default' || role === '<COPY_ROLE>') return [];
  const wrong = role.split(',').filter((arn) => !/^arn:aws[a-z-]*:iam::\d+:role\/[^\s'"]+$/.test(arn));
  return wrong.length === 0
    ? []
    : [
        '"iam_role" must be arn:aws:iam::<account>:role/<name>, several of them with commas and no blanks between, or default',
      ];
}

function locationProblems(locations: readonly string[] = []): string[] {
  return locations
    .filter((one) => !/^(?:file:\/\/(?:localhost)?\/|s3:\/\/[^/]+)/i.test(one))
    .map(
      (one) =>
        `"batch_locations" must be addresses of folders such as file:///folder/ and s3://bucket/prefix/, not ${JSON.stringify(one)}`,
    );
}

function unknownTypes({ streams }: Config): string[] {
  return Object.entries(streams).flatMap(([stream, { columns = {} }]) =>
    Object.entries(columns).flatMap(([property, { type }]) =>
      type === undefined || parseType(type)
        ? []
        : [`"streams.${stream}.columns.${property}.type" is "${type}", it must be one of ${TYPE_NAMES}`],
    ),
  );
}

function set(config: Config, names: readonly Name[]): Name[] {
  return names.filter((name) => config[name] !== undefined);
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' and ');
}
