/** Tells while a run goes on what it is doing: by a status line on a terminal, otherwise by a line of the log now and then. */
import type { Logger } from '../log.ts';
import { statusFields, statusText, type Status } from './status.ts';

/** How often the status line is renewed, and how often a line is logged where there is none. In milliseconds. */
const LINE_MS = 500;
const LOG_MS = 30_000;

/** The width of a terminal that does not tell it. */
const COLUMNS = 80;

export interface Watched {
  readonly statusOf: () => Status;
  readonly log: Logger;
  /** Shows a line below the log, or nothing; undefined where the log is no terminal. */
  readonly showStatus: ((text: string | undefined) => void) | undefined;
  /** The width of the terminal, if it is known. */
  readonly columns: () => number | undefined;
  readonly now: () => number;
}

/** Dispose of the result when the run has ended. */
export function watchProgress({ statusOf, log, showStatus, columns, now }: Watched): Disposable {
  if (!log.isLevelEnabled('info')) return { [Symbol.dispose]: () => undefined };
  const tell = showStatus
    ? () => showStatus(statusText(statusOf(), now(), (columns() ?? COLUMNS) - 1))
    : () => log.info(statusFields(statusOf(), now()), `running for ${statusText(statusOf(), now())}`);
  const timer = setInterval(tell, showStatus ? LINE_MS : LOG_MS).unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      showStatus?.(undefined);
    },
  };
}
