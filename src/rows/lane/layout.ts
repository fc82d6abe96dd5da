/**
 * What the lane and the program around it write for each other into the memory of the lane. `assembly/` imports this file too. All
 * offsets and sizes are in bytes, and all fields have 32 bits, unless it says otherwise.
 */

/** A page of WebAssembly. */
export const PAGE_BYTES = 65_536;

/** Reads and writes go up to so many bytes beyond an area, because 16 bytes are moved at a time. */
export const SLACK_BYTES = 64;

/** The block of lines. Larger blocks are not taken. */
export const IN = 65_536;
export const IN_BYTES = 1_048_576;

/** No row is begun from `OUT_FULL` on. A row has at most two bytes for each of its line, and a NULL or `CELL_BYTES` for each column. */
export const OUT = 1_179_648;
export const OUT_FULL = 2_228_224;
const ROW_BYTES = 2_621_440;
/** The same rows by program, if a block had rows of several. */
export const SORTED = OUT_FULL + ROW_BYTES;
/** The cells of one row in the order of the record. */
export const CELLS = SORTED + (OUT_FULL - OUT) + ROW_BYTES;

/** For each row of `OUT`, and of `SORTED`, a record. */
export const ROWS = CELLS + ROW_BYTES;
export const MAX_ROWS = 32_768;
export const ROW_PROGRAM = 0;
/** From the begin of the area. */
export const ROW_START = 4;
export const ROW_END = 8;
/** Pairs of offsets in the row, for each key column. */
export const ROW_KEYS = 12;
export const ROW_RECORD_BYTES = 16;
export const SORTED_ROWS = ROWS + MAX_ROWS * ROW_RECORD_BYTES;
export const KEYS = SORTED_ROWS + MAX_ROWS * ROW_RECORD_BYTES;
const KEYS_BYTES = 1_048_576;
/** The columns of a row, at most. */
export const MAX_COLUMNS = 4096;
/** No row is begun from here on. */
export const KEYS_FULL = KEYS + KEYS_BYTES - MAX_COLUMNS * 8;

/** The cells of the current row: where each begins and ends, and its width. */
export const STARTS = KEYS + KEYS_BYTES;
export const ENDS = STARTS + MAX_COLUMNS * 4;
export const WIDTHS = ENDS + MAX_COLUMNS * 4;

/** Hashes of the keys of nested objects. */
export const HASHES = WIDTHS + MAX_COLUMNS * 4;
export const HASHES_BYTES = 262_144;

/** The programs by the bytes in which their heads differ. */
export const SLOTS = HASHES + HASHES_BYTES;
export const SLOT_COUNT = 4096;

/** The programs that wrote rows, in the order of their first ones. */
export const TOUCHED = SLOTS + SLOT_COUNT * 4;
const MAX_PROGRAMS = 8192;

export const PROGRAMS = TOUCHED + MAX_PROGRAMS * 4;
export const PROGRAMS_BYTES = 8_388_608;

export const PAGES = 400;

