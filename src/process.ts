/**
 * The process as this program sees it: streams, descriptors, signals, clock, processors, exit code. Only this
 * file, `guard.ts` and the files that are started use them.
 */
import { availableParallelism } from 'node:os';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { onCrash, onWarning } from './guard.ts';
import { Ending } from './io/ending.ts';
import { keepHeapSmall } from './io/heap.ts';
import { openDescriptor, openFile, type Input } from './io/input.ts';
import type { Io } from './io/io.ts';
import { LogOutput } from './io/log-output.ts';
import { isClosed, NonBlockingStream, openNonBlocking } from './io/output.ts';
import { watchThread } from './io/watchdog.ts';
import type { LogSink } from './log.ts';

const [STDIN, STDOUT, STDERR] = [0, 1, 2];

/** How long a run that is given up may take to remove its objects and to report what is left. */
const FAREWELL_MS = 2_000;

/** How long the end of the process waits for system calls on other threads. */
const CALLS_MS = 1_000;

/** After this long in one piece of work, a signal ends the process immediately instead of waiting for the end of the work. */
const BUSY_MS = 5_000;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Runs a program in this process. Resolves with the exit code when nothing more is to be written. */
export async function runInProcess(version: string, program: (io: Io) => Promise<number>): Promise<number> {
  const ending = new Ending();
  const output = new LogOutput(logDescriptor(), hasColors(process.env));
  process.on('exit', () => output.drain());
  const log = await terminalOf(output);
  onCrash((error) => ending.crash(error));
  const isRunning = (): boolean => process.exitCode === undefined;
  const giveUp = async (): Promise<never> => {
    if (isRunning()) ending.sayLastWords();
    output.drain();
    const isAnswered = process.stdout.writableLength === 0;
    return endProcess(isRunning() || !isAnswered ? 1 : Number(process.exitCode));
  };
  ending.kill.addEventListener('abort', () => {
    // After the command has ended, only output that has no reader can remain.
    setTimeout(() => void giveUp(), isRunning() ? FAREWELL_MS : 0);
  });
  const openInput = (path: string | undefined): Input =>
    path === undefined ? openDescriptor(STDIN) : openFile(path);
  const code = await program({ ...processIo(version, ending, log), openInput, keepHeapSmall });
  process.exitCode = code;
  await output.flushed(ending.kill);
  return ending.kill.aborted ? giveUp() : code;
}

/** Ends the process. An exit waits for system calls on other threads (a drive that is gone, a name lookup), so the process is killed if one hangs. */
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

/** See https://no-color.org. */
function hasColors({ NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}

/** On a terminal the log has a status line. */
async function terminalOf(output: LogOutput): Promise<LogSink> {
  if (!output.isTerminal || process.env['TERM'] === 'dumb') return output;
  const { StatusLine } = await import('./io/status-line.ts');
  return new StatusLine(output, process.stderr, reflows(process.env));
}

/** Of the terminals in use, xterm and the console of Linux cut lines when they become narrower; all others break them again. */
function reflows({ TERM = '', XTERM_VERSION }: NodeJS.ProcessEnv): boolean {
  return TERM !== 'linux' && !(XTERM_VERSION !== undefined && TERM.startsWith('xterm'));
}

/** `above` does work that writes to the terminal of the log. */
function states(above: (work: () => void) => void): Writable | undefined {
  if (isClosed(STDOUT)) return undefined;
  // Only writes to terminals block in Node.
  const own = process.stdout.isTTY ? openNonBlocking(STDOUT) : undefined;
  if (own === undefined) return process.stdout;
  const terminal = new NonBlockingStream(own);
  // `done` has the error too, and the stream that is returned reports it.
  terminal.on('error', () => undefined);
  return new Writable({
    write: (chunk, encoding, done) => above(() => terminal.write(chunk, encoding, done)),
  });
}

function processIo(version: string, ending: Ending, log: LogSink): Omit<Io, 'openInput' | 'keepHeapSmall'> {
  let areSignalsHeeded = false;
  return {
    version,
    env: process.env,
    now: () => Date.now(),
    cores: availableParallelism(),
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    stdout: process.stdout,
    states: () => states((work) => (log.above ? log.above(work) : work())),
    stdin: () => process.stdin,
    stderr: () => process.stderr,
    log,
    ending,
    heedSignals: () => {
      if (areSignalsHeeded) return;
      areSignalsHeeded = true;
      heedSignals(ending);
    },
    onAsked: (listener) => {
      if (process.platform !== 'win32') process.on('SIGUSR2', listener);
    },
    onWarning,
  };
}

function heedSignals(ending: Ending): void {
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
