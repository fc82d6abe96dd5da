/** Writes an answer while it arrives: as a table, CSV or JSON. */
import { stringify } from 'csv-stringify/sync';
import type { TableFormat } from '../cli/command.ts';
import { LoadError } from '../errors.ts';
import type { Write } from '../io/answer.ts';
import { padEnd, widthOf } from '../io/fit.ts';
import type { Answer, ResultColumn, ResultSink } from '../ports.ts';
import { printable } from '../printable.ts';
import { jsonOf } from './json.ts';

type Rows = Answer['rows'];

/** A table is as wide as its first rows. Wider values in later rows move what is on their right. */
const MEASURED_ROWS = 1_000;

/** Writes the answers of the statements of one script. */
export class Answers {
  readonly #format: TableFormat;
  readonly #write: Write;
  readonly #columns: number;
  #hasWritten = false;

  /** `columns`: how long the lines of a table may be. */
  constructor(format: TableFormat, write: Write, columns: number) {
    this.#format = format;
    this.#write = write;
    this.#columns = columns;
  }

  /** A sink for the next answer. Tables and CSV are separated by an empty line, JSON is a line for each answer. */
  next(): ResultSink {
    const write = async (text: string): Promise<void> => {
      if (text === '') return;
      const gap = this.#hasWritten && isFirst && this.#format !== 'json' ? '\n' : '';
      isFirst = false;
      this.#hasWritten = true;
      await this.#write(gap + text);
    };
    let isFirst = true;
    switch (this.#format) {
      case 'table':
        return new TableSink(write, this.#columns);
      case 'csv':
        return new CsvSink(write);
      case 'json':
        return new JsonSink(write);
    }
  }
}

/** A table, or, where its lines would be too long for the terminal, a line for each value. */
class TableSink implements ResultSink {
  readonly #write: Write;
  readonly #longest: number;
  #columns: readonly string[] | undefined;
  /** The first rows, until the layout is known. */
  #first: (readonly string[])[] = [];
  #linesOf: ((rows: readonly (readonly string[])[]) => string) | undefined;
  #count = 0;

  constructor(write: Write, longest: number) {
    this.#write = write;
    this.#longest = longest;
  }

  columns(columns: readonly ResultColumn[]): void {
    this.#columns = columns.map(({ name }) => printable(name));
  }

  async rows(rows: Rows): Promise<void> {
    const cells = rows.map((row) => row.map((text) => (text === null ? 'NULL' : printable(text))));
    if (this.#linesOf) return this.#write(this.#linesOf(cells));
    this.#first.push(...cells);
    if (this.#first.length >= MEASURED_ROWS) await this.#begin();
  }

  async done({ command, count }: Pick<Answer, 'command' | 'count'>): Promise<void> {
    if (!this.#columns) return this.#write(`${count === null ? command : `${command} ${count}`}\n`);
    if (!this.#linesOf) await this.#begin();
    await this.#write(`(${this.#count} ${this.#count === 1 ? 'row' : 'rows'})\n`);
  }

  /** Chooses the layout by the first rows, and writes them. */
  async #begin(): Promise<void> {
    const head = this.#columns ?? [];
    const body = this.#first.splice(0);
    const widths = head.map((name, at) =>
      body.reduce((widest, row) => Math.max(widest, widthOf(row[at] ?? '')), widthOf(name)),
    );
    const width = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length);
    const isTable = body.length === 0 || width <= this.#longest;
    const linesOf = (rows: readonly (readonly string[])[]): string => {
      const before = this.#count;
      this.#count += rows.length;
      return isTable ? tableLines(rows, widths) : valueLines(rows, head, before + 1);
    };
    this.#linesOf = linesOf;
    const rule = widths.map((one) => '-'.repeat(one)).join(GAP);
    const top = isTable ? `${tableLines([head], widths)}${rule}\n` : '';
    await this.#write(top + linesOf(body));
  }
}

const GAP = '  ';

function tableLines(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  const padded = (text: string, at: number): string => padEnd(text, widths[at] ?? 0);
  return rows.map((row) => `${row.map(padded).join(GAP).trimEnd()}\n`).join('');
}

/** `first`: the number of the first row. */
function valueLines(rows: readonly (readonly string[])[], names: readonly string[], first: number): string {
  const width = Math.max(...names.map(widthOf));
  const lineOf = (text: string, at: number): string =>
    `${padEnd(names[at] ?? '', width)}${GAP}${text}`.trimEnd();
  return rows
    .map((row, at) => `--- row ${first + at}\n${row.map((text, i) => `${lineOf(text, i)}\n`).join('')}`)
    .join('');
}

/** NULL is an empty field, the empty string is `""`. */
class CsvSink implements ResultSink {
  readonly #write: Write;

  constructor(write: Write) {
    this.#write = write;
  }

  columns(columns: readonly ResultColumn[]): Promise<void> {
    return this.rows([columns.map(({ name }) => name)]);
  }

  rows(rows: Rows): Promise<void> {
    return this.#write(
      stringify(rows as (string | null)[][], { quoted_match: /^$/, record_delimiter: '\n' }),
    );
  }

  done(): void {
    // CSV has no last line.
  }
}

/** An array of objects, on one line. */
class JsonSink implements ResultSink {
  readonly #write: Write;
  #columns: readonly ResultColumn[] = [];
  #keys: readonly string[] = [];
  #hasRows = false;

  constructor(write: Write) {
    this.#write = write;
  }

  columns(columns: readonly ResultColumn[]): void {
    const names = columns.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      throw new LoadError(`Cannot write JSON: two columns have the name "${twice}"; rename one with AS`);
    this.#columns = columns;
    this.#keys = names.map((name) => `${JSON.stringify(name)}:`);
  }

  async rows(rows: Rows): Promise<void> {
    const objects = rows.map((row) => {
      const members = this.#columns.map(
        ({ type }, at) => (this.#keys[at] ?? '') + jsonOf(row[at] ?? null, type),
      );
      return `{${members.join(',')}}`;
    });
    const start = this.#hasRows ? ',' : '[';
    this.#hasRows = true;
    await this.#write(start + objects.join(','));
  }

  async done(): Promise<void> {
    await this.#write(this.#hasRows ? ']\n' : '[]\n');
  }
}
