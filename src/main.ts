#!/usr/bin/env node
/** The only file that touches the process: arguments, streams, signals, exit code. Builds the parts and runs a command. */
import { readFileSync } from 'node:fs';
import { parseCommand, HELP, type Command, type Where } from './cli.ts';
import { checkConfig, overrideConnection, readConfigFiles, type LoadedConfig } from './config/config.ts';
import { CommitUnknownError, ConfigError, InputError, LoadError, messageOf, UsageError } from './errors.ts';
import { createLogger, type Logger } from './log.ts';
import type { Config } from './config/options.ts';
import type { Warehouse } from './ports.ts';

const stop = new AbortController();
const kill = new AbortController();
let log = createLogger('info', 'auto');

// Warnings of Node and of the AWS SDK are for developers; without this they would be printed to stderr as they are.
process.removeAllListeners('warning');
process.on('warning', (warning) => log.debug(`${warning.name}: ${warning.message}`));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => (stop.signal.aborted ? kill : stop).abort());
}

// Whoever reads may stop reading (`| head`); a load notices by itself and fails, any other answer has then been enough.
process.stdout.on('error', () => undefined);

try {
  process.exitCode = await execute(parseCommand(process.argv.slice(2)));
} catch (error) {
  process.exitCode = report(error);
}
// Nothing that is left open may keep the process: an input that nobody reads to its end.
process.stdin.destroy();

/** Resolves with the exit code. */
async function execute(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
      return answer(HELP);
    case 'version':
      return answer(`target-redshift ${version()}\n`);
    case 'about': {
      const { about } = await import('./commands/about.ts');
      return answer(`${about(command.format, version())}\n`);
    }
    case 'local':
      return serveLocal(command);
    case 'load':
      return withConfig(command.where, async (config) => {
        const { runLoad } = await import('./commands/load.ts');
        const { stdin, stdout } = process;
        await runLoad({
          config,
          log,
          version: version(),
          inputPath: command.input,
          stdin,
          stdout,
          stop: stop.signal,
          kill: kill.signal,
        });
        return 0;
      });
    case 'plan':
      return withConfig(command.where, async (config) => {
        const { plan } = await import('./commands/plan.ts');
        const { openInput } = await import('./commands/load.ts');
        const { text, isFine } = await plan({
          config,
          // Lines on loads would tell of what did not happen.
          log: createLogger(config.log_level === 'info' ? 'warn' : config.log_level, config.log_format),
          input: openInput(command.input, process.stdin),
          format: command.format,
          signal: stop.signal,
        });
        answer(text);
        return isFine ? 0 : 1;
      });
    case 'check':
      return withConfig(command.where, async (config) => {
        const { openStore, openWarehouse } = await import('./connect.ts');
        const { check } = await import('./commands/check.ts');
        const [warehouse, store] = [openWarehouse(config, log), await openStore(config, stop.signal)];
        const giveUp = (): void => void warehouse.close(true);
        stop.signal.addEventListener('abort', giveUp, { once: true });
        try {
          return (await check(config, warehouse, store, (line) => answer(`${line}\n`))) ? 0 : 1;
        } finally {
          await warehouse.close();
          store.close();
        }
      });
    case 'discover':
      return withConfig(command.where, async (config) => {
        const { discover } = await import('./commands/discover.ts');
        return ask(config, (warehouse) => discover(warehouse, config));
      });
    case 'sql':
      return withConfig(command.where, async (config) => {
        const { query } = await import('./commands/sql.ts');
        return ask(config, (warehouse) => query(warehouse, command.query, command.format));
      });
  }
}

function answer(text: string): number {
  process.stdout.write(text);
  return 0;
}

async function ask(config: Config, work: (warehouse: Warehouse) => Promise<string>): Promise<number> {
  const { openWarehouse } = await import('./connect.ts');
  const warehouse = openWarehouse(config, log);
  const giveUp = (): void => void warehouse.close(true);
  stop.signal.addEventListener('abort', giveUp, { once: true });
  try {
    return answer(await work(warehouse));
  } finally {
    stop.signal.removeEventListener('abort', giveUp);
    await warehouse.close();
  }
}

/** Reads the configuration, leases the local warehouse if asked for, and ends the lease when the work is done. */
async function withConfig(where: Where, work: (config: Config) => Promise<number>): Promise<number> {
  const given = readConfigFiles(where.config);
  if (where.local === undefined && where.config.length === 0) {
    throw new ConfigError([
      'none was given; name one with --config FILE, or use --local for a warehouse on this machine',
    ]);
  }
  if (where.local === undefined) return work(accept(checkConfig(given)));
  const { leaseLocal } = await import('./local/join.ts');
  const lease = await leaseLocal(where.local, [
    process.execPath,
    ...process.execArgv,
    process.argv[1] ?? '',
    'local',
    '--until-released',
    '--dir',
    where.local,
  ]);
  try {
    return await work(accept(overrideConnection(given, { ...lease.config })));
  } finally {
    await lease.release();
  }
}

function accept({ config, warnings }: LoadedConfig): Config {
  log = createLogger(config.log_level, config.log_format);
  for (const warning of warnings) log.warn(warning);
  return config;
}

async function serveLocal(command: Extract<Command, { kind: 'local' }>): Promise<number> {
  const { serveUntilStopped } = await import('./commands/local.ts');
  const onAsked = (listener: () => void): void => {
    if (process.platform !== 'win32') process.on('SIGUSR2', listener);
  };
  const { stdin, stdout } = process;
  return serveUntilStopped(command, { log, stop: stop.signal, stdin, stdout, onAsked });
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** One sentence on stderr; a stack only for what must be a defect of this program. */
function report(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(
      `target-redshift: ${error.message}\n\nUsage: target-redshift --help tells how it is used.\n`,
    );
    return 2;
  }
  if (error instanceof ConfigError) {
    for (const problem of error.problems) log.error(`Cannot use the configuration: ${problem}`);
    return 1;
  }
  if (error instanceof InputError || error instanceof LoadError || error instanceof CommitUnknownError) {
    log.error(facts(error), error.message);
    return 1;
  }
  logDefect(log, error);
  return 1;
}

function facts(error: InputError | LoadError | CommitUnknownError): object {
  if (error instanceof InputError) return { stream: error.stream, line: error.line, file: error.file };
  if (error instanceof LoadError) return { sqlstate: error.sqlstate, detail: error.detail || undefined };
  return {};
}

function logDefect(logger: Logger, error: unknown): void {
  const stack = error instanceof Error ? error.stack : undefined;
  const known = error instanceof Error && ('code' in error || error.message.startsWith('Cannot '));
  logger.error(known ? {} : { stack }, messageOf(error));
}
