/** Runs a command: reads the configuration, opens what the command needs, and reports in one sentence why it failed. */
import type { Writable } from 'node:stream';
import type { Command, LogChoice, WarehouseChoice } from './cli/command.ts';
import {
  checkConfig,
  overrideConnection,
  withoutConnection,
  type ConfigInput,
  type LoadedConfig,
} from './config/config.ts';
import type { Config } from './config/options.ts';
import { withRefreshed } from './config/refresh.ts';
import { filesOf, readSources } from './config/sources.ts';
import { weaknesses } from './config/weaknesses.ts';
import { ConfigError, LoadError, UsageError } from './errors.ts';
import { columnsOf, hasReaderLeft, outputTo, type Output } from './io/answer.ts';
import type { Input } from './io/input.ts';
import type { Io } from './io/io.ts';
import { openStates } from './io/states.ts';
import { warningLogger } from './io/warnings.ts';
import { createLogger, Secrets, type Logger, type LogFormat } from './log.ts';
import { printableLines } from './printable.ts';
import { BUSY, reportError } from './report-error.ts';
import type { Scope } from './scope.ts';
import type { ReportFiles } from './progress/telling.ts';

/** `main.ts` answers the other commands itself. */
export type ProgramCommand = Exclude<Command, { readonly kind: 'text' | 'version' }>;

/** What a load needs beside its input. */
interface Loaded {
  readonly config: Config;
  readonly states: Writable;
  readonly files: ReportFiles;
  readonly runId: string;
  /** Is told the state of the pipeline in the warehouse. */
  readonly onState?: (state: Buffer | undefined) => void;
}

type CommandOf<Kind extends Command['kind']> = Extract<Command, { readonly kind: Kind }>;

/** Resolves with the exit code. Throws UsageError. */
export async function runProgram(
  { command, log }: { readonly command: ProgramCommand; readonly log: LogChoice },
  io: Io,
): Promise<number> {
  const program = await Program.start(io, log);
  try {
    return await program.execute(command);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return program.report(error);
  }
}

class Program {
  readonly #io: Io;
  readonly #secrets: Secrets;
  readonly #logChoice: LogChoice;
  #log: Logger;
  #ownFiles: readonly string[] = [];
  #passwordFile: string | undefined;
  readonly #redact = (text: string): string => this.#secrets.redact(text);

