/** Writes an answer while it arrives: as a table, CSV or JSON. */
import { stringify } from 'csv-stringify/sync';
import type { TableFormat } from '../cli/command.ts';
import { LoadError } from '../errors.ts';
import type { Write } from '../io/answer.ts';
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
  #hasWritten = false;

  constructor(format: TableFormat, write: Write) {
    this.#format = format;
    this.#write = write;
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
        return new TableSink(write);
      case 'csv':
        return new CsvSink(write);
      case 'json':
        return new JsonSink(write);
    }
  }
}

class TableSink implements ResultSink {
  readonly #write: Write;
  #columns: readonly string[] | undefined;
  /** The first rows, until the widths are known. */
  #first: (readonly string[])[] = [];
  #widths: readonly number[] | undefined;
  #count = 0;

  constructor(write: Write) {
    this.#write = write;
  }

  columns(columns: readonly ResultColumn[]): void {
    this.#columns = columns.map(({ name }) => printable(name));
  }

  async rows(rows: Rows): Promise<void> {
    this.#count += rows.length;
    const cells = rows.map((row) => row.map((text) => (text === null ? 'NULL' : printable(text))));
    if (this.#widths) return this.#write(this.#lines(cells, this.#widths));
    this.#first.push(...cells);
    if (this.#first.length >= MEASURED_ROWS) await this.#begin();
  }

  async done({ command, count }: Pick<Answer, 'command' | 'count'>): Promise<void> {
    if (!this.#columns) return this.#write(`${count === null ? command : `${command} ${count}`}\n`);
    if (!this.#widths) await this.#begin();
    await this.#write(`(${this.#count} ${this.#count === 1 ? 'row' : 'rows'})\n`);
  }

  async #begin(): Promise<void> {
    const cells = [this.#columns ?? [], ...this.#first.splice(0)];
    const widths = (this.#columns ?? []).map((_, at) =>
      cells.reduce((widest, row) => Math.max(widest, Array.from(row[at] ?? '').length), 0),
    );
    this.#widths = widths;
    const [head = [], ...body] = cells;
    const rule = widths.map((width) => '-'.repeat(width)).join('  ');
    await this.#write(`${this.#lines([head], widths)}${rule}\n${this.#lines(body, widths)}`);
  }

  #lines(cells: readonly (readonly string[])[], widths: readonly number[]): string {
    const padded = (text: string, at: number): string =>
      text + ' '.repeat(Math.max(0, (widths[at] ?? 0) - Array.from(text).length));
    return cells.map((row) => `${row.map(padded).join('  ').trimEnd()}\n`).join('');
  }
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
