/** A process that runs a warehouse until it is killed: `node --import tsx warehouse.fixture.ts <dir>` prints its config. */
import { startLocalWarehouse } from '../../src/local/api.ts';

const { config } = await startLocalWarehouse({ dir: process.argv[2] ?? '' });
process.stdout.write(`${JSON.stringify(config)}\n`);
