/** `state`: the state of the pipeline in the warehouse, as a load would print it. */
import type { Config } from '../config/options.ts';
import { ConfigError } from '../errors.ts';
import type { Write } from '../io/answer.ts';
import type { Warehouse } from '../ports.ts';
import { newRunId } from '../staging/keys.ts';
import { Pipeline, readState } from '../warehouse/pipeline.ts';

export interface StateOptions {
  readonly warehouse: Warehouse;
  readonly config: Config;
  /** Runs that have begun can commit nothing more. */
  readonly takesOver: boolean;
  readonly now: () => number;
  readonly write: Write;
}

/** Writes nothing if there is no state. Throws ConfigError and LoadError. */
export async function printState({ warehouse, config, takesOver, now, write }: StateOptions): Promise<void> {
  const { pipeline: name, target_schema: schema, forbid_ddl: forbidDdl } = config;
  if (name === undefined) {
    throw new ConfigError([
      'the option pipeline is not set; only with it a load keeps its state in the warehouse',
    ]);
  }
  const runId = newRunId(new Date(now()));
  const state = await warehouse.session((session) =>
    takesOver
      ? new Pipeline({ name, schema, runId, forbidDdl, now }).takeOver(session)
      : readState(session, { schema, name }),
  );
  if (state) await write(`${state.toString()}\n`);
}
