/** Random sequences of messages, and beside each message what the tables may hold from then on. */
import fc from 'fast-check';
import { ModelStream, type Settings, type Snapshot } from './stream.ts';
import { firstState, OPTIONAL, Tap, type RecordChoice, type SchemaStep } from './tap.ts';
import { IDENTITIES, MARKS } from './values.ts';
import { VARYING } from './varying.ts';

export const STREAMS = ['orders', 'Line "Items"', 'ünï.x'] as const;

type Step =
  | SchemaStep
  | (RecordChoice & { readonly kind: 'record'; readonly stream: number })
  | {
      readonly kind: 'batch';
      readonly stream: number;
      /** By file. */
      readonly files: readonly (readonly RecordChoice[])[];
      readonly isGzip: boolean;
    }
  | { readonly kind: 'state' }
  | { readonly kind: 'new-version'; readonly stream: number }
  | { readonly kind: 'activate'; readonly stream: number };

export interface Sequence {
  readonly settings: Settings;
  readonly runs: readonly (readonly Step[])[];
  /** Where a tap goes on that runs once more from an earlier point, as it does after a crash: any two numbers. */
  readonly replay: { readonly run: number; readonly step: number } | undefined;
}

/** A record that must be in the files of those that were set aside. */
export interface SetAside {
  /** Behind so many lines. */
  readonly line: number;
  /** Its RECORD message. */
  readonly message: string;
  /** What its SCHEMA says. */
  readonly schema: string;
}

/** A run as lines, and for each table what it may hold: before the first line, after the first, and so on. */
export interface Script {
  readonly lines: readonly string[];
  /** What a tap sends first when it goes on behind so many lines: the schemas as they are then. */
  readonly schemas: readonly (readonly string[])[];
  /** By table name; the last is what the end of the input brings. */
  readonly tables: ReadonlyMap<string, readonly Snapshot[]>;
  /** By table name, columns that the table may have without a value in them. */
  readonly possible: ReadonlyMap<string, ReadonlySet<string>>;
  readonly setAside: readonly SetAside[];
  /** Files of BATCH messages, by path. */
  readonly files: ReadonlyMap<string, { readonly text: string; readonly isGzip: boolean }>;
}

export interface Scripts {
  readonly runs: readonly Script[];
  /** The runs of a tap that goes on from an earlier point. */
  readonly again: readonly Script[];
  /** What each SCHEMA line says, in whatever words. */
  readonly meanings: ReadonlyMap<string, string>;
}

/** The first gets the most, so that much happens to one table. */
const stream = fc.constantFrom(0, 0, 0, 1, 2);

const seldom = <T>(value: fc.Arbitrary<T>, freq: number): fc.Arbitrary<T | undefined> =>
  fc.option(value, { freq, nil: undefined });

/** Every `freq`th is the value. */
const oneIn = <T>(freq: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: freq - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const choice = {
  identity: fc.tuple(...IDENTITIES.map(({ values }) => fc.nat(values.length - 1))),
  values: fc.tuple(...OPTIONAL.map(() => fc.nat(99))),
  mark: oneIn(5, fc.nat(MARKS.length - 1)),
  isStub: fc.boolean(),
  flaw: oneIn(8, fc.nat(99)),
};

/** `keys` are the bits of IDENTITIES that a SCHEMA may choose. */
const stepWith = (keys: fc.Arbitrary<number | undefined>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 24, arbitrary: fc.record({ kind: fc.constant('record' as const), stream, ...choice }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('batch' as const),
        stream,
        files: fc.array(fc.array(fc.record(choice), { maxLength: 4 }), { maxLength: 2 }),
        isGzip: fc.boolean(),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('schema' as const),
        stream,
        has: fc.constantFrom('all', 'some', 'fewer', 'same', 'same'),
        bits: fc.nat(2 ** OPTIONAL.length - 1),
        forms: fc.tuple(...VARYING.map(() => seldom(fc.nat(99), 2))),
        keys,
        marks: fc.boolean(),
        words: fc.nat(3),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('new-version' as const), stream }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('activate' as const), stream }) },
    { weight: 8, arbitrary: fc.constant({ kind: 'state' as const }) },
  );

const runsOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<readonly (readonly Step[])[]> =>
  fc.array(fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), { minLength: 1, maxLength: 3 });

const common = {
  overwrite_method: fc.constantFrom('delete-insert' as const, 'swap' as const),
  hard_delete: fc.boolean(),
  on_invalid: fc.constantFrom('fail' as const, 'quarantine' as const, 'null' as const),
  batch_size_rows: fc.constantFrom(1, 2, 3, 5, 1000, 1000),
  max_parallel_loads: fc.constantFrom(1, 4),
};

const replay = fc.record({ run: fc.nat(9), step: fc.nat(99) });

export const sequence: fc.Arbitrary<Sequence> = fc.record({
  settings: fc.record({
    load_method: fc.constantFrom('upsert', 'upsert', 'append-only', 'insert-only', 'overwrite'),
    add_record_metadata: fc.constantFrom(true, false, undefined),
    null_keys: fc.constantFrom(undefined, 'quarantine' as const, 'append' as const),
    ...common,
  }),
  runs: runsOf(stepWith(seldom(fc.nat(2 ** IDENTITIES.length - 1), 1))),
  replay: fc.option(replay, { nil: undefined }),
});

const byOneKey = runsOf(stepWith(fc.constant(1)));

/** Sequences that may be played again from any state: upserts by a key that stays. */
export const repeatable: fc.Arbitrary<Sequence> = fc.record({
  settings: fc.record({
    ...common,
    load_method: fc.constant('upsert' as const),
    add_record_metadata: fc.constant(false),
    null_keys: fc.constant('quarantine' as const),
  }),
  runs: byOneKey,
  replay: fc.constant(undefined),
});

/** Sequences after which a tap that goes on from an earlier point changes nothing. */
export const replayed: fc.Arbitrary<Sequence> = fc.record({
  settings: fc.record({
    ...common,
    load_method: fc.constantFrom('upsert', 'upsert', 'insert-only', 'overwrite'),
    add_record_metadata: fc.constantFrom(true, false, undefined),
    null_keys: fc.constant('quarantine' as const),
  }),
  runs: byOneKey,
  replay,
});

/** The runs as messages, each ended by a state. A state says how many lines of its run came before it. Files are in `dir`. */
export function scripts({ settings, runs, replay }: Sequence, dir: string): Scripts {
  const desk = new Desk(settings, dir);
  const points: (readonly Tap[])[][] = [];
  const first = runs.map((steps) => {
    const before: (readonly Tap[])[] = [];
    points.push(before);
    return desk.run(steps, before);
  });
  if (!replay) return { runs: first, again: [], meanings: desk.meanings };
  const run = replay.run % runs.length;
  const steps = runs[run] ?? [];
  // No state of an overwrite is written before its end, so that its tap begins with the run.
  const step = settings.load_method === 'overwrite' ? 0 : replay.step % steps.length;
  desk.goBackTo(points[run]?.[step] ?? []);
  const again = [steps.slice(step), ...runs.slice(run + 1)].map((rest, i) => desk.run(rest, [], i === 0));
  return { runs: first, again, meanings: desk.meanings };
}

/** Writes the runs, one after the other. */
class Desk {
  readonly #settings: Settings;
  readonly #dir: string;
  readonly #streams: readonly ModelStream[];
  readonly meanings = new Map<string, string>();
  #taps: readonly Tap[];
  #files = 0;

  constructor(settings: Settings, dir: string) {
    this.#settings = settings;
    this.#dir = dir;
    this.#streams = STREAMS.map((name) => new ModelStream(name, settings));
    const version = settings.add_record_metadata === true ? 1 : 0;
    this.#taps = STREAMS.map((name) => new Tap(name, firstState(version)));
  }

