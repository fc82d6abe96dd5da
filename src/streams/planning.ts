/**
 * The plans of one stream in a run: what the table has or will have by then, the plan of the present schema, and what the
 * values have shown that no schema says.
 */
import type { StreamSettings } from '../config/settings.ts';
import type { SchemaMessage } from '../protocol/message.ts';
import type { Unplanned } from '../rows/unplanned.ts';
import type { Numeric } from '../table/fits.ts';
import { typeSql, type Column, type ColumnType, type StoredTable, type TableRef } from '../table/types.ts';
import { LIVE, narrowKind } from '../warehouse/row-kinds.ts';
import type { Dialect } from './dialect.ts';
import { joinOf } from './join.ts';
import {
  planStream,
  withPlanned,
  withRows,
  type PlanInput,
  type RowOptions,
  type StreamPlan,
} from './plan.ts';

/** What planning needs of the stream and its table. */
export interface PlanningDoors {
  readonly rows: RowOptions;
  /** Loads what was read so far; resolves when it is in the table, or will never be. */
  readonly settled: () => Promise<void>;
  /** Whether every number in a column fits another type. */
  readonly fits: (column: string, type: Numeric) => Promise<boolean>;
}

export class Planning {
  readonly #target: TableRef;
  readonly #settings: StreamSettings;
  readonly #dialect: Dialect;
  readonly #doors: PlanningDoors;
  #stored: StoredTable['columns'] | undefined;
  /** The key properties of the table's rows so far; undefined while nobody knows them. */
  #keys: readonly string[] | undefined;
  #plan: StreamPlan | undefined;
  /** The plan whose columns the batches have; later schemas may lack some of them, see `join.ts`. */
  #widest: StreamPlan | undefined;
  /** The columns of the schemas that lack some. */
  #narrow: ReadonlySet<string>[] = [];
  /** Columns of which this run has planned the type. */
  readonly #planned = new Set<string>();
  /** Whether the values of a column fit a type, by both. */
  readonly #fits = new Map<string, boolean>();
  /** Columns whose values do not fit the type that they would grow to. */
  readonly #ungrowable = new Set<string>();
  /** Columns of which values had to go to a second one. */
  readonly #overflowing = new Set<string>();
  #hasMetadata: boolean;

  /** `table` is undefined without one. */
  constructor(
    target: TableRef,
    settings: StreamSettings,
    table: StoredTable | undefined,
    dialect: Dialect,
    doors: PlanningDoors,
  ) {
    this.#target = target;
    this.#settings = settings;
    this.#dialect = dialect;
    this.#stored = table?.columns;
    this.#keys = table?.keyProperties;
    this.#doors = doors;
    this.#hasMetadata = settings.add_record_metadata ?? false;
  }

  /** That of the present schema; undefined before the first one. */
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

  /** The plan of a schema. Looks at the values of the table where it depends on them. */
  async planFor(message: SchemaMessage): Promise<StreamPlan> {
    const unknown: (readonly [string, Numeric])[] = [];
    const plan = this.#planWith(message, (column, type) => {
      if (this.#ungrowable.has(column)) return false;
      const known = this.#fits.get(fitKey(column, type));
      if (known === undefined) unknown.push([column, type as Numeric]);
      return known ?? true;
    });
    if (unknown.length === 0) return plan;
    await this.#doors.settled();
    for (const [column, type] of unknown)
      this.#fits.set(fitKey(column, type), await this.#doors.fits(column, type));
    return this.#planWith(message, (column, type) => {
      return !this.#ungrowable.has(column) && this.#fits.get(fitKey(column, type)) !== false;
    });
  }

  /** Goes on with a new schema in the batches of the widest one, if they have its columns. False when they do not. */
  join(next: StreamPlan): boolean {
    const widest = this.#widest;
    const join = widest && joinOf(widest, next);
    if (!join) return false;
    const { columns, carried } = join;
    const narrow = carried === undefined ? undefined : this.#narrowIndex(carried);
    if (narrow === -1) return false;
    const kind = narrow === undefined ? LIVE : narrowKind(narrow);
    const { message, ignored, warnings } = next;
    this.#plan = withRows(
      { ...widest, message, ignored, warnings, columns, kind },
      this.#settings,
      this.#dialect,
      this.#doors.rows,
    );
    return true;
  }

  /** Goes on with a plan in batches of its own. */
  adopt(plan: StreamPlan): void {
    this.#plan = plan;
    this.#widest = plan;
    this.#narrow = [];
    this.#stored = withPlanned(this.#stored, plan.columns);
    for (const { name } of plan.columns) this.#planned.add(name);
    this.#keys = plan.keys;
  }

  /** Columns of a batch that is closed have grown. */
  grow(columns: readonly Column[]): void {
    if (columns.length > 0) this.#stored = withPlanned(this.#stored, columns);
  }

  /** The plan with which a value becomes a row that the present one has no column for. */
  async planAround({ why, column }: Unplanned): Promise<StreamPlan> {
    const needed = why === 'overflow' ? this.#overflowing : this.#ungrowable;
    if (!this.#plan || needed.has(column))
      throw new Error(`column "${column}" was planned for such values already`);
    needed.add(column);
    return this.planFor(this.#plan.message);
  }

  /** The plan with the metadata columns that versions need. */
  async planWithMetadata(): Promise<StreamPlan> {
    if (!this.#plan) throw new Error('metadata columns are planned before a schema is known');
    this.#hasMetadata = true;
    return this.planFor(this.#plan.message);
  }

  /** Which of the narrower schemas this is; -1 when rows of it could not be told in order from those of the others. */
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
      rows: this.#doors.rows,
    });
  }
}

function fitKey(column: string, type: ColumnType): string {
  return JSON.stringify([column, typeSql(type)]);
}

function isWithin<T>(small: ReadonlySet<T>, large: ReadonlySet<T>): boolean {
  return [...small].every((one) => large.has(one));
}
