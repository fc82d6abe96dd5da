/**
 * Runs a client's statements one by one on the engine, each with what Redshift does around it: the write lock, commits,
 * the remembered design, COPY from S3, and faults on order.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SQLSTATE } from '../sqlstates.ts';
import { runCopy } from '../copy/copy.ts';
import { EngineError, type ErrorContext } from '../errors.ts';
import type { SqlFault } from '../../faults/sql.ts';
import { decodeFields, encode, encodeFields, type Fields, type Frame } from '../wire/message.ts';
import type { Replies } from '../wire/replies.ts';
import type { SessionUser } from './user.ts';
import { quoteTable } from '../sql/names.ts';
import { SessionObjects } from './objects.ts';
import { RedshiftError, type Statement, type TableName } from '../sql/statement.ts';
import { quoteLiteral, type Upstream } from '../wire/upstream.ts';
import type { World } from './cluster.ts';

/** A statement on its way: its text for faults, and how to send it. */
export interface Execution {
  readonly statement: Statement;
  readonly text: string;
  /**
   * Sends the messages, hands the answers to `receive`, and resolves at ReadyForQuery. For a COPY these are what goes
   * with it in the extended protocol, around an empty query.
   */
  readonly perform: (receive: (frame: Frame) => void) => Promise<unknown>;
}

const BEGINNINGS = new Set(['BEGIN', 'START TRANSACTION']);
const CONTROL = new Set([...BEGINNINGS, 'COMMIT', 'ROLLBACK']);
/** The system tables that `World.writeHistory` brings up to date. */
const HISTORY = /\b(?:sys_query_history|stl_query)\b/i;

/** See the file. Of the promises of one runner only one may be under way. */
export class Runner {
  private readonly client: Socket;
  private readonly upstream: Upstream;
  private readonly world: World;
  private readonly replies: Replies;
  private readonly user: SessionUser;
  private readonly gone = new AbortController();
  private copying: AbortController | undefined;
  /** Whether the open transaction block is the endpoint's own, around statements that the client runs outside one. */
  private implicit = false;
  /** Whether the client's open transaction has read nothing yet. */
  private unread = false;
  private readonly objects = new SessionObjects();
  private serializable = false;
  private copyCount = 0;
  private copyId = -1;
  /** `copyId` as it was when the last transaction block ended. */
  private settledCopyId = -1;
  private queryId = -1;

  constructor(client: Socket, upstream: Upstream, world: World, replies: Replies, user: SessionUser) {
    this.client = client;
    this.upstream = upstream;
    this.world = world;
    this.replies = replies;
    this.user = user;
    client.once('close', () => this.gone.abort());
  }

  /** To be called before the first statement. */
  async start(): Promise<void> {
    const [[level] = []] = await this.upstream.run('SHOW default_transaction_isolation');
    this.serializable = level === 'serializable';
  }

  /** Cancels the statement that runs. */
  async cancel(): Promise<void> {
    if (this.copying) this.copying.abort();
    else await this.upstream.cancel();
  }

