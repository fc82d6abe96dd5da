/** The model of one stream: what its messages say, and what its table may hold behind each of them. */
import { type Change, type Rules, type Table, withColumns, withRecord, withVersion } from './tables.ts';
import { IDENTITIES, PROPERTIES, type Property } from './values.ts';

export interface Settings {
  readonly load_method: 'upsert' | 'append-only' | 'insert-only' | 'overwrite';
  readonly overwrite_method: 'delete-insert' | 'swap';
  readonly hard_delete: boolean;
  readonly add_record_metadata: boolean;
  readonly batch_size_rows: number;
  readonly max_parallel_loads: number;
}

export interface SchemaStep {
  readonly kind: 'schema';
  readonly stream: number;
  /** Bits of PROPERTIES. */
  readonly properties: number;
  readonly isReversed: boolean;
  /** Bits of IDENTITIES. */
  readonly keys: number;
}

export interface RecordStep {
  readonly kind: 'record';
  readonly stream: number;
  readonly identity: readonly number[];
  /** One for each of PROPERTIES: which value, NULL or missing. */
  readonly values: readonly number[];
  readonly deletion: 'full' | 'stub' | undefined;
}

export const DELETED_AT: Property = {
  name: '_sdc_deleted_at',
  column: '_sdc_deleted_at',
  schema: { type: ['null', 'string'], format: 'date-time' },
  values: [['"2026-02-01T00:00:00Z"', 'set']],
};

/** Columns that add_record_metadata adds, in their order. */
const METADATA = [
  ...['_sdc_extracted_at', '_sdc_received_at', '_sdc_batched_at', '_sdc_deleted_at', '_sdc_sequence'],
  ...['_sdc_table_version', '_sdc_sync_started_at'],
];

/** What the table may hold behind a line. */
export interface Snapshot {
  readonly table: Table | undefined;
  /** The table without the activations that wait for a record; it may be seen until their line is behind a state. */
  readonly late?: { readonly table: Table | undefined; readonly line: number } | undefined;
}

export class ModelStream {
  readonly name: string;
  readonly #settings: Settings;
  #schema: readonly Property[] = [...IDENTITIES, ...PROPERTIES, DELETED_AT];
  #keys: readonly Property[] = IDENTITIES.slice(0, 1);
  /** In this run. */
  #isDeclared = false;
  #table: Table | undefined;
  /** What an overwrite has collected. */
  #shadow: Table | undefined;
  #version = 1;
  #newestSent = 0;
  #waiting: number[] = [];
  #late: Snapshot['late'];

  constructor(name: string, settings: Settings) {
    this.name = name;
    this.#settings = settings;
  }

  get tableName(): string {
    return this.name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  }

