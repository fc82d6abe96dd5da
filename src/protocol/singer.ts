/**
 * Parses one Singer line into one Message. The type may be in any case, unknown keys are ignored, and the value of a STATE keeps
 * its own bytes. Source: the Singer specification 0.3.0 and the messages of the Meltano SDK.
 */
import { isUtf8 } from 'node:buffer';
import { InputError } from '../errors.ts';
import { JsonError, JsonNumber, parseObject, type Json, type JsonObject, type ParsedObject } from './json.ts';
import { placeOf, type Message, type Origin, type RecordMessage } from './message.ts';
import { whatArrived } from './unreadable.ts';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Undefined for a blank line. `lineNumber` counts from 1 and is used in errors only. */
export function parseSinger(line: Buffer, lineNumber: number): Message | undefined {
  const bytes = lineNumber === 1 ? withoutBom(line) : line;
  const state = quickState(bytes);
  if (state) return state;
  const text = bytes.toString('utf8');
  if (isBlank(text)) return undefined;
  const envelope = parse(text, { line: lineNumber, bytes });
  const type = envelope.members.get('type');
  if (typeof type !== 'string') {
    throw new InputError(`Cannot read line ${lineNumber}: the message is missing required type`, {
      line: lineNumber,
    });
  }
  return new EnvelopeReader(envelope, bytes, text, lineNumber).message(type);
}

/** The byte order mark that some editors and tools write before the first line. */
export function withoutBom(line: Buffer): Buffer {
  return line.subarray(0, 3).equals(BOM) ? line.subarray(3) : line;
}

/** Only a string with U+FFFD can have had bytes that are not UTF-8. */
function hadInvalidUtf8(text: string, bytes: Buffer): boolean {
  return text.includes('\uFFFD') && !isUtf8(bytes);
}

/** The beginning of a STATE in nearly every tap: without spaces, or with those of Python's json. */
const STATE_HEADS = ['{"type":"STATE","value":', '{"type": "STATE", "value": '];
const SPACE = 0x20;
const CLOSING_BRACE = 0x7d;

/**
 * A STATE whose value is everything between a usual beginning and the last brace; taps send millions of them. Undefined for
 * everything that must be parsed, including wrong JSON.
 */
function quickState(line: Buffer): Message | undefined {
  const head = line.toString('latin1', 0, 27);
  const length = STATE_HEADS.find((one) => head.startsWith(one))?.length;
  if (length === undefined || line[line.length - 1] !== CLOSING_BRACE) return undefined;
  const end = line.length - 1;
  // White space around the value is not part of it.
  if ((line[length] ?? 0) <= SPACE || (line[end - 1] ?? 0) <= SPACE) return undefined;
  try {
    const isNull = JSON.parse(line.toString('utf8', length, end)) === null;
    return { type: 'state', value: isNull ? undefined : Buffer.from(line.subarray(length, end)) };
  } catch {
    return undefined;
  }
}

/** A line of a BATCH file: the bare record. Undefined for a blank line. */
export function parseRecord(
  { stream, version }: Pick<RecordMessage, 'stream' | 'version'>,
  origin: Origin,
): RecordMessage | undefined {
  const text = origin.bytes.toString('utf8');
  if (isBlank(text)) return undefined;
  const { members, duplicateKeys, repeatedKeys } = parse(text, origin);
  const invalidUtf8 = hadInvalidUtf8(text, origin.bytes);
  return {
    type: 'record',
    stream,
    record: members,
    duplicateKeys,
    repeatedProperties: repeatedKeys.get(members) ?? [],
    invalidUtf8,
    version,
    timeExtracted: undefined,
  };
}

function isBlank(text: string): boolean {
  return /^\s*$/.test(text);
}

