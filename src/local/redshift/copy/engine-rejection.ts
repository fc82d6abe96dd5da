/** Turns the engine's refusal of a row that passed our checks into a row of STL_LOAD_ERRORS. */
import { SQLSTATE } from '../sqlstates.ts';
import type { Fields } from '../wire/message.ts';
import type { RowError } from '../rows/check.ts';
import { engineName } from '../sql/names.ts';

/** Redshift's error codes ("Load error reference") by the engine's SQLSTATE. */
const CODES: Readonly<Record<string, number>> = {
  [SQLSTATE.stringDataRightTruncation]: 1204,
  [SQLSTATE.numericValueOutOfRange]: 1222,
  [SQLSTATE.invalidDatetimeFormat]: 1206,
  [SQLSTATE.datetimeFieldOverflow]: 1206,
  [SQLSTATE.characterNotInRepertoire]: 1220,
  [SQLSTATE.invalidTextRepresentation]: 1207,
  [SQLSTATE.badCopyFileFormat]: 1202,
  [SQLSTATE.notNullViolation]: 1213,
};

/**
 * The row for what the checks let pass and the engine refused. The engine counts the lines of all objects together, so
 * that the object and line are those only as far as no field before it holds a line end.
 */
export function explainRejection(
  failure: Fields,
  files: readonly { readonly file: string; readonly firstRow: number }[],
  columns: readonly { readonly name: string; readonly type: string; readonly length?: number }[],
): RowError {
  const [, line = '0', name = '', value = ''] =
    /^COPY .*?, line (\d+)(?:, column (.+?)(?:: "(.*)")?)?$/s.exec(failure['W'] ?? '') ?? [];
  const column = columns.find((candidate) => engineName(candidate.name) === name) ?? { name, type: '' };
  const object = files.findLast(({ firstRow }) => firstRow < Number(line)) ?? { file: '', firstRow: 0 };
  return {
    file: object.file,
    line: Number(line) - object.firstRow,
    column: column.name,
    type: column.type,
    length: String(column.length ?? ''),
    position: 0,
    value,
    rawLine: '',
    code: CODES[failure['C'] ?? ''] ?? 1200,
    reason: failure['M'] ?? '',
    fields: [],
  };
}
