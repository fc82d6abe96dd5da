/** A configuration of pipelinewise-target-redshift: each of its options is used here, or there is a line that says why not. */
import { expect } from 'chai';
import { checkConfig, type LoadedConfig } from '../../src/config/config.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { ConfigError } from '../../src/errors.ts';

/** Every option that it has (README.md and db_sync.py of its version 1.6.0). */
const SAMPLE = {
  host: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
  port: 5439,
  user: 'loader',
  password: 'geheim',
  dbname: 'dev',
  aws_access_key_id: 'AKIA',
  aws_secret_access_key: 'sehr geheim',
  aws_redshift_copy_role_arn: 'arn:aws:iam::123456789012:role/copy',
  s3_acl: 'bucket-owner-full-control',
  s3_bucket: 'stage',
  s3_key_prefix: 'pipelinewise/',
  copy_options:
    "EMPTYASNULL BLANKSASNULL TRIMBLANKS TRUNCATECOLUMNS TIMEFORMAT 'auto' COMPUPDATE OFF STATUPDATE OFF",
  batch_size_rows: 100_000,
  flush_all_streams: true,
  parallelism: 0,
  max_parallelism: 16,
  default_target_schema: 'raw',
  default_target_schema_select_permissions: { users: ['ann'], groups: ['analysts'] },
  schema_mapping: {
    crm: { target_schema: 'raw_crm', target_schema_select_permissions: { groups: ['sales'] } },
    erp: { target_schema: 'raw_erp', indices: { orders: ['id'] } },
    hr: { target_schema: 'raw_hr', target_schema_select_permissions: {} },
  },
  disable_table_cache: true,
  add_metadata_columns: false,
  hard_delete: true,
  data_flattening_max_level: 2,
  primary_key_required: true,
  validate_records: true,
  skip_updates: true,
  compression: 'bzip2',
  slices: 4,
  temp_dir: '/tmp',
};

const place = {
  host: 'h',
  dbname: 'd',
  user: 'u',
  password: 'p',
  s3_bucket: 'b',
  aws_redshift_copy_role_arn: 'default',
};

const loaded = (more: object = {}): LoadedConfig => checkConfig({ ...place, ...more });

