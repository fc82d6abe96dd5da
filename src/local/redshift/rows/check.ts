/**
 * The row checks of COPY: CSV bytes from S3 in, CSV bytes for the engine's COPY FROM STDIN out, with Redshift's rules for
 * NULL, types and lengths in between and an error of Redshift's for each row that they refuse.
 */
import { HOSTILE, type Readings } from '../readings.ts';
import type { CopyStatement } from '../sql/statement.ts';
import { literal } from '../sql/tokens.ts';
import { planColumn, type ColumnPlan, type CopyColumn } from './column-plan.ts';
import { CARRIAGE, CsvReader, MALFORMED, NUL, PADDED, QUOTED } from './csv.ts';
import { FieldChecker } from './field.ts';
import { ByteOutput } from './output.ts';
import { problem, type Problem } from './problem.ts';
import { printable } from './text.ts';

export type { CopyColumn } from './column-plan.ts';

/** A row that COPY refuses, as the error tables show it. */
export interface RowError {
  /** As given to `startFile`. */
  readonly file: string;
  /** Physical line on which the row starts, from 1. */
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
}

/** COPY's limit on a row, in bytes; each `|` counts twice ("COPY"). */
const MAX_ROW_BYTES = 4 * 1024 * 1024;
const PIPE = 124;
const LF = 10;
const SENTINELS = ['\\N', '@NULL@', '~', '?'] as const;

/** A checker for one COPY statement into these columns (in the order of the fields). */
export function compileChecker(
  columns: readonly CopyColumn[],
  copy: CopyStatement,
  readings: Readings = HOSTILE,
): RowChecker {
  return new RowChecker(columns, copy, readings);
}

/** Per file `startFile`, `push` for each chunk, `endFile`; errors and counts add up over the files. */
export class RowChecker {
  /** The options of PostgreSQL's COPY that reads the output: `COPY t (...) FROM STDIN WITH (<engineOptions>)`. */
  readonly engineOptions: string;
  readonly #copy: CopyStatement;
  readonly #plans: readonly ColumnPlan[];
  readonly #fields: FieldChecker;
  readonly #output = new ByteOutput();
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #nullText: Buffer;
  readonly #errors: RowError[] = [];
  /** Of the current record: 1 for each field that the engine reads as it stands. */
  readonly #cleanFields: Uint8Array;
  #reader: CsvReader;
  #file = '';
  #rows = 0;
  #lines = 0;
  #stopped = false;

  constructor(columns: readonly CopyColumn[], copy: CopyStatement, readings: Readings) {
    const { delimiter, quote } = copy.format;
    const sentinel = sentinelFor(copy);
    this.engineOptions = [
      'FORMAT csv',
      `DELIMITER ${literal(delimiter)}`,
      `QUOTE ${literal(quote)}`,
      `ESCAPE ${literal(quote)}`,
      `NULL ${literal(sentinel)}`,
      "ENCODING 'UTF8'",
    ].join(', ');
    this.#copy = copy;
    this.#plans = columns.map((column) => planColumn(column, copy));
    this.#cleanFields = new Uint8Array(this.#plans.length);
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
    this.#nullText = Buffer.from(sentinel);
    this.#fields = new FieldChecker(copy, this.#nullText, readings.quotedNullIsNull);
    this.#reader = this.#newReader();
  }

  /** The refused rows so far. */
  get errors(): readonly RowError[] {
    return this.#errors;
  }

  /** Rows handed on to the engine. */
  get rows(): number {
    return this.#rows;
  }

  /** Records read, good and bad. */
  get scanned(): number {
    return this.#lines;
  }

  /** As many rows are refused as MAXERROR does not tolerate: the load has failed and nothing more comes out. */
  get failed(): boolean {
    return this.#errors.length >= Math.max(this.#copy.maxError, 1);
  }

  /** Begins an object; `file` names it in errors. */
  startFile(file: string): void {
    this.#file = file;
    this.#stopped = false;
    this.#reader = this.#newReader();
  }

