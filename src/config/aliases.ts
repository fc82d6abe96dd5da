/**
 * The words of other tools for the same options: ten loaders, Airbyte's nested shapes, Meltano's. What means the same is
 * taken, with a hint; what would change the data and does not exist here is refused; what is not needed here is named.
 */
import { option as optionOf, options } from './options.ts';

export type Input = Readonly<Record<string, unknown>>;

export interface Renamed {
  readonly input: Input;
  /** Names that were understood, as `theirs is called ours`. */
  readonly hints: readonly string[];
  /** Sentences about names that are known and have no use here. */
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

/** What one foreign value says in our words; an empty object when it says nothing. */
type Translation = (value: unknown) => Input;

const isOn = (value: unknown): boolean => value === true || value === 'true';
const isOff = (value: unknown): boolean => value === false || value === 'false';
const whenOn =
  (input: Input): Translation =>
  (value) =>
    isOn(value) ? input : {};
const opposite =
  (name: string): Translation =>
  (value) =>
    isOn(value) || isOff(value) ? { [name]: isOff(value) } : { [name]: value };
const nothing: Translation = () => ({});

/** Values that are written differently there. */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  address: (value) => hostAndPort(value, 'hostname', 'port'),
  sshEndpoint: (value) => {
    const [, user, rest] = /^(?:ssh:\/\/)?(?:([^@]+)@)?(.*)$/.exec(String(value)) ?? [];
    return { ...(user ? { ssh_user: user } : {}), ...hostAndPort(rest, 'ssh_host', 'ssh_port') };
  },
  bucket_url: (value) => {
    const [, bucket = '', folder = ''] = /^(?:s3:\/\/)?([^/]*)\/?(.*)$/.exec(String(value)) ?? [];
    return { s3_bucket: bucket, ...(folder === '' ? {} : { s3_prefix: folder }) };
  },
  s3_url_style: (value) => ({ s3_force_path_style: value === 'path' }),
  encryption_algorithm: (value) => ({
    s3_encryption: { AES256: 'sse-s3', 'aws:kms': 'sse-kms' }[String(value)] ?? value,
  }),
  ssl_enable: (value) => (isOff(value) ? { sslmode: 'disable' } : {}),
  append_only: whenOn({ load_method: 'append-only' }),
  preferAppend: whenOn({ load_method: 'append-only' }),
  delta_updates: whenOn({ load_method: 'append-only' }),
  skip_updates: whenOn({ load_method: 'insert-only' }),
  full_refresh: whenOn({ load_method: 'overwrite' }),
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
  // 0: as many as there are cores.
  parallelism: (value) => (Number(value) > 0 ? { max_parallel_loads: value } : {}),
  logging_level: (value) => ({ log_level: String(value).toLowerCase().replace('warning', 'warn') }),
  default_target_schema_select_permissions: (value) => ({ grant_select_to: grantees(value) }),
  // What logs in with IAM is said by cluster_identifier or workgroup_name alone.
  enable_iam_authentication: nothing,
  useIAMForAuth: nothing,
  authenticationMethod: nothing,
  iam_auth: nothing,
  serverless: nothing,
  useServerless: nothing,
};

/** Objects of other tools whose members are options: by the names that the members have there. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  target_s3: { bucket: 's3_bucket', key_prefix: 's3_prefix' },
  uploading_method: {},
  tunnel_method: {},
  ssh_tunnel: {
    host: 'ssh_host',
    port: 'ssh_port',
    username: 'ssh_user',
    private_key: 'ssh_private_key',
    private_key_password: 'ssh_private_key_passphrase',
  },
  networkTunnel: {},
  sshForwarding: { privateKey: 'ssh_private_key' },
  credentials: {},
};

/** Members that say that the rest of their object counts, or not. */
const SWITCHES: Readonly<Record<string, (group: Input) => boolean>> = {
  ssh_tunnel: ({ enable }) => !isOff(enable ?? true),
  tunnel_method: ({ tunnel_method }) => tunnel_method !== 'NO_TUNNEL',
};

/** Known there and without use here, with the reason. */
const UNUSED: Readonly<Record<string, string>> = {
  temp_dir: 'nothing is written to disk',
  disable_table_cache: 'the catalog is read once in a run',
  flush_all_streams: 'each stream is loaded by itself, and states wait for the streams before them',
  persist_empty_tables: 'streams without records get their table in any case',
  file_name_pattern: 'names of objects hold the run and the batch',
  copy_options: "COPY's options follow from the data",
  drop_cascade: 'nothing is dropped that anything depends on',
  slices: 'the cluster is asked for its slices',
  jdbc_url_params: 'there is no JDBC here',
  raw_data_schema: 'there are no raw tables',
  disable_type_dedupe: 'there are no raw tables',
  default_column_length: 'the widths of text columns are measured',
  flattening_max_key_length: 'names are shortened where Redshift needs it',
  enable_schema_warning: 'schemas are looked up before they are created',
  iceberg_enabled: 'Iceberg tables are not loaded',
};

