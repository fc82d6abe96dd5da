/** What the loader is asked to do with a table, as data. */
import type { TableDesign } from '../table/design.ts';
import type { TableSettings } from '../table/settings.ts';
import type { Column, TableRef } from '../table/types.ts';
import type { CountedFile, LedgerEntry } from './file-ledger.ts';
import type { Newest } from './newest-steps.ts';
import type { OverwriteMethod } from './overwrite.ts';
import type { LoadRow } from './record-sql.ts';
import type { Census } from './row-kinds.ts';
import type { LoadMethod, LoadShape } from './steps.ts';

/** A table as a stream needs it. */
export interface TableJob {
  readonly stream: string;
  readonly target: TableRef;
  readonly columns: readonly Column[];
  /** The widest value of each column, in bytes. */
  readonly maxBytes: readonly number[];
  /** Whether a NULL is among the values of each column. */
  readonly nulls: readonly boolean[];
  readonly settings: TableSettings;
  readonly keyProperties: readonly string[];
  /** Of the table, should it be created. */
  readonly design: TableDesign;
  /** The comment of the table that is there says something else about its stream and keys. */
  readonly isCommentDue: boolean;
  /** The number of the work, unique in this run. */
  readonly batch: number;
  /** The table that it is made like, where it does not exist and this one does. */
  readonly like?: TableRef | undefined;
  /**
   * Columns are replaced instead of changed, because the table has no rows that count (`now`), or because the transaction of the
   * job removes them (`later`).
   */
  readonly discards?: 'now' | 'later' | undefined;
  /** Columns that hold rows of this run; undefined before there are any. */
  readonly committed?: ReadonlySet<string> | undefined;
  /** What the record of the work says beside what it changed. */
  readonly historyRow: WorkFacts;
}

/** What is known of work before it is done. */
export interface WorkFacts extends Pick<LoadRow, 'method' | 'startedAt'> {
  /** The table of the stream, also where the work is on its shadow. */
  readonly table: TableRef;
  readonly received?: number;
  readonly rejected?: number;
  readonly bytes?: number;
  readonly parts?: number;
}

export interface CopyJob extends TableJob {
  /** The prefix of the objects that are written for it. */
  readonly keyPrefix: string;
}

/** A batch and the immutable plan it was encoded for. With `discards` `later` it replaces all rows of the table. */
export interface LoadJob extends CopyJob {
  readonly method: LoadMethod;
  readonly newest: Newest | undefined;
  readonly census: Census;
  readonly narrow: LoadShape['narrow'];
  /** Rows whose key holds a NULL. */
  readonly nullKeys: number;
  /** Two rows may have the same key. False is certain. */
  readonly mayRepeatKeys: boolean;
}

/** Files of a tap, to be copied as they are. */
export interface FilesJob extends CopyJob {
  /** URLs in S3. */
  readonly files: readonly string[];
  readonly isGzip: boolean;
}

/** Files of Parquet that somebody else wrote, into a table that has columns of their types. */
export interface ParquetJob extends Omit<LoadJob, 'nullKeys' | 'mayRepeatKeys'> {
  readonly files: readonly CountedFile[];
  readonly copied: readonly Column[] | undefined;
  readonly entry: LedgerEntry;
  /** Throws if a file is not what it was when its footer was read. */
  readonly verify: () => Promise<void>;
}

/** Replaces the rows of the target table by those of its shadow table. */
export interface OverwriteJob extends TableJob {
  /** The shadow as the table that batches are loaded into. */
  readonly shadow: TableJob;
  /** Rows that were loaded into the shadow. */
  readonly rows: number;
  readonly method: OverwriteMethod;
}
