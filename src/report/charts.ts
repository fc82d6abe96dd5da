/** The plots of a report, each with a legend, a sentence that says what it shows, and its figures as a table. */
import { count, digits, size } from '../amounts.ts';
import { AGES, type Facts, type PartOfStream } from './facts.ts';
import type { Html } from './html.ts';
import { nextPart, partsOf } from './period.ts';
import { drawBars, drawTime, type Segment, type Size, type TimePlot } from './plot.ts';
import { labels, secondsText, shortCount } from './words.ts';

/** On wide and on narrow screens. In CSS pixels. */
const WIDE: Size = { width: 680, height: 240, labels: 8 };
const NARROW: Size = { width: 320, height: 220, labels: 4 };

export interface Chart {
  readonly title: string;
  /** What a person who does not see the plot has to know. */
  readonly description: string;
  readonly wide: Html;
  readonly narrow: Html;
  readonly legend: readonly { readonly name: string; readonly color: string }[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The colors of Okabe and Ito, which color-blind people can tell apart, are in the style of the page. */
const OTHERS = '--c0';
const colorOf = (place: number | undefined): string => (place === undefined ? OTHERS : `--c${place + 1}`);

const OUTCOMES: readonly (readonly [outcome: string, color: string])[] = [
  ['succeeded', '--ok'],
  ['failed', '--bad'],
  ['stopped', '--warn'],
  ['running', '--c0'],
];

interface Series {
  readonly name: string;
  readonly color: string;
  /** The amounts by the first days of parts, `YYYY-MM-DD`. */
  readonly amounts: ReadonlyMap<string, number>;
}

interface Amounts {
  readonly short: (amount: number) => string;
  readonly long: (amount: number) => string;
}

const COUNTS: Amounts = { short: shortCount, long: digits };
const BYTES: Amounts = { short: size, long: size };

export function runsChart(facts: Facts): Chart {
  const { outcomes } = facts.parts;
  const series = OUTCOMES.map(([name, color]) => ({
    name,
    color,
    amounts: new Map(outcomes.filter(({ outcome }) => outcome === name).map(({ day, runs }) => [day, runs])),
  }));
  return stacked(facts, `Runs per ${facts.period.unit}, by outcome`, series, COUNTS);
}

export function rowsChart(facts: Facts): Chart {
  return stacked(facts, `Rows per ${facts.period.unit} and stream`, streamSeries(facts, 'rows'), COUNTS);
}

export function bytesChart(facts: Facts): Chart {
  const title = `Compressed bytes per ${facts.period.unit} and stream`;
  return stacked(facts, title, streamSeries(facts, 'bytes'), BYTES);
}

export function rejectedChart(facts: Facts): Chart {
  const amounts = new Map<string, number>();
  for (const { day, rejected } of facts.parts.streams) amounts.set(day, (amounts.get(day) ?? 0) + rejected);
  const series = [{ name: 'rejected records', color: '--bad', amounts }];
  return stacked(facts, `Rejected records per ${facts.period.unit}`, series, COUNTS);
}

export function durationsChart(facts: Facts): Chart {
  const { period } = facts;
  const { durations } = facts.parts;
  const unit = timeUnit(durations.reduce((longest, { max }) => Math.max(longest, max), 0));
  const plot: TimePlot = {
    ...timeOf(facts),
    amountOf: (amount) => `${shortCount(amount)} ${unit.name}`,
    segments: durations.map(({ day, median }) => ({
      ...spanOf(day, period),
      amount: median / unit.seconds,
      color: '--c1',
      title: `${day}: median ${secondsText(median)}`,
    })),
    dots: durations.map(({ day, max }) => {
      const { from, to } = spanOf(day, period);
      const title = `${day}: longest ${secondsText(max)}`;
      return { from: (from + to) / 2, amount: max / unit.seconds, color: '--bad', title };
    }),
  };
  const longest = durations.reduce((worst, one) => (one.max > worst.max ? one : worst), NO_DURATION);
  return {
    title: `Duration of runs per ${period.unit}`,
    description: `The longest run took ${secondsText(longest.max)}, ${inPart(longest.day, period)}.`,
    wide: drawTime(plot, WIDE),
    narrow: drawTime(plot, NARROW),
    legend: [
      { name: 'median', color: '--c1' },
      { name: 'longest (dots)', color: '--bad' },
    ],
    columns: [period.unit, 'median', 'longest'],
    rows: durations.map(({ day, median, max }) => [day, secondsText(median), secondsText(max)]),
  };
}

const NO_DURATION = { day: '', median: 0, max: 0 };

export function freshnessChart({ ages }: Facts): Chart {
  const bars = AGES.map(({ name, seconds }, at) => ({
    label: name,
    amount: ages[at] ?? 0,
    color: seconds < 86_400 ? '--ok' : '--warn',
  }));
  const old = bars.filter(({ color }) => color === '--warn').reduce((sum, { amount }) => sum + amount, 0);
  return {
    title: 'Streams by the time since their last load',
    description: `${count(old, 'stream')} got no load in the last 24 hours.`,
    wide: drawBars(bars, WIDE),
    narrow: drawBars(bars, NARROW),
    legend: [],
    columns: ['last load', 'streams'],
    rows: bars.map(({ label, amount }) => [label, digits(amount)]),
  };
}

/** The largest streams and the sum of all others, which is left out if there are none. */
function streamSeries({ largest, parts }: Facts, measure: 'rows' | 'bytes'): readonly Series[] {
  const amountsAt = (place: number | undefined): ReadonlyMap<string, number> =>
    new Map(
      parts.streams.filter((one: PartOfStream) => one.place === place).map((one) => [one.day, one[measure]]),
    );
  const series = labels(largest).map((name, place) => ({
    name,
    color: colorOf(place),
    amounts: amountsAt(place),
  }));
  const others = { name: 'all other streams', color: OTHERS, amounts: amountsAt(undefined) };
  return others.amounts.size > 0 ? [...series, others] : series;
}

/** A plot of stacked bars. Series without any amount are in the table only. */
function stacked(facts: Facts, title: string, series: readonly Series[], amounts: Amounts): Chart {
  const { period } = facts;
  const days = [...new Set(series.flatMap((one) => [...one.amounts.keys()]))].sort();
  const segments = series.flatMap(({ name, color, amounts: own }): Segment[] =>
    [...own].flatMap(([day, amount]) =>
      amount === 0
        ? []
        : [{ ...spanOf(day, period), amount, color, title: `${day}: ${amounts.long(amount)} · ${name}` }],
    ),
  );
  const plot: TimePlot = { ...timeOf(facts), segments, amountOf: amounts.short };
  const totals = days.map((day) => series.reduce((sum, one) => sum + (one.amounts.get(day) ?? 0), 0));
  const most = totals.reduce((best, total, at) => (total > (totals[best] ?? 0) ? at : best), 0);
  return {
    title,
    description: `Highest: ${amounts.long(totals[most] ?? 0)}, ${inPart(days[most] ?? '', period)}.`,
    wide: drawTime(plot, WIDE),
    narrow: drawTime(plot, NARROW),
    legend: series.filter((one) => [...one.amounts.values()].some((amount) => amount > 0)),
    columns: [period.unit, ...series.map(({ name }) => name)],
    rows: days.map((day) => [day, ...series.map((one) => amounts.long(one.amounts.get(day) ?? 0))]),
  };
}

function timeOf({ period }: Facts): Pick<TimePlot, 'parts' | 'end' | 'labelOf'> {
  const parts = partsOf(period);
  const labelOf = (at: number): string =>
    new Date(at).toLocaleDateString('en-US', {
      timeZone: 'UTC',
      month: 'short',
      ...(period.unit === 'month' ? { year: 'numeric' } : { day: 'numeric' }),
    });
  return { parts, end: nextPart(parts.at(-1) ?? period.now, period.unit), labelOf };
}

function spanOf(day: string, { unit }: Facts['period']): { readonly from: number; readonly to: number } {
  const from = Date.parse(`${day}T00:00:00Z`);
  return { from, to: nextPart(from, unit) };
}

const inPart = (day: string, { unit }: Facts['period']): string =>
  unit === 'day' ? `on ${day}` : `in the ${unit} that began on ${day}`;

/** The unit in which an axis up to so many seconds has small numbers. */
function timeUnit(seconds: number): { readonly name: string; readonly seconds: number } {
  if (seconds < 120) return { name: 's', seconds: 1 };
  return seconds < 7200 ? { name: 'min', seconds: 60 } : { name: 'h', seconds: 3600 };
}
