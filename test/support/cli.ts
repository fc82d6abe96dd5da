/**
 * Runs the built program as a user does: a process with stdin, stdout, stderr and an exit code. What needs no process of its
 * own runs in this one at a tenth of the cost: see in-process.ts.
 */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Transcript, type Finished } from './transcript.ts';

export { logLines, type Finished, type LogLine } from './transcript.ts';

/** The SDK of AWS warns of old versions of Node, which no test is about. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

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

const running = new Set<ChildProcess>();

/** Ends what tests have left running: a test that failed may still wait for its program, and so would mocha. */
export function endRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The same of a process that runs the program in another way. */
export function started(child: ChildProcessWithoutNullStreams): Started {
  const transcript = new Transcript();
  child.stdout.on('data', (data: Buffer) => transcript.addStdout(data.toString()));
  child.stderr.on('data', (data: Buffer) => transcript.addStderr(data.toString()));
  running.add(child);
  child.once('close', () => running.delete(child));
  // The program may end before it has read everything.
  child.stdin.on('error', () => undefined);
  const closed = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve([code, signal]));
  });
  return {
    process: child,
    finished: closed.then(([code, signal]) => transcript.finish(code, signal)),
    write: (text) => new Promise((resolve) => void child.stdin.write(text, () => resolve())),
    end: () => child.stdin.end(),
    seen: (pattern) => transcript.seen(pattern),
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
