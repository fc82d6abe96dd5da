/**
 * The lane: takes lines of a block that look like the last ones, and writes their rows. It stops at the first line that it does not
 * know, and the walk takes that one. Nothing of such a line is left.
 */
import {
  CELLS,
  ENDS,
  FORM_BYTES,
  FORM_EMITTED_AT,
  FORM_RAW_ID,
  FORM_TIMESTAMPTZ,
  HOLE_MILLISECONDS,
  HOLE_TEXT,
  KEYS,
  KEYS_FULL,
  MAX_ROWS,
  OUT,
  OUT_FULL,
  P_AFTER,
  P_AFTER_BYTES,
  P_BEFORE,
  P_BEFORE_BYTES,
  P_BYTES,
  P_BYTES_LEFT,
  P_CALL,
  P_CHAIN,
  P_COLUMNS,
  P_CURSOR,
  P_ENDING,
  P_ENDING_BYTES,
  P_FIRST_ROW,
  P_HEAD,
  P_HEAD_BYTES,
  P_HOLE,
  P_IS_OFF,
  P_IS_ORDERED,
  P_KEY_COUNT,
  P_KEYS,
  P_METADATA,
  P_METADATA_COUNT,
  P_NARROWEST,
  P_NEXT,
  P_ORDINAL,
  P_REFUSES_STRANGERS,
  P_REQUIRED,
  P_ROW_CURSOR,
  P_ROWS,
  P_ROWS_LEFT,
  P_TABLE,
  P_TENANT,
  P_WIDEST,
  ROW_END,
  ROW_KEYS,
  ROW_PROGRAM,
  ROW_RECORD_BYTES,
  ROW_START,
  ROWS,
  S_BYTE_COUNT,
  S_BYTES,
  S_CHAIN,
  S_COLUMN,
  S_FORM,
  S_GAP,
  S_GAP_BYTES,
  S_INNER,
  S_IS_READ,
  S_KEY,
  S_KEY_BYTES,
  S_MUST_BE_NULL,
  S_NEXT,
  S_RECORD_BYTES,
  S_NUMBER,
  S_NUMBER_BYTES,
  S_SEEN,
  S_STRING,
  S_STRING_BYTES,
  S_WIDTH,
  SLOT_COUNT,
  SLOTS,
  SORTED,
  SORTED_ROWS,
  STARTS,
  T_COUNT,
  T_FIRST,
  T_SLOT_COUNT,
  T_SLOTS,
  T_STEPS,
  TOUCHED,
  WIDTHS,
} from '../layout';
import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  copy,
  DECLINED,
  hashOf,
  isDigit,
  LF,
  NULL,
  OPEN_BRACE,
  out,
  put,
  putBytes,
  QUOTE,
  same,
  skipPlain,
  skipSpace,
  writeTo,
  ZERO,
} from './bytes';
import {
  beginCell,
  beginCells,
  completeCells,
  finishCell,
  hasOthers,
  isUnordered,
  putCell,
  skipStranger,
  writeCell,
} from './cells';
import { keepOthers, ready } from './host';
import { writeMilliseconds } from './times';

export { cellWritten } from './cells';

/** Half of COPY's limit for a row, in which `|` counts twice. */
const MAX_ROW_BYTES: usize = 2_097_000;

/** The number of the call, and of the row. */
let call: u32 = 0;
let row: u32 = 0;
/** Whether the record has properties, and whether a column reads one of them. */
let hasMembers: bool = false;
let isRead: bool = false;

/** The program of the last line; 0 for none. */
let last: usize = 0;
/** Where the heads of the programs differ, in bytes from the begin of the line. */
let headsDiffer: usize = 0;

/** How many programs wrote rows in this call. */
export let touched: u32 = 0;
/** The call ended because the next line has to be walked. */
export let hasDeclined: bool = false;
let rows: u32 = 0;
let keysEnd: usize = KEYS;

/** The first address after the static data. */
export function staticEnd(): usize {
  return __heap_base;
}

