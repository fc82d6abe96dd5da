/**
 * One client's session: translates its statements, runs them on the engine with what Redshift does around them (the
 * write lock, commits, remembered designs, COPY from S3), and passes the answers on in Redshift's words.
 */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeCopy, runCopy } from './copy.ts';
import { describeError, EngineError, type ErrorContext, isSilent, translateError } from './errors.ts';
import type { SqlFault } from './fault.ts';
import { Batch, type BatchMemory, newBatchMemory, type Prepared } from './batch.ts';
import type { Inbox } from './frontend.ts';
import { decodeFields, decodeStrings, encode, encodeFields, encodeQuery, type Fields, type Frame } from './message.ts';
import { quoteTable } from './sql/names.ts';
import { RedshiftError, type Statement } from './sql/statement.ts';
import { translate } from './sql/translate.ts';
import { quoteLiteral, type Upstream } from './upstream.ts';
import type { World } from './world.ts';

/** Sends a statement's messages to the engine, hands the answers to `receive`, and resolves at ReadyForQuery. */
type Perform = (receive: (frame: Frame) => void) => Promise<unknown>;

/** A statement on its way: its text for faults, how to send it, and how to send it when it is a COPY. */
interface Execution {
  readonly statement: Statement;
  readonly text: string;
  readonly perform: Perform;
  /** The messages up to the one that starts the COPY, and those that have to wait for its end. */
  readonly copy: () => { readonly start: Buffer; readonly rest: Buffer };
}

const BEGINS = new Set(['BEGIN', 'START', 'START TRANSACTION']);
const ENDS = new Set(['COMMIT', 'END', 'ROLLBACK', 'ABORT']);
/** Statements that queue for the table's write lock; others take a stronger lock by themselves. */
const WRITERS = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY']);
/** No statement of PostgreSQL: fails in every state of a session, and takes an open transaction with it. */
const NO_STATEMENT = '!';
const NOTHING = Buffer.alloc(0);
const PARAMETERS_SHOWN = new Set([
  ...['server_version', 'server_encoding', 'client_encoding', 'DateStyle', 'TimeZone', 'integer_datetimes'],
  ...['is_superuser', 'session_authorization'],
]);

/** Serves a client that has logged in until it leaves. */
export class Session {
  private readonly client: Socket;
  private readonly inbox: Inbox;
  private readonly upstream: Upstream;
  private readonly world: World;
  private readonly gone = new AbortController();
  private readonly memory: BatchMemory = newBatchMemory();
  private readonly showVersion: boolean;
  private copying: AbortController | undefined;
  /** Whether the open transaction block is the endpoint's own, around statements that the client runs outside one. */
  private implicit = false;
  private corked = false;
  private copyCount = 0;
  private copyId = -1;
  private queryId = -1;

  constructor(client: Socket, inbox: Inbox, upstream: Upstream, world: World, application: string | undefined) {
    this.client = client;
    this.inbox = inbox;
    this.upstream = upstream;
    this.world = world;
    // psql picks its catalog queries by the version, and the catalog is that of the engine.
    this.showVersion = application !== 'psql';
    client.once('close', () => this.gone.abort());
  }

