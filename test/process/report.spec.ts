/** `report`: what the history adds up to, as tables and as a page. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseHTML } from 'linkedom';
import { lines, record, schema } from '../support/cli.ts';
import { writeHistory, type PastLoad } from '../support/history.ts';
import { runHere, startHere } from '../support/in-process.ts';
import type { Finished } from '../support/transcript.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const NOW = Date.UTC(2026, 10, 30, 14);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface Element {
  readonly textContent: string;
  readonly localName: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

const read = (page: string): Element => (parseHTML(page) as unknown as { document: Element }).document;
const all = (element: Element, selector: string): readonly Element[] => [
  ...element.querySelectorAll(selector),
];
const texts = (element: Element, selector: string): readonly string[] =>
  all(element, selector).map(({ textContent }) => textContent.trim());
/** The cells of the table with this caption, its headers first. */
function tableOf(page: Element, caption: string): readonly (readonly string[])[] {
  const table = all(page, 'table').find((one) => one.querySelector('caption')?.textContent === caption);
  if (!table) throw new Error(`no table "${caption}" in ${texts(page, 'caption').join(', ')}`);
  return all(table, 'tr').map((row) => texts(row, 'th, td'));
}

describe('report', () => {
  let dir: string;

  before(() => (dir = mkdtempSync(join(tmpdir(), 'target-redshift-report-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  const report = (place: Place, ...words: readonly string[]): Promise<Finished> =>
    startHere(['report', '--config', place.configFile(), ...words], {}, { now: () => NOW }).finished;

  async function textOf(place: Place, ...words: readonly string[]): Promise<string> {
    const file = join(dir, 'report.html');
    const { code, stdout, stderr } = await report(place, '--html', file, ...words);
    expect([code, stdout], stderr).to.deep.equal([0, '']);
    return readFileSync(file, 'utf8');
  }

  const pageOf = async (place: Place, ...words: readonly string[]): Promise<Element> =>
    read(await textOf(place, ...words));

  describe('on three runs', () => {
    let place: Place;
    const load = (stream: string, committedAt: number, more: Partial<PastLoad> = {}): PastLoad => {
      return { stream, committedAt, startedAt: committedAt - 1_500, ...more };
    };

    before(async () => {
      place = await newPlace();
      const [first, second, third] = [NOW - 2 * DAY, NOW - DAY, NOW - 30 * MINUTE];
      await writeHistory(
        place,
        [
          { runId: 'run-a', startedAt: first, endedAt: first + 2 * MINUTE },
          {
            ...{ runId: 'run-b', startedAt: second, endedAt: second + MINUTE },
            ...{ outcome: 'failed', error: 'Cannot load stream "users":\nthe disk is full' },
          },
          { runId: 'run-c', startedAt: third, endedAt: undefined, outcome: 'running' },
          { runId: 'run-0', startedAt: NOW - 31 * DAY - 15 * 60 * MINUTE },
        ],
        [
          load('users', first + MINUTE, { runId: 'run-a', received: 1_000, rejected: 4, bytes: 20_000 }),
          load('orders', first + MINUTE, { runId: 'run-a', received: 5, bytes: 300, batch: 2 }),
          load('orders', third + MINUTE, { runId: 'run-c', received: 20, bytes: 700, startedAt: third }),
          load('gone', NOW - 40 * DAY, { runId: 'run-0' }),
        ],
      );
    });

    it('prints outcomes, and the streams with those first whose last load is the oldest', async () => {
      const outputs = await report(place, '--format', 'csv');
      expect(outputs.stdout.split('\n')).to.deep.equal([
        'outcome,runs,latest',
        'failed,1,2026-11-29 14:00:00',
        'running,1,2026-11-30 13:30:00',
        'succeeded,1,2026-11-28 14:00:00',
        '',
        'stream,table_schema,table_name,last_load,age_seconds,loads,rows_received,rows_rejected,bytes,load_ms',
        `users,${place.schema},users,2026-11-28 14:01:00,172740,1,1000,4,20000,1500`,
        `orders,${place.schema},orders,2026-11-30 13:31:00,1740,2,25,0,1000,61500`,
        `gone,${place.schema},gone,2026-10-21 14:00:00,3456000,0,0,0,0,0`,
        '',
      ]);
    });

    it('prints a table for people', async () => {
      const { stdout } = await report(place);
      expect(stdout.split('\n').slice(0, 3)).to.deep.equal([
        'outcome    runs  latest',
        '---------  ----  -------------------',
        'failed     1     2026-11-29 14:00:00',
      ]);
    });

    it('counts the days before today that --days names, and today', async () => {
      const { stdout } = await report(place, '--days', '1', '--format', 'json');
      const [outcomes, streams] = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>[]);
      expect(outcomes).to.deep.equal([
        { outcome: 'failed', runs: 1, latest: '2026-11-29 14:00:00' },
        { outcome: 'running', runs: 1, latest: '2026-11-30 13:30:00' },
      ]);
      expect(streams?.map(({ stream, loads }) => [stream, loads])).to.deep.equal([
        ['orders', 1],
        ['gone', 0],
        ['users', 0],
      ]);
    });

    it('writes a page with the totals', async () => {
      const page = await pageOf(place);
      expect(texts(page, 'head title, h1')).to.deep.equal([
        `Loads into schema ${place.schema}`,
        `Loads into schema ${place.schema}`,
      ]);
      expect(texts(page, 'header time')).to.deep.equal(['2026-10-31 00:00:00', '2026-11-30 14:00:00']);
      expect(texts(page, 'dl div').map((one) => one.replace(/\s+/g, ' '))).to.deep.equal([
        'Runs 3 1 succeeded',
        'Failed runs 1 33.3% of the runs',
        'Loads 3 into 3 streams so far',
        'Rows 1,025 received',
        'Rejected records 4 0.4% of the rows',
        'Size 21 kB compressed',
      ]);
    });

    it('has plots, each with a sentence and a table of its figures', async () => {
      const page = await pageOf(place);
      const plots = all(page, '[role="img"]');
      expect(all(page, 'figure h2').map(({ textContent }) => textContent)).to.deep.equal([
        'Runs per day, by outcome',
        'Streams by the time since their last load',
        'Rows per day and stream',
        'Compressed bytes per day and stream',
        'Duration of runs per day',
        'Rejected records per day',
      ]);
      expect(
        plots.map((one) => one.getAttribute('aria-label')).filter((_, at) => at % 2 === 0),
      ).to.deep.equal([
        'Runs per day, by outcome. Highest: 1, on 2026-11-28.',
        'Streams by the time since their last load. 2 streams got no load in the last 24 hours.',
        'Rows per day and stream. Highest: 1,005, on 2026-11-28.',
        'Compressed bytes per day and stream. Highest: 20 kB, on 2026-11-28.',
        'Duration of runs per day. The longest run took 2 min 0 s, on 2026-11-28.',
        'Rejected records per day. Highest: 4, on 2026-11-28.',
      ]);
      expect(tableOf(page, 'Runs per day, by outcome')).to.deep.equal([
        ['day', 'succeeded', 'failed', 'stopped', 'running'],
        ['2026-11-28', '1', '0', '0', '0'],
        ['2026-11-29', '0', '1', '0', '0'],
        ['2026-11-30', '0', '0', '0', '1'],
      ]);
      expect(tableOf(page, 'Rows per day and stream')).to.deep.equal([
        ['day', 'users', 'orders'],
        ['2026-11-28', '1,000', '5'],
        ['2026-11-30', '0', '20'],
      ]);
      expect(tableOf(page, 'Duration of runs per day')).to.deep.equal([
        ['day', 'median', 'longest'],
        ['2026-11-28', '2 min 0 s', '2 min 0 s'],
        ['2026-11-29', '1 min 0 s', '1 min 0 s'],
      ]);
      expect(tableOf(page, 'Streams by the time since their last load').slice(1)).to.deep.equal([
        ['under 1 h', '1'],
        ['1–6 h', '0'],
        ['6–24 h', '0'],
        ['1–3 d', '1'],
        ['3–7 d', '0'],
        ['7–30 d', '0'],
        ['over 30 d', '1'],
      ]);
    });

    it('draws each amount of a plot, for wide and for narrow screens', async () => {
      const [wide, narrow] = all(await pageOf(place), '[aria-label^="Rows per day"]');
      for (const plot of [wide, narrow])
        expect(texts(plot!, 'rect title')).to.deep.equal([
          '2026-11-28: 1,000 · users',
          '2026-11-28: 5 · orders',
          '2026-11-30: 20 · orders',
        ]);
    });

    it('lists streams, slow loads, and runs that failed or have not ended', async () => {
      const page = await pageOf(place);
      const { schema: s } = place;
      expect(
        tableOf(page, '2 streams with loads in this period, the one with the oldest last load first'),
      ).to.deep.equal([
        ['stream', 'table', 'last load', 'ago', 'loads', 'rows', 'rejected', 'size', 'time'],
        ['users', `${s}.users`, '2026-11-28 14:01:00', '47 h', '1', '1,000', '4', '20 kB', '1.5 s'],
        ['orders', `${s}.orders`, '2026-11-30 13:31:00', '29 min', '2', '25', '0', '1.0 kB', '1 min 2 s'],
      ]);
      expect(tableOf(page, '1 stream without a load in this period')[1]).to.deep.equal([
        ...['gone', `${s}.gone`, '2026-10-21 14:00:00', '40 days'],
      ]);
      expect(tableOf(page, 'All loads').map((row) => [row[0], row[4], row[7]])).to.deep.equal([
        ['stream', 'time', 'run'],
        ['orders', '1 min 0 s', 'run-c'],
        ['users', '1.5 s', 'run-a'],
        ['orders', '1.5 s', 'run-a'],
      ]);
      expect(texts(page, 'ul.errors p')).to.deep.equal([
        'Cannot load stream "users":\nthe disk is full',
        '2026-11-29 14:00:00, after 1 min 0 s: run-b, version 1.0.0',
      ]);
      expect(tableOf(page, 'The newest come first')).to.deep.equal([
        ['started', 'run', 'version'],
        ['2026-11-30 13:30:00', 'run-c', '1.0.0'],
      ]);
    });
  });

  it('adds up what history lists', async () => {
    const place = await newPlace();
    const config = place.configFile({ batch_size_rows: 2, max_parallel_loads: 1 });
    const input = lines(
      schema('a', { id: { type: 'integer' } }, ['id']),
      ...[1, 2, 3, 4, 5].map((id) => record('a', { id })),
      schema('b', { id: { type: 'integer' } }),
      record('b', { id: 1 }),
    );
    for (let run = 0; run < 2; run++) expect((await runHere(['--config', config], input)).code).to.equal(0);
    const listed = async (...words: readonly string[]): Promise<readonly Record<string, number>[]> =>
      JSON.parse((await runHere([...words, '--config', config, '--format', 'json'])).stdout) as never;
    const loads = await listed('history', '--loads');
    const sum = (name: string): number => loads.reduce((total, row) => total + Number(row[name]), 0);
    const file = join(dir, 'sums.html');
    expect((await runHere(['report', '--config', config, '--html', file])).code).to.equal(0);
    const page = read(readFileSync(file, 'utf8'));
    const totals = texts(page, 'dd').map((text) => /^[\d,]+/.exec(text)?.[0]);
    expect([loads.length, sum('rows_received')]).to.deep.equal([8, 12]);
    expect(totals.slice(0, 5)).to.deep.equal(['2', '0', '8', '12', '0']);
    expect(texts(page, 'figure h2')).not.to.include('Rejected records per day');
    const printed = (await runHere(['report', '--config', config, '--format', 'json'])).stdout.split('\n');
    const streams = JSON.parse(printed[1] ?? '') as readonly Record<string, number>[];
    const total = (name: string): number => streams.reduce((all, row) => all + Number(row[name]), 0);
    expect([total('loads'), total('rows_received'), total('bytes')]).to.deep.equal([8, 12, sum('bytes')]);
  });

  describe('of names and errors that want to be markup', () => {
    const HOSTILE = [
      '</script><script>alert(1)</script>',
      'line\nbreak\ttab',
      'שלום \u202eevil',
      'half \u0001 of \u2028 it',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</style><style>*{display:none}</style>',
      '<!--',
      ']]><svg onload=alert(1)>',
      '&lt;b&gt;',
      'x'.repeat(500),
    ];
    /** As they are shown. */
    const SHOWN = HOSTILE.map((name) =>
      name
        .replace('\n', '\\n')
        .replace('\t', '\\t')
        .replace('\u0001', '\\u0001')
        .replace('\u2028', '\\u2028')
        .replace('\u202e', '\\u202e'),
    );
    let text: string;
    let page: Element;

    before(async () => {
      const place = await newPlace();
      await writeHistory(
        place,
        HOSTILE.map((error, at) => ({
          ...{ runId: `<i>${at}`, version: '<b>1', startedAt: NOW - MINUTE - at },
          ...{ endedAt: NOW, outcome: 'failed' as const, error },
        })),
        HOSTILE.map((stream, at) => ({
          ...{ stream, table: `t"<u>${at}`, method: '<s>', runId: `<i>${at}` },
          ...{ received: 100 - at, committedAt: NOW - at, startedAt: NOW - 1_000 },
        })),
      );
      text = await textOf(place);
      page = read(text);
    });

    it('shows them as text', () => {
      const [, ...streams] = tableOf(page, 'All loads');
      expect(streams.map(([name]) => name)).to.have.members(SHOWN);
      expect(texts(page, 'ul.errors .error')).to.have.members(
        SHOWN.map((error) => error.replace('\\n', '\n').replace('\\t', '\t')),
      );
      expect(texts(page, '.wide[aria-label^="Rows per day"] title').slice(0, 4)).to.deep.equal(
        SHOWN.slice(0, 4).map((name, at) => `2026-11-30: ${100 - at} · ${name}`),
      );
    });

    it('has no element and no attribute of theirs', () => {
      const elements = new Set(all(page, '*').map(({ localName }) => localName));
      expect([...elements].sort()).to.deep.equal(
        [
          ...['bdi', 'body', 'caption', 'circle', 'dd', 'details', 'div', 'dl', 'dt', 'figcaption', 'figure'],
          ...['footer', 'g', 'h1', 'h2', 'head', 'header', 'html', 'li', 'line', 'link', 'main', 'meta', 'p'],
          ...['path', 'rect', 'section', 'small', 'span', 'style', 'summary', 'svg', 'table', 'tbody', 'td'],
          ...['text', 'th', 'thead', 'time', 'title', 'tr', 'tspan', 'ul'],
        ].filter((name) => elements.has(name)),
      );
      const attributes = all(page, '*').flatMap((one) => [...one.attributes].map(({ name }) => name));
      expect(attributes.filter((name) => /^on|^style$/.test(name))).to.deep.equal([]);
    });

    it('has no character that controls a terminal or the direction of writing', () => {
      // eslint-disable-next-line no-control-regex -- these are the characters that are meant
      expect(text).not.to.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]|\p{Bidi_Control}/u);
    });

    it('allows its own style and nothing else', () => {
      const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      expect(page.querySelector('meta[http-equiv]')?.getAttribute('content')).to.equal(
        `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
      );
      expect(text.match(/<style/g)).to.have.length(1);
      const links = all(page, '[href], [src]').map(
        (one) => one.getAttribute('href') ?? one.getAttribute('src'),
      );
      expect(links).to.deep.equal(['data:,']);
    });
  });

  it('masks secrets of the configuration that are in the history', async () => {
    const place = await newPlace();
    const { password } = place.config;
    await writeHistory(
      place,
      [{ runId: 'r', startedAt: NOW, endedAt: NOW, outcome: 'failed', error: `wrong: ${password}` }],
      [{ stream: `s-${password}`, committedAt: NOW }],
    );
    const text = await textOf(place);
    expect(text).not.to.contain(password);
    expect(texts(read(text), 'ul.errors .error')).to.deep.equal(['wrong: ***']);
    expect(texts(read(text), 'tbody th bdi')).to.deep.equal(['s-***', 's-***']);
  });

  describe('of many streams', () => {
    const streamsOf = (count: number): readonly PastLoad[] =>
      Array.from({ length: count }, (_, at) => ({
        ...{ stream: `s${at}`, received: at + 1, committedAt: NOW - at, startedAt: NOW - at - 10 },
      }));

    it('gives a color to the largest, and sums up all others', async () => {
      const place = await newPlace();
      await writeHistory(place, [], streamsOf(500));
      const page = await pageOf(place);
      const largest = [499, 498, 497, 496, 495, 494, 493];
      const [figures = []] = tableOf(page, 'Rows per day and stream').slice(1);
      const others = (500 * 501) / 2 - largest.reduce((sum, at) => sum + at + 1, 0);
      expect(tableOf(page, 'Rows per day and stream')[0]).to.deep.equal([
        ...['day', ...largest.map((at) => `s${at}`), 'all other streams'],
      ]);
      expect(figures).to.deep.equal([
        ...['2026-11-30', ...largest.map((at) => String(at + 1)), others.toLocaleString('en-US')],
      ]);
      const rows = tableOf(
        page,
        '500 streams with loads in this period, the one with the oldest last load first',
      );
      expect([rows.length, rows[1]?.[0], rows.at(-1)?.[0]]).to.deep.equal([501, 's499', 's0']);
      expect(tableOf(page, 'The 20 slowest of 500 loads')).to.have.length(21);
    });

    it('lists no more than a browser can show, and says so', async () => {
      const place = await newPlace();
      await writeHistory(place, [], streamsOf(2_003));
      const page = await pageOf(place);
      expect(texts(page, 'section p')).to.include('3 more streams are not listed.');
      const caption = '2,000 streams with loads in this period, the one with the oldest last load first';
      expect(tableOf(page, caption)).to.have.length(2_001);
    });
  });

  it('keeps two tables of streams with the same name apart', async () => {
    const place = await newPlace();
    await writeHistory(
      place,
      [],
      [
        { stream: 'a', table: 'one', committedAt: NOW, received: 3 },
        { stream: 'a', table: 'two', committedAt: NOW - 5 * DAY, received: 2 },
      ],
    );
    const page = await pageOf(place);
    expect(tableOf(page, 'Rows per day and stream')[0]).to.deep.equal([
      ...['day', `a (${place.schema}.one)`, `a (${place.schema}.two)`],
    ]);
  });

  it('does not grow with the number of loads', async () => {
    const place = await newPlace();
    const streams = ['a', 'b', 'c'];
    await writeHistory(
      place,
      [],
      Array.from({ length: 100 }, (_, at) => ({
        ...{ stream: streams[at % 3]!, batch: at, received: 7, committedAt: NOW - (at % 25) * DAY },
      })),
    );
    const small = await textOf(place);
    const table = `${place.schema}._target_redshift_loads`;
    for (let doubled = 0; doubled < 10; doubled++)
      await place.query(`INSERT INTO ${table} SELECT * FROM ${table}`);
    const large = await textOf(place);
    expect(texts(read(large), 'dd')[3]).to.match(/^716,800\b/);
    expect(large.length).to.be.below(small.length * 1.2);
  });

  for (const { days, title, rows } of [
    {
      days: '180',
      title: 'Rows per week and stream',
      rows: [
        ['2026-08-31', '10'],
        ['2026-11-30', '10'],
      ],
    },
    {
      days: '1000',
      title: 'Rows per month and stream',
      rows: [
        ['2026-09-01', '10'],
        ['2026-11-01', '10'],
      ],
    },
  ])
    it(`has parts that can be seen in ${days} days`, async () => {
      const place = await newPlace();
      const loads = [Date.UTC(2026, 8, 6, 23, 59, 59), Date.UTC(2026, 10, 30)];
      await writeHistory(
        place,
        [],
        loads.map((committedAt) => ({ stream: 'a', committedAt })),
      );
      const page = await pageOf(place, '--days', days);
      expect(tableOf(page, title).slice(1)).to.deep.equal(rows);
      expect(texts(all(page, `[aria-label^="${title}"]`)[0]!, 'rect title')).to.deep.equal(
        rows.map(([day, count]) => `${day}: ${count} · a`),
      );
    });

  describe('without loads', () => {
    it('says in one sentence that there is no history, and writes no file', async () => {
      const place = await newPlace();
      const file = join(dir, 'none.html');
      for (const more of [[], ['--html', file]]) {
        const { code, stdout, logs } = await report(place, ...more);
        expect([code, stdout, logs.map(({ message }) => message)]).to.deep.equal([
          1,
          '',
          [
            `There is no history in schema "${place.schema}" yet: the first load with load_history creates it`,
          ],
        ]);
        await place.query(`CREATE SCHEMA IF NOT EXISTS ${place.schema}`);
      }
      expect(existsSync(file)).to.equal(false);
    });

    it('writes a page that says so if the history has no row', async () => {
      const place = await newPlace();
      await writeHistory(place, [], []);
      const page = await pageOf(place);
      expect(texts(page, 'h2')).to.deep.equal(['Nothing was loaded in this period']);
      expect(texts(page, 'dd').map((text) => text.split(/\s/)[0])).to.deep.equal([
        '0',
        '0',
        '0',
        '0',
        '0',
        '0',
      ]);
    });

    it('still says how old the streams are if there is none in the period', async () => {
      const place = await newPlace();
      await writeHistory(place, [], [{ stream: 'a', committedAt: NOW - 100 * DAY }]);
      const page = await pageOf(place);
      expect(texts(page, 'h2')).to.deep.equal([
        'Nothing was loaded in this period',
        'Streams by the time since their last load',
        'Streams',
      ]);
      expect(tableOf(page, '1 stream without a load in this period')[1]?.at(-1)).to.equal('100 days');
    });

    it('shows failed runs that have loaded nothing', async () => {
      const place = await newPlace();
      const failed = { startedAt: NOW - MINUTE, endedAt: NOW, outcome: 'failed' as const };
      await writeHistory(
        place,
        ['same', 'same', undefined].map((error, at) => ({ ...failed, runId: `r${at}`, error })),
        [],
      );
      const page = await pageOf(place);
      expect(texts(page, 'h2')).to.deep.equal([
        ...[
          'Runs per day, by outcome',
          'Streams by the time since their last load',
          'Duration of runs per day',
        ],
        ...['Failed runs', 'Streams'],
      ]);
      expect(texts(page, 'ul.errors p').map((text) => text.replace(/^.*: (?=r\d)/, ''))).to.deep.equal([
        ...['No reason was recorded.', 'r2, version 1.0.0'],
        ...['same', 'r1, version 1.0.0', 'r0, version 1.0.0'],
      ]);
    });
  });

  describe('its file', () => {
    let place: Place;

    before(async () => {
      place = await newPlace();
      await writeHistory(place, [], [{ stream: 'a', committedAt: NOW }]);
    });

    it('is replaced as a whole, and only its owner can read it', async () => {
      const file = join(dir, 'private.html');
      writeFileSync(file, 'x'.repeat(1_000_000), { mode: 0o644 });
      expect((await report(place, '--html', file)).code).to.equal(0);
      expect(readFileSync(file, 'utf8')).to.match(/^<!doctype html>[^x]*<html lang="en">[^]*<\/html>\n$/);
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).to.equal(0o600);
      expect(readdirSync(dir).filter((name) => name.startsWith('private'))).to.deep.equal(['private.html']);
    });

    it('is stdout where its name is -', async () => {
      const { code, stdout, logs } = await report(place, '--html', '-');
      expect([code, logs]).to.deep.equal([0, []]);
      expect(texts(read(stdout), 'h1')).to.deep.equal([`Loads into schema ${place.schema}`]);
      expect(existsSync('-')).to.equal(false);
    });

    it('that cannot be written is an error with its path', async () => {
      const file = join(dir, 'missing', 'report.html');
      const { code, logs } = await report(place, '--html', file);
      expect(code).to.equal(1);
      expect(logs.map(({ message }) => message).join()).to.match(
        /^Cannot write --html \S+missing\S+report\.html: ENOENT/,
      );
    });
  });
});
