/**
 * `batch_direct_copy`: whether COPY by itself stores the files of a stream as its table needs them. Redshift reads them
 * without the encoder, so whatever the encoder would do to a value has to be refused here, by name.
 */
import type { BatchLocations } from '../batches/locations.ts';
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import type { BatchMessage } from '../protocol/message.ts';
import { MAX_VARCHAR_BYTES, typeSql, type Column } from '../table/types.ts';

/** The columns as direct COPY needs them: nothing is measured, so a text without a declared width gets the widest. */
export function columnsForFiles(
  stream: string,
  columns: readonly Column[],
  settings: StreamSettings,
): readonly Column[] {
  const refuse = (what: string): never => refuseDirect(stream, what);
  if (settings.load_method !== 'append-only')
    refuse(`its load_method is "${settings.load_method}", not "append-only"`);
  if (settings.add_record_metadata) refuse('add_record_metadata is on, and COPY cannot fill those columns');
  if (settings.validate_records) refuse('validate_records is on, and COPY does not know its schema');
  if (settings.on_invalid !== 'fail')
    refuse(`on_invalid is "${settings.on_invalid}", and COPY stores all records or none`);
  for (const { property, source, name, type } of columns) {
    const isProperty = source.kind === 'property' && source.path.length === 1;
    if (!isProperty || property.toLowerCase() !== name) {
      refuse(
        `property "${property}" goes to the column "${name}", and COPY finds columns by the names of properties only`,
      );
    }
    if (type.kind === 'varbyte')
      refuse(`property "${property}" is binary, which COPY does not read from JSON`);
  }
  return columns.map((column) =>
    column.type.kind === 'varchar' && column.type.bytes === 0
      ? { ...column, type: { kind: 'varchar', bytes: MAX_VARCHAR_BYTES } }
      : column,
  );
}

/** COPY would cast silently into another type than the schema's, and would not find a column beside the table's own. */
export function checkStoredColumns(
  stream: string,
  wanted: readonly Column[],
  stored: readonly Column[],
): void {
  const declared = new Map(wanted.map((column) => [column.name, column.type]));
  for (const { property, name, type } of stored) {
    const own = declared.get(name);
    if (!own)
      refuseDirect(stream, `property "${property}" goes to the column "${name}" beside one of another type`);
    if (own.kind === 'varchar' && type.kind === 'varchar') continue;
    if (typeSql(own) === typeSql(type)) continue;
    refuseDirect(
      stream,
      `the table's column "${name}" is ${typeSql(type)}, the schema declares ${typeSql(own)}`,
    );
  }
}

/** Throws InputError for files that COPY cannot read as they are. */
export function checkFiles(
  { stream, format, compression, files }: BatchMessage,
  line: number,
  locations: BatchLocations,
): void {
  const refuse = (what: string): never => refuseDirect(stream, what, line);
  if (format !== 'jsonl') refuse(`the format on line ${line} is ${JSON.stringify(format)}, not "jsonl"`);
  if (compression !== undefined && compression !== 'gzip') {
    refuse(`the compression on line ${line} is ${JSON.stringify(compression)}, not "gzip" or "none"`);
  }
  const elsewhere = files.find((file) => !/^s3:\/\/[^/]+\/./.test(file));
  if (elsewhere !== undefined) refuse(`${elsewhere}, named on line ${line}, is not an object in S3`);
  for (const file of files) {
    const refusal = locations.refusalOfObject(file);
    if (refusal === undefined) continue;
    throw new InputError(`Cannot copy ${file}, which the BATCH message on line ${line} names: ${refusal}`, {
      stream,
      line,
    });
  }
}

function refuseDirect(stream: string, what: string, line?: number): never {
  throw new InputError(
    `Cannot copy the files of stream "${stream}" directly: ${what}; switch batch_direct_copy off for this stream, and they go through the encoder`,
    { stream, ...(line === undefined ? {} : { line }) },
  );
}
