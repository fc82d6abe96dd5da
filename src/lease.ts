/** The use of a local warehouse, which is started if it does not run, and ends with the last one who uses it. */
import type { ConfigInput } from './config/config.ts';
import { MachineError } from './errors.ts';
import { leaseLocal, LocalWarehouseError } from './local/door.ts';

/**
 * Does the work with what connects to the local warehouse in a directory. `self` is the command that runs this program. Throws
 * MachineError, and what the work throws.
 */
export async function withLocal<T>(
  dir: string,
  self: readonly string[],
  work: (connection: ConfigInput) => Promise<T>,
): Promise<T> {
  const server = [...self, 'local', '--until-released', '--dir', dir];
  const lease = await leaseLocal(dir, server).catch((error: unknown) => {
    throw error instanceof LocalWarehouseError ? new MachineError(error.message, { cause: error }) : error;
  });
  try {
    return await work({ ...lease.config });
  } finally {
    await lease.release();
  }
}
