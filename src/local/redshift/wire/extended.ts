/**
 * The extended protocol: a client's messages up to a Sync or Flush, cut into segments at its Execute messages, with the
 * statements in Parse messages translated. Remembers what the prepared statements and portals of a session run. Sends
 * nothing itself.
 */
import { EngineError } from '../errors.ts';
import { refuseOwnName } from '../sql/own-names.ts';
import { engineText, isCarriedOut, RedshiftError, type Statement } from '../sql/statement.ts';
import { tooLarge } from '../sql/translate.ts';
import { SQLSTATE } from '../sqlstates.ts';
import { decodeStrings, encode, type Frame, MessageError } from './message.ts';

/** What a prepared statement or portal runs; `statement` is undefined for an empty string. */
export interface Prepared {
  readonly text: string;
  readonly statement: Statement | undefined;
}

/** Messages that go to the engine together: up to an Execute, and those after the last one. */
export interface Segment {
  /** Without the Sync, which every segment gets. */
  readonly bytes: Buffer;
  /** What each of the Describe messages describes, as far as it is known. */
  readonly described: readonly (Prepared | undefined)[];
  /** What the Execute runs; undefined when there is none, or none that is known. */
  readonly executed: Prepared | undefined;
  /** What it prepares. */
  readonly parsed: readonly Prepared[];
  /** Whether it leaves a portal that a later message may execute. */
  readonly binds: boolean;
  /** What the portals run that it leaves, as far as it is known. */
  readonly bound: readonly Prepared[];
  /** Why the message after these ones is rejected; no segment follows. */
  readonly error?: RedshiftError | EngineError;
}

/** How a session has its statements read. */
export interface StatementSettings {
  /** The statements in a text. @throws RedshiftError, EngineError */
  translate(text: string): Promise<readonly Statement[]>;
  /** The body of a Bind for a query of the catalog, with long names in their short form. */
  shortenNames(bind: Buffer): Buffer;
}

/** Where the message of type P, B, D, E or C has its first string. */
const BODY = 5;
/** Where a Describe or Close has its name: after the letter that says whether it is a statement or a portal. */
const NAME = 6;
/** What may wait for a Sync, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What a message takes of memory beside its bytes, about. */
const OVERHEAD = 128;

/** The messages of one session. */
export class ExtendedMessages {
  readonly #settings: StatementSettings;
  /** Those since the last Sync or Flush. */
  #frames: Frame[] = [];
  /** Their size in bytes, with what they take beside. */
  #size = 0;
  readonly #statements = new Map<string, Prepared>();
  readonly #portals = new Map<string, Prepared>();

  constructor(settings: StatementSettings) {
    this.#settings = settings;
  }

  add(frame: Frame): void {
    this.#size += frame.bytes.length + OVERHEAD;
    // Sync and Flush are always kept: they say when to answer.
    if (this.#size <= MOST_BYTES || isEnd(frame)) this.#frames.push(frame);
  }

  /** Forgets the portals, which do not outlive their transaction. */
  endTransaction(): void {
    this.#portals.clear();
  }

  /** How many statements the messages execute. */
  get executions(): number {
    return this.#frames.filter(({ type }) => type === 'E').length;
  }

  /** The statement of the Bind right before the last message; undefined when another message stands there. */
  get boundLast(): Statement | undefined {
    const bind = this.#frames.at(-2);
    if (bind?.type !== 'B') return undefined;
    try {
      return this.#statements.get(decodeStrings(bind, 2).strings[1] ?? '')?.statement;
    } catch (error) {
      // It is answered with the others.
      if (error instanceof RedshiftError) return undefined;
      throw error;
    }
  }

  /** Takes all messages out. A segment is read only when the one before it has been run. */
  async *segments(): AsyncGenerator<Segment> {
    const frames = this.#frames.filter((frame) => !isEnd(frame));
    const isTooMuch = this.#size > MOST_BYTES;
    this.#frames = [];
    this.#size = 0;
    if (isTooMuch) {
      const problem = `more than ${MOST_BYTES} bytes of messages before a Sync`;
      yield new Draft().close(new RedshiftError(SQLSTATE.programLimitExceeded, problem));
      return;
    }
    const last = frames.findLastIndex(({ type }) => type === 'E');
    let draft = new Draft();
    for (const [at, frame] of frames.entries()) {
      let read: Frame;
      try {
        read = await this.#note(frame);
        if (this.#standsApart(frame, draft)) {
          yield draft.close();
          draft = new Draft();
        }
        this.#read(frame, read, draft);
      } catch (error) {
        if (!(error instanceof RedshiftError || error instanceof EngineError)) throw error;
        yield draft.close(error);
        return;
      }
      if (frame.type !== 'E') continue;
      // The messages after the last Execute go with it. Not those after a COPY or UNLOAD, which runs when its messages are answered, and
      // not those after a statement with a loan, which would have its rights.
      const statement = draft.executed?.statement;
      const standsAlone = statement !== undefined && (isCarriedOut(statement) || statement.alters);
      if (at === last && !standsAlone) continue;
      yield draft.close();
      draft = new Draft();
    }
    if (draft.read.length > 0) yield draft.close();
  }

  /**
   * Whether the message does not go with those before it. To prepare a statement that writes, the engine takes a lock of the table, which
   * the session gives back, unless the next message binds the statement: then the session takes the write lock before.
   */
  #standsApart(frame: Frame, draft: Draft): boolean {
    if (frame.type === 'P') return draft.hasPortal && writes(this.#statements.get(stringsOf(frame)[0]));
    if (frame.type !== 'B') return false;
    const bound = this.#statements.get(stringsOf(frame, 2)[1]);
    return draft.parsed.some((prepared) => prepared !== bound && writes(prepared));
  }

  #read(frame: Frame, { bytes }: Frame, draft: Draft): void {
    const [name] = 'PBE'.includes(frame.type) ? stringsOf(frame) : [''];
    const prepared = this.#statements.get(name);
    if (frame.type === 'P' && prepared) draft.parsed.push(prepared);
    if (frame.type === 'D') draft.described.push(this.#named(frame).get(nameIn(frame)));
    if (frame.type === 'B') {
      draft.binds = true;
      draft.portals.set(name, this.#portals.get(name));
    }
    if (frame.type === 'E') {
      draft.portals.delete(name);
      draft.executed = this.#portals.get(name);
    }
    draft.read.push(bytes);
  }

  /** The statements or the portals, whichever a Describe or Close is about. */
  #named(frame: Frame): Map<string, Prepared> {
    return frame.bytes.toString('latin1', BODY, NAME) === 'S' ? this.#statements : this.#portals;
  }

  /** Remembers what a message changes; the message as the engine is to get it. */
  async #note(frame: Frame): Promise<Frame> {
    if (frame.dropped !== undefined) throw tooLarge(frame.dropped);
    for (const name of namesIn(frame)) refuseOwnName(name);
    switch (frame.type) {
      case 'P':
        return await this.#parse(frame);
      case 'B':
        return this.#bind(frame);
      case 'C':
        this.#named(frame).delete(nameIn(frame));
        return frame;
      default:
        return frame;
    }
  }

