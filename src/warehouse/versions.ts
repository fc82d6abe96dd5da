/** What an ACTIVATE_VERSION does to a table: rows of older versions go, or are marked as deleted. */
import { LoadError } from '../errors.ts';
import { TABLE_VERSION } from '../table/metadata.ts';
import type { TableSettings } from '../table/settings.ts';
import { typeSql, type Column, type TableRef } from '../table/types.ts';
import { deleteOlderVersions, markOlderVersions } from './overwrite-sql.ts';
import { checkAllSeen, explainRead } from './row-security.ts';
import { counted, type TransactionBody } from './transaction.ts';

interface VersionedTable {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly settings: Pick<TableSettings, 'hard_delete'>;
  /** Rows without a version stay: they may be from a time when the table did not know versions. */
  readonly keepsUnversioned: boolean;
}

/** An activation of a version. */
export interface ActivatedVersion extends Pick<VersionedTable, 'keepsUnversioned'> {
  readonly version: bigint;
  /** When the rows of older versions ended. */
  readonly time: Date;
}

/** Doing it twice changes nothing. Throws LoadError. */
export function olderVersionsBody(
  { target, columns, settings, keepsUnversioned }: VersionedTable,
  version: bigint,
  time: Date,
): TransactionBody<number> {
  const type = columns.find(({ name }) => name === TABLE_VERSION)?.type;
  if (type?.kind !== 'bigint' && type?.kind !== 'integer' && type?.kind !== 'numeric') {
    throw new LoadError(
      `Cannot tell the versions of the rows in table "${target.table}" apart: its column "${TABLE_VERSION}" is ` +
        `${type ? typeSql(type) : 'missing'}; rename that column, or set process_activate_version_messages to false`,
    );
  }
  const older = { version, keepsUnversioned };
  const change = settings.hard_delete
    ? deleteOlderVersions(target, older)
    : markOlderVersions(target, older, time.toISOString());
  return {
    statements: [change, explainRead(target)],
    count: ([changed, plan]) => {
      checkAllSeen(target, plan);
      return counted(changed, settings.hard_delete ? 'DELETE' : 'UPDATE');
    },
  };
}
