/** Random sequences of messages, and beside each message what the tables may hold from then on. */
import fc from 'fast-check';
import { ModelStream, type RecordStep, type SchemaStep, type Settings, type Snapshot } from './stream.ts';
import { IDENTITIES, PROPERTIES } from './values.ts';

export const STREAMS = ['orders', 'Line "Items"', 'ünï.x'] as const;

export type Step =
  | SchemaStep
  | RecordStep
  | { readonly kind: 'state' }
  | { readonly kind: 'new-version' | 'activate'; readonly stream: number };

export interface Sequence {
  readonly settings: Settings;
  readonly runs: readonly (readonly Step[])[];
}

/** A run as lines, and for each table what it may hold: before the first line, after the first, and so on. */
export interface Script {
  readonly lines: readonly string[];
  /** What a tap sends first when it goes on behind so many lines: the schemas as they are then. */
  readonly schemas: readonly (readonly string[])[];
  /** By table name; the last is what the end of the input brings. */
  readonly tables: ReadonlyMap<string, readonly Snapshot[]>;
}

/** The first gets the most, so that much happens to one table. */
const stream = fc.constantFrom(0, 0, 0, 1, 2);

/** `keys` are the bits of IDENTITIES that a SCHEMA may choose. */
const stepWith = (keys: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 24,
      arbitrary: fc.record({
        kind: fc.constant('record' as const),
        stream,
        identity: fc.tuple(...IDENTITIES.map(({ values }) => fc.nat(values.length - 1))),
        values: fc.tuple(...PROPERTIES.map(() => fc.nat(99))),
        deletion: fc.constantFrom(...Array<undefined>(8).fill(undefined), 'full' as const, 'stub' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('schema' as const),
        stream,
        properties: fc.nat(2 ** PROPERTIES.length - 1),
        isReversed: fc.boolean(),
        keys,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('new-version' as const), stream }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('activate' as const), stream }) },
    { weight: 8, arbitrary: fc.constant({ kind: 'state' as const }) },
  );

const runsOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<readonly (readonly Step[])[]> =>
  fc.array(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), { minLength: 1, maxLength: 3 });

const sizes = {
  batch_size_rows: fc.constantFrom(1, 2, 3, 5, 1000),
  max_parallel_loads: fc.constantFrom(1, 4),
};

export const sequence: fc.Arbitrary<Sequence> = fc.record({
  settings: fc.record({
    load_method: fc.constantFrom('upsert', 'upsert', 'append-only', 'insert-only', 'overwrite'),
    overwrite_method: fc.constantFrom('delete-insert', 'swap'),
    hard_delete: fc.boolean(),
    add_record_metadata: fc.boolean(),
    ...sizes,
  }),
  runs: runsOf(stepWith(fc.nat(2 ** IDENTITIES.length - 1))),
});

/** Sequences that may be played again from any state: upserts by a key that stays. */
export const repeatable: fc.Arbitrary<Sequence> = fc.record({
  settings: fc.record({
    load_method: fc.constant('upsert'),
    overwrite_method: fc.constant('delete-insert'),
    hard_delete: fc.boolean(),
    add_record_metadata: fc.constant(false),
    ...sizes,
  }),
  runs: runsOf(stepWith(fc.constant(1))),
});

/** The runs as messages, each ended by a state. A state says how many lines of its run came before it. */
export function scripts({ settings, runs }: Sequence): readonly Script[] {
  const streams = STREAMS.map((name) => new ModelStream(name, settings));
  return runs.map((steps) => script(streams, steps));
}

function script(streams: readonly ModelStream[], steps: readonly Step[]): Script {
  const lines: string[] = [];
  const schemas: (readonly string[])[] = [[]];
  const tables = new Map(streams.map((one) => [one.tableName, [one.snapshot]]));
  const note = (): void => {
    for (const one of streams) tables.get(one.tableName)?.push(one.snapshot);
  };
  const add = (line: string): void => {
    lines.push(line);
    schemas.push(streams.flatMap((one) => one.current));
    note();
  };
  const addState = (): void => add(`{"type":"STATE","value":{"lines":${lines.length}}}`);
  for (const step of steps) {
    if (step.kind === 'state') {
      addState();
      continue;
    }
    const one = streams[step.stream]!;
    if (step.kind === 'schema') add(one.setSchema(step));
    else if (step.kind === 'new-version') one.beginVersion();
    else {
      one.declared().forEach(add);
      add(step.kind === 'record' ? one.record(step) : one.activate(lines.length));
    }
  }
  addState();
  for (const one of streams) one.endRun();
  note();
  return { lines, schemas, tables };
}
