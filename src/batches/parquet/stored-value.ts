/** The values of a Parquet file as they are stored, and what is wrong with a file. */

/** The file is no Parquet file, or holds what cannot be loaded. */
export class ParquetError extends Error {
  override readonly name = 'ParquetError';
}

/** INT32, FLOAT and DOUBLE are numbers, INT64 and INT96 (nanoseconds since 1970) bigints, strings are bytes. */
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
