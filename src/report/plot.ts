/** Draws plots with Observable Plot, as SVG that needs no script. Loaded only when a page is written. */
import { axisX, axisY, barX, dot, gridY, plot, rectY, ruleX, ruleY, text } from '@observablehq/plot';
import { DOMImplementation, XMLSerializer, type Element } from '@xmldom/xmldom';
import { printable } from '../printable.ts';
import { markup, type Html } from './html.ts';
import { short } from './words.ts';

/** A part of a bar. Parts of the same bar are stacked in their order. */
export interface Segment {
  /** The part of the period, in milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly amount: number;
  /** A color of the page's style, such as `--c1`. */
  readonly color: string;
  /** Shown when the pointer is on it. */
  readonly title: string;
}

/** Where a page shows a plot: text keeps its size, so that a narrow screen needs a plot of its own. */
export interface Size {
  readonly width: number;
  readonly height: number;
  /** At most so many labels on the axis of time. */
  readonly labels: number;
}

export interface TimePlot {
  readonly segments: readonly Segment[];
  /** Marks above the bars, such as the longest duration above the median. */
  readonly dots?: readonly Omit<Segment, 'to'>[];
  /** The beginnings of all parts of the period, and its end. */
  readonly parts: readonly number[];
  readonly end: number;
  readonly labelOf: (at: number) => string;
  readonly amountOf: (amount: number) => string;
}

export interface Bar {
  readonly label: string;
  readonly amount: number;
  readonly color: string;
}

const FONT = { fontSize: '12px' };
const MARGINS = { marginLeft: 58, marginRight: 26, marginTop: 14, marginBottom: 26 };
const TITLE_LENGTH = 120;

/** Bars over time, stacked. */
export function drawTime(
  { segments, dots = [], parts, end, labelOf, amountOf }: TimePlot,
  { width, height, labels }: Size,
): Html {
  const [first = end] = parts;
  const step = Math.ceil(parts.length / labels);
  const ticks = parts.filter((_, at) => (parts.length - 1 - at) % step === 0);
  // A label is below the middle of its bar.
  const middles = new Map(ticks.map((at) => [(at + (parts[parts.indexOf(at) + 1] ?? end)) / 2, labelOf(at)]));
  const highest = highestOf(segments, dots);
  return draw({
    ...MARGINS,
    width,
    height,
    x: { type: 'utc', domain: [new Date(first), new Date(end)] },
    y: { domain: [0, highest], nice: tickCount(highest) },
    color: { type: 'identity' },
    marks: [
      gridY({ ticks: tickCount(highest), strokeOpacity: 0.15 }),
      axisY({ ticks: tickCount(highest), tickFormat: amountOf, label: null, tickSize: 0, ...FONT }),
      axisX(
        [...middles.keys()].map((at) => new Date(at)),
        {
          tickFormat: (at: Date) => middles.get(at.getTime()) ?? '',
          label: null,
          tickSize: 0,
          ...FONT,
        },
      ),
      rectY(segments, {
        x1: ({ from }: Segment) => new Date(from),
        x2: ({ to }: Segment) => new Date(to),
        y: 'amount',
        fill: ({ color }: Segment) => `var(${color})`,
        title: hint,
        inset: parts.length > 60 ? 0 : 0.5,
      }),
      dot(dots, {
        x: ({ from }: Segment) => new Date(from),
        y: 'amount',
        r: 3,
        fill: ({ color }: Segment) => `var(${color})`,
        title: hint,
      }),
      ruleY([0], { strokeOpacity: 0.5 }),
    ],
  });
}

/** Bars from left to right, with their amounts. */
export function drawBars(bars: readonly Bar[], { width }: Pick<Size, 'width'>): Html {
  return draw({
    width,
    height: bars.length * 30 + 10,
    marginLeft: 84,
    marginRight: 52,
    marginTop: 5,
    marginBottom: 5,
    x: { axis: null, domain: [0, Math.max(1, ...bars.map(({ amount }) => amount))] },
    y: { domain: bars.map(({ label }) => label), label: null, padding: 0.25 },
    color: { type: 'identity' },
    marks: [
      axisY({ tickSize: 0, label: null, ...FONT }),
      barX(bars, { x: 'amount', y: 'label', fill: ({ color }: Bar) => `var(${color})` }),
      text(bars, {
        x: 'amount',
        y: 'label',
        text: ({ amount }: Bar) => amount.toLocaleString('en-US'),
        textAnchor: 'start',
        dx: 5,
        ...FONT,
      }),
      ruleX([0], { strokeOpacity: 0.5 }),
    ],
  });
}

/** Plot makes elements in a document, as in a browser. */
function draw(options: object): Html {
  const document = new DOMImplementation().createDocument('http://www.w3.org/1999/xhtml', 'html');
  // The types of Plot need those of a browser, which this program does not have.
  const drawing = plot({ document, ...options }) as unknown as Element;
  // The page has the same rules in its own style.
  for (const style of [...drawing.getElementsByTagName('style')]) drawing.removeChild(style);
  return markup(new XMLSerializer().serializeToString(drawing));
}

/** What the pointer shows, on one line. */
function hint({ title }: Pick<Segment, 'title'>): string {
  return short(printable(title.toWellFormed()), TITLE_LENGTH);
}

/** The height of the axis: that of the highest bar or dot, and at least 1. */
function highestOf(segments: readonly Segment[], dots: readonly Pick<Segment, 'amount'>[]): number {
  const heights = new Map<number, number>();
  for (const { from, amount } of segments) heights.set(from, (heights.get(from) ?? 0) + amount);
  return [...heights.values(), ...dots.map(({ amount }) => amount)].reduce((a, b) => Math.max(a, b), 1);
}

/** Small numbers have no ticks between whole ones. */
const tickCount = (highest: number): number => Math.min(5, Math.floor(highest));
