/**
 * The plans of one stream in a run: what the table has or will have by then, the plan of the current schema, and what only the
 * values have shown.
 */
import type { StreamSettings } from '../config/settings.ts';
import type { SchemaMessage } from '../protocol/message.ts';
import type { Unplanned } from '../rows/unplanned.ts';
import type { Numeric } from '../table/fits.ts';
import { typeSql, type Column, type ColumnType, type StoredTable, type TableRef } from '../table/types.ts';
import { LIVE, narrowKind } from '../warehouse/row-kinds.ts';
import type { StreamContext } from './context.ts';
import type { Dialect } from './dialect.ts';
import { joinOf } from './join.ts';
import {
  grownColumns,
  planStream,
  withPlanned,
  withRows,
  type PlanInput,
  type RowOptions,
  type StreamPlan,
} from './plan.ts';

/** A stream and its table. */
export interface PlannedStream {
  readonly target: TableRef;
  readonly settings: StreamSettings;
  /** Undefined if there is none. */
  readonly table: StoredTable | undefined;
  readonly dialect: Dialect;
}

/** What planning needs from the stream and its table. */
export interface PlanningDoors {
  readonly rows: RowOptions;
  /** Loads what was read so far. Resolves when it is in the table, or never will be. */
  readonly loadedSoFar: () => Promise<void>;
  /** Called when the stream has a plan. */
  readonly onPlanned?: StreamContext['onPlanned'];
  /** Whether every number in a column fits another type. */
  readonly fits: (column: string, type: Numeric) => Promise<boolean>;
  /** Whether the cluster accepts large strings in SUPER. */
  readonly largeStrings: () => Promise<boolean>;
}

export function rowOptionsOf(
  { staging, readAt, syncStartedAt }: StreamContext,
  warn: RowOptions['warn'],
): RowOptions {
  return { sentinel: staging.format.sentinel, readAt, syncStartedAt, warn };
}

/** Whether the values of a column fit a type. */
interface Fit {
  readonly column: string;
  readonly type: Numeric;
  readonly isFitting: boolean;
}

export class Planning {
  readonly #target: TableRef;
  readonly #settings: StreamSettings;
  readonly #dialect: Dialect;
  readonly #doors: Omit<PlanningDoors, 'rows'>;
  #rows: RowOptions;
  #stored: StoredTable['columns'] | undefined;
  /** The key properties of the rows in the table so far; undefined while they are not known. */
  #keys: readonly string[] | undefined;
  #plan: StreamPlan | undefined;
  /** The plan whose columns the batches have; later schemas may lack some of them, see `join.ts`. */
  #widest: StreamPlan | undefined;
  /** The columns of the schemas that lack some. */
  #narrow: ReadonlySet<string>[] = [];
  /** Columns whose type this run has planned. */
  readonly #planned = new Set<string>();
  /** Whether the values of a column fit a type, by column and type; valid as long as no other values can be written. */
  readonly #fits = new Map<string, Fit>();
  /** Columns whose values do not fit the type that they would grow to. */
  readonly #ungrowable = new Set<string>();
  /** Columns with values that had to go to a second column. */
  readonly #overflowing = new Set<string>();
  #hasMetadata: boolean;

  constructor({ target, settings, table, dialect }: PlannedStream, { rows, ...doors }: PlanningDoors) {
    this.#target = target;
    this.#settings = settings;
    this.#dialect = dialect;
    this.#stored = table?.columns;
    this.#keys = table?.keyProperties;
    this.#doors = doors;
    this.#rows = rows;
    this.#hasMetadata = settings.add_record_metadata ?? false;
  }

  /** The plan of the current schema; undefined before the first one. */
  get plan(): StreamPlan | undefined {
    return this.#plan;
  }

  get narrow(): readonly ReadonlySet<string>[] {
    return this.#narrow;
  }

  /** The table has, or gets, the columns of `add_record_metadata`. */
  get hasMetadata(): boolean {
    return this.#hasMetadata;
  }

