/** The lists of a report: streams, slow loads, and runs that failed or have not ended. */
import { count, digits, duration, size } from '../amounts.ts';
import {
  MAX_FAILED,
  MAX_RUNNING,
  MAX_SLOWEST,
  type Facts,
  type RunFacts,
  type SlowLoad,
  type StreamFacts,
  type StreamName,
} from './facts.ts';
import { lines, safe, type Html } from './html.ts';
import { column, table } from './tables.ts';
import { ageText, secondsText } from './words.ts';

const streamColumn = column<StreamName>('stream', 'name', ({ stream }) => stream);
const tableColumn = column<StreamName>('table', 'name', ({ schema, table }) => `${schema}.${table}`);

/** Streams with loads in the period, and those without. */
export function streamTables({ streams, totals, period }: Facts): Html {
  const begun = new Date(period.since).toISOString().slice(0, 10);
  const active = streams.filter(({ loads }) => loads > 0);
  const idle = streams.filter(({ loads }) => loads === 0);
  const left = totals.streams - streams.length;
  return safe`<section>
    <h2>Streams</h2>
    ${left > 0 ? safe`<p>${left === 1 ? '1 more stream is' : `${digits(left)} more streams are`} not listed.</p>` : ''}
    ${active.length > 0 ? activeStreams(active) : ''}
    ${
      idle.length > 0
        ? safe`<h3>Without a load since ${begun}</h3>
            ${idleStreams(idle)}`
        : ''
    }
  </section>`;
}

const AGE_COLUMNS = [
  streamColumn,
  tableColumn,
  column<StreamFacts>('last load', 'text', ({ lastLoad }) => lastLoad),
  column<StreamFacts>('ago', 'number', ({ ageSeconds }) => ageText(ageSeconds)),
];

function activeStreams(streams: readonly StreamFacts[]): Html {
  return table(
    `${count(streams.length, 'stream')} with loads in this period, the one with the oldest last load first`,
    [
      ...AGE_COLUMNS,
      column<StreamFacts>('loads', 'number', ({ loads }) => digits(loads)),
      column<StreamFacts>('rows', 'number', ({ rows }) => digits(rows)),
      column<StreamFacts>('rejected', 'number', ({ rejected }) => digits(rejected)),
      column<StreamFacts>('size', 'number', ({ bytes }) => size(bytes)),
      column<StreamFacts>('time', 'number', ({ ms }) => duration(ms)),
    ],
    streams,
  );
}

const idleStreams = (streams: readonly StreamFacts[]): Html =>
  table(`${count(streams.length, 'stream')} without a load in this period`, AGE_COLUMNS, streams);

export function slowestLoads({ slowest, totals }: Facts): Html {
  const caption =
    totals.loads > MAX_SLOWEST ? `The ${MAX_SLOWEST} slowest of ${digits(totals.loads)} loads` : 'All loads';
  return safe`<section>
    <h2>Slowest loads</h2>
    ${table(
      caption,
      [
        streamColumn,
        tableColumn,
        column<SlowLoad>('method', 'text', ({ method }) => method),
        column<SlowLoad>('committed', 'text', ({ committed }) => committed),
        column<SlowLoad>('time', 'number', ({ ms }) => duration(ms)),
        column<SlowLoad>('rows', 'number', ({ rows }) => digits(rows)),
        column<SlowLoad>('size', 'number', ({ bytes }) => size(bytes)),
        column<SlowLoad>('run', 'id', ({ runId }) => runId),
      ],
      slowest,
    )}
  </section>`;
}

/** Runs with the same error are together. */
export function failedRuns({ failed, outcomes }: Facts): Html {
  const all = outcomes.get('failed') ?? 0;
  const groups = new Map<string, RunFacts[]>();
  for (const run of failed) groups.set(run.error, [...(groups.get(run.error) ?? []), run]);
  const items = [...groups].map(
    ([error, runs]) =>
      safe`<li>
        <p class="error"><bdi>${error === '' ? 'No reason was recorded.' : lines(error)}</bdi></p>
        ${runs.map(failedRun)}
      </li>
      `,
  );
  return safe`<section>
    <h2>Failed runs</h2>
    ${failed.length === 0 ? safe`<p>No run failed.</p>` : ''}
    ${all > MAX_FAILED ? safe`<p class="soft">The newest ${MAX_FAILED} of ${digits(all)}.</p>` : ''}
    ${items.length > 0 ? safe`<ul class="errors">${items}</ul>` : ''}
  </section>
  `;
}

const failedRun = ({ started, seconds, runId, version }: RunFacts): Html =>
  safe`<p class="soft">${started}, after ${secondsText(seconds)}: <span class="id">${runId}</span>, version ${version}</p>
`;

/** Nothing if all runs have ended. */
export function runningRuns({ running, outcomes }: Facts): Html | string {
  if (running.length === 0) return '';
  const all = outcomes.get('running') ?? 0;
  const more = all > MAX_RUNNING ? `The newest ${MAX_RUNNING} of ${digits(all)}. ` : '';
  return safe`<section>
    <h2>Runs that have not ended</h2>
    <p>${more}They are running, or they were killed before they could say how they ended.</p>
    ${table('The newest come first', RUN_COLUMNS, running)}
  </section>`;
}

const RUN_COLUMNS = [
  column<RunFacts>('started', 'text', ({ started }) => started),
  column<RunFacts>('run', 'id', ({ runId }) => runId),
  column<RunFacts>('version', 'text', ({ version }) => version),
];
