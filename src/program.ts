/** Runs a command: reads the configuration, builds the parts, and says in one sentence why it ended badly. */
import type { Writable } from 'node:stream';
import type { Command, Where } from './cli.ts';
import { checkConfig, overrideConnection, withoutConnection, type LoadedConfig } from './config/config.ts';
import type { Config } from './config/options.ts';
import type { Around } from './connect.ts';
import { readSources } from './config/sources.ts';
import type { Ending } from './ending.ts';
import { CommitUnknownError, ConfigError, InputError, LoadError, messageOf, UsageError } from './errors.ts';
import { keepHeapSmall } from './heap.ts';
import { createLogger, Secrets, type Logger } from './log.ts';
import type { LogOutput } from './log-output.ts';
import type { Warehouse } from './ports.ts';

/** The process, as far as commands may touch it. */
export interface Surroundings {
  readonly version: string;
  readonly stdout: NodeJS.WriteStream;
  /** Where states go: stdout, but never blocking. Undefined when the process was started with stdout closed. */
  readonly states: () => Writable | undefined;
  /** Opened by whoever asks for it, and then to be closed again. */
  readonly stdin: () => NodeJS.ReadStream;
  readonly env: NodeJS.Dict<string>;
  /** For questions; the log has its own way there. */
  readonly stderr: () => NodeJS.WriteStream;
  readonly log: LogOutput;
  readonly ending: Ending;
  /** Until this is called, SIGTERM and SIGINT end the process at once. From then on they go to `ending`. */
  readonly heedSignals: () => void;
  /** The command line that starts this program again, without arguments. */
  readonly self: readonly string[];
  /** Calls the listener whenever the user asks how things are. */
  readonly onAsked: (listener: () => void) => void;
  /** Calls the listener for warnings of Node and of packages. */
  readonly onWarning: (listener: (warning: Error) => void) => void;
}

const NO_STDOUT =
  'Cannot load: stdout is closed, or is /dev/null opened for reading and writing, which looks the same, so no state could be ' +
  'printed. Redirect stdout to a file or a pipe; to load without printing states, redirect it with > /dev/null';

/** A command that is answered without further ado is none for this. */
export type ProgramCommand = Exclude<Command, { readonly kind: 'help' | 'version' }>;

/** Resolves with the exit code. Throws UsageError. */
export async function runProgram(command: ProgramCommand, around: Surroundings): Promise<number> {
  const program = new Program(around);
  try {
    return await program.execute(command);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return program.report(error);
  }
}

class Program {
  readonly #around: Surroundings;
  readonly #secrets = new Secrets();
  #log: Logger;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#log = createLogger('info', 'auto', this.#secrets, around.log);
    // For developers; otherwise they would be printed to stderr as they are.
    around.onWarning((warning) => this.#log.debug(`${warning.name}: ${warning.message}`));
  }

