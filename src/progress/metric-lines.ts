/**
 * Lines of the log with the figures of each load, as the targets of the Meltano SDK write them (singer_sdk/metrics.py):
 * `METRIC: {"type":"counter","metric":"record_count","value":1000,"tags":{"stream":"orders"}}`. Meltano shows the member
 * `metric_info` of the line.
 */
import type { Logger } from '../log.ts';
import type { CommittedRows } from '../streams/context.ts';

interface Point {
  readonly type: 'counter' | 'timer';
  readonly metric: 'record_count' | 'batch_processing_time';
  /** Records, or seconds. */
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Tells how many records a load has committed, and how long it took. Counts are of this load, not of the run. */
export function tellLoad(log: Logger, { stream, rows, ms }: CommittedRows): void {
  tell(log, { type: 'counter', metric: 'record_count', value: rows, tags: { stream } });
  const tags = { stream, status: 'succeeded' };
  tell(log, { type: 'timer', metric: 'batch_processing_time', value: ms / 1000, tags });
}

function tell(log: Logger, point: Point): void {
  log.info({ metric_info: point }, `METRIC: ${JSON.stringify(point)}`);
}
