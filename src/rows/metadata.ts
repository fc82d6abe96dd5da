/** The values of the `_sdc_*` columns: what is known about a record besides its own values. Names and meanings: Meltano SDK. */
import { JsonNumber, type Json } from '../protocol/json.ts';
import type { MetadataField, SingerField } from '../table/types.ts';
import type { Rejection } from './rejection.ts';

/** The source of the metadata columns, in one protocol. */
export interface MetadataValues {
  value(field: MetadataField, context: RecordContext): Json;
  /** The field that notes the values of a record that became NULL. */
  readonly changesField: MetadataField;
  /** The value of that field. */
  changes(nulled: readonly Rejection[], context: RecordContext): Json;
}

/** All times are in milliseconds since the epoch. */
export interface RecordContext {
  readonly now: number;
  readonly batchOpenedAt: number;
  readonly syncStartedAt: number;
  readonly version: string | undefined;
  readonly timeExtracted: string | undefined;
  /** The values in the message. */
  readonly deletedAt: Json;
  /** The position of the record in its stream in this run, counted from 0. */
  readonly ordinal: number;
  /** Sixteen random hexadecimal digits of the batch. */
  readonly batchSeed: string;
  /** When an Airbyte source emitted the record. */
  readonly emittedAt: number;
  /** What an Airbyte source changed in it. */
  readonly sourceChanges: readonly Json[];
}

export const SINGER_METADATA: MetadataValues = {
  value: (field, context) => singerValue(field as SingerField, context),
  changesField: '_sdc_changes',
  changes: changesValue,
};

function singerValue(field: SingerField, context: RecordContext): Json {
  switch (field) {
    case '_sdc_extracted_at':
      return context.timeExtracted ?? null;
    case '_sdc_received_at':
      return new Date(context.now).toISOString();
    case '_sdc_batched_at':
      return new Date(context.batchOpenedAt).toISOString();
    case '_sdc_deleted_at':
      return context.deletedAt;
    case '_sdc_sequence':
      return new JsonNumber(String(context.now));
    case '_sdc_table_version':
      return context.version === undefined ? null : new JsonNumber(context.version);
    case '_sdc_sync_started_at':
      return new JsonNumber(String(context.syncStartedAt));
    case '_sdc_changes':
      // Known when the whole record is encoded: see changesValue.
      return null;
  }
}

/** The value of `_sdc_changes` for the values of a record that became NULL. */
function changesValue(nulled: readonly Rejection[]): Json {
  return nulled.map(
    ({ property = '', reason }) =>
      new Map([
        ['field', property],
        ['change', 'NULLED'],
        ['reason', reason],
      ]),
  );
}
