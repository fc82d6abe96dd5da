/** How a run reports: what its log, its terminal and its files get. */
import { isForPeople, type LogFormat, type LogSink } from '../log.ts';
import type { TellerOptions } from './teller.ts';

export type Telling = Pick<
  TellerOptions,
  'isForPeople' | 'showStatus' | 'columns' | 'reportFile' | 'metricsFile' | 'hasMetricLines'
>;

/** Files that say what a run did. */
export interface ReportFiles {
  readonly report: string | undefined;
  readonly metricsFile: string | undefined;
}

/** How a run reports to a log of this format. */
export function tellingOf(log: LogSink, format: LogFormat, { report, metricsFile }: ReportFiles): Telling {
  const isReadable = isForPeople(format, log);
  const show = (text: string | undefined): void => log.showStatus?.(text);
  return {
    isForPeople: isReadable,
    showStatus: isReadable && log.showStatus !== undefined ? show : undefined,
    columns: () => log.columns,
    reportFile: report,
    metricsFile,
    hasMetricLines: format === 'singer',
  };
}

export const LOG_ALONE: Telling = {
  isForPeople: false,
  showStatus: undefined,
  columns: () => undefined,
  reportFile: undefined,
  metricsFile: undefined,
  hasMetricLines: false,
};