describe('a configuration of pipelinewise-target-redshift', () => {
  it('says the same here', () => {
    const { config } = checkConfig(SAMPLE);
    expect(config).to.deep.include({
      hostname: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
      port: 5439,
      user: 'loader',
      password: 'geheim',
      database: 'dev',
      aws_access_key_id: 'AKIA',
      aws_secret_access_key: 'sehr geheim',
      iam_role: 'arn:aws:iam::123456789012:role/copy',
      s3_acl: 'bucket-owner-full-control',
      s3_bucket: 'stage',
      s3_prefix: 'pipelinewise/',
      batch_size_rows: 100_000,
      max_parallel_loads: 16,
      target_schema: 'raw',
      table_names: 'last-part',
      grant_select_to: ['ann', 'group analysts'],
      schema_mapping: {
        crm: { schema: 'raw_crm', grant_select_to: ['group sales'] },
        erp: 'raw_erp',
        hr: { schema: 'raw_hr', grant_select_to: [] },
      },
      add_record_metadata: false,
      hard_delete: true,
      nested_values: 'flatten',
      flatten_max_depth: 2,
      require_keys: true,
      validate_records: true,
      load_method: 'insert-only',
      compression: 'gzip',
    });
  });

  it('is answered with one line on what was read as what, and one for each option that is not used', () => {
    const { hint, warnings } = checkConfig(SAMPLE);
    expect(hint?.split(/: |, (?=")/)).to.deep.equal([
      'the configuration uses option names of other tools',
      '"host" is read as hostname',
      '"dbname" is read as database',
      '"aws_redshift_copy_role_arn" is read as iam_role',
      '"s3_key_prefix" is read as s3_prefix',
      '"max_parallelism" is read as max_parallel_loads',
      '"default_target_schema" is read as target_schema',
      '"default_target_schema_select_permissions" sets grant_select_to',
      '"target_schema" in schema_mapping is read as schema',
      '"target_schema_select_permissions" in schema_mapping is read as grant_select_to',
      '"add_metadata_columns" is read as add_record_metadata',
      '"data_flattening_max_level" sets nested_values and flatten_max_depth',
      '"primary_key_required" is read as require_keys',
      '"skip_updates" sets load_method',
      '"compression"',
      '"bzip2" is read as gzip',
      '"default_target_schema" sets table_names to "last-part", as other loaders with this option name tables',
    ]);
    expect(warnings).to.deep.equal([
      '"copy_options" is not used because the options of COPY follow from the data; EMPTYASNULL and BLANKSASNULL: empty and blank strings are stored as they are, not as NULL; TRIMBLANKS: trailing blanks of strings are kept; TRUNCATECOLUMNS: strings are not shortened; columns are widened; STATUPDATE: analyze_after_rows updates statistics; COMPUPDATE: encodings are chosen by Redshift or set in streams.NAME.columns',
      '"flush_all_streams" is not used: each stream is loaded separately, and a state waits for all records before it',
      '"schema_mapping.erp.indices" is not used: Redshift has no indexes; use sortkey and distkey to order and distribute new tables',
      '"disable_table_cache" is not used: the catalog is read only once per run',
      '"slices" is not used: the cluster is asked for its slices',
      '"temp_dir" is not used: nothing is written to disk',
      'with "hard_delete" pipelinewise-target-redshift adds metadata columns to every table; this loader adds them with "add_record_metadata"',
    ]);
  });

  it('gives the tables of each source the readers that schema_mapping names, and the others those of all', () => {
    const { config } = checkConfig({ ...SAMPLE, streams: { 'crm-own': { grant_select_to: ['ben'] } } });
    const readers = (stream: string): readonly string[] => settingsOf(config, stream).grant_select_to;
    expect({
      mapped: readers('crm-users'),
      'with a catalog before the source': readers('prod-crm-users'),
      'mapped without readers of its own': readers('erp-orders'),
      'mapped with none': readers('hr-people'),
      'not mapped': readers('web-visits'),
      'named below streams': readers('crm-own'),
    }).to.deep.equal({
      mapped: ['group sales'],
      'with a catalog before the source': ['group sales'],
      'mapped without readers of its own': ['ann', 'group analysts'],
      'mapped with none': [],
      'not mapped': ['ann', 'group analysts'],
      'named below streams': ['ben'],
    });
  });

  it('may come from the environment, where objects are JSON', () => {
    const { config } = loaded({
      default_target_schema: 'raw',
      default_target_schema_select_permissions: '{"groups": ["analysts"]}',
      schema_mapping: '{"crm": {"target_schema": "raw_crm", "target_schema_select_permissions": "ann"}}',
    });
    expect(config).to.deep.include({
      grant_select_to: ['group analysts'],
      schema_mapping: { crm: { schema: 'raw_crm', grant_select_to: ['ann'] } },
    });
  });

  it('may have permissions for users alone, or for groups alone', () => {
    const granted = (permissions: unknown): unknown =>
      loaded({ default_target_schema_select_permissions: permissions }).config.grant_select_to;
    expect([
      granted('ann'),
      granted(['ann', 'ben']),
      granted({ users: 'ann' }),
      granted({ users: null, groups: ['bi'] }),
      granted({}),
      granted(''),
    ]).to.deep.equal([['ann'], ['ann', 'ben'], ['ann'], ['group bi'], [], []]);
  });

  for (const compression of ['bzip2', '']) {
    it(`reads the compression ${JSON.stringify(compression)} as gzip, with a line`, () => {
      const { config, hint } = loaded({ compression });
      expect(config.compression).to.equal('gzip');
      expect(hint).to.contain(`"compression": ${JSON.stringify(compression)} is read as gzip`);
    });
  }

  it('says where streams go that schema_mapping does not map, without a default schema', () => {
    const mapping = { schema_mapping: { crm: { target_schema: 'raw_crm' } } };
    const warning =
      'streams that "schema_mapping" does not map are loaded into the schema "public", while pipelinewise-target-redshift would end the run; set "target_schema" to use another schema';
    expect(loaded(mapping).warnings).to.deep.equal([warning]);
    expect(loaded({ ...mapping, default_target_schema: 'raw' }).warnings).to.deep.equal([]);
    expect(loaded({ schema_mapping: { crm: 'raw_crm' } }).warnings).to.deep.equal([]);
  });

  it('names tables after the last part of their streams with its schema_mapping alone, too', () => {
    const { config, hint } = loaded({ schema_mapping: { crm: { target_schema: 'raw_crm' } } });
    expect(config.table_names).to.equal('last-part');
    expect(hint).to.contain(
      '"schema_mapping" sets table_names to "last-part", as pipelinewise-target-redshift names tables',
    );
    expect(loaded({ schema_mapping: { crm: { schema: 'raw_crm' } } }).config.table_names).to.equal('whole');
  });

  it('says of hard_delete only what is true', () => {
    const warnings = (more: object): readonly string[] => loaded({ skip_updates: true, ...more }).warnings;
    expect(warnings({ hard_delete: true })).to.have.length(1);
    expect(warnings({ hard_delete: true, add_metadata_columns: true })).to.deep.equal([]);
    expect(warnings({ hard_delete: false })).to.deep.equal([]);
    expect(loaded({ hard_delete: true }).warnings, 'without a word of pipelinewise alone').to.deep.equal([]);
  });

  it('says of copy_options what each word did, whatever its case, and nothing of formats in quotes', () => {
    const warnings = (copy_options: string): readonly string[] => loaded({ copy_options }).warnings;
    expect(warnings("acceptinvchars as '^' MAXERROR 10 DATEFORMAT 'NULL'")).to.deep.equal([
      '"copy_options" is not used because the options of COPY follow from the data; ACCEPTINVCHARS: invalid UTF-8 becomes U+FFFD and is counted; MAXERROR: on_invalid and max_rejected decide about invalid records',
    ]);
    expect(warnings('REGION')).to.deep.equal([
      '"copy_options" is not used because the options of COPY follow from the data',
    ]);
    expect(warnings('')).to.deep.equal([]);
  });

  it('refuses a member of schema_mapping that it does not know, because grants could be lost', () => {
    const schema_mapping = { crm: { target_schema: 'raw_crm', target_schema_select_permision: ['ann'] } };
    expect(() => loaded({ schema_mapping })).to.throw(
      ConfigError,
      '"schema_mapping.crm" has no option "target_schema_select_permision"; did you mean "grant_select_to"?',
    );
  });

  it('needs the schema of a source', () => {
    const schema_mapping = { crm: { target_schema_select_permissions: ['ann'] } };
    expect(() => loaded({ schema_mapping })).to.throw(ConfigError, '"schema_mapping.crm" must have "schema"');
  });
});
