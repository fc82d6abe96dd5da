/** The model of one stream: what its messages do to its table, and what the table may hold after each of them. */
import {
  rowsWith,
  rowsAsText,
  type Change,
  type Row,
  type Rules,
  type Table,
  withColumns,
  withRecord,
  withVersion,
} from './tables.ts';
import type { Flaw, Tap, TapRecord } from './tap.ts';
import { DELETED_AT } from './values.ts';

export interface Settings {
  readonly load_method: 'upsert' | 'append-only' | 'insert-only' | 'overwrite';
  readonly overwrite_method: 'delete-insert' | 'swap';
  readonly hard_delete: boolean;
  /** Undefined leaves it to versions and `hard_delete`. */
  readonly add_record_metadata?: boolean | undefined;
  readonly on_invalid: 'fail' | 'quarantine' | 'null';
  readonly null_keys?: 'quarantine' | 'append' | undefined;
  readonly batch_size_rows: number;
  readonly max_parallel_loads: number;
}

/** Columns that add_record_metadata adds. */
const METADATA = [
  ...['_sdc_extracted_at', '_sdc_received_at', '_sdc_batched_at', '_sdc_deleted_at', '_sdc_sequence'],
  ...['_sdc_table_version', '_sdc_sync_started_at'],
];

const CHANGES = '_sdc_changes';

/** What the table may hold after a line. */
export interface Snapshot {
  readonly table: Table | undefined;
  /** The table without the activations that wait for a record; it may be seen until their line is before a state. */
  readonly late?: { readonly table: Table | undefined; readonly line: number } | undefined;
  /** Between the records of a BATCH. */
  readonly during?: readonly Snapshot[];
}

export class ModelStream {
  readonly name: string;
  readonly #settings: Settings;
  #table: Table | undefined;
  /** Columns of all its schemas: a table has them from some load on, though no record may have come with them. */
  readonly #possible = new Set<string>();
  /** What an overwrite has collected. */
  #shadow: Table | undefined;
  /** The last tap that sent something in this run. */
  #tap: Tap | undefined;
  #hasMetadata = false;
  #hasUnversioned = false;
  #newestSent = 0;
  #waiting: number[] = [];
  #late: Snapshot['late'];

  constructor(name: string, settings: Settings) {
    this.name = name;
    this.#settings = settings;
    this.#endOfRun();
  }

  get tableName(): string {
    return this.name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  }

