/** Runs a command of `destination-redshift`. All of its output are messages of Airbyte's protocol. */
import { readFileSync } from 'node:fs';
import { checkConfig } from '../config/config.ts';
import type { Config } from '../config/options.ts';
import { filesOf, readSources } from '../config/sources.ts';
import { weaknesses } from '../config/weaknesses.ts';
import { CatalogError, ConfigError, messageOf } from '../errors.ts';
import type { Io } from '../io/io.ts';
import { warningLogger } from '../io/warnings.ts';
import { createLogger, Secrets, type Logger } from '../log.ts';
import { parseCatalog } from '../protocol/catalog.ts';
import type { Scope } from '../scope.ts';
import type { DestinationCommand } from './cli.ts';
import { traceOf } from './failure.ts';
import { MessageOutput } from './output.ts';

/** Resolves with the exit code. */
export async function runDestination(command: DestinationCommand, io: Io): Promise<number> {
  const out = io.states();
  if (!out) {
    io.log.write('Cannot answer: stdout is closed, or is /dev/null opened for reading and writing\n');
    return 1;
  }
  const destination = await Destination.start(io, new MessageOutput(out));
  const code = await destination.execute(command);
  await destination.flushed();
  return code;
}

class Destination {
  readonly #io: Io;
  readonly #output: MessageOutput;
  readonly #secrets: Secrets;
  #log: Logger;
  #ownFiles: readonly string[] = [];

  private constructor(io: Io, output: MessageOutput, secrets: Secrets, log: Logger) {
    this.#io = io;
    this.#output = output;
    this.#secrets = secrets;
    this.#log = log;
    io.onWarning(warningLogger(() => this.#log));
    io.ending.setCrashReport((error) => this.#report(error));
  }

  static async start(io: Io, output: MessageOutput): Promise<Destination> {
    const secrets = new Secrets();
    return new Destination(io, output, secrets, await createLogger('info', 'json', secrets, output));
  }

  async execute(command: DestinationCommand): Promise<number> {
    try {
      switch (command.kind) {
        case 'spec': {
          const { specification } = await import('./spec.ts');
          this.#output.message({ type: 'SPEC', spec: specification() });
          return 0;
        }
        case 'check':
          return await this.#check(command.config);
        case 'write':
          return await this.#write(command.config, command.catalog);
      }
    } catch (error) {
      return this.#report(error);
    }
  }

  #report(error: unknown): number {
    const trace = JSON.stringify(traceOf(error, this.#io.now()));
    this.#output.message(JSON.parse(this.#secrets.redact(trace)) as object);
    return 1;
  }

  async flushed(): Promise<void> {
    await this.#output.flushed();
  }

  /** A failed check is an answer too, but a file that cannot be read is an error. */
  async #check(path: string): Promise<number> {
    const { checkConnection } = await import('./check.ts');
    const { stop, kill } = this.#io.ending;
    const status = async (): Promise<string | undefined> => {
      const config = await this.#config(path);
      await using scope = await this.#open(config);
      return await checkConnection(config, { scope, stop, signal: kill, now: this.#io.now }, this.#log);
    };
    const problem = await status().catch((error: unknown) => {
      if (error instanceof ConfigError) return error.message;
      throw error;
    });
    this.#output.message({
      type: 'CONNECTION_STATUS',
      connectionStatus:
        problem === undefined
          ? { status: 'SUCCEEDED' }
          : { status: 'FAILED', message: this.#secrets.redact(problem) },
    });
    return 0;
  }

  async #write(configPath: string, catalogPath: string): Promise<number> {
    const config = await this.#config(configPath);
    const catalog = parseCatalog(readCatalog(catalogPath));
    const { writeStreams } = await import('./write.ts');
    this.#io.keepHeapSmall();
    const input = this.#io.openInput(undefined);
    await using scope = await this.#open(config);
    await writeStreams({
      config,
      catalog,
      scope,
      io: this.#io,
      log: this.#log,
      input,
      output: this.#output,
      redact: (text) => this.#secrets.redact(text),
    });
    return 0;
  }

  /** A configuration may have options of the platform, or of another version of this program, that are unknown here. */
  async #config(path: string): Promise<Config> {
    const given = await readSources([path], undefined);
    this.#ownFiles = filesOf([path], given);
    const defaults = { unknown_options: 'warn', naming: 'safe' };
    const { config, warnings, secrets } = checkConfig({ ...defaults, ...given });
    if (config.pipeline !== undefined) {
      throw new ConfigError([
        '"pipeline" keeps the state of a Singer tap; Airbyte keeps the states of a connection itself, so remove it',
      ]);
    }
    this.#io.heedSignals();
    this.#secrets.keep(...secrets);
    this.#log = await createLogger(config.log_level, 'json', this.#secrets, this.#output);
    for (const warning of warnings) this.#log.info(warning);
    for (const weakness of weaknesses(config, this.#io.env)) this.#log.warn(weakness);
    return config;
  }

  async #open(config: Config): Promise<Scope> {
    const { openScope } = await import('../scope.ts');
    const { env, now, ending } = this.#io;
    return openScope(
      config,
      { log: this.#log, secrets: this.#secrets, env, now, ownFiles: this.#ownFiles },
      ending.kill,
    );
  }
}

function readCatalog(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CatalogError(`Cannot read the catalog ${path}: ${messageOf(error)}`, { cause: error });
  }
}
