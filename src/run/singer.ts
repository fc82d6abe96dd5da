/** Processes the messages of a Singer tap: the lines of its output, and those of its BATCH files. */
import type { Writable } from 'node:stream';
import type { Logger } from '../log.ts';
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
import type { GroupCommit } from '../warehouse/group-commit.ts';
import { RunLane } from './lane.ts';
import type { MessageHandler, Protocol, RunAccess } from './protocol.ts';
import type { Lines } from './reader.ts';

export interface SingerOptions {
  /** Receives the newest safe state. */
  readonly states: Writable;
  /** Called when nothing more can be written, and when a group cannot be committed. */
  readonly fail: (error: unknown) => void;
  readonly log: Logger;
  /** Commits the work in groups, and keeps the states that are safe. */
  readonly group?: GroupCommit | undefined;
  /** Called before the first line is read. */
  readonly begin?: (() => Promise<void>) | undefined;
}

export function singerProtocol(options: SingerOptions): Protocol {
  const { states, fail, group } = options;
  const output = new StateWriter(states, fail);
  const write = (state: Buffer): void => output.write(state);
  const ledger = new Ledger((state) => (group ? group.offer(state) : write(state)));
  group?.useStates({ after: (effects) => ledger.after(effects), write });
  return { effects: ledger, output, handler: (run) => new SingerHandler(run, ledger, options) };
}

class SingerHandler implements MessageHandler {
  count = 0;
  readonly #run: RunAccess;
  readonly #ledger: Ledger;
  readonly #envelope = new Envelope();
  readonly lane = new RunLane();
  readonly #options: Pick<SingerOptions, 'group' | 'begin' | 'log'>;
  /** The stream of a record that came after the newest state and is there twice if it is sent again. */
  #uncovered: Stream | undefined;
  /** The newest state that was read. */
  #newest: Buffer | undefined;
  /** No record came after it. */
  #isAtState = false;

  constructor(run: RunAccess, ledger: Ledger, options: Pick<SingerOptions, 'group' | 'begin' | 'log'>) {
    this.#run = run;
    this.#ledger = ledger;
    this.#options = options;
  }

  /** Streams are known when their schemas come. */
  async begin(): Promise<void> {
    await this.#options.begin?.();
  }

  conclude(isWholeInput: boolean, isProven: boolean): Error | undefined {
    return this.#run.streams.concludeStreams(isWholeInput, isProven);
  }

  uncovered(isWholeInput: boolean, isProven: boolean): Error | undefined {
    const stream = this.#uncovered;
    if (!stream) return this.#heldBack();
    const hasStates = this.#ledger.statesRead > 0;
    if (isWholeInput && (isProven || !hasStates)) {
      this.#options.log.warn(
        { stream: stream.name },
        `exactly_once cannot hold for stream "${stream.name}": ${hasStates ? 'the tap ended after records that no STATE follows' : 'the tap sent no STATE'}, ` +
          'so it will send them again, and they will be there twice',
      );
      return undefined;
    }
    const again = `the next run gets those of stream "${stream.name}" again`;
    const rest =
      'None of the records since the last committed state was loaded, so nothing is lost or doubled: run again from that state';
    return new InputError(
      isWholeInput
        ? `Cannot load the records after the last STATE exactly once: the input ended, and ${again}. ${rest}. If the tap ends well and ` +
            'sends no STATE at its end, start it with target-redshift run, which sees how it ended'
        : `The records after the last STATE were not loaded, because no state covers them: ${again}. ${rest}`,
      { stream: stream.name },
    );
  }

  /** The error about records of an append whose state waits for what did not take place. */
  #heldBack(): Error | undefined {
    const { group } = this.#options;
    if (!group || group.nextState === this.#newest) return undefined;
    const stream = [...group.waiting].find((name) => this.#run.streams.find(name)?.doublesRecords === true);
    if (stream === undefined) return undefined;
    return new InputError(
      `Cannot load the records of stream "${stream}" exactly once: the STATE after them waits for an overwrite or an ACTIVATE_VERSION ` +
        'that did not take place, because the input ended early. None of the records since the last committed state was loaded, so ' +
        'nothing is lost or doubled: run again from that state',
      { stream },
    );
  }

  /** Commits batches that were closed because of their age, if nothing came after the state that covers them. */
  aged(): void {
    const { group } = this.#options;
    if (group?.isExactlyOnce !== true || !group.isDue || group.isCommitting || !this.#isAtState) return;
    // Nothing that was read is outside of the group.
    if (group.nextState === this.#newest) void group.seal();
  }

  walk(at: number, end: number): Stream | undefined {
    const { tape, streams } = this.#run;
    const recordAt = this.#envelope.open(tape.source, at);
    const stream = recordAt === -1 ? undefined : streams.find(this.#envelope.stream);
    if (stream?.fast.take(recordAt, this.#envelope, at, end) !== true) return undefined;
    this.lane.walked(stream.fast, this.#envelope);
    return this.#read(stream);
  }

  took(stream: Stream): void {
    this.#read(stream);
  }

  /** Notes that a record of the stream came after the newest state. */
  #read(stream: Stream): Stream {
    this.#isAtState = false;
    if (this.#uncovered === undefined && stream.doublesRecords) this.#uncovered = stream;
    return stream;
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
        return message.value && this.#addState(message.value);
      case 'schema':
        return streams.setSchema(message);
      case 'activate-version':
        return streams.activate(message);
      case 'batch':
        return this.#readFiles(message);
    }
  }

  #addState(state: Buffer): Promise<void> | undefined {
    this.#ledger.addState(state);
    this.#uncovered = undefined;
    this.#newest = state;
    this.#isAtState = true;
    const { group } = this.#options;
    return group?.isExactlyOnce === true && group.isDue && !this.#run.streams.holdStates
      ? this.#endGroup(group)
      : undefined;
  }

  /** Commits everything that was read with the state that was read last. */
  async #endGroup(group: GroupCommit): Promise<void> {
    await this.#run.streams.closeAll();
    await group.seal();
  }

  async #readFiles(message: BatchMessage): Promise<void> {
    const { streams, files, interrupted, read } = this.#run;
    if (!streams.selection.has(message.stream)) {
      streams.selection.leave(message.stream);
      return;
    }
    const stream = streams.streamForRecord(message.stream, this.count);
    if (stream.copiesFiles) {
      this.#read(stream);
      return stream.copyFiles(message, this.count);
    }
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
        return stream.fast.take(at, frame, at, end) ? this.#read(stream) : undefined;
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
    if (!streams.selection.has(record.stream)) {
      streams.selection.leave(record.stream);
      return undefined;
    }
    const stream = streams.streamForRecord(record.stream, origin.line);
    const wait = stream.append(record, origin);
    this.#read(stream);
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
