/** What programs import as `target-redshift/local`: the warehouse inside a process, for tests. */
import { serve } from './serve/serve.ts';
import type { LocalWarehouse, WarehouseOptions } from './warehouse.ts';

export type { FaultCount, FaultPlan } from './faults/plan.ts';
export type { S3FaultRule } from './faults/s3.ts';
export type { ChooseFault } from './faults/sql.ts';
export type { Limits } from './limits.ts';
export { HOSTILE, LENIENT, type Readings } from './redshift/readings.ts';
export type { AccessEntry, AccessListener, S3Bucket, S3Identity, S3Role } from './s3/server.ts';
export type {
  Access,
  LocalWarehouse,
  WarehouseConfig,
  WarehouseOptions,
  WarehouseRole,
} from './warehouse.ts';
export { FolderInUseError, LocalWarehouseError, PortInUseError } from './warehouse-error.ts';

/**
 * Starts the warehouse of a folder, making it at the first start; it lives as long as this process. Processes that are
 * told to use the folder (`--local --dir`) join it.
 * @throws LocalWarehouseError when it cannot: a FolderInUseError when another process, or this one, serves the folder already,
 * a PortInUseError when another program has the port.
 */
export async function startLocalWarehouse(options: WarehouseOptions): Promise<LocalWarehouse> {
  const { dir, port, s3Port, ...more } = options;
  return serve({ dir, port, s3Port, more, starter: undefined });
}
