/** What the steps of a check share: the configuration, the doors, and the names of what they create. */
import { randomBytes } from 'node:crypto';
import type { Config } from '../config/options.ts';
import type { Session } from '../ports.ts';
import { newFormat, type CsvFormat } from '../rows/csv.ts';
import type { Scope, Store } from '../scope.ts';
import { newRunId, normalisePrefix } from '../staging/keys.ts';
import { compressionOf, FILE_ENDINGS } from '../staging/part.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import type { Column, TableRef } from '../table/types.ts';
import type { CopyAccess } from '../warehouse/statements.ts';

export interface Place {
  readonly config: Config;
  /** Opened by the steps that need them, so that a failure is that step's. */
  readonly store: () => Promise<Store>;
  readonly session: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  readonly copyAccess: () => Promise<CopyAccess>;
  /** Who asks AWS, as a person would name it in a policy. */
  readonly identity: () => Promise<string>;
  /** With forbid_ddl a load creates nothing, and neither does a check. */
  readonly mayCreate: boolean;
  readonly table: TableRef;
  readonly columns: readonly Column[];
  readonly format: CsvFormat;
  /** Keys of objects, all below this folder. */
  readonly folder: string;
  readonly part: string;
  readonly manifest: string;
  readonly signal: AbortSignal;
  /** What was seen so far. */
  readonly seen: Seen;
}

interface Seen {
  /** The database user, which is not the configured one after a login with IAM. */
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

export interface Doors {
  readonly scope: Scope;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** No further step. */
  readonly stop: AbortSignal;
  /** Gives up at once, what is left to remove too. */
  readonly signal: AbortSignal;
}

export function newPlace(config: Config, doors: Doors): Place {
  const folder = `${normalisePrefix(config.s3_prefix)}${newRunId(new Date(doors.now()))}/check/`;
  const format = newFormat(compressionOf(config.compression));
  return {
    config,
    store: () => doors.scope.store(),
    session: (work) => doors.scope.warehouse.session(work),
    copyAccess: () => doors.scope.copyAccess(),
    identity: () => doors.scope.identity(),
    mayCreate: !config.forbid_ddl,
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
    signal: doors.signal,
    seen: { user: config.user ?? '', hadSchema: true, hasTable: false, keys: new Set(), kmsKey: undefined },
  };
}