/** Forgets all programs. Those that are added next have heads that differ from this byte on. */
export function forget(differ: usize): void {
  memory.fill(SLOTS, 0, SLOT_COUNT * 4);
  headsDiffer = differ;
  last = 0;
}

function slotOf(line: usize): usize {
  const bits = load<u64>(line + headsDiffer) * 0xff51afd7ed558ccd;
  return <usize>SLOTS + <usize>((bits >> 40) & (SLOT_COUNT - 1)) * 4;
}

/** Adds a program that is complete. */
export function add(program: usize): void {
  const slot = slotOf(load<u32>(program, P_HEAD));
  store<u32>(program, load<u32>(slot), P_CHAIN);
  store<u32>(slot, program);
}

/** Adds the members of a table to its hash table. */
export function index(table: usize): void {
  const steps: usize = load<u32>(table, T_STEPS);
  const mask: usize = load<u32>(table, T_SLOT_COUNT) - 1;
  for (let i: usize = 0; i < <usize>load<u32>(table, T_COUNT); i++) {
    const step = steps + i * S_RECORD_BYTES;
    const hash: usize = hashOf(load<u32>(step, S_KEY), load<u32>(step, S_KEY_BYTES));
    const slot = <usize>load<u32>(table, T_SLOTS) + (hash & mask) * 4;
    store<u32>(step, load<u32>(slot), S_CHAIN);
    store<u32>(slot, step);
  }
}

/** Takes lines from `at` on. Returns where the first line begins that it did not take. */
export function take(at: usize, end: usize): usize {
  call++;
  rows = 0;
  touched = 0;
  hasDeclined = true;
  keysEnd = KEYS;
  writeTo(OUT);
  while (true) {
    if (at == end || !hasRoom()) {
      hasDeclined = false;
      break;
    }
    const program = programOf(at);
    if (program == 0 || load<u32>(program, P_IS_OFF) != 0) break;
    if (load<u32>(program, P_CALL) != call && !begin(program)) break;
    const start = out;
    let next = takeLine(program, at);
    if (next == DECLINED && isUnordered) {
      store<u32>(program, 0, P_IS_ORDERED);
      writeTo(start);
      next = takeLine(program, at);
    }
    if (next == DECLINED) {
      writeTo(start);
      break;
    }
    at = next;
    if (isFull(program)) {
      hasDeclined = false;
      break;
    }
  }
  if (touched > 1) sort();
  return at;
}

function hasRoom(): bool {
  return out < <usize>OUT_FULL && rows < <u32>MAX_ROWS && keysEnd < <usize>KEYS_FULL;
}

function begin(program: usize): bool {
  if (!ready(program)) return false;
  store<u32>(program, call, P_CALL);
  store<u32>(program, 0, P_ROWS);
  store<u32>(program, 0, P_BYTES);
  store<u32>(program, ROWS, P_FIRST_ROW);
  const widths: usize = ((load<u32>(program, P_COLUMNS) + 3) & ~3) * 4;
  memory.fill(load<u32>(program, P_WIDEST), 0, widths);
  memory.fill(load<u32>(program, P_NARROWEST), 0, widths);
  store<u32>(TOUCHED + touched * 4, program);
  touched++;
  return true;
}

function isFull(program: usize): bool {
  return (
    load<u32>(program, P_ROWS) >= load<u32>(program, P_ROWS_LEFT) ||
    load<u32>(program, P_BYTES) >= load<u32>(program, P_BYTES_LEFT)
  );
}

function begins(program: usize, at: usize): bool {
  return same(load<u32>(program, P_HEAD), at, load<u32>(program, P_HEAD_BYTES));
}

/** The program of the line; 0 if there is none. Streams take turns, so the one that came after the last one is tried first. */
function programOf(at: usize): usize {
  if (last != 0) {
    const next: usize = load<u32>(last, P_NEXT);
    if (next != 0 && begins(next, at)) {
      last = next;
      return next;
    }
  }
  let program: usize = load<u32>(slotOf(at));
  while (program != 0 && !begins(program, at)) program = load<u32>(program, P_CHAIN);
  if (program == 0) return 0;
  if (last != 0) store<u32>(last, program, P_NEXT);
  last = program;
  return program;
}