  /** Resolves when the client has left and the engine's session is closed. */
  async run(): Promise<void> {
    this.upstream.attach(this.client, this.relay);
    this.write(encode('R', Buffer.alloc(4)));
    for (const frame of this.upstream.greeting) this.relay(frame);
    this.ready();
    try {
      for (let frame = await this.inbox.next(); frame; frame = await this.inbox.next()) {
        if (frame.type === 'X') break;
        if (frame.type === 'Q') await this.simple(decodeStrings(frame, 1).strings[0] ?? '');
        else if ('PBDECHS'.includes(frame.type)) await this.extended(frame);
        else if (!'dcf'.includes(frame.type)) {
          const error = new RedshiftError('08P01', `invalid frontend message type ${frame.type.charCodeAt(0)}`);
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
    if (this.copying) this.copying.abort();
    else await this.upstream.cancel();
  }

  private async simple(text: string): Promise<void> {
    let statements: readonly Statement[] = [];
    try {
      statements = translate(text);
      if (statements.length === 0) await this.upstream.request(encodeQuery(''), this.relay);
    } catch (error) {
      await this.fail(error);
    }
    for (const statement of statements) {
      // A message of several statements is one transaction, as far as it does not say otherwise.
      if (statements.length > 1 && !isControl(statement) && this.upstream.status === 'I') await this.openBlock();
      const done = await this.execute({
        statement,
        text,
        perform: (receive) => this.upstream.request(encodeQuery(statement.sql), receive),
        copy: () => ({ start: encodeQuery(statement.copy ? encodeCopy(statement.copy) : ''), rest: NOTHING }),
      });
      if (!done) break;
    }
    await this.closeBlock();
    this.ready();
  }

  private async extended(frame: Frame): Promise<void> {
    const { memory, upstream } = this;
    memory.frames.push(frame);
    if (frame.type !== 'S' && frame.type !== 'H') return;
    const batch = new Batch(memory);
    if (frame.type === 'H') {
      memory.unsynced = true;
      if (batch.error && !memory.skipping) this.write(this.encodeError(batch.error));
      memory.skipping ||= batch.error !== undefined;
      if (!memory.skipping) await upstream.send(batch.encode());
      return;
    }
    if (memory.skipping) {
      await upstream.request(encodeParse(NO_STATEMENT), () => undefined);
    } else if (batch.error) {
      await upstream.request(encodeParse(NO_STATEMENT), () => undefined);
      this.write(this.encodeError(batch.error));
    } else {
      await this.executeBatch(batch);
    }
    memory.skipping = false;
    memory.unsynced = false;
    await this.closeBlock();
    this.ready();
  }

  private async executeBatch(batch: Batch): Promise<void> {
    const [only, ...others] = batch.executed;
    const perform: Perform = (receive) => this.upstream.request(batch.encode(), receive);
    if (!only?.statement || others.length > 0 || this.memory.unsynced) {
      const copy = batch.executed.find(({ statement }: Prepared) => statement?.copy);
      if (!copy) await perform(this.relay);
      else await this.fail(new RedshiftError('0A000', 'COPY has to be sent together with its Parse and Sync'));
      return;
    }
    const { statement, text } = only;
    await this.execute({ statement, text, perform, copy: () => batch.split() });
  }

  /** Runs one statement with all that goes with it; false when it has failed. */
  private async execute(execution: Execution): Promise<boolean> {
    const { statement, text } = execution;
    const fault = this.world.fault(text, statement.verb);
    if (fault?.kind === 'drop-before') return this.drop();
    if (fault?.kind === 'stall') await delay(fault.ms, undefined, { signal: this.gone.signal });
    const context = this.context();
    try {
      if (fault?.kind === 'error') throw faultError(fault);
      await this.prepare(statement, fault);
      const failure = statement.copy
        ? await this.copy(statement, execution, context, fault)
        : await this.forward(execution, fault);
      if (failure) {
        if (fault?.kind === 'drop-after') return this.drop();
        this.write(encodeFields('E', await this.explain(failure, context)));
        return false;
      }
      await this.remember(statement);
    } catch (error) {
      await this.fail(error);
      return false;
    } finally {
      this.queryId = context.queryId;
    }
    if (fault?.kind !== 'drop-after') return true;
    await this.closeBlock();
    return this.drop();
  }

  private context(): ErrorContext {
    return { queryId: this.world.nextQueryId(), pid: this.upstream.pid };
  }

  /** What has to happen before a statement, in a session that is able to run it. */
  private async prepare(statement: Statement, fault: SqlFault | undefined): Promise<void> {
    const { upstream, world } = this;
    if (upstream.status === 'E') return;
    if (statement.outsideTransactionOnly !== undefined && upstream.status === 'T') {
      throw new RedshiftError('25001', statement.outsideTransactionOnly);
    }
    await world.rememberNames(statement.longNames ?? []);
    if (statement.commits && upstream.status === 'T') {
      await upstream.run('COMMIT');
      this.implicit = false;
    }
    if (fault?.kind === 'commit-answers-rollback' && upstream.status === 'T') await upstream.run('ROLLBACK');
    if (isControl(statement)) this.implicit = false;
    if (/pg_last_(?:copy|query)/i.test(statement.sql)) {
      // SET takes no snapshot, unlike a SELECT of set_config.
      await upstream.run(
        `SET warehouse.copy_count TO '${this.copyCount}'; SET warehouse.copy_id TO '${this.copyId}'; ` +
          `SET warehouse.query_id TO '${this.queryId}'`,
      );
    }
    const locked = WRITERS.has(statement.verb) ? statement.writes : undefined;
    if ((locked ?? statement.design ?? statement.copy) && this.isIdle()) await this.openBlock();
    if (!locked) return;
    // The lock comes before the snapshot, so that a writer which had to wait sees what the one before it wrote.
    await upstream.run(`LOCK TABLE ${quoteTable(locked)} IN SHARE ROW EXCLUSIVE MODE`).catch((error: unknown) => {
      if (!statement.copy || !(error instanceof EngineError) || error.fields['C'] !== '42P01') throw error;
      throw new RedshiftError('XX000', `Cannot COPY into nonexistent table ${locked.table}`);
    });
  }

  private async remember({ design }: Statement): Promise<void> {
    if (!design) return;
    const { table, like, ...rest } = design;
    const parent = like ? `${quoteLiteral(quoteTable(like))}::regclass` : 'null';
    await this.upstream.run(
      `SELECT pg_catalog.warehouse_remember(${quoteLiteral(quoteTable(table))}::regclass, ${quoteLiteral(JSON.stringify(rest))}, ${parent})`,
    );
  }

  /** Passes a statement and its answers on; its error is held back and returned. */
  private async forward(execution: Execution, fault: SqlFault | undefined): Promise<Fields | undefined> {
    let failure: Fields | undefined;
    await execution.perform((frame) => {
      if (frame.type === 'E') failure = decodeFields(frame);
      else if (fault?.kind === 'drop-after') return;
      else if (frame.type === 'C' && fault?.kind === 'commit-answers-rollback') this.write(encode('C', 'ROLLBACK\0'));
      // Some statements are a block of the engine's procedural language.
      else if (frame.type === 'C' && frame.bytes.toString('latin1', 5) === 'DO\0') {
        this.write(encode('C', `${execution.statement.verb}\0`));
      } else this.relay(frame);
    });
    return failure;
  }

  private async copy(
    statement: Statement,
    execution: Execution,
    context: ErrorContext,
    fault: SqlFault | undefined,
  ): Promise<Fields | undefined> {
    const { copy } = statement;
    if (!copy) return undefined;
    this.copying = new AbortController();
    const leave = () => this.copying?.abort();
    this.gone.signal.addEventListener('abort', leave);
    try {
      const result = await runCopy({
        copy,
        context,
        world: this.world,
        upstream: this.upstream,
        messages: execution.copy(),
        signal: this.copying.signal,
        relay: fault?.kind === 'drop-after' ? () => undefined : this.relay,
      });
      this.copyId = context.queryId;
      if (result.kind === 'failed') {
        this.copyCount = 0;
        return result.failure;
      }
      this.copyCount = result.rows - (fault?.kind === 'copy-reports-fewer' ? fault.rows : 0);
      if (fault?.kind !== 'drop-after') this.reportCopy(copy.table.table, result.skipped);
      return undefined;
    } finally {
      this.gone.signal.removeEventListener('abort', leave);
      this.copying = undefined;
    }
  }

  private reportCopy(table: string, skipped: number): void {
    const lines = [`Load into table '${table}' completed, ${this.copyCount} record(s) loaded successfully.`];
    if (skipped > 0) {
      lines.push(
        `Load into table '${table}' completed, ${skipped} record(s) could not be loaded.  ` +
          "Check 'stl_load_errors' system table for details.",
      );
    }
    for (const M of lines) this.write(encodeFields('N', { S: 'INFO', C: '00000', M }));
    this.write(encode('C', 'COPY\0'));
  }

  private isIdle(): boolean {
    return this.upstream.status === 'I';
  }

  private async openBlock(): Promise<void> {
    await this.upstream.run('BEGIN');
    this.implicit = true;
  }

  private async closeBlock(): Promise<void> {
    if (!this.implicit) return;
    this.implicit = false;
    try {
      await this.upstream.run(this.upstream.status === 'E' ? 'ROLLBACK' : 'COMMIT');
    } catch (error) {
      await this.fail(error);
    }
  }

  /** Answers with an error of the endpoint's own; an open transaction fails with it. */
  private async fail(error: unknown): Promise<void> {
    if (!(error instanceof RedshiftError) && !(error instanceof EngineError)) throw error;
    if (this.upstream.status === 'T') await this.upstream.request(encodeQuery(NO_STATEMENT), () => undefined);
    this.write(this.encodeError(error));
  }

  private encodeError(error: RedshiftError | EngineError): Buffer {
    if (error instanceof RedshiftError) return encodeFields('E', describeError(error));
    return encodeFields('E', translateError(error.fields, { queryId: this.queryId, pid: this.upstream.pid }));
  }

  private async explain(failure: Fields, context: ErrorContext): Promise<Fields> {
    const length = failure['C'] === '23514' ? await this.world.findByteLimit(failure) : undefined;
    return translateError(failure, context, length);
  }

  private drop(): false {
    this.client.destroy();
    this.upstream.destroy();
    return false;
  }

  private readonly relay = (frame: Frame): void => {
    switch (frame.type) {
      case 'S': {
        const [name = ''] = decodeStrings(frame, 2).strings;
        if (name === 'server_version' && this.showVersion) this.write(encode('S', 'server_version\x008.0.2\0'));
        else if (PARAMETERS_SHOWN.has(name)) this.write(frame.bytes);
        return;
      }
      case 'N': {
        const fields = decodeFields(frame);
        if (!isSilent(fields)) this.write(encodeFields('N', translateError(fields, this.context())));
        return;
      }
      case 'E':
        this.write(this.encodeError(new EngineError(decodeFields(frame))));
        return;
      case 'Z':
        return;
      default:
        this.write(frame.bytes);
    }
  };

  private ready(): void {
    this.write(encode('Z', this.upstream.status));
  }

  /** Writes of one turn go out together. */
  private write(bytes: Buffer): void {
    if (this.client.destroyed) return;
    if (!this.corked) {
      this.corked = true;
      this.client.cork();
      process.nextTick(() => {
        this.corked = false;
        this.client.uncork();
      });
    }
    this.client.write(bytes);
  }
}

function isControl({ verb }: Statement): boolean {
  return BEGINS.has(verb) || ENDS.has(verb);
}

function faultError(fault: Extract<SqlFault, { kind: 'error' }>): RedshiftError {
  const more = fault.detail === undefined ? {} : { detail: fault.detail };
  return new RedshiftError(fault.sqlstate, fault.message, more);
}

function encodeParse(sql: string): Buffer {
  return Buffer.concat([encode('P', `\0${sql}\0`, Buffer.alloc(2)), encode('S')]);
}
