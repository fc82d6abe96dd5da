/** One field under one column's plan: NULL, good as it is, good in another form, or wrong. */
import { ASCII } from '../../ascii.ts';
import type { Readings } from '../readings.ts';
import type { RecordCopy } from '../sql/statement.ts';
import type { ColumnPlan } from './column-plan.ts';
import { floatText } from './numbers.ts';
import { problem, type Problem } from './problem.ts';
import { DOUBLED, type InputRecord, IS_NULL, JSON_NUMBER, NUL, QUOTED } from './record.ts';
import { MAX_LARGE_STRING_BYTES, MAX_STRING_BYTES } from './json-cursor.ts';
import { checkSuper } from './super.ts';
import { cutAtCharacter, multibyteProblem, replaceInvalid, utf8Problem } from './text.ts';

const { CR, SPACE, TAB } = ASCII;

/** The ways to write the zero byte in NULL AS. */
const ZERO_BYTES = new Set(['\0', '\\0', '\\000']);

/** After `check` has returned, `isNull` or `bytes` from `start` to `end` say what the field holds. */
export class FieldChecker {
  isNull = false;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** Whether characters were replaced by ACCEPTINVCHARS. */
  replaced = false;

  readonly #copy: RecordCopy;
  readonly #nullAs: Buffer;
  /** -1 when no text stands for NULL. */
  readonly #nullLength: number;
  /** What stands for NULL in the output, where that is not NULL AS. */
  readonly #sentinel: Buffer | undefined;
  readonly #readings: Readings;
  readonly #zeroByteIsNull: boolean;
  readonly #quote: number;
  #scratch: Buffer = Buffer.allocUnsafe(1024);

  constructor(copy: RecordCopy, sentinel: string, readings: Readings) {
    this.#copy = copy;
    this.#readings = readings;
    this.#zeroByteIsNull = copy.format.kind !== 'json' && ZERO_BYTES.has(copy.nullAs);
    this.#nullAs = Buffer.from(this.#zeroByteIsNull ? '\0' : copy.nullAs);
    this.#nullLength = copy.format.kind === 'json' ? -1 : this.#nullAs.length;
    this.#sentinel = sentinel === copy.nullAs ? undefined : Buffer.from(sentinel);
    this.#quote = copy.format.kind === 'csv' ? copy.format.quote.charCodeAt(0) : -1;
  }

  /** Whether a field may hold a zero byte: as NULL, or in JSON. */
  get knowsZeroByte(): boolean {
    return this.#zeroByteIsNull || this.#copy.format.kind === 'json';
  }

  /** True if the engine reads the field as it is, false if the field must be rewritten, else the problem. */
  check(record: InputRecord, field: number, plan: ColumnPlan): boolean | Problem {
    const start = record.starts[field] as number;
    const end = record.ends[field] as number;
    const mark = record.marks[field] as number;
    this.bytes = record.fields;
    this.start = start;
    this.end = end;
    if (this.#readsAsNull(plan, mark)) {
      this.isNull = true;
      if (plan.notNull) return problem(1213, 'Missing data for not-null field');
      return mark === 0 && this.#sentinel === undefined && this.#equals(this.#nullAs);
    }
    this.isNull = false;
    if (plan.kind === 'plain') return this.#checkPlain(plan, mark);
    if ((mark & NUL) !== 0 && !this.#cutAtZeroByte()) {
      return problem(1218, 'Invalid null byte - field longer than 1 byte');
    }
    if (plan.kind === 'text') return this.#checkText(plan, mark, record.isUtf8);
    return this.#checkOther(plan, mark, record.isUtf8);
  }

  #readsAsNull(plan: ColumnPlan, mark: number): boolean {
    const length = this.end - this.start;
    if (length === this.#nullLength && ((mark & QUOTED) === 0 || this.#readings.quotedNullIsNull)) {
      if (this.#equals(this.#nullAs)) return true;
    }
    if (length > 0 && (this.bytes[this.start] as number) > SPACE) return (mark & IS_NULL) !== 0;
    return this.#blankReadsAsNull(plan, mark);
  }

  /** Of an empty field or one that begins with a blank. */
  #blankReadsAsNull(plan: ColumnPlan, mark: number): boolean {
    if ((mark & IS_NULL) !== 0) return true;
    const empty = this.end === this.start;
    const quoted = (mark & QUOTED) !== 0;
    if (plan.kind !== 'text' && plan.kind !== 'char') {
      return empty || this.#isBlank();
    }
    const nullable = !quoted || this.#readings.quotedNullIsNull;
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

  /** A JSON string ends at a zero byte that is not its first character; other formats do not hold one. */
  #cutAtZeroByte(): boolean {
    if (this.#copy.format.kind !== 'json') return false;
    this.end = this.bytes.indexOf(0, this.start);
    return this.end > this.start;
  }