/** Writes the row of a line. Returns where the next line begins. */
function takeLine(program: usize, at: usize): usize {
  const rowStart = out;
  row++;
  hasMembers = false;
  isRead = false;
  beginCells(program, load<u32>(program, P_IS_ORDERED) != 0 ? rowStart : CELLS);
  at = walk(load<u32>(program, P_TABLE), at + load<u32>(program, P_HEAD_BYTES));
  if (at == DECLINED) return DECLINED;
  if (hasMembers && !isRead && load<u32>(program, P_REFUSES_STRANGERS) != 0) return DECLINED;
  const tenant: usize = load<u32>(program, P_TENANT);
  if (tenant != 0 && load<u32>(tenant, S_SEEN) != row) return DECLINED;
  at = takeTail(program, at);
  if (at == DECLINED) return DECLINED;
  completeCells(rowStart);
  if (out - rowStart > MAX_ROW_BYTES || !measure(program)) return DECLINED;
  finishRow(program, rowStart);
  return at;
}

/** Reads what follows the record, and writes the metadata. */
function takeTail(program: usize, at: usize): usize {
  const beforeBytes: usize = load<u32>(program, P_BEFORE_BYTES);
  if (!same(load<u32>(program, P_BEFORE), at, <u32>beforeBytes)) return DECLINED;
  const hole = at + beforeBytes;
  let end = hole;
  const kind = load<u32>(program, P_HOLE);
  let milliseconds: u64 = 0;
  if (kind == HOLE_TEXT) {
    end = skipPlain(hole);
    if (end == hole || load<u8>(end) != QUOTE) return DECLINED;
  } else if (kind == HOLE_MILLISECONDS) {
    if (load<u8>(hole) == ZERO) return DECLINED;
    for (end = hole; end < hole + 13; end++) {
      const byte = load<u8>(end);
      if (!isDigit(byte)) return DECLINED;
      milliseconds = milliseconds * 10 + (byte - ZERO);
    }
  }
  const afterBytes = load<u32>(program, P_AFTER_BYTES);
  if (!same(load<u32>(program, P_AFTER), end, afterBytes)) return DECLINED;
  const steps: usize = load<u32>(program, P_METADATA);
  const count: usize = load<u32>(program, P_METADATA_COUNT);
  for (let i: usize = 0; i < count; i++) {
    if (!writeMetadata(program, steps + i * S_RECORD_BYTES, hole - 1, milliseconds)) return DECLINED;
  }
  return end + afterBytes;
}

/** `timeAt` is the quote of time_extracted. */
function writeMetadata(program: usize, step: usize, timeAt: usize, milliseconds: u64): bool {
  const form = load<u32>(step, S_FORM);
  const column = load<i32>(step, S_COLUMN);
  if (form == FORM_BYTES) {
    return putCell(column, load<u32>(step, S_BYTES), load<u32>(step, S_BYTE_COUNT), load<i32>(step, S_WIDTH));
  }
  if (form != FORM_RAW_ID && form != FORM_EMITTED_AT) return writeCell(step, timeAt) != DECLINED;
  if (!beginCell(column)) return false;
  const start = out;
  if (form == FORM_EMITTED_AT) writeMilliseconds(milliseconds);
  else putRawId(load<u32>(step, S_BYTES), <u64>load<f64>(program, P_ORDINAL));
  finishCell(column, start, load<i32>(step, S_WIDTH));
  return true;
}

/** The id of a row: the begin of the ids of its batch, and its place in fifteen hexadecimal digits. */
function putRawId(from: usize, place: u64): void {
  copy(out, from, 38);
  for (let at: usize = 36; at >= 21; at--) {
    if (at == 24) continue;
    const digit = <u8>(place & 15);
    store<u8>(out + at, digit < 10 ? ZERO + digit : 0x57 + digit);
    place >>= 4;
  }
  writeTo(out + 38);
}

