/** `state`: the state of the pipeline in the warehouse, as a load would print it. */
import type { Config } from '../config/options.ts';
import { ConfigError } from '../errors.ts';
import type { Write } from '../io/answer.ts';
import type { Warehouse } from '../ports.ts';
import { newRunId } from '../staging/keys.ts';
import { retry } from '../retry.ts';
import { Pipeline, readState } from '../warehouse/pipeline.ts';
import { isTransient } from '../warehouse/transient.ts';

export interface StateOptions {
  readonly warehouse: Warehouse;
  readonly config: Config;
  /** Runs that have begun can commit nothing more. */
  readonly takesOver: boolean;
  readonly now: () => number;
  readonly write: Write;
}

const TRIES = 4;
const PAUSE_MS = 500;

/** Writes nothing if there is no state. Throws ConfigError and LoadError. */
export async function printState({ warehouse, config, takesOver, now, write }: StateOptions): Promise<void> {
  const { pipeline: name, target_schema: schema, forbid_ddl: forbidDdl } = config;
  if (name === undefined) {
    throw new ConfigError([
      'the option pipeline is not set; only with it a load keeps its state in the warehouse',
    ]);
  }
  const runId = newRunId(new Date(now()));
  const ask = (): Promise<Buffer | undefined> =>
    warehouse.session((session) =>
      takesOver
        ? new Pipeline({ name, schema, runId, forbidDdl, now }).takeOver(session)
        : readState(session, { schema, name }),
    );
  // Another run may commit or take over at this moment.
  const state = await retry(ask, { tries: TRIES, pauseMs: PAUSE_MS, maxPauseMs: PAUSE_MS * 4, isTransient });
  if (state) await write(`${state.toString()}\n`);
}
