/** The values of the `_sdc_*` columns: what is known about a record besides its own values. Names and meanings: Meltano SDK. */
import { JsonNumber, type Json } from '../protocol/json.ts';
import type { MetadataField } from '../table/types.ts';
import type { Rejection } from './rejection.ts';

/** All times are in milliseconds since the epoch. */
export interface Surroundings {
  readonly now: number;
  readonly batchOpenedAt: number;
  readonly syncStartedAt: number;
  readonly version: string | undefined;
  readonly timeExtracted: string | undefined;
  /** The values in the message. */
  readonly deletedAt: Json;
}

export function metadataValue(field: MetadataField, surroundings: Surroundings): Json {
  switch (field) {
    case '_sdc_extracted_at':
      return surroundings.timeExtracted ?? null;
    case '_sdc_received_at':
      return new Date(surroundings.now).toISOString();
    case '_sdc_batched_at':
      return new Date(surroundings.batchOpenedAt).toISOString();
    case '_sdc_deleted_at':
      return surroundings.deletedAt;
    case '_sdc_sequence':
      return new JsonNumber(String(surroundings.now));
    case '_sdc_table_version':
      return surroundings.version === undefined ? null : new JsonNumber(surroundings.version);
    case '_sdc_sync_started_at':
      return new JsonNumber(String(surroundings.syncStartedAt));
    case '_sdc_changes':
      // Known when the whole record is encoded: see changesValue.
      return null;
  }
}

/** The value of `_sdc_changes` for the values of a record that became NULL. */
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
