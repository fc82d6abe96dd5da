/** Configurations written for other tools, and what they say here. */
import { expect } from 'chai';
import { checkConfig } from '../../src/config/config.ts';
import { renameForeign, type Input } from '../../src/config/aliases.ts';

const TOOLS: readonly (readonly [tool: string, theirs: Input, ours: Input])[] = [
  [
    'pipelinewise-target-redshift',
    {
      host: 'h',
      port: '5439',
      user: 'u',
      password: 'p',
      dbname: 'd',
      aws_redshift_copy_role_arn: 'arn:aws:iam::1:role/r',
      s3_bucket: 'b',
      s3_key_prefix: 'k',
      default_target_schema: 's',
      default_target_schema_select_permissions: { users: ['ann'], groups: ['bi'] },
      schema_mapping: { crm: { target_schema: 'raw_crm' } },
      add_metadata_columns: true,
      data_flattening_max_level: 2,
      parallelism: 0,
      max_parallelism: 8,
      skip_updates: true,
    },
    {
      hostname: 'h',
      port: '5439',
      user: 'u',
      password: 'p',
      database: 'd',
      iam_role: 'arn:aws:iam::1:role/r',
      s3_bucket: 'b',
      s3_prefix: 'k',
      target_schema: 's',
      grant_select_to: ['ann', 'group bi'],
      schema_mapping: { crm: 'raw_crm' },
      add_record_metadata: true,
      nested_values: 'flatten',
      flatten_max_depth: 2,
      max_parallel_loads: 8,
      load_method: 'insert-only',
      table_names: 'last-part',
    },
  ],
  [
    'target-redshift of datamill',
    {
      redshift_host: 'h',
      redshift_port: 1,
      redshift_database: 'd',
      redshift_username: 'u',
      redshift_password: 'p',
      redshift_schema: 's',
      invalid_records_detect: false,
      max_batch_rows: 10,
      logging_level: 'WARNING',
      target_s3: {
        aws_access_key_id: 'id',
        aws_secret_access_key: 'secret',
        aws_session_token: 'token',
        bucket: 'b',
        key_prefix: 'k',
      },
    },
    {
      hostname: 'h',
      port: 1,
      database: 'd',
      user: 'u',
      password: 'p',
      target_schema: 's',
      on_invalid: 'quarantine',
      max_rejected: 1_000_000_000,
      batch_size_rows: 10,
      log_level: 'warn',
      aws_access_key_id: 'id',
      aws_secret_access_key: 'secret',
      aws_session_token: 'token',
      s3_bucket: 'b',
      s3_prefix: 'k',
    },
  ],
  [
    'the target of the Meltano SDK',
    {
      default_target_schema: 'raw',
      grants: ['ann', 'GROUP bi'],
      enable_iam_authentication: true,
      cluster_identifier: 'c',
      user: 'u',
      ssl_enable: false,
      remove_s3_files: false,
      activate_version: false,
      flattening_enabled: true,
      flattening_max_depth: 3,
      flattening_separator: '.',
    },
    {
      target_schema: 'raw',
      table_names: 'last-part',
      grant_select_to: ['ann', 'GROUP bi'],
      cluster_identifier: 'c',
      user: 'u',
      sslmode: 'disable',
      keep_s3_files: true,
      process_activate_version_messages: false,
      nested_values: 'flatten',
      flatten_max_depth: 3,
      flatten_separator: '.',
    },
  ],
  [
    'Airbyte',
    {
      host: 'h',
      username: 'u',
      schema: 's',
      uploading_method: {
        method: 'S3 Staging',
        s3_bucket_name: 'b',
        s3_bucket_path: 'k',
        s3_bucket_region: 'eu-west-1',
        access_key_id: 'id',
        secret_access_key: 'secret',
        purge_staging_data: true,
      },
      tunnel_method: {
        tunnel_method: 'SSH_KEY_AUTH',
        tunnel_host: 't',
        tunnel_port: 2222,
        tunnel_user: 'me',
        ssh_key: 'key',
      },
    },
    {
      hostname: 'h',
      user: 'u',
      target_schema: 's',
      s3_bucket: 'b',
      s3_prefix: 'k',
      s3_region: 'eu-west-1',
      aws_access_key_id: 'id',
      aws_secret_access_key: 'secret',
      keep_s3_files: false,
      ssh_host: 't',
      ssh_port: 2222,
      ssh_user: 'me',
      ssh_private_key: 'key',
    },
  ],
  ['Airbyte without a tunnel', { tunnel_method: { tunnel_method: 'NO_TUNNEL' } }, {}],
  [
    'Estuary',
    {
      address: 'h:5440',
      awsAccessKeyId: 'id',
      awsSecretAccessKey: 'secret',
      bucketPath: 'k',
      hardDelete: true,
      networkTunnel: { sshForwarding: { sshEndpoint: 'ssh://me@t:2222', privateKey: 'key' } },
    },
    {
      hostname: 'h',
      port: 5440,
      aws_access_key_id: 'id',
      aws_secret_access_key: 'secret',
      s3_prefix: 'k',
      hard_delete: true,
      ssh_user: 'me',
      ssh_host: 't',
      ssh_port: 2222,
      ssh_private_key: 'key',
    },
  ],
  [
    'dlt',
    {
      credentials: { host: 'h', database: 'd', username: 'u', password: 'p' },
      staging_iam_role: 'r',
      bucket_url: 's3://b/k/l',
      s3_url_style: 'path',
    },
    {
      hostname: 'h',
      database: 'd',
      user: 'u',
      password: 'p',
      iam_role: 'r',
      s3_bucket: 'b',
      s3_prefix: 'k/l',
      s3_force_path_style: true,
    },
  ],
  [
    'Sling',
    {
      aws_role_arn: 'default',
      aws_bucket: 'b',
      encryption_algorithm: 'aws:kms',
      encryption_kms_key: 'k',
      ignore_existing: true,
      add_new_columns: false,
    },
    {
      iam_role: 'default',
      s3_bucket: 'b',
      s3_encryption: 'sse-kms',
      s3_kms_key_id: 'k',
      load_method: 'insert-only',
      schema_changes: { add_column: 'ignore' },
    },
  ],
  [
    'Jitsu',
    {
      authenticationMethod: 'iam',
      serverless: true,
      workgroupName: 'w',
      secretsARN: 's',
      sharedConfigProfile: 'p',
      roleARN: 'r',
      externalID: 'x',
      frequency: 5,
    },
    {
      workgroup_name: 'w',
      secret_arn: 's',
      aws_profile: 'p',
      assume_role_arn: 'r',
      assume_role_external_id: 'x',
      batch_max_age_seconds: 300,
    },
  ],
  [
    'RudderStack',
    {
      bucketName: 'b',
      accessKeyID: 'id',
      accessKey: 'secret',
      clusterId: 'c',
      clusterRegion: 'r',
      preferAppend: true,
    },
    {
      s3_bucket: 'b',
      aws_access_key_id: 'id',
      aws_secret_access_key: 'secret',
      cluster_identifier: 'c',
      redshift_region: 'r',
      load_method: 'append-only',
    },
  ],
  [
    'a password and a cluster for the other login',
    { enable_iam_authentication: false, cluster_identifier: 'c', password: 'p' },
    { password: 'p' },
  ],
];

