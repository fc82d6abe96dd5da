/**
 * `batch_direct_copy`: checks whether COPY alone can load the files of a stream. Redshift reads them without the encoder, so
 * everything that the encoder would do to a value must be rejected here, with the name of the property.
 */
import type { BatchLocations } from '../batches/locations.ts';
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import type { BatchMessage } from '../protocol/message.ts';
import { columnSetting } from '../table/settings.ts';
import { MAX_VARCHAR_BYTES, typeSql, type Column } from '../table/types.ts';
import { isGuarded } from './tenant.ts';

/** The columns as direct COPY needs them. Nothing is measured, so a string without a declared width gets the widest column. */
export function columnsForFiles(
  stream: string,
  columns: readonly Column[],
  settings: StreamSettings,
): readonly Column[] {
  const refuse = (what: string): never => refuseDirect(stream, what);
  if (settings.load_method !== 'append-only')
    refuse(`its load_method is "${settings.load_method}", not "append-only"`);
  if (settings.add_record_metadata) refuse('add_record_metadata is set, and COPY cannot fill those columns');
  if (settings.validate_records) refuse('validate_records is set, and COPY does not check the schema');
  if (settings.on_invalid !== 'fail')
    refuse(`on_invalid is "${settings.on_invalid}", and COPY loads all records or none`);
  if (isGuarded(settings)) refuse('tenant_id is set, and COPY does not check the tenant of a record');
  if (settings.include_columns.length > 0 || settings.exclude_columns.length > 0)
    refuse('include_columns or exclude_columns is set, and COPY loads every column of the table');
  for (const { property, source, name, type } of columns) {
    if (columnSetting(settings, property).mask !== undefined)
      refuse(`property "${property}" has a mask, and COPY loads values as they are`);
    const isProperty = source.kind === 'property' && source.path.length === 1;
    if (!isProperty || property.toLowerCase() !== name) {
      refuse(
        `property "${property}" goes to the column "${name}", and COPY finds columns only by the names of properties`,
      );
    }
    if (type.kind === 'varbyte')
      refuse(`property "${property}" is binary, and COPY cannot read binary values from JSON`);
  }
  return columns.map((column) =>
    column.type.kind === 'varchar' && column.type.bytes === 0
      ? { ...column, type: { kind: 'varchar', bytes: MAX_VARCHAR_BYTES } }
      : column,
  );
}

/** COPY would silently cast to a type other than that of the schema, and would not find second columns. */
export function checkStoredColumns(
  stream: string,
  wanted: readonly Column[],
  stored: readonly Column[],
): void {
  const declared = new Map(wanted.map((column) => [column.name, column.type]));
  for (const { property, name, type } of stored) {
    const own = declared.get(name);
    if (!own)
      refuseDirect(
        stream,
        `property "${property}" goes to the column "${name}" next to a column of another type`,
      );
    if (own.kind === 'varchar' && type.kind === 'varchar') continue;
    if (typeSql(own) === typeSql(type)) continue;
    refuseDirect(
      stream,
      `the column "${name}" of the table is ${typeSql(type)}, and the schema declares ${typeSql(own)}`,
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
    `Cannot copy the files of stream "${stream}" directly: ${what}; set batch_direct_copy to false for this stream, so that the files pass through the encoder`,
    { stream, ...(line === undefined ? {} : { line }) },
  );
}
