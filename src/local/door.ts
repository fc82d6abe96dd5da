/**
 * What the program uses of the local warehouse: code outside this folder imports this file and no other (other programs
 * import api.ts). It loads little, because a run with `--local` joins a warehouse in another process.
 */
import type { readAccess } from './access-file.ts';
import type { readFaultPlan } from './faults/read-plan.ts';
import type { Readings } from './redshift/readings.ts';
import type { serve } from './serve/serve.ts';

export { FOLDER_IN_USE, leaseLocal } from './serve/join.ts';
export type { Served } from './serve/serve.ts';
export type { WarehouseConfig } from './warehouse.ts';
export { FolderInUseError, LocalWarehouseError, PortInUseError } from './warehouse-error.ts';

/** What the command `local` needs to serve a folder. */
export interface Server {
  readonly serve: typeof serve;
  /** Readers of the files that `--access` and `--faults` name. */
  readonly readAccess: typeof readAccess;
  readonly readFaultPlan: typeof readFaultPlan;
  readonly readings: Readonly<Record<'hostile' | 'lenient', Readings>>;
}

/** Loads the warehouse itself, with both endpoints. */
export async function loadServer(): Promise<Server> {
  const [serving, accessFile, faults, readings] = await Promise.all([
    import('./serve/serve.ts'),
    import('./access-file.ts'),
    import('./faults/read-plan.ts'),
    import('./redshift/readings.ts'),
  ]);
  return {
    serve: serving.serve,
    readAccess: accessFile.readAccess,
    readFaultPlan: faults.readFaultPlan,
    readings: { hostile: readings.HOSTILE, lenient: readings.LENIENT },
  };
}
