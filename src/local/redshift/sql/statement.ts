/** What the dialect makes of one Redshift statement: the text that PostgreSQL runs, and what the session must mind. */
import type { CopyCredentials } from './copy-credentials.ts';
import type { UnloadStatement } from './unload-statement.ts';

/** A table's name as the client wrote it, folded as Redshift folds it. No schema means the search path (or a temp table). */
export interface TableName {
  readonly schema?: string;
  readonly table: string;
}

/** What COPY reads. Delimiters are of one or more ASCII characters, a quote is one. */
export type CopyFormat =
  | { readonly kind: 'csv'; readonly delimiter: string; readonly quote: string }
  | {
      readonly kind: 'text';
      readonly delimiter: string;
      readonly escape: boolean;
      readonly removeQuotes: boolean;
    }
  /** `jsonpaths` is the object that holds the paths. */
  | {
      readonly kind: 'json';
      readonly by: 'auto' | 'auto ignorecase' | 'noshred';
      readonly jsonpaths?: { readonly bucket: string; readonly key: string };
    }
  | { readonly kind: 'parquet'; readonly serializesToJson: boolean };

/** A COPY of a format with records of text. */
export type RecordCopy = CopyStatement & { readonly format: Exclude<CopyFormat, { kind: 'parquet' }> };

/** COPY table (columns) FROM 's3://...' with every option read and checked. */
export interface CopyStatement {
  readonly table: TableName;
  /** Undefined when the statement has no column list: all columns in table order. */
  readonly columns?: readonly string[];
  readonly bucket: string;
  /** Key prefix of the objects, or with `manifest` the exact key of the manifest. */
  readonly key: string;
  readonly credentials: CopyCredentials;
  readonly region?: string;
  readonly manifest: boolean;
  readonly compression: 'none' | 'gzip' | 'zstd';
  readonly format: CopyFormat;
  readonly encoding: 'utf8' | 'utf16' | 'utf16le' | 'utf16be' | 'iso88591';
  /** The text of NULL AS; Redshift's default is `\N`. */
  readonly nullAs: string;
  readonly emptyAsNull: boolean;
  readonly blanksAsNull: boolean;
  readonly trimBlanks: boolean;
  /** `default`, `auto`, or a format string of DATEFORMAT. */
  readonly dateFormat: string;
  /** `default`, `auto`, `epochsecs`, `epochmillisecs`, or a format string of TIMEFORMAT. */
  readonly timeFormat: string;
  readonly acceptAnyDate: boolean;
  /** The character that replaces each byte of what is no UTF-8; undefined when that is an error. */
  readonly replaceInvalid?: string;
  readonly ignoreHeader: number;
  readonly ignoreBlankLines: boolean;
  /** The load fails when so many rows are wrong (0 as 1); Infinity with IGNOREALLERRORS. */
  readonly maxError: number;
  readonly truncateColumns: boolean;
  readonly roundDecimals: boolean;
  readonly fillRecord: boolean;
  readonly explicitIds: boolean;
  readonly noLoad: boolean;
  /** COMPUPDATE or STATUPDATE with an explicit value: the caller must own the table. */
  readonly needsOwnership: boolean;
}

/** A key of a table: informational on Redshift, never enforced. */
export interface TableConstraint {
  readonly kind: 'PRIMARY KEY' | 'UNIQUE' | 'FOREIGN KEY';
  readonly name?: string;
  readonly columns: readonly string[];
  readonly references?: { readonly table: TableName; readonly columns: readonly string[] };
}

/**
 * What CREATE TABLE said of storage; PostgreSQL has no place for it, the catalog does (`warehouse_remember`).
 * Columns have the engine's names. Null takes an attribute away.
 */
export interface TableDesign {
  readonly distStyle?: 'AUTO' | 'EVEN' | 'ALL' | 'KEY';
  readonly distKey?: string | null;
  readonly sortKey?: readonly string[] | null;
  readonly sortStyle?: 'COMPOUND' | 'INTERLEAVED';
  readonly backup?: 'YES' | 'NO';
  /** Column name to encoding, lower case. */
  readonly encodings: Readonly<Record<string, string>>;
}

/** A table that has been made, and what the catalog is to remember of it. */
export interface NewTable {
  readonly table: TableName;
  readonly design: TableDesign;
  readonly keys: readonly TableConstraint[];
  /** The parent of CREATE TABLE (LIKE parent): distribution, sort keys and encodings are copied from it. */
  readonly like?: TableName;
}

