/** The doors to the outside: S3 and Redshift. Everything else in the program is reachable without a network. */
import type { Sql } from './sql.ts';

/** Objects of one bucket. Keys are whole keys in that bucket. */
export interface ObjectStore {
  /** `s3://bucket/key`. */
  url(key: string): string;
  /** Resolves once the object is durable. Small bodies go in one request, large ones as a multipart upload. */
  put(key: string, body: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Missing objects are fine. */
  remove(keys: readonly string[]): Promise<void>;
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Aborts multipart uploads below the prefix that began before `before`; returns how many. */
  abortUploads(prefix: string, before: Date, isOurs: (key: string) => boolean): Promise<number>;
  close(): void;
}

/** Objects of any bucket. */
export interface ObjectReader {
  /** The bytes of `s3://bucket/key`, in blocks. Throws LoadError. */
  read(url: string, signal: AbortSignal): AsyncIterable<Buffer>;
}

/** What a check asks of the bucket beside what a load does. Errors are as those of ObjectStore. */
export interface ObjectProbe {
  /** What can be known with no more than the right to list the prefix, and whose the bucket is. */
  bucket(prefix: string): Promise<{
    readonly isThere: boolean;
    /** Undefined where the endpoint does not say it. */
    readonly region: string | undefined;
    /** It is not that of the account it must belong to. */
    readonly belongsElsewhere: boolean;
  }>;
  /** Puts in one request; tells with which KMS key the object is encrypted, if with any. */
  tryPut(
    key: string,
    body: Uint8Array,
    how?: { readonly withoutAcl?: boolean; readonly withSse?: 'sse-s3' },
  ): Promise<{ readonly kmsKey: string | undefined }>;
  /** Begins an upload in parts, sends one and aborts it. */
  tryMultipart(key: string): Promise<void>;
}

/** The bucket of a configuration, and its region, which COPY is told. */
export interface Bucket extends ObjectStore, ObjectReader, ObjectProbe {
  readonly region: string;
}

export interface StoredObject {
  readonly key: string;
  readonly modified: Date;
}

export interface StatementOptions {
  /** After this time the statement is cancelled by the server, or the connection given up by us. */
  readonly timeoutMs?: number;
}

/** What a statement answered; values are the texts that the server sent. */
export interface Answer {
  /** The command tag's first word: `INSERT`, `COMMIT`, `ROLLBACK`. Of several statements, the last one's. */
  readonly command: string;
  /** Rows that the tag counts; null where Redshift's tag has no count (COPY). */
  readonly count: number | null;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** One connection, lent for the time of a callback. */
export interface Session {
  /** The server process, as `pg_backend_pid()` says. */
  readonly backend: number;
  /** Throws LoadError. */
  run(statement: Sql, options?: StatementOptions): Promise<Answer>;
  /**
   * Sends statements that end with COMMIT in one message. Resolves when the tag of the last is literally COMMIT.
   * Throws CommitUnknownError when no answer came, LoadError when the server refused.
   */
  commit(statements: Sql): Promise<void>;
}

export interface Warehouse {
  /** Lends a connection. It is closed, not reused, when the work throws, or when it is to serve this work only. */
  session<T>(work: (session: Session) => Promise<T>, options?: { readonly isOnlyOnce?: boolean }): Promise<T>;
  /** Ends idle connections, with `force` also those in use. No session is lent any more. */
  close(force?: boolean): Promise<void>;
}
