/** The parts of a load, connected to the local warehouse as the program connects them, for specs of one part alone. */
import { gzipSync } from 'node:zlib';
import { createLogger, Secrets, type Logger } from '../../src/log.ts';
import { checkConfig } from '../../src/config/config.ts';
import type { Config } from '../../src/config/options.ts';
import type { Bucket, Warehouse } from '../../src/ports.ts';
import { openScope } from '../../src/scope.ts';
import type { StagedBatch } from '../../src/staging/batch.ts';
import { designOf } from '../../src/table/design.ts';
import type { Column, ColumnType, TableRef } from '../../src/table/types.ts';
import type { LoadJob, TableJob } from '../../src/warehouse/jobs.ts';
import { Loader, type LoaderOptions } from '../../src/warehouse/loader.ts';
import { Outages } from '../../src/warehouse/outages.ts';
import { settings } from './settings.ts';
import { logLines, type LogLine } from './transcript.ts';
import type { Place } from './warehouse.ts';

export interface Parts extends AsyncDisposable {
  readonly config: Config;
  readonly warehouse: Warehouse;
  readonly store: Bucket;
  readonly log: Logger;
  /** What was logged so far, from debug on. */
  readonly logged: readonly LogLine[];
  /** Loads into the schema of the place, with three tries. */
  loader(more?: PartOptions): Loader;
}

export type PartOptions = Partial<LoaderOptions> & { readonly tries?: number };

/** The string for NULL in the CSV of `staged`. */
export const NULL = 'N';

export async function openParts(
  place: Place,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Parts> {
  const { config } = checkConfig({ ...place.config, ...options });
  const secrets = new Secrets();
  const { signal } = new AbortController();
  let written = '';
  const write = (line: string): void => void (written += line);
  const log = await createLogger('debug', 'json', secrets, {
    isTerminal: false,
    write,
    setNotice: () => undefined,
  });
  const scope = openScope(config, { log, secrets, env: {}, now: Date.now, ownFiles: [] }, signal);
  const store = await scope.store();
  const { warehouse } = scope;
  return {
    config,
    warehouse,
    store,
    log,
    get logged() {
      return logLines(written);
    },
    loader: ({ tries = 3, ...more } = {}) =>
      new Loader({
        warehouse,
        store,
        schema: place.schema,
        access: () => scope.copyAccess(),
        region: () => Promise.resolve(store.region),
        runId: 'run-20240101T000000Z-test',
        version: 'test',
        keepFiles: false,
        keepsRecords: true,
        staleBefore: new Date(0),
        outages: new Outages({
          retryForMs: 60_000,
          tries,
          pauseMs: 1,
          renew: () => scope.renewKeys(),
          stop: signal,
          signal,
          log,
        }),
        forbidDdl: false,
        resolveTimeoutMs: 10_000,
        now: Date.now,
        signal,
        log,
        ...more,
      }),
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

/** A column of the property with its name. */
export function column(name: string, type: ColumnType, more: Partial<Column> = {}): Column {
  return { property: name, source: { kind: 'property', path: [name] }, name, type, isKey: false, ...more };
}

/** A job for a table as the configuration alone has it. */
export function tableJob(
  target: TableRef,
  columns: readonly Column[],
  more: Partial<TableJob> = {},
): TableJob {
  const keyProperties = columns.filter(({ isKey }) => isKey).map(({ property }) => property);
  const note = { stream: target.table, keyProperties };
  return {
    stream: target.table,
    target,
    columns,
    maxBytes: [],
    nulls: [],
    settings: settings(),
    keyProperties,
    design: designOf(note, settings(), columns),
    isCommentDue: false,
    batch: 1,
    historyRow: { table: target, method: 'test', startedAt: 0 },
    ...more,
  };
}

/** A job for a batch; its objects lie below `prefix`. */
export function loadJob(prefix: string, job: TableJob, more: Partial<LoadJob> = {}): LoadJob {
  const keyPrefix = `${prefix}/run/${job.target.table}/${job.batch}-`;
  return {
    ...job,
    keyPrefix,
    method: 'append',
    census: [],
    newest: undefined,
    narrow: [],
    nullKeys: 0,
    mayRepeatKeys: true,
    ...more,
  };
}

/** A batch of lines of CSV, in one object. */
export async function staged(store: Bucket, job: LoadJob, ...lines: readonly string[]): Promise<StagedBatch> {
  const key = `${job.keyPrefix}0.csv.gz`;
  const csv = lines.map((line) => `${line}\n`).join('');
  const body = gzipSync(csv);
  await store.put(key, body, new AbortController().signal);
  return {
    parts: [{ key, bytes: body.length }],
    rows: lines.length,
    bytes: Buffer.byteLength(csv),
    format: { sentinel: NULL, compression: 'gzip' },
  };
}
