/** The taps that read PostgreSQL: what they are called, how they are configured, how their streams are chosen. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type PipeOutcome, run, runPipe } from './processes.ts';
import type { Programs } from './python.ts';
import type { SourceDatabase } from './source-database.ts';
import { TARGET } from './target.ts';

export interface PostgresTap {
  readonly requirement: string;
  /** The option that takes the catalog. */
  readonly catalogOption: string;
  readonly settings: (source: SourceDatabase, schema: string) => object;
  /** Whether its schema says that a NUMERIC is exact; otherwise the column is a DOUBLE PRECISION. */
  readonly isExact: boolean;
}

export const MELTANOLABS: PostgresTap = {
  requirement: 'meltanolabs-tap-postgres==0.10.0',
  catalogOption: '--catalog',
  settings: ({ port, user, password, database }, schema) => ({
    ...{ host: '127.0.0.1', port, user, password, database },
    filter_schemas: [schema],
  }),
  isExact: false,
};

export const PIPELINEWISE: PostgresTap = {
  requirement: 'pipelinewise-tap-postgres==1.8.4',
  catalogOption: '--properties',
  settings: ({ port, user, password, database }, schema) => ({
    ...{ host: '127.0.0.1', port, user, password, dbname: database },
    filter_schemas: schema,
    default_replication_method: 'FULL_TABLE',
  }),
  isExact: true,
};

export type Replication =
  { readonly method: 'FULL_TABLE' } | { readonly method: 'INCREMENTAL'; readonly key: string };

/** One tap with one schema of the source, and a local warehouse that it is loaded into. */
export interface Extraction {
  /** The folder of the warehouse. */
  readonly dir: string;
  /** Discovers anew and loads everything, from the last state of the load before unless it is the first. */
  load(): Promise<PipeOutcome>;
}

export interface ExtractionOptions {
  readonly tap: PostgresTap;
  readonly programs: Programs;
  readonly source: SourceDatabase;
  readonly schema: string;
  readonly replication: Replication;
  /** A folder that is made. */
  readonly folder: string;
  /** Options of the target. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export function extraction(options: ExtractionOptions): Extraction {
  const { tap, programs, source, schema, replication, folder, config = {} } = options;
  mkdirSync(folder);
  const file = (name: string, content: unknown): string => {
    const path = `${folder}/${name}`;
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const [tapConfig, targetConfig] = [
    file('tap.json', tap.settings(source, schema)),
    file('target.json', config),
  ];
  const dir = `${folder}/warehouse`;
  let state: readonly string[] = [];
  return {
    dir,
    async load() {
      const discovered = await run([programs('tap-postgres'), '--config', tapConfig, '--discover']);
      if (discovered.code !== 0) throw new Error(`the tap cannot discover: ${discovered.stderr}`);
      const catalog = file('catalog.json', selected(discovered.stdout, replication));
      const outcome = await runPipe(
        [programs('tap-postgres'), '--config', tapConfig, tap.catalogOption, catalog, ...state],
        [...TARGET, '--config', targetConfig, '--local', '--dir', dir],
      );
      const last = statesOf(outcome).at(-1);
      if (last !== undefined) state = ['--state', file('state.json', last)];
      return outcome;
    },
  };
}

/** The states that the target has printed. */
export function statesOf({ target }: PipeOutcome): readonly unknown[] {
  return target.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

interface Catalog {
  readonly streams: {
    replication_method?: string;
    replication_key?: string;
    readonly metadata: {
      readonly breadcrumb: readonly string[];
      readonly metadata: Record<string, unknown>;
    }[];
  }[];
}

/** The catalog with everything selected. */
function selected(text: string, replication: Replication): Catalog {
  const catalog = JSON.parse(text) as Catalog;
  for (const stream of catalog.streams) {
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
