/** `plan`: reads the messages through all stages and tells what a load of them would do. It cannot write. */
import { Writable } from 'node:stream';
import { batchFiles } from '../batches/read.ts';
import type { Config } from '../config/options.ts';
import { Connections, shownAccess } from '../connect.ts';
import { InputError, LoadError } from '../errors.ts';
import type { Logger, Secrets } from '../log.ts';
import type { Input } from '../input.ts';
import { forgetful, readOnly } from '../plan/guards.ts';
import { Planner } from '../plan/planner.ts';
import { asJson, asText, type Plan } from '../plan/report.ts';
import { newFormat } from '../rows/csv.ts';
import { Run } from '../run.ts';
import { normalisePrefix } from '../staging/keys.ts';
import { Budget } from '../staging/budget.ts';
import { compressionOf } from '../staging/part.ts';
import { createStaging } from '../staging/uploads.ts';
import { StateWriter } from '../states.ts';

export interface PlanOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly secrets: Secrets;
  readonly env: NodeJS.Dict<string>;
  readonly input: Input;
  readonly format: 'text' | 'json';
  readonly signal: AbortSignal;
}

/** The plan as text, and whether a run would load everything. */
export async function plan(
  options: PlanOptions,
): Promise<{ readonly text: string; readonly isFine: boolean }> {
  const { config, log, input, signal } = options;
  // BATCH files are read as a load reads them; nothing is sent through this one.
  const connections = new Connections(config, options);
  const store = await connections.openStore(signal);
  const warehouse = readOnly(await connections.openWarehouse());
  const format = newFormat(compressionOf(config.compression));
  const url = (key: string): string => store.url(key);
  const planner = new Planner({
    warehouse,
    access: shownAccess(config),
    region: store.region,
    format,
    url,
  });
  const staging = createStaging({
    store: forgetful(store),
    budget: Budget.ofMegabytes(config.memory_budget_mb),
    format,
    gzipLevel: 1,
    compressors: 1,
    uploads: 4,
    signal,
    onFailure: (error) => run.fail(error),
  });
  const run = new Run({
    config,
    loader: planner,
    hooks: { run: () => Promise.resolve(), analyze: () => Promise.resolve() },
    history: undefined,
    staging,
    files: batchFiles(store),
    states: new StateWriter(nowhere(), (error) => run.fail(error)),
    objectPrefix: normalisePrefix(config.s3_prefix),
    rejectedPrefix: 'rejected/',
    folder: 'RUN',
    log,
    now: Date.now,
  });
  signal.addEventListener('abort', () => run.stop(), { once: true });
  try {
    const refused = await run.load(input).then(() => undefined, refusalOf);
    const refusal = refused ?? (signal.aborted ? 'stopped before the end of the input' : undefined);
    const result: Plan = { loads: await planner.loads(), refusal };
    const isFine = refusal === undefined && result.loads.every((load) => load.refusal === undefined);
    return {
      text: `${options.format === 'json' ? asJson(result) : asText(result)}\n`,
      isFine,
    };
  } finally {
    input.destroy();
    await warehouse.close();
    store.close();
    connections.close();
  }
}

function refusalOf(error: unknown): string {
  if (error instanceof InputError || error instanceof LoadError) return error.message;
  throw error;
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
