/** What a Parquet file gives: bytes, values, and errors. */

/** Where the bytes of a file come from. */
export interface ByteSource {
  readonly size: number;
  /** Bytes `start` to before `end`. */
  read(start: number, end: number): Promise<Buffer>;
}

/** The file is no Parquet file, or one that cannot be read. */
export class ParquetError extends Error {
  override readonly name = 'ParquetError';
}

/** A value as it is stored: INT32, FLOAT and DOUBLE as numbers, INT64 and INT96 (nanoseconds since 1970) as bigints. */
export type StoredValue =
  | number
  | bigint
  | boolean
  | Uint8Array
  | string
  | null
  | undefined
  | readonly StoredValue[]
  | { readonly [name: string]: StoredValue };
