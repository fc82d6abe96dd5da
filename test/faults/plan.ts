/** What goes wrong in a seed: its story, the options of its runs, and what strikes each run. */
import type { FaultPlan } from '../../src/local/api.ts';
import { Prng } from './prng.ts';
import type { Story } from './story.ts';
import { writeStory, type Large } from './write-story.ts';

type S3Order = NonNullable<FaultPlan['s3']>[number];
type SqlOrder = NonNullable<FaultPlan['sql']>[number];
type Occasion = NonNullable<SqlOrder['nth']>;

/** exactly-once: with the option of that name, where no row of an append may be there twice. */
export type Mode = 'at-least-once' | 'exactly-once';

/** What happens to a process at a statement. */
export type Act =
  | 'SIGKILL'
  | 'SIGTERM'
  | 'SIGTERM twice'
  | 'SIGSTOP and SIGCONT'
  | 'warehouse SIGKILL'
  | 'warehouse stop'
  /** The program is stopped, goes on after a newer run has ended, and must change nothing then. */
  | 'SIGSTOP and a newer run';

export interface Blow {
  readonly act: Act;
  /** The command of the statement. */
  readonly on: string;
  /** The number of this statement among those with its command in the run, from 1. */
  readonly nth: number;
  /** Whether the statement has been executed by then. */
  readonly isAfter: boolean;
}

/** A fault of the COMMIT of a load, which follows the record of the load. */
export interface LoadCommit {
  /** The number of the load in the run, from 1. */
  readonly nth: number;
  readonly fault: 'black-hole' | 'black-hole-after' | 'drop-after' | 'commit-answers-rollback';
}

/** What strikes a run. */
export interface Strikes {
  readonly faults: FaultPlan;
  readonly loadCommit: LoadCommit | undefined;
  readonly blow: Blow | undefined;
}

