/**
 * Runs a client's statements one by one on the engine, each with what Redshift does around it: the write lock, commits,
 * the design that is remembered, COPY from S3, and the query's entry in the system tables.
 */
import type { Socket } from 'node:net';
import { EngineError } from '../errors.ts';
import { quoteTable } from '../sql/names.ts';
import { isCarriedOut, RedshiftError, type Statement, type Step, type TableName } from '../sql/statement.ts';
import { call, finishTable, regclass } from '../sql/steps.ts';
import { literal } from '../sql/tokens.ts';
import { SQLSTATE } from '../sqlstates.ts';
import { decodeFields, type Fields } from '../wire/message.ts';
import type { Replies } from '../wire/replies.ts';
import type { Upstream } from '../wire/upstream.ts';
import type { Cluster } from './cluster.ts';
import { CarriedOut } from './carried-out.ts';
import { findPlanView, showRow } from './explain.ts';
import { SessionObjects } from './objects.ts';
import {
  type Forwarded,
  LAST_FUNCTIONS,
  messageOf,
  type Query,
  readsCounts,
  readsHistory,
  readsTables,
  rowsIn,
  tagOf,
} from './statement-facts.ts';
import type { Execution, Preparation, StatementRunner } from './statement-runner.ts';
import { isControl, TransactionBlock } from './transaction-block.ts';
import type { SessionSettings } from './settings.ts';
import type { SessionUser } from './user.ts';
import { WriteLock } from './write-lock.ts';

/** What a runner works with. */
export interface RunnerOptions {
  readonly client: Socket;
  readonly upstream: Upstream;
  readonly cluster: Cluster;
  readonly replies: Replies;
  readonly user: SessionUser;
  readonly settings: SessionSettings;
}

/** The runner of a session; see faults/ for one that fails on purpose. */
export class Runner implements StatementRunner {
  readonly #upstream: Upstream;
  readonly #cluster: Cluster;
  readonly #replies: Replies;
  readonly #user: SessionUser;
  readonly #settings: SessionSettings;
  readonly #block: TransactionBlock;
  readonly #carriedOut: CarriedOut;
  readonly #writeLock: WriteLock;
  readonly #objects = new SessionObjects();
  /** Proves to the functions of the catalog that the endpoint calls them. */
  readonly #ticket: string;
  /** What pg_last_query_id() tells. */
  #lastQueryId = -1;

  constructor({ client, upstream, cluster, replies, user, settings }: RunnerOptions) {
    this.#upstream = upstream;
    this.#cluster = cluster;
    this.#replies = replies;
    this.#user = user;
    this.#settings = settings;
    this.#ticket = cluster.ticket(upstream.pid);
    this.#block = new TransactionBlock(upstream);
    this.#writeLock = new WriteLock(upstream, user);
    this.#carriedOut = new CarriedOut({ client, upstream, cluster, replies, user });
  }

  async start(): Promise<void> {
    await this.#block.start();
  }

  async execute(execution: Execution): Promise<boolean> {
    return await this.#asQuery(execution, (query) => this.#run(execution, query));
  }

  async refuse(execution: Execution, error: RedshiftError | EngineError): Promise<boolean> {
    return await this.#asQuery(execution, () => Promise.reject(error));
  }

