/** Names in a configuration that are not those of options: which end a run, and which cost a warning. */
import { expect } from 'chai';
import { checkConfig, overrideConnection, withoutConnection } from '../../src/config/config.ts';
import { ConfigError } from '../../src/errors.ts';

type Given = Readonly<Record<string, unknown>>;

interface Said {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

const least = { hostname: 'h', database: 'd', user: 'u', password: 'p', s3_bucket: 'b', iam_role: 'default' };

function said(given: Given, check = checkConfig): Said {
  try {
    return { problems: [], warnings: check({ ...least, ...given }).warnings };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, warnings: error.warnings };
    throw error;
  }
}

const problems = (given: Given): readonly string[] => said(given).problems;

const OF_STREAMS =
  'selected, include_columns, exclude_columns, table_prefix, tenant_column, tenant_id, other_tenants, ' +
  'load_method, overwrite_method, overwrite_when, hard_delete, process_activate_version_messages, add_record_metadata, null_keys, ' +
  'nested_values, flatten_max_depth, flatten_separator, naming, table_names, require_keys, validate_records, on_invalid, ' +
  'max_rejected, schema_changes, forbid_ddl, diststyle, sortkey, sortkey_style, grant_select_to, analyze_after_rows, ' +
  'batch_direct_copy, schema, table, key_properties, distkey, columns, pre_sql, post_sql';

const WAY_OUT = '(to ignore it, set "unknown_options" to "warn")';

describe('a name that resembles an option', () => {
  const misspelt: readonly (readonly [Given, string])[] = [
    [
      { target_schemas: 'raw' },
      `there is no option "target_schemas"; did you mean "target_schema"? ${WAY_OUT}`,
    ],
    [
      { max_batch_age: 60 },
      `there is no option "max_batch_age"; did you mean "batch_max_age_seconds"? ${WAY_OUT}`,
    ],
    [{ batch_age: 60 }, `there is no option "batch_age"; did you mean "batch_max_age_seconds"? ${WAY_OUT}`],
    [{ dbnam: 'x' }, `there is no option "dbnam"; did you mean "database"? ${WAY_OUT}`],
    [
      { add_metadata_column: true },
      `there is no option "add_metadata_column"; did you mean "add_record_metadata"? ${WAY_OUT}`,
    ],
    [{ append_onli: true }, `there is no option "append_onli"; did you mean "load_method"? ${WAY_OUT}`],
    [{ columnz: {} }, `there is no option "columnz"; did you mean "streams.NAME.columns"? ${WAY_OUT}`],
    [{ ssh_tunel: {} }, `there is no option "ssh_tunel"; did you mean "ssh_tunnel"? ${WAY_OUT}`],
    [{ pasword_file: '/p' }, `there is no option "pasword_file"; did you mean "password_file"? ${WAY_OUT}`],
    [
      { stream_mapz: { users: { email: null } } },
      `there is no option "stream_mapz"; did you mean "stream_maps"? That is not an option either: put a mapper such as meltano-map-transform between tap and target ${WAY_OUT}`,
    ],
    [
      { uploading_method: { method: 'S3 Staging', s3_bucket_pth: 'k' } },
      `there is no option "uploading_method.s3_bucket_pth"; did you mean "s3_prefix"? ${WAY_OUT}`,
    ],
    [
      { networkTunnel: { sshForwarding: { sshEndpoit: 'h' } } },
      `there is no option "networkTunnel.sshForwarding.sshEndpoit"; did you mean "ssh_host"? ${WAY_OUT}`,
    ],
  ];
  for (const [given, sentence] of misspelt) {
    it(`ends the run, as ${Object.keys(given).join()} does`, () =>
      expect(said(given)).to.deep.equal({ problems: [sentence], warnings: [] }));
  }

  it('is the same problem beside others, and beside what is only warned about', () => {
    expect(said({ hostname: null, hostnam: 'h', my_note: 'x' })).to.deep.equal({
      problems: [
        '"hostname" is missing: Endpoint of the cluster or workgroup, without the port.',
        `there is no option "hostnam"; did you mean "hostname"? ${WAY_OUT}`,
      ],
      warnings: ['there is no option "my_note"; it is ignored'],
    });
  });

  it('is a problem with --local and --discard too', () => {
    const sentence = `there is no option "hostnam"; did you mean "hostname"? ${WAY_OUT}`;
    expect(said({ hostnam: 'h' }, (given) => overrideConnection(given, least)).problems).to.deep.equal([
      sentence,
    ]);
    expect(said({ hostnam: 'h' }, withoutConnection).problems).to.deep.equal([sentence]);
  });

  it('never shows its value', () => {
    expect(JSON.stringify(said({ pasword: 'geheim', streams: { s: { pasword: 'geheim' } } }))).not.to.contain(
      'geheim',
    );
  });
});

