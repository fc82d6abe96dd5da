/**
 * `npm test`: every spec but those of test/interop and test/slow. Several processes (worker.ts) take the specs from one
 * queue, because tests that run the program wait most of the time. Only what failed is printed, and the slowest specs. The
 * last line says how many tests passed and failed.
 */
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeScratchFolder, WAREHOUSES } from './support/scratch.ts';
import type { Result } from './worker.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

const warehouses = makeScratchFolder();

const WORKERS = 4;
const SLOWEST_SHOWN = 5;

/** The specs that take longest, which begin first so that none of them is left for the end. */
const FIRST: readonly string[] = [
  'test/cases.spec.ts',
  'test/rows/walk/equality.spec.ts',
  'test/conformance/table.spec.ts',
  'test/docs/blocks.spec.ts',
  'test/process/outage.spec.ts',
  'test/process/ending.spec.ts',
  'test/local/warehouse.spec.ts',
  'test/process/commands.spec.ts',
  'test/local/redshift/wire/endurance.spec.ts',
  'test/process/proxy.spec.ts',
  'test/process/overwrite.spec.ts',
  'test/process/model.spec.ts',
];

interface Ended extends Result {
  readonly path: string;
  readonly seconds: number;
}

function specs(): readonly string[] {
  const paths = readdirSync(fileURLToPath(new URL('.', import.meta.url)), {
    recursive: true,
    encoding: 'utf8',
  })
    .map((name) => `test/${name.split(sep).join('/')}`)
    .filter((path) => path.endsWith('.spec.ts') && !/^test\/(interop|slow)\//.test(path))
    .sort();
  const gone = FIRST.filter((path) => !paths.includes(path));
  if (gone.length > 0) throw new Error(`test/all.ts names specs that do not exist: ${gone.join(', ')}`);
  return [...FIRST, ...paths.filter((path) => !FIRST.includes(path))];
}

/** Runs specs of the queue in one process until none is left or the process ends. */
function work(queue: string[], onEnded: (ended: Ended) => void): Promise<void> {
  const child = fork(worker, {
    cwd: root,
    env: { ...process.env, [WAREHOUSES]: warehouses },
    execArgv: ['--import', 'tsx/esm'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let [path, since] = ['', Date.now()];
  let output = '';
  const collect = (data: Buffer): void => void (output += data.toString());
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const end = (result: Result): void => {
    if (path !== '') onEnded({ path, seconds: (Date.now() - since) / 1000, ...result });
    path = '';
  };
  const next = (): void => {
    path = queue.shift() ?? '';
    since = Date.now();
    output = '';
    child.send(path);
  };
  child.on('message', (result: Result) => {
    end(result);
    next();
  });
  next();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const report = `the process of the specs ended with ${signal ?? code}\n${output}`;
      if (path === '' && code !== 0) path = 'after the last spec';
      end({ passes: 0, failures: 1, pending: 0, report });
      resolve();
    });
  });
}

const started = Date.now();
const queue = [...specs()];
const all: Ended[] = [];
const workUntilEmpty = async (): Promise<void> => {
  // A spec that ends the process is one that failed; another process takes the next.
  while (queue.length > 0) {
    await work(queue, (ended) => {
      all.push(ended);
      if (ended.report !== '') process.stdout.write(`${ended.path}:\n${ended.report}`);
    });
  }
};
await Promise.all(Array.from({ length: WORKERS }, workUntilEmpty));

const sum = (what: 'passes' | 'failures' | 'pending'): number =>
  all.reduce((total, ended) => total + ended[what], 0);
for (const { path, seconds } of [...all].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST_SHOWN)) {
  process.stdout.write(`${seconds.toFixed(1).padStart(6)} s ${path}\n`);
}
const seconds = Math.round((Date.now() - started) / 1000);
const pending = sum('pending') > 0 ? `, ${sum('pending')} pending` : '';
process.stdout.write(
  `npm test: ${sum('passes')} passed, ${sum('failures')} failed${pending} in ${seconds} s\n`,
);
process.exitCode = sum('failures') > 0 ? 1 : 0;
