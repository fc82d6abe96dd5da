/**
 * `npm test`: every spec but those of test/interop and test/slow. The specs run in several mochas at the same time, each
 * with a warehouse of its own, because tests that run the program wait most of the time. Of a mocha in which all tests
 * passed, only the counts are printed. The last line says how many tests passed and failed.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const mocha = fileURLToPath(new URL('../node_modules/mocha/bin/mocha.js', import.meta.url));

const SHARDS = 4;

/** About how many seconds each of the slowest specs takes; the others take less than two. */
const SECONDS: Readonly<Record<string, number>> = {
  'test/cases.spec.ts': 60,
};

const COUNT = /^ +(\d+) (passing|failing|pending)\b.*\n/gm;
/** A line of mocha's dots, each for one test. */
const DOTS = /^ +[.,!\u2024]+$\n?/gm;

interface Ended {
  readonly code: number;
  readonly output: string;
}

function specs(): readonly string[] {
  return readdirSync(fileURLToPath(new URL('.', import.meta.url)), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.split(sep).join('/')}`)
    .filter((path) => path.endsWith('.spec.ts') && !/^test\/(interop|slow)\//.test(path))
    .sort();
}

/** Parts that take about the same time: the slowest first, each to the part that has the least so far. */
function shardsOf(paths: readonly string[]): readonly (readonly string[])[] {
  const secondsOf = (path: string): number => SECONDS[path] ?? 1;
  const shards = Array.from({ length: SHARDS }, () => ({ seconds: 0, paths: [] as string[] }));
  for (const path of [...paths].sort((a, b) => secondsOf(b) - secondsOf(a))) {
    const [least] = [...shards].sort((a, b) => a.seconds - b.seconds);
    least?.paths.push(path);
    if (least) least.seconds += secondsOf(path);
  }
  return shards.map((shard) => shard.paths.sort());
}

function run(paths: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [mocha, ...paths], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (data: Buffer): void => void (output += data.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** What mocha counted. */
function count({ output }: Ended, what: 'passing' | 'failing'): number {
  return [...output.matchAll(COUNT)]
    .filter(([, , word]) => word === what)
    .reduce((sum, [, number]) => sum + Number(number), 0);
}

function report(ended: Ended, name: string, seconds: number): void {
  const shown =
    ended.code === 0
      ? [...ended.output.matchAll(COUNT)].map(([line]) => line).join('')
      : ended.output.replace(DOTS, '');
  process.stdout.write(`${name}: ${seconds} s\n${shown}`);
}

const started = Date.now();
const secondsSince = (): number => Math.round((Date.now() - started) / 1000);
const all = await Promise.all(
  shardsOf(specs()).map(async (paths, i) => {
    const ended = await run(paths);
    report(ended, `mocha ${i + 1} of ${SHARDS}`, secondsSince());
    return ended;
  }),
);
const sum = (what: 'passing' | 'failing'): number => all.reduce((total, one) => total + count(one, what), 0);
const crashed = all.filter((ended) => ended.code !== 0 && count(ended, 'failing') === 0).length;
const failed = sum('failing') + crashed;
process.stdout.write(`npm test: ${sum('passing')} passed, ${failed} failed in ${secondsSince()} s\n`);
process.exitCode = failed > 0 || all.some(({ code }) => code !== 0) ? 1 : 0;
