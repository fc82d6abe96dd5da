/** Processes the messages of a Singer tap: the lines of its output, and those of its BATCH files. */
import type { Writable } from 'node:stream';
import { beginsAsMessage, messageMember } from '../batches/messages.ts';
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
import { Ledger } from '../states/ledger.ts';
import { StateWriter } from '../states/writer.ts';
import type { Stream } from '../streams/stream.ts';
import type { MessageHandler, Protocol, RunAccess } from './protocol.ts';
import type { Lines } from './reader.ts';

/** The protocol of Singer. `states` receives the newest safe state; `onClosed` is called when nothing more can be written. */
export function singerProtocol(states: Writable, onClosed: (error: unknown) => void): Protocol {
  const output = new StateWriter(states, onClosed);
  const ledger = new Ledger((state) => output.write(state));
  return { effects: ledger, output, handler: (run) => new SingerHandler(run, ledger) };
}

class SingerHandler implements MessageHandler {
  count = 0;
  readonly #run: RunAccess;
  readonly #ledger: Ledger;
  readonly #envelope = new Envelope();

  constructor(run: RunAccess, ledger: Ledger) {
    this.#run = run;
    this.#ledger = ledger;
  }

  /** Streams are known when their schemas come. */
  begin(): Promise<void> {
    return Promise.resolve();
  }

  conclude(isWholeInput: boolean, isProven: boolean): Error | undefined {
    return this.#run.streams.concludeStreams(isWholeInput, isProven);
  }

  walk(at: number, end: number): Stream | undefined {
    const { tape, streams } = this.#run;
    const recordAt = this.#envelope.open(tape.source, at);
    const stream = recordAt === -1 ? undefined : streams.find(this.#envelope.stream);
    return stream?.walk(recordAt, this.#envelope, at, end) === true ? stream : undefined;
  }

  parse(line: Buffer): Promise<void> | undefined {
    const message = parseSinger(line, this.count);
    return message && this.#handle(message, line);
  }

  #handle(message: Message, bytes: Buffer): Promise<void> | undefined {
    const { streams } = this.#run;
    switch (message.type) {
      case 'record':
        return this.#append(message, { line: this.count, bytes });
      case 'state':
        if (message.value) this.#ledger.addState(message.value);
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
    const { streams, files, interrupted, read } = this.#run;
    const stream = streams.streamForRecord(message.stream, this.count);
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
    const { tape } = this.#run;
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
    const { streams, onRecord } = this.#run;
    const stream = streams.streamForRecord(record.stream, origin.line);
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
