/** UNLOAD as the dialect reads it, with every option checked ("UNLOAD"). */
import type { CopyCredentials } from './copy-credentials.ts';

/** What UNLOAD writes. A delimiter is one ASCII character; `nullAs` is the string that stands for NULL. */
export type UnloadFormat =
  | {
      readonly kind: 'text';
      readonly delimiter: string;
      readonly nullAs: string;
      readonly header: boolean;
      readonly addQuotes: boolean;
      readonly escape: boolean;
    }
  | { readonly kind: 'csv'; readonly delimiter: string; readonly nullAs: string; readonly header: boolean }
  /** `widths` in bytes, one for each column; `nullAs` is undefined when the statement does not give it. */
  | { readonly kind: 'fixed'; readonly widths: readonly number[]; readonly nullAs: string | undefined }
  | { readonly kind: 'json' }
  | { readonly kind: 'parquet'; readonly rowGroupBytes: number };

/** The server-side encryption of the objects: S3's own keys, the default of the bucket, or a key of KMS. */
export type UnloadEncryption =
  { readonly kind: 's3' } | { readonly kind: 'bucket' } | { readonly kind: 'kms'; readonly key: string };

/** UNLOAD ('...') TO 's3://...'; the query is the `sql` of its `Statement`. */
export interface UnloadStatement {
  readonly bucket: string;
  /** The prefix of the names of the objects; with `partition` it ends with a slash. */
  readonly key: string;
  readonly credentials: CopyCredentials;
  readonly region?: string;
  readonly format: UnloadFormat;
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** Columns of the result; with `include` they are in the files too. */
  readonly partition?: { readonly columns: readonly string[]; readonly include: boolean };
  readonly manifest?: 'plain' | 'verbose';
  /** What becomes of objects that are there: the statement fails, they may be overwritten, or they are removed first. */
  readonly existing: 'fail' | 'overwrite' | 'remove';
  readonly parallel: boolean;
  readonly maxFileBytes: number;
  /** Without a point; undefined when the statement does not give it. */
  readonly extension?: string;
  readonly encryption: UnloadEncryption;
}
