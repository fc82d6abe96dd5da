/** Logs to stderr: JSON lines for machines, short lines for a person at a terminal. Never to stdout, which is the protocol. */
import { createRequire } from 'node:module';
import pino, { type Logger } from 'pino';
import type { PinoPretty } from 'pino-pretty';

export type { Logger };

export type LogFormat = 'auto' | 'json' | 'pretty';

export function createLogger(level: string, format: LogFormat): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY);
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'message',
    formatters: { level: (label: string) => ({ level: label }) },
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
