/** What an ACTIVATE_VERSION does to a table: rows of older versions go, or are marked as deleted. */
import { LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import { raw } from '../sql.ts';
import { TABLE_VERSION } from '../table/metadata.ts';
import type { TableSettings } from '../table/settings.ts';
import { typeSql, type Column, type TableRef } from '../table/types.ts';
import { deleteOlderVersions, markOlderVersions } from './overwrite-sql.ts';
import { committed } from './busy-ddl.ts';
import { checkAllSeen, explainRead } from './row-security.ts';
import { counted } from './transaction.ts';

interface VersionedTable {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly settings: Pick<TableSettings, 'hard_delete'>;
  /** Rows without a version stay: they may be from a time when the table did not know versions. */
  readonly keepsUnversioned: boolean;
}

/** One transaction, which can be repeated as it is. Returns how many rows it changed; throws LoadError. */
export async function removeOlderVersions(
  session: Session,
  { target, columns, settings, keepsUnversioned }: VersionedTable,
  version: bigint,
  time: Date,
): Promise<number> {
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
  return committed(session, [], async () => {
    const [, changed, plan] = await session.send([raw('BEGIN'), change, explainRead(target)]);
    checkAllSeen(target, plan);
    return counted(changed, settings.hard_delete ? 'DELETE' : 'UPDATE');
  });
}