  async pass(perform: Execution['perform'], { parsed, bound, binds }: Preparation): Promise<boolean> {
    const send = async () => {
      let done = true;
      await perform((frame) => {
        if (frame.type === 'E') done = false;
        this.#replies.relay(frame);
      });
      return done;
    };
    if (binds) {
      this.#block.keepPortal();
      return (await this.#lockBound(bound)) && (await send());
    }
    const takesLock = parsed.some((statement) => this.#objects.written(statement) !== undefined);
    return takesLock ? await this.#block.withoutLocks(send, (done) => done) : await send();
  }

  /** The write locks come before the engine's own, which it takes when it binds. */
  async #lockBound(statements: readonly Statement[]): Promise<boolean> {
    if (!this.#block.isOpen) return true;
    try {
      for (const statement of statements) {
        const locked = this.#objects.written(statement);
        if (locked) await this.#writeLock.take(locked, this.#block.isSerializable);
      }
      return true;
    } catch (error) {
      await this.fail(error);
      return false;
    }
  }

  async ask<T>(work: () => Promise<T>): Promise<T> {
    const result = await work();
    await this.#block.forgetSnapshot();
    return result;
  }

  async fail(error: unknown): Promise<void> {
    if (!(error instanceof RedshiftError) && !(error instanceof EngineError)) throw error;
    await this.#upstream.failTransaction();
    this.#replies.error(error);
  }

  async openBlock(): Promise<void> {
    await this.#block.open();
  }

  async closeBlock(): Promise<void> {
    try {
      await this.#block.close();
    } catch (error) {
      this.#replies.discard();
      await this.fail(error);
    }
  }

  async cancel(): Promise<void> {
    if (!this.#carriedOut.cancel()) await this.#upstream.cancel();
  }

  /** Gives a statement its query id, answers its failure, and keeps it for the system tables. */
  async #asQuery(
    { statement, text }: Execution,
    run: (query: Query) => Promise<Fields | undefined>,
  ): Promise<boolean> {
    const query = this.#newQuery(statement);
    const { context, wasFailed } = query;
    const isQuery = this.#objects.written(statement) !== undefined || readsTables(statement);
    let succeeded = false;
    this.#replies.context = context;
    try {
      const failure = await run(query);
      if (failure) this.#fails(query, new EngineError(failure));
      succeeded = failure === undefined;
    } catch (error) {
      if (error instanceof RedshiftError || error instanceof EngineError)
        query.effects.error = messageOf(error, context);
      await this.fail(error);
    } finally {
      if (isQuery && !wasFailed) this.#lastQueryId = context.queryId;
      const label = this.#settings.queryGroup;
      this.#cluster.history.add({ ...query, verb: statement.verb, succeeded, text, label });
    }
    return succeeded;
  }

  #fails({ context, effects }: Query, error: EngineError): void {
    effects.error = messageOf(error, context);
    this.#replies.error(error);
  }

  #newQuery(statement: Statement): Query {
    const context = {
      ...this.#cluster.nextQuery(this.#upstream.pid, this.#user.id),
      onComputeNodes: statement.onComputeNodes === true,
      serializable: this.#block.isSerializable,
    };
    return { context, started: Date.now(), wasFailed: this.#block.isFailed, effects: {} };
  }

  /** The way of one statement. The error of the engine is returned, others are thrown. */
  async #run(execution: Execution, query: Query): Promise<Fields | undefined> {
    const { statement } = execution;
    // In a failed transaction the engine answers that it has failed.
    if (query.wasFailed) return await this.#runInBlock(execution, query);
    await this.#enterBlock(statement);
    this.#objects.check(statement, this.#block.isOpen);
    await this.#updateSystemTables(statement);
    await this.#tellLast(statement);
    await this.#lock(statement, query);
    this.#user.follow(statement);
    await this.#borrow(statement);
    for (const step of statement.before ?? []) await this.#runStep(step);
    return await this.#runInBlock(execution, query);
  }