  /** Runs one statement with all that goes with it; false when it has failed. */
  async execute(execution: Execution): Promise<boolean> {
    const { statement, text } = execution;
    this.replies.release();
    const fault = this.world.fault(text, statement.verb);
    if (fault?.kind === 'drop-before') return this.drop();
    if (fault?.kind === 'black-hole') return this.swallow();
    if (fault?.kind === 'stall') await delay(fault.ms, undefined, { signal: this.gone.signal });
    const context = {
      ...this.world.nextQuery(this.upstream.pid, this.user.id),
      onComputeNodes: statement.onComputeNodes === true,
      serializable: this.serializable,
    };
    this.replies.context = context;
    const started = Date.now();
    const wasFailed = this.upstream.status === 'E';
    let succeeded = false;
    let giveBack: (() => Promise<void>) | undefined;
    const isQuery = this.objects.written(statement) !== undefined || readsTables(statement);
    if (fault?.kind === 'stall-after' || fault?.kind === 'black-hole-after') this.replies.holdBack();
    try {
      if (fault?.kind === 'error') throw faultError(fault);
      await this.prepare(statement, fault);
      giveBack = wasFailed ? undefined : await this.user.borrow(statement);
      const failure = statement.copy
        ? await this.copy(statement, execution, context, fault, started)
        : await this.forward(execution, fault);
      if (failure) {
        if (fault?.kind === 'drop-after') return this.drop();
        if (fault?.kind === 'black-hole-after') return await this.swallow();
        this.replies.error(new EngineError(failure));
        return false;
      }
      await this.remember(statement);
      if (isControl(statement)) this.settleCopyId(wasFailed || statement.verb === 'ROLLBACK');
      await this.keepUnread(statement);
      succeeded = true;
    } catch (error) {
      await this.fail(error);
      return false;
    } finally {
      await giveBack?.();
      if (isQuery && !wasFailed) this.queryId = context.queryId;
      this.world.history.add({ context, verb: statement.verb, succeeded, text, started });
    }
    if (fault?.kind === 'stall-after') await delay(fault.ms, undefined, { signal: this.gone.signal });
    if (fault?.kind !== 'drop-after' && fault?.kind !== 'black-hole-after') return true;
    await this.closeBlock();
    return fault.kind === 'drop-after' ? this.drop() : this.swallow();
  }

  /** What has to happen before a statement, in a session that is able to run it. */
  private async prepare(statement: Statement, fault: SqlFault | undefined): Promise<void> {
    const { upstream, world } = this;
    if (upstream.status === 'E') return;
    if (statement.outsideTransactionOnly !== undefined && upstream.status === 'T') {
      throw new RedshiftError(SQLSTATE.activeSqlTransaction, statement.outsideTransactionOnly);
    }
    await world.rememberNames(statement.longNames ?? []);
    if (statement.commits && upstream.status === 'T') {
      await upstream.run('COMMIT');
      this.implicit = false;
    }
    if (fault?.kind === 'commit-answers-rollback' && upstream.status === 'T') await upstream.run('ROLLBACK');
    if (isControl(statement)) this.implicit = false;
    if (upstream.status === 'I') this.settledCopyId = this.copyId;
    this.objects.check(statement, upstream.status === 'T');
    if (HISTORY.test(statement.sql)) await world.writeHistory();
    if (/pg_last_(?:copy|query)/i.test(statement.sql)) {
      // SET takes no snapshot, unlike a SELECT of set_config.
      await upstream.run(
        `SET warehouse.copy_count TO '${this.copyCount}'`,
        `SET warehouse.copy_id TO '${this.copyId}'`,
        `SET warehouse.query_id TO '${this.queryId}'`,
      );
    }
    const locked = this.objects.written(statement);
    const needsBlock = statement.copy !== undefined || statement.verb === 'LOCK';
    if (needsBlock || (locked ?? statement.made ?? statement.check)) await this.openBlock();
    if (locked) await this.lock(locked, statement);
    if (statement.check !== undefined) await upstream.run(statement.check);
  }

  private async lock(locked: TableName, statement: Statement): Promise<void> {
    // The lock comes before the snapshot, so that a writer which had to wait sees what the one before it wrote.
    const mode = await this.user.lockMode(locked);
    await this.upstream.run(`LOCK TABLE ${quoteTable(locked)} IN ${mode} MODE`).catch((error: unknown) => {
      if (!statement.copy || !(error instanceof EngineError) || error.fields['C'] !== SQLSTATE.undefinedTable)
        throw error;
      throw new RedshiftError(SQLSTATE.internalError, `Cannot COPY into nonexistent table ${locked.table}`);
    });
  }

