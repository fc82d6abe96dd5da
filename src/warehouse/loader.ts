/**
 * Loads batches until their outcome is final: prepares the table, writes the manifest, tries again what may pass, finds
 * out what became of a COMMIT without answer, and removes the objects from S3 once nobody can need them any more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommitUnknownError, LoadError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ObjectStore, Session, Warehouse } from '../ports.ts';
import { retry } from '../retry.ts';
import { raw } from '../sql.ts';
import type { StagedBatch } from '../staging/batch.ts';
import { manifestOf } from '../staging/manifest.ts';
import type { TableSettings } from '../table/settings.ts';
import type { Column, TableRef } from '../table/types.ts';
import { readTables, type Tables } from './catalog.ts';
import { findRowError } from './explain.ts';
import { load, type LoadCounts, type LoadMethod } from './load.ts';
import { prepareSchema, prepareTable } from './prepare.ts';
import * as statements from './statements.ts';
import type { CopyAccess } from './statements.ts';
import { isTransient } from './transient.ts';

export interface LoaderOptions {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  /** The schema of the tables that this program needs for itself. */
  readonly schema: string;
  readonly access: CopyAccess;
  readonly region: string | undefined;
  readonly runId: string;
  readonly keepFiles: boolean;
  readonly tries: number;
  readonly retryPauseMs: number;
  /** How long the outcome of a COMMIT without answer is looked for. */
  readonly resolveTimeoutMs: number;
  /** Aborted when the run gives up at once. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** A batch and the immutable plan it was encoded for. */
export interface LoadJob {
  readonly stream: string;
  readonly target: TableRef;
  readonly columns: readonly Column[];
  readonly maxBytes: readonly number[];
  readonly method: LoadMethod;
  /** The rows end with a truth value: whether the row is a stub of a deletion. */
  readonly hasStubs: boolean;
  readonly settings: TableSettings;
  readonly keyProperties: readonly string[];
  /** Unique in this run. */
  readonly batch: number;
  /** The prefix of the batch's objects. */
  readonly keyPrefix: string;
}

const MAX_PAUSE_MS = 60_000;
const FIRST_TRIES = 2;
const CONNECTION_LOST = '08006';

export class Loader {
  readonly #options: LoaderOptions;
  /** By name. */
  readonly #schemasReady = new Map<string, Promise<void>>();
  #markers: Promise<boolean> | undefined;
  /** Server processes of connections that were lost. */
  readonly #ghosts = new Set<number>();

  constructor(options: LoaderOptions) {
    this.#options = options;
  }

