/** `report`: sums up the history of the last days, as tables or as a page of HTML. */
import type { Command, TableFormat } from '../cli/command.ts';
import { LoadError, messageOf } from '../errors.ts';
import type { Session } from '../ports.ts';
import { writePrivateFile } from '../private-file.ts';
import { Answers } from '../query/answers.ts';
import { readFacts } from '../report/facts.ts';
import { periodOf } from '../report/period.ts';
import { sumOutcomes, sumStreams, type ReportPeriod } from '../warehouse/report-sql.ts';
import type { Asked } from './asked.ts';
import { ofHistory } from './existing-history.ts';

/** In place of a file. */
const STDOUT = '-';

type ReportCommand = Extract<Command, { readonly kind: 'report' }>;

/** Throws LoadError, also if there is no history. */
export async function report(command: ReportCommand, asked: Asked): Promise<void> {
  const { config, warehouse, now } = asked;
  const period = periodOf(command.days, now());
  const { html } = command;
  await ofHistory(config.target_schema, () =>
    warehouse.session((session) =>
      html === undefined
        ? printTables(session, period, command.format, asked)
        : writePage(session, period, html, asked),
    ),
  );
}

/** Prints a table of outcomes and one of streams. */
async function printTables(
  session: Session,
  period: ReportPeriod,
  format: TableFormat,
  { config: { target_schema: schema }, write, columns }: Asked,
): Promise<void> {
  const answers = new Answers(format, write, columns());
  await session.stream(sumOutcomes(schema, period), answers.next());
  await session.stream(sumStreams(schema, period), answers.next());
}

/** Writes a page to a file, which only its owner can read, or to stdout. */
async function writePage(
  session: Session,
  period: ReportPeriod,
  file: string,
  { config, version, redact, log, write }: Asked,
): Promise<void> {
  const { hostname, port, database, target_schema: schema } = config;
  const facts = await readFacts(session, schema, period, redact);
  const { pageOf } = await import('../report/page.ts');
  const place = `database ${database} on ${hostname}:${port}`;
  const page = pageOf({ facts, schema, place, version });
  if (file === STDOUT) return write(page);
  try {
    writePrivateFile(file, page);
  } catch (error) {
    throw new LoadError(`Cannot write --html ${file}: ${messageOf(error)}`, { cause: error });
  }
  log.info(`wrote the report to ${file}`);
}
