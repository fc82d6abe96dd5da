/** Writes a report as one page of HTML: it loads nothing, runs no script, and shows what others wrote as text. */
import { createHash } from 'node:crypto';
import { count, digits, size } from '../amounts.ts';
import * as charts from './charts.ts';
import type { Chart } from './charts.ts';
import type { Facts } from './facts.ts';
import { markup, safe, type Html } from './html.ts';
import { failedRuns, runningRuns, slowestLoads, streamTables } from './lists.ts';
import { STYLE } from './style.ts';
import { column, table } from './tables.ts';
import { percent, utc } from './words.ts';

export interface PageFacts {
  readonly facts: Facts;
  /** The schema with the history, and where it is: `database d on host:port`. */
  readonly schema: string;
  readonly place: string;
  /** Of this program. */
  readonly version: string;
}

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function pageOf({ facts, schema, place, version }: PageFacts): string {
  const { since, now } = facts.period;
  const title = `Loads into schema ${schema}`;
  return safe`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <meta name="generator" content="target-redshift ${version}" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>${markup(STYLE)}</style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="soft">
            In ${place}. From <time datetime="${iso(since)}">${utc(since)}</time> to
            <time datetime="${iso(now)}">${utc(now)}</time>. All times and days are in UTC.
          </p>
        </header>
        <main>${summary(facts)} ${body(facts)}</main>
        <footer>
          <p>
            Written by target-redshift ${version} from the tables _target_redshift_runs and
            _target_redshift_loads.
          </p>
        </footer>
      </body>
    </html>
`.text;
}

const iso = (at: number): string => new Date(at).toISOString();

function summary({ totals, outcomes }: Facts): Html {
  const runs = [...outcomes.values()].reduce((sum, one) => sum + one, 0);
  const failed = outcomes.get('failed') ?? 0;
  const items: readonly (readonly [name: string, value: string, more: string])[] = [
    ['Runs', digits(runs), `${digits(outcomes.get('succeeded') ?? 0)} succeeded`],
    ['Failed runs', digits(failed), `${percent(failed, runs)} of the runs`],
    ['Loads', digits(totals.loads), `into ${count(totals.streams, 'stream')} so far`],
    ['Rows', digits(totals.rows), 'received'],
    ['Rejected records', digits(totals.rejected), `${percent(totals.rejected, totals.rows)} of the rows`],
    ['Size', size(totals.bytes), 'compressed'],
  ];
  const boxes = items.map(
    ([name, value, more]) =>
      safe`<div>
        <dt>${name}</dt>
        <dd>${value} <small>${more}</small></dd>
      </div> `,
  );
  return safe`<dl aria-label="Totals of the period">${boxes}</dl>`;
}

/** Plots where there is something to plot. */
function body(facts: Facts): Html {
  const hasRuns = facts.outcomes.size > 0;
  const { loads, rejected } = facts.totals;
  if (!hasRuns && loads === 0)
    return safe`<section>
        <h2>Nothing was loaded in this period</h2>
        <p>A longer one is shown with --days.</p>
      </section>
      ${facts.streams.length > 0 ? safe`${figures([charts.freshnessChart(facts)])}${streamTables(facts)}` : ''}`;
  const { durations } = facts.parts;
  return safe`${figures([
    ...(hasRuns ? [charts.runsChart(facts)] : []),
    charts.freshnessChart(facts),
    ...(loads > 0 ? [charts.rowsChart(facts), charts.bytesChart(facts)] : []),
    ...(durations.length > 0 ? [charts.durationsChart(facts)] : []),
    ...(rejected > 0 ? [charts.rejectedChart(facts)] : []),
  ])}
  ${failedRuns(facts)} ${runningRuns(facts)} ${streamTables(facts)} ${loads > 0 ? slowestLoads(facts) : ''}`;
}

function figures(all: readonly Chart[]): Html {
  return safe`<div class="pair">${all.map(figure)}</div>`;
}

function figure({ title, description, wide, narrow, legend, columns, rows }: Chart): Html {
  const label = `${title}. ${description}`;
  const entries = legend.map(
    ({ name, color }) =>
      safe`<li>
        <svg viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" rx="2" fill="var(${color})" /></svg>
        <bdi title="${name}">${name}</bdi>
      </li>`,
  );
  const cells = columns.map((name, at) =>
    column<readonly string[]>(name, at === 0 ? 'text' : 'number', (row) => row[at] ?? ''),
  );
  return safe`<figure>
    <figcaption>
      <h2>${title}</h2>
      <p class="soft">${description}</p>
    </figcaption>
    ${
      entries.length > 1
        ? safe`<ul class="legend">
            ${entries}
          </ul>`
        : ''
    }
    <div class="wide" role="img" aria-label="${label}">${wide}</div>
    <div class="narrow" role="img" aria-label="${label}">${narrow}</div>
    <details>
      <summary>As a table</summary>
      ${table(title, cells, rows)}
    </details>
  </figure> `;
}
