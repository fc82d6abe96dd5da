/**
 * The local warehouse: S3 and Redshift on this machine, in one folder, for work without an AWS account. It lives as
 * long as this process; its data and its secrets stay in the folder from run to run.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLoopback, reachableAt } from './listen.ts';
import { keepCertificate } from './serve/certificate.ts';
import { initialize } from './serve/initialize.ts';
import { faultySessions } from './faults/faulty-runner.ts';
import { faultyEntrances } from './faults/faulty-s3.ts';
import { type FaultCount, type FaultPlan, PlannedFaults } from './faults/plan.ts';
import type { S3FaultRule } from './faults/s3.ts';
import type { ChooseFault } from './faults/sql.ts';
import { LIMITS, type Limits } from './limits.ts';
import { LocalWarehouseError } from './warehouse-error.ts';
import type { Readings } from './redshift/readings.ts';
import { checkPassword } from './redshift/sql/users.ts';
import { type ClusterRole, startRedshift } from './redshift/server.ts';
import type { DecorateSession } from './redshift/session/session.ts';
import {
  type AccessListener,
  type LocalS3,
  type S3Bucket,
  type S3Identity,
  type S3Options,
  type S3Role,
  startS3,
} from './s3/server.ts';

/** Who may use the warehouse beside its own user, and what there is to use. */
export interface Access {
  /** Who may use S3 and STS beside the warehouse's own keys, which may do everything. */
  readonly identities?: readonly S3Identity[];
  /** IAM roles beside the warehouse's own, which is attached, the default, and may do everything. */
  readonly roles?: readonly WarehouseRole[];
  /**
   * Buckets to make where they are missing; in the warehouse's region when they name none. The warehouse's own may be named
   * too, to give it an owner or an encryption.
   */
  readonly buckets?: readonly S3Bucket[];
  /** ARNs of the keys of KMS that exist beside `alias/aws/s3`. */
  readonly kmsKeys?: readonly string[];
}

/** Where to keep the warehouse and how to run it. */
export interface WarehouseOptions extends Access {
  /** Folder of the warehouse, made when missing. One process may use it at a time. */
  readonly dir: string;
  /** Ports of the SQL and the S3 endpoint; free ones if undefined. */
  readonly port?: number;
  readonly s3Port?: number;
  /** Address that both endpoints listen on; that of loopback if undefined. Another one needs a `password`. */
  readonly host?: string;
  /** Password of the warehouse's own user during this run; one that was made at the first start if undefined. */
  readonly password?: string;
  /** A file of SQL, or a folder of which all `*.sql` files are run in the order of their names, when the folder of the warehouse is new. */
  readonly init?: string;
  /** Hears of every permission of S3, KMS and STS that was asked for, by clients and by COPY. */
  readonly onAccess?: AccessListener;
  /** The most seconds that keys of STS work, whatever was asked for. */
  readonly sessionSeconds?: number;
  /** What is to go wrong, for tests. */
  readonly faults?: FaultPlan;
  /** The same as functions, which are asked first. */
  readonly s3Fault?: S3FaultRule;
  readonly sqlFault?: ChooseFault;
  /** How to read what Redshift's documentation leaves open; the readings worst for a loader if undefined. */
  readonly readings?: Readings;
  /** Other limits than the usual, for tests. */
  readonly limits?: Partial<Limits>;
}

/** An IAM role: to the cluster, and what S3 lets it do. */
export type WarehouseRole = ClusterRole & S3Role;

/** The loader's settings that lead to the warehouse; plain JSON. */
export interface WarehouseConfig {
  readonly hostname: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly target_schema: string;
  readonly sslmode: 'verify-full';
  /** PEM text of the certificate to trust. */
  readonly ssl_ca: string;
  readonly s3_endpoint: string;
  readonly s3_force_path_style: true;
  readonly s3_region: string;
  readonly s3_bucket: string;
  readonly s3_prefix: string;
  readonly iam_role: string;
  readonly aws_access_key_id: string;
  readonly aws_secret_access_key: string;
}

/** A running warehouse. */
export interface LocalWarehouse {
  readonly config: WarehouseConfig;
  /** How often the faults of the plan have struck. */
  readonly faultCounts: readonly FaultCount[];
  /**
   * Replaces the identities and roles beside the warehouse's own, from the next decision on: those left out are gone.
   * Sessions of STS go on, with the policies that those behind them have then. Buckets and keys left out stay.
   * @throws LocalWarehouseError for a policy that cannot be understood; nothing is changed then.
   */
  setAccess(access: Access): void;
  /** Ends all sessions, the database and S3; may be called again. */
  stop(): Promise<void>;
}

