/** dlt with Parquet files staged in S3: every write disposition, nested tables, and columns and tables that come later. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type pg from 'pg';
import { DLT, DLT_ENVIRONMENT, dltSettings } from './support/loaders.ts';
import { type Outcome, run } from './support/processes.ts';
import { environmentOrSkip, type Programs } from './support/python.ts';
import { clientOf, type Folder, newFolder, type Served, serveLocal } from './support/target.ts';

const SCRIPT = fileURLToPath(new URL('dlt_parquet.py', import.meta.url));
const DAYS = [0, 1, 2];
const STRATEGIES = ['truncate-and-insert', 'insert-from-staging'];

describe('dlt with Parquet files', () => {
  let programs: Programs;
  before(async function () {
    programs = await environmentOrSkip(this, DLT);
  });

  /** A warehouse, and pipelines that load into it. */
  function useWarehouse(readings: 'hostile' | 'lenient') {
    let folder: Folder;
    let served: Served;
    let client: pg.Client;
    before(async () => {
      folder = newFolder();
      served = await serveLocal(folder.file('warehouse'), ['--readings', readings]);
      client = await clientOf(served.config);
    });
    after(async () => {
      await client.end();
      await served.stop();
      folder.remove();
    });

    return {
      role: () => served.config.iam_role,
      load: (dataset: string, day: number, more: object): Promise<Outcome> => {
        const settings = folder.file(`${dataset}.json`);
        writeFileSync(settings, JSON.stringify({ ...dltSettings(served.config, dataset), ...more }));
        return run([programs('python'), SCRIPT, settings, folder.file(dataset), String(day)], {
          seconds: 200,
          env: DLT_ENVIRONMENT,
        });
      },
      rows: async (sql: string): Promise<readonly (readonly (string | null)[])[]> =>
        (await client.query<(string | null)[]>({ text: sql, rowMode: 'array' })).rows,
    };
  }

  describe('copied by a role', () => {
    const { role, load, rows } = useWarehouse('hostile');

    for (const strategy of STRATEGIES) {
      const dataset = strategy.replaceAll('-', '_');

      it(`loads three days and replaces tables by ${strategy}`, async () => {
        for (const day of DAYS) {
          const { code, stdout, stderr } = await load(dataset, day, {
            role: role(),
            options: { replace_strategy: strategy },
          });
          expect(code, stderr.slice(-4000)).to.equal(0);
          expect(JSON.parse(stdout)).to.deep.equal({
            loads: day + 1,
            schema: [
              ...['customers', 'customers__phones', 'events', 'events__lines', 'events__lines__tags'],
              ...(day === 2 ? ['events__refunds'] : []),
              ...['prices', 'stock', 'stock__bins'],
            ],
          });
          if (day === 1) await expectStock(dataset, [['c', '3', '3']]);
        }
        await expectStock(dataset, [['d', '4', null]]);
        await expectAppended(dataset);
        await expectMerged(dataset);
      });
    }

    async function expectStock(
      dataset: string,
      stock: readonly (readonly (string | null)[])[],
    ): Promise<void> {
      expect(
        await rows(
          `SELECT sku, "left", "row" FROM ${dataset}.stock s LEFT JOIN ${dataset}.stock__bins b
           ON b._dlt_parent_id = s._dlt_id`,
        ),
      ).to.deep.equal(stock);
      expect(await rows(`SELECT COUNT(*) FROM ${dataset}.stock__bins`)).to.deep.equal([
        [String(stock.filter(([, , bin]) => bin !== null).length)],
      ]);
    }

    async function expectAppended(dataset: string): Promise<void> {
      const nothing = Array<null>(6).fill(null);
      expect(
        await rows(
          `SELECT id, amount, ratio, seen, at, day, note, place__city, place__point__y, channel
           FROM ${dataset}.events ORDER BY id`,
        ),
      ).to.deep.equal([
        ['2', null, null, null, ...nothing],
        ['3', null, null, 'f', null, null, '', null, null, null],
        ['4', null, null, null, null, null, null, null, null, 'web'],
        [
          ...['9007199254740993', '12345678901234567890.123456789', '0.1', 't'],
          ...['2026-01-02 03:04:05.678901+00', '1969-12-31', 'a "b", \\N\nżółw 😀', 'Łódź', '-2', null],
        ],
      ]);
      // dlt writes JSON into Parquet as a string.
      expect(
        await rows(
          `SELECT JSON_TYPEOF(d.doc), JSON_TYPEOF(d.parsed.k) FROM
           (SELECT doc, JSON_PARSE(doc::VARCHAR) AS parsed FROM ${dataset}.events WHERE doc IS NOT NULL) d`,
        ),
      ).to.deep.equal([['string', 'array']]);
      expect(
        await rows(
          `SELECT e.id, l._dlt_list_idx, l.sku, l.count, t.value FROM ${dataset}.events e
           JOIN ${dataset}.events__lines l ON l._dlt_parent_id = e._dlt_id
           LEFT JOIN ${dataset}.events__lines__tags t ON t._dlt_parent_id = l._dlt_id ORDER BY 1, 2, t._dlt_list_idx`,
        ),
      ).to.deep.equal([
        ['3', '0', 'c', '3', 'z'],
        ['9007199254740993', '0', 'a', '1', 'x'],
        ['9007199254740993', '0', 'a', '1', 'y'],
        ['9007199254740993', '1', 'b', '2', null],
      ]);
      expect(
        await rows(
          `SELECT e.id, r.cents FROM ${dataset}.events__refunds r JOIN ${dataset}.events e ON e._dlt_id = r._dlt_parent_id`,
        ),
      ).to.deep.equal([['4', '5']]);
    }

    async function expectMerged(dataset: string): Promise<void> {
      expect(
        await rows(
          `SELECT c.id, c.name, p.value FROM ${dataset}.customers c
           FULL JOIN ${dataset}.customers__phones p ON p._dlt_root_id = c._dlt_id ORDER BY 1, p._dlt_list_idx`,
        ),
      ).to.deep.equal([
        ['2', 'bob again', '22'],
        ['2', 'bob again', '222'],
        ['3', 'eve', null],
      ]);
      expect(
        await rows(`SELECT sku, price, _dlt_valid_to IS NULL FROM ${dataset}.prices ORDER BY sku, price`),
      ).to.deep.equal([
        ['a', '1', 'f'],
        ['a', '9', 't'],
        ['b', '2', 't'],
      ]);
    }
  });

  describe('copied by keys', () => {
    const hostile = useWarehouse('hostile');
    const lenient = useWarehouse('lenient');

    it('loads where COPY of Parquet takes keys', async () => {
      const { code, stderr } = await lenient.load('keys', 0, {});
      expect(code, stderr.slice(-4000)).to.equal(0);
      expect(await lenient.rows('SELECT id, name FROM keys.customers ORDER BY id')).to.deep.equal([
        ['1', 'ada'],
        ['2', 'bob'],
      ]);
    });

    it('fails where it takes roles only, and loads nothing', async () => {
      const { code, stderr } = await hostile.load('keys', 0, {});
      expect(code).to.equal(1);
      expect(stderr).to.include('only accepts IAM_ROLE credentials');
      expect(await hostile.rows('SELECT COUNT(*) FROM keys.customers')).to.deep.equal([['0']]);
    });
  });
});
