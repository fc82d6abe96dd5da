/** The reader of each format of COPY. */
import type { Readings } from '../readings.ts';
import type { RecordCopy } from '../sql/statement.ts';
import type { ColumnPlan } from './column-plan.ts';
import { CsvReader } from './csv.ts';
import { DelimitedReader } from './delimited.ts';
import { JsonReader } from './json-reader.ts';
import { parseJsonPaths } from './json-paths.ts';
import type { RecordReader } from './record.ts';
import { engineSyntax } from './syntax.ts';

/** A reader for one object, whose records have the columns' fields in their order. `jsonpaths` is the content of that file. */
export function openRecordReader(
  copy: RecordCopy,
  plans: readonly ColumnPlan[],
  { jsonpaths, readings }: { readonly jsonpaths?: string; readonly readings: Readings },
): RecordReader {
  const { format, ignoreHeader } = copy;
  switch (format.kind) {
    case 'csv':
      return format.delimiter.length === 1
        ? new CsvReader(format, plans.length, ignoreHeader)
        : new DelimitedReader(format, plans.length, ignoreHeader);
    case 'text':
      return format.delimiter.length === 1 && !format.escape && !format.removeQuotes
        ? new CsvReader(
            { delimiter: format.delimiter, foreignQuote: engineSyntax(copy).quote },
            plans.length,
            ignoreHeader,
          )
        : new DelimitedReader(format, plans.length, ignoreHeader);
    case 'json':
      return new JsonReader(
        plans,
        format.by,
        jsonpaths === undefined ? undefined : parseJsonPaths(jsonpaths),
        readings.jsonNullIsValue,
      );
  }
}
