/** The files of a BATCH message into a table as they are: one COPY in one transaction, and its own count. */
import type { Session } from '../ports.ts';
import type { Column, TableRef } from '../table/types.ts';
import { copyFilesToTable, lastCopyCount, type FilesSource } from './statements.ts';
import { transaction, type Commit } from './transaction.ts';

export interface FilesPlan extends Commit<number> {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly source: FilesSource;
}

/** Nobody knows how many rows the files have, so the count of COPY, which this resolves with, is all there is. */
export async function copyFiles(
  session: Session,
  { target, columns, source, ...commit }: FilesPlan,
): Promise<number> {
  return transaction(session, commit, async () => {
    await session.run(copyFilesToTable(target, columns, source));
    const { rows } = await session.run(lastCopyCount());
    return Number(rows[0]?.[0]);
  });
}
