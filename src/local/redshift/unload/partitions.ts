/** PARTITION BY of UNLOAD: the folder of a row, and the columns that stay in the files ("UNLOAD", PARTITION BY clause). */
import { RedshiftError } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';
import type { UnloadStatement } from '../sql/unload-statement.ts';
import type { UnloadColumn } from './columns.ts';
import type { UnloadRow } from './lines.ts';

/** What a partition is called whose value is NULL. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** The types that a column of PARTITION BY can have. */
const KINDS = [
  ...['smallint', 'integer', 'bigint', 'decimal', 'real', 'boolean', 'string', 'date', 'timestamp'],
];

/** How rows are spread over folders. */
export interface Partitioning {
  /** The columns of the files. */
  readonly columns: readonly UnloadColumn[];
  /** The folder of a row with its slash; empty without PARTITION BY. */
  folderOf(row: UnloadRow): string;
  /** The values of a row that are written. */
  written(row: UnloadRow): UnloadRow;
}

/** @throws RedshiftError when the columns of PARTITION BY are not such as can be used. */
export function partitionBy(
  partition: UnloadStatement['partition'],
  columns: readonly UnloadColumn[],
): Partitioning {
  if (!partition) return { columns, folderOf: () => '', written: (row) => row };
  const keys = partition.columns.map((name) => findKey(name, columns));
  const kept = columns.map((_column, n) => n).filter((n) => partition.include || !keys.includes(n));
  if (columns.every((_column, n) => keys.includes(n))) {
    const sentence = 'UNLOAD with PARTITION BY needs at least one column that is not in PARTITION BY';
    throw new RedshiftError(SQLSTATE.internalError, sentence);
  }
  return {
    columns: kept.map((n) => columns[n] as UnloadColumn),
    folderOf: (row) => keys.map((n) => folder(columns[n] as UnloadColumn, row[n] ?? null)).join(''),
    written: partition.include ? (row) => row : (row) => kept.map((n) => row[n] ?? null),
  };
}

function findKey(name: string, columns: readonly UnloadColumn[]): number {
  const n = columns.findIndex((column) => column.name === name);
  const column = columns[n];
  if (!column) {
    const sentence = `column "${name}" of PARTITION BY does not exist in the result of the query`;
    throw new RedshiftError(SQLSTATE.undefinedColumn, sentence);
  }
  if (KINDS.includes(column.kind)) return n;
  const sentence = `The type ${column.type} of column "${name}" is not supported in PARTITION BY`;
  throw new RedshiftError(SQLSTATE.featureNotSupported, sentence);
}

/** Characters that Hive escapes in the name of a folder. */
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0001-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

function folder({ name }: UnloadColumn, value: string | null): string {
  return `${escape(name)}=${value === null ? NULL_PARTITION : escape(value)}/`;
}

function escape(text: string): string {
  const code = (character: string) => character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  return text.replaceAll(UNSAFE, (character) => `%${code(character)}`);
}
