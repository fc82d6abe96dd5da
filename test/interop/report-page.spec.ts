/** The page of `report --html` in a browser: nothing is loaded, nothing fails, and everything can be read. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { writeHistory } from '../support/history.ts';
import { startHere } from '../support/in-process.ts';
import { newPlace, stopSharedWarehouse } from '../support/warehouse.ts';
import { type Browser, type Page, startBrowser } from './support/browser.ts';
import { orSkip } from './support/registry.ts';
import { type Folder, newFolder } from './support/target.ts';

const NOW = Date.UTC(2026, 10, 30, 14);
const MINUTE = 60_000;

const STREAMS = [
  'orders',
  '</style></script><script>document.title = "taken over"</script>',
  '"><img src="http://127.0.0.1:9/x" onerror="document.title = \'taken over\'">',
  'שלום עולם \u202eevil',
  'x'.repeat(500),
  'line\nbreak',
  'products',
  ...Array.from({ length: 500 }, (_, at) => `stream_${at}`),
];

/** Runs in the page. All that is wrong with it, in sentences. */
const PROBLEMS = `(() => {
  const problems = [];
  const isShown = (element) => element.getClientRects().length > 0;
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map((one) => one / 255)
      .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) problems.push('the page is ' + root.scrollWidth + ' px wide');
  for (const figure of document.querySelectorAll('figure')) {
    const title = figure.querySelector('h2').textContent;
    const box = figure.getBoundingClientRect();
    const background = getComputedStyle(figure).backgroundColor;
    const plots = [...figure.querySelectorAll('[role="img"]')].filter(isShown);
    if (plots.length !== 1) { problems.push(title + ': ' + plots.length + ' plots are shown'); continue; }
    const [plot] = plots;
    if (plot.getBoundingClientRect().height < 150) problems.push(title + ': the plot is flat');
    const marks = [...plot.querySelectorAll('[aria-label="rect"] rect, [aria-label="bar"] rect, circle')];
    if (marks.length === 0) problems.push(title + ': no marks');
    for (const fill of new Set(marks.map((mark) => getComputedStyle(mark).fill)))
      if (!fill.startsWith('rgb(') || contrast(fill, background) < 3) problems.push(title + ': ' + fill + ' on ' + background);
    const labels = [...plot.querySelectorAll('text')];
    if (labels.length < 4) problems.push(title + ': no labels');
    const boxes = labels.map((label) => label.getBoundingClientRect());
    labels.forEach((label, at) => {
      const one = boxes[at];
      if (one.height < 9) problems.push(title + ': "' + label.textContent + '" is ' + one.height + ' px high');
      if (one.left < box.left || one.right > box.right) problems.push(title + ': "' + label.textContent + '" is cut off');
      if (contrast(getComputedStyle(label).fill, background) < 4.5) problems.push(title + ': "' + label.textContent + '" is pale');
      const isOn = (other) => other.left < one.right && one.left < other.right && other.top < one.bottom && one.top < other.bottom;
      const hidden = boxes.findIndex((other, i) => i > at && isOn(other));
      if (hidden >= 0) problems.push(title + ': "' + label.textContent + '" is on "' + labels[hidden].textContent + '"');
    });
  }
  for (const element of document.querySelectorAll('h1, h2, p, td, th, dt, dd, summary, li'))
    if (isShown(element) && contrast(getComputedStyle(element).color, getComputedStyle(element.closest('section, figure, dl div, body')).backgroundColor) < 4.5)
      problems.push('"' + element.textContent.slice(0, 40) + '" is pale');
  return [...new Set(problems)];
})()`;