const least = { hostname: 'h', database: 'd', user: 'u', password: 'p', s3_bucket: 'b', iam_role: 'default' };

describe('options in the words of other tools', () => {
  for (const [tool, theirs, ours] of TOOLS) {
    it(`${tool}: mean the same here`, () => {
      const { input, problems, warnings } = renameForeign(theirs);
      expect({ input, problems, warnings }).to.deep.equal({ input: ours, problems: [], warnings: [] });
    });
  }

  it('are told with their names here, in one sentence', () => {
    const { hostname: _, ...rest } = least;
    expect(checkConfig({ ...rest, host: 'h', cleanup_s3_files: false }).hint).to.equal(
      'the configuration uses option names of other tools: "host" is read as hostname, "cleanup_s3_files" sets keep_s3_files',
    );
    expect(checkConfig(least).hint).to.equal(undefined);
  });

  it('are a problem when they contradict ours, and none when they say the same', () => {
    expect(renameForeign({ hostname: 'a', host: 'b' }).problems).to.deep.equal([
      '"hostname" and "host" mean the same option and differ: keep one, best "hostname"',
    ]);
    expect(renameForeign({ hostname: 'a', host: 'a' }).problems).to.deep.equal([]);
  });

  it('must be objects where they are objects there', () => {
    expect(renameForeign({ uploading_method: 'S3' }).problems).to.deep.equal([
      '"uploading_method" must be an object of options, as in the tool that has this option',
    ]);
  });

  it('are named when nothing here needs them, unless they ask for nothing', () => {
    expect(checkConfig({ ...least, temp_dir: '/x', slices: 4 }).warnings).to.deep.equal([
      '"temp_dir" is not used: nothing is written to disk',
      '"slices" is not used: the cluster is asked for its slices',
    ]);
    expect(
      checkConfig({ ...least, temp_dir: '', flush_all_streams: false, metrics: {} }).warnings,
    ).to.deep.equal([]);
  });

  it('are as if they were not there when their value is empty', () => {
    const theirs = {
      host: '',
      primary_key_required: '',
      encryption_algorithm: '',
      tunnel_method: {},
      ssh_tunnel: '',
    };
    const { input, hints, problems } = renameForeign({ ...theirs, hostname: 'h' });
    expect({ input, hints, problems }).to.deep.equal({ input: { hostname: 'h' }, hints: [], problems: [] });
  });

  it('may be contradicted in what they imply by an option that is set', () => {
    const { input, problems } = renameForeign({ default_target_schema: 's', table_names: 'whole' });
    expect({ input, problems }).to.deep.equal({
      input: { target_schema: 's', table_names: 'whole' },
      problems: [],
    });
  });
});