  /** Plans a schema. Reads the values in the table if the plan depends on them. */
  async planFor(message: SchemaMessage): Promise<StreamPlan> {
    if (this.#settings.validate_records) await this.#loadValidator();
    const unknown: (readonly [string, Numeric])[] = [];
    const plan = this.#planWith(message, (column, type) => {
      if (this.#ungrowable.has(column)) return false;
      const known = this.#fits.get(fitKey(column, type));
      if (known === undefined) unknown.push([column, type as Numeric]);
      return known?.isFitting ?? true;
    });
    if (unknown.length === 0) return plan;
    await this.#doors.loadedSoFar();
    for (const [column, type] of unknown)
      this.#fits.set(fitKey(column, type), {
        column,
        type,
        isFitting: await this.#doors.fits(column, type),
      });
    return this.#planWith(message, (column, type) => {
      return !this.#ungrowable.has(column) && this.#fits.get(fitKey(column, type))?.isFitting !== false;
    });
  }

  async #loadValidator(): Promise<void> {
    const { compileValidator } = await import('../rows/validate.ts');
    this.#rows = { ...this.#rows, compileValidator };
  }

  /** Continues with a new schema in the batches of the widest one, if they have its columns. Returns false if they do not. */
  join(next: StreamPlan): boolean {
    const widest = this.#widest;
    const join = widest && joinOf(widest, next);
    if (!join) return false;
    const { columns, carried } = join;
    const narrow = carried === undefined ? undefined : this.#narrowIndex(carried);
    if (narrow === -1) return false;
    const kind = narrow === undefined ? LIVE : narrowKind(narrow);
    const { message, ignored, hidden, unusedPatterns, warnings } = next;
    this.#plan = withRows(
      { ...widest, message, ignored, hidden, unusedPatterns, warnings, columns, kind },
      this.#settings,
      this.#dialect,
      this.#rows,
    );
    return true;
  }

  /** Continues with a plan in its own batches. */
  adopt(plan: StreamPlan): void {
    this.#plan = plan;
    this.#widest = plan;
    this.#narrow = [];
    const creates = this.#stored === undefined || this.#settings.load_method === 'overwrite';
    this.#doors.onPlanned?.({ target: this.#target, method: plan.method, creates });
    this.#stored = withPlanned(this.#stored, plan.columns);
    for (const { name } of plan.columns) this.#planned.add(name);
    this.#keys = plan.keys;
    this.#forgetFits(plan.columns);
  }

  /** The values that a column had so far fitted a type, but values that are written from now on may not. */
  #forgetFits(columns: readonly Column[]): void {
    for (const [key, { column, type, isFitting }] of this.#fits) {
      const written = columns.find(({ name, source }) => name === column && source.kind !== 'nothing');
      if (!isFitting || !written) continue;
      if (!written.growsTo || typeSql(written.growsTo) !== typeSql(type)) this.#fits.delete(key);
    }
  }

  /**
   * Continues with the types that columns have grown to for values of the batch, by position. The batch may stay open. Returns
   * false if no column has grown since the last call.
   */
  grow(outgrown: readonly boolean[]): boolean {
    const [plan, widest] = [this.#plan, this.#widest];
    const isGrown = ({ growsTo }: Column, i: number): boolean =>
      growsTo !== undefined && outgrown[i] === true;
    if (!plan || !widest?.columns.some(isGrown)) return false;
    this.#widest = this.#grown(widest, outgrown);
    this.#plan = plan === widest ? this.#widest : this.#grown(plan, outgrown);
    this.#stored = withPlanned(this.#stored, this.#widest.columns);
    return true;
  }

  #grown(plan: StreamPlan, outgrown: readonly boolean[]): StreamPlan {
    const columns = grownColumns(plan.columns, outgrown);
    return withRows({ ...plan, columns }, this.#settings, this.#dialect, this.#rows);
  }

  /** Continues with writers that know whether the cluster accepts large strings. The batch may stay open. */
  async askForLargeStrings(): Promise<StreamPlan> {
    const [plan, widest] = [this.#plan, this.#widest];
    if (!plan || !widest) throw new Error('a value is written before a schema is known');
    this.#rows = { ...this.#rows, largeStrings: await this.#doors.largeStrings() };
    const again = (one: StreamPlan): StreamPlan => withRows(one, this.#settings, this.#dialect, this.#rows);
    this.#widest = again(widest);
    return (this.#plan = plan === widest ? this.#widest : again(plan));
  }

  /** Plans the schema of the batches with a column for a value that they cannot store. */
  async planAround({ why, column }: Unplanned): Promise<StreamPlan> {
    const needed = why === 'overflow' ? this.#overflowing : this.#ungrowable;
    if (!this.#widest || needed.has(column))
      throw new Error(`column "${column}" was planned for such values already`);
    needed.add(column);
    return this.planFor(this.#widest.message);
  }

  /** Plans the schema of the batches with the metadata columns that versions need. */
  async planWithMetadata(): Promise<StreamPlan> {
    if (!this.#widest) throw new Error('metadata columns are planned before a schema is known');
    this.#hasMetadata = true;
    return this.planFor(this.#widest.message);
  }

  /** The index of this narrower schema; -1 if its rows could not be ordered among those of the others. */
  #narrowIndex(carried: ReadonlySet<string>): number {
    const known = this.#narrow.findIndex((one) => one.size === carried.size && isWithin(one, carried));
    if (known !== -1) return known;
    if (!this.#narrow.every((one) => isWithin(one, carried) || isWithin(carried, one))) return -1;
    return this.#narrow.push(carried) - 1;
  }

  #planWith(message: SchemaMessage, canBecome: PlanInput['fate']['canBecome']): StreamPlan {
    const isOverwritten = this.#settings.load_method === 'overwrite';
    return planStream({
      message,
      target: this.#target,
      settings: this.#settings,
      dialect: this.#dialect,
      hasMetadata: this.#hasMetadata,
      stored: this.#stored,
      notedKeys: this.#keys,
      fate: {
        isDiscarded: (column) => isOverwritten && !this.#planned.has(column),
        canBecome,
        overflowing: this.#overflowing,
      },
      rows: this.#rows,
    });
  }
}

function fitKey(column: string, type: ColumnType): string {
  return JSON.stringify([column, typeSql(type)]);
}

function isWithin<T>(small: ReadonlySet<T>, large: ReadonlySet<T>): boolean {
  return [...small].every((one) => large.has(one));
}
