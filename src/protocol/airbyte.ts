/**
 * Parses one line of an Airbyte source, or of the platform between it and this program, into one message. Only lines that a
 * destination acts on become messages; unknown members and types are ignored. Source: airbyte-protocol 0.18.0, airbyte_protocol.yaml,
 * where every object has additionalProperties true.
 */
import { isUtf8 } from 'node:buffer';
import { InputError } from '../errors.ts';
import { closingQuote, QUOTE, skipSpace, skipValue } from './bytes.ts';
import { JsonError, JsonNumber, parseObject, type Json, type JsonObject, type ParsedObject } from './json.ts';
import type { RecordMessage } from './message.ts';

/** A stream, as messages name it. */
export interface Descriptor {
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface AirbyteRecord {
  readonly type: 'record';
  readonly stream: Descriptor;
  /** Without the name of the stream, which depends on the catalog. */
  readonly record: Omit<RecordMessage, 'stream'>;
}

export interface AirbyteState {
  readonly type: 'state';
  /** The stream of the state; undefined for a state of all streams. */
  readonly stream: Descriptor | undefined;
  /** The members of the state object as received, but without `destinationStats`. */
  readonly members: Buffer;
}

export interface AirbyteStatus {
  readonly type: 'status';
  readonly stream: Descriptor;
  readonly status: 'COMPLETE' | 'INCOMPLETE';
}

export type AirbyteMessage = AirbyteRecord | AirbyteState | AirbyteStatus;

/** A unique string for each stream. */
export function keyOf({ namespace, name }: Descriptor): string {
  return `${namespace ?? ''}\0${name}`;
}

/** Undefined for a blank line and for a line that a destination does not act on. `line` counts from 1. Throws InputError. */
export function parseAirbyte(bytes: Buffer, line: number): AirbyteMessage | undefined {
  const text = bytes.toString('utf8');
  if (/^\s*$/.test(text)) return undefined;
  return new Reader(parse(text, line), bytes, text, line).message();
}

function parse(text: string, line: number): ParsedObject {
  try {
    return parseObject(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new InputError(
      `Cannot read line ${line}: not an Airbyte message, ${error.message} at character ${error.offset + 1}`,
      { line },
      { cause: error },
    );
  }
}

/** From here on a number is milliseconds, below it seconds: 100,000,000,000 ms are in March 1973. */
const LEAST_MILLISECONDS = 100_000_000_000;
/** From here on a number is read as seconds: those of September 2001. */
const LEAST_SECONDS = 1_000_000_000;

/**
 * `emitted_at` in milliseconds since the epoch. The protocol requires milliseconds. PyAirbyte sends seconds for records from
 * its cache; as milliseconds they would be before this century.
 */
function emittedAt(value: number): number {
  return value >= LEAST_SECONDS && value < LEAST_MILLISECONDS ? value * 1000 : Math.floor(value);
}

/** What a Date holds. */
const MAX_MILLISECONDS = 8.64e15;

class Reader {
  readonly #parsed: ParsedObject;
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #line: number;

  constructor(parsed: ParsedObject, bytes: Buffer, text: string, line: number) {
    this.#parsed = parsed;
    this.#bytes = bytes;
    this.#text = text;
    this.#line = line;
  }

  message(): AirbyteMessage | undefined {
    const type = this.#parsed.members.get('type');
    switch (type) {
      case 'RECORD':
        return this.#record(this.#body('record'));
      case 'STATE':
        return this.#state(this.#body('state'));
      case 'TRACE':
        return this.#status(this.#body('trace'));
      default:
        if (typeof type === 'string') return undefined;
        throw this.#error('the message has no type');
    }
  }

  #record(record: JsonObject): AirbyteRecord {
    const data = record.get('data');
    if (!isObject(data)) throw this.#error('"data" of a RECORD must be an object');
    return {
      type: 'record',
      stream: this.#descriptor(record, 'stream', 'a RECORD'),
      record: {
        type: 'record',
        record: data,
        duplicateKeys: this.#parsed.duplicateKeys,
        repeatedProperties: this.#parsed.repeatedKeys.get(data) ?? [],
        invalidUtf8: this.#text.includes('\uFFFD') && !isUtf8(this.#bytes),
        version: undefined,
        timeExtracted: undefined,
        emittedAt: this.#emittedAt(record.get('emitted_at')),
        changes: this.#changes(record.get('meta') ?? null),
      },
    };
  }

  #emittedAt(value: Json | undefined): number {
    const number = value instanceof JsonNumber ? Number(value.text) : NaN;
    if (Math.abs(number) <= MAX_MILLISECONDS) return emittedAt(number);
    throw this.#error('"emitted_at" of a RECORD must be a number of milliseconds since 1970');
  }

