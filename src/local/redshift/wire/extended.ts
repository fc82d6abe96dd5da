/**
 * The extended protocol: the client's messages up to a Sync or Flush, cut at its Execute messages, with the statements
 * in Parse messages translated and the executed ones known. Nothing is sent here.
 */
import { SQLSTATE } from '../sqlstates.ts';
import { decodeStrings, encode, type Frame } from './message.ts';
import type { SessionSettings } from '../session/settings.ts';
import { RedshiftError, type Statement } from '../sql/statement.ts';
import { translate } from '../sql/translate.ts';

/** What a prepared statement or portal runs; `statement` is undefined for an empty text. */
export interface Prepared {
  readonly text: string;
  readonly statement: Statement | undefined;
}

/** What a session has to remember between batches. */
export interface BatchMemory {
  readonly settings: SessionSettings;
  /** Messages since the last Sync or Flush. */
  frames: Frame[];
  /** Whether a Flush has sent messages of the batch before its Sync. */
  unsynced: boolean;
  /** Whether the rest up to Sync is to be ignored after an error. */
  skipping: boolean;
  readonly statements: Map<string, Prepared>;
  readonly portals: Map<string, Prepared>;
}

/** The memory of a new session. */
export function newBatchMemory(settings: SessionSettings): BatchMemory {
  return {
    settings,
    frames: [],
    unsynced: false,
    skipping: false,
    statements: new Map(),
    portals: new Map(),
  };
}

/** Messages that go to the engine together: up to an Execute, and after the last one the rest. */
export interface Segment {
  /** Without the Sync, which every segment gets. */
  readonly bytes: Buffer;
  /** What each of the Describe messages is of, as far as it is known. */
  readonly described: readonly (Prepared | undefined)[];
  /** What the Execute runs; undefined when there is none, or none that is known. */
  readonly executed: Prepared | undefined;
  /** Whether it leaves a portal that a later message may execute. */
  readonly binds: boolean;
  /** Why the message after these ones is refused; nothing follows. */
  readonly error?: RedshiftError;
}

/** How many statements the messages execute. */
export function countExecutions({ frames }: BatchMemory): number {
  return frames.filter(({ type }) => type === 'E').length;
}

/** What the Bind at the end of the messages, before a Flush, is of; undefined when they end otherwise. */
export function boundLast({ frames, statements }: BatchMemory): Statement | undefined {
  const bind = frames.at(-2);
  if (bind?.type !== 'B') return undefined;
  return statements.get(decodeStrings(bind, 2).strings[1] ?? '')?.statement;
}

/** Takes the frames out of the memory; each segment is read when the one before it has been run. */
export function* readBatch(memory: BatchMemory): Generator<Segment> {
  const frames = memory.frames.filter(({ type }) => type !== 'S' && type !== 'H');
  memory.frames = [];
  const last = frames.findLastIndex(({ type }) => type === 'E');
  let read: Buffer[] = [];
  let described: (Prepared | undefined)[] = [];
  let executed: Prepared | undefined;
  let binds = false;
  for (const [at, frame] of frames.entries()) {
    try {
      read.push(note(frame, memory).bytes);
    } catch (error) {
      if (!(error instanceof RedshiftError)) throw error;
      yield { bytes: Buffer.concat(read), described, executed, binds, error };
      return;
    }
    if (frame.type === 'B') binds = true;
    if (frame.type === 'D') described.push(describedBy(frame, memory));
    if (frame.type !== 'E') continue;
    executed = memory.portals.get(portalOf(frame));
    // COPY does not run with these messages but after them, and what follows is answered after it.
    if (at === last && !executed?.statement?.copy) continue;
    yield { bytes: Buffer.concat(read), described, executed, binds };
    read = [];
    described = [];
    executed = undefined;
    binds = false;
  }
  if (read.length > 0) yield { bytes: Buffer.concat(read), described, executed, binds };
}

function describedBy(describe: Frame, { statements, portals }: BatchMemory): Prepared | undefined {
  const [name = ''] = decodeStrings(describe, 1, 6).strings;
  return (describe.bytes.toString('latin1', 5, 6) === 'S' ? statements : portals).get(name);
}

function portalOf(execute: Frame): string {
  return decodeStrings(execute, 1).strings[0] ?? '';
}

/** Keeps account of one message; the message as the engine is to get it. */
function note(frame: Frame, memory: BatchMemory): Frame {
  switch (frame.type) {
    case 'P': {
      const { strings, end } = decodeStrings(frame, 2);
      const [name = '', text = ''] = strings;
      const [statement, ...others] = translate(text, memory.settings.dialect);
      if (others.length > 0) {
        throw new RedshiftError(
          SQLSTATE.syntaxError,
          'cannot insert multiple commands into a prepared statement',
        );
      }
      memory.statements.set(name, { text, statement });
      // A COPY is nothing to the engine: its session runs it by itself.
      return {
        type: 'P',
        bytes: encode('P', `${name}\0${statement?.sql ?? ''}\0`, frame.bytes.subarray(end)),
      };
    }
    case 'B': {
      const [portal = '', name = ''] = decodeStrings(frame, 2).strings;
      const prepared = memory.statements.get(name);
      if (prepared) memory.portals.set(portal, prepared);
      if (prepared?.statement?.readsCatalog !== true) return frame;
      return { type: 'B', bytes: encode('B', memory.settings.shortenNames(frame.bytes.subarray(5))) };
    }
    case 'C': {
      const [name = ''] = decodeStrings(frame, 1, 6).strings;
      (frame.bytes.toString('latin1', 5, 6) === 'S' ? memory.statements : memory.portals).delete(name);
      return frame;
    }
    default:
      return frame;
  }
}