  private async remember({ made }: Statement): Promise<void> {
    if (!made) return;
    const { table, like, design } = made;
    const parent = like ? `${quoteLiteral(quoteTable(like))}::regclass` : 'null';
    await this.upstream.run(
      `SELECT pg_catalog.warehouse_remember(${quoteLiteral(quoteTable(table))}::regclass, pg_catalog.warehouse_resolved(${quoteLiteral(JSON.stringify(design))}), ${parent})`,
    );
  }

  /**
   * A SELECT of no table takes no snapshot on Redshift ("Serializable isolation"), but does in PostgreSQL: a transaction
   * that has run nothing else begins again.
   */
  private async keepUnread(statement: Statement): Promise<void> {
    const { upstream } = this;
    this.objects.note(statement);
    if (upstream.status !== 'T') this.objects.endTransaction();
    if (BEGINNINGS.has(statement.verb)) this.unread = upstream.status === 'T';
    else if (statement.verb !== 'SELECT' || /\bfrom\b/i.test(statement.sql)) this.unread = false;
    else if (this.unread && upstream.status === 'T') await upstream.run('COMMIT AND CHAIN');
  }

  /** Passes a statement and its answers on; its error is held back and returned. */
  private async forward(execution: Execution, fault: SqlFault | undefined): Promise<Fields | undefined> {
    let failure: Fields | undefined;
    await execution.perform((frame) => {
      if (frame.type === 'C' && this.implicit) this.replies.holdBack();
      // The rest of a portal belongs to this transaction.
      if (frame.type === 's') this.unread = false;
      if (frame.type === 'E') failure = decodeFields(frame);
      else if (fault?.kind === 'drop-after') return;
      else if (frame.type === 'I' && execution.statement.copy) return;
      else if (frame.type === 'C' && fault?.kind === 'commit-answers-rollback')
        this.replies.write(encode('C', 'ROLLBACK\0'));
      else if (frame.type === 'C') this.replies.write(tagOf(execution.statement, frame));
      else this.replies.relay(frame);
    });
    return failure;
  }

  private async copy(
    statement: Statement,
    execution: Execution,
    context: ErrorContext,
    fault: SqlFault | undefined,
    started: number,
  ): Promise<Fields | undefined> {
    const { copy } = statement;
    if (!copy) return undefined;
    const failure = await this.forward(execution, fault);
    if (failure) return failure;
    if (fault?.kind === 'copy-answers-at-once') {
      [this.copyId, this.copyCount] = [context.queryId, fault.rows];
      this.reportCopy(copy.table.table, { skipped: 0, replaced: 0 });
      return undefined;
    }
    const copying = new AbortController();
    this.copying = copying;
    const leave = () => copying.abort();
    const timeout = await this.timeLeft(started);
    const timer = timeout === undefined ? undefined : setTimeout(leave, timeout);
    this.gone.signal.addEventListener('abort', leave);
    try {
      const result = await runCopy({
        copy,
        context,
        world: this.world,
        upstream: this.upstream,
        copier: this.user,
        signal: copying.signal,
      });
      this.copyId = context.queryId;
      if (result.kind === 'failed') {
        this.copyCount = 0;
        return result.failure;
      }
      this.copyCount = result.rows - (fault?.kind === 'copy-reports-fewer' ? fault.rows : 0);
      if (fault?.kind !== 'drop-after') this.reportCopy(copy.table.table, result);
      return undefined;
    } finally {
      clearTimeout(timer);
      this.gone.signal.removeEventListener('abort', leave);
      this.copying = undefined;
    }
  }

  /** After a statement that begins or ends a transaction block of the client. */
  private settleCopyId(isUndone: boolean): void {
    if (isUndone && this.world.readings.rolledBackCopyIsForgotten) this.copyId = this.settledCopyId;
    this.settledCopyId = this.copyId;
  }

