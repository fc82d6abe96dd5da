#!/usr/bin/env node
/**
 * The only file that touches the process: arguments, streams, descriptors, signals, clock, processors, exit code. What needs no
 * more is answered here, before anything else is loaded.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HELP, parseCommand, type Command } from './cli.ts';
import { Ending } from './io/ending.ts';
import { UsageError } from './errors.ts';
import { LogOutput } from './io/log-output.ts';
import { isClosed, NonBlockingStream, openNonBlocking } from './io/output.ts';
import type { Input } from './io/input.ts';
import type { Io } from './io/io.ts';
import type { ProgramCommand } from './program.ts';

const [STDIN, STDOUT, STDERR] = [0, 1, 2];

/** How long a run that is given up may take to remove its objects and to say what is left. */
const FAREWELL_MS = 2_000;

/** How long the end waits for calls of the operating system that run on other threads. */
const CALLS_MS = 1_000;

/** After so long in one piece of work, a signal ends the process at once instead of waiting for the end of the work. */
const BUSY_MS = 5_000;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

const ending = new Ending();
// Until there is a log.
ending.setCrashReport(tellPlainly);

// Node would print them to stderr as they are.
process.removeAllListeners('warning');
const early: Error[] = [];
let hearWarning = (warning: Error): void => void early.push(warning);
process.on('warning', (warning) => hearWarning(warning));

// Rejections that nothing handles come here too. Node itself would print the error with all of its properties.
process.on('uncaughtException', (error) => crash(error));

// The reader may stop reading (`| head`); a load notices by itself and fails, any other answer has then been enough.
process.stdout.on('error', () => undefined);

try {
  process.exitCode = await execute(parseCommand(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) crash(error);
  process.stderr.write(
    `target-redshift: ${error.message}\n\nUsage: target-redshift --help tells how it is used.\n`,
  );
  process.exitCode = 2;
}

function crash(error: unknown): never {
  try {
    ending.crash(error);
  } catch (another) {
    tellPlainly(another);
  }
  process.exit(1);
}

/** Without the properties of the error, which Node would print, and among which secrets may be. */
function tellPlainly(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`target-redshift: Unexpected error: ${text}\n`);
}

/** Resolves with the exit code. */
async function execute(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
      return answer(HELP);
    case 'version':
      return answer(`target-redshift ${version()}\n`);
    default:
      return run(command);
  }
}

function answer(text: string): number {
  process.stdout.write(text);
  return 0;
}

async function run(command: ProgramCommand): Promise<number> {
  const { runProgram } = await import('./program.ts');
  const { openDescriptor, openFile } = await import('./io/input.ts');
  const { keepHeapSmall } = await import('./io/heap.ts');
  const { watchThread } = await import('./io/watchdog.ts');
  const log = new LogOutput(logDescriptor());
  process.on('exit', () => log.drain());
  const isRunning = (): boolean => process.exitCode === undefined;
  const giveUp = async (): Promise<never> => {
    if (isRunning()) ending.sayLastWords();
    log.drain();
    const isAnswered = process.stdout.writableLength === 0;
    return endProcess(isRunning() || !isAnswered ? 1 : Number(process.exitCode));
  };
  ending.kill.addEventListener('abort', () => {
    // Once the command has ended, only output that is not read can be left.
    setTimeout(() => void giveUp(), isRunning() ? FAREWELL_MS : 0);
  });
  const openInput = (path: string | undefined): Input =>
    path === undefined ? openDescriptor(STDIN) : openFile(path);
  const code = await runProgram(command, {
    ...processIo(log),
    heedSignals: once(() => heedSignals(watchThread)),
    openInput,
    keepHeapSmall,
  });
  process.exitCode = code;
  await log.flushed(ending.kill);
  return ending.kill.aborted ? giveUp() : code;
}

/** Ends the process. Because an exit waits for calls on other threads (a drive that is gone, a name lookup), it is killed if one hangs. */
async function endProcess(code: number): Promise<never> {
  const end = Date.now() + CALLS_MS;
  while (isCalling() && Date.now() < end) await sleep(20);
  if (isCalling()) process.kill(process.pid, 'SIGKILL');
  process.exit(code);
}

function isCalling(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^(FSReq|GetAddrInfo|GetNameInfo)/.test(name));
}

function logDescriptor(): number {
  const own = openNonBlocking(STDERR);
  // Node makes pipes and sockets non-blocking when it opens the stream.
  if (own === undefined) process.stderr.on('error', () => undefined);
  return own ?? STDERR;
}

function states(): Writable | undefined {
  if (isClosed(STDOUT)) return undefined;
  // Only writes to terminals block in Node.
  const own = process.stdout.isTTY ? openNonBlocking(STDOUT) : undefined;
  return own === undefined ? process.stdout : new NonBlockingStream(own);
}

function processIo(log: LogOutput): Omit<Io, 'openInput' | 'keepHeapSmall' | 'heedSignals'> {
  return {
    version: version(),
    env: process.env,
    now: () => Date.now(),
    cores: availableParallelism(),
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    stdout: process.stdout,
    states,
    stdin: () => process.stdin,
    stderr: () => process.stderr,
    log,
    ending,
    onAsked: (listener) => {
      if (process.platform !== 'win32') process.on('SIGUSR2', listener);
    },
    onWarning: (listener) => {
      hearWarning = listener;
      early.splice(0).forEach(listener);
    },
  };
}

/** The work is done when it is asked for the first time. */
function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

function heedSignals(watchThread: (afterMs: number, onBusy: () => void) => void): void {
  const heed = (): void => ending.signal();
  const listen = (): void => {
    for (const signal of SIGNALS) process.on(signal, heed);
  };
  listen();
  watchThread(BUSY_MS, () => {
    // Without a listener, the operating system ends the process.
    for (const signal of SIGNALS) process.off(signal, heed);
    ending.tellBusy();
    setImmediate(listen);
  });
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