/** An ordinary view that is made. */
export interface NewView {
  readonly table: TableName;
  readonly replaces: boolean;
  /** The names that the statement gives its columns. */
  readonly columns?: readonly string[];
  /** PostgreSQL's text of its query, with these names. */
  readonly query: string;
  /** The statement as the client wrote it. */
  readonly definition: string;
}

/** What the endpoint does by itself before or after a statement, in the statement's transaction. */
export type Step =
  /** A statement of the engine's, run with the rights of the session's user. */
  | { readonly kind: 'run'; readonly sql: string }
  /** A query, with the rights of the user; when it finds a row, the client's statement fails with XX000 and the message. */
  | { readonly kind: 'refuse'; readonly sql: string; readonly message: string }
  /**
   * A function of the catalog that only the endpoint can call (catalog/endpoint.ts): it takes the ticket of the session
   * before these arguments, which are expressions of the engine's SQL.
   */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly string[] };

/** One statement of the client, ready for PostgreSQL. */
export interface Statement {
  /** The command's words in upper case: `SELECT`, `CREATE TABLE`, `COPY`. */
  readonly verb: string;
  /** PostgreSQL text; empty when `copy` is set (the session builds COPY FROM STDIN itself). */
  readonly sql: string;
  readonly copy?: CopyStatement;
  /** `sql` is its query, which the session runs by itself. */
  readonly unload?: UnloadStatement;
  /** The permanent table that this statement writes: its write lock is taken before the snapshot. */
  readonly writes?: TableName;
  /** The error message when a transaction block is open. */
  readonly outsideTransactionOnly?: string;
  /** Redshift commits the open transaction with this statement (TRUNCATE). */
  readonly commits?: boolean;
  /** What the endpoint does before it. A step that fails is the failure of the statement. */
  readonly before?: readonly Step[];
  /** What the endpoint does once it has succeeded. */
  readonly after?: readonly Step[];
  /** The tables that it drops or alters, for which privileges can be granted. */
  readonly alters?: { readonly tables: readonly TableName[]; readonly privilege: 'DROP' | 'ALTER' };
  /** To be remembered once the statement has succeeded. */
  readonly made?: NewTable;
  readonly view?: NewView;
  /** It makes a view WITH NO SCHEMA BINDING, of this query. */
  readonly lateView?: { readonly query: string };
  /** Its queries need no resolving, see `session/scopes.ts`; not known where it is absent. */
  readonly isPlain?: boolean;
  /** It divides although it has no query. */
  readonly divides?: boolean;
  /** It is a query that names tables of the catalog. */
  readonly readsCatalog?: boolean;
  /** The statement that PREPARE keeps under a name, and the table it writes. */
  readonly prepares?: { readonly name: string; readonly verb: string; readonly writes?: TableName };
  /** The prepared statement that it executes. */
  readonly executes?: string;
  /** It is EXPLAIN: whether the client wants the full plan. */
  readonly explains?: { readonly verbose: boolean };
  /** The cursor that DECLARE opens or CLOSE closes. */
  readonly cursor?: { readonly name: string; readonly opens: boolean };
  /** It works on rows of tables: compute nodes have words of their own for a value that does not fit. */
  readonly onComputeNodes?: boolean;
  /** The names over 63 bytes in this statement (folded): `sql` holds their short form, see `engineName`. */
  readonly longNames?: readonly string[];
}

/** What the client's messages make the engine run: nothing for COPY and UNLOAD, which the session carries out by itself. */
export function engineText(statement: Statement | undefined): string {
  return statement === undefined || isCarriedOut(statement) ? '' : statement.sql;
}

/** Whether the session carries the statement out by itself: COPY and UNLOAD. */
export function isCarriedOut({ copy, unload }: Statement): boolean {
  return copy !== undefined || unload !== undefined;
}

/** An error as Redshift words it. `position` is 1-based in characters of the client's text. */
export class RedshiftError extends Error {
  override readonly name = 'RedshiftError';
  readonly sqlstate: string;
  readonly detail: string | undefined;
  readonly position: number | undefined;
  /** What is said before it, as a message of its own. */
  readonly info: string | undefined;

  constructor(
    sqlstate: string,
    message: string,
    more: { detail?: string; position?: number; info?: string } = {},
  ) {
    super(message);
    this.sqlstate = sqlstate;
    this.detail = more.detail;
    this.position = more.position;
    this.info = more.info;
  }
}

/** What Redshift says of an UPDATE or MERGE for which several source rows match one row of the target. */
export const MULTIPLE_MATCHES = 'Found multiple matches to update the same tuple.';
