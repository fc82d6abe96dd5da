/** Prepares tables for jobs: each schema once, each table as often as needed. */
import type { Session } from '../ports.ts';
import type { Retype } from '../table/changes.ts';
import { SchemaGrants } from './grants.ts';
import type { TableJob } from './jobs.ts';
import type { KnownTables } from './known-tables.ts';
import { createLike } from './overwrite.ts';
import {
  createTables,
  prepareSchema,
  prepareTable,
  type PreparedTable,
  type TableRequest,
} from './prepare.ts';

export class TablePreparer {
  readonly #known: KnownTables;
  /** By name. */
  readonly #schemasReady = new Map<string, Promise<void>>();
  readonly #usage = new SchemaGrants();
  /** Comments of tables that were brought up to date. */
  readonly #commented = new Set<string>();

  constructor(known: KnownTables) {
    this.#known = known;
  }

  /** Schema and table as the job needs them; `before` is what its transaction will have done to the table. Throws LoadError. */
  async make(session: Session, job: TableJob, before?: readonly Retype[]): Promise<PreparedTable> {
    if (!job.settings.forbid_ddl) await this.#schema(session, job.target.schema);
    return this.table(session, job, before);
  }

  /** The table in a schema that is there. Throws LoadError. */
  async table(session: Session, job: TableJob, before?: readonly Retype[]): Promise<PreparedTable> {
    if (job.like) await createLike(session, job.target, job.like, this.#known);
    const prepared = await prepareTable(session, this.#request(job, before));
    this.#commented.add(commentOf(job));
    return prepared;
  }

  /** The tables that do not exist yet, in one transaction. Throws LoadError. */
  async makeMissing(session: Session, jobs: readonly TableJob[]): Promise<void> {
    for (const { settings, target } of jobs)
      if (!settings.forbid_ddl) await this.#schema(session, target.schema);
    const plain = jobs.filter(({ like }) => !like);
    await createTables(
      session,
      plain.map((job) => this.#request(job)),
    );
  }

  #request(job: TableJob, before?: readonly Retype[]): TableRequest {
    const { target, columns, maxBytes, nulls, settings, design, committed, discards } = job;
    return {
      target,
      columns,
      needs: { maxBytes, nulls },
      settings,
      design,
      isCommentDue: job.isCommentDue && !this.#commented.has(commentOf(job)),
      usage: this.#usage,
      known: this.#known,
      discards,
      committed,
      before,
    };
  }

  async #schema(session: Session, schema: string): Promise<void> {
    const ready = this.#schemasReady.get(schema) ?? prepareSchema(session, schema, this.#known);
    this.#schemasReady.set(schema, ready);
    await ready.catch((error: unknown) => {
      this.#schemasReady.delete(schema);
      throw error;
    });
  }
}

const commentOf = ({ target: { schema, table }, design }: TableJob): string =>
  JSON.stringify([schema, table, design.comment]);
