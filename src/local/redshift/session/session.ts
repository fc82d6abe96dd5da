/** One client's session: reads its messages, in the simple and the extended protocol, and has their statements run. */
import type { Socket } from 'node:net';
import { runCopy } from '../copy/copy.ts';
import { describeError, EngineError } from '../errors.ts';
import { translateDescribe } from '../sql/psql.ts';
import { isCarriedOut, RedshiftError, type Statement } from '../sql/statement.ts';
import { tooLarge } from '../sql/translate.ts';
import { SQLSTATE } from '../sqlstates.ts';
import { dismiss } from '../wire/dismiss.ts';
import { ExtendedMessages, type Prepared, type Segment } from '../wire/extended.ts';
import type { Inbox } from '../wire/inbox.ts';
import {
  decodeStrings,
  encode,
  encodeFields,
  encodeQuery,
  type Frame,
  MessageError,
} from '../wire/message.ts';
import { type Outlet, SocketOutlet } from '../wire/outlet.ts';
import { Replies } from '../wire/replies.ts';
import { ResultTooLargeError, type Upstream } from '../wire/upstream.ts';
import type { Cluster } from './cluster.ts';
import { LateViews } from './late-views.ts';
import { Runner } from './runner.ts';
import { Scopes } from './scopes.ts';
import { SessionSettings } from './settings.ts';
import type { Execution, StatementRunner } from './statement-runner.ts';
import { isControl } from './transaction-block.ts';
import type { SessionUser } from './user.ts';

/** The two ends of a session, and the way out to the client. */
export interface Line {
  readonly client: Socket;
  readonly upstream: Upstream;
  readonly outlet: Outlet;
}

/** Puts other parts in the place of a session's outlet and runner; see faults/. */
export type DecorateSession = (line: Line) => {
  readonly outlet: Outlet;
  readonly decorate: (runner: StatementRunner) => StatementRunner;
};

/** A client that has logged in, and what serves it. */
export interface SessionOptions {
  readonly client: Socket;
  readonly inbox: Inbox;
  readonly upstream: Upstream;
  readonly cluster: Cluster;
  readonly user: SessionUser;
  /** The name that the client gave itself. */
  readonly application: string | undefined;
  /** The client_encoding that the client asked for at its login. */
  readonly encoding: string | undefined;
  readonly decorate?: DecorateSession | undefined;
}

const undecorated: DecorateSession = ({ outlet }) => ({ outlet, decorate: (runner) => runner });

const SYNC = encode('S');
/** The type, the length and the zero at the end of a Query. */
const QUERY_OVERHEAD = 6;

/** Serves a client that has logged in until it leaves. */
export class Session {
  readonly #client: Socket;
  readonly #inbox: Inbox;
  readonly #upstream: Upstream;
  readonly #replies: Replies;
  readonly #runner: StatementRunner;
  readonly #settings: SessionSettings;
  readonly #messages: ExtendedMessages;
  readonly #lateViews: LateViews;
  readonly #scopes: Scopes;
  readonly #isPsql: boolean;
  /** Whether a Flush has sent messages since the last Sync. */
  #isUnsynced = false;
  /** Whether the rest of the messages up to a Sync is ignored, after an error. */
  #isSkipping = false;