export interface RunPlan extends Strikes {
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Plan {
  readonly seed: number;
  readonly mode: Mode;
  readonly story: Story;
  readonly large: Large;
  /** Of all runs. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The runs that something strikes. Runs without faults follow until one ends well. */
  readonly runs: readonly RunPlan[];
}

/** Every so many seeds have one of these, so that a thousand seeds have each at least fifty times. */
const LARGE_EVERY = 12;
const BLACK_HOLE_EVERY = 14;
const TRUNCATE_EVERY = 10;
const AIRBYTE_EVERY = 5;

const DENSE_BATCH = 10;

/** Of a seed for which no mode is chosen: one of four is played exactly once. */
export function usualMode(seed: number): Mode {
  return seed % 4 === 3 ? 'exactly-once' : 'at-least-once';
}

export function planOf(seed: number, mode: Mode): Plan {
  const prng = new Prng(seed);
  const large = largeOf(seed);
  const isAirbyte = mode === 'at-least-once' && large === undefined && seed % AIRBYTE_EVERY === 2;
  const protocol = isAirbyte ? 'airbyte' : 'singer';
  const story = writeStory(prng.fork('story'), protocol, large);
  return {
    seed,
    mode,
    story,
    large,
    options: {
      batch_size_rows: large === undefined ? prng.int(3, 14) : DENSE_BATCH,
      max_parallel_loads: prng.pick([1, 2, 4]),
      on_invalid: 'quarantine',
      retry_for_seconds: 5,
      shutdown_grace_seconds: 20,
      ...(protocol === 'airbyte' ? {} : commitOptions(prng.fork('commits'), seed, mode)),
      ...(protocol === 'airbyte'
        ? {}
        : { streams: Object.fromEntries(story.streams.map(({ name, options }) => [name, options])) }),
    },
    runs: [
      ...runsOf(prng.fork('faults'), seed, large),
      ...(mode === 'exactly-once' && prng.chance(0.3) ? [overtaken(prng.fork('overtaken'))] : []),
    ],
  };
}

function commitOptions(prng: Prng, seed: number, mode: Mode): Readonly<Record<string, unknown>> {
  const pipeline = { pipeline: `seed_${seed}` };
  if (mode === 'exactly-once') return { ...pipeline, exactly_once: true };
  return { ...(prng.chance(0.3) ? pipeline : {}), ...(prng.chance(0.3) ? { group_commit: true } : {}) };
}

function largeOf(seed: number): Large {
  if (seed % LARGE_EVERY !== 5) return undefined;
  return Math.floor(seed / LARGE_EVERY) % 2 === 0 ? 'rejected' : 'dense';
}

function runsOf(prng: Prng, seed: number, large: Large): readonly RunPlan[] {
  const runs = Array.from(
    {
      length: prng.weighted([
        [4, 1],
        [4, 2],
        [2, 3],
      ]),
    },
    () => randomRun(prng),
  );
  const certain: RunPlan[] = [];
  if (large !== undefined) certain.push(runWith(prng, { s3: multipartFaults(prng) }));
  if (seed % BLACK_HOLE_EVERY === 3) certain.push(blackHole(prng));
  if (seed % TRUNCATE_EVERY === 7) certain.push(runWith(prng, { s3: [truncated(prng)] }));
  return [...certain, ...runs].slice(0, Math.max(runs.length, certain.length));
}

function randomRun(prng: Prng): RunPlan {
  const blow = prng.chance(0.55) ? randomBlow(prng) : undefined;
  const count = blow ? prng.int(0, 2) : prng.int(1, 4);
  const all = Array.from({ length: count }, () =>
    prng.chance(0.35) ? { s3: [s3Fault(prng)] } : { sql: [sqlFault(prng)] },
  );
  const faults = {
    s3: all.flatMap(({ s3 = [] }) => s3),
    sql: all.flatMap(({ sql = [] }) => sql),
  };
  const loadCommit = prng.chance(0.15) ? lostCommit(prng) : undefined;
  return { ...runWith(prng, faults), loadCommit, blow };
}

/** A run that a newer one overtakes. It has taken its pipeline over by then: until that, it is not the older one. */
function overtaken(prng: Prng): RunPlan {
  const on = prng.pick(['COPY', 'COPY', 'INSERT']);
  const blow = { act: 'SIGSTOP and a newer run', on, nth: prng.int(1, 5), isAfter: false } as const;
  return { ...runWith(prng, {}), blow };
}

function lostCommit(prng: Prng): LoadCommit {
  return { nth: prng.int(1, 8), fault: prng.pick(['drop-after', 'commit-answers-rollback'] as const) };
}

function runWith(prng: Prng, faults: FaultPlan): RunPlan {
  const max_load_attempts = prng.pick([1, 1, 1, 2, 3]);
  return { faults, loadCommit: undefined, blow: undefined, options: { max_load_attempts } };
}

function randomBlow(prng: Prng): Blow {
  return {
    act: prng.weighted<Act>([
      [8, 'SIGKILL'],
      [3, 'SIGTERM'],
      [3, 'SIGTERM twice'],
      [2, 'SIGSTOP and SIGCONT'],
      [5, 'warehouse SIGKILL'],
      [2, 'warehouse stop'],
    ]),
    ...statement(prng),
    isAfter: prng.chance(0.5),
  };
}

/** Statements that loads send, each with how often a run sends it at least. */
const STATEMENTS: readonly (readonly [weight: number, on: string, most: number])[] = [
  [6, 'COPY', 10],
  [6, 'COMMIT', 14],
  [2, 'DELETE', 6],
  [3, 'INSERT', 8],
  [1, 'BEGIN', 10],
  [2, 'CREATE TABLE', 5],
  [2, 'ALTER TABLE', 3],
  [2, 'SELECT', 12],
  [1, 'DROP TABLE', 3],
  [1, 'CREATE SCHEMA', 1],
];

function statement(prng: Prng): { readonly on: string; readonly nth: number } {
  const [on, most] = prng.weighted(STATEMENTS.map(([weight, ...rest]) => [weight, rest] as const));
  // The first ones are the likeliest, because a run that continues sends fewer.
  return { on, nth: Math.ceil(most * prng.next() ** 2) || 1 };
}

/** Once, several times, or from then on. */
function occasion(prng: Prng, nth: number): Occasion {
  return prng.weighted<Occasion>([
    [6, nth],
    [2, [nth, nth + prng.int(1, 4)]],
    [1, [nth, 1_000_000]],
  ]);
}

/** By SQLSTATE, as Redshift words them. */
const ERRORS: readonly (readonly [sqlstate: string, message: string])[] = [
  ['57014', "Query (123) canceled on user's request"],
  ['57P01', 'terminating connection due to administrator command'],
  ['57P03', 'the database system is starting up'],
  ['53300', 'connection limit "500" exceeded for non-bootstrap users'],
  ['53100', 'Disk Full'],
  ['XX000', 'Disk Full'],
  ['40P01', 'deadlock detected'],
  ['08006', 'connection failure'],
  ['XX000', 'Query is aborted on WLM request'],
];

function sqlFault(prng: Prng): SqlOrder {
  const { on, nth } = statement(prng);
  const [sqlstate, message] = prng.pick(ERRORS);
  return prng.weighted<SqlOrder>([
    [4, { on, nth, fault: 'drop-before' }],
    [4, { on, nth, fault: 'drop-after' }],
    [3, { on: 'COMMIT', nth, fault: 'drop-after' }],
    [4, { on: 'COMMIT', nth, fault: 'commit-answers-rollback' }],
    [3, { on: 'COPY', nth: occasion(prng, nth), fault: 'copy-reports-fewer', rows: 1 }],
    [2, { on, nth: occasion(prng, nth), fault: 'serialization-failure' }],
    [2, { on, nth, fault: 'permission-denied', object: 'relation t' }],
    [2, { on, nth, fault: 'stall', ms: prng.int(50, 600) }],
    [2, { on, nth, fault: 'stall-after', ms: prng.int(50, 600) }],
    [6, { on, nth: occasion(prng, nth), fault: 'error', sqlstate, message }],
  ]);
}

function s3Fault(prng: Prng): S3Order {
  const on = prng.pick([
    'PutObject',
    'PutObject',
    'PutObject',
    'GetObject',
    'GetObject',
    'DeleteObjects',
    'ListObjectsV2',
  ]);
  const nth = occasion(prng, prng.int(1, 10));
  return prng.weighted<S3Order>([
    [4, { on, nth, fault: 'slow-down' }],
    [4, { on, nth, fault: 'internal-error' }],
    [3, { on, nth, fault: 'access-denied' }],
    [4, { on, nth, fault: 'reset' }],
    [2, { on, nth, fault: 'error', status: 400, code: 'RequestTimeout' }],
    [2, { on, nth, fault: 'error', status: 400, code: 'ExpiredToken' }],
    [1, { on, nth, fault: 'error', status: 400, code: 'InvalidRequest' }],
    [2, { on, nth: [1, 3], fault: 'delay', ms: prng.int(50, 500) }],
    [2, { on: 'GetObject', nth: [1, 2], fault: 'slow', bytesPerSecond: prng.int(500, 3000) }],
    [2, truncated(prng)],
  ]);
}

/** The object ends too early when COPY reads it: a manifest, a part, or each of them. */
function truncated(prng: Prng): S3Order {
  const nth = occasion(prng, prng.int(1, 4));
  return { on: 'GetObject', nth, fault: 'truncate', bytes: prng.pick([0, 1, 20, 60, 200]) };
}

/** An upload that fails, and sometimes one that cannot be aborted either. */
function multipartFaults(prng: Prng): readonly S3Order[] {
  const abort = { on: 'AbortMultipartUpload', nth: 1, fault: 'internal-error' } as const;
  return [multipartFault(prng), ...(prng.chance(0.3) ? [abort] : [])];
}

function multipartFault(prng: Prng): S3Order {
  const on = prng.pick([
    'CreateMultipartUpload',
    'UploadPart',
    'UploadPart',
    'CompleteMultipartUpload',
    'CompleteMultipartUpload',
  ]);
  const nth = occasion(prng, on === 'UploadPart' ? prng.int(1, 2) : 1);
  return prng.pick<S3Order>([
    { on, nth, fault: 'slow-down' },
    { on, nth, fault: 'internal-error' },
    { on, nth, fault: 'access-denied' },
    { on, nth, fault: 'reset' },
    { on, nth, fault: 'error', status: 400, code: 'RequestTimeout' },
  ]);
}

/**
 * Nothing is ever answered to a COMMIT, which has been executed or not. The program waits 10 seconds for the answer to that of a
 * load, and a minute for others.
 */
function blackHole(prng: Prng): RunPlan {
  const fault = prng.pick(['black-hole', 'black-hole-after'] as const);
  const isOfLoad = prng.chance(0.9);
  const nth = prng.int(1, isOfLoad ? 3 : 6);
  return {
    faults: isOfLoad ? {} : { sql: [{ on: 'COMMIT', nth, fault }] },
    loadCommit: isOfLoad ? { nth, fault } : undefined,
    blow: undefined,
    options: { max_load_attempts: prng.pick([1, 2]), statement_timeout_seconds: 10 },
  };
}