  /** Takes bytes of the object; returns bytes for the engine. The chunk must not be changed afterwards. */
  push(chunk: Buffer): Buffer[] {
    if (this.failed || this.#stopped) return [];
    this.#reader.feed(chunk);
    this.#drain();
    if (this.#reader.runaway) this.#stop();
    return this.#output.take();
  }

  /** Ends the object, whose last record needs no line end. */
  endFile(): Buffer[] {
    if (this.failed || this.#stopped) return [];
    this.#reader.end();
    this.#drain();
    return this.#output.take();
  }

  #newReader(): CsvReader {
    return new CsvReader(this.#copy.format, this.#plans.length, this.#copy.ignoreHeader);
  }

  /** A record without an end: there is no next one to go on with. */
  #stop(): void {
    this.#stopped = true;
    const line = this.#reader.line + 1;
    this.#errors.push({ ...this.#errorBase(undefined), ...tooLong, line, value: '', rawLine: '' });
  }

  /** Reads all complete records; stretches of rows that need no change are copied in one piece. */
  #drain(): void {
    const reader = this.#reader;
    let cleanFrom = -1;
    while (reader.next()) {
      this.#lines += 1;
      const state = this.#check(reader);
      if (state === 'clean') {
        if (cleanFrom === -1) cleanFrom = reader.recordStart;
        this.#rows += 1;
        continue;
      }
      if (cleanFrom !== -1) this.#output.append(reader.buffer, cleanFrom, reader.recordStart);
      cleanFrom = -1;
      if (state === 'rewrite') {
        this.#rewrite(reader);
        this.#rows += 1;
      } else if (this.failed) return;
    }
    if (cleanFrom !== -1) this.#output.append(reader.buffer, cleanFrom, reader.recordEnd);
  }

  #check(reader: CsvReader): 'clean' | 'rewrite' | 'refused' {
    const rowProblem = this.#rowProblem(reader);
    if (rowProblem !== undefined) return this.#refuse(reader, rowProblem.problem, rowProblem.field);
    const plans = this.#plans;
    const count = Math.min(reader.fieldCount, plans.length);
    let clean =
      reader.recordEnd - reader.contentEnd === 1 && (reader.recordMarks & (CARRIAGE | PADDED)) === 0;
    for (let field = 0; field < count; field += 1) {
      const plan = plans[field];
      if (plan === undefined) break;
      const found = this.#fields.check(reader, field, plan);
      if (typeof found === 'object') return this.#refuse(reader, found, field);
      const kept = found && ((reader.marks[field] ?? 0) & (CARRIAGE | PADDED)) === 0;
      this.#cleanFields[field] = kept ? 1 : 0;
      if (!kept) clean = false;
    }
    if (this.#looksLikeEnd(reader)) this.#cleanFields[0] = 0;
    else if (clean && count === plans.length) return 'clean';
    return 'rewrite';
  }

  /** A line of `\.` alone would end PostgreSQL's COPY. */
  #looksLikeEnd({ buffer, recordStart, contentEnd }: CsvReader): boolean {
    return contentEnd - recordStart === 2 && buffer[recordStart] === 92 && buffer[recordStart + 1] === 46;
  }

  #rowProblem(reader: CsvReader): { problem: Problem; field: number } | undefined {
    if ((reader.recordMarks & (MALFORMED | NUL)) !== 0) return this.#markedProblem(reader);
    const { fieldCount, recordStart, contentEnd } = reader;
    const length = contentEnd - recordStart;
    if (length * 2 > MAX_ROW_BYTES && length + countPipes(reader) > MAX_ROW_BYTES) {
      return { problem: tooLong, field: -1 };
    }
    if (fieldCount > this.#plans.length)
      return { problem: problem(1202, 'Extra column(s) found'), field: -1 };
    if (fieldCount < this.#plans.length && !this.#copy.fillRecord) {
      return { problem: problem(1214, 'Delimiter not found'), field: fieldCount };
    }
    return undefined;
  }

