/**
 * Whether a COMMIT without answer took effect. Each transaction ends with a marker row of its own, a blind insert into a
 * table that no load reads, so that loads never wait for each other through it.
 */
import { LoadError, messageOf, type CommitUnknownError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Session, Warehouse } from '../ports.ts';
import { retry } from '../retry.ts';
import { raw, type Sql } from '../sql.ts';
import type { TableRef } from '../table/types.ts';
import * as statements from './statements.ts';
import { isTransient } from './transient.ts';

export interface CommitsOptions {
  readonly warehouse: Warehouse;
  /** The schema of the table of markers. */
  readonly schema: string;
  readonly runId: string;
  /** The table of markers is not created; one that is there is used. */
  readonly forbidDdl: boolean;
  /** How long the outcome of a COMMIT without answer is looked for. */
  readonly resolveTimeoutMs: number;
  /** Aborted when the run gives up at once. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const LOOK_PAUSE_MS = 1000;

export class Commits {
  readonly #options: CommitsOptions;
  #isReady: Promise<boolean> | undefined;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** What a transaction executes right before COMMIT; undefined where the user may not write markers. */
  async marker(
    session: Session,
    batch: number,
    prepareSchema: (session: Session, schema: string) => Promise<void>,
  ): Promise<Sql | undefined> {
    const { schema, runId } = this.#options;
    this.#isReady ??= this.#prepare(session, prepareSchema);
    try {
      return (await this.#isReady) ? statements.insertMarker(schema, runId, batch) : undefined;
    } catch (error) {
      this.#isReady = undefined;
      throw error;
    }
  }

  /**
   * Whether a COMMIT without answer took effect. The old session may still be committing: it is ended first, and the
   * target's lock waits for it, only then the marker tells. Throws `unknown` when it cannot be found out in time.
   */
  async tookEffect(unknown: CommitUnknownError, target: TableRef, batch: number): Promise<boolean> {
    const { warehouse, schema, runId, resolveTimeoutMs, signal, log } = this.#options;
    if (!(await this.#isReady)) throw unknown;
    const deadline = performance.now() + resolveTimeoutMs;
    const look = (): Promise<boolean> =>
      warehouse.session(async (session) => {
        await session.run(statements.terminateBackend(unknown.backend)).catch(() => undefined);
        const timeoutMs = Math.max(deadline - performance.now(), 1000);
        await session.run(raw('BEGIN'));
        await session.run(statements.lockTable(target), { timeoutMs });
        const { rows } = await session.run(statements.findMarker(schema, runId, batch), { timeoutMs });
        await session.run(raw('ROLLBACK'));
        return rows.length > 0;
      });
    try {
      return await retry(look, {
        tries: Infinity,
        pauseMs: LOOK_PAUSE_MS,
        maxPauseMs: LOOK_PAUSE_MS,
        signal,
        isTransient: () => performance.now() < deadline,
        onRetry: (error) => log.warn(`cannot look for the outcome of a COMMIT yet: ${messageOf(error)}`),
      });
    } catch {
      throw unknown;
    }
  }

  /** The markers of a run serve nobody once all its outcomes are known. */
  async forget(): Promise<void> {
    const { warehouse, schema, runId } = this.#options;
    if (!(await this.#isReady?.catch(() => false))) return;
    await warehouse
      .session((session) => session.run(statements.removeMarkers(schema, runId), { timeoutMs: 30_000 }))
      .catch(() => undefined);
  }

  /** Whether commits can be marked. Tried for real, once: privileges are what the server says they are. */
  async #prepare(
    session: Session,
    prepareSchema: (session: Session, schema: string) => Promise<void>,
  ): Promise<boolean> {
    const { schema, log } = this.#options;
    try {
      await this.#tryMarker(session).catch(async (error: unknown) => {
        if (this.#options.forbidDdl || !isMissing(error)) throw error;
        await prepareSchema(session, schema);
        await session.run(statements.createMarkers(schema), { timeoutMs: 60_000 });
        await this.#tryMarker(session);
      });
      return true;
    } catch (error) {
      if (isTransient(error)) throw error;
      log.warn(
        `commits cannot be marked, so a connection lost during COMMIT will end the run: ${messageOf(error)}`,
      );
      return false;
    }
  }

  async #tryMarker(session: Session): Promise<void> {
    const { schema, runId } = this.#options;
    await session.run(statements.insertMarker(schema, runId, 0), { timeoutMs: 60_000 });
  }
}

/** No such table, or no such schema. */
function isMissing(error: unknown): boolean {
  return error instanceof LoadError && (error.sqlstate === '42P01' || error.sqlstate === '3F000');
}
