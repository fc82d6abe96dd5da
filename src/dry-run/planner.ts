/**
 * Takes the place of the loader in a run and records what the loader would do. It plans for the tables of the catalog with the
 * changes that it has planned so far.
 */
import { be, count } from '../amounts.ts';
import { isExpected, messageOf } from '../errors.ts';
import type { Warehouse } from '../ports.ts';
import type { StagedBatch } from '../staging/batch.ts';
import type { TableLoader } from '../streams/context.ts';
import { planChanges, type Change, type Replace } from '../table/changes.ts';
import { dependsOnValues, type Numeric } from '../table/fits.ts';
import { shadowOf } from '../table/shadow.ts';
import type { StoredColumn, StoredTable, TableRef } from '../table/types.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';
import { hasSchema, readSchema } from '../warehouse/catalog.ts';
import { ddlOf } from '../warehouse/ddl.ts';
import type { FilesJob, LoadJob, OverwriteJob, TableJob } from '../warehouse/jobs.ts';
import type { OverwriteCounts } from '../warehouse/overwrite.ts';
import { acceptsLargeStrings } from '../warehouse/large-strings.ts';
import { fitsAll } from '../warehouse/misfits.ts';
import { copyFilesToTable, createSchema } from '../warehouse/statements.ts';
import type { ActivatedVersion } from '../warehouse/versions.ts';
import { changed, whyOf } from './changed.ts';
import type { Collected } from './collected.ts';
import type { PlannedLoad } from './planned.ts';
import { plannedSteps, RUN, type StepOptions } from './planned-steps.ts';

export interface PlannerOptions extends StepOptions {
  /** Read only. */
  readonly warehouse: Warehouse;
}

const NO_COUNTS = {
  superseded: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  ignored: 0,
  replaced: 0,
};

export class Planner implements TableLoader {
  readonly #options: PlannerOptions;
  readonly #collected: Collected[] = [];
  /** By schema. */
  readonly #tables = new Map<string, ReadonlyMap<string, StoredTable>>();

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  async tables(schema: string): Promise<ReadonlyMap<string, StoredTable>> {
    const { tables } = await this.#options.warehouse.session((session) => readSchema(session, schema));
    this.#tables.set(schema, tables);
    return tables;
  }

  /** The number of slices does not matter here. */
  slices(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async fits({ schema, table }: TableRef, column: string, type: Numeric): Promise<boolean> {
    const from = this.#tables
      .get(schema)
      ?.get(table)
      ?.columns.find(({ name }) => name === column)?.type;
    if (!from || !dependsOnValues(from, type)) return true;
    return this.#options.warehouse.session((session) =>
      fitsAll(session, { schema, table }, { column, from, to: type }),
    );
  }

  largeStrings(): Promise<boolean> {
    return this.#options.warehouse.session(acceptsLargeStrings);
  }

  prepare(job: TableJob): Promise<void> {
    this.#collect(job, undefined);
    return Promise.resolve();
  }

  load(job: LoadJob, staged: StagedBatch, onCommitted: (counts: LoadCounts) => void): Promise<void> {
    const collected = this.#collect(job, job);
    collected.rows += staged.rows;
    collected.batches++;
    job.census.forEach((rows, kind) => (collected.census[kind] = (collected.census[kind] ?? 0) + rows));
    collected.narrow = job.narrow;
    collected.nullKeys += job.nullKeys;
    collected.mayRepeatKeys ||= job.mayRepeatKeys;
    onCommitted({ ...NO_COUNTS, copied: staged.rows, grown: staged.rows });
    return Promise.resolve();
  }

  /** The content of the files is not known before they are loaded. */
  copyFiles(job: FilesJob, onCommitted: (rows: number) => void): Promise<void> {
    const { url, access, region } = this.#options;
    const source = {
      manifestUrl: url(`${job.keyPrefix}manifest-1.json`),
      isGzip: job.isGzip,
      access,
      region,
    };
    const copy = copyFilesToTable(job.target, job.columns, source, this.#isOwn(job.target));
    this.#collect(job, undefined).then.push(
      `${count(job.files.length, 'file')} ${be(job.files.length)} copied directly: ${copy.safe}`,
    );
    onCommitted(0);
    return Promise.resolve();
  }

  overwrite(job: OverwriteJob, onCommitted: (counts: OverwriteCounts) => void): Promise<void> {
    const how =
      job.method === 'swap'
        ? 'takes the place of the table by renaming'
        : 'replaces the rows of the table: DELETE and INSERT in one transaction';
    this.#collect(job, undefined).then.push(`"${job.shadow.target.table}" ${how}`);
    onCommitted({ inserted: job.rows, deleted: undefined });
    return Promise.resolve();
  }

  activate(job: TableJob, { version }: ActivatedVersion, onCommitted: (rows: number) => void): Promise<void> {
    const what = job.settings.hard_delete ? 'deleted' : 'marked as deleted';
    this.#collect(job, undefined).then.push(`rows of versions before ${version} are ${what}`);
    onCommitted(0);
    return Promise.resolve();
  }

  shadowOf(target: TableRef): TableRef {
    return shadowOf(target, RUN);
  }

  drop(): Promise<void> {
    return Promise.resolve();
  }

  remove(): void {}

  note(): void {}

