/**
 * `npm run test:faults -- --seeds N --from S [--mode MODE]`: random streams under random faults, and reruns from the kept state, compared
 * with a model. Prints a line for each seed, all about a seed that failed, and a table of what has struck.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeScratchFolder, WAREHOUSES } from '../support/scratch.ts';
import { planOf, usualMode } from './plan.ts';
import type { SeedResult } from './play.ts';
import { seedText, lineOf, tableOf } from './report.ts';
import type { Order, Played } from './worker.fixture.ts';

const WORKER = fileURLToPath(new URL('worker.fixture.ts', import.meta.url));
const DAY_MS = 24 * 3_600_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    /** Without it other seeds are played each day: from the number of the day times the number of seeds on. */
    from: { type: 'string' },
    /** Without it, both: see usualMode. */
    mode: { type: 'string' },
    workers: { type: 'string', default: '2' },
    /** Prints the plan and the runs of seeds that are ok too. */
    verbose: { type: 'boolean', default: false },
  },
});

const count = Number(values.seeds);
const today = Math.floor(Date.now() / DAY_MS) * count;
const from = values.from === undefined ? today : Number(values.from);
if (!Number.isSafeInteger(count) || !Number.isSafeInteger(from) || count < 1 || from < 0)
  throw new Error('--seeds is a number from 1, and --from one from 0');

const { mode } = values;
if (mode !== undefined && mode !== 'at-least-once' && mode !== 'exactly-once')
  throw new Error('--mode is at-least-once or exactly-once');

const queue = Array.from({ length: count }, (_, i): Order => {
  const seed = from + i;
  return { seed, mode: mode ?? usualMode(seed) };
});
const results: SeedResult[] = [];
let failing = 0;
const begun = performance.now();
const warehouses = makeScratchFolder();

function take({ order, result, error }: Played): void {
  if (result) results.push(result);
  const hasFailed = !result || result.problems.length > 0;
  if (result) process.stdout.write(`${lineOf(result)}\n`);
  if (hasFailed) failing++;
  if (hasFailed || values.verbose)
    process.stdout.write(seedText(planOf(order.seed, order.mode), result, error));
}

/** Plays seeds of the queue in one process until none is left. */
function work(): Promise<void> {
  const child = fork(WORKER, {
    env: { ...process.env, [WAREHOUSES]: warehouses },
    execArgv: ['--import', 'tsx/esm'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  let order: Order | undefined;
  const collect = (data: Buffer): void => void (output = (output + data.toString()).slice(-10_000));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const next = (): void => {
    order = queue.shift();
    child.send(order ?? 'end');
  };
  child.on('message', (played: Played) => {
    take(played);
    next();
  });
  next();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (order)
        take({
          order,
          result: undefined,
          error: `the process of the seed ended with ${signal ?? code}\n${output}`,
        });
      resolve();
    });
  });
}

async function workUntilEmpty(): Promise<void> {
  // A seed that ends the process is one that failed; another process takes the next.
  while (queue.length > 0) await work();
}

await Promise.all(Array.from({ length: Number(values.workers) }, workUntilEmpty));
process.stdout.write(tableOf(results, (performance.now() - begun) / 1000));
process.stdout.write(`${count - failing} passing\n`);
if (failing > 0) process.stdout.write(`${failing} failing\n`);
process.exitCode = failing > 0 ? 1 : 0;