/** A program: how the lines of a stream look, and what becomes of them. */
export const P_HEAD = 0;
export const P_HEAD_BYTES = 4;
/** What follows the record: up to the time, and after it. */
export const P_BEFORE = 8;
export const P_BEFORE_BYTES = 12;
export const P_AFTER = 16;
export const P_AFTER_BYTES = 20;
/** What is between the two: one of `HOLE_`. */
export const P_HOLE = 24;
export const P_TABLE = 28;
export const P_COLUMNS = 32;
/** The cells of the record are in the order of the columns. */
export const P_IS_ORDERED = 36;
/** Widths of the rows of a call by column: the largest, and the smallest. */
export const P_WIDEST = 40;
export const P_NARROWEST = 44;
/** By column, -1 where NULL is not allowed, otherwise 0. */
export const P_REQUIRED = 48;
/** The bytes of a NULL with its comma. */
export const P_NULL = 52;
export const P_NULL_BYTES = 56;
/** The bytes after the ordinal; 0 for rows without one. */
export const P_ENDING = 60;
export const P_ENDING_BYTES = 64;
/** 64 bits, as a double. */
export const P_ORDINAL = 72;
/** How many more rows, and bytes, the batch takes. */
export const P_ROWS_LEFT = 80;
export const P_BYTES_LEFT = 84;
/** Rows and bytes of this call. */
export const P_ROWS = 88;
export const P_BYTES = 92;
/** The call that it was made ready for. */
export const P_CALL = 96;
/** The program of the line after. */
export const P_NEXT = 100;
/** The next one in the same slot. */
export const P_CHAIN = 104;
/** A record with properties needs one that a column reads. */
export const P_REFUSES_STRANGERS = 108;
/** Cells that are written after the record: steps. */
export const P_METADATA = 112;
export const P_METADATA_COUNT = 116;
/** Columns of the key. */
export const P_KEYS = 120;
export const P_KEY_COUNT = 124;
/** Its lines are to be walked. */
export const P_IS_OFF = 128;
/** While the rows are sorted: where the next one goes, and its record. */
export const P_CURSOR = 132;
export const P_ROW_CURSOR = 136;
/** Where the first record of its rows is. */
export const P_FIRST_ROW = 140;
/** The step of the member that names the tenant; 0 for none. */
export const P_TENANT = 144;
export const P_RECORD_BYTES = 160;

export const HOLE_NONE = 0;
/** Any text of a JSON string without escapes. */
export const HOLE_TEXT = 1;
/** Thirteen digits: milliseconds since the epoch. */
export const HOLE_MILLISECONDS = 2;

/** The members of an object. */
export const T_FIRST = 0;
export const T_STEPS = 4;
export const T_COUNT = 8;
/** A hash table of them; its size is a power of two. */
export const T_SLOTS = 12;
export const T_SLOT_COUNT = 16;
export const T_RECORD_BYTES = 20;

/** A member of an object, or a metadata cell. */
export const S_GAP = 0;
export const S_GAP_BYTES = 4;
/** In the gap. */
export const S_KEY = 8;
export const S_KEY_BYTES = 12;
/** The member that followed it the last time. */
export const S_NEXT = 16;
export const S_CHAIN = 20;
/** Of the column, one of `FORM_`. */
export const S_FORM = 24;
/** -1 for none. */
export const S_COLUMN = 28;
/** Limits of a decimal. */
export const S_WHOLE = 32;
export const S_FRACTION = 36;
export const S_DIGITS = 40;
export const S_ZEROS = 44;
export const S_MAX_WIDTH = 48;
export const S_IS_READ = 52;
export const S_MUST_BE_NULL = 56;
/** The table of an object with columns of its own; 0 for none. */
export const S_INNER = 60;
/** The row in which it was seen last. */
export const S_SEEN = 64;
/** Of a metadata cell: its bytes, their number and width. */
export const S_BYTES = 68;
export const S_BYTE_COUNT = 72;
export const S_WIDTH = 76;
/** The values that a member may have, one of which may be missing; 0 if it may have any. */
export const S_STRING = 80;
export const S_STRING_BYTES = 84;
export const S_NUMBER = 88;
export const S_NUMBER_BYTES = 92;
export const S_RECORD_BYTES = 96;

/** How a cell is written. */
export const FORM_OTHER = 0;
export const FORM_SMALLINT = 1;
export const FORM_INTEGER = 2;
export const FORM_BIGINT = 3;
export const FORM_DECIMAL = 4;
export const FORM_BOOLEAN = 5;
export const FORM_VARCHAR = 6;
export const FORM_JSON_TEXT = 7;
export const FORM_NESTED = 8;
export const FORM_WHOLE_TEXT = 9;
export const FORM_DATE = 10;
export const FORM_TIME = 11;
export const FORM_TIMESTAMP = 12;
export const FORM_TIMESTAMPTZ = 13;
/** Of metadata. */
export const FORM_BYTES = 14;
export const FORM_RAW_ID = 15;
export const FORM_EMITTED_AT = 16;