  /** Lets the user drop or alter tables by a privilege, until the end of the statement. */
  async #borrow({ alters }: Statement): Promise<void> {
    if (!alters || this.#user.mayDoAll) return;
    const found = alters.tables.map((table) => `pg_catalog.to_regclass(${literal(quoteTable(table))})`);
    await this.#runStep(
      call('warehouse_lend', `array[${found.join(', ')}]::pg_catalog.regclass[]`, literal(alters.privilege)),
    );
  }

  /** @throws EngineError or RedshiftError, the failure of the statement. */
  async #runStep(step: Step): Promise<void> {
    switch (step.kind) {
      case 'run':
        await this.#upstream.run(step.sql);
        return;
      case 'refuse':
        if ((await this.#upstream.run(step.sql)).length > 0)
          throw new RedshiftError(SQLSTATE.internalError, step.message);
        return;
      case 'call':
        await this.#upstream.runWith(
          this.#ticket,
          `SELECT pg_catalog.${step.name}(${['$1', ...step.args].join(', ')})`,
        );
    }
  }

  async #numberOf(table: TableName): Promise<number> {
    return Number((await this.#upstream.run(`SELECT ${regclass(table)}::pg_catalog.oid`))[0]?.[0]);
  }

  async #runInBlock(execution: Execution, query: Query): Promise<Fields | undefined> {
    const { statement } = execution;
    const forwarded = await this.#forwardWithoutLocks(execution);
    if (forwarded.failure) return forwarded.failure;
    const { context, started, effects } = query;
    const { load } = execution;
    const carriedOut = { context, started, effects, load, isHeldBack: this.#block.isOwn };
    const failure = await this.#carriedOut.run(statement, carriedOut);
    if (failure) return failure;
    if (forwarded.rows !== undefined) effects.rows ??= forwarded.rows;
    if (!forwarded.isSkipped) await this.#finish(statement, query);
    if (isControl(statement)) this.#carriedOut.settle(query.wasFailed || statement.verb === 'ROLLBACK');
    this.#objects.note(statement);
    if (!this.#block.isOpen) this.#objects.endTransaction();
    await this.#block.follow(statement);
    return undefined;
  }

  /** Brings the transaction block into the state that Redshift runs the statement in. */
  async #enterBlock(statement: Statement): Promise<void> {
    if (statement.outsideTransactionOnly !== undefined && this.#block.isOpen) {
      throw new RedshiftError(SQLSTATE.activeSqlTransaction, statement.outsideTransactionOnly);
    }
    await this.#cluster.rememberNames(statement.longNames ?? []);
    if (statement.commits) await this.#block.commit();
    if (isControl(statement)) this.#block.handOver();
    if (!this.#block.isOpen) this.#carriedOut.settle(false);
  }

  async #updateSystemTables({ sql }: Statement): Promise<void> {
    if (readsHistory(sql)) await this.#cluster.writeHistory();
    // What this session wrote without a lock, such as CREATE TABLE AS.
    if (readsCounts(sql)) await this.#upstream.run('SELECT pg_catalog.pg_stat_force_next_flush()');
  }

  /** Puts what pg_last_copy_id() and the like tell where the engine's functions find it. */
  async #tellLast({ sql }: Statement): Promise<void> {
    if (!LAST_FUNCTIONS.test(sql)) return;
    // SET takes no snapshot, unlike a SELECT of set_config.
    await this.#upstream.run(
      ...this.#carriedOut.settings,
      `SET warehouse.query_id TO '${this.#lastQueryId}'`,
    );
  }

  /** Opens a block where one is needed, and takes the write lock of the table that the statement writes. */
  async #lock(statement: Statement, { effects }: Query): Promise<void> {
    const locked = this.#objects.written(statement);
    const needsBlock = isCarriedOut(statement) || statement.verb === 'LOCK';
    const { made, before, after, alters } = statement;
    if (needsBlock || (locked ?? made ?? before ?? after ?? alters)) await this.#block.open();
    if (locked) effects.table = await this.#writeLock.take(locked, this.#block.isSerializable);
  }

  /** A statement that is only prepared or explained takes no locks. */
  async #forwardWithoutLocks(execution: Execution): Promise<Forwarded> {
    const { prepares, explains } = execution.statement;
    if (!prepares && !explains) return await this.#forward(execution);
    return await this.#block.withoutLocks(
      () => this.#forward(execution),
      ({ failure, isSuspended }) => failure === undefined && !isSuspended,
    );
  }

  /** Passes a statement and its answers on; its error is held back and returned. */
  async #forward({ statement, perform }: Execution): Promise<Forwarded> {
    let failure: Fields | undefined;
    const seen = { isSkipped: false, isSuspended: false, rows: undefined as number | undefined };
    const isComplete = statement.made === undefined && statement.after === undefined;
    const view = this.#block.isFailed ? undefined : await findPlanView(statement, this.#upstream);
    await perform((frame) => {
      if (frame.type === 'C' && (this.#block.isOwn || !isComplete)) this.#replies.holdBack();
      if (frame.type === 'N' && decodeFields(frame)['C'] === SQLSTATE.duplicateTable) seen.isSkipped = true;
      if (frame.type === 's') seen.isSuspended = true;
      if (frame.type === 'C') seen.rows = rowsIn(frame);
      if (frame.type === 'E') failure = decodeFields(frame);
      else if (frame.type === 'I' && isCarriedOut(statement)) return;
      else if (frame.type === 'C') this.#replies.write(tagOf(statement, frame));
      else {
        const shown = frame.type === 'D' && view ? showRow(frame, view) : frame;
        if (shown) this.#replies.relay(shown);
      }
    });
    if (seen.isSuspended) this.#block.keepPortal();
    return { ...seen, ...(failure && { failure }) };
  }

  /** Does what comes after the statement; the client does not know of its success yet. */
  async #finish({ made, after = [], alters, verb }: Statement, { effects }: Query): Promise<void> {
    try {
      for (const step of [...(made ? finishTable(made) : []), ...after]) await this.#runStep(step);
      if (made && verb === 'CREATE TABLE AS') effects.table = await this.#numberOf(made.table);
      if (alters && !this.#user.mayDoAll) await this.#runStep(call('warehouse_return'));
    } catch (error) {
      this.#replies.discard();
      throw error;
    }
    if (!this.#block.isOwn) this.#replies.release();
  }
}
