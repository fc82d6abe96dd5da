/** What the encoders know and learn about the batch of a row. */
import type { Column } from '../table/types.ts';
import type { KeyHashes } from './key-hashes.ts';

/** Facts about the batch of a row. */
export interface BatchFacts {
  /** Sixteen random hexadecimal digits. */
  readonly seed: string;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  /** The widest value of each measured column so far, in bytes; grows. */
  readonly maxBytes: number[];
  /** Whether NULL is among the values of each column so far; grows. */
  readonly nulls: boolean[];
  /** Whether a value of each column had to be written for the type that the column grows to. */
  readonly outgrown: boolean[];
  /** Learns the keys; undefined where it does not matter whether one is repeated. */
  readonly keyHashes: KeyHashes | undefined;
}

/** The columns whose values are measured, by position: strings, and numbers whose digits decide whether their column can grow. */
export function measuredColumns(columns: readonly Column[]): readonly number[] {
  return columns.flatMap(({ type: { kind } }, i) => (kind === 'varchar' || kind === 'numeric' ? [i] : []));
}
