/** What COPY keeps of rows that it refuses or changes, as the system tables show it. */
import type { ColumnPlan } from './column-plan.ts';
import { printable } from './text.ts';
import type { InputRecord } from './record.ts';

/** A row that COPY refuses. */
export interface RowError {
  /** As given to `startFile`. */
  readonly file: string;
  /** Physical line on which the row starts, from 1; of JSON the one on which it ends. */
  readonly line: number;
  /** Redshift's name of the column; empty when the row as a whole is wrong. */
  readonly column: string;
  /** The column's type and length as the error tables show them. */
  readonly type: string;
  readonly length: string;
  /** Offset in the field. */
  readonly position: number;
  /** Multi-byte characters show as a point in both. */
  readonly value: string;
  readonly rawLine: string;
  readonly code: number;
  readonly reason: string;
  /** The fields of the row up to the wrong one, for STL_LOADERROR_DETAIL. */
  readonly fields: readonly FieldSeen[];
}

/** One field of a refused row. */
export interface FieldSeen {
  readonly column: string;
  readonly type: string;
  readonly length: string;
  readonly value: string;
}

/** A row in which ACCEPTINVCHARS has replaced characters. */
export interface Replacement {
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly rawLine: string;
}

/** The fields of a record up to the one that is wrong. */
export function fieldsSeen(record: InputRecord, plans: readonly ColumnPlan[], wrong: number): FieldSeen[] {
  const count = Math.min(wrong < 0 ? record.count : wrong + 1, record.count, plans.length);
  return plans.slice(0, count).map(({ name, type, length }, field) => ({
    column: name,
    type,
    length,
    value: printable(record.fields, record.starts[field] ?? 0, record.ends[field] ?? 0),
  }));
}
