/** The folder of a warehouse, before anything is in it. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { LocalWarehouseError } from '../warehouse-error.ts';

/** Makes the folder when missing, for its owner only. @throws Error when it cannot be made or written. */
export function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalWarehouseError(
      `Cannot use ${dir} for the local warehouse: ${reason}; give a folder that can be written with --dir`,
      { cause: error },
    );
  }
}
