#!/usr/bin/env node
/** `destination-redshift`: the same program as an Airbyte destination. Its stdout carries only messages of Airbyte's protocol. */
import { DESTINATION_HELP, parseDestination } from './airbyte/cli.ts';
import { UsageError } from './errors.ts';
import { crash, guardProcess, tell } from './guard.ts';
import { versionOf } from './version.ts';

guardProcess();

// The reader may stop reading stdout. A write notices that itself and fails; for any other answer it is fine.
process.stdout.on('error', () => undefined);

try {
  process.exitCode = await execute();
} catch (error) {
  if (!(error instanceof UsageError)) crash(error);
  tell(`destination-redshift: ${error.message}\n\n${DESTINATION_HELP}`);
  process.exitCode = 2;
}

/** Resolves with the exit code. */
async function execute(): Promise<number> {
  const command = parseDestination(process.argv.slice(2));
  const { runDestination } = await import('./airbyte/program.ts');
  const { runInProcess } = await import('./process.ts');
  return runInProcess(versionOf(import.meta.url), (io) => runDestination(command, io));
}