  get snapshot(): Snapshot {
    return { table: this.#table, late: this.#late };
  }

  get possibleColumns(): ReadonlySet<string> {
    return this.#possible;
  }

  /** Whether records may have a flaw without ending the run. */
  readonly allows = (flaw: Flaw): boolean => {
    const { on_invalid, null_keys } = this.#settings;
    return on_invalid !== 'fail' || (flaw.kind === 'null-key' && null_keys !== undefined);
  };

  schema(tap: Tap): void {
    this.#tap = tap;
    for (const column of this.#columnsOf(tap)) this.#possible.add(column);
  }

  /** Whether the documentation leaves open what becomes of the record. */
  isOpen(tap: Tap, record: TapRecord): boolean {
    const table = this.#settings.load_method === 'overwrite' ? this.#shadow : this.#table;
    const [rules, change] = [this.#rulesOf(tap), this.#changeOf(tap, record)];
    // A row of an older version keeps what the record does not carry if it was not removed by then, and an activation
    // that waits for a record takes effect after the load of that record, with which this one may be loaded.
    if (table && this.#late?.table) {
      const [now, late] = [table, this.#late.table].map((one) =>
        rowsWith(withRecord(withColumns(one, rules.columns), rules, change), rules.keys, change.row),
      );
      if (rowsAsText(now) !== rowsAsText(late)) return true;
    }
    // Both rows stay if the table has a column that the record does not carry, and those of a schema without records
    // may be there or not.
    const areColumnsOpen = [...this.#possible].some((column) => !table?.columns.includes(column));
    return areColumnsOpen && table !== undefined && rowsWith(table, rules.keys, change.row).rows.length > 1;
  }

  /** True when the record is set aside. */
  record(tap: Tap, record: TapRecord): boolean {
    this.#takeVersion(tap);
    if (this.#isSetAside(record)) return true;
    const change = this.#changeOf(tap, record);
    const rules = this.#rulesOf(tap);
    if (this.#settings.load_method === 'overwrite') {
      this.#shadow = withRecord(withColumns(this.#emptyShadow(), rules.columns), rules, change);
      return false;
    }
    const next = (table: Table | undefined): Table =>
      withRecord(withColumns(table, rules.columns), rules, change);
    this.#table = next(this.#table);
    if (this.#late) this.#late = { ...this.#late, table: next(this.#late.table) };
    const { version } = tap.state;
    if (version === 0) this.#hasUnversioned = true;
    this.#newestSent = Math.max(this.#newestSent, version);
    this.#activateDue();
    return false;
  }

  /** `line` is where the ACTIVATE_VERSION stands. */
  activate(tap: Tap, line: number): void {
    const { version } = tap.state;
    const { load_method } = this.#settings;
    this.#takeVersion(tap);
    if (!this.#hasMetadata || load_method === 'insert-only' || load_method === 'overwrite') return;
    if (this.#hasUnversioned) return;
    if (version > this.#newestSent) this.#late ??= { table: this.#table, line };
    this.#waiting.push(version);
    this.#activateDue();
  }

  endRun(): void {
    if (this.#tap) {
      const { columns } = this.#rulesOf(this.#tap);
      if (this.#settings.load_method === 'overwrite') {
        const shadow = withColumns(this.#emptyShadow(), columns);
        this.#table = { ...withColumns(this.#table, shadow.columns), rows: shadow.rows };
      } else this.#table = withColumns(this.#table, columns);
    }
    // The state after everything says that no record of these versions comes any more.
    this.#newestSent = Infinity;
    this.#activateDue();
    this.#endOfRun();
  }

  #endOfRun(): void {
    this.#newestSent = 0;
    this.#late = undefined;
    this.#shadow = undefined;
    this.#tap = undefined;
    this.#hasUnversioned = false;
    this.#hasMetadata = this.#settings.add_record_metadata ?? false;
  }

  /** With hard_delete a version brings the columns that tell it. */
  #takeVersion(tap: Tap): void {
    const { add_record_metadata, hard_delete, load_method } = this.#settings;
    const isKnown = load_method === 'upsert' || load_method === 'append-only';
    if (add_record_metadata !== undefined || !hard_delete || !isKnown || tap.state.version === 0) return;
    this.#hasMetadata = true;
    for (const column of METADATA) this.#possible.add(column);
  }

  #isSetAside({ flaw }: TapRecord): boolean {
    const { on_invalid, null_keys } = this.#settings;
    if (!flaw) return false;
    if (flaw.kind === 'null-key') return null_keys !== 'append';
    const isValue = flaw.kind === 'value' && !this.#tap?.keys.includes(flaw.property);
    return !(isValue && on_invalid === 'null');
  }

  #emptyShadow(): Table | undefined {
    if (this.#shadow) return this.#shadow;
    const { overwrite_method } = this.#settings;
    return overwrite_method === 'swap' && this.#table ? { ...this.#table, rows: [] } : undefined;
  }

  #activateDue(): void {
    const { hard_delete: isHard, add_record_metadata } = this.#settings;
    for (const version of this.#waiting.filter((one) => one <= this.#newestSent)) {
      const rules = { isHard, keepsUnversioned: add_record_metadata === undefined };
      if (this.#table) this.#table = withVersion(this.#table, version, rules);
    }
    this.#waiting = this.#waiting.filter((one) => one > this.#newestSent);
  }

  #columnsOf(tap: Tap): readonly string[] {
    const declared = [...tap.properties, ...(tap.state.marks ? [DELETED_AT] : [])].map(
      ({ column }) => column,
    );
    return [
      ...(this.#hasMetadata
        ? [...declared.filter((name) => !METADATA.includes(name)), ...METADATA]
        : declared),
      ...(this.#settings.on_invalid === 'null' ? [CHANGES] : []),
    ];
  }

  #rulesOf(tap: Tap): Rules {
    const { load_method, hard_delete } = this.#settings;
    return {
      method: load_method === 'overwrite' ? 'upsert' : load_method,
      isHard: hard_delete,
      columns: this.#columnsOf(tap),
      keys: tap.keys.map(({ column }) => column),
      canMark: this.#hasMetadata || tap.state.marks,
    };
  }

  #changeOf(tap: Tap, record: TapRecord): Change {
    const { mark, members } = record;
    const row = this.#rowOf(tap, record);
    if (!mark?.isDeletion) return { row };
    const keys = tap.keys.map(({ name }) => name);
    const declared = new Set(tap.properties.map(({ name }) => name));
    const hasValues = members.some((name) => declared.has(name) && !keys.includes(name));
    return { row, deletion: hasValues ? 'full' : 'stub' };
  }

  #rowOf(tap: Tap, { values, mark, flaw, hasTime }: TapRecord): Row {
    const row = new Map<string, string>();
    for (const [{ column }, shown] of values) if (shown !== null) row.set(column, shown);
    if (this.#hasMetadata) {
      for (const name of METADATA) if (name !== '_sdc_deleted_at') row.set(name, 'set');
      const { version } = tap.state;
      row.set('_sdc_table_version', String(version));
      if (version === 0) row.delete('_sdc_table_version');
      if (!hasTime) row.delete('_sdc_extracted_at');
    }
    if (mark?.shown && (this.#hasMetadata || tap.state.marks)) row.set('_sdc_deleted_at', mark.shown);
    if (flaw?.kind === 'value' && this.#settings.on_invalid === 'null') row.set(CHANGES, 'set');
    return row;
  }
}
