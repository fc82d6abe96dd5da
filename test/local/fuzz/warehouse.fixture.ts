/**
 * A process that runs a warehouse for a fuzzer: `node --expose-gc --import tsx warehouse.fixture.ts DIR` prints its config, and for
 * each line on stdin its memory after a collection of garbage. An error that nobody has caught ends it with code 70.
 */
import { createInterface } from 'node:readline';
import { startLocalWarehouse } from '../../../src/local/api.ts';

const fail = (error: unknown): never => {
  process.stderr.write(
    `uncaught: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(70);
};
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const warehouse = await startLocalWarehouse({
  dir: process.argv[2] ?? '',
  limits: { loginMs: 10_000, requestMs: 500 },
});
process.stdout.write(`${JSON.stringify(warehouse.config)}\n`);
const lines = createInterface({ input: process.stdin });
lines.on('line', () => {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ heapUsed, external, rss })}\n`);
});
lines.once('close', () => void warehouse.stop());
