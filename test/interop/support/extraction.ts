/** Runs a tap into the program as a schedule does: everything is discovered and loaded again and again, each time from the last state. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type PipeOutcome, run, runPipe } from './processes.ts';
import { environmentOrSkip, type Programs } from './python.ts';
import { TARGET } from './target.ts';
import type { Tap } from './taps.ts';

export type Replication =
  { readonly method: 'FULL_TABLE' | 'LOG_BASED' } | { readonly method: 'INCREMENTAL'; readonly key: string };

export interface ExtractionOptions {
  readonly tap: Tap;
  readonly programs: Programs;
  /** The tap's configuration. */
  readonly settings: object;
  /** How the stream of this `tap_stream_id` is replicated. */
  readonly replication: (stream: string) => Replication;
  /** A folder that is made. */
  readonly folder: string;
  /** The target's configuration, and its further arguments. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
}

export interface Extraction {
  /** Discovers anew and loads everything, from the last state of the load before unless it is the first. */
  load(): Promise<PipeOutcome>;
}

export function extraction(options: ExtractionOptions): Extraction {
  const { tap, programs, settings, replication, folder, config = {}, args = [] } = options;
  mkdirSync(folder);
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const tapConfig = file('tap.json', settings);
  const targetConfig = file('target.json', config);
  let state: readonly string[] = [];
  return {
    async load() {
      const program = programs(tap.program);
      const discovered = await run([program, '--config', tapConfig, '--discover']);
      if (discovered.code !== 0) throw new Error(`the tap cannot discover: ${discovered.stderr}`);
      const catalog = file('catalog.json', selected(discovered.stdout, replication));
      const outcome = await runPipe(
        [program, '--config', tapConfig, tap.catalogOption, catalog, ...state],
        [...TARGET, '--config', targetConfig, ...args],
      );
      const last = statesOf(outcome).at(-1);
      if (last !== undefined) state = ['--state', file('state.json', last)];
      return outcome;
    },
  };
}

/** For a `before` hook: the programs of the tap; skips where it cannot be had. */
export function tapOrSkip(context: Mocha.Context, { requirement, listed }: Tap): Promise<Programs> {
  return listed
    ? environmentOrSkip(context, [requirement, ...listed], { dependencies: 'listed' })
    : environmentOrSkip(context, [requirement]);
}

/** The states that the target has printed. */
export function statesOf({ target }: PipeOutcome): readonly unknown[] {
  return target.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

export function expectBothEndedWell({ tap, target }: PipeOutcome): void {
  // A target that ends takes its tap with it.
  expect(target.code, `the target's exit code:\n${target.stderr.slice(-4000)}`).to.equal(0);
  expect(tap.code, `the tap's exit code:\n${tap.stderr.slice(-4000)}`).to.equal(0);
}

interface Catalog {
  readonly streams: {
    readonly tap_stream_id: string;
    replication_method?: string;
    replication_key?: string;
    readonly metadata: {
      readonly breadcrumb: readonly string[];
      readonly metadata: Record<string, unknown>;
    }[];
  }[];
}

/** The catalog with everything selected. */
function selected(text: string, replicationOf: (stream: string) => Replication): Catalog {
  const catalog = JSON.parse(text) as Catalog;
  for (const stream of catalog.streams) {
    const replication = replicationOf(stream.tap_stream_id);
    stream.replication_method = replication.method;
    if (replication.method === 'INCREMENTAL') stream.replication_key = replication.key;
    const root = stream.metadata.find(({ breadcrumb }) => breadcrumb.length === 0);
    if (!root) continue;
    Object.assign(root.metadata, { selected: true, 'replication-method': replication.method });
    if (replication.method === 'INCREMENTAL')
      Object.assign(root.metadata, { 'replication-key': replication.key });
  }
  return catalog;
}
