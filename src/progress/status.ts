/** What a run is doing: one line for a person, fields for a program. */
import type { Figures, Waiting } from './figures.ts';
import { count, duration, size } from './amounts.ts';

/** The state of a run at one moment. */
export interface Status {
  readonly figures: Figures;
  /** Messages read. */
  readonly messages: number;
  /** Streams with a schema. */
  readonly streams: number;
  /** The input has ended, or reading was stopped. */
  readonly isDraining: boolean;
}

/** Reading that waits for less than this is not mentioned. */
const MENTIONED_MS = 1_500;

const WAITS: Readonly<Record<Waiting, string>> = {
  tap: 'waiting for the tap',
  memory: 'waiting for loads to free memory',
};

export function statusText(status: Status, now: number): string {
  const { figures, messages, streams } = status;
  const ms = now - figures.startedAt;
  const perSecond = ms > 0 ? Math.round((messages * 1000) / ms) : 0;
  return [
    duration(ms),
    `${count(messages, 'message')} (${size(figures.bytes)}, ${perSecond.toLocaleString('en-US')}/s)`,
    count(streams, 'stream'),
    `${count(figures.rows, 'row')} committed`,
    ...(figures.rejected > 0 ? [`${figures.rejected.toLocaleString('en-US')} set aside`] : []),
    ...(figures.loading > 0 ? [`${count(figures.loading, 'load')} running`] : []),
    ...waitText(status, now),
  ].join(', ');
}

function waitText({ figures: { waiting, loading }, isDraining }: Status, now: number): readonly string[] {
  if (isDraining) return loading > 0 ? ['loading the rest'] : ['ending'];
  if (!waiting || now - waiting.since < MENTIONED_MS) return [];
  return [WAITS[waiting.what]];
}

/** `ms`: since the start. */
export function statusFields({ figures, messages, streams }: Status, now: number): object {
  const { rows, rejected, bytes, loading, waiting } = figures;
  return {
    ...{ ms: now - figures.startedAt, messages, input_bytes: bytes, open_streams: streams },
    ...{ committed: rows, rejected, running_loads: loading },
    ...(waiting === undefined ? {} : { waiting_for: waiting.what }),
  };
}