function parse(text: string, place: Origin): ParsedObject {
  try {
    return parseObject(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const arrived = whatArrived(place.bytes, text);
    throw new InputError(
      `Cannot read ${placeOf(place)}: not a JSON object, ${error.message} at character ${error.offset + 1}${
        arrived === '' ? '' : `; ${arrived}`
      }`,
      { line: place.line, file: place.file },
      { cause: error },
    );
  }
}

class EnvelopeReader {
  readonly #envelope: ParsedObject;
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #lineNumber: number;

  constructor(envelope: ParsedObject, bytes: Buffer, text: string, lineNumber: number) {
    this.#envelope = envelope;
    this.#bytes = bytes;
    this.#text = text;
    this.#lineNumber = lineNumber;
  }

  message(type: string): Message {
    switch (type.toUpperCase()) {
      case 'RECORD': {
        const record = this.#object('record', type);
        return {
          type: 'record',
          stream: this.#string('stream', type),
          record,
          duplicateKeys: this.#envelope.duplicateKeys,
          repeatedProperties: this.#envelope.repeatedKeys.get(record) ?? [],
          invalidUtf8: hadInvalidUtf8(this.#text, this.#bytes),
          version: this.#version(type),
          timeExtracted: this.#timeExtracted(),
        };
      }
      case 'STATE':
        return { type: 'state', value: this.#stateBytes(type) };
      case 'SCHEMA':
        return {
          type: 'schema',
          stream: this.#string('stream', type),
          schema: this.#object('schema', type),
          keyProperties: this.#keyProperties(),
          // A copy: the line shares memory with its chunk.
          line: Buffer.from(this.#bytes),
        };
      case 'ACTIVATE_VERSION':
        return {
          type: 'activate-version',
          stream: this.#string('stream', type),
          version: this.#version(type) ?? this.#missing('version', type),
        };
      case 'BATCH':
        return this.#batch(type);
      default:
        throw this.#error(
          `unknown message type ${JSON.stringify(type.slice(0, 50))}, expected SCHEMA, RECORD, STATE, ACTIVATE_VERSION or BATCH`,
        );
    }
  }

  #required(key: string, type: string): Json {
    const value = this.#envelope.members.get(key);
    return value === undefined ? this.#missing(key, type) : value;
  }

  #missing(key: string, type: string): never {
    throw this.#error(`a ${type} message is missing required key "${key}"`);
  }

  #string(key: string, type: string): string {
    const value = this.#required(key, type);
    if (typeof value !== 'string' || value === '')
      throw this.#error(`"${key}" of a ${type} message must be a string`);
    return value;
  }

  #object(key: string, type: string): JsonObject {
    const value = this.#required(key, type);
    if (!(value instanceof Map)) throw this.#error(`"${key}" of a ${type} message must be an object`);
    return value as JsonObject;
  }

  /** Absent, null and [] all mean "no key". */
  #keyProperties(): readonly string[] {
    const value = this.#envelope.members.get('key_properties') ?? [];
    const keys = Array.isArray(value) ? (value as readonly Json[]) : [false];
    if (!keys.every((key) => typeof key === 'string')) {
      throw this.#error('"key_properties" of a SCHEMA message must be an array of names');
    }
    return [...new Set(keys)];
  }

  /** Absent and null mean "none". */
  #version(type: string): string | undefined {
    const value = this.#envelope.members.get('version') ?? null;
    if (value === null) return undefined;
    if (value instanceof JsonNumber && /^-?\d{1,18}$/.test(value.text)) return value.text;
    throw this.#error(`"version" of a ${type} message must be a whole number of at most 18 digits`);
  }

  #timeExtracted(): string | undefined {
    const value = this.#envelope.members.get('time_extracted') ?? null;
    if (value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    throw this.#error('"time_extracted" of a RECORD message must be a text');
  }

  #batch(type: string): Message {
    const encoding = this.#object('encoding', type);
    const manifest = this.#required('manifest', type);
    const files = Array.isArray(manifest) ? (manifest as readonly Json[]) : [false];
    if (!files.every((file) => typeof file === 'string'))
      throw this.#error(`"manifest" of a ${type} message must be an array of URLs`);
    const format = encoding.get('format');
    if (typeof format !== 'string') throw this.#error(`"encoding" of a ${type} message must name a "format"`);
    const compression = encoding.get('compression') ?? 'none';
    if (typeof compression !== 'string')
      throw this.#error(`"compression" of a ${type} message must be a string`);
    return {
      type: 'batch',
      stream: this.#string('stream', type),
      format,
      compression: compression === 'none' ? undefined : compression,
      files,
      version: this.#version(type),
    };
  }

  #stateBytes(type: string): Buffer | undefined {
    if (this.#required('value', type) === null) return undefined;
    // Offsets in characters equal offsets in bytes only if every character is one byte, as in Latin-1.
    const oneByteEach = this.#text.length === this.#bytes.length;
    const { spans } = oneByteEach ? this.#envelope : parseObject(this.#bytes.toString('latin1'));
    const span = spans.get('value');
    if (!span) throw this.#error('a STATE message has no value');
    // A copy: the line shares memory with its chunk, and a state may be kept for a long time.
    return Buffer.from(this.#bytes.subarray(span[0], span[1]));
  }

  #error(what: string): InputError {
    const stream = this.#envelope.members.get('stream');
    const at = { line: this.#lineNumber, ...(typeof stream === 'string' ? { stream } : {}) };
    return new InputError(`Cannot read line ${this.#lineNumber}: ${what}`, at);
  }
}