/** Measures the row. False if a cell is NULL that must not be. */
function measure(program: usize): bool {
  const required: usize = load<u32>(program, P_REQUIRED);
  const widest: usize = load<u32>(program, P_WIDEST);
  const narrowest: usize = load<u32>(program, P_NARROWEST);
  const columns = load<u32>(program, P_COLUMNS);
  const bytes: usize = ((columns + 3) & ~3) * 4;
  // Columns up to a multiple of four do not exist.
  v128.store(WIDTHS + <usize>columns * 4, i32x4.splat(0));
  let wrong = i32x4.splat(0);
  // A negative width is NULL.
  for (let at: usize = 0; at < bytes; at += 16) {
    wrong = v128.or(wrong, v128.and(i32x4.shr_s(v128.load(WIDTHS + at), 31), v128.load(required + at)));
  }
  if (v128.any_true(wrong)) return false;
  for (let at: usize = 0; at < bytes; at += 16) {
    const width = v128.load(WIDTHS + at);
    v128.store(widest + at, i32x4.max_s(v128.load(widest + at), width));
    v128.store(narrowest + at, i32x4.min_s(v128.load(narrowest + at), width));
  }
  return true;
}

function finishRow(program: usize, rowStart: usize): void {
  const record = ROWS + <usize>rows * ROW_RECORD_BYTES;
  store<u32>(record, program, ROW_PROGRAM);
  store<u32>(record, keysEnd, ROW_KEYS);
  const keys: usize = load<u32>(program, P_KEYS);
  for (let i: usize = 0; i < <usize>load<u32>(program, P_KEY_COUNT); i++) {
    const column: usize = load<u32>(keys + i * 4);
    store<u32>(keysEnd, load<u32>(STARTS + column * 4) - rowStart);
    store<u32>(keysEnd + 4, load<u32>(ENDS + column * 4) - rowStart);
    keysEnd += 8;
  }
  const ordinal = load<f64>(program, P_ORDINAL);
  store<f64>(program, ordinal + 1, P_ORDINAL);
  const ending: usize = load<u32>(program, P_ENDING);
  if (ending != 0) {
    putDigits(<u64>ordinal);
    put(COMMA);
    putBytes(ending, load<u32>(program, P_ENDING_BYTES));
  }
  store<u8>(out - 1, LF);
  store<u32>(record, rowStart - OUT, ROW_START);
  store<u32>(record, out - OUT, ROW_END);
  store<u32>(program, load<u32>(program, P_ROWS) + 1, P_ROWS);
  store<u32>(program, load<u32>(program, P_BYTES) + <u32>(out - rowStart), P_BYTES);
  rows++;
  if (hasOthers) keepOthers(program);
}

function putDigits(number: u64): void {
  let digits: usize = 1;
  for (let rest = number; rest >= 10; rest /= 10) digits++;
  for (let at = out + digits - 1; at >= out; at--) {
    store<u8>(at, <u8>(ZERO + (number % 10)));
    number /= 10;
  }
  writeTo(out + digits);
}

/** Walks over the object at `at`. Returns the address after it. */
function walk(table: usize, at: usize): usize {
  let opener = OPEN_BRACE;
  let previous: usize = 0;
  let step: usize = load<u32>(table, T_FIRST);
  while (true) {
    if (load<u8>(at) != opener) return DECLINED;
    if (step != 0 && same(load<u32>(step, S_GAP), at + 1, load<u32>(step, S_GAP_BYTES))) {
      at = skipSpace(at + 1 + <usize>load<u32>(step, S_GAP_BYTES));
    } else {
      at = skipSpace(at + 1);
      if (opener == OPEN_BRACE && load<u8>(at) == CLOSE_BRACE) return at + 1;
      step = find(table, at);
      if (step == 0) return DECLINED;
      if (previous != 0) store<u32>(previous, step, S_NEXT);
      else store<u32>(table, step, T_FIRST);
      at = valueAt;
    }
    if (load<u32>(step, S_SEEN) == row) return DECLINED;
    store<u32>(step, row, S_SEEN);
    at = member(step, at);
    if (at == DECLINED) return DECLINED;
    let byte = load<u8>(at);
    if (byte != COMMA && byte != CLOSE_BRACE) {
      at = skipSpace(at);
      byte = load<u8>(at);
    }
    if (byte == CLOSE_BRACE) return at + 1;
    opener = COMMA;
    previous = step;
    step = load<u32>(step, S_NEXT);
  }
}

