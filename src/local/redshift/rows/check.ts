/**
 * The row checks of COPY: bytes of the objects in, CSV bytes for the engine's COPY FROM STDIN out, with Redshift's rules
 * for NULL, types and lengths in between and an error of Redshift's for each row that they refuse.
 */
import { ASCII } from '../../ascii.ts';
import type { Readings } from '../readings.ts';
import type { RecordCopy } from '../sql/statement.ts';
import { planColumn, type ColumnPlan, type CopyColumn } from './column-plan.ts';
import { FieldChecker } from './field.ts';
import { problem, type Problem } from './problem.ts';
import { openRecordReader } from './readers.ts';
import { CARRIAGE, type InputRecord, MALFORMED, NUL, PADDED, QUOTED, type RecordReader } from './record.ts';
import { fieldsSeen, type Replacement, type RowError } from './row-error.ts';
import { engineOptions, engineSyntax } from './syntax.ts';
import { printable } from './text.ts';
import { RowWriter } from './writer.ts';

const { BACKSLASH, PIPE, POINT } = ASCII;

export type { CopyColumn } from './column-plan.ts';
export type { Replacement, RowError } from './row-error.ts';

/** What the checks need to know besides the statement. */
export interface CheckOptions {
  readonly readings: Readings;
  /** The content of the jsonpaths file, if the statement names one. */
  readonly jsonpaths?: string;
  /** A column that the statement leaves out although it must not be NULL and has no default: no row can be loaded. */
  readonly missing?: CopyColumn;
}

/** COPY's limit on a row, in bytes; each `|` counts twice ("COPY"). */
const MAX_ROW_BYTES = 4 * 1024 * 1024;
/** STL_REPLACEMENTS has the first rows only. */
const MAX_REPLACEMENTS = 100;
/** Rows of STL_LOADERROR_DETAIL are kept for so many errors. */
const DETAILED_ERRORS = 20;

/** A checker for one COPY statement into these columns (in the order of the fields). */
export function compileChecker(
  columns: readonly CopyColumn[],
  copy: RecordCopy,
  options: CheckOptions,
): RowChecker {
  return new RowChecker(columns, copy, options);
}

/** Per file `startFile`, `push` for each chunk, `endFile`; errors and counts add up over the files. */
export class RowChecker {
  /** The options of PostgreSQL's COPY that reads the output: `COPY t (...) FROM STDIN WITH (<engineOptions>)`. */
  readonly engineOptions: string;
  readonly errors: RowError[] = [];
  readonly replacements: Replacement[] = [];
  /** Rows in which characters were replaced. */
  replacedRows = 0;
  /** Rows handed on to the engine. */
  rows = 0;
  /** Records read, good and bad. */
  scanned = 0;
  readonly #copy: RecordCopy;
  readonly #options: CheckOptions;
  readonly #plans: readonly ColumnPlan[];
  readonly #missing: ColumnPlan | undefined;
  readonly #fields: FieldChecker;
  readonly #writer: RowWriter;
  /** Whether good records go on as they stand. */
  readonly #verbatim: boolean;
  /** Of the current record: 1 for each field that the engine reads as it stands. */
  readonly #cleanFields: Uint8Array;
  #reader: RecordReader;
  #file = '';
  #stopped = false;

  constructor(columns: readonly CopyColumn[], copy: RecordCopy, options: CheckOptions) {
    const syntax = engineSyntax(copy);
    this.engineOptions = engineOptions(syntax);
    this.#copy = copy;
    this.#options = options;
    this.#plans = columns.map((column) => planColumn(column, copy, this.#options.readings));
    this.#missing = options.missing && planColumn(options.missing, copy, this.#options.readings);
    this.#cleanFields = new Uint8Array(this.#plans.length);
    this.#fields = new FieldChecker(copy, syntax.sentinel, this.#options.readings);
    this.#writer = new RowWriter(syntax);
    this.#verbatim = syntax.verbatim;
    this.#reader = this.#newReader();
  }

