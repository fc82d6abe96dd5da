/** The process as the program sees it. `processIo` in `process.ts` builds it from the real process, and tests from buffers. */
import type { Readable, Writable } from 'node:stream';
import type { LogSink } from '../log.ts';
import type { Ending } from './ending.ts';
import type { Input } from './input.ts';

export interface Io {
  /** The version of this program. */
  readonly version: string;
  readonly env: NodeJS.Dict<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How many threads can run at the same time. */
  readonly cores: number;
  /** The command line that starts this program again, without arguments. */
  readonly self: readonly string[];
  /** Where commands print their answer. */
  readonly stdout: TextOutput;
  /** Where states and long answers go: stdout, without blocking. Undefined if the process was started with stdout closed. */
  readonly states: () => Writable | undefined;
  /** The messages of a file or, without a path, of stdin. Throws InputError. */
  readonly openInput: (path: string | undefined) => Input;
  /** For answers to questions. The caller must close it. */
  readonly stdin: () => TerminalInput;
  /** For questions. The log goes to `log`. */
  readonly stderr: () => NodeJS.WritableStream;
  readonly log: LogSink;
  readonly ending: Ending;
  /** Until this is called, SIGTERM and SIGINT end the process immediately. Afterwards they go to `ending`. */
  readonly heedSignals: () => void;
  /** Calls the listener each time the user asks for a status (SIGUSR2). */
  readonly onAsked: (listener: () => void) => void;
  /** Calls the listener for warnings of Node and of packages. */
  readonly onWarning: (listener: (warning: Error) => void) => void;
  /** Called before a load. */
  readonly keepHeapSmall: () => void;
}

/** Where a person may type. */
interface TerminalInput extends Readable {
  readonly isTTY?: boolean | undefined;
}

/** Takes output for a person or a program. */
export interface TextOutput {
  readonly isTTY?: boolean | undefined;
  /** The width of the terminal. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}
