#!/usr/bin/env node
/**
 * The only file that touches the process: arguments, streams, signals, exit code. What needs no more is answered here, before
 * anything else is loaded.
 */
import { readFileSync } from 'node:fs';
import { HELP, parseCommand, type Command } from './cli.ts';
import { UsageError } from './errors.ts';
import type { Surroundings } from './program.ts';

const stop = new AbortController();
const kill = new AbortController();

process.removeAllListeners('warning');

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => (stop.signal.aborted ? kill : stop).abort());
}

// Whoever reads may stop reading (`| head`); a load notices by itself and fails, any other answer has then been enough.
process.stdout.on('error', () => undefined);

try {
  process.exitCode = await execute(parseCommand(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(
    `target-redshift: ${error.message}\n\nUsage: target-redshift --help tells how it is used.\n`,
  );
  process.exitCode = 2;
}

/** Resolves with the exit code. */
async function execute(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
      return answer(HELP);
    case 'version':
      return answer(`target-redshift ${version()}\n`);
    default: {
      const { runProgram } = await import('./program.ts');
      return runProgram(command, surroundings());
    }
  }
}

function answer(text: string): number {
  process.stdout.write(text);
  return 0;
}

function surroundings(): Surroundings {
  return {
    version: version(),
    stdout: process.stdout,
    stdin: () => process.stdin,
    env: process.env,
    stderr: process.stderr,
    stop: stop.signal,
    kill: kill.signal,
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    onAsked: (listener) => {
      if (process.platform !== 'win32') process.on('SIGUSR2', listener);
    },
    onWarning: (listener) => void process.on('warning', listener),
  };
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
