/** The commands that read the history of runs and loads. */
import { Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { Command } from './command.ts';
import type { Definition } from './definition.ts';
import { countOf, formatOf, formatOption, warehouseOf, warehouseOptions, type Values } from './options.ts';

/** How many runs or loads `history` shows. */
const HISTORY_LIMIT = 20;

/** How many days before today `report` sums up, and at most: ten years. */
const REPORT_DAYS = 30;
const MAX_REPORT_DAYS = 3_660;

function readHistory(values: Values): Command {
  return {
    kind: 'history',
    warehouse: warehouseOf(values),
    showsLoads: values['loads'] === true,
    stream: values['stream'] as string | undefined,
    run: values['run'] as string | undefined,
    limit: (values['limit'] as number | undefined) ?? HISTORY_LIMIT,
    format: formatOf(values, ['table', 'csv', 'json']),
  };
}

function readReport(values: Values): Command {
  const html = values['html'] as string | undefined;
  if (html !== undefined && values.format !== undefined)
    throw new UsageError('--html writes a page and prints no table; remove --format');
  return {
    kind: 'report',
    warehouse: warehouseOf(values),
    html,
    days: (values['days'] as number | undefined) ?? REPORT_DAYS,
    format: formatOf(values, ['table', 'csv', 'json']),
  };
}

export const historyCommands = (): readonly Definition[] => [
  {
    name: 'history',
    summary: 'show the latest runs, failed ones too, or loads',
    options: [
      ...warehouseOptions(),
      new Option('--loads', 'show loads instead of runs'),
      new Option('--stream <name>', 'only loads of this stream, or runs with such loads'),
      new Option('--run <id>', 'only this run'),
      new Option('--limit <number>', `show at most so many (default ${HISTORY_LIMIT})`).argParser(
        countOf('limit'),
      ),
      formatOption(['table', 'csv', 'json']),
    ],
    examples: [
      ['target-redshift history -c config.json', 'did the last runs succeed, and if not, why?'],
      ['target-redshift history -c config.json --loads --stream orders', 'show the loads of one stream'],
    ],
    read: readHistory,
  },
  {
    name: 'report',
    summary: 'sum up the runs and loads of the last days: outcomes, rows and the last load of each stream',
    options: [
      ...warehouseOptions(),
      new Option(
        '--html <file>',
        'write one page with plots to this file (- for stdout) instead of tables to stdout',
      ),
      new Option(
        '--days <number>',
        `so many days before today, and today, in UTC (default ${REPORT_DAYS})`,
      ).argParser(countOf('days', MAX_REPORT_DAYS)),
      formatOption(['table', 'csv', 'json']),
    ],
    examples: [
      ['target-redshift report -c config.json --html report.html', 'write a page for a browser'],
      ['target-redshift report -c config.json --days 1', 'which streams were loaded since yesterday?'],
    ],
    read: readReport,
  },
];
