/** A tap that this program starts: its stdout is the input, its stderr goes to the log, its exit code says whether it is done. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import split2 from 'split2';
import { LoadError } from '../errors.ts';
import type { Input } from '../io/input.ts';
import type { Logger } from '../log.ts';

/** How long a tap may take to end after SIGTERM. */
const FAREWELL_MS = 5_000;
/** How long its last words may take after its end. */
const LAST_WORDS_MS = 200;

type End =
  { readonly code: number | null; readonly signal: NodeJS.Signals | null } | { readonly error: Error };

interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<End>;
}

export class Tap implements Input, AsyncDisposable {
  readonly #command: () => readonly string[];
  readonly #log: Logger;
  #running: Running | undefined;
  #hasEnded = false;

  /** `command` is asked for when the tap is started. */
  constructor(command: () => readonly string[], log: Logger) {
    this.#command = command;
    this.#log = log;
  }

  get #name(): string {
    return basename(this.#command()[0] ?? '');
  }

  /** Starts the program, in the same turn in which its output is first read: Node drops what a process without a reader wrote. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const { child } = this.#start();
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) yield chunk;
  }

  destroy(): void {
    if (!this.#running) return;
    const { child } = this.#running;
    child.stdout.destroy();
    if (!this.#hasEnded) child.kill('SIGTERM');
  }

  /** Why the output that has ended is not all of it; undefined if the tap says that it is. */
  async failure(): Promise<LoadError | undefined> {
    const end = await this.#running?.ended;
    if (end === undefined) return undefined;
    if ('error' in end) {
      const isMissing = 'code' in end.error && end.error.code === 'ENOENT';
      const why = isMissing ? 'there is no such program; is its environment active?' : end.error.message;
      return new LoadError(`Cannot start the tap ${this.#name}: ${why}`);
    }
    if (end.code === 0) return undefined;
    const how = end.signal === null ? `with exit code ${end.code ?? ''}` : `by ${end.signal}`;
    return new LoadError(
      `The tap ${this.#name} ended ${how}: its output may be incomplete; see its lines in the log above, and run again`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy();
    if (!this.#running) return;
    const { child, ended } = this.#running;
    const isLate = await Promise.race([ended.then(() => false), sleep(FAREWELL_MS, true, { ref: false })]);
    if (isLate) child.kill('SIGKILL');
    if (!child.stderr.closed)
      await Promise.race([once(child.stderr, 'close'), sleep(LAST_WORDS_MS, undefined, { ref: false })]);
  }

  #start(): Running {
    const [program = '', ...args] = this.#command();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<End>((resolve) => {
      child.once('error', (error) => resolve({ error }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    void ended.then(() => (this.#hasEnded = true));
    const log = this.#log.child({ tap: this.#name });
    child.stderr.pipe(split2()).on('data', (line: string) => log[levelOf(line)](`${this.#name}: ${line}`));
    this.#running = { child, ended };
    return this.#running;
  }
}

/** Taps write their level somewhere near the beginning of a line. */
function levelOf(line: string): 'error' | 'warn' | 'info' | 'debug' {
  const [, level] = /\b(CRITICAL|FATAL|ERROR|WARNING|WARN|INFO|DEBUG)\b/i.exec(line.slice(0, 100)) ?? [];
  switch (level?.toUpperCase()) {
    case 'CRITICAL':
    case 'FATAL':
    case 'ERROR':
      return 'error';
    case 'WARNING':
    case 'WARN':
      return 'warn';
    case 'DEBUG':
      return 'debug';
    default:
      return 'info';
  }
}
