/** Loaders of other people: what they need to be installed, and how they are told where the warehouse is. */
import { fileURLToPath } from 'node:url';
import type { WarehouseConfig } from '../../../src/local/warehouse.ts';

/** boto3 and what it needs, of this year: it must know the variables that name an endpoint. */
const BOTO = [
  ...['boto3==1.44.5', 'botocore==1.44.5', 's3transfer==0.19.3', 'jmespath==1.1.0', 'urllib3==2.8.0'],
  ...['python-dateutil==2.9.0.post0', 'six==1.17.0'],
];

/** The loaders pin libraries that no longer build; each is listed here in a version that does. */
export const DATAMILL = [
  ...['target-redshift==0.2.4', 'singer-target-postgres==0.2.4', 'singer-python==5.9.0', ...BOTO],
  ...['psycopg2-binary==2.9.13', 'arrow==0.15.5', 'backoff==1.8.0', 'jsonschema==2.6.0', 'pytz==2026.6'],
  ...['simplejson==4.3.0', 'ciso8601==2.4.1', 'setuptools==65.5.0'],
];
export const PIPELINEWISE = [
  ...['pipelinewise-target-redshift==1.6.0', 'pipelinewise-singer-python==1.3.0', ...BOTO],
  ...[
    'psycopg2-binary==2.9.13',
    'inflection==0.5.1',
    'joblib==1.6.0',
    'cloudpickle==3.1.2',
    'jsonschema==3.2.0',
    'attrs==26.1.0',
  ],
  ...['pyrsistent==0.20.0', 'backoff==1.10.0', 'ciso8601==2.4.1', 'pytz==2020.5', 'simplejson==3.17.2'],
  'setuptools==65.5.0',
];

export const DLT = ['dlt[redshift,s3,parquet]==1.31.0', 'psycopg2-binary==2.9.13'];

/** Restores names that Python has removed since the loaders were written. */
const COMPAT = fileURLToPath(new URL('../compat/', import.meta.url));

/** What they find in their environment. */
export function loaderEnvironment(config: WarehouseConfig): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: config.s3_endpoint,
    AWS_ENDPOINT_URL_S3: config.s3_endpoint,
    AWS_DEFAULT_REGION: config.s3_region,
    AWS_ACCESS_KEY_ID: config.aws_access_key_id,
    AWS_SECRET_ACCESS_KEY: config.aws_secret_access_key,
    PYTHONPATH: COMPAT,
    PYTHONUTF8: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

export function datamillSettings(config: WarehouseConfig, schema: string): object {
  return {
    redshift_host: config.hostname,
    redshift_port: config.port,
    redshift_database: config.database,
    redshift_username: config.user,
    redshift_password: config.password,
    redshift_schema: schema,
    disable_collection: true,
    target_s3: {
      aws_access_key_id: config.aws_access_key_id,
      aws_secret_access_key: config.aws_secret_access_key,
      bucket: config.s3_bucket,
      key_prefix: `${schema}/`,
    },
  };
}

export function pipelinewiseSettings(
  config: WarehouseConfig,
  schema: string,
  compression: '' | 'gzip',
): object {
  return {
    host: config.hostname,
    port: config.port,
    dbname: config.database,
    user: config.user,
    password: config.password,
    default_target_schema: schema,
    aws_access_key_id: config.aws_access_key_id,
    aws_secret_access_key: config.aws_secret_access_key,
    s3_bucket: config.s3_bucket,
    s3_key_prefix: `${schema}/`,
    compression,
    slices: compression === '' ? 1 : 3,
  };
}

/** Where dlt loads, and where it stages its files. */
export function dltSettings(config: WarehouseConfig, dataset: string): object {
  const { hostname: host, port, database, user: username, password } = config;
  return {
    credentials: { host, port, database, username, password },
    dataset,
    bucket_url: `s3://${config.s3_bucket}/${dataset}`,
    s3: {
      aws_access_key_id: config.aws_access_key_id,
      aws_secret_access_key: config.aws_secret_access_key,
      endpoint_url: config.s3_endpoint,
      region_name: config.s3_region,
    },
  };
}

export const DLT_ENVIRONMENT = {
  RUNTIME__DLTHUB_TELEMETRY: 'false',
  PYTHONUTF8: '1',
  PYTHONDONTWRITEBYTECODE: '1',
};
