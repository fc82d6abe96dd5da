/**
 * The only writer of messages to stdout: acknowledged states, logs, answers and errors, one line each, in order. States are never
 * dropped. Lines of the log are dropped while the reader of stdout is slow.
 */
import type { Writable } from 'node:stream';
import { LoadError } from '../errors.ts';
import type { LogSink } from '../log.ts';
import type { AckOutput } from '../run/airbyte.ts';

/** If more than this waits for the reader of stdout, lines of the log are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;

const LF = Buffer.from('\n');

const LEVELS: Readonly<Record<string, string>> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};

export class MessageOutput implements LogSink, AckOutput {
  readonly isTerminal = false;
  /** States are kept by the platform, not by who reads the log. */
  readonly lastState = undefined;
  readonly #out: Writable;
  #onClosed: (error: LoadError) => void = () => undefined;
  #isClosed = false;
  #writing = 0;
  #dropped = 0;
  #noticeOf: (lines: number) => string = () => '';
  #onWritten: (() => void)[] = [];

  constructor(out: Writable) {
    this.#out = out;
    out.on('error', (error: Error) => this.#closed(error));
  }

  /** Sets the listener for the moment when nothing more can be written. */
  setOnClosed(onClosed: (error: unknown) => void): void {
    this.#onClosed = onClosed;
  }

  setNotice(noticeOf: (lines: number) => string): void {
    this.#noticeOf = noticeOf;
  }

  /** Takes a JSON line of the log. */
  write(line: string): void {
    if (this.#out.writableLength > MAX_WAITING_BYTES) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) {
      const notice = this.#noticeOf(this.#dropped);
      this.#dropped = 0;
      this.#send(logMessage(notice));
    }
    this.#send(logMessage(line));
  }

  /** Takes the line of an acknowledgement. */
  writeState(state: Buffer): void {
    this.#send(state);
  }

  /** Takes any other message of the protocol. */
  message(message: object): void {
    this.#send(JSON.stringify(message));
  }

  giveUp(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async flushed(): Promise<void> {
    if (this.#writing > 0 && !this.#isClosed)
      await new Promise<void>((resolve) => this.#onWritten.push(resolve));
  }

  #send(line: string | Buffer): void {
    if (this.#isClosed) return;
    this.#writing++;
    this.#out.write(Buffer.concat([Buffer.from(line), LF]), (error) => {
      this.#writing--;
      if (error) this.#closed(error);
      if (this.#writing === 0) this.#wake();
    });
  }

  #closed(cause: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wake();
    this.#onClosed(new LoadError(`Cannot write states to stdout: ${cause.message}`, { cause }));
  }

  #wake(): void {
    for (const wake of this.#onWritten.splice(0)) wake();
  }
}

/** A line of pino as a LOG message: its sentence, followed by its other members. */
function logMessage(line: string): string {
  const { level, message, time: _, stack, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const more = Object.keys(facts).length > 0 ? ` ${JSON.stringify(facts)}` : '';
  return JSON.stringify({
    type: 'LOG',
    log: {
      level: LEVELS[String(level)] ?? 'INFO',
      message: `${String(message)}${more}`,
      ...(typeof stack === 'string' ? { stack_trace: stack } : {}),
    },
  });
}
