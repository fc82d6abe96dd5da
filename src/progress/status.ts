/** What a run is doing: one line for a person, fields for a program. */
import type { Figures, Waiting } from './figures.ts';
import { count, digits, duration, size } from '../amounts.ts';

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

/** `columns`: how long the text may be. Where it would be longer, it says less of what was read. */
export function statusText(status: Status, now: number, columns: number = Infinity): string {
  const texts = READ_TEXTS.map((readTexts) => textOf(status, now, readTexts));
  return texts.find((text) => text.length <= columns) ?? texts.at(-1) ?? '';
}

/** What was read, from the most to the least. */
const READ_TEXTS: readonly ((status: Status, ms: number) => readonly string[])[] = [
  ({ figures, messages, streams }, ms) => {
    const perSecond = ms > 0 ? Math.round((messages * 1000) / ms) : 0;
    const amount = `${size(figures.bytes)}, ${digits(perSecond)}/s`;
    return [`${count(messages, 'message')} (${amount})`, count(streams, 'stream')];
  },
  ({ figures, messages, streams }) => [
    `${count(messages, 'message')} (${size(figures.bytes)})`,
    count(streams, 'stream'),
  ],
  ({ messages, streams }) => [count(messages, 'message'), count(streams, 'stream')],
  ({ messages }) => [count(messages, 'message')],
  () => [],
];

function textOf(
  status: Status,
  now: number,
  readTexts: (status: Status, ms: number) => readonly string[],
): string {
  const { figures } = status;
  const ms = now - figures.startedAt;
  return [
    duration(ms),
    ...readTexts(status, ms),
    `${count(figures.rows, 'row')} committed`,
    ...(figures.rejected > 0 ? [`${digits(figures.rejected)} set aside`] : []),
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
