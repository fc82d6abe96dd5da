/** Whole processes: how long they took, what CPU time and memory they used. */
import { fileURLToPath } from 'node:url';
import { run, type CommandLine, type Limits } from '../interop/support/processes.ts';

const MEASURE = fileURLToPath(new URL('measure.py', import.meta.url));

export interface Cost {
  /** Seconds. */
  readonly wall: number;
  /** Seconds of all threads and processes. */
  readonly cpu: number;
  /** Most resident memory, in bytes. */
  readonly peak: number;
  readonly stderr: string;
}

export interface Command {
  readonly line: CommandLine;
  readonly env?: Limits['env'];
  /** What the figures are divided by; a smaller input is read for slow programs. */
  readonly input: string;
}

/** Throws when the command fails. */
export async function costOf({ line, env, input }: Command): Promise<Cost> {
  const outcome = await run(['python3', MEASURE, input, '/dev/null', ...line], {
    seconds: 1800,
    ...(env && { env }),
  });
  if (outcome.code !== 0) throw new Error(`python3 cannot measure: ${outcome.stderr}`);
  const { code, ...cost } = JSON.parse(outcome.stdout) as Cost & { readonly code: number };
  if (code !== 0) throw new Error(`${line.join(' ')} ended with ${code}: ${cost.stderr.slice(-2000)}`);
  return cost;
}

/** Of several costs the one whose wall time is in the middle. */
export function median(costs: readonly Cost[]): Cost {
  const sorted = [...costs].sort((a, b) => a.wall - b.wall);
  return sorted[Math.floor((sorted.length - 1) / 2)] as Cost;
}

/** Runs the commands in turn, so many times each, because the machine is not the same from minute to minute. */
export async function medians<K extends string>(
  commands: Readonly<Record<K, Command>>,
  rounds: number,
): Promise<Readonly<Record<K, Cost>>> {
  const names = Object.keys(commands) as K[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<K, Cost[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) costs[name].push(await costOf(commands[name]));
  }
  return Object.fromEntries(names.map((name) => [name, median(costs[name])])) as Record<K, Cost>;
}