  /** What a run would do, in its order. */
  async loads(): Promise<readonly PlannedLoad[]> {
    const missing = await this.#missingSchemas();
    const now = new Map<string, readonly StoredColumn[] | undefined>();
    const first = this.#collected.find(({ load }) => load);
    return this.#collected.map((one) => {
      const { schema, table } = one.job.target;
      const place = JSON.stringify([schema, table]);
      const existing = now.has(place) ? now.get(place) : this.#tables.get(schema)?.get(table)?.columns;
      const { planned, columns } = this.#planned(one, existing, {
        isSchemaMissing: missing.delete(schema),
        isFirst: one === first,
      });
      now.set(place, columns);
      return planned;
    });
  }

  #collect(job: TableJob, load: LoadJob | undefined): Collected {
    const last = this.#collected.findLast(({ job: { target } }) => isSame(target, job.target));
    const isSameShape = last?.job.columns === job.columns && (!load || last.load?.method === load.method);
    const collected = isSameShape
      ? last
      : {
          job,
          load,
          maxBytes: [],
          nulls: [],
          census: [],
          narrow: [],
          nullKeys: 0,
          mayRepeatKeys: false,
          batches: 0,
          rows: 0,
          then: [],
        };
    if (!isSameShape) this.#collected.push(collected);
    job.columns.forEach((_, i) => {
      collected.maxBytes[i] = Math.max(collected.maxBytes[i] ?? 0, job.maxBytes[i] ?? 0);
      collected.nulls[i] = (collected.nulls[i] ?? false) || (job.nulls[i] ?? false);
    });
    return collected;
  }

  /** Whether a load would make the table, or an earlier one has. */
  #isOwn({ schema, table }: TableRef): boolean {
    return this.#tables.get(schema)?.get(table)?.isOwn ?? true;
  }

  async #missingSchemas(): Promise<Set<string>> {
    const schemas = new Set(this.#collected.map(({ job }) => job.target.schema));
    return this.#options.warehouse.session(async (session) => {
      for (const schema of [...schemas]) if (await hasSchema(session, schema)) schemas.delete(schema);
      return schemas;
    });
  }

  /** What the jobs would do to a table with these columns, and its columns after it. */
  #planned(
    one: Collected,
    existing: readonly StoredColumn[] | undefined,
    { isSchemaMissing, isFirst }: { readonly isSchemaMissing: boolean; readonly isFirst: boolean },
  ): {
    readonly planned: PlannedLoad;
    readonly columns: readonly StoredColumn[] | undefined;
  } {
    const { forbid_ddl } = one.job.settings;
    try {
      const changes = tableChanges(one, existing);
      const clears = one.load?.discards === 'later' ? changes.filter(isReplace) : undefined;
      // The transaction of the load makes the others.
      const prepared = clears ? changes.filter((change) => !isReplace(change)) : changes;
      const all = [
        ...(isSchemaMissing ? [schemaCreation(one.job)] : []),
        ...prepared.map((change) => ({
          why: whyOf(change),
          sql: ddlOf(one.job.target, one.job.design, change),
        })),
      ];
      const make = (columns: readonly StoredColumn[], change: Change): readonly StoredColumn[] =>
        changed(columns, change, one.job.design);
      const loaded = prepared.reduce(make, existing ?? []);
      const after = (clears ?? []).reduce(make, loaded);
      const steps = plannedSteps(
        one,
        loaded,
        { clears, isFirst, isOwn: this.#isOwn(one.job.target) },
        this.#options,
      );
      const refusal =
        forbid_ddl && (isSchemaMissing || changes.length > 0)
          ? 'the table must be changed, and forbid_ddl is set'
          : undefined;
      const planned = { ...factsOf(one, after), changes: all, steps, refusal };
      return { planned, columns: after };
    } catch (error) {
      if (!isExpected(error)) throw error;
      const planned = { ...factsOf(one, existing), changes: [], steps: [], refusal: messageOf(error) };
      return { planned, columns: existing };
    }
  }
}

/** What is known about the jobs of a table that has these columns. */
function factsOf(
  { job, load, batches, rows, then, maxBytes }: Collected,
  there: readonly StoredColumn[] | undefined,
): Omit<PlannedLoad, 'changes' | 'steps' | 'refusal'> {
  const { stream, target, keyProperties } = job;
  const types = new Map(there?.map(({ name, type }) => [name, type]));
  const columns = job.columns.map((column, i) => ({
    ...column,
    type: types.get(column.name) ?? column.type,
    maxBytes: maxBytes[i] ?? 0,
  }));
  return { stream, target, method: load?.method, keyProperties, columns, batches, rows, then };
}

/** Throws LoadError if the table cannot be changed so that it stores the rows. */
function tableChanges(
  { job, maxBytes, nulls, rows }: Collected,
  existing: readonly StoredColumn[] | undefined,
): readonly Change[] {
  const needs = { maxBytes, nulls: rows > 0 ? nulls : [] };
  return planChanges(job, needs, existing, {
    retype: job.settings.schema_changes.retype_column,
    discards: job.discards !== undefined,
  });
}

function schemaCreation({ target: { schema } }: TableJob): PlannedLoad['changes'][number] {
  return { why: `schema "${schema}" does not exist`, sql: [createSchema(schema)] };
}

function isReplace(change: Change): change is Replace {
  return change.kind === 'replace';
}

function isSame(a: TableRef, b: TableRef): boolean {
  return a.schema === b.schema && a.table === b.table;
}
