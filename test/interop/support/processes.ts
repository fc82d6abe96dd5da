/** Runs other programs for a bounded time, alone or as a shell's pipe. Needs a POSIX shell. */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Limits {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another account than ours, for root. */
  readonly account?: { readonly uid: number; readonly gid: number };
  /** After this time the program and its children are killed, and the promise rejects. */
  readonly seconds?: number;
}

export type CommandLine = readonly [string, ...string[]];

const DEFAULT_SECONDS = 120;

export async function run(command: CommandLine, limits: Limits = {}): Promise<Outcome> {
  const [program, ...args] = command;
  const child = spawn(program, args, { ...placeOf(limits), stdio: 'pipe', detached: true });
  // The program may end before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(limits.input ?? '');
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const code = await closed(child, command, limits, stderr);
  return { code, stdout: stdout(), stderr: stderr() };
}

export interface PipeOutcome {
  readonly tap: Pick<Outcome, 'code' | 'stderr'>;
  readonly target: Outcome;
}

/** `tap | target` as a shell runs it: the two share the pipe, and nothing of this process is between them. */
export async function runPipe(
  tap: CommandLine,
  target: CommandLine,
  limits: Limits = {},
): Promise<PipeOutcome> {
  const script = `{ ${quoted(tap)} 2>&4 3>&- 4>&-; echo $? >&3; } | ${quoted(target)} 3>&- 4>&-`;
  const child = spawn('/bin/sh', ['-c', script], {
    ...placeOf(limits),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const [, stdout, stderr, tapCode, tapStderr] = child.stdio.map((stream) =>
    collect(stream as Readable | null),
  );
  if (!stdout || !stderr || !tapCode || !tapStderr) throw new Error('a pipe to the shell is missing');
  const code = await closed(child, ['/bin/sh', script], limits, () => `${tapStderr()}\n${stderr()}`);
  const ended = tapCode().trim();
  return {
    tap: { code: ended === '' ? null : Number(ended), stderr: tapStderr() },
    target: { code, stdout: stdout(), stderr: stderr() },
  };
}

function placeOf({ env, cwd, account }: Limits): SpawnOptions {
  return { env: { ...process.env, ...env }, ...(cwd !== undefined && { cwd }), ...account };
}

function collect(stream: Readable | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

function closed(
  child: ChildProcess,
  command: CommandLine,
  { seconds = DEFAULT_SECONDS }: Limits,
  said: () => string,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    let isOverdue = false;
    const overdue = setTimeout(() => {
      isOverdue = true;
      killGroup(child);
    }, seconds * 1000);
    child.once('error', (error) => {
      clearTimeout(overdue);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(overdue);
      if (isOverdue)
        reject(
          new Error(`${quoted(command)} took more than ${seconds} s and was killed:\n${said().slice(-4000)}`),
        );
      else resolve(code);
    });
  });
}

/** The program is the leader of a group of its own. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function quoted(command: readonly string[]): string {
  return command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}
