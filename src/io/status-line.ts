/** A line below the log on a terminal that is written again and again. Lines of the log and of stdout go above it. */
import { createLogUpdate } from 'log-update';
import sliceAnsi from 'slice-ansi';
import type { LogSink } from '../log.ts';
import { widthOf } from './fit.ts';

/** The terminal that both share. */
interface Terminal {
  readonly columns: number | undefined;
}

const COLUMNS = 80;

/** Goes one row up and erases it. */
const ROW_ABOVE = '\u001b[1A\u001b[2K';

export class StatusLine implements LogSink {
  readonly isTerminal = true;
  readonly hasColors: boolean;
  readonly #log: LogSink;
  readonly #terminal: Terminal;
  readonly #reflows: boolean;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #text: string | undefined;
  /** How many columns the line on the screen has. */
  #drawn = 0;

  /** `reflows`: the terminal breaks lines again when its width changes. */
  constructor(log: LogSink, terminal: Terminal, reflows: boolean) {
    this.#reflows = reflows;
    this.#log = log;
    this.hasColors = log.hasColors ?? true;
    this.#terminal = terminal;
    const stream = { write: (text: string) => log.write(text), columns: 1_000_000, rows: 24 };
    this.#update = createLogUpdate(stream as unknown as NodeJS.WriteStream, { showCursor: true });
  }

  get columns(): number | undefined {
    return this.#terminal.columns;
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
    if (text === undefined) this.#clear();
    else this.#draw(text);
  }

  /** Does work that writes to the terminal. */
  above(work: () => void): void {
    if (this.#text !== undefined) this.#clear();
    work();
    if (this.#text !== undefined) this.#draw(this.#text);
  }

  #draw(text: string): void {
    if (this.#brokenRows() > 0) this.#clear();
    const shown = shortEnough(text, Math.max(20, (this.#terminal.columns ?? COLUMNS) - 1));
    this.#update(shown);
    this.#drawn = widthOf(shown);
  }

  #clear(): void {
    const rows = this.#brokenRows();
    this.#update.clear();
    if (rows > 0) this.#log.write(ROW_ABOVE.repeat(rows));
    this.#drawn = 0;
  }

  /** A terminal that was made narrower since has broken the line into more rows. */
  #brokenRows(): number {
    const { columns } = this.#terminal;
    if (columns === undefined || columns <= 0 || !this.#reflows) return 0;
    return Math.max(0, Math.ceil(this.#drawn / columns) - 1);
  }
}

/** A line that wraps could not be removed. */
function shortEnough(text: string, columns: number): string {
  return widthOf(text) <= columns ? text : `${sliceAnsi(text, 0, columns - 1)}…`;
}