  goBackTo(taps: readonly Tap[]): void {
    this.#taps = taps;
  }

  /** `before` gets the taps before each step. `goesOn`: the schemas that were sent in this run are sent first. */
  run(steps: readonly Step[], before: (readonly Tap[])[], goesOn = false): Script {
    const streams = this.#streams;
    const lines: string[] = [];
    const schemas: (readonly string[])[] = [[]];
    const tables = new Map(streams.map((one) => [one.tableName, [one.snapshot]]));
    const setAside: SetAside[] = [];
    const files = new Map<string, { readonly text: string; readonly isGzip: boolean }>();

    const add = (line: string, of?: ModelStream, during: readonly Snapshot[] = []): void => {
      lines.push(line);
      schemas.push(this.#taps.filter(({ state }) => state.isDeclared).map(({ schemaLine }) => schemaLine));
      for (const one of streams)
        tables.get(one.tableName)?.push(one === of ? { ...one.snapshot, during } : one.snapshot);
    };
    const addState = (): void => add(`{"type":"STATE","value":{"lines":${lines.length}}}`);
    const declare = (i: number, tap: Tap): void => {
      this.#taps = this.#taps.with(i, tap.declared());
      this.meanings.set(tap.schemaLine, tap.schemaMeaning);
      streams[i]!.schema(tap);
      add(tap.schemaLine);
    };
    /** The record with what it does; undefined for one of which nobody knows what becomes of it. */
    const record = (i: number, choice: RecordChoice, hasTime: boolean) => {
      const [tap, one] = [this.#taps[i]!, streams[i]!];
      const record = tap.record(choice, hasTime, one.allows);
      if (one.isOpen(tap, record)) return undefined;
      if (one.record(tap, record)) {
        const [message, schema] = [tap.recordLine(record), tap.schemaMeaning];
        setAside.push({ line: lines.length, message, schema });
      }
      return record;
    };

    if (!goesOn) this.#taps = this.#taps.map((tap) => tap.with({ isDeclared: false }));
    this.#taps.forEach((tap, i) => {
      if (tap.state.isDeclared) declare(i, tap);
    });
    for (const step of steps) {
      before.push(this.#taps);
      if (step.kind === 'state') {
        addState();
        continue;
      }
      const { stream: i } = step;
      const one = streams[i]!;
      const tap = this.#taps[i]!;
      if (step.kind === 'schema') {
        declare(i, tap.withSchema(step, this.#settings.load_method !== 'overwrite'));
        continue;
      }
      if (step.kind === 'new-version') {
        if (this.#settings.add_record_metadata !== false)
          this.#taps = this.#taps.with(i, tap.with({ version: tap.state.version + 1 }));
        continue;
      }
      if (!tap.state.isDeclared) declare(i, tap);
      if (step.kind === 'activate') {
        if (tap.state.version === 0) continue;
        one.activate(tap, lines.length);
        add(tap.activateLine());
      } else if (step.kind === 'record') {
        const sent = record(i, step, true);
        if (sent) add(tap.recordLine(sent));
      } else {
        const during: Snapshot[] = [];
        const paths = step.files.map((choices) => {
          const path = `${this.#dir}/${++this.#files}.jsonl`;
          const text = choices.flatMap((choice) => {
            const sent = record(i, choice, false);
            during.push(one.snapshot);
            return sent ? [`${sent.sent}\n`] : [];
          });
          files.set(path, { text: text.join(''), isGzip: step.isGzip });
          return path;
        });
        add(tap.batchLine(paths, step.isGzip), one, during);
      }
    }
    addState();
    for (const one of streams) one.endRun();
    for (const one of streams) tables.get(one.tableName)?.push(one.snapshot);
    const possible = new Map(streams.map((one) => [one.tableName, new Set(one.possibleColumns)]));
    return { lines, schemas, tables, possible, setAside, files };
  }
}