  async #parse(frame: Frame): Promise<Frame> {
    const { strings, end } = decodeStrings(frame, 2);
    const [name = '', text = ''] = strings;
    const [statement, ...others] = await this.#settings.translate(text);
    if (others.length > 0) {
      throw new RedshiftError(
        SQLSTATE.syntaxError,
        'cannot insert multiple commands into a prepared statement',
      );
    }
    this.#statements.set(name, { text, statement });
    // For the engine a COPY or UNLOAD is an empty statement: the session carries it out.
    const parts = [`${name}\0${engineText(statement)}\0`, frame.bytes.subarray(end)];
    return { type: 'P', bytes: encode('P', ...parts) };
  }

  #bind(frame: Frame): Frame {
    const [portal = '', name = ''] = decodeStrings(frame, 2).strings;
    const prepared = this.#statements.get(name);
    if (prepared) this.#portals.set(portal, prepared);
    if (prepared?.statement?.readsCatalog !== true) return frame;
    return { type: 'B', bytes: encode('B', this.#shorten(frame.bytes.subarray(BODY))) };
  }

  #shorten(bind: Buffer): Buffer {
    try {
      return this.#settings.shortenNames(bind);
    } catch (error) {
      if (error instanceof RangeError) throw new MessageError('invalid Bind message');
      throw error;
    }
  }
}

/** A segment that is being read. */
class Draft {
  readonly read: Buffer[] = [];
  readonly described: (Prepared | undefined)[] = [];
  readonly parsed: Prepared[] = [];
  /** Those that are bound and not executed, and what they run. */
  readonly portals = new Map<string, Prepared | undefined>();
  executed: Prepared | undefined;
  binds = false;

  /** Whether a message of it binds or executes. */
  get hasPortal(): boolean {
    return this.binds || this.executed !== undefined;
  }

  close(error?: RedshiftError | EngineError): Segment {
    const { described, parsed, binds } = this;
    const executed = this.portals.size > 0 ? withoutLoan(this.executed) : this.executed;
    const bound = [...this.portals.values()].filter((prepared) => prepared !== undefined);
    const bytes = Buffer.concat(this.read);
    return { bytes, described, parsed, executed, binds, bound, ...(error && { error }) };
  }
}

/** The engine checks what a portal may read when it is bound: one that was bound under a loan would keep its rights. */
function withoutLoan(prepared: Prepared | undefined): Prepared | undefined {
  if (!prepared?.statement?.alters) return prepared;
  const { alters: _, ...statement } = prepared.statement;
  return { ...prepared, statement };
}

/** Whether the messages before it are to be answered. */
function isEnd({ type }: Frame): boolean {
  return type === 'S' || type === 'H';
}

/** Whether it writes a table. */
function writes(prepared: Prepared | undefined): boolean {
  return prepared?.statement?.writes !== undefined;
}

/** The strings at the beginning of a message; the first is empty if there is none. */
function stringsOf(frame: Frame, count = 1): readonly [string, string] {
  const [first = '', second = ''] = decodeStrings(frame, count).strings;
  return [first, second];
}

/** The names of statements and portals in a message. */
function namesIn(frame: Frame): readonly string[] {
  if (frame.type === 'D' || frame.type === 'C') return [nameIn(frame)];
  return stringsOf(frame, frame.type === 'B' ? 2 : 1).slice(0, frame.type === 'B' ? 2 : 1);
}

function nameIn(frame: Frame): string {
  return decodeStrings(frame, 1, NAME).strings[0] ?? '';
}
