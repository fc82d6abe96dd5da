/** The files of a BATCH message into a table as they are: one COPY in one transaction, and its own count. */
import type { Session } from '../ports.ts';
import type { Column, TableRef } from '../table/types.ts';
import { copyFilesToTable, lastCopyCount, type FilesSource } from './statements.ts';
import { countIn, transaction, type CommitHooks } from './transaction.ts';

export interface FilesTask extends CommitHooks<number> {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly source: FilesSource;
  /** This run has made the table. */
  readonly isOwn: boolean;
  /** Resolves when the manifest is in S3. */
  readonly manifest: Promise<unknown>;
}

/** Only COPY knows how many rows the files have; its count, which this resolves with, is all there is. */
export async function copyFiles(session: Session, plan: FilesTask): Promise<number> {
  const { target, columns, source, isOwn, manifest } = plan;
  return transaction(session, plan, {
    statements: [copyFilesToTable(target, columns, source, isOwn), lastCopyCount()],
    before: manifest,
    count: ([, answer]) => countIn(answer),
  });
}