describe('the page of a report, in Chromium', () => {
  let browser: Browser;
  let folder: Folder;
  const files = new Map<string, string>();

  before(async function () {
    this.timeout(600_000);
    browser = await orSkip(this, startBrowser());
    folder = newFolder();
    const place = await newPlace();
    await writeHistory(place, ...pastOf());
    for (const days of ['1', '30', '365', '3660']) {
      const file = join(folder.path, `${days}.html`);
      files.set(days, file);
      const words = ['report', '--config', place.configFile(), '--days', days, '--html', file];
      const { code, stderr } = await startHere(words, {}, { now: () => NOW }).finished;
      expect(code, stderr).to.equal(0);
    }
  });

  after(async () => {
    await (browser as Browser | undefined)?.close();
    await stopSharedWarehouse();
    (folder as Folder | undefined)?.remove();
  });

  /** What the page has said and asked for, and whether it was taken over. */
  async function look(
    days: string,
    {
      width,
      scheme,
      media = 'screen',
    }: { width: number; scheme: 'light' | 'dark'; media?: 'screen' | 'print' },
    ask: (page: Page) => Promise<unknown>,
  ): Promise<unknown> {
    const url = pathToFileURL(files.get(days) ?? '').href;
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    const events: string[] = [];
    page.on('console', (message) => events.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => events.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url() !== url && request.url() !== 'data:,') events.push(`request: ${request.url()}`);
    });
    try {
      await page.goto(url);
      await page.emulateMedia({ media });
      const answer = await ask(page);
      expect(events).to.deep.equal([]);
      expect(await page.evaluate('document.title')).to.match(/^Loads into schema case_\d+$/);
      expect(await page.evaluate('document.scripts.length + document.images.length')).to.equal(0);
      return answer;
    } finally {
      await page.close();
    }
  }

  for (const days of ['1', '30', '365', '3660'])
    for (const scheme of ['light', 'dark'] as const)
      for (const width of [360, 599, 800, 1600])
        it(`of ${days} days is ${scheme} and can be read at ${width} px`, async () => {
          expect(await look(days, { width, scheme }, (page) => page.evaluate(PROBLEMS))).to.deep.equal([]);
          const background = 'getComputedStyle(document.body).backgroundColor';
          expect(await look(days, { width, scheme }, (page) => page.evaluate(background))).to.equal(
            scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 27)',
          );
        });

  it('is light on paper', async () => {
    const place = { width: 800, scheme: 'dark', media: 'print' } as const;
    expect(await look('30', place, (page) => page.evaluate(PROBLEMS))).to.deep.equal([]);
    expect(
      await look('30', place, (page) => page.evaluate('getComputedStyle(document.body).backgroundColor')),
    ).to.equal('rgb(255, 255, 255)');
  });

  it('shows names of others as text', async () => {
    const shown = await look('30', { width: 800, scheme: 'light' }, (page) =>
      page.evaluate(`[...document.querySelectorAll('.legend bdi')].map((one) => one.textContent)`),
    );
    expect(shown).to.include(STREAMS[1]);
  });
});

/** Thirty days with four runs each, of which some failed. */
function pastOf(): readonly [Parameters<typeof writeHistory>[1], Parameters<typeof writeHistory>[2]] {
  const runs = Array.from({ length: 120 }, (_, at) => {
    const startedAt = NOW - at * 6 * 60 * MINUTE - 30 * MINUTE;
    const outcome = (['succeeded', 'succeeded', 'failed', 'stopped', 'running'] as const)[at % 5];
    return {
      ...{
        runId: `run-${at}`,
        startedAt,
        endedAt: outcome === 'running' ? undefined : startedAt + at * MINUTE,
      },
      ...{
        outcome: outcome!,
        error: `</p><script>document.title = "taken over"</script>\n${'long '.repeat(200)}`,
      },
    };
  });
  const loads = runs.flatMap(({ runId, startedAt }, at) =>
    STREAMS.slice(0, at === 0 ? undefined : 8).map((stream, i) => {
      const committedAt = at === 0 ? startedAt - i * i * MINUTE : startedAt + i * MINUTE;
      return {
        ...{ stream, table: `t${i}`, runId, batch: i, committedAt, startedAt: committedAt - i * 700 },
        ...{ received: 1_000_000 - i * 1_500, rejected: (at * i) % 7, bytes: 30_000_000 - i * 50_000 },
      };
    }),
  );
  return [runs, loads];
}