/** Where the value of the member begins that was found last. */
let valueAt: usize = 0;

/** The member whose key is at `at`; 0 if there is none. */
function find(table: usize, at: usize): usize {
  if (load<u8>(at) != QUOTE) return 0;
  const end = skipPlain(at + 1);
  if (load<u8>(end) != QUOTE) return 0;
  const bytes = end + 1 - at;
  const colon = skipSpace(end + 1);
  if (load<u8>(colon) != COLON) return 0;
  const slot: usize = (<usize>hashOf(at, bytes)) & (load<u32>(table, T_SLOT_COUNT) - 1);
  let step: usize = load<u32>(<usize>load<u32>(table, T_SLOTS) + slot * 4);
  while (
    step != 0 &&
    (<usize>load<u32>(step, S_KEY_BYTES) != bytes || !same(load<u32>(step, S_KEY), at, <u32>bytes))
  )
    step = load<u32>(step, S_CHAIN);
  valueAt = skipSpace(colon + 1);
  return step;
}

function member(step: usize, at: usize): usize {
  hasMembers = true;
  if (load<u32>(step, S_IS_READ) != 0) isRead = true;
  if (load<u32>(step, S_MUST_BE_NULL) != 0 && load<u32>(at) != NULL) return DECLINED;
  if (load<u32>(step, S_STRING) != 0 && !hasForm(step, at)) return DECLINED;
  if (load<i32>(step, S_COLUMN) != -1) return writeCell(step, at);
  const inner: usize = load<u32>(step, S_INNER);
  if (inner == 0) return skipStranger(at);
  if (load<u32>(at) == NULL) return at + 4;
  return walk(inner, at);
}

/** Whether the value has one of the forms that it may have. A longer number is another value. */
function hasForm(step: usize, at: usize): bool {
  if (same(load<u32>(step, S_STRING), at, load<u32>(step, S_STRING_BYTES))) return true;
  if (load<u32>(step, S_NUMBER) == 0) return false;
  const bytes = load<u32>(step, S_NUMBER_BYTES);
  if (!same(load<u32>(step, S_NUMBER), at, bytes)) return false;
  const end = load<u8>(at + bytes);
  return end == COMMA || end == CLOSE_BRACE || skipSpace(at + bytes) > at + bytes;
}

/** Copies the rows to `SORTED`, program by program. */
function sort(): void {
  let to: usize = SORTED;
  let record: usize = SORTED_ROWS;
  for (let i: u32 = 0; i < touched; i++) {
    const program: usize = load<u32>(TOUCHED + <usize>i * 4);
    store<u32>(program, to, P_CURSOR);
    store<u32>(program, record, P_FIRST_ROW);
    store<u32>(program, record, P_ROW_CURSOR);
    to += load<u32>(program, P_BYTES);
    record += <usize>load<u32>(program, P_ROWS) * ROW_RECORD_BYTES;
  }
  for (let i: usize = 0; i < <usize>rows; i++) {
    const row = ROWS + i * ROW_RECORD_BYTES;
    const program: usize = load<u32>(row, ROW_PROGRAM);
    const start: usize = load<u32>(row, ROW_START);
    const bytes = load<u32>(row, ROW_END) - start;
    const cursor: usize = load<u32>(program, P_CURSOR);
    const sorted: usize = load<u32>(program, P_ROW_CURSOR);
    memory.copy(cursor, OUT + start, bytes);
    store<u32>(sorted, program, ROW_PROGRAM);
    store<u32>(sorted, cursor - SORTED, ROW_START);
    store<u32>(sorted, cursor - SORTED + bytes, ROW_END);
    store<u32>(sorted, load<u32>(row, ROW_KEYS), ROW_KEYS);
    store<u32>(program, cursor + bytes, P_CURSOR);
    store<u32>(program, sorted + ROW_RECORD_BYTES, P_ROW_CURSOR);
  }
}