  constructor(options: SessionOptions) {
    const { client, inbox, upstream, cluster, user, application, encoding, decorate = undecorated } = options;
    this.#client = client;
    this.#inbox = inbox;
    this.#upstream = upstream;
    this.#isPsql = application === 'psql';
    this.#settings = new SessionSettings(cluster);
    this.#scopes = new Scopes(upstream, this.#settings, cluster);
    this.#lateViews = new LateViews(upstream, cluster.ticket(upstream.pid), cluster, this.#scopes);
    this.#messages = new ExtendedMessages({
      translate: (text) => this.#translate(text),
      shortenNames: (bind) => this.#settings.shortenNames(bind),
    });
    const line = decorate({ client, upstream, outlet: new SocketOutlet(client) });
    this.#replies = new Replies({
      outlet: line.outlet,
      names: cluster.longNames,
      settings: this.#settings,
      superOid: cluster.superOid,
      pid: upstream.pid,
      application,
      // A client that asked for an encoding is told that it has it.
      encoding: encoding === undefined && cluster.readings.encodingIsUnicode ? 'UNICODE' : 'UTF8',
    });
    this.#runner = line.decorate(
      new Runner({ client, upstream, cluster, replies: this.#replies, user, settings: this.#settings }),
    );
  }

  /** Resolves when the client has left and the engine's session is closed. */
  async run(): Promise<void> {
    await this.#welcome();
    // When the client is gone, what it still runs is of no use, and its locks are in the way of others.
    this.#client.once('close', () => void this.#upstream.abandon());
    try {
      for (let frame = await this.#inbox.next(); frame; frame = await this.#inbox.next()) {
        if (frame.type === 'X') break;
        await this.#untilHeard();
        if (frame.type === 'Q') await this.#simple(frame);
        else if ('PBDECHS'.includes(frame.type)) await this.#extended(frame);
        else if (!'dcf'.includes(frame.type)) {
          this.#leave(`invalid frontend message type ${frame.type.charCodeAt(0)}`);
          break;
        }
      }
    } catch (error) {
      if (error instanceof MessageError) this.#leave(error.message);
      else if (!(error instanceof ResultTooLargeError)) throw error;
    } finally {
      this.#upstream.destroy();
      dismiss(this.#client);
    }
  }

  /** Cancels the statement that runs. */
  async cancel(): Promise<void> {
    await this.#runner.cancel();
  }

  async #welcome(): Promise<void> {
    this.#upstream.attach(this.#client, this.#replies.relay);
    this.#replies.write(encode('R', Buffer.alloc(4)));
    await this.#runner.start();
    for (const frame of this.#upstream.greeting) this.#replies.relay(frame);
    this.#replies.ready(this.#upstream.status);
  }

  /** A client that takes no answers is asked nothing more until it does. */
  async #untilHeard(): Promise<void> {
    const client = this.#client;
    if (!client.writableNeedDrain || client.destroyed) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        client.off('drain', settle).off('close', settle);
        resolve();
      };
      client.on('drain', settle).on('close', settle);
    });
  }

  #leave(problem: string): void {
    const error = new RedshiftError(SQLSTATE.protocolViolation, problem);
    dismiss(this.#client, encodeFields('E', describeError(error, 'FATAL')));
  }

  /** Runs the statements of a Query. Several are one transaction, as far as they do not say otherwise. */
  async #simple(frame: Frame): Promise<void> {
    const { text, statements } = await this.#read(frame);
    for (const [n, statement] of statements.entries()) {
      if (statements.length > 1 && !isControl(statement)) await this.#runner.openBlock();
      if (!(await this.#runSimple({ statement, text, n }))) break;
    }
    await this.#runner.closeBlock();
    this.#replies.ready(this.#upstream.status);
  }

  async #runSimple({ statement, text, n }: Pick<Execution, 'statement' | 'text' | 'n'>): Promise<boolean> {
    const performOf =
      (bound: Statement): Execution['perform'] =>
      async (receive) => {
        this.#replies.expect([], undefined);
        if (!isCarriedOut(bound)) await this.#upstream.request(encodeQuery(bound.sql), receive);
      };
    const bind = () => this.#bind(statement);
    return await this.#execute({ statement, text, n }, performOf, bind);
  }

  /** The statements in the text of a Parse, with their relations bound. */
  async #translate(text: string): Promise<readonly Statement[]> {
    const bound: Statement[] = [];
    for (const statement of await this.#settings.translate(text))
      bound.push(await this.#runner.ask(() => this.#bind(statement)));
    return bound;
  }

  /** The statement with late-binding views bound and its queries resolved. */
  async #bind(statement: Statement): Promise<Statement> {
    return await this.#scopes.bind(await this.#lateViews.bind(statement));
  }

  /** The statements of a Query; none when it is empty or cannot be read, which is answered. */
  async #read(frame: Frame): Promise<{ readonly text: string; readonly statements: readonly Statement[] }> {
    try {
      if (frame.dropped !== undefined) throw tooLarge(frame.dropped - QUERY_OVERHEAD);
      const { strings, end } = decodeStrings(frame, 1);
      if (end !== frame.bytes.length) throw new MessageError('invalid message format');
      const [text = ''] = strings;
      await this.#settings.settle(this.#upstream);
      const described = this.#isPsql ? translateDescribe(text) : undefined;
      const statements = described ? [described] : await this.#settings.translate(text);
      if (statements.length === 0) await this.#upstream.request(encodeQuery(''), this.#replies.relay);
      return { text, statements };
    } catch (error) {
      await this.#runner.fail(error);
      return { text: '', statements: [] };
    }
  }

  /** `bind` gives the statement with its late-binding views bound, which `performOf` sends. */
  async #execute(
    { statement, text, n }: Pick<Execution, 'statement' | 'text' | 'n'>,
    performOf: (bound: Statement) => Execution['perform'],
    bind: () => Promise<Statement>,
  ): Promise<boolean> {
    this.#replies.release();
    const executionOf = (bound: Statement): Execution => ({
      ...{ statement: bound, text, n, perform: performOf(bound), load: runCopy },
    });
    let bound: Statement;
    try {
      bound = await this.#runner.ask(bind);
      await this.#runner.ask(() => this.#lateViews.tellColumns(bound));
    } catch (error) {
      if (!(error instanceof RedshiftError || error instanceof EngineError)) throw error;
      return await this.#runner.refuse(executionOf(statement), error);
    }
    const done = await this.#runner.execute(executionOf(bound));
    await this.#lateViews.release();
    if (done) this.#settings.follow(statement);
    return done;
  }

  /**
   * Runs the messages up to a Sync or Flush. Their statements are one transaction. The engine would make it one by itself,
   * but here it is a block of the endpoint's own, so that each statement is run with all that goes with it.
   */
  async #extended(frame: Frame): Promise<void> {
    this.#messages.add(frame);
    if (frame.type !== 'S' && frame.type !== 'H') return;
    const isFlush = frame.type === 'H';
    const bound = isFlush ? this.#messages.boundLast : undefined;
    // The portal would not outlive the end of a transaction that comes before such a statement.
    if (bound && standsAlone(bound)) return;
    await this.#settings.settle(this.#upstream);
    const isJoined = isFlush || this.#isUnsynced || this.#messages.executions > 1;
    for await (const segment of this.#messages.segments()) {
      if (this.#isSkipping) break;
      this.#isSkipping = !(await this.#runSegment(segment, isJoined));
    }
    this.#isUnsynced = isFlush;
    if (isFlush) {
      this.#replies.release();
      return;
    }
    this.#isSkipping = false;
    await this.#runner.closeBlock();
    if (this.#upstream.status === 'I') this.#messages.endTransaction();
    this.#replies.ready(this.#upstream.status);
  }

  /** False when a message of it has failed. `isJoined`: it is in one transaction with others. */
  async #runSegment(segment: Segment, isJoined: boolean): Promise<boolean> {
    const { bytes, described, executed, binds, error } = segment;
    const statement = executed?.statement;
    const joins = statement ? !standsAlone(statement) : binds;
    if (isJoined && joins) await this.#runner.openBlock();
    const perform: Execution['perform'] = (receive) => {
      this.#replies.expect(described, executed);
      return this.#upstream.request(Buffer.concat([bytes, SYNC]), receive);
    };
    let done = true;
    if (executed && statement)
      done = await this.#execute(
        { statement, text: executed.text, n: 0 },
        () => perform,
        async () => {
          await this.#lateViews.refresh([statement]);
          return statement;
        },
      );
    else if (bytes.length > 0) done = await this.#pass(segment, perform);
    if (!done || !error) return done;
    await this.#runner.fail(error);
    return false;
  }

  async #pass({ parsed, bound, binds }: Segment, perform: Execution['perform']): Promise<boolean> {
    this.#replies.release();
    const preparation = { parsed: statementsOf(parsed), bound: statementsOf(bound), binds };
    try {
      await this.#runner.ask(() => this.#lateViews.refresh(preparation.bound));
    } catch (error) {
      await this.#runner.fail(error);
      return false;
    }
    const done = await this.#runner.pass(perform, preparation);
    // A portal needs its views until it is executed.
    if (!binds) await this.#lateViews.release();
    return done;
  }
}

function statementsOf(prepared: readonly Prepared[]): readonly Statement[] {
  return prepared.flatMap(({ statement }) => statement ?? []);
}

/** Whether the statement is not to be put into a transaction with others. */
function standsAlone(statement: Statement): boolean {
  return isControl(statement) || statement.outsideTransactionOnly !== undefined || statement.commits === true;
}
