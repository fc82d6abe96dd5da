/** Processes the messages of a Singer tap: the lines of its output, and those of its BATCH files. */
import { beginsAsMessage, messageMember } from '../batches/messages.ts';
import type { BatchFiles } from '../batches/read.ts';
import { InputError } from '../errors.ts';
import { BareFrame, Envelope } from '../protocol/envelope.ts';
import type { Source } from '../protocol/lines.ts';
import {
  placeOf,
  type BatchMessage,
  type Message,
  type Origin,
  type RecordMessage,
} from '../protocol/message.ts';
import { parseRecord, parseSinger, withoutBom } from '../protocol/singer.ts';
import type { Tape } from '../rows/walk/tape.ts';
import type { Ledger } from '../states/ledger.ts';
import type { Stream } from '../streams/stream.ts';
import type { Streams } from '../streams/streams.ts';
import type { Lines } from './reader.ts';

export interface SingerOptions {
  readonly streams: Streams;
  readonly ledger: Ledger;
  /** Its source is the current block. */
  readonly tape: Tape;
  readonly files: BatchFiles;
  /** Stops reading a file. */
  readonly interrupted: AbortSignal;
  /** Processes the lines of a file. */
  readonly read: (blocks: AsyncIterable<Buffer>, lines: Lines) => Promise<void>;
  /** Called after each parsed record; a promise makes the reader wait. */
  readonly onRecord: (stream: Stream) => Promise<void> | undefined;
}

export class SingerLines implements Lines {
  count = 0;
  readonly #options: SingerOptions;
  readonly #envelope = new Envelope();

  constructor(options: SingerOptions) {
    this.#options = options;
  }

  walk(at: number, end: number): Stream | undefined {
    const { tape, streams } = this.#options;
    const recordAt = this.#envelope.open(tape.source, at);
    const stream = recordAt === -1 ? undefined : streams.find(this.#envelope.stream);
    return stream?.walk(recordAt, this.#envelope, at, end) === true ? stream : undefined;
  }

  parse(line: Buffer): Promise<void> | undefined {
    const message = parseSinger(line, this.count);
    return message && this.#handle(message, line);
  }

  #handle(message: Message, bytes: Buffer): Promise<void> | undefined {
    const { streams, ledger } = this.#options;
    switch (message.type) {
      case 'record':
        return this.#append(message, { line: this.count, bytes });
      case 'state':
        if (message.value) ledger.mark(message.value);
        return undefined;
      case 'schema':
        return streams.setSchema(message);
      case 'activate-version':
        return streams.activate(message);
      case 'batch':
        return this.#readFiles(message);
    }
  }

  async #readFiles(message: BatchMessage): Promise<void> {
    const { streams, files, interrupted, read } = this.#options;
    const stream = streams.get(message.stream, this.count);
    if (stream.copiesFiles) return stream.copyFiles(message, this.count);
    for (const file of files.of(message, this.count, interrupted)) {
      const lines = this.#records(stream, message, file.source);
      await read(
        file.blocks(() => lines.count),
        lines,
      );
    }
  }

  /** The records of a file that a BATCH message names. */
  #records(stream: Stream, message: BatchMessage, source: Source): Lines {
    const { tape } = this.#options;
    const frame = new BareFrame(message.version);
    const lines: Lines = {
      count: 0,
      walk: (at, end) => {
        // The first line is always parsed, to find out whether the file contains records.
        if (lines.count === 1 || beginsAsMessage(tape.source, at)) return undefined;
        return stream.walk(at, frame, at, end) ? stream : undefined;
      },
      parse: (line) => {
        const origin = { ...source, line: lines.count, bytes: lines.count === 1 ? withoutBom(line) : line };
        const record = parseRecord(message, origin);
        if (!record) return undefined;
        const member = messageMember(record.record);
        if (member !== undefined && !stream.reads(member)) throw notARecord(stream.name, origin);
        return this.#append(record, origin);
      },
    };
    return lines;
  }

  #append(record: RecordMessage, origin: Origin): Promise<void> | undefined {
    const { streams, onRecord } = this.#options;
    const stream = streams.get(record.stream, origin.line);
    const wait = stream.append(record, origin);
    return wait ? wait.then(() => onRecord(stream)) : onRecord(stream);
  }
}

function notARecord(stream: string, origin: Origin): InputError {
  return new InputError(
    `Cannot load stream "${stream}", ${placeOf(origin)}: the line is a Singer message, but each line of a BATCH file must be a ` +
      'bare record; correct the tap, or load such a file with --input',
    { stream, line: origin.line, file: origin.file },
  );
}
