/** Taps of other people: what they are called, and how they are told what to read. */
import type { SourceDatabase } from './source-database.ts';

export interface Tap {
  /** The package and its version, as pip takes it. */
  readonly requirement: string;
  /** What it depends on, where pip refuses to choose: all that is installed beside it. */
  readonly listed?: readonly string[];
  readonly program: string;
  /** The option that takes the catalog. */
  readonly catalogOption: string;
}

export interface PostgresTap extends Tap {
  readonly settings: (source: SourceDatabase, schema: string) => object;
  /** The same for reading the log, with the replication slot that it reads for the pipeline of this name. */
  readonly log: (
    source: SourceDatabase,
    schema: string,
    pipeline: string,
  ) => { readonly slot: string; readonly settings: object };
  /** Whether its schema says that a NUMERIC is exact; otherwise the column is a DOUBLE PRECISION. */
  readonly isExact: boolean;
}

export const MELTANOLABS: PostgresTap = {
  requirement: 'meltanolabs-tap-postgres==0.10.0',
  program: 'tap-postgres',
  catalogOption: '--catalog',
  settings: ({ port, user, password, database }, schema) => ({
    ...{ host: '127.0.0.1', port, user, password, database },
    filter_schemas: [schema],
  }),
  log: (source, schema, pipeline) => ({
    slot: `meltanolabs_${pipeline}`,
    settings: {
      ...MELTANOLABS.settings(source, schema),
      replication_slot_name: `meltanolabs_${pipeline}`,
      // All streams are read at once, and it ends when the log has been silent for so long.
      ...{ log_based_single_connection: true, replication_idle_exit_seconds: 2 },
    },
  }),
  isExact: false,
};

export const PIPELINEWISE: PostgresTap = {
  requirement: 'pipelinewise-tap-postgres==2.1.0',
  // It asks for a Python before 3.10, of which it needs nothing.
  listed: [
    ...['pipelinewise-singer-python==1.3.0', 'psycopg2-binary==2.9.13', 'strict-rfc3339==0.7'],
    ...['attrs==26.1.0', 'backoff==1.10.0', 'ciso8601==2.4.1', 'jsonschema==3.2.0', 'pyrsistent==0.20.0'],
    ...['python-dateutil==2.9.0.post0', 'pytz==2020.5', 'simplejson==3.17.2', 'six==1.17.0'],
    'setuptools==65.5.0',
  ],
  program: 'tap-postgres',
  catalogOption: '--catalog',
  settings: ({ port, user, password, database }, schema) => ({
    ...{ host: '127.0.0.1', port, user, password, dbname: database },
    filter_schemas: schema,
    default_replication_method: 'FULL_TABLE',
  }),
  log: (source, schema, pipeline) => ({
    slot: `pipelinewise_${source.database}_${pipeline}`,
    settings: {
      ...PIPELINEWISE.settings(source, schema),
      tap_id: pipeline,
      // It ends when the log has been silent for so long.
      logical_poll_total_seconds: 2,
    },
  }),
  isExact: true,
};

/** What taps and targets are written with, and its own tests. */
export const SDK = 'singer-sdk[testing]==0.54.9';

export const MYSQL = {
  requirement: 'pipelinewise-tap-mysql==1.6.0',
  program: 'tap-mysql',
  catalogOption: '--catalog',
  settings: ({ port, user, password, database }: SourceDatabase): object => ({
    ...{ host: '127.0.0.1', port: String(port), user, password },
    ...{ filter_dbs: database, engine: 'mariadb' },
  }),
} satisfies Tap & Record<string, unknown>;
