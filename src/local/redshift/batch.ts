/**
 * The extended protocol: the client's messages up to a Sync or Flush as one batch, with the statements in Parse
 * messages translated and the executed ones known. Nothing is sent here.
 */
import { decodeStrings, encode, type Frame } from './message.ts';
import { RedshiftError, type Statement } from './sql/statement.ts';
import { translate } from './sql/translate.ts';

/** What a prepared statement or portal runs; `statement` is undefined for an empty text. */
export interface Prepared {
  readonly text: string;
  readonly statement: Statement | undefined;
}

/** What a session has to remember between batches. */
export interface BatchMemory {
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
export function newBatchMemory(): BatchMemory {
  return { frames: [], unsynced: false, skipping: false, statements: new Map(), portals: new Map() };
}

/** Takes the frames out of the memory and reads them. */
export class Batch {
  /** What the Execute messages run, in their order. */
  readonly executed: readonly Prepared[];
  /** Why a Parse can not be sent. */
  readonly error: RedshiftError | undefined;
  private readonly frames: readonly Frame[];

  constructor(memory: BatchMemory) {
    const executed: Prepared[] = [];
    const frames: Frame[] = [];
    try {
      for (const frame of memory.frames) frames.push(note(frame, memory, executed));
    } catch (error) {
      if (!(error instanceof RedshiftError)) throw error;
      this.error = error;
    }
    this.frames = frames;
    this.executed = executed;
    memory.frames = [];
  }

  /** All messages for the engine. */
  encode(): Buffer {
    return Buffer.concat(this.frames.map(({ bytes }) => bytes));
  }
}

/** Keeps account of one message; the message as the engine is to get it. */
function note(frame: Frame, memory: BatchMemory, executed: Prepared[]): Frame {
  switch (frame.type) {
    case 'P': {
      const { strings, end } = decodeStrings(frame, 2);
      const [name = '', text = ''] = strings;
      const [statement, ...others] = translate(text);
      if (others.length > 0) {
        throw new RedshiftError('42601', 'cannot insert multiple commands into a prepared statement');
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
      return frame;
    }
    case 'E': {
      const prepared = memory.portals.get(decodeStrings(frame, 1).strings[0] ?? '');
      if (prepared) executed.push(prepared);
      return frame;
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