  get snapshot(): Snapshot {
    return { table: this.#table, late: this.#late };
  }

  /** The SCHEMA that holds now; none before there was one in this run. */
  get current(): readonly string[] {
    return this.#isDeclared ? [this.#schemaLine()] : [];
  }

  /** The SCHEMA that must come first in a run, if it has not come. */
  declared(): readonly string[] {
    return this.#isDeclared ? [] : [this.#schemaLine()];
  }

  setSchema({ properties, isReversed, keys }: SchemaStep): string {
    const chosen = [...IDENTITIES, ...PROPERTIES.filter((_, i) => properties & (1 << i)), DELETED_AT];
    this.#schema = isReversed ? chosen.reverse() : chosen;
    this.#keys = IDENTITIES.filter((_, i) => keys & (1 << i));
    return this.#schemaLine();
  }

  record({ identity, values, deletion }: RecordStep): string {
    const [members, change] = this.#recordOf(identity, values, this.#keys.length > 0 ? deletion : undefined);
    const { load_method, add_record_metadata } = this.#settings;
    const { columns } = this.#rules;
    if (load_method === 'overwrite') {
      this.#shadow = withRecord(withColumns(this.#emptyShadow(), columns), this.#rules, change);
    } else {
      const next = (table: Table | undefined): Table =>
        withRecord(withColumns(table, columns), this.#rules, change);
      this.#table = next(this.#table);
      if (this.#late) this.#late = { ...this.#late, table: next(this.#late.table) };
      this.#newestSent = Math.max(this.#newestSent, this.#version);
      this.#activateDue();
    }
    const facts = add_record_metadata
      ? `,"version":${this.#version},"time_extracted":"2026-01-01T00:00:00Z"`
      : '';
    return `{"type":"RECORD","stream":${JSON.stringify(this.name)},"record":{${members.join()}}${facts}}`;
  }

  /** The source is copied anew from here on. */
  beginVersion(): void {
    this.#version++;
  }

  /** `line` is where the ACTIVATE_VERSION stands. */
  activate(line: number): string {
    const { load_method, add_record_metadata } = this.#settings;
    if (add_record_metadata && (load_method === 'upsert' || load_method === 'append-only')) {
      if (this.#version > this.#newestSent) this.#late ??= { table: this.#table, line };
      this.#waiting.push(this.#version);
      this.#activateDue();
    }
    return JSON.stringify({ type: 'ACTIVATE_VERSION', stream: this.name, version: this.#version });
  }

  endRun(): void {
    if (this.#isDeclared) {
      const { columns } = this.#rules;
      if (this.#settings.load_method === 'overwrite') {
        const shadow = withColumns(this.#emptyShadow(), columns);
        this.#table = { ...withColumns(this.#table, shadow.columns), rows: shadow.rows };
      } else this.#table = withColumns(this.#table, columns);
    }
    // The state behind everything says that no record of these versions comes any more.
    this.#newestSent = Infinity;
    this.#activateDue();
    this.#newestSent = 0;
    this.#late = undefined;
    this.#shadow = undefined;
    this.#isDeclared = false;
  }

  #emptyShadow(): Table | undefined {
    if (this.#shadow) return this.#shadow;
    const { overwrite_method } = this.#settings;
    return overwrite_method === 'swap' && this.#table ? { ...this.#table, rows: [] } : undefined;
  }

  #activateDue(): void {
    for (const version of this.#waiting.filter((one) => one <= this.#newestSent)) {
      if (this.#table) this.#table = withVersion(this.#table, version, this.#settings.hard_delete);
    }
    this.#waiting = this.#waiting.filter((one) => one > this.#newestSent);
  }

  get #rules(): Rules {
    const { load_method, hard_delete, add_record_metadata } = this.#settings;
    const columns = this.#schema.map(({ column }) => column);
    return {
      method: load_method === 'overwrite' ? 'upsert' : load_method,
      isHard: hard_delete,
      columns: add_record_metadata
        ? [...columns.filter((name) => !METADATA.includes(name)), ...METADATA]
        : columns,
      keys: this.#keys.map(({ column }) => column),
    };
  }

  #schemaLine(): string {
    this.#isDeclared = true;
    const properties = Object.fromEntries(this.#schema.map(({ name, schema }) => [name, schema]));
    return JSON.stringify({
      type: 'SCHEMA',
      stream: this.name,
      schema: { type: 'object', properties },
      key_properties: this.#keys.map(({ name }) => name),
    });
  }

  /** A record's members as they are sent, and what they mean. A record may carry what its schema does not have. */
  #recordOf(
    identity: readonly number[],
    values: readonly number[],
    deletion: RecordStep['deletion'],
  ): [members: readonly string[], change: Change] {
    const members: string[] = [];
    const row = new Map<string, string>();
    [...IDENTITIES, ...PROPERTIES].forEach((property, i) => {
      if (deletion === 'stub' && !this.#keys.includes(property)) return;
      const choice = [...identity, ...values][i] ?? 0;
      // Of nine choices one is NULL, one that the property is missing.
      const isOptional = i >= IDENTITIES.length;
      if (isOptional && choice % 9 === 8) return;
      const [sent, shown] =
        isOptional && choice % 9 === 7 ? ['null', null] : property.values[choice % property.values.length]!;
      members.push(`${JSON.stringify(property.name)}:${sent}`);
      if (shown !== null && this.#schema.includes(property)) row.set(property.column, shown);
    });
    if (deletion) {
      members.push(`"_sdc_deleted_at":"2026-02-01T00:00:00Z"`);
      row.set('_sdc_deleted_at', 'set');
    }
    if (this.#settings.add_record_metadata) {
      for (const name of METADATA) if (name !== '_sdc_deleted_at') row.set(name, 'set');
      row.set('_sdc_table_version', String(this.#version));
    }
    return [members, { row, deletion }];
  }
}
