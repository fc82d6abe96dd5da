/**
 * The rejected records of a batch, as Singer input that can be loaded once the cause is removed: their SCHEMA as received (again
 * when it changes, because schemas may share a batch), then each RECORD as received, with the reason as one more key. Collected
 * records count in the memory budget. A large collection becomes several objects, each of which is complete.
 */
import { jsonText, parseObject, type JsonObject } from '../protocol/json.ts';
import type { Origin, RecordMessage } from '../protocol/message.ts';
import type { Rejection } from '../rows/rejection.ts';
import type { Staging } from './batch.ts';
import { Slabs } from './slabs.ts';

/** An object is closed when it has this many bytes, or this share of the memory budget. */
const MAX_OBJECT_BYTES = 8 * 1024 * 1024;
const BUDGET_SHARE = 1 / 12;

/** Why a record is set aside, and which of its values must not be shown. */
interface Verdict {
  readonly rejection: Rejection;
  readonly hidden: ReadonlySet<string>;
}

const LF = Buffer.from('\n');
const CLOSING_BRACE = 0x7d;
const KEY = ',"_rejected":';

export class RejectedRecords {
  readonly #keyPrefix: string;
  /** The last SCHEMA in the open object. */
  #schemaLine: Buffer | undefined;
  readonly #staging: Staging;
  readonly #slabs: Slabs;
  readonly #objects: Promise<unknown>[] = [];
  readonly #urls: string[] = [];
  readonly #objectBytes: number;
  #count = 0;

  constructor(keyPrefix: string, staging: Staging) {
    this.#keyPrefix = keyPrefix;
    this.#staging = staging;
    this.#slabs = new Slabs(staging.pool);
    this.#objectBytes = Math.min(MAX_OBJECT_BYTES, staging.budget.limit * BUDGET_SHARE);
  }

  /** Records that were set aside. */
  get count(): number {
    return this.#count;
  }

  /** Their place, when the batch is closed. */
  get urls(): readonly string[] {
    return this.#urls;
  }

  /** Memory for records that are not being uploaded. */
  get openBytes(): number {
    return this.#slabs.capacity;
  }

  /** `schemaLine` is the SCHEMA of the record. The values of `hidden` properties are not written. */
  append(schemaLine: Buffer, message: RecordMessage, origin: Origin, verdict: Verdict): void {
    this.#count++;
    const held = this.#slabs.capacity;
    if (!this.#schemaLine?.equals(schemaLine)) {
      this.#schemaLine = schemaLine;
      this.#add(schemaLine);
    }
    this.#add(rejectedLine(message, origin, verdict));
    this.#staging.budget.open(this.#slabs.capacity - held);
    if (this.#slabs.bytes >= this.#objectBytes) this.cut();
  }

  /** Uploads the open records as one object. */
  cut(): void {
    const [raw] = this.#slabs.takeAll(1);
    if (!raw) return;
    this.#schemaLine = undefined;
    const number = this.#objects.length === 0 ? '' : `-${this.#objects.length + 1}`;
    const key = `${this.#keyPrefix}${number}.jsonl`;
    this.#staging.budget.sent(raw.held);
    const object = this.#staging.keep(key, raw);
    // The failure is reported when the batch is closed; until then it must not count as unhandled.
    object.catch(() => undefined);
    this.#objects.push(object);
    this.#urls.push(this.#staging.url(key));
  }

  /** Ends the collection. Resolves when every record is durable in S3; rejects with the first failure. */
  async close(): Promise<void> {
    this.cut();
    await Promise.all(this.#objects);
  }

  #add(line: Buffer): void {
    this.#slabs.add(line, MAX_OBJECT_BYTES);
    this.#slabs.add(LF, MAX_OBJECT_BYTES);
  }
}

/**
 * The line of the record, with the reason before its last brace. It replaces a reason from an earlier load. The values of `hidden`
 * properties are replaced.
 */
export function rejectedLine(message: RecordMessage, origin: Origin, { rejection, hidden }: Verdict): Buffer {
  const note = {
    ...(origin.file === undefined ? {} : { file: origin.file }),
    line: origin.line,
    ...(rejection.property === undefined ? {} : { column: rejection.property }),
    reason: rejection.reason,
  };
  const isHidden = hidden.size > 0 && [...message.record.keys()].some((property) => hidden.has(property));
  const envelope = isHidden
    ? wrapped(message, Buffer.from(jsonText(withoutValues(message.record, hidden))))
    : origin.file === undefined
      ? origin.bytes
      : wrapped(message, origin.bytes);
  return Buffer.concat([
    envelope.subarray(0, endOf(envelope)),
    Buffer.from(`${KEY}${JSON.stringify(note)}}`),
  ]);
}

/** What stands in place of a value that must not be shown. */
const HIDDEN_VALUE = '(hidden)';

/** NULLs stay, because they show nothing. */
function withoutValues(record: JsonObject, hidden: ReadonlySet<string>): JsonObject {
  return new Map(
    [...record].map(([property, value]) => [
      property,
      hidden.has(property) && value !== null ? HIDDEN_VALUE : value,
    ]),
  );
}

/** A record in a BATCH file has no envelope, and that of a record with hidden values is written again. */
function wrapped({ stream, version, timeExtracted }: RecordMessage, record: Buffer): Buffer {
  const head = `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`;
  const time = timeExtracted === undefined ? '' : `,"time_extracted":${JSON.stringify(timeExtracted)}`;
  const tail = `${version === undefined ? '' : `,"version":${version}`}${time}}`;
  return Buffer.concat([Buffer.from(head), record, Buffer.from(tail)]);
}

/** The offset of the last brace, or of an earlier reason before it. */
function endOf(line: Buffer): number {
  const end = line.lastIndexOf(CLOSING_BRACE);
  const at = line.lastIndexOf(KEY);
  if (at === -1) return end;
  // Offsets in a Latin-1 string are offsets in bytes.
  const span = parseObject(line.toString('latin1')).spans.get('_rejected');
  return span?.[0] === at + KEY.length && span[1] === end ? at : end;
}
