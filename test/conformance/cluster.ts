/**
 * Plays the conformance table against a real cluster and reports every row that differs, with what the cluster said.
 * `npm run test:aws -- [--config FILE] [ROWS]`; see docs/local-warehouse.md. Ends with 0 when all rows hold or when no
 * cluster is configured, else with 1.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DeleteObjectsCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { playRow, type Endpoint } from './play.ts';
import { readTable } from './table-file.ts';

const REQUIRED = ['hostname', 'user', 'password', 'database', 's3_bucket', 's3_region', 'iam_role'] as const;
const OPTIONAL = [
  'port',
  'ssl_ca',
  's3_endpoint',
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
];

/** The loader's options from the file, then from TARGET_REDSHIFT_* variables. */
function readOptions(file: string | undefined): Readonly<Record<string, string>> {
  const options = new Map<string, string>();
  if (file !== undefined) {
    const given = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(given)) options.set(name, String(value));
  }
  for (const name of [...REQUIRED, ...OPTIONAL]) {
    const value = process.env[variableOf(name)];
    if (value !== undefined) options.set(name, value);
  }
  return Object.fromEntries(options);
}

const variableOf = (option: string): string => `TARGET_REDSHIFT_${option.toUpperCase()}`;

function endpointOf(options: Readonly<Record<string, string>>): Endpoint {
  const { aws_access_key_id: key, aws_secret_access_key: secret, aws_session_token: token } = options;
  return {
    login: {
      host: options['hostname'] ?? '',
      port: Number(options['port'] ?? 5439),
      user: options['user'] ?? '',
      password: options['password'] ?? '',
      database: options['database'] ?? '',
      ssl: { ...(options['ssl_ca'] !== undefined && { ca: options['ssl_ca'] }) },
    },
    s3: new S3Client({
      region: options['s3_region'] ?? '',
      ...(options['s3_endpoint'] !== undefined && { endpoint: options['s3_endpoint'], forcePathStyle: true }),
      ...(key !== undefined &&
        secret !== undefined && {
          credentials: {
            accessKeyId: key,
            secretAccessKey: secret,
            ...(token !== undefined && { sessionToken: token }),
          },
        }),
    }),
    bucket: options['s3_bucket'] ?? '',
    prefix: `conformance_${randomBytes(3).toString('hex')}`,
    words: {
      role: options['iam_role'] ?? '',
      region: options['s3_region'] ?? '',
      key: key ?? '',
      secret: secret ?? '',
      database: options['database'] ?? '',
      user: options['user'] ?? '',
    },
    tidy: true,
  };
}

async function deleteObjects({ s3, bucket, prefix }: Endpoint): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client: s3 },
    { Bucket: bucket, Prefix: `${prefix}_` },
  )) {
    if (Contents.length === 0) continue;
    await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } }),
    );
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string' } },
});
const options = readOptions(values.config);
const missing = REQUIRED.filter((name) => options[name] === undefined);
if (missing.length > 0) {
  console.log(
    "Nothing was tested: give a cluster by --config FILE (the loader's configuration) or by variables; missing are " +
      `${missing.map(variableOf).join(', ')}.`,
  );
} else {
  const only = new RegExp(positionals[0] ?? '');
  const rows = readTable().filter(({ name, local, lenient }) => !local && !lenient && only.test(name));
  const endpoint = endpointOf(options);
  const playing = pLimit(4);
  let differing = 0;
  try {
    await Promise.all(
      rows.map((row) =>
        playing(async () => {
          const { expected, actual } = await playRow(endpoint, row).catch((error: unknown) => ({
            expected: 'the row can be played',
            actual: String(error),
          }));
          if (actual === expected) return;
          differing += 1;
          console.log(
            `\n${row.name} [${row.source}]\n--- the table says\n${expected}\n--- the cluster says\n${actual}`,
          );
        }),
      ),
    );
  } finally {
    await deleteObjects(endpoint);
    endpoint.s3.destroy();
  }
  console.log(`\n${rows.length} rows, ${differing} differ.`);
  process.exitCode = differing === 0 ? 0 : 1;
}