describe('a word of another tool that would change what is loaded', () => {
  const foreign: readonly (readonly [Given, string])[] = [
    [
      { dry_run: true },
      'there is no option "dry_run": a load always writes; for a dry run use `target-redshift plan`, which changes nothing, or `--discard`, which reads and counts',
    ],
    [
      { 'dry-run': 'true' },
      'there is no option "dry-run": a load always writes; for a dry run use `target-redshift plan`, which changes nothing, or `--discard`, which reads and counts',
    ],
    [
      { stream_maps: { users: { email: null } } },
      'there is no option "stream_maps": put a mapper such as meltano-map-transform between tap and target',
    ],
    [
      { tableSuffix: '_raw' },
      'there is no option "tableSuffix": set streams.NAME.table for each stream, or see table_prefix, table_names and schema_mapping',
    ],
    [
      { write_disposition: 'replace' },
      'there is no option "write_disposition": set "load_method": "overwrite" (one of upsert, append-only, insert-only, overwrite)',
    ],
    [
      { mode: 'full-refresh' },
      'there is no option "mode": set "load_method": "overwrite" (one of upsert, append-only, insert-only, overwrite)',
    ],
    [
      { mode: 'constructor' },
      'there is no option "mode": set "load_method", one of upsert, append-only, insert-only, overwrite',
    ],
    [
      { truncate: true },
      'there is no option "truncate": set "load_method": "overwrite" (one of upsert, append-only, insert-only, overwrite)',
    ],
    [
      { primary_keys: ['id'] },
      'there is no option "primary_keys": set streams.NAME.key_properties; "*" in NAME matches any characters',
    ],
    [
      { key_properties: ['id'] },
      '"key_properties" is not an option for all streams: it is an option of single streams, set streams.NAME.key_properties; "*" in NAME matches any characters',
    ],
    [
      { batch_config: { encoding: {} } },
      'there is no option "batch_config": files are loaded if the tap sends BATCH messages; configure them in the tap',
    ],
    [
      { filter: 'id > 1' },
      'there is no option "filter": this loader cannot filter: it loads every record that the tap sends; filter in the tap, or put a mapper between tap and target',
    ],
    [
      { sqlalchemy_url: 'redshift://u:geheim@h' },
      'there is no option "sqlalchemy_url": set hostname, port, database, user and password',
    ],
  ];
  for (const [given, sentence] of foreign) {
    it(`ends the run with what to write instead, as ${Object.keys(given).join()} does`, () =>
      expect(said(given)).to.deep.equal({ problems: [sentence], warnings: [] }));
  }

  it('is harmless when it asks for nothing', () => {
    const nothing = {
      ...{ dry_run: false, dryRun: 'false', stream_maps: {}, stream_map_config: '{}', faker_config: null },
      ...{ table_prefix: '', primary_keys: [], batch_config: '', filter: null, stream_mapz: {} },
      ...{ streams: { users: { select: [], mode: '', load_method: 'append-only' } } },
    };
    expect(said(nothing)).to.deep.equal({ problems: [], warnings: [] });
    expect(checkConfig({ ...least, ...nothing }).config.streams).to.deep.equal({
      users: { load_method: 'append-only' },
    });
  });
});

describe('other unknown options', () => {
  it('cost a warning and are ignored', () => {
    expect(said({ my_note: 'geheim', toString: 1, user_agent: 'x', csv_format: 'y' })).to.deep.equal({
      problems: [],
      warnings: [
        'there is no option "my_note"; it is ignored',
        'there is no option "toString"; it is ignored',
        'there is no option "user_agent"; it is ignored',
        'there is no option "csv_format"; it is ignored',
      ],
    });
  });

  it('are those that resemble a word without use, too', () => {
    expect(said({ temp_dirs: '/x' }).warnings).to.deep.equal([
      'there is no option "temp_dirs"; it is ignored',
    ]);
  });

  it('are not $schema, where editors look for the JSON Schema', () => {
    expect(said({ $schema: './spec/config.schema.json' })).to.deep.equal({ problems: [], warnings: [] });
    expect(said({ $schema: 'x', unknown_options: 'fail' })).to.deep.equal({ problems: [], warnings: [] });
  });
});

