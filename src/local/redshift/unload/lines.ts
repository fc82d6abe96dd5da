/** The lines of UNLOAD's text formats: delimited, CSV, fixed width and JSON ("UNLOAD"). */
import { RedshiftError } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';
import type { UnloadFormat } from '../sql/unload-statement.ts';
import type { UnloadColumn } from './columns.ts';

/** The values of a row as the engine prints them; null is NULL. */
export type UnloadRow = readonly (string | null)[];

/** Writes the lines of one format. */
export interface LineWriter {
  /** The first line of every file, if there is one. */
  readonly header: string;
  /** The line of a row with its line end. @throws RedshiftError for a value that does not fit */
  line(row: UnloadRow): string;
}

/** A writer for rows of these columns. @throws RedshiftError when the format cannot hold them. */
export function openLines(
  format: Exclude<UnloadFormat, { kind: 'parquet' }>,
  columns: readonly UnloadColumn[],
): LineWriter {
  switch (format.kind) {
    case 'text':
      return delimitedLines(format, columns);
    case 'csv':
      return csvLines(format, columns);
    case 'fixed':
      return fixedLines(format, columns);
    case 'json':
      return jsonLines(columns);
  }
}

/** SUPER is written as JSON, in which NULL is `null` whatever NULL AS says. */
function nullsOf(columns: readonly UnloadColumn[], nullAs: string): readonly string[] {
  return columns.map(({ kind }) => (kind === 'super' ? 'null' : nullAs));
}

function delimitedLines(
  { delimiter, nullAs, header, addQuotes, escape }: Extract<UnloadFormat, { kind: 'text' }>,
  columns: readonly UnloadColumn[],
): LineWriter {
  const special = new RegExp(`[\\n\\r\\\\${addQuotes ? `"'` : ''}${escapeClass(delimiter)}]`, 'g');
  const nulls = nullsOf(columns, nullAs);
  const quote = addQuotes ? '"' : '';
  const escaped = columns.map(({ kind }) => escape && kind === 'string');
  const field = (text: string, isEscaped: boolean) =>
    `${quote}${isEscaped ? text.replaceAll(special, '\\$&') : text}${quote}`;
  const names = columns.map(({ name }) => field(name, escape));
  return {
    header: header ? `${names.join(delimiter)}\n` : '',
    line: (row) =>
      `${row
        .map((value, n) =>
          value === null ? field(nulls[n] ?? '', false) : field(value, escaped[n] === true),
        )
        .join(delimiter)}\n`,
  };
}

/** A character in a class of a regular expression. */
function escapeClass(character: string): string {
  return character.replace(/[\\\]^-]/, '\\$&');
}

function csvLines(
  { delimiter, nullAs, header }: Extract<UnloadFormat, { kind: 'csv' }>,
  columns: readonly UnloadColumn[],
): LineWriter {
  const special = new RegExp(`["\\n\\r${escapeClass(delimiter)}]`);
  const field = (text: string) => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const nulls = nullsOf(columns, nullAs).map(field);
  return {
    header: header ? `${columns.map(({ name }) => field(name)).join(delimiter)}\n` : '',
    line: (row) =>
      `${row.map((value, n) => (value === null ? (nulls[n] ?? '') : field(value))).join(delimiter)}\n`,
  };
}

/** The types that FIXEDWIDTH does not take. */
const NOT_FIXED = ['varbyte', 'super'];

function fixedLines(
  { widths, nullAs }: Extract<UnloadFormat, { kind: 'fixed' }>,
  columns: readonly UnloadColumn[],
): LineWriter {
  if (widths.length !== columns.length) {
    const sentence = `FIXEDWIDTH names ${widths.length} columns, but the query has ${columns.length}`;
    throw new RedshiftError(SQLSTATE.syntaxError, sentence);
  }
  refuseKinds(columns, NOT_FIXED, 'FIXEDWIDTH');
  const nulls = columns.map((column, n) => nullField(column, widths[n] ?? 0, nullAs));
  return {
    header: '',
    line: (row) =>
      `${row
        .map((value, n) => {
          const column = columns[n] as UnloadColumn;
          return value === null ? (nulls[n] as () => string)() : padded(value, widths[n] ?? 0, column);
        })
        .join('')}\n`,
  };
}

/** "If ... the width of an output column is less than the width of the null string": empty, or an error for a string. */
function nullField(column: UnloadColumn, width: number, nullAs = ''): () => string {
  const fits = Buffer.byteLength(nullAs) <= width;
  return () => padded(fits || column.kind === 'string' ? nullAs : '', width, column);
}

function padded(value: string, width: number, { name }: UnloadColumn): string {
  const missing = width - Buffer.byteLength(value);
  if (missing >= 0) return value + ' '.repeat(missing);
  const sentence = `A value of the column ${name} is longer than its width of ${width} in FIXEDWIDTH`;
  throw new RedshiftError(SQLSTATE.internalError, sentence);
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

function jsonLines(columns: readonly UnloadColumn[]): LineWriter {
  refuseKinds(columns, ['varbyte'], 'JSON');
  const twice = columns.find(({ name }, n) => columns.findIndex((other) => other.name === name) !== n);
  if (twice) {
    const sentence = `UNLOAD to JSON needs unique column names: "${twice.name}" is there twice`;
    throw new RedshiftError(SQLSTATE.duplicateColumn, sentence);
  }
  const heads = columns.map(({ name }, n) => `${n === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  return {
    header: '',
    line: (row) =>
      `${row.map((value, n) => `${heads[n] ?? ''}${jsonValue(value, columns[n] as UnloadColumn)}`).join('')}}\n`,
  };
}

function jsonValue(value: string | null, { kind }: UnloadColumn): string {
  if (value === null) return 'null';
  switch (kind) {
    case 'super':
      return value;
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'real':
    case 'double':
      // NaN and infinity are no numbers of JSON.
      return NUMBER.test(value) ? value : JSON.stringify(value);
    default:
      return JSON.stringify(value);
  }
}

/** @throws RedshiftError 0A000 when a column is of one of the kinds. */
export function refuseKinds(
  columns: readonly UnloadColumn[],
  kinds: readonly string[],
  format: string,
): void {
  const found = columns.find(({ kind }) => kinds.includes(kind));
  if (!found) return;
  const sentence = `UNLOAD to ${format} does not support the type ${found.type} of the column "${found.name}"`;
  throw new RedshiftError(SQLSTATE.featureNotSupported, sentence);
}