  /** The tables of a schema; none when it does not exist yet. */
  async tables(schema: string): Promise<Tables> {
    // The first thing of a run: a setting that is wrong should be told soon, not after minutes of trying.
    return this.#retry(
      'read the catalog',
      () => this.#options.warehouse.session((session) => readTables(session, schema)),
      FIRST_TRIES,
    );
  }

  /** Creates or alters the table of a stream that sent no rows. */
  async prepare(job: LoadJob): Promise<void> {
    await this.#retry(`prepare table "${job.target.table}"`, () =>
      this.#options.warehouse.session(async (session) => {
        await this.#prepareSchema(session, job.target.schema);
        await prepareTable(session, this.#wish(job));
      }),
    );
  }

  /**
   * Tells `onCommitted` as soon as the batch is durable and visible, so that its state need not wait for S3; resolves when
   * the batch's objects are gone too.
   */
  async load(job: LoadJob, staged: StagedBatch, onCommitted: (counts: LoadCounts) => void): Promise<void> {
    const keys = staged.parts.map(({ key }) => key);
    let outcomeIsKnown = true;
    try {
      const counts = await this.#retry(`load stream "${job.stream}"`, async (attempt) => {
        const manifest = `${job.keyPrefix}manifest-${attempt}.json`;
        keys.push(manifest);
        await this.#options.store.put(
          manifest,
          manifestOf(this.#options.store, staged.parts),
          this.#options.signal,
        );
        return this.#attempt(job, staged, manifest);
      });
      onCommitted(counts);
    } catch (error) {
      outcomeIsKnown = !(error instanceof CommitUnknownError);
      throw error instanceof CommitUnknownError
        ? this.#unknownOutcome(job, error)
        : await this.#explain(job, error);
    } finally {
      if (outcomeIsKnown) await this.remove(keys);
    }
  }

  /** Removes objects; a failure is told, not thrown: the rows are safe and the next run's sweep comes by. */
  async remove(keys: readonly string[]): Promise<void> {
    const { store, keepFiles, log } = this.#options;
    if (keepFiles || keys.length === 0) return;
    try {
      await store.remove(keys);
    } catch (error) {
      log.warn(`objects may stay in S3 until a later run removes them: ${messageOf(error)}`);
    }
  }

  /** The markers of a run serve nobody once all its outcomes are known. */
  async finish(): Promise<void> {
    const { warehouse, schema, runId } = this.#options;
    if (!(await this.#markers?.catch(() => false))) return;
    await warehouse
      .session((session) => session.run(statements.removeMarkers(schema, runId), { timeoutMs: 30_000 }))
      .catch(() => undefined);
  }

  async #attempt(job: LoadJob, staged: StagedBatch, manifest: string): Promise<LoadCounts> {
    const { warehouse, store, access, region, runId, schema } = this.#options;
    const { target } = job;
    let counts: LoadCounts | undefined;
    let backend: number | undefined;
    try {
      return await warehouse.session(async (session) => {
        backend = session.backend;
        await this.#endGhosts(session);
        await this.#prepareSchema(session, job.target.schema);
        const existing = await prepareTable(session, this.#wish(job));
        const hasMarkers = await this.#prepareMarkers(session);
        const plan = {
          target,
          columns: job.columns,
          maxBytes: job.maxBytes,
          method: job.method,
          hasStubs: job.hasStubs,
          rows: staged.rows,
          source: { manifestUrl: store.url(manifest), sentinel: staged.sentinel, access, region },
          marker: hasMarkers ? statements.insertMarker(schema, runId, job.batch) : undefined,
          onCounted: (seen: LoadCounts) => (counts = seen),
        };
        return load(session, plan, existing);
      });
    } catch (error) {
      // The server may not have noticed the loss, and its open transaction would keep the table's lock for hours.
      if (backend !== undefined && error instanceof LoadError && error.sqlstate === CONNECTION_LOST) {
        this.#ghosts.add(backend);
      }
      if (!(error instanceof CommitUnknownError) || !counts) throw error;
      this.#options.log.warn(
        { stream: job.stream },
        'no answer came to COMMIT: looking for what became of it',
      );
      if (await this.#wasCommitted(error, target, job.batch)) return counts;
      throw new LoadError('The connection was lost during COMMIT; the load was rolled back', {
        sqlstate: '08006',
        cause: error,
      });
    }
  }

  /**
   * Whether a COMMIT without answer took effect. The old session may still be committing: it is ended first, and the
   * target's lock waits for it, only then the marker tells (load-safety 5).
   */
  async #wasCommitted(unknown: CommitUnknownError, target: TableRef, batch: number): Promise<boolean> {
    const { warehouse, schema, runId, resolveTimeoutMs, signal, log } = this.#options;
    if (!(await this.#markers)) throw unknown;
    const deadline = Date.now() + resolveTimeoutMs;
    for (;;) {
      try {
        return await warehouse.session(async (session) => {
          await session.run(statements.terminateBackend(unknown.backend)).catch(() => undefined);
          const timeoutMs = Math.max(deadline - Date.now(), 1000);
          await session.run(raw('BEGIN'));
          await session.run(statements.lockTable(target), { timeoutMs });
          const { rows } = await session.run(statements.findMarker(schema, runId, batch), { timeoutMs });
          await session.run(raw('ROLLBACK'));
          return rows.length > 0;
        });
      } catch (error) {
        if (signal.aborted || Date.now() > deadline) throw unknown;
        log.warn(`cannot look for the outcome of a COMMIT yet: ${messageOf(error)}`);
        await sleep(1000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #endGhosts(session: Session): Promise<void> {
    for (const ghost of this.#ghosts) {
      this.#ghosts.delete(ghost);
      // It may have ended by itself, or belong to a pooler.
      await session.run(statements.terminateBackend(ghost), { timeoutMs: 30_000 }).catch(() => undefined);
    }
  }

  #wish(job: LoadJob): Parameters<typeof prepareTable>[1] {
    const note = { 'target-redshift': { stream: job.stream, key_properties: job.keyProperties } };
    return {
      target: job.target,
      columns: job.columns,
      maxBytes: job.maxBytes,
      comment: JSON.stringify(note),
    };
  }

  async #prepareSchema(session: Session, schema: string): Promise<void> {
    const ready = this.#schemasReady.get(schema) ?? prepareSchema(session, schema);
    this.#schemasReady.set(schema, ready);
    await ready.catch((error: unknown) => {
      this.#schemasReady.delete(schema);
      throw error;
    });
  }

  /** Whether commits can be marked. Tried for real, once: privileges are what the server says they are. */
  async #prepareMarkers(session: Session): Promise<boolean> {
    const { schema, runId, log } = this.#options;
    this.#markers ??= (async () => {
      try {
        await this.#prepareSchema(session, schema);
        await session.run(statements.createMarkers(schema), { timeoutMs: 60_000 });
        await session.run(statements.insertMarker(schema, runId, 0), { timeoutMs: 60_000 });
        return true;
      } catch (error) {
        if (isTransient(error)) throw error;
        log.warn(
          `commits cannot be marked, so a connection lost during COMMIT will end the run: ${messageOf(error)}`,
        );
        return false;
      }
    })();
    try {
      return await this.#markers;
    } catch (error) {
      this.#markers = undefined;
      throw error;
    }
  }

  #retry<T>(what: string, work: (attempt: number) => Promise<T>, maxTries = Infinity): Promise<T> {
    const { tries, retryPauseMs, signal, log } = this.#options;
    return retry(work, {
      tries: Math.min(tries, maxTries),
      pauseMs: retryPauseMs,
      maxPauseMs: MAX_PAUSE_MS,
      signal,
      isTransient,
      onRetry: (error, attempt, pauseMs) =>
        log.warn({ attempt, pause_ms: pauseMs }, `trying again to ${what}: ${messageOf(error)}`),
    });
  }

  async #explain(job: LoadJob, error: unknown): Promise<unknown> {
    if (!(error instanceof LoadError)) return error;
    const table = `"${job.target.schema}"."${job.target.table}"`;
    const more = {
      ...(error.sqlstate === undefined ? {} : { sqlstate: error.sqlstate }),
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      cause: error.cause,
    };
    if (!/Check '(stl_load_errors|sys_load_error_detail)'/.test(error.message)) {
      return new LoadError(`Cannot load stream "${job.stream}" into ${table}: ${error.message}`, more);
    }
    const row = await findRowError(this.#options.warehouse, this.#options.store.url(job.keyPrefix));
    const reason = row
      ? `column "${row.column}" (${row.type}) refused line ${row.line} of ${row.file}: ${row.reason} (${row.code})`
      : error.message;
    return new LoadError(`Cannot load stream "${job.stream}" into ${table}: ${reason}`, more);
  }

  #unknownOutcome(job: LoadJob, cause: CommitUnknownError): LoadError {
    return new LoadError(
      `Cannot tell whether the last batch of stream "${job.stream}" was committed: ${cause.message}, and its outcome could ` +
        'not be found; no state was written for it. Run again from the last state: an upsert repairs itself, for an ' +
        'append look for doubled rows first',
      { cause },
    );
  }
}
