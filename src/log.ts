/**
 * Logs to stderr: JSON lines for programs, short lines for a person at a terminal. Never to stdout, which carries the
 * protocol.
 */
import { pid } from 'node:process';
import pino, { type Logger } from 'pino';
import { be, count } from './amounts.ts';
import { printableLines } from './printable.ts';

export type { Logger };

/** `singer`: JSON lines as the Meltano SDK writes them (singer_sdk/logging.py, StructuredFormatter). */
export type LogFormat = 'auto' | 'json' | 'pretty' | 'singer';

/** Takes the lines of the log. */
export interface LogSink {
  readonly isTerminal: boolean;
  /** False: a terminal that should show no colors. */
  readonly hasColors?: boolean;
  /** The width of the terminal, if it is known. */
  readonly columns?: number | undefined;
  /** Takes a line with its newline. */
  write(line: string): void;
  /** Sets the notice that is written in place of missing lines. */
  setNotice(noticeOf: (lines: number) => string): void;
  /** Shows a line below the log in place of the last one; undefined removes it. Only a terminal has it. */
  showStatus?(text: string | undefined): void;
  /** Does work that writes to the same terminal. */
  above?(work: () => void): void;
}

/** The strings that must not occur in any output. It grows while credentials are fetched. */
export class Secrets {
  /** The longest first: if one is part of another, nothing of the longer one may remain. */
  #texts: readonly string[] = [];

  /** Shorter strings are not masked, because they would mask ordinary words. No secret of Redshift or AWS is that short. */
  keep(...texts: readonly (string | undefined)[]): void {
    const forms = texts.flatMap((text) =>
      text === undefined || text.length < 6
        ? []
        : // As it is, as JSON writes it, and as a URL writes it.
          [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)],
    );
    this.#texts = [...new Set([...this.#texts, ...forms])].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    let redacted = text;
    for (const secret of this.#texts) redacted = redacted.replaceAll(secret, '***');
    return redacted;
  }
}

/** Formats a JSON line of pino. */
type Rendering = (line: string) => string;

/** Whether the log has lines for a person instead of JSON. */
export function isForPeople(format: LogFormat, { isTerminal }: Pick<LogSink, 'isTerminal'>): boolean {
  return format === 'pretty' || (format === 'auto' && isTerminal);
}

const LINES = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label: string) => ({ level: label }) },
};

/** The members that Meltano requires of a line (SingerSDKLogParser in meltano/core/logging/parsers.py of Meltano 4.4). */
const SINGER_LINES = {
  base: { pid, logger_name: 'target-redshift', app_name: 'target-redshift', thread_name: 'MainThread' },
  // Seconds since the epoch, from `,"time":` and milliseconds.
  timestamp: () => `,"ts":${Number(pino.stdTimeFunctions.epochTime().replace(/\D/g, '')) / 1000}`,
  formatters: {
    level: (label: string) => ({ level: label === 'warn' ? 'warning' : label }),
  },
};

/** Every line passes `secrets` on its way to the output. */
export async function createLogger(
  level: string,
  format: LogFormat,
  secrets: Secrets,
  output: LogSink,
): Promise<Logger> {
  const isPretty = isForPeople(format, output);
  const render = isPretty ? await pretty(output.isTerminal && output.hasColors !== false) : printableLines;
  const options = { messageKey: 'message', ...(format === 'singer' ? SINGER_LINES : LINES) };
  const loggerTo = (write: (line: string) => void, least = level): Logger =>
    pino({ ...options, level: least }, { write: (line: string) => write(render(secrets.redact(line))) });
  output.setNotice((lines) => {
    let notice = '';
    const log = loggerTo((line) => (notice = line), 'warn');
    log.warn(
      { lines },
      `${count(lines, 'line')} of the log ${be(lines)} missing here: the log could not be written`,
    );
    return notice;
  });
  return loggerTo((line) => output.write(line));
}

/** Fields that repeat what the sentence says, or that are for programs alone. */
const SAID = [
  ...['pid', 'hostname', 'run_id', 'version', 'stream', 'table', 'tap', 'sqlstate', 'detail', 'line', 'file'],
  ...[
    'rows',
    'copied',
    'superseded',
    'inserted',
    'updated',
    'deleted',
    'ignored',
    'replaced',
    'grown',
    'rejected',
  ],
  ...[
    'nulled',
    'bytes',
    'parts',
    'lines',
    'streams',
    'ms',
    'files',
    'messages',
    'input_bytes',
    'open_streams',
  ],
  ...[
    'committed',
    'not_loaded',
    'outcome',
    'running_loads',
    'waiting_for',
    'report',
    'seconds',
    'objects',
    'uploads',
    'reference_encoder',
  ],
];

/** pino-pretty is loaded only for a person. */
async function pretty(colorize: boolean): Promise<Rendering> {
  const { prettyFactory } = await import('./io/pretty-log.ts');
  const render = prettyFactory({
    colorize,
    ignore: SAID.join(','),
    translateTime: 'SYS:HH:MM:ss',
    messageKey: 'message',
    singleLine: true,
  }) as Rendering;
  return (line) => render(tamed(line));
}

/**
 * Makes the strings in a JSON line harmless for a terminal. A newline in a string becomes one with an indentation, so that no
 * string can look like another line of the log.
 */
function tamed(line: string): string {
  return printableLines(line).replace(/\\(?:u[0-9a-f]{4}|.)/g, (escape) => {
    if (escape === '\\n') return '\\n    ';
    const isHarmless = /^\\(?:["\\/t]|u[d-f])/.test(escape);
    return isHarmless ? escape : `\\${escape}`;
  });
}