  private constructor(io: Io, secrets: Secrets, logChoice: LogChoice, log: Logger) {
    this.#io = io;
    this.#secrets = secrets;
    this.#logChoice = logChoice;
    this.#log = log;
    io.onWarning(warningLogger(() => this.#log));
    io.ending.setCrashReport((error) => this.report(error));
    io.ending.setBusyReport(() => this.#log.warn(BUSY));
  }

  static async start(io: Io, choice: LogChoice): Promise<Program> {
    const secrets = new Secrets();
    const log = await createLogger(choice.level ?? 'info', choice.format ?? 'auto', secrets, io.log);
    return new Program(io, secrets, choice, log);
  }

  async execute(command: ProgramCommand): Promise<number> {
    switch (command.kind) {
      case 'about': {
        const { about } = await import('./commands/about.ts');
        return this.#answer(`${about(command.format, this.#io.version)}\n`);
      }
      case 'local':
        return this.#serveLocal(command);
      case 'setup': {
        const { completeConfig, report } = await import('./commands/setup.ts');
        const config = await this.#accept(completeConfig(await readSources(command.config, this.#io.env)));
        return this.#answer(report(config, command.format));
      }
      case 'migrate':
        return (await import('./commands/migrate-config.ts')).migrate(command, this.#log, this.#io.stdout);
      case 'interview':
        return this.#interview(command.file);
      case 'discard':
        return this.#discard(command);
      case 'load': {
        const states = openStates(this.#io);
        return this.#withConfig(command.warehouse, (config) => this.#load(config, command, states));
      }
      case 'run':
        return this.#withConfig(command.warehouse, (config) =>
          this.#run(withRefreshed(config, command.refresh), command),
        );
      case 'copy-files':
        return this.#withConfig(command.warehouse, (config) => this.#copyFiles(config, command));
      case 'plan':
        return this.#withConfig(command.warehouse, (config) => this.#plan(config, command));
      case 'check':
        return this.#withConfig(command.warehouse, (config) => this.#check(config, command.format));
      case 'sql':
        return this.#sql(command);
      case 'discover':
      case 'state':
      case 'history':
      case 'report':
        return this.#withConfig(command.warehouse, async (config) => {
          const { answer } = await import('./commands/answer.ts');
          const own = { ...this.#io, config, redact: this.#redact, log: this.#log };
          return this.#ask(config, ({ warehouse }, output) =>
            answer(command, { ...own, ...output, warehouse }),
          );
        });
    }
  }

  /** Returns the exit code. */
  report(error: unknown): number {
    reportError(this.#log, error);
    return 1;
  }

  async #load(given: Config, command: CommandOf<'load'>, states: Writable): Promise<number> {
    this.#io.keepHeapSmall();
    const [runId, config] = [await this.#beginRun(), withRefreshed(given, command.refresh)];
    return this.#loadFrom(this.#io.openInput(command.input), { config, states, files: command, runId });
  }

  /** Starts a tap and loads what it writes. */
  async #run(config: Config, { tap: line, state, refresh, ...files }: CommandOf<'run'>): Promise<number> {
    const { openTapState } = await import('./tap/state-file.ts');
    const { Tap } = await import('./tap/tap.ts');
    const wish = { isInWarehouse: config.pipeline !== undefined, command: line, refreshed: refresh };
    using kept = openTapState(state, wish);
    const states = kept.states ?? openStates(this.#io);
    this.#io.keepHeapSmall();
    const runId = await this.#beginRun();
    await using tap = new Tap(() => [...line, ...kept.arguments()], this.#log);
    const onState = (stored: Buffer | undefined): void => kept.replace(stored);
    return await this.#loadFrom(tap, { config, states, files, runId, onState });
  }

  /** From here on every line of the log has the id of the run. */
  async #beginRun(): Promise<string> {
    const { newRunId } = await import('./staging/keys.ts');
    const runId = newRunId(new Date(this.#io.now()));
    this.#log = this.#log.child({ run_id: runId });
    return runId;
  }

  async #loadFrom(input: Input, { config, states, files, runId, onState }: Loaded): Promise<number> {
    const { runLoad } = await import('./commands/load.ts');
    const { tellingOf } = await import('./progress/telling.ts');
    await using scope = await this.#open(config, this.#io.ending.kill);
    const redact = this.#redact;
    const protocolOf = (): { states: Writable } => ({ states });
    const io = this.#io;
    const telling = tellingOf(io.log, this.#logSettings(config).format, files);
    const how = { config, scope, io, log: this.#log, runId, input, protocolOf, redact, telling };
    await runLoad({ ...how, ...(onState && { onState }) });
    return 0;
  }

  /** Loads files that are in S3 already. */
  async #copyFiles(config: Config, { wish }: CommandOf<'copy-files'>): Promise<number> {
    const { runCopyFiles } = await import('./commands/copy-files.ts');
    this.#io.heedSignals();
    await using scope = await this.#open(config, this.#io.ending.kill);
    return await runCopyFiles({ config, scope, io: this.#io, log: this.#log }, wish);
  }

  async #discard(command: CommandOf<'discard'>): Promise<number> {
    const config = await this.#accept(withoutConnection(await this.#read(command.config)));
    const { runDiscard } = await import('./commands/discard.ts');
    const { stop } = this.#io.ending;
    this.#io.keepHeapSmall();
    const input = this.#io.openInput(command.input);
    await using scope = await this.#open(config, stop);
    const quietLog = await this.#quietLog(config);
    await runDiscard({ config, scope, io: this.#io, input, log: this.#log, quietLog, stop });
    return 0;
  }

  async #plan(config: Config, { input, format }: CommandOf<'plan'>): Promise<number> {
    const { plan } = await import('./commands/plan.ts');
    const { stop } = this.#io.ending;
    const log = await this.#quietLog(config);
    const messages = this.#io.openInput(input);
    await using scope = await this.#open(config, stop, log);
    const { text, isFine } = await plan({ config, scope, io: this.#io, log, input: messages, format, stop });
    this.#answer(text);
    return isFine ? 0 : 1;
  }

  async #check(config: Config, format: 'text' | 'json'): Promise<number> {
    const { check } = await import('./commands/check.ts');
    const { now, ending } = this.#io;
    await using scope = await this.#open(config, ending.kill);
    const say = (text: string): void => void this.#answer(this.#redact(text));
    const how = { scope, now, stop: ending.stop, signal: ending.kill };
    return (await check(config, how, { format, columns: columnsOf(this.#io), say })) ? 0 : 1;
  }

  /** Runs statements that are given, or those that a person types. */
  async #sql({ warehouse, format, ...source }: CommandOf<'sql'>): Promise<number> {
    const { readGiven } = await import('./query/given.ts');
    const given = await readGiven(source, this.#io);
    try {
      return await this.#withConfig(warehouse, async (config) => {
        const { answerSql } = await import('./commands/sql.ts');
        const own = { format, defaultSchema: config.target_schema, stop: this.#io.ending.stop };
        return this.#ask(config, ({ warehouse }, output) =>
          answerSql(given, { ...own, ...output, warehouse }),
        );
      });
    } finally {
      given.terminal?.input.destroy();
    }
  }

  async #interview(file: string): Promise<number> {
    const { stop } = this.#io.ending;
    const input = this.#io.stdin();
    this.#io.heedSignals();
    try {
      if (!input.isTTY) throw new UsageError('setup --interactive asks questions and needs a terminal');
      const { writeConfig } = await import('./commands/setup.ts');
      return (await writeConfig(file, { input, output: this.#io.stderr(), stop })) ? 0 : 1;
    } finally {
      input.destroy();
    }
  }

  async #serveLocal(command: CommandOf<'local'>): Promise<number> {
    const { serveUntilStopped } = await import('./commands/local.ts');
    const { stdout, onAsked, ending } = this.#io;
    const stdin = this.#io.stdin();
    this.#io.heedSignals();
    try {
      const io = { log: this.#log, env: this.#io.env, stop: ending.stop, stdin, stdout, onAsked };
      return await serveUntilStopped(command, io);
    } finally {
      // An input that is not read to its end must not keep the process alive.
      stdin.destroy();
    }
  }

  #answer(text: string): number {
    const { stdout } = this.#io;
    // Programs that read the answer get it as it is.
    stdout.write(stdout.isTTY ? printableLines(text) : text);
    return 0;
  }

  async #ask(config: Config, work: (scope: Scope, output: Output) => Promise<void>): Promise<number> {
    const { stop } = this.#io.ending;
    await using scope = await this.#open(config, stop);
    try {
      await work(scope, outputTo(this.#io));
      return 0;
    } catch (error) {
      if (hasReaderLeft(error)) return 0;
      throw stop.aborted ? new LoadError('Stopped before the answer arrived', { cause: error }) : error;
    }
  }

  async #open(config: Config, giveUp: AbortSignal, log = this.#log): Promise<Scope> {
    const { openScope } = await import('./scope.ts');
    return openScope(
      config,
      {
        log,
        secrets: this.#secrets,
        env: this.#io.env,
        now: this.#io.now,
        ownFiles: this.#ownFiles,
        passwordFile: this.#passwordFile,
      },
      giveUp,
    );
  }

  /** Reads the configuration, leases the local warehouse if it is used, and ends the lease when the work is done. */
  async #withConfig(warehouse: WarehouseChoice, work: (config: Config) => Promise<number>): Promise<number> {
    const given = await this.#read(warehouse.config, warehouse.local === undefined ? [] : [warehouse.local]);
    if (warehouse.local === undefined && warehouse.config.length === 0) {
      throw new ConfigError([
        'there is none; give one with --config FILE, or use --local for a warehouse on this machine',
      ]);
    }
    if (warehouse.local === undefined) return work(this.#connectable(await this.#accept(checkConfig(given))));
    const { withLocal } = await import('./lease.ts');
    return withLocal(warehouse.local, this.#io.self, async (connection) =>
      work(this.#connectable(await this.#accept(overrideConnection(given, connection)))),
    );
  }

  /** `more` are other files and directories with secrets. */
  async #read(sources: readonly string[], more: readonly string[] = []): Promise<ConfigInput> {
    const given = await readSources(sources, this.#io.env);
    this.#ownFiles = [...filesOf(sources, given), ...more];
    return given;
  }

  /** Reports what weakens the connections. */
  #connectable(config: Config): Config {
    for (const weakness of weaknesses(config, this.#io.env)) this.#log.warn(weakness);
    return config;
  }

  #logSettings({ log_level, log_format }: Config): { level: string; format: LogFormat } {
    const { level = log_level, format = log_format } = this.#logChoice;
    return { level, format };
  }

  /** For runs that load nothing, because lines about loads would describe what did not happen. */
  #quietLog(config: Config): Promise<Logger> {
    const { level, format } = this.#logSettings(config);
    return createLogger(level === 'info' ? 'warn' : level, format, this.#secrets, this.#io.log);
  }

  async #accept({ config, warnings, hint, secrets, passwordFile }: LoadedConfig): Promise<Config> {
    this.#passwordFile = passwordFile;
    // Configuration files may be pipes without a writer. From here on no read blocks this thread.
    this.#io.heedSignals();
    this.#secrets.keep(...secrets);
    const { level, format } = this.#logSettings(config);
    this.#log = await createLogger(level, format, this.#secrets, this.#io.log);
    if (hint !== undefined) this.#log.info(hint);
    for (const warning of warnings) this.#log.warn(warning);
    return config;
  }
}