interface Secrets {
  readonly password: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const USER = 'loader';
const DATABASE = 'dev';
const REGION = 'us-east-1';
const BUCKET = 'local-bucket';
const ROLE = 'arn:aws:iam::000000000000:role/local-copy';

/** Starts the warehouse in a folder that exists, making it at the first start. */
export async function openWarehouse(options: WarehouseOptions): Promise<LocalWarehouse> {
  const { dir } = options;
  const faults = new PlannedFaults(options.faults ?? {});
  const limits = { ...LIMITS, ...options.limits };
  checkHost(options);
  const secrets = withPassword(keepSecrets(join(dir, 'secrets.json')), options.password);
  const certificate = await keepCertificate(dir, reachableAt(options.host));
  const s3 = await openS3(options, secrets, { faults, requestMs: limits.requestMs });
  try {
    const redshift = await startRedshift({
      dir,
      store: s3.reader,
      region: REGION,
      roles: withOwn(options, secrets).roles,
      user: USER,
      password: secrets.password,
      database: DATABASE,
      certificate,
      decorate: decorateSessions(options, faults),
      readings: options.readings,
      limits,
      ...(options.port !== undefined && { port: options.port }),
      host: options.host,
    });
    const stop = async () => {
      await Promise.all([redshift.close(), s3.close()]);
    };
    let stopped: Promise<void> | undefined;
    const config = configOf({
      ...{ hostname: reachableAt(options.host), redshiftPort: redshift.port, s3Endpoint: s3.endpoint },
      ...{ ca: certificate.cert, secrets },
    });
    try {
      if (options.init !== undefined) await initialize(options.init, dir, config);
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      config,
      get faultCounts() {
        return faults.counts;
      },
      setAccess: (access) => {
        const all = withOwn(access, secrets);
        s3.setAccess({ ...access, ...all });
        redshift.setRoles(all.roles);
      },
      stop: () => (stopped ??= stop()),
    };
  } catch (error) {
    await s3.close();
    throw error;
  }
}

function openS3(
  options: WarehouseOptions,
  secrets: Secrets,
  { faults, requestMs }: { readonly faults: PlannedFaults; readonly requestMs: number },
): Promise<LocalS3> {
  // The engine's own user may have to pass through the folder of the warehouse; S3 is read by this process alone.
  const dir = join(options.dir, 's3');
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o700);
  return startS3({
    dir,
    region: REGION,
    ...withOwn(options, secrets),
    buckets: [BUCKET, ...(options.buckets ?? [])],
    ...(options.kmsKeys && { kmsKeys: options.kmsKeys }),
    ...(options.onAccess && { onAccess: options.onAccess }),
    ...(options.sessionSeconds !== undefined && { sessionSeconds: options.sessionSeconds }),
    ...(options.s3Port !== undefined && { port: options.s3Port }),
    host: options.host,
    decorate: decorateS3(options, faults),
    requestMs,
  });
}

/** The identities and roles of `access`, and the warehouse's own. */
function withOwn({ identities = [], roles = [] }: Access, own: Secrets) {
  return {
    identities: [own, ...identities],
    roles: [{ arn: ROLE }, ...roles],
  };
}

/** Where a warehouse listens, and what a client needs to be let in. */
interface Entrance {
  readonly hostname: string;
  readonly redshiftPort: number;
  readonly s3Endpoint: string;
  /** PEM text of the certificate to trust. */
  readonly ca: string;
  readonly secrets: Secrets;
}

function configOf({ hostname, redshiftPort, s3Endpoint, ca, secrets }: Entrance): WarehouseConfig {
  return {
    hostname,
    port: redshiftPort,
    database: DATABASE,
    user: USER,
    password: secrets.password,
    target_schema: 'public',
    sslmode: 'verify-full',
    ssl_ca: ca,
    s3_endpoint: s3Endpoint,
    s3_force_path_style: true,
    s3_region: REGION,
    s3_bucket: BUCKET,
    s3_prefix: 'target-redshift',
    iam_role: ROLE,
    aws_access_key_id: secrets.accessKeyId,
    aws_secret_access_key: secrets.secretAccessKey,
  };
}

/** Undefined without any fault: the endpoint is the real one then. */
function decorateS3({ faults, s3Fault }: WarehouseOptions, planned: PlannedFaults): S3Options['decorate'] {
  if (faults?.s3 === undefined && s3Fault === undefined) return undefined;
  return faultyEntrances((request) => s3Fault?.(request) ?? planned.ofRequest(request));
}

function decorateSessions(
  { faults, sqlFault }: WarehouseOptions,
  planned: PlannedFaults,
): DecorateSession | undefined {
  if (faults?.sql === undefined && sqlFault === undefined) return undefined;
  return faultySessions((statement) => sqlFault?.(statement) ?? planned.ofStatement(statement));
}

/** Programs of other machines must not meet a password that stands in a file of an earlier run. */
function checkHost({ host, password }: WarehouseOptions): void {
  if (host === undefined || isLoopback(host) || password !== undefined) return;
  throw new LocalWarehouseError(
    `Cannot listen on ${host}, which other machines can reach, without a password that you set; ` +
      'set LOCAL_WAREHOUSE_PASSWORD, or give a file with --password-file',
  );
}

function withPassword(secrets: Secrets, password: string | undefined): Secrets {
  if (password === undefined) return secrets;
  try {
    return { ...secrets, password: checkPassword(password) };
  } catch (error) {
    throw new LocalWarehouseError(`Cannot use the password that you set: ${(error as Error).message}`);
  }
}

function keepSecrets(path: string): Secrets {
  if (!existsSync(path)) {
    const made: Secrets = {
      // Redshift asks for upper case, lower case and a digit.
      password: `Lw1${randomBytes(16).toString('hex')}`,
      accessKeyId: `AKIALOCAL${randomBytes(6).toString('hex').toUpperCase().slice(0, 11)}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    };
    writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  }
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets> | null;
    const { password, accessKeyId, secretAccessKey } = kept ?? {};
    if (password && accessKeyId && secretAccessKey) return { password, accessKeyId, secretAccessKey };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new LocalWarehouseError(`${path} was not written by the local warehouse`);
}