  /** More rows are refused than MAXERROR tolerates: the load has failed, and nothing more comes out. */
  get failed(): boolean {
    return this.errors.length >= Math.max(this.#copy.maxError, 1);
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
    this.#reader.source.feed(chunk);
    this.#drain();
    if (this.#reader.source.runaway) this.#stop();
    return this.#writer.take();
  }

  /** Ends the object, whose last record needs no line end. */
  endFile(): Buffer[] {
    if (this.failed || this.#stopped) return [];
    this.#reader.source.end();
    this.#drain();
    return this.#writer.take();
  }

  /** Refuses a row of the object for a reason that its text does not show. */
  refuseFile(code: number, reason: string): void {
    this.errors.push({
      ...this.#errorBase(undefined),
      ...problem(code, reason),
      line: 1,
      value: '',
      rawLine: '',
    });
    this.#stopped = true;
  }

  #newReader(): RecordReader {
    return openRecordReader(this.#copy, this.#plans, this.#options);
  }

  /** A record without an end: there is no next one to go on with. */
  #stop(): void {
    this.#stopped = true;
    const line = this.#reader.record.line + 1;
    this.errors.push({ ...this.#errorBase(undefined), ...tooLong, line, value: '', rawLine: '' });
  }

  /** Reads all complete records; stretches of rows that need no change are copied in one piece. */
  #drain(): void {
    const reader = this.#reader;
    const { record } = reader;
    let cleanFrom = -1;
    while (reader.next()) {
      const state = this.#isIgnored(record) ? REFUSED : this.#check(record);
      if (state === CLEAN) {
        if (cleanFrom === -1) cleanFrom = record.start;
        this.rows += 1;
        continue;
      }
      if (cleanFrom !== -1) this.#writer.stretch(record.buffer, cleanFrom, record.start);
      cleanFrom = -1;
      if (state === CHANGED) {
        this.#rewrite(record);
        this.rows += 1;
      } else if (this.failed) return;
    }
    if (cleanFrom !== -1) this.#writer.stretch(record.buffer, cleanFrom, record.end);
  }

  /** IGNOREBLANKLINES: lines that hold a line feed only. */
  #isIgnored(record: InputRecord): boolean {
    return this.#copy.ignoreBlankLines && record.end - record.start === 1;
  }

  #check(record: InputRecord): State {
    this.scanned += 1;
    const wrong = this.#rowProblem(record);
    if (wrong !== undefined) return this.#refuse(record, wrong.problem, wrong.field);
    const plans = this.#plans;
    const count = Math.min(record.count, plans.length);
    const { marks } = record;
    let clean = this.#verbatim && record.end - record.contentEnd === 1 && (record.allMarks & ALTERED) === 0;
    for (let field = 0; field < count; field += 1) {
      const found = this.#fields.check(record, field, plans[field] as ColumnPlan);
      if (typeof found === 'object') return this.#refuse(record, found, field);
      const kept = found && this.#verbatim && ((marks[field] as number) & ALTERED) === 0;
      this.#cleanFields[field] = kept ? 1 : 0;
      if (!kept) clean = false;
    }
    if (this.#looksLikeEnd(record)) this.#cleanFields[0] = 0;
    else if (clean && count === plans.length) return CLEAN;
    return CHANGED;
  }

  /** A line of `\.` alone would end PostgreSQL's COPY. */
  #looksLikeEnd({ buffer, start, contentEnd }: InputRecord): boolean {
    return contentEnd - start === 2 && buffer[start] === BACKSLASH && buffer[start + 1] === POINT;
  }

  #rowProblem(record: InputRecord): { problem: Problem; field: number } | undefined {
    if (record.fault !== undefined) return record.fault;
    if ((record.allMarks & (MALFORMED | NUL)) !== 0) {
      const found = this.#markedProblem(record);
      if (found !== undefined) return found;
    }
    const { count, start, contentEnd } = record;
    const length = contentEnd - start;
    if (length * 2 > MAX_ROW_BYTES && length + countPipes(record) > MAX_ROW_BYTES) {
      return { problem: tooLong, field: -1 };
    }
    if (count > this.#plans.length) return { problem: problem(1202, 'Extra column(s) found'), field: -1 };
    if (count < this.#plans.length && !this.#copy.fillRecord) {
      return { problem: problem(1214, 'Delimiter not found'), field: count };
    }
    return this.#missing && { problem: problem(1213, 'Missing data for not-null field'), field: -1 };
  }

  #markedProblem(record: InputRecord): { problem: Problem; field: number } | undefined {
    const marks = record.marks.subarray(0, Math.min(record.count, this.#plans.length));
    const field = marks.findIndex((mark) => (mark & (MALFORMED | NUL)) !== 0);
    if (((marks[field] ?? record.allMarks) & MALFORMED) !== 0) {
      return { problem: problem(1214, 'Invalid quote formatting for CSV'), field };
    }
    // Where a zero byte can be NULL, or end a string, it is a matter of its field.
    if (this.#fields.knowsZeroByte) return undefined;
    const at = record.buffer.indexOf(0, record.start) - record.start;
    return {
      problem: problem(1216, `Missing newline: Unexpected character 0x00 found at location ${at}`),
      field,
    };
  }

  #refuse(record: InputRecord, { code, reason, position }: Problem, field: number): State {
    const hasField = field >= 0 && field < Math.min(record.count, this.#plans.length);
    const plan = this.#missing && !hasField ? this.#missing : this.#plans[field];
    this.errors.push({
      ...this.#errorBase(plan),
      line: record.line,
      position,
      value: hasField
        ? printable(record.fields, record.starts[field] ?? 0, this.#valueEnd(record, field))
        : '',
      rawLine: printable(record.buffer, record.start, record.contentEnd),
      code,
      reason,
      fields: this.errors.length < DETAILED_ERRORS ? fieldsSeen(record, this.#plans, field) : [],
    });
    return REFUSED;
  }

  /** Of a field with a misplaced quote, the part before the quote is shown. */
  #valueEnd({ fields, starts, ends, marks }: InputRecord, field: number): number {
    const end = ends[field] ?? 0;
    if (((marks[field] ?? 0) & (MALFORMED | QUOTED)) !== MALFORMED || this.#copy.format.kind !== 'csv')
      return end;
    const quote = fields.indexOf(this.#copy.format.quote, starts[field]);
    return quote === -1 ? end : Math.min(quote, end);
  }

  #errorBase(plan: ColumnPlan | undefined): Pick<RowError, 'file' | 'column' | 'type' | 'length' | 'fields'> {
    const { name = '', type = '', length = '' } = plan ?? {};
    return { file: this.#file, column: name, type, length, fields: [] };
  }

  /** Rewrites the current record: it is valid, but the engine would read it differently. Runs of clean fields are copied. */
  #rewrite(record: InputRecord): void {
    const writer = this.#writer;
    const plans = this.#plans;
    let replaced: ColumnPlan | undefined;
    for (let field = 0; field < plans.length; field += 1) {
      const plan = plans[field] as ColumnPlan;
      writer.next();
      if (field >= record.count) this.#writeMissing(plan);
      else if (this.#cleanFields[field] === 1) {
        const last = this.#lastClean(record, field);
        writer.run(record, field, last);
        writer.skip(last - field);
        field = last;
      } else if (this.#writeField(record, field, plan)) replaced = plan;
    }
    writer.endRow();
    if (replaced !== undefined) this.#noteReplacement(record, replaced);
  }

  #lastClean(record: InputRecord, first: number): number {
    let last = first;
    while (last + 1 < record.count && this.#cleanFields[last + 1] === 1) last += 1;
    return last;
  }

  /** FILLRECORD: a missing string is empty, unless EMPTYASNULL. */
  #writeMissing(plan: ColumnPlan): void {
    if (plan.kind === 'text' && !this.#copy.emptyAsNull) this.#writer.empty();
    else this.#writer.null();
  }

  /** Returns whether characters of the field were replaced. */
  #writeField(record: InputRecord, field: number, plan: ColumnPlan): boolean {
    const fields = this.#fields;
    fields.replaced = false;
    const kept = fields.check(record, field, plan) === true;
    if (kept && this.#verbatim && ((record.marks[field] ?? 0) & QUOTED) !== 0)
      this.#writer.run(record, field, field);
    else if (fields.isNull) this.#writer.null();
    else this.#writer.value(fields);
    return fields.replaced;
  }

  #noteReplacement(record: InputRecord, { name }: ColumnPlan): void {
    this.replacedRows += 1;
    if (this.replacements.length >= MAX_REPLACEMENTS) return;
    const rawLine = printable(record.buffer, record.start, record.contentEnd);
    this.replacements.push({ file: this.#file, line: record.line, column: name, rawLine });
  }
}

/** What becomes of a record: it is passed on as it is, rewritten, or rejected. */
type State = 0 | 1 | 2;
const CLEAN = 0;
const CHANGED = 1;
const REFUSED = 2;

/** Marks of fields that the engine would read otherwise. */
const ALTERED = CARRIAGE | PADDED;

const tooLong = problem(1216, 'Invalid input line: the row is larger than 4 MB');

function countPipes({ buffer, start, contentEnd }: InputRecord): number {
  let pipes = 0;
  for (
    let at = buffer.indexOf(PIPE, start);
    at !== -1 && at < contentEnd;
    at = buffer.indexOf(PIPE, at + 1)
  ) {
    pipes += 1;
  }
  return pipes;
}
