/** What a source sends in one seed: streams, and their messages in one order. A position is the number of messages before it. */

/** A row by column: what its values mean (see meaningOf). A NULL is not in it. */
export type Row = ReadonlyMap<string, string>;

/** How the records of a stream meet the rows of its table. */
export type Method =
  | 'upsert'
  | 'append'
  | 'insert-only'
  | 'overwrite'
  /** Airbyte's append_dedup, in which the greater cursor wins. */
  | 'newest';

export interface StreamPlan {
  readonly name: string;
  readonly method: Method;
  /** Whether `id` identifies a row. An append has no keys. */
  readonly hasKeys: boolean;
  /** Whether deleted rows are removed; otherwise they are marked. */
  readonly isHard: boolean;
  /** Whether records have versions, so that the table has the columns of add_record_metadata. */
  readonly hasVersions: boolean;
  /** Whether some records are marked as deleted. */
  readonly hasMarks: boolean;
  /** Airbyte: whether the rows replace those of older generations when the stream is complete. */
  readonly isRefresh: boolean;
  /** Options of the stream in the configuration. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Records of a sync before the story, which an overwrite or a refresh replaces. */
  readonly before: readonly SentRecord[];
  /** The schema of `before`. */
  readonly firstSchema: SchemaItem;
}

export interface SentRecord {
  /** Unique in the stream, and in the order in which the records are sent. */
  readonly seq: number;
  readonly id: number;
  /** The record as JSON. */
  readonly sent: string;
  readonly row: Row;
  /** The columns that its schema declares. */
  readonly columns: readonly string[];
  /** 0 if it has none. */
  readonly version: number;
  readonly isDeletion: boolean;
  /** It cannot be stored: it belongs in a file of rejected records. */
  readonly isRejected: boolean;
}

export interface SchemaItem {
  readonly kind: 'schema';
  readonly stream: number;
  /** JSON Schema of the properties. */
  readonly properties: Readonly<Record<string, object>>;
}

export type Item =
  | SchemaItem
  | { readonly kind: 'record'; readonly stream: number; readonly record: SentRecord }
  | { readonly kind: 'batch'; readonly stream: number; readonly records: readonly SentRecord[] }
  | { readonly kind: 'activate'; readonly stream: number; readonly version: number }
  /** Of all streams; Airbyte: of one. */
  | { readonly kind: 'state'; readonly stream?: number }
  /** Airbyte: the stream is complete. */
  | { readonly kind: 'complete'; readonly stream: number };

export interface Story {
  readonly protocol: 'singer' | 'airbyte';
  readonly streams: readonly StreamPlan[];
  readonly items: readonly Item[];
}

/** The records that a message brings, in their order. */
export function recordsOf(item: Item): readonly SentRecord[] {
  if (item.kind === 'record') return [item.record];
  return item.kind === 'batch' ? item.records : [];
}
