/** The cells of a row: writes each value as its column stores it. */
import {
  ENDS,
  FORM_BIGINT,
  FORM_BOOLEAN,
  FORM_DATE,
  FORM_DECIMAL,
  FORM_INTEGER,
  FORM_JSON_TEXT,
  FORM_NESTED,
  FORM_SMALLINT,
  FORM_TIME,
  FORM_TIMESTAMP,
  FORM_TIMESTAMPTZ,
  FORM_VARCHAR,
  FORM_WHOLE_TEXT,
  P_COLUMNS,
  P_IS_ORDERED,
  P_NULL,
  P_NULL_BYTES,
  S_COLUMN,
  S_FORM,
  S_MAX_WIDTH,
  STARTS,
  WIDTHS,
} from '../layout';
import {
  COMMA,
  copy,
  DECLINED,
  NULL,
  out,
  put,
  putBytes,
  setWidth,
  width,
  writeBoolean,
  writeTo,
} from './bytes';
import { other } from './host';
import { writeDecimal, writeWhole, writeWholeAsText } from './numbers';
import { writeJsonText, writeNested, writeVarchar } from './nested';
import { writeDate, writeTime, writeTimestamp } from './times';

/** Instead of a width: the cell is NULL. */
const IS_NULL = -1;

let program: usize = 0;
let isOrdered: bool = true;
let nextColumn: i32 = 0;
/** Cells of the row were written by the reference encoder. */
export let hasOthers: bool = false;
/** A cell came before one of an earlier column, so the cells are not in order. */
export let isUnordered: bool = false;

/** Begins a row. Its cells go to `to`. */
export function beginCells(owner: usize, to: usize): void {
  program = owner;
  isOrdered = load<u32>(owner, P_IS_ORDERED) != 0;
  nextColumn = 0;
  hasOthers = false;
  isUnordered = false;
  writeTo(to);
  if (!isOrdered) memory.fill(WIDTHS, 0xff, <usize>load<u32>(owner, P_COLUMNS) * 4);
}

/** The reference encoder wrote a cell. */
export function cellWritten(end: usize, bytes: i32): void {
  writeTo(end);
  setWidth(bytes);
}

function endCell(column: i32, start: usize, bytes: i32): void {
  const at = <usize>column * 4;
  store<u32>(STARTS + at, start);
  store<u32>(ENDS + at, out);
  store<i32>(WIDTHS + at, bytes);
  put(COMMA);
}

function putNull(column: i32): void {
  putBytes(load<u32>(program, P_NULL), load<u32>(program, P_NULL_BYTES));
  store<i32>(<usize>WIDTHS + <usize>column * 4, IS_NULL);
}

/** Writes NULLs up to a column. False if its cell comes too late. */
function reach(column: i32): bool {
  if (!isOrdered) return true;
  if (column < nextColumn) {
    isUnordered = true;
    return false;
  }
  while (nextColumn < column) putNull(nextColumn++);
  nextColumn++;
  return true;
}

export function writeCell(step: usize, at: usize): usize {
  const column = load<i32>(step, S_COLUMN);
  if (!reach(column)) return DECLINED;
  if (load<u32>(at) == NULL) {
    if (isOrdered) putNull(column);
    return at + 4;
  }
  const start = out;
  let end = writeValue(step, at);
  if (end == DECLINED) {
    end = writeOther(column, at, start);
    if (end == DECLINED) return DECLINED;
    // It may be NULL for the reference encoder.
    if (width == IS_NULL) {
      writeTo(start);
      if (isOrdered) putNull(column);
      return end;
    }
  }
  if (width > load<i32>(step, S_MAX_WIDTH)) return DECLINED;
  endCell(column, start, width);
  return end;
}

function writeOther(column: i32, at: usize, start: usize): usize {
  const end = other(program, column, at, start, !hasOthers);
  if (end != DECLINED) hasOthers = true;
  return end;
}

/** Passes over a value that no column reads. */
export function skipStranger(at: usize): usize {
  const start = out;
  let end = writeNested(at);
  if (end == DECLINED) end = writeOther(-1, at, start);
  writeTo(start);
  return end;
}

/** Writes a metadata cell that is the same in many rows, or was just written to `out` from `start` on. */
export function putCell(column: i32, from: usize, bytes: usize, cellWidth: i32): bool {
  if (!reach(column)) return false;
  if (cellWidth == IS_NULL) {
    if (isOrdered) putNull(column);
    return true;
  }
  const start = out;
  putBytes(from, bytes);
  endCell(column, start, cellWidth);
  return true;
}

/** Before and after a cell that is written to `out`. */
export function beginCell(column: i32): bool {
  return reach(column);
}

export function finishCell(column: i32, start: usize, cellWidth: i32): void {
  endCell(column, start, cellWidth);
}

function writeValue(step: usize, at: usize): usize {
  switch (load<u32>(step, S_FORM)) {
    case FORM_VARCHAR:
      return writeVarchar(at);
    case FORM_SMALLINT:
      return writeWhole(at, 32767);
    case FORM_INTEGER:
      return writeWhole(at, 2147483647);
    case FORM_BIGINT:
      return writeWhole(at, 9223372036854775807);
    case FORM_DECIMAL:
      return writeDecimal(at, step);
    case FORM_BOOLEAN:
      return writeBoolean(at);
    case FORM_TIMESTAMP:
      return writeTimestamp(at, false);
    case FORM_TIMESTAMPTZ:
      return writeTimestamp(at, true);
    case FORM_NESTED:
      return writeNested(at);
    case FORM_JSON_TEXT:
      return writeJsonText(at);
    case FORM_WHOLE_TEXT:
      return writeWholeAsText(at);
    case FORM_DATE:
      return writeDate(at);
    case FORM_TIME:
      return writeTime(at);
    default:
      return DECLINED;
  }
}

/** Completes the row from `rowStart` on: missing columns are NULL, and the cells are in the order of the columns. */
export function completeCells(rowStart: usize): void {
  const columns = load<i32>(program, P_COLUMNS);
  if (isOrdered) {
    while (nextColumn < columns) putNull(nextColumn++);
    return;
  }
  const nullAt: usize = load<u32>(program, P_NULL);
  const nullBytes: usize = load<u32>(program, P_NULL_BYTES);
  writeTo(rowStart);
  for (let at: usize = 0; at < <usize>columns * 4; at += 4) {
    if (load<i32>(WIDTHS + at) == IS_NULL) {
      putBytes(nullAt, nullBytes);
      continue;
    }
    const start: usize = load<u32>(STARTS + at);
    // Including its comma.
    const bytes: usize = load<u32>(ENDS + at) + 1 - start;
    store<u32>(STARTS + at, out);
    copy(out, start, bytes);
    writeTo(out + bytes);
    store<u32>(ENDS + at, out - 1);
  }
}
