/** `plan`: processes the messages as a load does and reports what a load of them would do. It cannot write. */
import type { Config } from '../config/options.ts';
import { shownAccess } from '../connect.ts';
import { InputError, LoadError } from '../errors.ts';
import { onAbort } from '../abort.ts';
import type { Input } from '../io/input.ts';
import type { Io } from '../io/io.ts';
import type { Logger } from '../log.ts';
import { readOnly, storeNothing } from '../dry-run/guards.ts';
import { RUN } from '../dry-run/planned-steps.ts';
import { Planner } from '../dry-run/planner.ts';
import { asJson, asText, type PlanReport } from '../dry-run/report.ts';
import { newFormat } from '../rows/csv.ts';
import { assemble } from '../run/assemble.ts';
import type { Scope } from '../scope.ts';
import { normalisePrefix } from '../staging/keys.ts';
import { compressionOf } from '../staging/part.ts';

export interface PlanOptions {
  readonly config: Config;
  readonly scope: Scope;
  readonly io: Pick<Io, 'version' | 'now' | 'cores'>;
  readonly log: Logger;
  readonly input: Input;
  readonly format: 'text' | 'json';
  /** Aborted by the first signal: no more input is read. */
  readonly stop: AbortSignal;
}

/** The report, and whether a run would load everything. */
export async function plan(
  options: PlanOptions,
): Promise<{ readonly text: string; readonly isFine: boolean }> {
  const { config, scope, log, input, stop } = options;
  const store = await scope.store();
  const format = newFormat(compressionOf(config.compression));
  const planner = new Planner({
    warehouse: readOnly(scope.warehouse),
    access: shownAccess(config),
    region: store.region,
    format,
    url: (key) => store.url(key),
    history: {
      schema: config.target_schema,
      keepsRecords: config.load_history,
      version: options.io.version,
    },
  });
  const run = assemble({
    config,
    io: { now: options.io.now, cores: 1 },
    log,
    loader: planner,
    store: storeNothing(store),
    format,
    gzipLevel: 1,
    objectPrefix: normalisePrefix(config.s3_prefix),
    folder: RUN,
    rejectedPrefix: 'rejected/',
    files: store,
    locations: scope.locations,
    signal: stop,
  });
  using _ = onAbort(stop, () => run.stop());
  try {
    const refused = await run.load(input).then(() => undefined, refusalOf);
    const refusal = refused ?? (stop.aborted ? 'stopped before the end of the input' : undefined);
    const result: PlanReport = { loads: await planner.loads(), refusal };
    const isFine = refusal === undefined && result.loads.every((load) => load.refusal === undefined);
    return {
      text: `${options.format === 'json' ? asJson(result) : asText(result)}\n`,
      isFine,
    };
  } finally {
    input.destroy();
  }
}

function refusalOf(error: unknown): string {
  if (error instanceof InputError || error instanceof LoadError) return error.message;
  throw error;
}
