/** The files of a BATCH message into a table as they are: one COPY, and its own count. */
import type { Column, TableRef } from '../table/types.ts';
import { copyFilesToTable, lastCopyCount, type FilesSource } from './statements.ts';
import { countIn, type TransactionBody } from './transaction.ts';

export interface FilesTask {
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly source: FilesSource;
  /** This run has made the table. */
  readonly isOwn: boolean;
  /** Resolves when the manifest is in S3. */
  readonly manifest: Promise<unknown>;
}

/** Only COPY knows how many rows the files have; its count is all there is. */
export function filesBody({ target, columns, source, isOwn, manifest }: FilesTask): TransactionBody<number> {
  return {
    statements: [copyFilesToTable(target, columns, source, isOwn), lastCopyCount()],
    before: manifest,
    count: ([, answer]) => countIn(answer),
  };
}
