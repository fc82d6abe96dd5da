/** Logs to stderr: JSON lines for machines, short lines for a person at a terminal. Never to stdout, which is the protocol. */
import { createRequire } from 'node:module';
import pino, { type Logger } from 'pino';
import type { PinoPretty } from 'pino-pretty';

export type { Logger };

export type LogFormat = 'auto' | 'json' | 'pretty';

/** What nothing that is written may hold; grows while credentials are fetched. */
export class Secrets {
  /** The longest first: where one is part of another, nothing of that may remain. */
  #texts: readonly string[] = [];

  /** Shorter ones are left alone: they would blot out words. No secret of Redshift or AWS is so short. */
  keep(...texts: readonly (string | undefined)[]): void {
    const forms = texts.flatMap((text) =>
      text === undefined || text.length < 6
        ? []
        : // As it is, as JSON writes it, and as a URL does.
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

export function createLogger(level: string, format: LogFormat, secrets = new Secrets()): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY);
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'message',
    formatters: { level: (label: string) => ({ level: label }) },
    // The one place that every line passes.
    hooks: { streamWrite: (line: string) => secrets.redact(line) },
  };
  // Synchronous, so that the last line before a crash is not lost.
  return isPretty
    ? pino(
        options,
        // Loaded only at a terminal; the import would be asynchronous.
        (createRequire(import.meta.url)('pino-pretty') as typeof PinoPretty)({
          destination: 2,
          sync: true,
          colorize: process.stderr.isTTY,
          ignore:
            'pid,hostname,table,copied,superseded,inserted,replaced,bytes,parts,lines,streams,sqlstate,detail,line',
          translateTime: 'SYS:HH:MM:ss',
          messageKey: 'message',
          singleLine: true,
        }),
      )
    : pino(options, pino.destination({ fd: 2, sync: true }));
}
