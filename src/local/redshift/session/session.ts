/** One client's session: reads its messages in the simple and the extended protocol and has their statements run. */
import type { Socket } from 'node:net';
import { SQLSTATE } from '../sqlstates.ts';
import {
  type BatchMemory,
  boundLast,
  countExecutions,
  newBatchMemory,
  readBatch,
  type Segment,
} from '../wire/extended.ts';
import { describeError } from '../errors.ts';
import type { Inbox } from '../wire/frontend.ts';
import { decodeStrings, encode, encodeFields, encodeQuery, type Frame } from '../wire/message.ts';
import { Replies } from '../wire/replies.ts';
import { isControl, Runner } from './runner.ts';
import { SessionSettings } from './settings.ts';
import type { SessionUser } from './user.ts';
import { RedshiftError, type Statement } from '../sql/statement.ts';
import { translateDescribe } from '../sql/psql.ts';
import { translate } from '../sql/translate.ts';
import type { Upstream } from '../wire/upstream.ts';
import type { World } from './cluster.ts';

const SYNC = encode('S');

/** Serves a client that has logged in until it leaves. */
export class Session {
  private readonly client: Socket;
  private readonly inbox: Inbox;
  private readonly upstream: Upstream;
  private readonly replies: Replies;
  private readonly runner: Runner;
  private readonly settings: SessionSettings;
  private readonly memory: BatchMemory;
  private readonly isPsql: boolean;

  constructor(
    client: Socket,
    inbox: Inbox,
    upstream: Upstream,
    world: World,
    user: SessionUser,
    application: string | undefined,
  ) {
    this.client = client;
    this.inbox = inbox;
    this.upstream = upstream;
    this.isPsql = application === 'psql';
    this.settings = new SessionSettings(world);
    this.memory = newBatchMemory(this.settings);
    this.replies = new Replies(client, world, this.settings, upstream.pid, application);
    this.runner = new Runner(client, upstream, world, this.replies, user);
  }

  /** Resolves when the client has left and the engine's session is closed. */
  async run(): Promise<void> {
    this.upstream.attach(this.client, this.replies.relay);
    this.replies.write(encode('R', Buffer.alloc(4)));
    await this.runner.start();
    for (const frame of this.upstream.greeting) this.replies.relay(frame);
    this.replies.ready(this.upstream.status);
    // A client that is gone has no use for what it still runs, nor has anybody for its locks.
    this.client.once('close', () => void this.upstream.abandon());
    try {
      for (let frame = await this.inbox.next(); frame; frame = await this.inbox.next()) {
        if (frame.type === 'X') break;
        if (frame.type === 'Q') await this.simple(decodeStrings(frame, 1).strings[0] ?? '');
        else if ('PBDECHS'.includes(frame.type)) await this.extended(frame);
        else if (!'dcf'.includes(frame.type)) {
          const error = new RedshiftError(
            SQLSTATE.protocolViolation,
            `invalid frontend message type ${frame.type.charCodeAt(0)}`,
          );
          this.client.end(encodeFields('E', describeError(error, 'FATAL')));
          break;
        }
      }
    } finally {
      this.upstream.destroy();
      this.client.destroySoon();
    }
  }

  /** Cancels the statement that runs. */
  async cancel(): Promise<void> {
    await this.runner.cancel();
  }

  private async simple(text: string): Promise<void> {
    let statements: readonly Statement[] = [];
    try {
      await this.settings.settle(this.upstream);
      const described = this.isPsql ? translateDescribe(text) : undefined;
      statements = described ? [described] : translate(text, this.settings.dialect);
      if (statements.length === 0) await this.upstream.request(encodeQuery(''), this.replies.relay);
    } catch (error) {
      await this.runner.fail(error);
    }
    for (const statement of statements) {
      // A message of several statements is one transaction, as far as it does not say otherwise.
      if (statements.length > 1 && !isControl(statement)) await this.runner.openBlock();
      const done = await this.runner.execute({
        statement,
        text,
        perform: async (receive) => {
          this.replies.expect([], undefined);
          if (!statement.copy) await this.upstream.request(encodeQuery(statement.sql), receive);
        },
      });
      if (!done) break;
      this.settings.follow(statement);
    }
    await this.runner.closeBlock();
    this.replies.ready(this.upstream.status);
  }

  /**
   * Runs a batch at its Sync or Flush. Its statements are one transaction: what the engine does by itself between two
   * Syncs is a block of ours here, so that each statement can be run with all that goes with it.
   */
  private async extended(frame: Frame): Promise<void> {
    const { memory } = this;
    memory.frames.push(frame);
    if (frame.type !== 'S' && frame.type !== 'H') return;
    const flushed = frame.type === 'H';
    const bound = flushed ? boundLast(memory) : undefined;
    // The portal would not outlive the end of a transaction that comes before such a statement.
    if (bound && standsAlone(bound)) return;
    await this.settings.settle(this.upstream);
    const joined = flushed || memory.unsynced || countExecutions(memory) > 1;
    for (const segment of readBatch(memory)) {
      if (memory.skipping) break;
      memory.skipping = !(await this.runSegment(segment, joined));
    }
    memory.unsynced = flushed;
    if (flushed) {
      this.replies.release();
      return;
    }
    memory.skipping = false;
    await this.runner.closeBlock();
    this.replies.ready(this.upstream.status);
  }

  /** False when a message of it has failed. */
  private async runSegment(segment: Segment, joined: boolean): Promise<boolean> {
    const { runner, upstream } = this;
    const { bytes, described, executed, binds, error } = segment;
    const statement = executed?.statement;
    const joins = statement ? !standsAlone(statement) : binds;
    if (joined && joins) await runner.openBlock();
    const perform = (receive: (frame: Frame) => void) => {
      this.replies.expect(described, executed);
      return upstream.request(Buffer.concat([bytes, SYNC]), receive);
    };
    let done = true;
    if (executed && statement) {
      done = await runner.execute({ statement, text: executed.text, perform });
      if (done) this.settings.follow(statement);
    } else if (bytes.length > 0) done = await runner.pass(perform);
    if (!done || !error) return done;
    await runner.fail(error);
    return false;
  }
}

/** Whether the statement is not to be put into a transaction with others. */
function standsAlone(statement: Statement): boolean {
  return isControl(statement) || statement.outsideTransactionOnly !== undefined || statement.commits === true;
}
