/** The interfaces to the outside: S3 and Redshift. Everything else in the program works without a network. */
import type { Sql } from './sql.ts';

/** The objects of one bucket. Keys are complete keys in that bucket. */
export interface ObjectStore {
  /** `s3://bucket/key`. */
  url(key: string): string;
  /** Resolves once the object is durable. Small bodies go in one request, large ones as a multipart upload. */
  put(key: string, body: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Missing objects are no error. */
  remove(keys: readonly string[]): Promise<void>;
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Aborts multipart uploads below the prefix that began before `before`; returns how many. */
  abortUploads(prefix: string, before: Date, isOurs: (key: string) => boolean): Promise<number>;
  close(): void;
}

/** The objects of any bucket. */
export interface ObjectReader {
  /** The bytes of `s3://bucket/key`, in blocks. Throws LoadError. */
  read(url: string, signal: AbortSignal): AsyncIterable<Buffer>;
  /** Opens `s3://bucket/key` to read parts of it, all of the same version. Throws LoadError. */
  open(url: string, signal: AbortSignal): Promise<RandomAccess>;
}

/** A file of which parts are read. */
export interface RandomAccess {
  /** In bytes. */
  readonly size: number;
  /** Bytes `start` to before `end`, all of them. */
  read(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** An object of any bucket. */
export interface FoundObject {
  /** `s3://bucket/key`. */
  readonly url: string;
  readonly bytes: number;
  /** Another one for each version of its content. */
  readonly etag: string;
}

/** Finds objects of any bucket. */
export interface ObjectFinder {
  /** The object `s3://bucket/key`, or all objects whose URLs begin so, in the order of their keys. Throws LoadError. */
  find(url: string): AsyncIterable<FoundObject>;
}

/** What `--check` does with the bucket besides what a load does. Errors are those of ObjectStore. */
interface ObjectProbe {
  /** Facts about the bucket that need only the permission to list the prefix, and its owner. */
  bucket(prefix: string): Promise<{
    readonly isThere: boolean;
    /** Undefined if the endpoint does not report it. */
    readonly region: string | undefined;
    /** The bucket does not belong to the required account. */
    readonly belongsElsewhere: boolean;
  }>;
  /** Uploads in one request. Returns the KMS key that the object is encrypted with, if any. */
  tryPut(
    key: string,
    body: Uint8Array,
    how?: { readonly withoutAcl?: boolean; readonly withSse?: 'sse-s3' },
  ): Promise<{ readonly kmsKey: string | undefined }>;
  /** Begins a multipart upload, sends one part and aborts the upload. */
  tryMultipart(key: string): Promise<void>;
}

/** The bucket of a configuration, and its region, which COPY needs. */
export interface Bucket extends ObjectStore, ObjectReader, ObjectFinder, ObjectProbe {
  readonly region: string;
}

export interface StoredObject {
  readonly key: string;
  readonly modified: Date;
}

export interface StatementOptions {
  /** After this time the message is canceled. If the server does not react, the connection is dropped. */
  readonly timeoutMs?: number;
}

/** The answer to a statement; values are the strings that the server sent. */
export interface Answer {
  /** The command tag's first word: `INSERT`, `COMMIT`, `ROLLBACK`. */
  readonly command: string;
  /** The rows that the tag counts; null if Redshift's tag has no count (COPY). */
  readonly count: number | null;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A column of an answer, with the number of its type in pg_type. */
export interface ResultColumn {
  readonly name: string;
  readonly type: number;
}

/** Receives an answer while it arrives. The server waits until a promise resolves. What a method throws ends the answer. */
export interface ResultSink {
  /** Called once, before all rows, if the statement returns rows. */
  columns(columns: readonly ResultColumn[]): void | Promise<void>;
  rows(rows: Answer['rows']): void | Promise<void>;
  done(tag: Pick<Answer, 'command' | 'count'>): void | Promise<void>;
}

/** One connection, lent for the duration of a callback. */
export interface Session {
  /** The server process, from `pg_backend_pid()`. */
  readonly backend: number;
  /** Throws LoadError. */
  run(statement: Sql, options?: StatementOptions): Promise<Answer>;
  /**
   * Sends statements in one message, which costs one round trip, and resolves with an answer for each. COPY, GRANT and a change
   * of a type go alone in their message. Throws LoadError, which names the statement that failed; those after it did not run.
   */
  send(statements: readonly Sql[], options?: StatementOptions): Promise<readonly Answer[]>;
  /**
   * Runs one statement of any length and passes its rows on while they arrive, in constant memory. When `cancel` is aborted, the
   * statement is canceled. Throws LoadError, and what the sink throws.
   */
  stream(statement: Sql, sink: ResultSink, cancel?: AbortSignal): Promise<void>;
  /**
   * Sends statements and COMMIT after them in one message. Resolves when the tag of the last is literally COMMIT.
   * Throws CommitUnknownError if no answer arrived, LoadError if the server reported an error.
   */
  commit(statements: readonly Sql[], options?: StatementOptions): Promise<void>;
}

interface SessionOptions {
  /** The connection is closed after the work. */
  readonly isOnlyOnce?: boolean;
  /** What the work is for, such as `stream "orders"`: named where a statement takes long. */
  readonly purpose?: string;
}

export interface Warehouse {
  /** Lends a connection. It is closed and not reused if the work throws. */
  session<T>(work: (session: Session) => Promise<T>, options?: SessionOptions): Promise<T>;
  /** Closes idle connections, and with `force` also those in use. No more sessions are lent. */
  close(force?: boolean): Promise<void>;
}
