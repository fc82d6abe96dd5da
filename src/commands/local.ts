/** `target-redshift local`: runs the local warehouse for other clients, with the faults and the access that files define. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from '../cli/command.ts';
import { parseJsonText } from '../config/json-text.ts';
import { ConfigError, MachineError, messageOf } from '../errors.ts';
import type { TextOutput } from '../io/io.ts';
import {
  FOLDER_IN_USE,
  FolderInUseError,
  loadServer,
  LocalWarehouseError,
  PortInUseError,
  type Served,
  type WarehouseConfig,
} from '../local/door.ts';
import type { Logger } from '../log.ts';
import { writePrivateFile } from '../private-file.ts';

type LocalCommand = Extract<Command, { kind: 'local' }>;

/** What serving needs from the process. */
interface LocalIo {
  readonly log: Logger;
  readonly env: NodeJS.Dict<string>;
  readonly stop: AbortSignal;
  readonly stdin: Readable;
  readonly stdout: TextOutput;
  /** Calls the listener each time the user asks how often faults have struck (SIGUSR2). */
  onAsked(listener: () => void): void;
}

/** Resolves with the exit code when the warehouse has ended. @throws ConfigError for files that cannot be used. */
export async function serveUntilStopped(command: LocalCommand, io: LocalIo): Promise<number> {
  const { log, stop, stdin } = io;
  const { serve, readAccess, readFaultPlan, readings } = await loadServer();
  const more = {
    ...openness(command, io.env),
    ...(command.faults !== undefined && { faults: readJson('--faults', command.faults, readFaultPlan) }),
    ...(command.access !== undefined && readJson('--access', command.access, readAccess)),
    readings: readings[command.readings],
  };
  let served: Served;
  try {
    served = await serve({ ...command, more, starter: command.untilReleased ? stdin : undefined });
  } catch (error) {
    if (error instanceof FolderInUseError && command.untilReleased) {
      log.error(error.message);
      return FOLDER_IN_USE;
    }
    if (!(error instanceof LocalWarehouseError)) throw error;
    const message = error instanceof PortInUseError ? portInUse(command, error.port) : error.message;
    throw new MachineError(message, { cause: error });
  }
  try {
    announce(command, served.config, io.stdout);
  } catch (error) {
    await served.stop();
    throw error;
  }
  const end = (): void => void served.stop();
  if (stop.aborted) end();
  else stop.addEventListener('abort', end, { once: true });
  const tellFaults = (): void => {
    for (const { order, matched, struck } of served.faultCounts)
      log.info({ order, matched, struck }, 'fault');
  };
  io.onAsked(tellFaults);
  const { port, s3_endpoint: endpoint } = served.config;
  log.info(`the local warehouse in ${command.dir} is ready: Redshift on port ${port}, S3 at ${endpoint}`);
  await served.ended;
  tellFaults();
  return 0;
}

/** Where it listens, its password, and what it is filled with. Services of GitHub Actions take variables, and no arguments. */
function openness(
  { host, passwordFile, init }: LocalCommand,
  env: LocalIo['env'],
): {
  readonly host?: string;
  readonly password?: string;
  readonly init?: string;
} {
  const address = host ?? env['LOCAL_WAREHOUSE_HOST'];
  const password = readPassword(passwordFile, env['LOCAL_WAREHOUSE_PASSWORD']);
  return {
    ...(address !== undefined && address !== '' && { host: address }),
    ...(password !== undefined && { password }),
    ...(init !== undefined && { init }),
  };
}

/** The first line of the file, or the variable. */
function readPassword(path: string | undefined, variable: string | undefined): string | undefined {
  if (path === undefined) return variable === '' ? undefined : variable;
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/)[0];
  } catch (error) {
    throw new ConfigError([`cannot read --password-file ${path}: ${messageOf(error)}`]);
  }
}

function portInUse({ port, s3Port }: LocalCommand, taken: number): string {
  const option = taken === port ? (taken === s3Port ? '--port and --s3-port' : '--port') : '--s3-port';
  return `Cannot listen on port ${taken} (${option}): it is in use; choose another one, or omit the option to use a free port`;
}

function readJson<T>(option: string, path: string, read: (value: unknown) => T): T {
  let value: unknown;
  try {
    value = parseJsonText(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError([`cannot read ${option} ${path}: ${messageOf(error)}`]);
  }
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof LocalWarehouseError)) throw error;
    throw new ConfigError(error.message.split('\n').map((problem) => `${option} ${path}: ${problem}`));
  }
}

/**
 * A terminal gets instructions to connect and the place of the secrets. A program gets the configuration or, if that is written to
 * a file, what is not secret and the path of the file.
 */
function announce(command: LocalCommand, config: WarehouseConfig, stdout: TextOutput): void {
  const line = `${JSON.stringify(config)}\n`;
  const isTerminal = stdout.isTTY && !command.untilReleased;
  const path = command.writeConfig ?? (isTerminal ? join(command.dir, 'config.json') : undefined);
  if (path !== undefined) {
    try {
      writePrivateFile(path, line);
    } catch (error) {
      throw new ConfigError([`cannot write --write-config ${path}: ${messageOf(error)}`]);
    }
  }
  if (command.untilReleased) return;
  if (path === undefined) stdout.write(line);
  else stdout.write(isTerminal ? directions(config, path) : withoutSecrets(config, path));
}

function withoutSecrets(
  { hostname, port, database, user, s3_endpoint, s3_region, s3_bucket }: WarehouseConfig,
  path: string,
): string {
  const shown = { hostname, port, database, user, s3_endpoint, s3_region, s3_bucket, config_file: path };
  return `${JSON.stringify(shown)}\n`;
}

function directions(
  { hostname, port, database, user, s3_endpoint: endpoint }: WarehouseConfig,
  path: string,
): string {
  return `Redshift:  host=${hostname} port=${port} dbname=${database} user=${user} sslmode=require
S3:        ${endpoint}
Password, keys and certificate are in ${path}, which works as --config too.
Ctrl-C ends the warehouse.
`;
}
