/** One field under one column's plan: NULL, good as it is, good in another form, or wrong. */
import type { CopyStatement } from '../sql/statement.ts';
import type { ColumnPlan } from './column-plan.ts';
import { ESCAPED, NON_ASCII, QUOTED, type CsvReader } from './csv.ts';
import { readJson } from './json.ts';
import { problem, type Problem } from './problem.ts';
import { cutAtCharacter, multibyteProblem, utf8Problem } from './text.ts';

const SPACE = 32;
const TAB = 9;

/** After `check` has returned, `isNull` or `bytes` from `start` to `end` say what the field holds. */
export class FieldChecker {
  isNull = false;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  readonly #copy: CopyStatement;
  readonly #nullAs: Buffer;
  /** What stands for NULL in the output. */
  readonly #sentinel: Buffer;
  readonly #quotedNullIsNull: boolean;
  readonly #quote: number;

  constructor(copy: CopyStatement, sentinel: Buffer, quotedNullIsNull: boolean) {
    this.#copy = copy;
    this.#nullAs = Buffer.from(copy.nullAs);
    this.#sentinel = sentinel;
    this.#quotedNullIsNull = quotedNullIsNull;
    this.#quote = copy.format.quote.charCodeAt(0);
  }

  /** True when the engine reads the field as it stands, false when it must be written anew, else the problem. */
  check(reader: CsvReader, field: number, plan: ColumnPlan): boolean | Problem {
    const start = reader.starts[field] ?? 0;
    const end = reader.ends[field] ?? 0;
    const marks = reader.marks[field] ?? 0;
    const quoted = (marks & QUOTED) !== 0;
    this.bytes = reader.buffer;
    this.start = start;
    this.end = end;
    this.isNull = this.#readsAsNull(plan, quoted);
    if (this.isNull) {
      if (plan.notNull) return problem(1213, 'Missing data for not-null field');
      return !quoted && this.#equals(this.#sentinel);
    }
    if (!quoted && this.#sentinel.length === end - start && this.#equals(this.#sentinel)) {
      const refused = this.#checkContent(plan, marks);
      return typeof refused === 'object' ? refused : false;
    }
    return this.#checkContent(plan, marks);
  }

  #readsAsNull(plan: ColumnPlan, quoted: boolean): boolean {
    const nullable = !quoted || this.#quotedNullIsNull;
    if (nullable && this.end - this.start === this.#nullAs.length && this.#equals(this.#nullAs)) return true;
    const empty = this.end === this.start;
    if (plan.kind !== 'text' && plan.kind !== 'char') return empty || this.#isBlank();
    if (empty) return this.#copy.emptyAsNull && nullable;
    return this.#copy.blanksAsNull && nullable && this.#isBlank();
  }

  #isBlank(): boolean {
    for (let at = this.start; at < this.end; at += 1) {
      const byte = this.bytes[at];
      if (byte !== SPACE && byte !== TAB) return false;
    }
    return true;
  }

  #equals(text: Buffer): boolean {
    if (this.end - this.start !== text.length) return false;
    for (let index = 0; index < text.length; index += 1) {
      if (this.bytes[this.start + index] !== text[index]) return false;
    }
    return true;
  }

  #checkContent(plan: ColumnPlan, marks: number): boolean | Problem {
    switch (plan.kind) {
      case 'plain':
        return this.#checkPlain(plan);
      case 'text':
      case 'char':
        return this.#checkText(plan, marks);
      case 'super':
        return this.#checkSuper(marks);
      case 'binary':
        return this.#checkBinary(plan);
    }
  }

  #checkPlain(plan: ColumnPlan): boolean | Problem {
    const kept = plan.check(this.bytes, this.start, this.end);
    if (typeof kept !== 'number') return kept;
    const whole = kept === this.end;
    this.end = kept;
    return whole;
  }

  #checkText(plan: ColumnPlan, marks: number): boolean | Problem {
    if ((marks & NON_ASCII) !== 0) {
      const invalid = plan.kind === 'char' ? multibyteProblem : utf8Problem;
      const found = invalid(this.bytes, this.start, this.end);
      if (found !== undefined) return found;
    }
    if (this.end - this.start <= plan.limit) return true;
    if ((marks & ESCAPED) !== 0) this.#unescape();
    if (this.end - this.start <= plan.limit) return true;
    if (!this.#copy.truncateColumns) {
      return problem(1204, `${plan.kind === 'char' ? 'Char' : 'String'} length exceeds DDL length`);
    }
    this.end = cutAtCharacter(this.bytes, this.start, plan.limit);
    return false;
  }

  #checkSuper(marks: number): boolean | Problem {
    if ((marks & NON_ASCII) !== 0) {
      const invalid = utf8Problem(this.bytes, this.start, this.end);
      if (invalid !== undefined) return invalid;
    }
    if ((marks & ESCAPED) !== 0) this.#unescape();
    const text = this.bytes.toString('utf8', this.start, this.end);
    const json = readJson(text);
    if (typeof json === 'object') return problem(1224, json.reason, json.position);
    if (json.length === text.length) return true;
    this.bytes = Buffer.from(json);
    this.start = 0;
    this.end = this.bytes.length;
    return false;
  }

  /** PostgreSQL wants `\x` before the digits. */
  #checkBinary(plan: ColumnPlan): boolean | Problem {
    const kept = plan.check(this.bytes, this.start, this.end);
    if (typeof kept !== 'number') return kept;
    this.bytes = Buffer.concat([Buffer.from('\\x'), this.bytes.subarray(this.start, this.end)]);
    this.start = 0;
    this.end = this.bytes.length;
    return false;
  }

  /** Undoubles the quotes, into a buffer of its own. */
  #unescape(): void {
    const content = Buffer.allocUnsafe(this.end - this.start);
    let length = 0;
    for (let at = this.start; at < this.end; at += 1) {
      const byte = this.bytes[at] ?? 0;
      content[length++] = byte;
      if (byte === this.#quote) at += 1;
    }
    this.bytes = content;
    this.start = 0;
    this.end = length;
  }
}
