/**
 * `npm run test:endurance -- [--minutes N] [--seed N] [--plot FILE]`: one run at full speed while faults strike, in which memory and
 * descriptors must stay level. Every second it samples both; at the end it compares the tables with what was sent, prints the
 * slopes, and draws the samples.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DOMImplementation, XMLSerializer, type Element } from '@xmldom/xmldom';
import { areaY, lineY, plot } from '@observablehq/plot';
import type { S3Fault } from '../../src/local/faults/s3.ts';
import type { SqlFault } from '../../src/local/faults/sql.ts';
import { lines, schema, startCli, state } from '../support/cli.ts';
import { faults, newPlace, stopSharedWarehouse } from '../support/warehouse.ts';
import { Prng } from './prng.ts';

interface Sample {
  readonly minute: number;
  /** Resident memory. */
  readonly mb: number;
  readonly descriptors: number;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    plot: { type: 'string' },
  },
});
const minutes = Number(values.minutes);

/** What a level figure may grow by in an hour: less than what one batch or one connection needs. */
const MOST_MB = 12;
const MOST_DESCRIPTORS = 1;
/** The program has seen everything that it does once. */
const WARM_UP_MINUTES = Math.min(2, minutes / 4);

const FAULTS: readonly SqlFault[] = [
  { kind: 'drop-before' },
  { kind: 'drop-after' },
  { kind: 'stall', ms: 500 },
  {
    kind: 'error',
    sqlstate: 'XX000',
    message: 'ERROR: 1023',
    detail: 'Serializable isolation violation on table',
  },
  { kind: 'error', sqlstate: '57P01', message: 'terminating connection due to administrator command' },
];

/** One that is appended, and two that are upserted. */
const STREAMS = ['a', 'u0', 'u1'] as const;
const KEYS = 20_000;
const ROUND = 500;
/** Only some of the records are appended, so that the table stays small. */
const APPENDED_EACH = 20;

/** Round after round of records of all streams, and a state. */
function roundOf(n: number): string {
  let text = '';
  for (let i = 0; i < ROUND; i++) {
    const id = n * ROUND + i;
    for (const stream of STREAMS) {
      const isUpserted = stream.startsWith('u');
      if (!isUpserted && id % APPENDED_EACH > 0) continue;
      const key = isUpserted ? id % KEYS : id;
      text += `{"type":"RECORD","stream":"${stream}","record":{"id":${key},"n":${id},"text":"${'x'.repeat(id % 200)}"}}\n`;
    }
  }
  return text + lines(state({ round: n }));
}

function sampleOf(pid: number, minute: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  return { minute, mb, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** The slope of the line that fits best, in an hour. */
function slopeOf(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ minute }) => minute), mean(value)];
  const covariance = mean((sample) => (sample.minute - x) * (value(sample) - y));
  return (covariance / mean(({ minute }) => (minute - x) ** 2)) * 60;
}

function drawingOf(samples: readonly Sample[]): string {
  const document: unknown = new DOMImplementation().createDocument('http://www.w3.org/1999/xhtml', 'html');
  const options: object = { document };
  const drawn: unknown = plot({
    ...options,
    width: 900,
    x: { label: 'minutes' },
    y: { label: 'resident memory, MB', zero: true, grid: true },
    marks: [
      areaY(samples, { x: 'minute', y: 'mb', fillOpacity: 0.2 }),
      lineY(samples, { x: 'minute', y: 'mb' }),
    ],
  });
  return new XMLSerializer().serializeToString(drawn as Element);
}

const place = await newPlace();
const random = new Prng(Number(values.seed));
let struck = 0;
faults.sql = ({ verb }) => {
  if (!/^(COPY|COMMIT|INSERT|DELETE)$/.test(verb) || !random.chance(0.01)) return undefined;
  struck++;
  return random.pick(verb === 'COMMIT' ? [...FAULTS, { kind: 'commit-answers-rollback' }] : FAULTS);
};
faults.s3 = ({ operation }) => {
  // What COPY reads is not struck: of a failed read Redshift does not say whether it may pass.
  if (!/^(PutObject|UploadPart|CompleteMultipartUpload)$/.test(operation)) return undefined;
  if (!random.chance(0.002)) return undefined;
  struck++;
  return random.pick<S3Fault>([
    { kind: 'error', status: 503, code: 'SlowDown' },
    { kind: 'error', status: 500, code: 'InternalError' },
    { kind: 'reset' },
  ]);
};

const config = place.configFile({
  pipeline: 'endurance',
  exactly_once: true,
  batch_size_rows: 20_000,
  log_level: 'warn',
});
const run = startCli(['--config', config]);
const begun = performance.now();
const minute = (): number => (performance.now() - begun) / 60_000;
const samples: Sample[] = [];
const pid = run.process.pid ?? 0;
const sampling = setInterval(() => samples.push(sampleOf(pid, minute())), 1000);
const integer = { type: 'integer' };
for (const stream of STREAMS) {
  const keys = stream.startsWith('u') ? ['id'] : [];
  await run.write(lines(schema(stream, { id: integer, n: integer, text: { type: 'string' } }, keys)));
}
let rounds = 0;
while (minute() < minutes && run.process.exitCode === null) {
  await run.write(roundOf(rounds++));
  // The end of the process must be seen.
  await new Promise((resolve) => setImmediate(resolve));
}
clearInterval(sampling);
run.end();
const { code, stderr } = await run.finished;
faults.sql = () => undefined;
faults.s3 = () => undefined;

const problems: string[] = [];
if (code !== 0) problems.push(`the run ended with exit code ${code}:\n${stderr.slice(-2000)}`);
const sent = rounds * ROUND;
for (const stream of STREAMS) {
  const isUpserted = stream.startsWith('u');
  const expected = isUpserted ? Math.min(sent, KEYS) : sent / APPENDED_EACH;
  const [row] = await place.query(
    `SELECT COUNT(*), COUNT(DISTINCT id), MAX(n) FROM ${place.schema}.${stream}`,
  );
  const last = isUpserted ? sent - 1 : sent - APPENDED_EACH;
  const wanted = [expected, expected, last];
  if (String(row) !== String(wanted))
    problems.push(`${stream} has ${String(row)} instead of ${String(wanted)}`);
}
const level = samples.filter((sample) => sample.minute >= WARM_UP_MINUTES);
const memory = slopeOf(level, ({ mb }) => mb);
const descriptors = slopeOf(level, (sample) => sample.descriptors);
if (memory > MOST_MB) problems.push(`memory grows by ${memory.toFixed(1)} MB in an hour`);
if (descriptors > MOST_DESCRIPTORS) problems.push(`descriptors grow by ${descriptors.toFixed(1)} in an hour`);
const peak = Math.max(...samples.map(({ mb }) => mb));
const most = Math.max(...samples.map((sample) => sample.descriptors));
process.stdout.write(
  `${minute().toFixed(1)} minutes, ${sent * 2 + sent / APPENDED_EACH} records, ${struck} faults; memory at most ${peak.toFixed(0)} MB, ` +
    `slope ${memory.toFixed(2)} MB/h; descriptors at most ${most}, slope ${descriptors.toFixed(2)}/h\n`,
);
if (values.plot !== undefined) writeFileSync(values.plot, drawingOf(samples));
for (const problem of problems) process.stdout.write(`- ${problem}\n`);
await stopSharedWarehouse();
process.exitCode = problems.length > 0 ? 1 : 0;