  #changes(meta: Json): readonly Json[] {
    const changes = isObject(meta) ? (meta.get('changes') ?? null) : meta;
    if (changes === null) return [];
    if (Array.isArray(changes)) return changes as readonly Json[];
    throw this.#error('"meta" of a RECORD must be an object with a list of changes');
  }

  #state(state: JsonObject): AirbyteState {
    const stream = state.get('stream') ?? null;
    const type = state.get('type') ?? 'LEGACY';
    const isOfStream = type === 'STREAM' || (type === 'LEGACY' && isObject(stream));
    if (isOfStream && !isObject(stream)) throw this.#error('a STATE of type STREAM must have a "stream"');
    return {
      type: 'state',
      stream:
        isOfStream && isObject(stream)
          ? this.#descriptor(this.#object(stream, 'stream_descriptor', 'a STATE'), 'name', 'a STATE')
          : undefined,
      members: this.#stateMembers(),
    };
  }

  /** By bytes, so that what is not known and what stands twice comes back as it was sent. */
  #stateMembers(): Buffer {
    const span = this.#spans(this.#bytes).get('state');
    if (!span) throw this.#error('a STATE message has no state');
    const state = this.#bytes.subarray(span[0], span[1]);
    const kept = membersOf(state).filter(({ key }) => key !== 'destinationStats');
    // A copy: the line shares memory with its chunk, and a state may be kept for a long time.
    return Buffer.concat(
      kept.flatMap(({ from, to }, i) => [...(i === 0 ? [] : [COMMA]), state.subarray(from, to)]),
    );
  }

  /** Offsets in characters equal offsets in bytes only if every character is one byte, as in Latin-1. */
  #spans(bytes: Buffer): ParsedObject['spans'] {
    return this.#text.length === bytes.length
      ? this.#parsed.spans
      : parseObject(bytes.toString('latin1')).spans;
  }

  #status(trace: JsonObject): AirbyteStatus | undefined {
    if (trace.get('type') !== 'STREAM_STATUS') return undefined;
    const of = this.#object(trace, 'stream_status', 'a TRACE');
    const status = of.get('status');
    if (status !== 'COMPLETE' && status !== 'INCOMPLETE') return undefined;
    const descriptor = this.#object(of, 'stream_descriptor', 'a TRACE');
    return { type: 'status', stream: this.#descriptor(descriptor, 'name', 'a TRACE'), status };
  }

  #descriptor(of: JsonObject, key: string, what: string): Descriptor {
    const name = of.get(key);
    const namespace = of.get('namespace') ?? undefined;
    if (typeof name !== 'string') throw this.#error(`"${key}" of ${what} must be a string`);
    if (namespace !== undefined && typeof namespace !== 'string')
      throw this.#error(`"namespace" of ${what} must be a string`);
    return { name, namespace };
  }

  /** The member with the name of the type of its message. */
  #body(key: string): JsonObject {
    return this.#object(this.#parsed.members, key, `a ${key.toUpperCase()} message`);
  }

  #object(of: JsonObject, key: string, what: string): JsonObject {
    const value = of.get(key);
    if (isObject(value)) return value;
    throw this.#error(`"${key}" of ${what} must be an object`);
  }

  #error(what: string): InputError {
    return new InputError(`Cannot read line ${this.#line}: ${what}`, { line: this.#line });
  }
}

const COMMA = Buffer.from(',');

function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

interface Member {
  readonly key: string;
  /** The offsets of the begin of the key and the end of the value. */
  readonly from: number;
  readonly to: number;
}

/** The members of a valid JSON object, including those with the same key. */
function membersOf(object: Buffer): readonly Member[] {
  const source = Buffer.concat([object, Buffer.from('\n')]);
  const members: Member[] = [];
  let at = skipSpace(source, 1);
  while (source[at] === QUOTE) {
    const keyEnd = closingQuote(source, at) + 1;
    const valueAt = skipSpace(source, skipSpace(source, keyEnd) + 1);
    const to = skipValue(source, valueAt);
    members.push({ key: JSON.parse(source.toString('utf8', at, keyEnd)) as string, from: at, to });
    const next = skipSpace(source, to);
    at = source[next] === COMMA[0] ? skipSpace(source, next + 1) : next;
  }
  return members;
}
