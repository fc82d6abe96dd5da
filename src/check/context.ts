/** What the steps of a check share: the configuration, the interfaces to the outside, and the names of what they create. */
import { randomBytes } from 'node:crypto';
import type { Config } from '../config/options.ts';
import type { Bucket, Session } from '../ports.ts';
import { newFormat, type CsvFormat } from '../rows/csv.ts';
import type { Scope } from '../scope.ts';
import { newRunId, normalisePrefix } from '../staging/keys.ts';
import { compressionOf, FILE_ENDINGS } from '../staging/part.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import type { Column, TableRef } from '../table/types.ts';
import type { CopyAccess } from '../warehouse/statements.ts';

export interface CheckContext {
  readonly config: Config;
  /** Opened by the steps that need them, so that a failure is reported for that step. */
  readonly store: () => Promise<Bucket>;
  readonly session: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  readonly copyAccess: () => Promise<CopyAccess>;
  /** The AWS identity, as a policy would name it. */
  readonly identity: () => Promise<string>;
  /** With forbid_ddl a load creates nothing, and neither does a check. */
  readonly mayCreate: boolean;
  /** The only table that is created is a temporary one. */
  readonly isTemporary: boolean;
  readonly table: TableRef;
  readonly columns: readonly Column[];
  readonly format: CsvFormat;
  /** The prefix of all objects of the check. */
  readonly folder: string;
  readonly part: string;
  readonly manifest: string;
  readonly signal: AbortSignal;
  /** What the steps have found so far. */
  readonly seen: Seen;
}

interface Seen {
  /** The database user. After a login with IAM it is not the configured one. */
  user: string;
  hadSchema: boolean;
  hasTable: boolean;
  /** Keys that were written. */
  readonly keys: Set<string>;
  /** The KMS key that the part was encrypted with, if it was. */
  kmsKey: string | undefined;
}

export const TIMEOUT = { timeoutMs: 120_000 };

export const NOTE = 'it works';

export interface CheckResources {
  readonly scope: Scope;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborted when no more steps should run. */
  readonly stop: AbortSignal;
  /** Aborted when the check is given up immediately, including its clean-up. */
  readonly signal: AbortSignal;
}

/** How a check differs that is made in the middle of a run. */
export interface CheckInRun {
  /** The prefix of its objects; otherwise that of a run of its own. */
  readonly folder: string;
}

export function newContext(config: Config, resources: CheckResources, inRun?: CheckInRun): CheckContext {
  const ownRun = `${normalisePrefix(config.s3_prefix)}${newRunId(new Date(resources.now()))}/`;
  const folder = inRun?.folder ?? `${ownRun}check/`;
  const format = newFormat(compressionOf(config.compression));
  return {
    config,
    store: () => resources.scope.store(),
    session: (work) => resources.scope.warehouse.session(work),
    copyAccess: () => resources.scope.copyAccess(),
    identity: () => resources.scope.identity(),
    mayCreate: !config.forbid_ddl,
    isTemporary: config.forbid_ddl || inRun !== undefined,
    table: {
      schema: config.target_schema,
      table: `${RESERVED_PREFIX}check_${randomBytes(4).toString('hex')}`,
    },
    columns: [
      {
        property: 'note',
        source: { kind: 'property', path: ['note'] },
        name: 'note',
        type: { kind: 'varchar', bytes: 64 },
        isKey: false,
      },
    ],
    format,
    folder,
    part: `${folder}00000${FILE_ENDINGS[format.compression]}`,
    manifest: `${folder}manifest.json`,
    signal: resources.signal,
    seen: { user: config.user ?? '', hadSchema: true, hasTable: false, keys: new Set(), kmsKey: undefined },
  };
}
