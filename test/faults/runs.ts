/** One run of the program, in this process or in one of its own, which is given its whole input at once. */
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { parseDestination } from '../../src/airbyte/cli.ts';
import type { Io } from '../../src/io/io.ts';
import { MAIN, started } from '../support/cli.ts';
import { startHere } from '../support/in-process.ts';
import type { Finished } from '../support/transcript.ts';

const DESTINATION = fileURLToPath(new URL('../../dist/destination.js', import.meta.url));

export interface Going {
  /** Undefined in this process. */
  readonly pid: number | undefined;
  signal(name: NodeJS.Signals): void;
  readonly finished: Promise<Finished>;
}

export interface Invocation {
  readonly protocol: 'singer' | 'airbyte';
  readonly args: readonly string[];
  readonly input: string;
  /** Called with each complete line of stdout, as soon as it is written. */
  readonly onLine: (line: string) => void;
}

/** Costs a tenth of a process. */
export function goHere({ protocol, args, input, onLine }: Invocation, now = Date.now): Going {
  const lines = splitter(onLine);
  let stdout = '';
  const states = new Writable({
    write(chunk: Buffer, _, done) {
      stdout += chunk.toString();
      lines(chunk.toString());
      done();
    },
  });
  const destination = async (io: Io): Promise<number> => {
    // Imported when it runs, as the files are that it imports itself: otherwise each class would be there twice.
    const { runDestination } = await import('../../src/airbyte/program.ts');
    return await runDestination(parseDestination(args), io);
  };
  const program = protocol === 'singer' ? undefined : destination;
  const run = startHere(args, {}, { states: () => states, now }, program);
  void run.write(input);
  run.end();
  return {
    pid: undefined,
    signal: () => run.signal(),
    finished: run.finished.then((finished) => ({ ...finished, stdout })),
  };
}

export function goAsProcess({ protocol, args, input, onLine }: Invocation): Going {
  const program = protocol === 'singer' ? MAIN : DESTINATION;
  const run = started(spawn(process.execPath, [program, ...args]));
  const lines = splitter(onLine);
  run.process.stdout?.on('data', (data: Buffer) => lines(data.toString()));
  void run.write(input);
  run.end();
  return {
    pid: run.process.pid,
    signal: (name) => void run.process.kill(name),
    finished: run.finished,
  };
}

/** Takes output in any pieces. An incomplete last line is none. */
function splitter(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const complete = (rest + text).split('\n');
    rest = complete.pop() ?? '';
    complete.forEach(onLine);
  };
}
