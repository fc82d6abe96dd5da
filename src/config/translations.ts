/** Translates values that other tools write in another form. */

export type Input = Readonly<Record<string, unknown>>;

/** The options that one value of another tool sets; an empty object if it changes nothing. */
export type Translation = (value: unknown) => Input;

export const isOn = (value: unknown): boolean => value === true || value === 'true';
export const isOff = (value: unknown): boolean => value === false || value === 'false';

const whenOn =
  (input: Input): Translation =>
  (value) =>
    isOn(value) ? input : {};
const opposite =
  (name: string): Translation =>
  (value) =>
    isOn(value) || isOff(value) ? { [name]: isOff(value) } : { [name]: value };
const nothing: Translation = () => ({});

export const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  address: (value) => hostAndPort(value, 'hostname', 'port'),
  sshEndpoint: (value) => {
    const [, user, rest] = /^(?:ssh:\/\/)?(?:([^@]+)@)?(.*)$/.exec(String(value)) ?? [];
    return { ...(user ? { ssh_user: user } : {}), ...hostAndPort(rest, 'ssh_host', 'ssh_port') };
  },
  bucket_url: (value) => {
    const [, bucket = '', folder = ''] = /^(?:s3:\/\/)?([^/]*)(?:\/(.*))?$/s.exec(String(value)) ?? [];
    return { s3_bucket: bucket, ...(folder === '' ? {} : { s3_prefix: folder }) };
  },
  s3_url_style: (value) => ({ s3_force_path_style: value === 'path' }),
  encryption_algorithm: (value) => ({
    s3_encryption: { AES256: 'sse-s3', 'aws:kms': 'sse-kms' }[String(value)] ?? value,
  }),
  ssl_enable: (value) => (isOff(value) ? { sslmode: 'disable' } : {}),
  // One string there.
  before_run_sql: (value) => ({ pre_sql: listOf(value) }),
  after_run_sql: (value) => ({ post_sql: listOf(value) }),
  append_only: whenOn({ load_method: 'append-only' }),
  preferAppend: whenOn({ load_method: 'append-only' }),
  delta_updates: whenOn({ load_method: 'append-only' }),
  skip_updates: whenOn({ load_method: 'insert-only' }),
  ignore_existing: whenOn({ load_method: 'insert-only' }),
  full_refresh: whenOn({ load_method: 'overwrite' }),
  use_raw_stream_names: (value) => ({ table_names: isOn(value) ? 'whole' : 'last-part' }),
  // There, false leaves out new columns; true is what this program does.
  add_new_columns: (value) => (isOff(value) ? { schema_changes: { add_column: 'ignore' } } : {}),
  remove_s3_files: opposite('keep_s3_files'),
  purge_staging_data: opposite('keep_s3_files'),
  cleanup_s3_files: opposite('keep_s3_files'),
  cleanupObjectStorageFiles: opposite('keep_s3_files'),
  flattening_enabled: whenOn({ nested_values: 'flatten' }),
  flattening_max_depth: (value) => (Number(value) > 0 ? { flatten_max_depth: value } : {}),
  flattening_separator: (value) => ({ flatten_separator: value }),
  data_flattening_max_level: (value) =>
    Number(value) > 0 ? { nested_values: 'flatten', flatten_max_depth: value } : {},
  invalid_records_detect: (value) =>
    isOff(value) ? { on_invalid: 'quarantine', max_rejected: 1_000_000_000 } : {},
  invalid_records_threshold: (value) => ({ max_rejected: value }),
  // In minutes.
  frequency: (value) => ({ batch_max_age_seconds: Number(value) * 60 }),
  // 0: as many as the machine has cores.
  parallelism: (value) => (Number(value) > 0 ? { max_parallel_loads: value } : {}),
  logging_level: (value) => ({ log_level: String(value).toLowerCase().replace('warning', 'warn') }),
  default_target_schema_select_permissions: (value) => ({ grant_select_to: grantees(value) }),
  // As they are written after GRANT ... TO: `ann`, `GROUP analysts`, `ROLE reporting`.
  grants: (value) => ({ grant_select_to: grantees(value) }),
  // IAM is used where cluster_identifier or workgroup_name is set.
  enable_iam_authentication: nothing,
  useIAMForAuth: nothing,
  authenticationMethod: nothing,
  iam_auth: nothing,
  serverless: nothing,
  useServerless: nothing,
};

/** A list, also of a single string and of the JSON of a list. */
function listOf(given: unknown): unknown {
  const value = fromJson(given);
  return Array.isArray(value) ? value : [value];
}

/** Values that other tools have for our own options, by option. */
export const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // pipelinewise-target-redshift has gzip, bzip2 and, for none, an empty string.
  compression: { '': 'gzip', bzip2: 'gzip' },
};

/** A name, a list of names, or separate users and groups; in the environment it is JSON. */
export function grantees(given: unknown): unknown {
  const value = fromJson(given);
  if (!isObject(value)) return Array.isArray(value) ? value : [value].filter((name) => name !== '');
  const listOf = (names: unknown): unknown[] => [names ?? []].flat();
  return [
    ...listOf(value['users']).map(String),
    ...listOf(value['groups']).map((name) => `group ${String(name)}`),
  ];
}

/** The value of a string that is the JSON of a list or an object; otherwise the value itself. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

export function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that asks for nothing: `{}`, `[]`, false, an empty string, null; also in the form of the environment. */
export function isEmpty(given: unknown): boolean {
  const value = fromJson(given);
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || isOff(value);
}

function hostAndPort(value: unknown, host: string, port: string): Input {
  const [, name = '', number] = /^(.*?)(?::(\d+))?$/.exec(String(value)) ?? [];
  return { [host]: name, ...(number === undefined ? {} : { [port]: Number(number) }) };
}
