/** Random sequences of messages, and beside each message what the tables may hold from then on. */
import fc from 'fast-check';
import { type Method, type Row, type Shape, type Table, withColumns, withRecord } from './tables.ts';
import { IDENTITIES, PROPERTIES, type Property } from './values.ts';

export const STREAMS = ['orders', 'Line "Items"', 'ünï.x'] as const;

export type TableName = string;

interface SchemaStep {
  readonly kind: 'schema';
  readonly stream: number;
  /** Bits of PROPERTIES. */
  readonly properties: number;
  readonly isReversed: boolean;
  /** Bits of IDENTITIES. */
  readonly keys: number;
}

interface RecordStep {
  readonly kind: 'record';
  readonly stream: number;
  readonly identity: readonly number[];
  /** One for each of PROPERTIES: which value, NULL or missing. */
  readonly values: readonly number[];
}

export type Step = SchemaStep | RecordStep | { readonly kind: 'state' };

export interface Settings {
  readonly load_method: Method;
  readonly batch_size_rows: number;
  readonly max_parallel_loads: number;
}

export interface Sequence {
  readonly settings: Settings;
  readonly runs: readonly (readonly Step[])[];
}

/** `keys` are the bits of IDENTITIES that a SCHEMA may choose. */
const stepWith = (keys: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('record' as const),
        stream: fc.nat(STREAMS.length - 1),
        identity: fc.tuple(...IDENTITIES.map(({ values }) => fc.nat(values.length - 1))),
        values: fc.tuple(...PROPERTIES.map(() => fc.nat(99))),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('schema' as const),
        stream: fc.nat(STREAMS.length - 1),
        properties: fc.nat(2 ** PROPERTIES.length - 1),
        isReversed: fc.boolean(),
        keys,
      }),
    },
    { weight: 4, arbitrary: fc.constant({ kind: 'state' as const }) },
  );

const runsOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<readonly (readonly Step[])[]> =>
  fc.array(fc.array(step, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 3 });

const sizes = {
  batch_size_rows: fc.constantFrom(1, 2, 3, 5, 1000),
  max_parallel_loads: fc.constantFrom(1, 4),
};

export const sequence: fc.Arbitrary<Sequence> = fc.record({
  settings: fc.record({ load_method: fc.constantFrom('upsert', 'upsert', 'append-only'), ...sizes }),
  runs: runsOf(stepWith(fc.nat(2 ** IDENTITIES.length - 1))),
});

/** Sequences that may be played again from any state: upserts by a key that stays. */
export const repeatable: fc.Arbitrary<Sequence> = fc.record({
  settings: fc.record({ load_method: fc.constant('upsert'), ...sizes }),
  runs: runsOf(stepWith(fc.constant(1))),
});

/** A run as lines, and for each table what it holds: before the first line, after the first, and so on. */
export interface Script {
  readonly lines: readonly string[];
  /** What a tap sends first when it goes on behind so many lines: the schemas as they are then. */
  readonly schemas: readonly (readonly string[])[];
  readonly tables: ReadonlyMap<TableName, readonly (Table | undefined)[]>;
}

/** The model of one stream: its table and what its SCHEMA says. */
class ModelStream {
  readonly name: string;
  readonly #method: Method;
  #schema: readonly Property[] = [...IDENTITIES, ...PROPERTIES];
  #keys: readonly Property[] = IDENTITIES.slice(0, 1);
  /** In this run. */
  #isDeclared = false;
  table: Table | undefined;

  constructor(name: string, method: Method) {
    this.name = name;
    this.#method = method;
  }

  get tableName(): TableName {
    return this.name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  }

  get #shape(): Shape {
    return {
      columns: this.#schema.map(({ column }) => column),
      keys: this.#keys.map(({ column }) => column),
    };
  }

  setSchema({ properties, isReversed, keys }: SchemaStep): string {
    const chosen = [...IDENTITIES, ...PROPERTIES.filter((_, i) => properties & (1 << i))];
    this.#schema = isReversed ? chosen.reverse() : chosen;
    this.#keys = IDENTITIES.filter((_, i) => keys & (1 << i));
    return this.#schemaLine();
  }

  /** The SCHEMA that must come first in a run, if it has not come. */
  declared(): readonly string[] {
    return this.#isDeclared ? [] : [this.#schemaLine()];
  }

  record({ identity, values }: RecordStep): string {
    const [sent, row] = recordOf(this.#schema, identity, values);
    const shape = this.#shape;
    this.table = withRecord(withColumns(this.table, shape.columns), this.#method, shape, row);
    return `{"type":"RECORD","stream":${JSON.stringify(this.name)},"record":${sent}}`;
  }

  endRun(): void {
    if (this.#isDeclared) this.table = withColumns(this.table, this.#shape.columns);
    this.#isDeclared = false;
  }

  /** The SCHEMA that holds now; none before there was one in this run. */
  current(): readonly string[] {
    return this.#isDeclared ? [this.#schemaLine()] : [];
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
}

/** A record as it is sent, and the row that it means. A record may carry what its schema does not have. */
function recordOf(
  schema: readonly Property[],
  identity: readonly number[],
  values: readonly number[],
): [sent: string, row: Row] {
  const members: string[] = [];
  const row = new Map<string, string>();
  [...IDENTITIES, ...PROPERTIES].forEach((property, i) => {
    const choice = [...identity, ...values][i] ?? 0;
    // Of nine choices one is NULL, one that the property is missing.
    const isOptional = i >= IDENTITIES.length;
    if (isOptional && choice % 9 === 8) return;
    const [sent, shown] =
      isOptional && choice % 9 === 7 ? ['null', null] : property.values[choice % property.values.length]!;
    members.push(`${JSON.stringify(property.name)}:${sent}`);
    if (shown !== null && schema.includes(property)) row.set(property.column, shown);
  });
  return [`{${members.join()}}`, row];
}

/** The runs as messages, each with the tables beside it. A state says how many lines of its run came before it. */
export function scripts({ settings, runs }: Sequence): readonly Script[] {
  const streams = STREAMS.map((name) => new ModelStream(name, settings.load_method));
  return runs.map((steps) => {
    const lines: string[] = [];
    const schemas: (readonly string[])[] = [[]];
    const tables = new Map(streams.map((stream) => [stream.tableName, [stream.table]]));
    const add = (line: string): void => {
      lines.push(line);
      schemas.push(streams.flatMap((stream) => stream.current()));
      for (const stream of streams) tables.get(stream.tableName)?.push(stream.table);
    };
    for (const one of steps) {
      if (one.kind === 'state') {
        add(`{"type":"STATE","value":{"lines":${lines.length}}}`);
        continue;
      }
      const stream = streams[one.stream]!;
      if (one.kind === 'schema') add(stream.setSchema(one));
      else {
        stream.declared().forEach(add);
        add(stream.record(one));
      }
    }
    for (const stream of streams) {
      stream.endRun();
      // What the end of the input brings.
      tables.get(stream.tableName)?.push(stream.table);
    }
    return { lines, schemas, tables };
  });
}