/** Ignoring these would load other data than the configuration asks for. */
const REFUSED: Readonly<Record<string, string>> = {
  stream_maps: 'put a mapper such as meltano-map-transform between tap and target',
  faker_config: 'put a mapper such as meltano-map-transform between tap and target',
  detect_deletions: 'load with load_method overwrite, or with a tap that sends deletions',
};

const ALIASES: ReadonlyMap<string, string> = new Map(
  options().flatMap(([name, { aliases = [] }]) => aliases.map((alias) => [alias, name] as const)),
);

/** All names that are understood without being ours. */
export const FOREIGN_NAMES: readonly string[] = [
  ...ALIASES.keys(),
  ...Object.keys(TRANSLATIONS),
  ...Object.keys(GROUPS),
];

/** Puts the options into our words. Our own word wins nothing: the same option said twice, differently, is a problem. */
export function renameForeign(given: Input): Renamed {
  const input: Record<string, unknown> = {};
  const hints: string[] = [];
  const warnings: string[] = [];
  const problems: string[] = [];
  const sources = new Map<string, string>();

  const set = (name: string, value: unknown, source: string): void => {
    const before = sources.get(name);
    if (before !== undefined && JSON.stringify(input[name]) !== JSON.stringify(value)) {
      problems.push(`"${before}" and "${source}" mean the same option and differ: keep one, best "${name}"`);
      return;
    }
    sources.set(name, source);
    input[name] = value;
  };

  const take = (
    name: string,
    value: unknown,
    path: string,
    names: Readonly<Record<string, string>>,
  ): void => {
    const ours = own(names, name) ?? (isOurs(name) ? name : ALIASES.get(name));
    const group = own(GROUPS, name);
    if (ours === undefined && group && path === name && !isObject(value)) {
      problems.push(`"${path}" must be an object of options, as the tool has it whose word it is`);
      return;
    }
    if (ours === undefined && group && isObject(value)) {
      if (own(SWITCHES, name)?.(value) ?? true)
        for (const [member, of] of Object.entries(value)) take(member, of, `${path}.${member}`, group);
      return;
    }
    const translation = ours === undefined ? own(TRANSLATIONS, name) : undefined;
    if (ours === 'schema_mapping' && isObject(value)) {
      set(ours, plainMapping(value), path);
    } else if (ours !== undefined) {
      set(ours, value, path);
      if (path !== ours) hints.push(`"${path}" is called ${ours}`);
    } else if (translation) {
      const said = translation(value);
      for (const [to, of] of Object.entries(said)) set(to, of, path);
      const words = Object.keys(said);
      if (words.length > 0) hints.push(`"${path}" is said with ${words.join(' and ')}`);
    } else if (own(REFUSED, name) !== undefined) {
      if (!isEmpty(value)) problems.push(`"${path}" is not there: ${own(REFUSED, name) ?? ''}`);
    } else if (own(UNUSED, name) !== undefined) {
      warnings.push(`"${path}" is not used: ${own(UNUSED, name) ?? ''}`);
    } else if (path === name) {
      set(name, value, path);
    }
    // Other members of a group, such as Airbyte's "method", only choose between shapes.
  };

  for (const [name, value] of Object.entries(given)) {
    if (value !== null) take(name, value, name, {});
  }
  // Without its user or password a login is as the IAM identity that these were switches for.
  if (isOff(given['enable_iam_authentication']) || given['authenticationMethod'] === 'password') {
    if (input['password'] !== undefined || input['password_file'] !== undefined)
      delete input['cluster_identifier'];
  }
  return { input, hints, warnings, problems };
}

/** Names come from outside: `toString` is none of a table's. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function isOurs(name: string): boolean {
  return optionOf(name) !== undefined || name.endsWith('_file');
}

function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return isObject(value) ? Object.keys(value).length === 0 : value === '' || value === false;
}

function hostAndPort(value: unknown, host: string, port: string): Input {
  const [, name = '', number] = /^(.*?)(?::(\d+))?$/.exec(String(value)) ?? [];
  return { [host]: name, ...(number === undefined ? {} : { [port]: Number(number) }) };
}

/** pipelinewise gives each source schema an object. */
function plainMapping(mapping: Input): Input {
  return Object.fromEntries(
    Object.entries(mapping).map(([source, to]) => [
      source,
      isObject(to) && 'target_schema' in to ? to['target_schema'] : to,
    ]),
  );
}

/** A name, a list of names, or users and groups apart. */
function grantees(value: unknown): unknown {
  if (!isObject(value)) return Array.isArray(value) ? value : [value];
  const listOf = (names: unknown): unknown[] => (names === undefined ? [] : [names].flat());
  return [
    ...listOf(value['users']).map(String),
    ...listOf(value['groups']).map((name) => `group ${String(name)}`),
  ];
}
