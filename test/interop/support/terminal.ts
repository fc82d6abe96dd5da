/** A program on a real terminal, and the screen that a person sees. Needs python3, which has terminals as part of its library. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import headless from '@xterm/headless';
import { runs } from './java.ts';
import type { CommandLine } from './processes.ts';

const DRIVER = fileURLToPath(new URL('terminal.py', import.meta.url));
const ROWS = 50;
const WAIT_MS = 20_000;

export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';

export function hasTerminals(): Promise<boolean> {
  return runs(['python3', '-c', 'import pty']);
}

export interface TerminalOptions {
  readonly columns: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Characters of a line that look alike. */
export interface StyledText {
  readonly text: string;
  /** Where it begins, from 0. */
  readonly column: number;
  /** The number of its color in the palette; undefined for the color of the terminal. */
  readonly color: number | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

export class Terminal {
  /** With the exit code of the program. */
  readonly ended: Promise<number | null>;
  readonly #screen: InstanceType<typeof headless.Terminal>;
  readonly #process: ChildProcessWithoutNullStreams;
  #received = '';

  constructor(command: CommandLine, { columns, env = {}, cwd }: TerminalOptions) {
    this.#screen = new headless.Terminal({ cols: columns, rows: ROWS, allowProposedApi: true });
    this.#process = spawn('python3', [DRIVER, String(columns), String(ROWS), ...command], {
      env: { ...process.env, TERM: 'xterm-256color', ...env },
      cwd,
    });
    this.#process.stdout.on('data', (block: Buffer) => {
      this.#received += block.toString();
      this.#screen.write(block);
    });
    this.#process.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => this.#process.once('close', resolve));
  }

  type(text: string): void {
    this.#tell({ type: text });
  }

  /** As dragging the edge of a window does. */
  async resize(columns: number): Promise<void> {
    await this.#drawn();
    this.#screen.resize(columns, ROWS);
    this.#tell({ columns });
  }

  /** Resolves when the screen matches. */
  async seen(pattern: RegExp, waitMs = WAIT_MS): Promise<void> {
    const end = Date.now() + waitMs;
    for (;;) {
      const text = (await this.screen()).join('\n');
      if (pattern.test(text)) return;
      if (Date.now() > end) throw new Error(`the terminal does not show ${String(pattern)}, but:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The lines of the screen and of what has left it at the top, without empty ones at the end. */
  async screen(): Promise<readonly string[]> {
    await this.#drawn();
    const { active } = this.#screen.buffer;
    const lines = Array.from({ length: active.length }, (_, at) =>
      (active.getLine(at)?.translateToString(true) ?? '').trimEnd(),
    );
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  /** The lines of `screen` with their colors, without blanks between the parts. */
  async styled(): Promise<readonly (readonly StyledText[])[]> {
    const { length } = await this.screen();
    const { active } = this.#screen.buffer;
    return Array.from({ length }, (_, at) => {
      const line = active.getLine(at);
      const parts: StyledText[] = [];
      for (let column = 0; column < (line?.length ?? 0); column++) {
        const cell = line?.getCell(column);
        const text = cell?.getChars() ?? '';
        if (!cell || text.trim() === '') continue;
        const color = cell.isFgPalette() ? cell.getFgColor() : undefined;
        const style = { color, isBold: cell.isBold() !== 0, isDim: cell.isDim() !== 0 };
        const last = parts.at(-1);
        const isNext = last && last.column + last.text.length >= column - 1;
        if (isNext && last.color === color && last.isBold === style.isBold && last.isDim === style.isDim)
          parts[parts.length - 1] = { ...last, text: last.text.padEnd(column - last.column) + text };
        else parts.push({ text, column, ...style });
      }
      return parts;
    });
  }

  /** Everything that the terminal has received. */
  get received(): string {
    return this.#received;
  }

  /** Ends the program if it still runs. */
  async close(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
    this.#screen.dispose();
  }

  #tell(order: object): void {
    this.#process.stdin.write(`${JSON.stringify(order)}\n`);
  }

  #drawn(): Promise<void> {
    return new Promise((resolve) => this.#screen.write('', resolve));
  }
}
