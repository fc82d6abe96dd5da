/** The UNLOADs of a session, and what pg_last_unload_id() and pg_last_unload_count() tell of the last one. */
import type { ErrorContext } from '../errors.ts';
import { runUnload, type Unloaded, type UnloadJob } from '../unload/unload.ts';
import type { Cluster } from './cluster.ts';
import type { Stoppable } from './stoppable.ts';

/** Runs one UNLOAD at a time. */
export class UnloadRun {
  readonly #cluster: Cluster;
  readonly #stoppable: Stoppable;
  #isRunning = false;
  #id = -1;
  #count = 0;

  constructor(cluster: Cluster, stoppable: Stoppable) {
    this.#cluster = cluster;
    this.#stoppable = stoppable;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The settings that the functions of the catalog read. */
  get settings(): readonly string[] {
    return [`SET warehouse.unload_count TO '${this.#count}'`, `SET warehouse.unload_id TO '${this.#id}'`];
  }

  /** Does the job and writes it down; `started` in milliseconds, as Date.now() gives them. @throws what `runUnload` throws */
  async run(job: Omit<UnloadJob, 'signal' | 'access' | 'restore'>, started: number): Promise<Unloaded> {
    const { access, longNames } = this.#cluster;
    this.#isRunning = true;
    try {
      const unloaded = await this.#stoppable.run(started, (signal) =>
        runUnload({ ...job, access, restore: (name) => longNames.restore(name), signal }),
      );
      await this.#record(job, started, unloaded);
      this.#id = job.context.queryId;
      this.#count = unloaded.rows;
      return unloaded;
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      await this.#record(job, started, { rows: 0, files: [] }, failure);
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  async #record(
    { context, unload }: { readonly context: ErrorContext; readonly unload: UnloadJob['unload'] },
    started: number,
    unloaded: Unloaded,
    failure?: string,
  ): Promise<void> {
    await this.#cluster.recordUnload({
      ...{ context, unload, started: new Date(started), ...unloaded },
      ...(failure !== undefined && { failure }),
    });
  }
}
