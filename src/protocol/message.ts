/** What can be said to this program, whichever protocol it came in. */
import type { Json, JsonObject } from './json.ts';

export interface SchemaMessage {
  readonly type: 'schema';
  readonly stream: string;
  readonly schema: JsonObject;
  readonly keyProperties: readonly string[];
  /** The line as received. */
  readonly line: Buffer;
}

export interface RecordMessage {
  readonly type: 'record';
  readonly stream: string;
  readonly record: JsonObject;
  /** How many keys occurred twice in one object, at any depth. */
  readonly duplicateKeys: number;
  /** Properties of the record itself that occurred twice. */
  readonly repeatedProperties: readonly string[];
  /** The line had bytes that are not UTF-8; they were read as U+FFFD. */
  readonly invalidUtf8: boolean;
  /** Digits of the table version that the record belongs to. */
  readonly version: string | undefined;
  /** When the tap extracted it, as the tap wrote it. */
  readonly timeExtracted: string | undefined;
  /** When an Airbyte source emitted it, in milliseconds since the epoch. */
  readonly emittedAt?: number;
  /** What an Airbyte source, or the platform, changed in its values. */
  readonly changes?: readonly Json[];
}

export interface StateMessage {
  readonly type: 'state';
  /** The bytes of the value as received; undefined if it is null, which has no meaning. */
  readonly value: Buffer | undefined;
}

export interface ActivateVersionMessage {
  readonly type: 'activate-version';
  readonly stream: string;
  /** Digits. */
  readonly version: string;
}

/** Files with records instead of RECORD messages, an extension of the Meltano SDK. */
export interface BatchMessage {
  readonly type: 'batch';
  readonly stream: string;
  readonly format: string;
  readonly compression: string | undefined;
  /** `file://` and `s3://` URLs, in the order of their records. */
  readonly files: readonly string[];
  readonly version: string | undefined;
}

export type Message = SchemaMessage | RecordMessage | StateMessage | ActivateVersionMessage | BatchMessage;

/** Where a record was read, for messages about it and for rejected records. */
export interface Origin {
  /** Counts from 1, on stdin or in the file. */
  readonly line: number;
  /** The file of a BATCH message; undefined for stdin. */
  readonly file?: string;
  /** The line of that message on stdin. */
  readonly batchLine?: number;
  /** The whole line: a message on stdin, the bare record in a file. It may share memory with its chunk. */
  readonly bytes: Buffer;
}

/** The place in messages: `line 3`, or `line 3 of file:///x.jsonl (BATCH message on line 7)`. */
export function placeOf({ line, file, batchLine }: Omit<Origin, 'bytes'>): string {
  return file === undefined ? `line ${line}` : `line ${line} of ${file} (BATCH message on line ${batchLine})`;
}