  #checkPlain(plan: ColumnPlan, mark: number): boolean | Problem {
    if ((mark & JSON_NUMBER) !== 0 && plan.fromFloat && this.#readings.jsonNumbersAreFloats) {
      this.#become(Buffer.from(floatText(this.bytes.toString('latin1', this.start, this.end))));
    }
    const kept = plan.check(this.bytes, this.start, this.end);
    if (kept === this.end) return this.#sentinel === undefined || !this.#equals(this.#sentinel);
    if (typeof kept === 'string') {
      this.#become(Buffer.from(kept));
    } else if (typeof kept === 'number') {
      this.end = kept;
    } else if (plan.nullWhenWrong) {
      this.isNull = true;
      return plan.notNull ? problem(1213, 'Missing data for not-null field') : false;
    } else {
      return kept;
    }
    return false;
  }

  #checkText(plan: ColumnPlan, mark: number, isUtf8: boolean): boolean | Problem {
    let same = this.#sentinel === undefined || !this.#equals(this.#sentinel);
    if (!isUtf8 || this.#copy.replaceInvalid !== undefined) {
      if (this.#copy.replaceInvalid !== undefined)
        same = this.#replaceInvalid(mark, this.#copy.replaceInvalid) && same;
      else {
        const found = utf8Problem(this.bytes, this.start, this.end);
        if (found !== undefined) return found;
      }
    }
    if (this.#copy.trimBlanks) {
      this.#undouble(mark);
      same = this.#trim() && same;
    }
    if (this.end - this.start <= plan.limit) return same;
    return this.#checkLength(plan, mark, same);
  }

  /** Of a text that is over the limit with its quotes doubled. */
  #checkLength(plan: ColumnPlan, mark: number, same: boolean): boolean | Problem {
    this.#undouble(mark);
    if (this.end - this.start <= plan.limit) return same;
    if (!this.#copy.truncateColumns) {
      return problem(1204, `${plan.kind === 'char' ? 'Char' : 'String'} length exceeds DDL length`);
    }
    this.end = cutAtCharacter(this.bytes, this.start, plan.limit);
    return false;
  }

  #checkOther(plan: ColumnPlan, mark: number, isUtf8: boolean): boolean | Problem {
    if (plan.kind === 'super') return this.#checkSuper(mark, isUtf8);
    if (plan.kind === 'binary') return this.#checkBinary(plan);
    const found = multibyteProblem(this.bytes, this.start, this.end);
    if (found !== undefined) return found;
    const same = this.#sentinel === undefined || !this.#equals(this.#sentinel);
    return this.end - this.start <= plan.limit ? same : this.#checkLength(plan, mark, same);
  }

  #checkSuper(mark: number, isUtf8: boolean): boolean | Problem {
    if (!isUtf8) {
      const invalid = utf8Problem(this.bytes, this.start, this.end);
      if (invalid !== undefined) return invalid;
    }
    this.#undouble(mark);
    const found = checkSuper(
      this.bytes,
      this.start,
      this.end,
      this.#readings.largeStrings ? MAX_LARGE_STRING_BYTES : MAX_STRING_BYTES,
    );
    if (found === undefined) return true;
    if (!Buffer.isBuffer(found)) return found;
    this.#become(found);
    return false;
  }

  /** PostgreSQL wants `\x` before the digits. */
  #checkBinary(plan: ColumnPlan): boolean | Problem {
    const kept = plan.check(this.bytes, this.start, this.end);
    if (typeof kept === 'object') return kept;
    this.#become(Buffer.concat([Buffer.from('\\x'), this.bytes.subarray(this.start, this.end)]));
    return false;
  }

  /** Whether the text stays as it is. */
  #replaceInvalid(mark: number, by: string): boolean {
    this.#undouble(mark);
    const text = replaceInvalid(this.bytes, this.start, this.end, by.charCodeAt(0));
    if (text === undefined) return true;
    this.replaced = true;
    this.#become(text);
    return false;
  }

  /** TRIMBLANKS: whether there is nothing to cut off the end. */
  #trim(): boolean {
    const before = this.end;
    while (this.end > this.start && isSpace(this.bytes[this.end - 1])) this.end -= 1;
    return this.end === before;
  }

  #become(bytes: Buffer): void {
    this.bytes = bytes;
    this.start = 0;
    this.end = bytes.length;
  }

  /** Undoubles the quotes, into a buffer that is used again for the next field. */
  #undouble(mark: number): void {
    if ((mark & DOUBLED) === 0 || this.bytes === this.#scratch) return;
    const { bytes, start, end } = this;
    if (this.#scratch.length < end - start) this.#scratch = Buffer.allocUnsafe((end - start) * 2);
    const content = this.#scratch;
    const quote = this.#quote;
    let length = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      content[length++] = byte;
      if (byte === quote) at += 1;
    }
    this.bytes = content;
    this.start = 0;
    this.end = length;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || (byte !== undefined && byte >= TAB && byte <= CR);
}
