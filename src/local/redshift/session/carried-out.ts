/** The statements that a session carries out by itself, and tells the client of: COPY and UNLOAD. */
import type { Socket } from 'node:net';
import { describeLoad } from '../copy/report.ts';
import type { ErrorContext } from '../errors.ts';
import type { Statement } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';
import { encode, encodeFields, type Fields } from '../wire/message.ts';
import type { Replies } from '../wire/replies.ts';
import type { Upstream } from '../wire/upstream.ts';
import type { Cluster } from './cluster.ts';
import { CopyRun, type LoadRows } from './copy-run.ts';
import type { Effects } from './history.ts';
import { Stoppable } from './stoppable.ts';
import { UnloadRun } from './unload-run.ts';
import type { SessionUser } from './user.ts';

/** A statement that is under way, and how its rows are loaded. */
export interface CarriedOutQuery {
  readonly context: ErrorContext;
  /** In milliseconds, as Date.now() gives them. */
  readonly started: number;
  /** What it does is noted here. */
  readonly effects: Effects;
  readonly load: LoadRows;
  /** Whether the client is told only when the transaction has ended. */
  readonly isHeldBack: boolean;
}

/** What carries statements out. */
export interface CarriedOutOptions {
  readonly client: Socket;
  readonly upstream: Upstream;
  readonly cluster: Cluster;
  readonly replies: Replies;
  readonly user: SessionUser;
}

/** Carries out one statement at a time. */
export class CarriedOut {
  readonly #upstream: Upstream;
  readonly #cluster: Cluster;
  readonly #replies: Replies;
  readonly #user: SessionUser;
  readonly #stoppable: Stoppable;
  readonly #copies: CopyRun;
  readonly #unloads: UnloadRun;

  constructor({ client, upstream, cluster, replies, user }: CarriedOutOptions) {
    this.#upstream = upstream;
    this.#cluster = cluster;
    this.#replies = replies;
    this.#user = user;
    const gone = new AbortController();
    client.once('close', () => gone.abort());
    this.#stoppable = new Stoppable(upstream, gone.signal);
    this.#copies = new CopyRun(this.#stoppable, cluster.readings.rolledBackCopyIsForgotten);
    this.#unloads = new UnloadRun(cluster, this.#stoppable);
  }

  /** Puts what pg_last_copy_id() and the like tell into settings that the functions of the catalog read. */
  get settings(): readonly string[] {
    return [
      `SET warehouse.copy_count TO '${this.#copies.count}'`,
      `SET warehouse.copy_id TO '${this.#copies.id}'`,
      ...this.#unloads.settings,
    ];
  }

  /** Stops what is carried out. False when the engine is to be told too: it works for an UNLOAD, or for another statement. */
  cancel(): boolean {
    return this.#stoppable.cancel() && !this.#unloads.isRunning;
  }

  /** To be called when the client begins or ends a transaction block, or runs a statement outside one. */
  settle(isRolledBack: boolean): void {
    this.#copies.settle(isRolledBack);
  }

  /** Does nothing for other statements. An error of the engine may be returned. @throws RedshiftError, EngineError */
  async run(statement: Statement, query: CarriedOutQuery): Promise<Fields | undefined> {
    if (statement.copy) return await this.#copy(statement.copy, query);
    if (statement.unload) await this.#unload(statement.sql, statement.unload, query);
    return undefined;
  }

  async #copy(
    copy: NonNullable<Statement['copy']>,
    { context, started, effects, load, isHeldBack }: CarriedOutQuery,
  ): Promise<Fields | undefined> {
    const [cluster, upstream, copier] = [this.#cluster, this.#upstream, this.#user];
    const result = await this.#copies.run({ copy, context, cluster, upstream, copier }, load, started);
    if (result.kind === 'failed') return result.failure;
    effects.rows = result.rows;
    this.#tell('COPY', describeLoad(copy.table.table, result, cluster.readings), isHeldBack);
    return undefined;
  }

  async #unload(
    query: string,
    unload: NonNullable<Statement['unload']>,
    { context, started, effects, isHeldBack }: CarriedOutQuery,
  ): Promise<void> {
    const job = { unload, query, context, upstream: this.#upstream, user: this.#user };
    const { rows } = await this.#unloads.run(job, started);
    effects.rows = rows;
    this.#tell('UNLOAD', [`UNLOAD completed, ${rows} record(s) unloaded successfully.`], isHeldBack);
  }

  #tell(verb: string, messages: readonly string[], isHeldBack: boolean): void {
    if (isHeldBack) this.#replies.holdBack();
    for (const M of messages)
      this.#replies.write(encodeFields('N', { S: 'INFO', C: SQLSTATE.successfulCompletion, M }));
    this.#replies.write(encode('C', `${verb}\0`));
  }
}
