/**
 * Runs the program in this process, with memory in place of the streams and descriptors of a process. A run costs about a
 * tenth of one of the built program (cli.ts), and differs from it in `main.ts` only: what is tested there, signals of the
 * system, descriptors, memory, and what stands in the folder of the process, needs the built program.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { PassThrough, Writable } from 'node:stream';
import { parseCommand, usageText } from '../../src/cli/parse.ts';
import { UsageError } from '../../src/errors.ts';
import { Ending } from '../../src/io/ending.ts';
import { openFile } from '../../src/io/input.ts';
import type { Io } from '../../src/io/io.ts';
import { runProgram } from '../../src/program.ts';
import { lendAwsVariables } from './aws.ts';
import { MAIN } from './cli.ts';
import { MemoryInput } from './memory-input.ts';
import { Transcript, type Finished } from './transcript.ts';

type Env = Readonly<Record<string, string>>;

export interface StartedHere {
  /** What stands on stdout so far. */
  readonly stdout: string;
  /** Writes to stdin. */
  write(text: string | Buffer): Promise<void>;
  /** Ends stdin. */
  end(): void;
  /** SIGTERM or SIGINT. Throws an error where it would have ended a process at once. */
  signal(): void;
  /** From here on stdout has no reader. */
  closeStdout(): void;
  /** Resolves when stdout or stderr matches. */
  seen(pattern: RegExp): Promise<void>;
  readonly finished: Promise<Finished>;
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

export async function runHere(
  args: readonly string[],
  input: string | Buffer = '',
  env: Env = {},
): Promise<Finished> {
  const run = startHere(args, env);
  await run.write(input);
  run.end();
  return run.finished;
}

/**
 * Several runs may go on at the same time, as long as all are given the same variables of AWS. `more` takes the place of
 * parts of the process, and `program` that of the program.
 */
export function startHere(
  args: readonly string[],
  env: Env = {},
  more: Partial<Io> = {},
  program?: (io: Io) => Promise<number>,
): StartedHere {
  const transcript = new Transcript();
  const input = new MemoryInput();
  const ending = new Ending();
  let areSignalsHeeded = false;
  let isStdoutClosed = false;
  const states = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isStdoutClosed) transcript.addStdout(chunk.toString());
      done(isStdoutClosed ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null);
    },
  });
  const io: Io = {
    version,
    env: { ...process.env, ...env },
    now: () => Date.now(),
    cores: availableParallelism(),
    self: [process.execPath, MAIN],
    stdout: { write: (text) => transcript.addStdout(text) },
    states: () => states,
    openInput: (path) => (path === undefined ? input : openFile(path)),
    stdin: () => new PassThrough().end(),
    stderr: () => new PassThrough(),
    log: {
      isTerminal: false,
      write: (line) => transcript.addStderr(line),
      setNotice: () => undefined,
    },
    ending,
    heedSignals: () => (areSignalsHeeded = true),
    onAsked: () => undefined,
    onWarning: () => undefined,
    keepHeapSmall: () => undefined,
    ...more,
  };
  return {
    get stdout() {
      return transcript.stdout;
    },
    write: (text) => {
      input.write(text);
      return Promise.resolve();
    },
    end: () => input.end(),
    signal: () => {
      if (!areSignalsHeeded) throw new Error('the run does not heed signals yet: one would have ended it');
      // As from the system, it comes between two turns of the event loop.
      setImmediate(() => ending.signal());
    },
    closeStdout: () => (isStdoutClosed = true),
    seen: (pattern) => transcript.seen(pattern),
    finished: (program?.(io) ?? execute(args, io, transcript, env)).then((code) =>
      transcript.finish(code, null),
    ),
  };
}

/** Resolves with the exit code. What main.ts does not catch either, it rejects with. */
async function execute(args: readonly string[], io: Io, transcript: Transcript, env: Env): Promise<number> {
  using _ = lendAwsVariables(env);
  try {
    const { command, log } = parseCommand(args);
    if (command.kind === 'text' || command.kind === 'version')
      throw new Error(`main.ts answers --${command.kind} itself: ask the built program`);
    return await runProgram({ command, log }, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    transcript.addStderr(usageText(error));
    return 2;
  }
}