  #markedProblem(reader: CsvReader): { problem: Problem; field: number } {
    const marks = reader.marks.subarray(0, Math.min(reader.fieldCount, this.#plans.length));
    const field = marks.findIndex((mark) => (mark & (MALFORMED | NUL)) !== 0);
    if (((marks[field] ?? reader.recordMarks) & MALFORMED) !== 0) {
      return { problem: problem(1214, 'Invalid quote formatting for CSV'), field };
    }
    const at = reader.buffer.indexOf(0, reader.recordStart) - reader.recordStart;
    return {
      problem: problem(1216, `Missing newline: Unexpected character 0x00 found at location ${at}`),
      field,
    };
  }

  #refuse(reader: CsvReader, { code, reason, position }: Problem, field: number): 'refused' {
    const { buffer, recordStart, contentEnd, line } = reader;
    const hasField = field >= 0 && field < Math.min(reader.fieldCount, this.#plans.length);
    const start = hasField ? (reader.starts[field] ?? 0) : 0;
    const end = hasField ? this.#valueEnd(reader, field) : 0;
    this.#errors.push({
      ...this.#errorBase(this.#plans[field]),
      line,
      position,
      value: printable(buffer, start, end),
      rawLine: printable(buffer, recordStart, contentEnd),
      code,
      reason,
    });
    return 'refused';
  }

  /** Of a field with a misplaced quote, the part before the quote is shown. */
  #valueEnd({ buffer, starts, ends, marks }: CsvReader, field: number): number {
    const end = ends[field] ?? 0;
    if (((marks[field] ?? 0) & (MALFORMED | QUOTED)) !== MALFORMED) return end;
    const quote = buffer.indexOf(this.#quote, starts[field]);
    return quote === -1 ? end : Math.min(quote, end);
  }

  #errorBase(plan: ColumnPlan | undefined): Pick<RowError, 'file' | 'column' | 'type' | 'length'> {
    return { file: this.#file, column: plan?.name ?? '', type: plan?.type ?? '', length: plan?.length ?? '' };
  }

  /** Writes the current record anew: it is good, but the engine would read it otherwise. Runs of clean fields are copied. */
  #rewrite(reader: CsvReader): void {
    const output = this.#output;
    const plans = this.#plans;
    let field = 0;
    while (field < plans.length) {
      if (field > 0) output.appendByte(this.#delimiter);
      const plan = plans[field];
      if (plan === undefined) break;
      if (field >= reader.fieldCount) this.#writeMissing(plan);
      else if (this.#cleanFields[field] === 1) field = this.#writeRun(reader, field);
      else this.#writeField(reader, field, plan);
      field += 1;
    }
    output.appendByte(LF);
  }

  /** Copies clean fields that follow each other; returns the last one. */
  #writeRun(reader: CsvReader, first: number): number {
    let last = first;
    while (last + 1 < reader.fieldCount && this.#cleanFields[last + 1] === 1) last += 1;
    this.#copyFields(reader, first, last);
    return last;
  }

  #copyFields({ buffer, starts, ends, marks }: CsvReader, first: number, last: number): void {
    const before = (marks[first] ?? 0) & QUOTED;
    const after = (marks[last] ?? 0) & QUOTED;
    this.#output.append(buffer, (starts[first] ?? 0) - before, (ends[last] ?? 0) + after);
  }

  /** FILLRECORD: a missing string is empty, unless EMPTYASNULL. */
  #writeMissing(plan: ColumnPlan): void {
    if (plan.kind === 'text' && !this.#copy.emptyAsNull) this.#output.appendQuoted(EMPTY, 0, 0, this.#quote);
    else this.#output.append(this.#nullText, 0, this.#nullText.length);
  }

  #writeField(reader: CsvReader, field: number, plan: ColumnPlan): void {
    const fields = this.#fields;
    const kept = fields.check(reader, field, plan) === true;
    const quoted = (reader.marks[field] ?? 0) & QUOTED;
    if (kept && quoted === QUOTED) this.#copyFields(reader, field, field);
    else if (fields.isNull) this.#output.append(this.#nullText, 0, this.#nullText.length);
    else this.#output.appendQuoted(fields.bytes, fields.start, fields.end, this.#quote);
  }
}

const EMPTY = Buffer.alloc(0);
const tooLong = problem(1216, 'Invalid input line: the row is larger than 4 MB');

function countPipes({ buffer, recordStart, contentEnd }: CsvReader): number {
  let pipes = 0;
  for (
    let at = buffer.indexOf(PIPE, recordStart);
    at !== -1 && at < contentEnd;
    at = buffer.indexOf(PIPE, at + 1)
  ) {
    pipes += 1;
  }
  return pipes;
}

/** The text that stands for NULL in the output: that of NULL AS where PostgreSQL takes it, so that such rows need no change. */
function sentinelFor({ nullAs, format: { delimiter, quote } }: CopyStatement): string {
  const legal = (text: string): boolean =>
    !text.includes(delimiter) && !text.includes(quote) && !/[\r\n\0]/.test(text);
  return legal(nullAs) ? nullAs : (SENTINELS.find(legal) ?? '');
}
