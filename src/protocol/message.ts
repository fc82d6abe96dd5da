/** What can be said to this program, whichever protocol it came in. */
import type { Json, JsonObject } from './json.ts';

export interface SchemaMessage {
  readonly type: 'schema';
  readonly stream: string;
  readonly schema: JsonObject;
  readonly keyProperties: readonly string[];
}

export interface RecordMessage {
  readonly type: 'record';
  readonly stream: string;
  readonly record: JsonObject;
  /** Values that could not be taken as they were written. */
  readonly duplicateKeys: number;
  /** The line held bytes that are not UTF-8; they were read as U+FFFD. */
  readonly invalidUtf8: boolean;
}

export interface StateMessage {
  readonly type: 'state';
  /** The value's own bytes as received; undefined when it is null, which says nothing. */
  readonly value: Buffer | undefined;
}

export interface ActivateVersionMessage {
  readonly type: 'activate-version';
  readonly stream: string;
  readonly version: Json;
}

export interface BatchMessage {
  readonly type: 'batch';
  readonly stream: string;
}

export type Message = SchemaMessage | RecordMessage | StateMessage | ActivateVersionMessage | BatchMessage;