  /** Milliseconds until statement_timeout: the engine does not watch while it waits for S3. */
  private async timeLeft(started: number): Promise<number | undefined> {
    const [[limit] = []] = await this.upstream.run(
      `SELECT extract(epoch FROM current_setting('statement_timeout')::interval) * 1000`,
    );
    return Number(limit) > 0 ? Math.max(0, started + Number(limit) - Date.now()) : undefined;
  }

  private reportCopy(table: string, { skipped, replaced }: { skipped: number; replaced: number }): void {
    if (this.implicit) this.replies.holdBack();
    const completed = `Load into table '${table}' completed,`;
    const lines = [`${completed} ${this.copyCount} record(s) loaded successfully.`];
    if (skipped > 0) {
      lines.push(
        `${completed} ${skipped} record(s) could not be loaded.  ` +
          `Check '${this.world.readings.loadErrorTable}' system table for details.`,
      );
    }
    if (replaced > 0) {
      lines.push(
        `${completed} ${replaced} record(s) were loaded with replacements made for ACCEPTINVCHARS. ` +
          "Check 'stl_replacements' system table for details.",
      );
    }
    for (const M of lines)
      this.replies.write(encodeFields('N', { S: 'INFO', C: SQLSTATE.successfulCompletion, M }));
    this.replies.write(encode('C', 'COPY\0'));
  }

  /** Puts what follows into a transaction until `closeBlock`, if the client has none open. */
  async openBlock(): Promise<void> {
    if (this.upstream.status !== 'I') return;
    await this.upstream.run('BEGIN');
    this.implicit = true;
  }

  /** Ends a transaction of `openBlock` that the client has not made its own. */
  async closeBlock(): Promise<void> {
    if (!this.implicit) return;
    this.implicit = false;
    try {
      await this.upstream.run(this.upstream.status === 'E' ? 'ROLLBACK' : 'COMMIT');
    } catch (error) {
      this.replies.discard();
      await this.fail(error);
    }
  }

  /** Has messages of the client answered that run no statement; false when one has failed. */
  async pass(perform: Execution['perform']): Promise<boolean> {
    this.replies.release();
    let done = true;
    await perform((frame) => {
      if (frame.type === 'E') done = false;
      this.replies.relay(frame);
    });
    return done;
  }

  /** Answers with an error of the endpoint's own; an open transaction fails with it. */
  async fail(error: unknown): Promise<void> {
    if (!(error instanceof RedshiftError) && !(error instanceof EngineError)) throw error;
    await this.upstream.failTransaction();
    this.replies.error(error);
  }

  /** Answers nothing until the client leaves. */
  private async swallow(): Promise<false> {
    this.replies.discard();
    if (!this.client.destroyed) await once(this.client, 'close');
    return this.drop();
  }

  private drop(): false {
    this.client.destroy();
    this.upstream.destroy();
    return false;
  }
}

/**
 * The tag that completes a statement. Some are a block of the engine's procedural language or another statement of it;
 * whether MERGE counts rows is undocumented, so nobody can rely on a number.
 */
function tagOf({ verb }: Statement, frame: Frame): Buffer {
  const tag = frame.bytes.toString('latin1', 5);
  if (verb === 'MERGE' || tag === 'DO\0') return encode('C', `${verb}\0`);
  return verb === 'CREATE TABLE AS' ? encode('C', 'SELECT\0') : frame.bytes;
}

/** Whether the statement is about the transaction itself. */
export function isControl({ verb }: Statement): boolean {
  return CONTROL.has(verb);
}

/** Only statements of the compute nodes count for pg_last_query_id. */
function readsTables({ verb, sql }: Statement): boolean {
  return verb === 'SELECT' && /\bfrom\b/i.test(sql) && !/\bpg_last_/i.test(sql);
}

function faultError(fault: Extract<SqlFault, { kind: 'error' }>): RedshiftError {
  const more = fault.detail === undefined ? {} : { detail: fault.detail };
  return new RedshiftError(fault.sqlstate, fault.message, more);
}
