/** Loaders of other people, their code unchanged, loading into the warehouse that `target-redshift local` serves. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type pg from 'pg';
import {
  DATAMILL,
  DLT,
  DLT_ENVIRONMENT,
  dltSettings,
  datamillSettings,
  loaderEnvironment,
  PIPELINEWISE,
  pipelinewiseSettings,
} from './support/loaders.ts';
import { type Outcome, run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { type Day, held, type Item, messages, type Order, stateOf } from './support/shop.ts';
import { clientOf, type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const DLT_PIPELINE = fileURLToPath(new URL('dlt_pipeline.py', import.meta.url));

const SECONDS = 100;

type Row = Readonly<Record<string, unknown>>;

/** What a column's text stands for. */
type Kind = 'text' | 'number' | 'boolean' | 'instant' | 'json';

const PARSERS: Readonly<Record<Kind, (text: string) => unknown>> = {
  text: (text) => text,
  number: Number,
  boolean: (text) => text === 't',
  instant: (text) => new Date(/[+-]\d\d(?::\d\d)?$/.test(text) ? text : `${text}Z`).toISOString(),
  json: (text) => JSON.parse(text) as unknown,
};

describe('the local warehouse and other loaders', () => {
  let folder: Folder | undefined;
  let served: Served | undefined;
  let client: pg.Client | undefined;

  before(async () => {
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    client = await clientOf(served.config);
  });

  after(async () => {
    await client?.end();
    await served?.stop();
    folder?.remove();
  });

  function warehouse(): Served['config'] {
    if (!served) throw new Error('the warehouse does not run before the first test');
    return served.config;
  }

  /** Rows of a table by the columns asked for, each read as its kind. */
  async function rows(
    table: string,
    columns: Readonly<Record<string, Kind>>,
    order: string,
  ): Promise<readonly Row[]> {
    if (!client) throw new Error('the client is not connected before the first test');
    const names = Object.keys(columns);
    const result = await client.query<Record<string, string | null>>(
      `SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM ${table} ORDER BY ${order}`,
    );
    return result.rows.map((row) =>
      Object.fromEntries(
        Object.entries(columns).map(([name, kind]) => {
          const text = row[name] ?? null;
          return [name, text === null ? null : PARSERS[kind](text)];
        }),
      ),
    );
  }

  async function load(programs: Programs, settings: object, day: Day): Promise<Outcome> {
    if (!folder) throw new Error('there is no folder before the first test');
    const config = folder.file('config.json');
    writeFileSync(config, JSON.stringify(settings));
    return run([programs('target-redshift'), '--config', config], {
      input: messages(day),
      seconds: SECONDS,
      env: loaderEnvironment(warehouse()),
    });
  }

  function expectLoaded({ code, stdout, stderr }: Outcome, day: Day): void {
    expect(code, stderr.slice(-4000)).to.equal(0);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).to.deep.equal(stateOf(day));
  }

  const ORDER_COLUMNS: Readonly<Record<string, Kind>> = {
    ...{ id: 'text', note: 'text', amount: 'number', quantity: 'number', paid: 'boolean' },
    ...{ ordered_at: 'instant', address__city: 'text', address__zip: 'number' },
  };
  const ITEM_COLUMNS: Readonly<Record<string, Kind>> = {
    ...{ region: 'text', number: 'number', title: 'text', weight: 'number' },
  };

  function flatOrder({ address, id, ...order }: Order): Row {
    return { id: id.text, ...order, address__city: address.city, address__zip: address.zip };
  }

  describe('datamill target-redshift', () => {
    let programs: Programs;
    let settings: object;

    before(async function () {
      programs = await environmentOrSkip(this, DATAMILL, { dependencies: 'listed' });
      await client?.query('CREATE SCHEMA datamill');
      settings = datamillSettings(warehouse(), 'datamill');
    });

    async function expectHeld(day: Day): Promise<void> {
      const { orders, items } = held(day);
      expect(await rows('datamill.orders', ORDER_COLUMNS, 'id')).to.deep.equal(orders.map(flatOrder));
      expect(await rows('datamill.items', ITEM_COLUMNS, 'number, region')).to.deep.equal(items);
    }

    it('creates its tables and loads every value', async () => {
      expectLoaded(await load(programs, settings, 0), 0);
      await expectHeld(0);
    });

    it('replaces changed records and adds new ones', async () => {
      expectLoaded(await load(programs, settings, 1), 1);
      await expectHeld(1);
    });
  });

  for (const compression of ['', 'gzip'] as const) {
    describe(`pipelinewise-target-redshift ${compression || 'without compression'}`, () => {
      const SCHEMA = `pipelinewise_${compression || 'plain'}`;
      const COLUMNS: Readonly<Record<string, Kind>> = {
        ...{ id: 'text', note: 'text', amount: 'number', quantity: 'number', paid: 'boolean' },
        ...{ ordered_at: 'instant', address: 'json' },
      };
      let programs: Programs;
      let settings: object;

      before(async function () {
        programs = await environmentOrSkip(this, PIPELINEWISE, { dependencies: 'listed' });
        settings = pipelinewiseSettings(warehouse(), SCHEMA, compression);
      });

      function orderRow({ id, note, ...order }: Order): Row {
        return { id: id.text, note: note === null ? null : withoutEscapes(note), ...order };
      }

      function itemRow({ title, ...item }: Item): Row {
        return { ...item, title: withoutEscapes(title) };
      }

      async function expectHeld(day: Day): Promise<void> {
        const { orders, items } = held(day);
        expect(await rows(`${SCHEMA}.orders`, COLUMNS, 'id')).to.deep.equal(orders.map(orderRow));
        expect(await rows(`${SCHEMA}.items`, ITEM_COLUMNS, 'number, region')).to.deep.equal(
          items.map(itemRow),
        );
      }

      it('creates its schema and tables and loads every value', async () => {
        expectLoaded(await load(programs, settings, 0), 0);
        await expectHeld(0);
      });

      it('updates changed records and adds new ones', async () => {
        expectLoaded(await load(programs, settings, 1), 1);
        await expectHeld(1);
      });
    });
  }

  describe('dlt', () => {
    let programs: Programs;

    before(async function () {
      programs = await environmentOrSkip(this, DLT);
    });

    async function loadAndExpect(day: Day): Promise<void> {
      if (!folder) throw new Error('there is no folder before the first test');
      const [settings, records] = [folder.file('dlt.json'), folder.file('records.jsonl')];
      writeFileSync(settings, JSON.stringify(dltSettings(warehouse(), 'dlt_shop')));
      writeFileSync(records, messages(day));
      const { code, stderr } = await run(
        [programs('python'), DLT_PIPELINE, settings, records, folder.file('dlt')],
        { seconds: SECONDS, env: DLT_ENVIRONMENT },
      );
      expect(code, stderr.slice(-4000)).to.equal(0);
      const { orders, items } = held(day);
      expect(await rows('dlt_shop.orders', ORDER_COLUMNS, 'id')).to.deep.equal(orders.map(flatOrder));
      expect(await rows('dlt_shop.items', ITEM_COLUMNS, 'number, region')).to.deep.equal(items);
    }

    it('creates its schema and tables and loads every value', () => loadAndExpect(0));

    it('merges changed records and new ones', () => loadAndExpect(1));
  });
});

/** The loader writes a tab as JSON does, backslash t, of which COPY with ESCAPE keeps the letter (r_COPY, "ESCAPE"). */
function withoutEscapes(text: string): string {
  return text.replaceAll('\t', 't');
}
