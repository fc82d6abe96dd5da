/** One client's session: reads its messages in the simple and the extended protocol and has their statements run. */
import type { Socket } from 'node:net';
import { Batch, type BatchMemory, newBatchMemory } from './batch.ts';
import { describeError } from './errors.ts';
import type { Inbox } from './frontend.ts';
import { decodeStrings, encode, encodeFields, encodeQuery, type Frame } from './message.ts';
import { Replies } from './replies.ts';
import { isControl, NO_STATEMENT, Runner } from './runner.ts';
import type { SessionUser } from './session-user.ts';
import { RedshiftError, type Statement } from './sql/statement.ts';
import { translate } from './sql/translate.ts';
import type { Upstream } from './upstream.ts';
import type { World } from './world.ts';

/** Serves a client that has logged in until it leaves. */
export class Session {
  private readonly client: Socket;
  private readonly inbox: Inbox;
  private readonly upstream: Upstream;
  private readonly replies: Replies;
  private readonly runner: Runner;
  private readonly memory: BatchMemory = newBatchMemory();

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
    this.replies = new Replies(client, world, upstream.pid, application);
    this.runner = new Runner(client, upstream, world, this.replies, user);
  }

  /** Resolves when the client has left and the engine's session is closed. */
  async run(): Promise<void> {
    this.upstream.attach(this.client, this.replies.relay);
    this.replies.write(encode('R', Buffer.alloc(4)));
    for (const frame of this.upstream.greeting) this.replies.relay(frame);
    this.replies.ready(this.upstream.status);
    try {
      for (let frame = await this.inbox.next(); frame; frame = await this.inbox.next()) {
        if (frame.type === 'X') break;
        if (frame.type === 'Q') await this.simple(decodeStrings(frame, 1).strings[0] ?? '');
        else if ('PBDECHS'.includes(frame.type)) await this.extended(frame);
        else if (!'dcf'.includes(frame.type)) {
          const error = new RedshiftError(
            '08P01',
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
      statements = translate(text);
      if (statements.length === 0) await this.upstream.request(encodeQuery(''), this.replies.relay);
    } catch (error) {
      await this.runner.fail(error);
    }
    for (const statement of statements) {
      // A message of several statements is one transaction, as far as it does not say otherwise.
      if (statements.length > 1 && !isControl(statement) && this.upstream.status === 'I')
        await this.runner.openBlock();
      const done = await this.runner.execute({
        statement,
        text,
        perform: async (receive) => {
          if (!statement.copy) await this.upstream.request(encodeQuery(statement.sql), receive);
        },
      });
      if (!done) break;
    }
    await this.runner.closeBlock();
    this.replies.ready(this.upstream.status);
  }

  private async extended(frame: Frame): Promise<void> {
    const { memory, upstream } = this;
    memory.frames.push(frame);
    if (frame.type !== 'S' && frame.type !== 'H') return;
    const batch = new Batch(memory);
    if (frame.type === 'H') {
      memory.unsynced = true;
      if (batch.error && !memory.skipping) this.replies.error(batch.error);
      memory.skipping ||= batch.error !== undefined;
      if (!memory.skipping) await upstream.send(batch.encode());
      return;
    }
    if (memory.skipping) {
      await upstream.request(encodeParse(NO_STATEMENT), () => undefined);
    } else if (batch.error) {
      await upstream.request(encodeParse(NO_STATEMENT), () => undefined);
      this.replies.error(batch.error);
    } else {
      await this.executeBatch(batch);
    }
    memory.skipping = false;
    memory.unsynced = false;
    await this.runner.closeBlock();
    this.replies.ready(this.upstream.status);
  }

  private async executeBatch(batch: Batch): Promise<void> {
    const [only, ...others] = batch.executed;
    const perform = (receive: (frame: Frame) => void) => this.upstream.request(batch.encode(), receive);
    if (!only?.statement || others.length > 0 || this.memory.unsynced) {
      const copy = batch.executed.find(({ statement }) => statement?.copy);
      if (!copy) await perform(this.replies.relay);
      else
        await this.runner.fail(
          new RedshiftError('0A000', 'COPY has to be sent together with its Parse and Sync'),
        );
      return;
    }
    const { statement, text } = only;
    await this.runner.execute({ statement, text, perform });
  }
}

function encodeParse(sql: string): Buffer {
  return Buffer.concat([encode('P', `\0${sql}\0`, Buffer.alloc(2)), encode('S')]);
}