describe('unknown_options', () => {
  const given = {
    dry_run: true,
    hostnam: 'h',
    my_note: 'x',
    streams: { users: { load_methd: 'upsert', table: 't' } },
  };

  it('warn: every unknown name costs a warning, and none is used', () => {
    expect(said({ ...given, unknown_options: 'warn' })).to.deep.equal({
      problems: [],
      warnings: [
        'there is no option "dry_run"; it is ignored: a load always writes; for a dry run use `target-redshift plan`, which changes nothing, or `--discard`, which reads and counts',
        'there is no option "hostnam"; it is ignored; did you mean "hostname"?',
        'there is no option "my_note"; it is ignored',
        `"streams.users" has no option "load_methd"; it is ignored; did you mean "load_method"? (its options are ${OF_STREAMS})`,
      ],
    });
    expect(checkConfig({ ...least, ...given, unknown_options: 'warn' }).config.streams).to.deep.equal({
      users: { table: 't' },
    });
  });

  it('fail: every unknown name ends the run', () => {
    expect(problems({ ...given, unknown_options: 'fail' })).to.deep.equal([
      'there is no option "dry_run": a load always writes; for a dry run use `target-redshift plan`, which changes nothing, or `--discard`, which reads and counts',
      'there is no option "hostnam"; did you mean "hostname"?',
      'there is no option "my_note", and "unknown_options" is "fail"',
      `"streams.users" has no option "load_methd"; did you mean "load_method"? (its options are ${OF_STREAMS})`,
    ]);
  });

  it('has no other values', () => {
    expect(problems({ unknown_options: 'ignore', my_note: 1 })).to.deep.equal([
      '"unknown_options" must be one of warn, fail',
    ]);
  });
});

describe('an unknown name below an option', () => {
  const misplaced: readonly (readonly [Given, string])[] = [
    [
      { streams: { orders: { load_methd: 'upsert' } } },
      `"streams.orders" has no option "load_methd"; did you mean "load_method"? (its options are ${OF_STREAMS})`,
    ],
    [
      { streams: { orders: { foo: 1 } } },
      `"streams.orders" has no option "foo"; its options are ${OF_STREAMS}`,
    ],
    [
      { streams: { orders: { add_metadata_columns: true } } },
      `"streams.orders" has no option "add_metadata_columns"; did you mean "add_record_metadata"? (its options are ${OF_STREAMS})`,
    ],
    [
      { streams: { orders: { append_only: true } } },
      `"streams.orders" has no option "append_only"; did you mean "load_method"? (its options are ${OF_STREAMS})`,
    ],
    [
      { streams: { orders: { default_target_schema: 'raw' } } },
      `"streams.orders" has no option "default_target_schema"; did you mean "schema"? (its options are ${OF_STREAMS})`,
    ],
    [
      { streams: { orders: { batch_size_rows: 1 } } },
      `"streams.orders" has no option "batch_size_rows": "batch_size_rows" is set at the top level, for the whole run; for a stream its options are ${OF_STREAMS}`,
    ],
    [
      { streams: { orders: { primary_key: ['id'] } } },
      '"streams.orders" has no option "primary_key": set streams.NAME.key_properties; "*" in NAME matches any characters',
    ],
    [
      { streams: { orders: { select: ['id'] } } },
      '"streams.orders" has no option "select": set streams.NAME.selected to false for streams, and include_columns or exclude_columns for properties; what is not read at all is selected in the tap',
    ],
    [
      { streams: { orders: { columns: { price: { tpye: 'numeric(12,2)' } } } } },
      '"streams.orders.columns.price" has no option "tpye"; did you mean "type"? (its options are name, type, encode, mask)',
    ],
    [
      { streams: { orders: { columns: { price: { exclude: true } } } } },
      '"streams.orders.columns.price" has no option "exclude": set streams.NAME.selected to false for streams, and include_columns or exclude_columns for properties; what is not read at all is selected in the tap',
    ],
    [
      { schema_changes: { add_columns: 'fail' } },
      '"schema_changes" has no option "add_columns"; did you mean "add_column"? (its options are add_column, widen_column, relax_not_null, retype_column, split_column, drop_column, change_keys)',
    ],
    [
      { streams: { orders: { schema_changes: { foo: 'fail' } } } },
      '"streams.orders.schema_changes" has no option "foo"; its options are add_column, widen_column, relax_not_null, retype_column, split_column, drop_column, change_keys',
    ],
    [
      { schema_mapping: { crm: { schema: 'raw', grant_select: ['ann'] } } },
      '"schema_mapping.crm" has no option "grant_select"; did you mean "grant_select_to"? (its options are schema, grant_select_to)',
    ],
  ];
  for (const [given, sentence] of misplaced) {
    it(`ends the run, as ${JSON.stringify(given)} does`, () =>
      expect(said(given)).to.deep.equal({ problems: [sentence], warnings: [] }));
  }

  it('is found in options that an environment has as JSON', () => {
    expect(problems({ streams: '{"orders": {"load_methd": "upsert"}}' })).to.deep.equal([
      `"streams.orders" has no option "load_methd"; did you mean "load_method"? (its options are ${OF_STREAMS})`,
    ]);
  });

  it('may be any name where names are those of streams, properties and sources', () => {
    const given = {
      streams: { select: { columns: { filter: { type: 'bigint' } } }, load_methd: {} },
      schema_mapping: { mode: 'raw' },
    };
    expect(said(given)).to.deep.equal({ problems: [], warnings: [] });
  });
});
