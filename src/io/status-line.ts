/** A line below the log on a terminal that is written again and again. Lines of the log and of stdout go above it. */
import { createLogUpdate } from 'log-update';
import sliceAnsi from 'slice-ansi';
import type { LogSink } from '../log.ts';

/** The terminal that both share. */
interface Terminal {
  readonly columns: number | undefined;
}

const COLUMNS = 80;

export class StatusLine implements LogSink {
  readonly isTerminal = true;
  readonly hasColors: boolean;
  readonly #log: LogSink;
  readonly #terminal: Terminal;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #text: string | undefined;

  constructor(log: LogSink, terminal: Terminal) {
    this.#log = log;
    this.hasColors = log.hasColors ?? true;
    this.#terminal = terminal;
    const stream = { write: (text: string) => log.write(text), columns: 1_000_000, rows: 24 };
    this.#update = createLogUpdate(stream as unknown as NodeJS.WriteStream, { showCursor: true });
  }

  setNotice(noticeOf: (lines: number) => string): void {
    this.#log.setNotice(noticeOf);
  }

  write(line: string): void {
    this.above(() => this.#log.write(line));
  }

  /** Shows a text in place of the last one; undefined removes it. */
  showStatus(text: string | undefined): void {
    this.#text = text;
    if (text === undefined) this.#update.clear();
    else this.#draw(text);
  }

  /** Does work that writes to the terminal. */
  above(work: () => void): void {
    if (this.#text !== undefined) this.#update.clear();
    work();
    if (this.#text !== undefined) this.#draw(this.#text);
  }

  /** A line that wraps could not be removed. */
  #draw(text: string): void {
    const columns = Math.max(20, (this.#terminal.columns ?? COLUMNS) - 1);
    const fits = sliceAnsi(text, 0, columns) === text;
    this.#update(fits ? text : `${sliceAnsi(text, 0, columns - 1)}…`);
  }
}
