/**
 * The metadata of a record, as Airbyte's destinations store it. Source: destination-redshift 4 and the
 * AirbyteRecordMessageMetaChange of airbyte-protocol 0.18.0.
 */
import { JsonNumber, type Json } from '../protocol/json.ts';
import type { AirbyteField, MetadataField } from '../table/types.ts';
import type { MetadataValues, RecordContext } from './metadata.ts';
import type { Rejection } from './rejection.ts';
import { ValueError } from './value-error.ts';

/** The facts that all records of a sync share. */
export interface Sync {
  readonly syncId: bigint;
  readonly generation: bigint;
}

export function airbyteMetadata({ syncId, generation }: Sync): MetadataValues {
  const meta = (changes: readonly Json[]): Json =>
    new Map<string, Json>([
      ['sync_id', new JsonNumber(String(syncId))],
      ['changes', changes],
    ]);
  const value = (field: AirbyteField, context: RecordContext): Json => {
    switch (field) {
      case '_airbyte_raw_id':
        return rawId(context.batchSeed, context.ordinal);
      case '_airbyte_extracted_at':
        return timeText(context.emittedAt);
      case '_airbyte_meta':
        return meta(context.sourceChanges);
      case '_airbyte_generation_id':
        return new JsonNumber(String(generation));
    }
  };
  return {
    value: (field: MetadataField, context) => value(field as AirbyteField, context),
    changesField: '_airbyte_meta',
    changes: (nulled, { sourceChanges }) => meta([...sourceChanges, ...nulled.map(changeOf)]),
  };
}

function timeText(milliseconds: number): string {
  const time = new Date(milliseconds);
  if (Number.isNaN(time.getTime())) throw new ValueError('is not a time');
  return time.toISOString();
}

/**
 * A UUID in the form of version 4. It consists of 62 random bits of the batch and the position of the record in the stream, so it is
 * unique, and cheaper to create and to store than random bits for each row.
 */
export function rawId(batchSeed: string, ordinal: number): string {
  const place = ordinal.toString(16).padStart(15, '0');
  const variant = (8 + (Number.parseInt(batchSeed[15] ?? '0', 16) & 3)).toString(16);
  const [a, b, c] = [batchSeed.slice(0, 8), batchSeed.slice(8, 12), batchSeed.slice(12, 15)];
  return `${a}-${b}-4${c}-${variant}${place.slice(0, 3)}-${place.slice(3)}`;
}

/** The reasons are those of the protocol. */
function changeOf({ property = '', isSize }: Rejection): Json {
  const reason =
    isSize === undefined
      ? 'DESTINATION_SERIALIZATION_ERROR'
      : isSize === 'row'
        ? 'DESTINATION_RECORD_SIZE_LIMITATION'
        : 'DESTINATION_FIELD_SIZE_LIMITATION';
  return new Map<string, Json>([
    ['field', property],
    ['change', 'NULLED'],
    ['reason', reason],
  ]);
}
