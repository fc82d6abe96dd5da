/**
 * Asks a person at a terminal for statements and runs them in one session. The history of lines is kept in memory only, because
 * statements may contain passwords.
 */
import { EventEmitter, on } from 'node:events';
import { createInterface, type Interface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { onAbort } from '../abort.ts';
import { LoadError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Session } from '../ports.ts';
import { Answers } from './answers.ts';
import { inQuerySession, runStatements, type QueryOptions } from './run.ts';
import { readScript } from './script.ts';

const HELP = `Statements end with a semicolon and may extend over several lines.
  \\d          list the tables
  \\d TABLE    show the columns of a table
  \\q          leave, as does Ctrl-D
Ctrl-C cancels the statement that is running, or discards what was typed.
`;

/** The SQLSTATE of a statement that was canceled. */
const CANCELED = '57014';

const LEAVE = /^\s*(?:\\q|quit|exit)[\s;]*$/i;

interface PromptOptions extends QueryOptions {
  readonly input: Readable;
  /** Where the prompt and errors are shown. */
  readonly output: NodeJS.WritableStream;
  /** Aborted when the program is to end. */
  readonly stop: AbortSignal;
}

/** Resolves when the person leaves. Throws LoadError if the connection cannot be opened or is lost. */
export function prompt({ warehouse, input, output, stop, ...options }: PromptOptions): Promise<void> {
  return inQuerySession(warehouse, async (session) => {
    const terminal = createInterface({ input, output, historySize: 1_000 });
    using _ = onAbort(stop, () => terminal.close());
    output.write('SQL; \\? shows help, \\q leaves\n');
    await new Dialog(session, terminal, output, options).run();
  });
}

class Dialog {
  readonly #session: Session;
  readonly #terminal: Interface;
  readonly #output: NodeJS.WritableStream;
  readonly #options: Omit<QueryOptions, 'warehouse'>;
  /** The lines of a statement without its semicolon. */
  #typed = '';
  #running: AbortController | undefined;
  /** The line that ends now is not run. */
  #isDiscarding = false;

  constructor(
    session: Session,
    terminal: Interface,
    output: NodeJS.WritableStream,
    options: Omit<QueryOptions, 'warehouse'>,
  ) {
    this.#session = session;
    this.#terminal = terminal;
    this.#output = output;
    this.#options = options;
  }

  async run(): Promise<void> {
    this.#terminal.on('SIGINT', () => this.#interrupt());
    const lines = this.#lines();
    this.#ask();
    for await (const [line] of lines) {
      if (this.#typed === '' && LEAVE.test(line)) {
        this.#terminal.close();
        return;
      }
      await this.#take(line);
      this.#ask();
    }
    this.#output.write('\n');
  }

  /** Those that are not discarded, until the terminal is closed. */
  #lines(): AsyncIterable<[string]> {
    const kept = new EventEmitter();
    this.#terminal.on('line', (line) => {
      if (!this.#isDiscarding) kept.emit('line', line);
    });
    this.#terminal.once('close', () => kept.emit('close'));
    return on(kept, 'line', { close: ['close'] }) as AsyncIterable<[string]>;
  }

  #ask(): void {
    this.#terminal.setPrompt(this.#typed === '' ? 'sql> ' : '...> ');
    this.#terminal.prompt();
  }

  async #take(line: string): Promise<void> {
    const isCommand = this.#typed === '' && /^\s*(?:\\|tables\b|describe\s)/i.test(line);
    if (isCommand && /^\s*\\[?h]/.test(line)) {
      this.#output.write(HELP);
      return;
    }
    const script = isCommand ? line : `${this.#typed}${line}\n`;
    const { isComplete, statements } = readScript(script);
    this.#typed = isCommand || isComplete ? '' : script;
    if (this.#typed.trim() === '') this.#typed = '';
    if ((isCommand || isComplete) && statements.length > 0) await this.#execute(script);
  }

  async #execute(script: string): Promise<void> {
    const { format, write, columns, defaultSchema } = this.#options;
    this.#running = new AbortController();
    const answers = new Answers(format, write, columns());
    try {
      await runStatements(this.#session, script, { answers, defaultSchema, cancel: this.#running.signal });
    } catch (error) {
      if (!(error instanceof LoadError) || /^08/.test(error.sqlstate ?? '')) throw error;
      const isCanceled = this.#running.signal.aborted && error.sqlstate === CANCELED;
      this.#output.write(isCanceled ? 'canceled\n' : `ERROR: ${printable(error.message)}\n`);
    } finally {
      this.#running = undefined;
    }
  }

  #interrupt(): void {
    if (this.#running) {
      this.#running.abort();
      return;
    }
    this.#typed = '';
    // The key Return leaves the line on the screen and begins a new one.
    this.#isDiscarding = true;
    this.#terminal.write(null, { name: 'return' });
    this.#isDiscarding = false;
    this.#ask();
  }
}