  async execute(command: ProgramCommand): Promise<number> {
    switch (command.kind) {
      case 'about': {
        const { about } = await import('./commands/about.ts');
        return this.#answer(`${about(command.format, this.#around.version)}\n`);
      }
      case 'local':
        return this.#serveLocal(command);
      case 'setup': {
        const { completeConfig, report } = await import('./commands/setup.ts');
        const config = this.#accept(completeConfig(readSources(command.config, this.#around.env)));
        return this.#answer(report(config, command.format));
      }
      case 'interview':
        return this.#interview(command.file);
      case 'load': {
        const states = this.#around.states();
        if (!states) throw new LoadError(NO_STDOUT);
        return this.#withConfig(command.where, (config) => this.#load(config, command.input, states));
      }
      case 'discard':
        return this.#discard(
          this.#accept(withoutConnection(readSources(command.config, this.#around.env))),
          command.input,
        );
      case 'plan':
        return this.#withConfig(command.where, (config) => this.#plan(config, command));
      case 'check':
        return this.#withConfig(command.where, (config) => this.#check(config, command.format));
      case 'discover':
        return this.#withConfig(command.where, async (config) => {
          const { discover } = await import('./commands/discover.ts');
          return this.#ask(config, (warehouse) => discover(warehouse, config));
        });
      case 'sql':
        return this.#withConfig(command.where, async (config) => {
          const { query } = await import('./commands/sql.ts');
          return this.#ask(config, (warehouse) => query(warehouse, command.query, command.format));
        });
    }
  }

  /** One sentence on stderr; a stack only for what must be a defect of this program. Returns the exit code. */
  report(error: unknown): number {
    if (error instanceof ConfigError) {
      for (const warning of error.warnings) this.#log.warn(warning);
      for (const problem of error.problems) this.#log.error(`Cannot use the configuration: ${problem}`);
    } else if (
      error instanceof InputError ||
      error instanceof LoadError ||
      error instanceof CommitUnknownError
    ) {
      this.#log.error(facts(error), error.message);
    } else {
      const stack = error instanceof Error ? error.stack : undefined;
      const known = error instanceof Error && ('code' in error || error.message.startsWith('Cannot '));
      this.#log.error(known ? {} : { stack }, messageOf(error));
    }
    return 1;
  }

  get #inside(): Around {
    return { log: this.#log, secrets: this.#secrets, env: this.#around.env };
  }

  async #load(config: Config, inputPath: string | undefined, states: Writable): Promise<number> {
    const { runLoad } = await import('./commands/load.ts');
    const { openInput } = await import('./input.ts');
    const { version, ending } = this.#around;
    keepHeapSmall();
    await runLoad({
      config,
      ...this.#inside,
      version,
      input: openInput(inputPath),
      stdout: states,
      ending,
    });
    return 0;
  }

  async #discard(config: Config, inputPath: string | undefined): Promise<number> {
    const { runDiscard } = await import('./commands/discard.ts');
    const { openInput } = await import('./input.ts');
    const { Connections } = await import('./connect.ts');
    const { stop } = this.#around.ending;
    keepHeapSmall();
    await runDiscard({
      config,
      input: openInput(inputPath),
      log: this.#log,
      quietLog: this.#quietLog(config),
      files: new Connections(config, this.#inside).openReader(stop),
      stop,
    });
    return 0;
  }

  async #plan(config: Config, { input, format }: Extract<Command, { kind: 'plan' }>): Promise<number> {
    const { plan } = await import('./commands/plan.ts');
    const { openInput } = await import('./input.ts');
    const log = this.#quietLog(config);
    const { text, isFine } = await plan({
      config,
      ...this.#inside,
      log,
      input: openInput(input),
      format,
      signal: this.#around.ending.stop,
    });
    this.#answer(text);
    return isFine ? 0 : 1;
  }

  async #check(config: Config, format: 'text' | 'json'): Promise<number> {
    const { Connections } = await import('./connect.ts');
    const { check } = await import('./commands/check.ts');
    const { stop, kill } = this.#around.ending;
    const connections = new Connections(config, this.#inside);
    const warehouse = once(() => connections.openWarehouse());
    const store = once(() => connections.openStore(kill));
    const giveUp = (): void => void warehouse.then((open) => open.close(true));
    kill.addEventListener('abort', giveUp, { once: true });
    try {
      const doors = {
        warehouse: warehouse.get,
        store: store.get,
        copyAccess: () => connections.copyAccess(),
        identity: () => connections.identity(),
        stop,
        signal: kill,
      };
      const say = (text: string): void => void this.#answer(this.#secrets.redact(text));
      return (await check(config, doors, format, say)) ? 0 : 1;
    } finally {
      kill.removeEventListener('abort', giveUp);
      await warehouse.then((open) => open.close());
      await store.then((open) => open.close());
      connections.close();
    }
  }

  async #interview(file: string): Promise<number> {
    const { stop } = this.#around.ending;
    const input = this.#around.stdin();
    this.#around.heedSignals();
    try {
      if (!input.isTTY) throw new UsageError('setup --interactive asks questions, which needs a terminal');
      const { writeConfig } = await import('./commands/setup.ts');
      const output = this.#around.stderr();
      return (await writeConfig(file, { input, output, stop })) ? 0 : 1;
    } finally {
      input.destroy();
    }
  }

  async #serveLocal(command: Extract<Command, { kind: 'local' }>): Promise<number> {
    const { serveUntilStopped } = await import('./commands/local.ts');
    const { stdout, onAsked } = this.#around;
    const { stop } = this.#around.ending;
    const stdin = this.#around.stdin();
    this.#around.heedSignals();
    try {
      return await serveUntilStopped(command, { log: this.#log, stop, stdin, stdout, onAsked });
    } finally {
      // An input that nobody reads to its end may not keep the process.
      stdin.destroy();
    }
  }

  #answer(text: string): number {
    this.#around.stdout.write(text);
    return 0;
  }

  async #ask(config: Config, work: (warehouse: Warehouse) => Promise<string>): Promise<number> {
    const { Connections } = await import('./connect.ts');
    const { stop } = this.#around.ending;
    const connections = new Connections(config, this.#inside);
    const warehouse = await connections.openWarehouse();
    const giveUp = (): void => void warehouse.close(true);
    stop.addEventListener('abort', giveUp, { once: true });
    try {
      return this.#answer(await work(warehouse));
    } catch (error) {
      throw stop.aborted ? new LoadError('Stopped before there was an answer', { cause: error }) : error;
    } finally {
      stop.removeEventListener('abort', giveUp);
      await warehouse.close();
      connections.close();
    }
  }

  /** Reads the configuration, leases the local warehouse if asked for, and ends the lease when the work is done. */
  async #withConfig(where: Where, work: (config: Config) => Promise<number>): Promise<number> {
    const given = readSources(where.config, this.#around.env);
    if (where.local === undefined && where.config.length === 0) {
      throw new ConfigError([
        'none was given; name one with --config FILE, or use --local for a warehouse on this machine',
      ]);
    }
    if (where.local === undefined) return work(this.#accept(checkConfig(given)));
    const { leaseLocal, LocalWarehouseError } = await import('./local/door.ts');
    const server = [...this.#around.self, 'local', '--until-released', '--dir', where.local];
    const lease = await leaseLocal(where.local, server).catch((error: unknown) => {
      throw error instanceof LocalWarehouseError ? new LoadError(error.message, { cause: error }) : error;
    });
    try {
      return await work(this.#accept(overrideConnection(given, { ...lease.config })));
    } finally {
      await lease.release();
    }
  }

  /** For runs that load nothing: lines on loads would tell of what did not happen. */
  #quietLog({ log_level, log_format }: Config): Logger {
    return createLogger(
      log_level === 'info' ? 'warn' : log_level,
      log_format,
      this.#secrets,
      this.#around.log,
    );
  }

  #accept({ config, warnings, hint, secrets }: LoadedConfig): Config {
    // Files of options may be pipes without a writer; from here on no read blocks this thread.
    this.#around.heedSignals();
    this.#secrets.keep(...secrets);
    this.#log = createLogger(config.log_level, config.log_format, this.#secrets, this.#around.log);
    if (hint !== undefined) this.#log.info(hint);
    for (const warning of warnings) this.#log.warn(warning);
    return config;
  }
}

/** What is opened when it is first asked for; a failure is told each time it is asked for. */
function once<T>(open: () => Promise<T>): {
  readonly get: () => Promise<T>;
  /** Does nothing when it was never opened. */
  readonly then: (work: (opened: T) => unknown) => Promise<void>;
} {
  let opened: Promise<T> | undefined;
  return {
    get: () => (opened ??= open()),
    then: async (work) => {
      await opened?.then(work, () => undefined);
    },
  };
}

function facts(error: InputError | LoadError | CommitUnknownError): object {
  if (error instanceof InputError) return { stream: error.stream, line: error.line, file: error.file };
  if (error instanceof LoadError) return { sqlstate: error.sqlstate, detail: error.detail || undefined };
  return {};
}
