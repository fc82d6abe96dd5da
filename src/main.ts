#!/usr/bin/env node
/**
 * `target-redshift`: the command line of the Singer target and its tools. Commands that need nothing else (help, version) are
 * answered here, before anything is loaded.
 */
import type { CommandLine } from './cli/command.ts';
import { parseCommand, usageText } from './cli/parse.ts';
import { UsageError } from './errors.ts';
import { crash, guardProcess, tell } from './guard.ts';
import { versionOf } from './version.ts';

guardProcess();

// The reader may stop reading (`| head`). A load notices that itself and fails; for any other answer it is fine.
process.stdout.on('error', () => undefined);

try {
  process.exitCode = await execute(parseCommand(process.argv.slice(2), process.stdout.columns));
} catch (error) {
  if (!(error instanceof UsageError)) crash(error);
  tell(usageText(error));
  process.exitCode = 2;
}

/** Resolves with the exit code. */
async function execute({ command, log }: CommandLine): Promise<number> {
  switch (command.kind) {
    case 'text':
      return answer(command.text);
    case 'version':
      return answer(`target-redshift ${versionOf(import.meta.url)}\n`);
    default: {
      const { runProgram } = await import('./program.ts');
      const { runInProcess } = await import('./process.ts');
      return runInProcess(versionOf(import.meta.url), (io) => runProgram({ command, log }, io));
    }
  }
}

function answer(text: string): number {
  process.stdout.write(text);
  return 0;
}
