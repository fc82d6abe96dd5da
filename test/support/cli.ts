/** Runs the built program as a user does: a process with stdin, stdout, stderr and an exit code. */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { leakOf } from './leaks.ts';

/** The SDK of AWS warns of old versions of Node, which no test is about. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON lines of stderr. */
  readonly logs: readonly LogLine[];
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Started {
  readonly process: ChildProcess;
  /** Writes to stdin; resolves when the pipe has taken it. */
  write(text: string | Buffer): Promise<void>;
  end(): void;
  /** Resolves when stdout or stderr matches. */
  seen(pattern: RegExp): Promise<void>;
  readonly finished: Promise<Finished>;
}

export function startCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { cwd }: { readonly cwd?: string } = {},
): Started {
  return started(spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env }, cwd }));
}

/** The same of a process that runs the program in another way. */
export function started(child: ChildProcessWithoutNullStreams): Started {
  let [stdout, stderr] = ['', ''];
  const watchers = new Set<() => void>();
  const wake = (): void => watchers.forEach((watch) => watch());
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
    wake();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
    wake();
  });
  // The program may end before it has read everything.
  child.stdin.on('error', () => undefined);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const leak = leakOf(stdout + stderr);
      if (leak) reject(leak);
      else resolve({ code, signal, stdout, stderr, logs: logLines(stderr) });
      wake();
    });
  });
  return {
    process: child,
    finished,
    write: (text) => new Promise((resolve) => void child.stdin.write(text, () => resolve())),
    end: () => child.stdin.end(),
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          if (pattern.test(stdout) || pattern.test(stderr)) {
            watchers.delete(watch);
            resolve();
          } else if (child.exitCode !== null) {
            reject(new Error(`ended with ${child.exitCode} before ${String(pattern)} was seen:\n${stderr}`));
          }
        };
        watchers.add(watch);
        watch();
      }),
  };
}

export async function runCli(
  args: readonly string[],
  input: string | Buffer = '',
  env: Readonly<Record<string, string>> = {},
  options: { readonly cwd?: string } = {},
): Promise<Finished> {
  const run = startCli(args, env, options);
  run.process.stdin?.end(input);
  return run.finished;
}

export function logLines(stderr: string): LogLine[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
}

/** Messages as lines. */
export function lines(...messages: readonly unknown[]): string {
  return messages
    .map((message) => `${typeof message === 'string' ? message : JSON.stringify(message)}\n`)
    .join('');
}

export const schema = (stream: string, properties: object, keys: readonly string[] = []): object => ({
  type: 'SCHEMA',
  stream,
  schema: { type: 'object', properties },
  key_properties: keys,
});

export const record = (stream: string, values: object): object => ({
  type: 'RECORD',
  stream,
  record: values,
});

export const state = (value: unknown): object => ({ type: 'STATE', value });
