/** The rows that a COPY gives to the engine: read from its objects by the format, and checked. */
import { text } from 'node:stream/consumers';
import { ColumnarFeeder } from '../columnar/columnar-feed.ts';
import { copyError, type ErrorContext } from '../errors.ts';
import type { Readings } from '../readings.ts';
import { compileChecker, type Replacement, type RowError } from '../rows/check.ts';
import { JsonPathsError, parseJsonPaths } from '../rows/json-paths.ts';
import { type CopyStatement, type RecordCopy, RedshiftError } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';
import { explainS3, type ObjectReader } from './credentials.ts';
import { Feeder, type LoadedFile } from './feed.ts';
import { findObjects } from './objects.ts';
import type { CopyTarget } from './target.ts';

/** The rows of one COPY. */
export interface CopyRows {
  /** The options of PostgreSQL's COPY that reads them. */
  readonly engineOptions: string;
  readonly files: readonly LoadedFile[];
  readonly errors: RowError[];
  readonly replacements: readonly Replacement[];
  /** Rows in which characters were replaced. */
  readonly replacedRows: number;
  /** Hands the rows to `accept`. @throws RowsRefused, RedshiftError, or what has broken the reading of an object */
  send(accept: (rows: Buffer) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** A COPY whose table and bucket are known. */
export interface RowsOptions {
  readonly copy: CopyStatement;
  readonly context: ErrorContext;
  readonly readings: Readings;
  readonly reader: ObjectReader;
  readonly target: CopyTarget;
  /** That of the cluster. */
  readonly region: string;
}

/** Finds the objects, and opens them as the format says. @throws RedshiftError */
export async function openRows(options: RowsOptions): Promise<CopyRows> {
  const { copy, context, readings, reader, target } = options;
  const jsonpaths = await readJsonPaths(options);
  const objects = await findObjects(copy, reader, context, readings);
  if (!isOfRecords(copy)) return new ColumnarFeeder({ ...options, objects });
  const checker = compileChecker(target.columns, copy, {
    readings,
    ...(jsonpaths !== undefined && { jsonpaths }),
    ...(target.missing && { missing: target.missing }),
  });
  return new Feeder({ copy, context, readings, reader, objects }, checker);
}

function isOfRecords(copy: CopyStatement): copy is RecordCopy {
  return copy.format.kind !== 'parquet';
}

/** The content of the jsonpaths file, checked against the columns; undefined if the statement names none. */
async function readJsonPaths({
  copy: { format },
  context,
  reader,
  target: { columns },
}: RowsOptions): Promise<string | undefined> {
  if (format.kind !== 'json') return undefined;
  if (format.by === 'noshred' && (columns.length !== 1 || columns[0]?.type !== 'super')) {
    throw new RedshiftError(
      SQLSTATE.featureNotSupported,
      "JSON 'noshred' needs a table or column list of exactly one SUPER column",
    );
  }
  if (format.jsonpaths === undefined) return undefined;
  let content: string;
  try {
    content = await text((await reader.open(format.jsonpaths.bucket, format.jsonpaths.key)).body);
  } catch (error) {
    throw explainS3(error, format.jsonpaths, context);
  }
  try {
    const paths = parseJsonPaths(content);
    if (paths && paths.length !== columns.length) {
      throw new JsonPathsError(
        'Number of jsonpaths and the number of columns should match. ' +
          `JSONPath size: ${paths.length}, Number of columns in table or column list: ${columns.length}`,
      );
    }
    return content;
  } catch (error) {
    if (!(error instanceof JsonPathsError)) throw error;
    throw copyError(error.message, context);
  }
}
