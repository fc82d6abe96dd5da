/** A configuration that can be incomplete: missing values become placeholders, and wrong values are rejected. */
import { renameForeign } from '../config/aliases.ts';
import { withoutNulls } from '../config/sources.ts';
import { checkConfig, type ConfigInput, type LoadedConfig } from '../config/config.ts';
import type { Option } from '../config/option.ts';
import { OPTIONS } from '../config/options.ts';

/** Each placeholder with its meaning. */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  '<ACCOUNT>': 'number of the AWS account',
  '<BUCKET>': 'name of the bucket (s3_bucket)',
  '<CLUSTER>': 'identifier of the cluster',
  '<COPY_ROLE>': 'name of the role that COPY uses to read (iam_role)',
  '<DATABASE>': 'name of the database (database)',
  '<HOSTNAME>': 'endpoint of the cluster or workgroup (hostname)',
  '<IAM_ROLE>': 'name of the IAM role of the program; for an IAM user, IAM:name instead of IAMR:name',
  '<IAM_USER>': 'name of the IAM user of the program',
  '<IDENTITY>': 'ARN of the identity that the program starts with',
  '<NAMESPACE>': 'name of the namespace; aws redshift-serverless get-workgroup shows it',
  '<PASSWORD>': 'password of the database user (password)',
  '<REGION>': 'region (s3_region, redshift_region)',
  '<SOURCE>': 'a schema of the source; the statement is needed for each',
  '<USER>': 'name of the database user (user)',
  '<WORKGROUP_ID>':
    'id of the workgroup, at the end of its ARN; aws redshift-serverless get-workgroup shows it',
};

/** Throws ConfigError for wrong values. */
export function completeConfig(input: ConfigInput): LoadedConfig {
  return checkConfig(withPlaceholders(input));
}

/** The input, with placeholders for the missing options that a load needs. */
export function withPlaceholders(given: ConfigInput): ConfigInput {
  const input = withoutNulls(given);
  const { input: ours } = renameForeign(input);
  const isGiven = (name: string): boolean =>
    [name, `${name}_file`].some((one) => ours[one] !== undefined && ours[one] !== '');
  const hasKey = isGiven('aws_access_key_id');
  const hasSecretKey = isGiven('aws_secret_access_key');
  const hasLogin = ['secret_arn', 'cluster_identifier', 'workgroup_name'].some(isGiven);
  const copyIs = ours['copy_credentials'] ?? 'auto';
  const needed: readonly (readonly [name: string, value: string, isNeeded: boolean])[] = [
    ['hostname', '<HOSTNAME>', true],
    ['database', '<DATABASE>', true],
    ['s3_bucket', '<BUCKET>', true],
    ['user', '<USER>', !hasLogin],
    ['password', '<PASSWORD>', !hasLogin],
    ['aws_access_key_id', '<ACCESS_KEY_ID>', hasSecretKey],
    ['aws_secret_access_key', '<SECRET_ACCESS_KEY>', hasKey],
    ['iam_role', '<COPY_ROLE>', copyIs === 'role' || (copyIs === 'auto' && !hasKey && !hasSecretKey)],
    ['ssh_user', '<SSH_USER>', isGiven('ssh_host')],
    ['ssh_password', '<SSH_PASSWORD>', isGiven('ssh_host') && !isGiven('ssh_private_key')],
    [
      'ssh_host_fingerprint',
      '<SSH_HOST_FINGERPRINT>',
      isGiven('ssh_host') && !isGiven('ssh_known_hosts') && ours['ssh_host_key_check'] !== false,
    ],
  ];
  const missing = needed.filter(([name, , isNeeded]) => isNeeded && !isGiven(name));
  return { ...input, ...Object.fromEntries(missing.map(([name, value]) => [name, value])) };
}

/** The value of an option in a file, by its name or by a name of other tools; undefined for an empty string. */
export function givenIn(input: ConfigInput, name: string): unknown {
  const option: Option | undefined = Object.entries(OPTIONS).find(([one]) => one === name)?.[1];
  const found = [name, ...(option?.aliases ?? [])].find((one) => Object.hasOwn(input, one));
  const value = found === undefined ? undefined : input[found];
  return value === '' || value === null ? undefined : value;
}
