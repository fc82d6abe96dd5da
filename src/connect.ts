/** A checked configuration to the adapters that reach the outside. */
import type { Logger } from './log.ts';
import type { Config } from './config/options.ts';
import type { ObjectReader, ObjectStore, Warehouse } from './ports.ts';
import { connectRedshift } from './warehouse/redshift.ts';
import type { CopyAccess } from './warehouse/statements.ts';

export function openWarehouse(config: Config, log: Logger): Warehouse {
  return connectRedshift({
    hostname: config.hostname,
    port: config.port,
    database: config.database,
    user: config.user ?? '',
    password: config.password ?? '',
    sslmode: config.sslmode,
    sslCa: config.ssl_ca,
    connectTimeoutMs: 30_000,
    statementTimeoutMs: config.statement_timeout_seconds * 1000,
    heartbeatMs: config.heartbeat_seconds * 1000,
    onHeartbeat: (statement, runningMs) => {
      log.info({ seconds: Math.round(runningMs / 1000) }, `still running: ${statement.safe.slice(0, 100)}`);
    },
  });
}

/** The AWS SDK is loaded here and not before: commands that need no S3 start without it. */
export async function openStore(config: Config, signal: AbortSignal): Promise<ObjectStore & ObjectReader> {
  const { connectS3 } = await import('./staging/s3.ts');
  return connectS3({
    bucket: config.s3_bucket,
    region: config.s3_region,
    endpoint: config.s3_endpoint,
    forcePathStyle: config.s3_force_path_style,
    accessKeyId: config.aws_access_key_id,
    secretAccessKey: config.aws_secret_access_key,
    sessionToken: config.aws_session_token,
    signal,
  });
}

/** Reads objects of any bucket, and connects when the first one is read. */
export function openReader(config: Config, signal: AbortSignal): ObjectReader {
  return {
    async *read(url, end) {
      const store = await openStore(config, signal);
      try {
        yield* store.read(url, end);
      } finally {
        store.close();
      }
    },
  };
}

/** The role when there is one: keys in SQL are the second choice. */
export function copyAccess(config: Config): CopyAccess {
  if (config.iam_role !== undefined) return { kind: 'role', role: config.iam_role };
  return {
    kind: 'keys',
    accessKeyId: config.aws_access_key_id ?? '',
    secretAccessKey: config.aws_secret_access_key ?? '',
    sessionToken: config.aws_session_token,
  };
}
