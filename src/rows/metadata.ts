/** What is known of a record beside its values, as the values of the `_sdc_*` columns. Names and meanings: Meltano SDK. */
import { JsonNumber, type Json } from '../protocol/json.ts';
import type { RecordMessage } from '../protocol/message.ts';
import type { MetadataField } from '../table/types.ts';
import type { Rejection } from './rejection.ts';

/** Milliseconds since the epoch. */
export interface Times {
  readonly now: number;
  readonly batchOpenedAt: number;
  readonly syncStartedAt: number;
}

export function metadataValue(field: MetadataField, message: RecordMessage, times: Times): Json {
  switch (field) {
    case '_sdc_extracted_at':
      return message.timeExtracted ?? null;
    case '_sdc_received_at':
      return new Date(times.now).toISOString();
    case '_sdc_batched_at':
      return new Date(times.batchOpenedAt).toISOString();
    case '_sdc_deleted_at':
      return message.record.get('_sdc_deleted_at') ?? null;
    case '_sdc_sequence':
      return new JsonNumber(String(times.now));
    case '_sdc_table_version':
      return message.version === undefined ? null : new JsonNumber(message.version);
    case '_sdc_sync_started_at':
      return new JsonNumber(String(times.syncStartedAt));
    case '_sdc_changes':
      // Known when the whole record is encoded: see changesValue.
      return null;
  }
}

/** What `_sdc_changes` says of the values of a record that became NULL. */
export function changesValue(nulled: readonly Rejection[]): Json {
  return nulled.map(
    ({ property = '', reason }) =>
      new Map([
        ['field', property],
        ['change', 'NULLED'],
        ['reason', reason],
      ]),
  );
}
