/**
 * The ConnectorSpecification: the options of this program as a form in Airbyte. The fields of Airbyte's own destination-redshift come
 * first, so that stored configurations open in the form. The options with their own names follow. Both are derived from the one
 * definition of the options.
 */
import type { Option } from '../config/option.ts';
import { option as optionOf, options, optionSchema, type OptionName } from '../config/options.ts';
import { MODES } from '../protocol/catalog.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A field of the form, by the option that it sets. */
interface Field {
  readonly name: string;
  readonly option: OptionName;
  /** What the form has besides the definition of the option. */
  readonly more?: Schema;
}

const CONNECTION: readonly Field[] = [
  { name: 'host', option: 'hostname', more: { title: 'Host' } },
  { name: 'port', option: 'port' },
  { name: 'username', option: 'user', more: { title: 'Username' } },
  { name: 'password', option: 'password' },
  { name: 'database', option: 'database' },
  { name: 'schema', option: 'target_schema', more: { title: 'Default Schema' } },
];

const STAGING: readonly Field[] = [
  { name: 's3_bucket_name', option: 's3_bucket' },
  { name: 's3_bucket_path', option: 's3_prefix', more: { title: 'S3 Bucket Path' } },
  { name: 's3_bucket_region', option: 's3_region', more: { title: 'S3 Bucket Region', default: '' } },
  { name: 'access_key_id', option: 'aws_access_key_id', more: { airbyte_secret: true } },
  { name: 'secret_access_key', option: 'aws_secret_access_key' },
  { name: 'iam_role_arn', option: 'iam_role', more: { title: 'IAM Role ARN' } },
];

const TUNNEL: readonly Field[] = [
  { name: 'tunnel_host', option: 'ssh_host' },
  { name: 'tunnel_port', option: 'ssh_port' },
  { name: 'tunnel_user', option: 'ssh_user' },
  { name: 'ssh_host_fingerprint', option: 'ssh_host_fingerprint' },
  { name: 'ssh_known_hosts', option: 'ssh_known_hosts' },
  { name: 'ssh_host_key_check', option: 'ssh_host_key_check' },
];

/** Patterns with which the form rejects wrong values. They accept an empty string, because the form sends one for a cleared field. */
const PATTERNS: Readonly<Partial<Record<OptionName, Schema>>> = {
  hostname: {
    pattern: '^[^\\s/:@]+$',
    pattern_descriptor: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
  },
  s3_bucket: { pattern: '^(s3://)?[^\\s/]+/?$', pattern_descriptor: 'my-redshift-stage' },
  s3_region: { pattern: '^([a-z]{2,4}(-[a-z]+)+-\\d+)?$', pattern_descriptor: 'eu-west-1' },
  ssl_ca: { multiline: true },
  ssh_private_key: { multiline: true },
  ssh_known_hosts: { multiline: true },
};

export function specification(): Schema {
  return {
    connectionSpecification: connectionSpecification(),
    supportsIncremental: true,
    supportsNormalization: false,
    supportsDBT: false,
    supported_destination_sync_modes: MODES,
  };
}

function connectionSpecification(): Schema {
  const nested = {
    ...fields(CONNECTION),
    uploading_method: uploadingMethod(),
    tunnel_method: tunnelMethod(),
  };
  const own = options().flatMap(([name, option]): [string, Schema][] =>
    Object.hasOwn(nested, name) ? [] : [[name, schemaOf(name, option)]],
  );
  const properties = Object.entries({ ...nested, ...Object.fromEntries(own) });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Redshift Destination Spec',
    type: 'object',
    // Options have two names, so only those with the same name in both forms can be required.
    required: ['database'],
    properties: Object.fromEntries(properties.map(([name, schema], order) => [name, { ...schema, order }])),
    additionalProperties: true,
  };
}

function uploadingMethod(): Schema {
  const s3 = {
    method: { type: 'string', const: 'S3 Staging', default: 'S3 Staging' },
    ...fields(STAGING),
    purge_staging_data: {
      type: 'boolean',
      title: 'Purge Staging Files and Data',
      description: 'Remove the objects from S3 after they are loaded.',
      default: true,
    },
  };
  return {
    type: 'object',
    title: 'Uploading Method',
    description: 'How rows are loaded into Redshift: through files in S3, which COPY reads.',
    oneOf: [variant('S3 Staging', s3, ['method', 's3_bucket_name'])],
  };
}

function tunnelMethod(): Schema {
  const shape = (
    method: string,
    title: string,
    more: readonly Field[],
    required: readonly string[],
  ): Schema =>
    variant(title, { tunnel_method: { type: 'string', const: method, default: method }, ...fields(more) }, [
      'tunnel_method',
      ...required,
    ]);
  const needed = ['tunnel_host', 'tunnel_user'];
  const key: Field = { name: 'ssh_key', option: 'ssh_private_key' };
  const password: Field = { name: 'tunnel_user_password', option: 'ssh_password' };
  return {
    type: 'object',
    title: 'SSH Tunnel Method',
    description: 'Whether to connect to Redshift through an SSH server, and how to log in there.',
    oneOf: [
      shape('NO_TUNNEL', 'No Tunnel', [], []),
      shape('SSH_KEY_AUTH', 'SSH Key Authentication', [...TUNNEL, key], [...needed, 'ssh_key']),
      shape(
        'SSH_PASSWORD_AUTH',
        'Password Authentication',
        [...TUNNEL, password],
        [...needed, 'tunnel_user_password'],
      ),
    ],
  };
}

function variant(
  title: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Schema {
  const ordered = Object.entries(properties).map(([name, schema], order) => [name, { ...schema, order }]);
  return {
    title,
    type: 'object',
    required,
    properties: Object.fromEntries(ordered) as Schema,
    additionalProperties: true,
  };
}

function fields(all: readonly Field[]): Record<string, Schema> {
  return Object.fromEntries(
    all.map(({ name, option, more }) => {
      const schema = schemaOf(option, optionOf(option) as Option);
      return [name, { ...schema, title: titleOf(name), ...more }];
    }),
  );
}

function schemaOf(name: OptionName, option: Option): Schema {
  const { secret: _, writeOnly: __, ...schema } = optionSchema(option);
  return {
    ...schema,
    title: titleOf(name),
    ...PATTERNS[name],
    ...(option.secret ? { airbyte_secret: true } : {}),
  };
}

const ABBREVIATIONS = new Set([
  's3',
  'ssh',
  'ssl',
  'sql',
  'iam',
  'aws',
  'arn',
  'kms',
  'id',
  'ca',
  'mb',
  'sts',
  'ddl',
]);

/** `s3_kms_key_id` becomes "S3 KMS Key ID". */
function titleOf(name: string): string {
  return name
    .split('_')
    .map((word) =>
      ABBREVIATIONS.has(word) ? word.toUpperCase() : word.slice(0, 1).toUpperCase() + word.slice(1),
    )
    .join(' ');
}
