/** Reads the Parquet files of a COPY and hands their rows to the engine, after the checks of Redshift. */
import { explainS3, type ObjectReader, type OpenFile } from '../copy/credentials.ts';
import type { LoadedFile } from '../copy/feed.ts';
import { isSkipped, type LoadObject } from '../copy/objects.ts';
import type { CopyTarget } from '../copy/target.ts';
import { copyError, type ErrorContext } from '../errors.ts';
import type { Readings } from '../readings.ts';
import type { RowError } from '../rows/check.ts';
import type { CopyStatement } from '../sql/statement.ts';
import { unsupported } from '../sql/token-reader.ts';
import { columnWriter, NULL_FIELD, ValueProblem, type WriteField } from './column-writer.ts';
import { ParquetFile } from './parquet-file.ts';
import { ParquetError, type StoredValue } from './stored-value.ts';
import { type SpectrumCode, spectrumError, spectrumUrl } from './spectrum-error.ts';
import { describeField } from './stored-types.ts';

/** What a columnar COPY reads, and where to. */
export interface ColumnarSource {
  readonly copy: CopyStatement;
  readonly context: ErrorContext;
  readonly readings: Readings;
  readonly reader: ObjectReader;
  readonly objects: readonly LoadObject[];
  readonly target: CopyTarget;
  readonly region: string;
}

/** The codecs that a cautious loader can rely on. */
const SAFE_CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP'];
/** Compressions of a whole file, by its name. */
const WHOLE_FILE = /\.(?:gz|snappy|bz2)$/i;

/** Sends the rows of all objects. */
export class ColumnarFeeder {
  /** The options of PostgreSQL's COPY that reads the output. */
  readonly engineOptions = `FORMAT csv, NULL '\\\\N', ENCODING 'UTF8'`;
  readonly files: LoadedFile[] = [];
  /** A wrong row fails the COPY at once; the engine's rejection is added here. */
  readonly errors: RowError[] = [];
  readonly replacements = [];
  readonly replacedRows = 0;
  readonly #source: ColumnarSource;
  #rows = 0;

  constructor(source: ColumnarSource) {
    this.#source = source;
  }

  /** Hands the rows to `accept` in the engine's CSV. @throws RedshiftError, or what has broken the reading of an object */
  async send(accept: (rows: Buffer) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { objects, target, context } = this.#source;
    if (target.missing) this.#fail(15_001, `Missing data for the NOT NULL column ${target.missing.name}`);
    for (const object of objects) {
      signal.throwIfAborted();
      await this.#load(object, accept, signal);
    }
    if (this.files.length === 0) throw copyError('No file of the manifest was found', context);
  }

  async #load(
    object: LoadObject,
    accept: (rows: Buffer) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { reader, context } = this.#source;
    let opened: OpenFile | undefined;
    try {
      opened = await reader.file(object.bucket, object.key);
    } catch (error) {
      if (isSkipped(error, object, context)) return;
      throw explainS3(error, object, context);
    }
    const url = this.#urlOf(object);
    if (WHOLE_FILE.test(object.key))
      throw unsupported(
        `The local warehouse does not read Parquet files that are compressed as a whole: ${url}`,
      );
    if (object.length !== undefined && object.length > opened.size)
      this.#fail(15_001, `HTTP response error code: 416 Message: InvalidRange, File name: ${url}`);
    const size = object.length ?? opened.size;
    const file = this.#begin(`s3://${object.bucket}/${object.key}`, size);
    try {
      await this.#read(await ParquetFile.open({ size, read: (start, end) => opened.read(start, end) }), {
        ...{ object, url, file, accept, signal },
      });
    } catch (error) {
      if (!(error instanceof ParquetError)) throw explainS3(error, object, context);
      this.#fail(15_001, `File '${url}' is not a Parquet file that can be read: ${error.message}`);
    } finally {
      file.ended = new Date();
    }
  }

  #begin(name: string, bytes: number): LoadedFile {
    const now = new Date();
    const file = { file: name, bytes, lines: 0, errors: 0, firstRow: this.#rows, started: now, ended: now };
    this.files.push(file);
    return file;
  }

  async #read(
    parquet: ParquetFile,
    {
      object,
      url,
      file,
      accept,
      signal,
    }: {
      readonly object: LoadObject;
      readonly url: string;
      readonly file: LoadedFile;
      readonly accept: (rows: Buffer) => Promise<void>;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    const writers = this.#writersFor(parquet, object, url);
    const missing = `,${NULL_FIELD}`.repeat(this.#source.target.columns.length - writers.length);
    for await (const columns of parquet.batches()) {
      signal.throwIfAborted();
      const rows = columns[0]?.length ?? 0;
      const lines: string[] = [];
      for (let row = 0; row < rows; row += 1) {
        lines.push(writers.map((write, n) => write(columns[n]?.[row])).join(','), missing, '\n');
      }
      await accept(Buffer.from(lines.join('')));
      file.lines += rows;
      this.#rows += rows;
    }
  }

  /** A writer for each column of the file. @throws RedshiftError when they do not match those of the table */
  #writersFor(parquet: ParquetFile, object: LoadObject, url: string): readonly WriteField[] {
    const { copy, readings, target } = this.#source;
    const { fields, codecs } = parquet;
    const [inTable, inFile] = [target.columns.length, fields.length];
    if (inFile > inTable || (inFile < inTable && !copy.fillRecord)) {
      this.#fail(
        15_007,
        `Unmatched number of columns between table and file. Table columns: ${inTable}, Data columns: ${inFile}, File name: ${url}`,
      );
    }
    const codec = [...codecs].find((name) => !SAFE_CODECS.includes(name) && !readings.parquetOfAllCodecs);
    if (codec !== undefined) this.#fail(15_001, `File '${url}' uses an unsupported compression: ${codec}`);
    const serializesToJson = copy.format.kind === 'parquet' && copy.format.serializesToJson;
    return fields.map((field, n) => {
      const column = target.columns[n];
      if (!column) throw new Error('the columns were counted');
      const writer = columnWriter(column, field, { copy, serializesToJson, readings });
      if (typeof writer !== 'function') {
        const name = `s3://${object.bucket}/${object.key}.${field.element.name}`;
        return this.#fail(
          15_007,
          `File '${url}' has an incompatible Parquet schema for column '${name}'. Column type: ${writer.mismatch}, Parquet schema:\n${describeField(field, n)}`,
        );
      }
      return this.#checked(writer, column, url);
    });
  }

  #checked(
    write: WriteField,
    { name, notNull, length }: CopyTarget['columns'][number],
    url: string,
  ): (value: StoredValue) => string {
    return (value) => {
      if (value === null || value === undefined) {
        if (!notNull) return NULL_FIELD;
        return this.#fail(15_001, `Missing data for the NOT NULL column ${name}, File name: ${url}`);
      }
      try {
        return write(value);
      } catch (error) {
        if (!(error instanceof ValueProblem)) throw error;
        if (error.length === undefined)
          return this.#fail(15_001, `Column ${name}: ${error.message}, File name: ${url}`);
        return this.#fail(
          15_001,
          `The length of the data column ${name} is longer than the length defined in the table. Table: ${length ?? 0}, Data: ${error.length}, File name: ${url}`,
        );
      }
    };
  }

  #urlOf({ bucket, key }: LoadObject): string {
    return spectrumUrl(bucket, key, this.#source.region);
  }

  #fail(code: SpectrumCode, about: string): never {
    throw spectrumError(code, about, this.#source.context);
  }
}
