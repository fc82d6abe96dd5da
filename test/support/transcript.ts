/** What a run of the program writes to stdout and stderr, and how it ends. */
import { leakOf } from './leaks.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON lines of stderr. */
  readonly logs: readonly LogLine[];
}

export function logLines(stderr: string): LogLine[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
}

export class Transcript {
  readonly #watchers = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  #hasEnded = false;

  get stdout(): string {
    return this.#stdout;
  }

  addStdout(text: string): void {
    this.#stdout += text;
    this.#wake();
  }

  addStderr(text: string): void {
    this.#stderr += text;
    this.#wake();
  }

  /** Resolves when stdout or stderr matches. Rejects when the run has ended without that. */
  seen(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const watch = (): void => {
        const isSeen = pattern.test(this.#stdout) || pattern.test(this.#stderr);
        if (!isSeen && !this.#hasEnded) return;
        this.#watchers.delete(watch);
        if (isSeen) resolve();
        else reject(new Error(`the run ended before ${String(pattern)} was seen:\n${this.#stderr}`));
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  /** The run has ended. Throws an error if it has written a secret. */
  finish(code: number | null, signal: NodeJS.Signals | null): Finished {
    this.#hasEnded = true;
    this.#wake();
    const leak = leakOf(this.#stdout + this.#stderr);
    if (leak) throw leak;
    const [stdout, stderr] = [this.#stdout, this.#stderr];
    return { code, signal, stdout, stderr, logs: logLines(stderr) };
  }

  #wake(): void {
    for (const watch of this.#watchers) watch();
  }
}
