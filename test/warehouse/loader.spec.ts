/** What the loader does to tables, objects and records, and what it says of work that failed. */
import { expect } from 'chai';
import type { LoadCounts } from '../../src/warehouse/accounting.ts';
import type { LoadJob } from '../../src/warehouse/jobs.ts';
import type { OverwriteCounts } from '../../src/warehouse/overwrite.ts';
import {
  column,
  loadJob,
  openParts,
  staged,
  tableJob,
  type Parts,
  type PartOptions,
} from '../support/parts.ts';
import { settings } from '../support/settings.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const ID = column('id', { kind: 'bigint' }, { isKey: true });
const NAME = column('name', { kind: 'varchar', bytes: 64 });
const COLUMNS = [ID, NAME];

type Rows = (string | null)[][];

describe('a loader', () => {
  let place: Place;
  let parts: Parts;

  beforeEach(async () => {
    place = await newPlace();
    parts = await openParts(place);
  });
  afterEach(() => parts[Symbol.asyncDispose]());

  const rows = (table = 't', columns = 'id, name'): Promise<Rows> =>
    place.query(`SELECT ${columns} FROM ${place.schema}.${table} ORDER BY 1, 2`);

  const tables = async (): Promise<(string | null)[]> =>
    (
      await place.query(`SELECT table_name FROM svv_tables WHERE table_schema = '${place.schema}' ORDER BY 1`)
    ).flat();

  /** The records of loads. */
  const records = (): Promise<Rows> =>
    place.query(
      `SELECT batch, method, rows_received, rows_written, rows_replaced, rows_deleted FROM ${place.schema}._target_redshift_loads ORDER BY 1`,
    );

  const job = (more: Partial<LoadJob> = {}): LoadJob => {
    const target = { schema: place.schema, table: 't' };
    const columns = more.columns ?? COLUMNS;
    return loadJob(place.prefix, tableJob(target, columns, more), more);
  };

  interface Loaded {
    readonly counts: readonly LoadCounts[];
    readonly error: string | undefined;
  }

  /** Loads a batch and waits for what is done in the background. */
  const load = async (one: LoadJob, lines: readonly string[], options: PartOptions = {}): Promise<Loaded> => {
    const loader = parts.loader(options);
    const counts: LoadCounts[] = [];
    const batch = await staged(parts.store, one, ...lines);
    const facts = { ...one.historyRow, received: batch.rows };
    const error = await loader
      .load({ ...one, historyRow: facts }, batch, (seen) => counts.push(seen))
      .then(
        () => undefined,
        (thrown: unknown) => (thrown as Error).message,
      );
    await loader.finish('succeeded');
    return { counts, error };
  };

  const NOTHING = { superseded: 0, inserted: 0, updated: 0, deleted: 0, ignored: 0, replaced: 0, grown: 0 };

  describe('that loads a batch', () => {
    it('makes schema and table, tells the counts once, records the load, and leaves no object', async () => {
      const one = job({ maxBytes: [0, 3], nulls: [false, true] });
      expect(await load(one, ['1,"Ann"', '2,N'])).to.deep.equal({
        counts: [{ ...NOTHING, copied: 2, inserted: 2, grown: 2 }],
        error: undefined,
      });
      expect(await rows()).to.deep.equal([
        ['1', 'Ann'],
        ['2', null],
      ]);
      expect(await records()).to.deep.equal([['1', 'test', '2', '2', '0', '0']]);
      expect(await place.objects()).to.deep.equal([]);
    });

    it('by upsert: the last row of a key replaces that of the table, columns that the batch lacks stay', async () => {
      await load(job(), ['1,"old"', '2,"old"']);
      await place.query(`ALTER TABLE ${place.schema}.t ADD COLUMN note VARCHAR(10) DEFAULT 'kept'`);
      const one = job({ method: 'upsert', census: [3], batch: 2 });
      expect(await load(one, ['2,"first",0,0', '3,"new",1,0', '2,"last",2,0'])).to.deep.equal({
        counts: [{ ...NOTHING, copied: 3, superseded: 1, inserted: 1, updated: 1, replaced: 1, grown: 1 }],
        error: undefined,
      });
      expect(await rows('t', 'id, name, note')).to.deep.equal([
        ['1', 'old', 'kept'],
        ['2', 'last', 'kept'],
        ['3', 'new', 'kept'],
      ]);
      expect(await records()).to.deep.equal([
        ['1', 'test', '2', '2', '0', '0'],
        ['2', 'test', '3', '2', '1', '0'],
      ]);
    });

    it('by insert: rows whose key is in the table are ignored, and so are later ones of a new key', async () => {
      await load(job(), ['1,"old"']);
      const one = job({ method: 'insert', census: [3], batch: 2 });
      expect(await load(one, ['1,"ignored",0,0', '2,"first",1,0', '2,"second",2,0'])).to.deep.equal({
        counts: [{ ...NOTHING, copied: 3, superseded: 1, inserted: 1, ignored: 1, grown: 1 }],
        error: undefined,
      });
      expect(await rows()).to.deep.equal([
        ['1', 'old'],
        ['2', 'first'],
      ]);
    });

    it('with deletions: hard_delete removes the rows of their keys, also where the record has the key alone', async () => {
      await load(job(), ['1,"a"', '2,"b"', '3,"c"']);
      const one = job({
        method: 'upsert',
        census: [1, 1, 1],
        settings: settings({ hard_delete: true }),
        batch: 2,
      });
      expect(await load(one, ['1,"gone",0,1', '2,N,1,2', '3,"new",2,0'])).to.deep.equal({
        counts: [{ ...NOTHING, copied: 3, inserted: 1, deleted: 2, replaced: 3, grown: -2 }],
        error: undefined,
      });
      expect(await rows()).to.deep.equal([['3', 'new']]);
    });

    it('adds and widens columns first, and the rows that were there keep their values', async () => {
      await load(job({ columns: [ID, column('name', { kind: 'varchar', bytes: 4 })] }), ['1,"Ann"']);
      const wide = 'x'.repeat(200);
      const columns = [...COLUMNS, column('born', { kind: 'date' })];
      const one = job({ columns, maxBytes: [0, 200, 0], nulls: [false, false, false], batch: 2 });
      expect((await load(one, [`2,"${wide}",2024-02-29`])).error).to.equal(undefined);
      expect(await rows('t', 'id, name, born')).to.deep.equal([
        ['1', 'Ann', null],
        ['2', wide, '2024-02-29'],
      ]);
    });

    it('keeps the objects with keepFiles', async () => {
      await load(job(), ['1,"a"'], { keepFiles: true });
      expect(await place.objects()).to.deep.equal([
        `${place.prefix}/run/t/1-0.csv.gz`,
        `${place.prefix}/run/t/1-manifest-1.json`,
      ]);
    });

    it('keeps no record without keepsRecords', async () => {
      await load(job(), ['1,"a"'], { keepsRecords: false });
      expect(await tables()).to.deep.equal(['_target_redshift_commits', 't']);
      expect(await place.query(`SELECT * FROM ${place.schema}._target_redshift_commits`)).to.deep.equal([]);
    });
  });

  describe('whose load fails', () => {
    it('leaves table, records and bucket as they were when a row is missing', async () => {
      await load(job(), ['1,"old"']);
      faults.sql = ({ sql }) =>
        sql.startsWith('COPY') ? { kind: 'copy-reports-fewer', rows: 1 } : undefined;
      const { counts, error } = await load(job({ batch: 2 }), ['2,"a"', '3,"b"']);
      expect(counts).to.deep.equal([]);
      expect(error).to.equal(
        `Cannot load stream "t" into "${place.schema}"."t": Cannot account for every row of table "t": sent 2, but copied 1, inserted 1; the transaction was rolled back and nothing of this batch is visible`,
      );
      expect(await rows()).to.deep.equal([['1', 'old']]);
      expect(await records()).to.deep.equal([['1', 'test', '1', '1', '0', '0']]);
      expect(await place.objects()).to.deep.equal([]);
    });

    it('names column, line and file of a value that COPY refuses', async () => {
      const { error } = await load(job(), ['1,"a"', 'x,"b"']);
      expect(error).to.match(
        new RegExp(
          `^Cannot load stream "t" into "${place.schema}"."t": column "id" \\(\\w+\\) refused line 2 of s3://local-bucket/${place.prefix}/run/t/1-0\\.csv\\.gz: `,
        ),
      );
      expect(await rows()).to.deep.equal([]);
    });

    it('says what to grant when the schema cannot be made', async () => {
      faults.sql = ({ sql }) =>
        sql.startsWith('CREATE SCHEMA')
          ? { kind: 'error', sqlstate: '42501', message: 'permission denied for database dev' }
          : undefined;
      const { error } = await load(job(), ['1,"a"']);
      expect(error).to.match(/permission denied for database dev; grant the user CREATE on the schema/);
      expect(await place.objects()).to.deep.equal([]);
    });

    it('names the statements that are due with forbid_ddl, and runs none', async () => {
      const one = job({ settings: settings({ forbid_ddl: true }) });
      const { error } = await load(one, ['1,"a"'], { forbidDdl: true });
      expect(error).to.contain('forbid_ddl is set. Run these statements, then this load again:');
      expect(error).to.contain(`CREATE TABLE "${place.schema}"."t" ("id" BIGINT, "name" VARCHAR(64));`);
      expect(await tables()).to.deep.equal([]);
    });
  });

  describe('that meets failures that pass', () => {
    /** The fault strikes at the first statements that match, so many times. */
    const strike = (pattern: RegExp, times: number, kind: 'drop-before' | 'drop-after'): void => {
      let left = times;
      faults.sql = ({ sql }) => (pattern.test(sql) && left-- > 0 ? { kind } : undefined);
    };

    it('tries a load again whose connection is lost before COMMIT', async () => {
      strike(/^COMMIT|; COMMIT$/, 1, 'drop-before');
      const { counts, error } = await load(job(), ['1,"a"']);
      expect([counts.length, error]).to.deep.equal([1, undefined]);
      expect(await rows()).to.deep.equal([['1', 'a']]);
    });

    it('counts a load once whose answer to COMMIT is lost', async () => {
      await load(job(), ['1,"a"']);
      let commits = 0;
      faults.sql = ({ verb }) => (verb === 'COMMIT' && commits++ === 0 ? { kind: 'drop-after' } : undefined);
      const { counts, error } = await load(job({ batch: 2 }), ['2,"b"']);
      expect(error).to.equal(undefined);
      expect(counts).to.deep.equal([{ ...NOTHING, copied: 1, inserted: 1, grown: 1 }]);
      expect(await rows()).to.deep.equal([
        ['1', 'a'],
        ['2', 'b'],
      ]);
      expect(parts.logged.map(({ message }) => message)).to.include(
        'no answer came to COMMIT: looking for what became of it',
      );
      expect(await place.objects()).to.deep.equal([]);
    });

    it('finds out about a lost COMMIT without a lock for which readers wait, also where it may not delete', async () => {
      const user = `${place.schema}_adds`;
      await load(job(), ['1,"a"']);
      await place.query(`CREATE USER ${user} PASSWORD 'Adds_only1'`);
      await place.query(`GRANT USAGE ON SCHEMA ${place.schema} TO ${user}`);
      await place.query(`GRANT INSERT, SELECT ON ALL TABLES IN SCHEMA ${place.schema} TO ${user}`);
      await place.query(`GRANT UPDATE ON ${place.schema}._target_redshift_runs TO ${user}`);
      await using adding = await openParts(place, { user, password: 'Adds_only1' });
      const locks: string[] = [];
      let commits = 0;
      faults.sql = ({ verb, sql }) => {
        if (/^(LOCK|DELETE)|svv_transactions/.test(sql))
          locks.push(/LOCK|DELETE|svv_transactions/.exec(sql)?.[0] ?? '');
        return verb === 'COMMIT' && commits++ === 0 ? { kind: 'drop-after' } : undefined;
      };
      const one = job({ batch: 2 });
      const loader = adding.loader();
      await loader.load(one, await staged(adding.store, one, '2,"b"'), () => undefined);
      await loader.finish('succeeded');
      expect(locks).to.deep.equal(['DELETE', 'svv_transactions']);
      expect(await rows()).to.deep.equal([
        ['1', 'a'],
        ['2', 'b'],
      ]);
    });

    it('gives up after `tries`, with what the last one met', async () => {
      strike(/^COPY/, 9, 'drop-before');
      const { counts, error } = await load(job(), ['1,"a"'], { tries: 2 });
      expect(counts).to.deep.equal([]);
      expect(error).to.match(
        /^Cannot load stream "t" into .*: The connection to Redshift was lost during .*; tried 2 times in 0 s and given up \(max_load_attempts is 2\)\. Run it again from the last state when Redshift works again, or let it wait longer$/,
      );
      const again = parts.logged.filter(({ message }) => message.startsWith('waiting for Redshift: '));
      expect(again.length).to.equal(1);
      expect(await place.objects()).to.deep.equal([]);
    });

    it('keeps the objects, tells no counts and says so when it cannot find out whether a COMMIT took effect', async () => {
      await load(job(), ['1,"a"']);
      let isLost = false;
      faults.sql = ({ verb, sql }) => {
        if (verb === 'COMMIT' && !isLost) {
          isLost = true;
          return { kind: 'drop-after' };
        }
        return isLost && /_target_redshift_loads/.test(sql)
          ? { kind: 'error', sqlstate: '57P01', message: 'terminating connection' }
          : undefined;
      };
      const { counts, error } = await load(job({ batch: 2 }), ['2,"b"'], { resolveTimeoutMs: 10 });
      faults.sql = () => undefined;
      expect(counts).to.deep.equal([]);
      expect(error).to.match(/^Cannot tell whether the last batch of stream "t" was committed: /);
      expect(await place.objects()).to.deep.equal([
        `${place.prefix}/run/t/2-0.csv.gz`,
        `${place.prefix}/run/t/2-manifest-1.json`,
      ]);
    });
  });

  describe('that replaces the rows of a table', () => {
    const swap = async (
      method: 'delete-insert' | 'swap',
      claimed: number,
    ): Promise<{ counts: OverwriteCounts[]; error: string | undefined }> => {
      await load(job(), ['1,"old"', '2,"old"']);
      const loader = parts.loader();
      const target = { schema: place.schema, table: 't' };
      const shadow = loader.shadowOf(target);
      const own = tableJob(target, COLUMNS, { batch: 2, discards: 'later' });
      const like = method === 'swap' ? target : undefined;
      const into = loadJob(place.prefix, { ...own, target: shadow, like, batch: 2 });
      await loader.load(into, await staged(parts.store, into, '3,"new"'), () => undefined);
      const counts: OverwriteCounts[] = [];
      const error = await loader
        .overwrite(
          { ...own, shadow: { ...own, target: shadow, like }, rows: claimed, method, batch: 3 },
          (seen) => counts.push(seen),
        )
        .then(
          () => undefined,
          (thrown: unknown) => (thrown as Error).message,
        );
      await loader.finish('succeeded');
      return { counts, error };
    };

    it('by delete-insert: the table stays, and the counts are of new and old rows', async () => {
      expect(await swap('delete-insert', 1)).to.deep.equal({
        counts: [{ inserted: 1, deleted: 2 }],
        error: undefined,
      });
      expect(await rows()).to.deep.equal([['3', 'new']]);
      expect(await tables()).to.deep.equal(['_target_redshift_loads', '_target_redshift_runs', 't']);
    });

    it('by swap: the shadow takes the name of the table', async () => {
      expect(await swap('swap', 1)).to.deep.equal({
        counts: [{ inserted: 1, deleted: undefined }],
        error: undefined,
      });
      expect(await rows()).to.deep.equal([['3', 'new']]);
      expect(await tables()).to.deep.equal(['_target_redshift_loads', '_target_redshift_runs', 't']);
    });

    for (const method of ['delete-insert', 'swap'] as const) {
      it(`by ${method}: keeps the old rows, and drops the shadow, when the shadow has other rows than were loaded`, async () => {
        const { counts, error } = await swap(method, 2);
        expect(counts).to.deep.equal([]);
        expect(error).to.match(/2 were loaded for it, but 1 would take the old rows' place/);
        expect(await rows()).to.deep.equal([
          ['1', 'old'],
          ['2', 'old'],
        ]);
        expect(await tables()).to.deep.equal(['_target_redshift_loads', '_target_redshift_runs', 't']);
      });
    }
  });

  describe('that activates a version', () => {
    const VERSION = column('_sdc_table_version', { kind: 'bigint' });
    const DELETED_AT = column('_sdc_deleted_at', { kind: 'timestamptz' });
    const columns = [ID, VERSION, DELETED_AT];

    const activate = async (hard_delete: boolean, keepsUnversioned: boolean): Promise<number> => {
      await load(job({ columns }), ['1,1,N', '2,2,N', '3,N,N']);
      const loader = parts.loader();
      const target = { schema: place.schema, table: 't' };
      const one = tableJob(target, columns, { settings: settings({ hard_delete }) });
      const time = new Date('2024-05-01T10:00:00Z');
      const counts: number[] = [];
      await loader.activate(one, { version: 2n, time, keepsUnversioned }, (rows) => counts.push(rows));
      await loader.finish('succeeded');
      return counts[0] ?? -1;
    };

    it('with hard_delete: deletes the rows of older versions and those without one', async () => {
      expect(await activate(true, false)).to.equal(2);
      expect(await rows('t', 'id, _sdc_table_version')).to.deep.equal([['2', '2']]);
    });

    it('keeps rows without a version on demand', async () => {
      expect(await activate(true, true)).to.equal(1);
      expect(await rows('t', 'id, _sdc_table_version')).to.deep.equal([
        ['2', '2'],
        ['3', null],
      ]);
    });

    it('without hard_delete: marks them with the time', async () => {
      expect(await activate(false, false)).to.equal(2);
      expect(await rows('t', 'id, _sdc_deleted_at')).to.deep.equal([
        ['1', '2024-05-01 10:00:00+00'],
        ['2', null],
        ['3', '2024-05-01 10:00:00+00'],
      ]);
    });
  });

  describe('that reads the catalog', () => {
    it('finds no tables in a schema that is not there', async () => {
      expect([...(await parts.loader().tables('nowhere'))]).to.deep.equal([]);
    });

    it('finds tables with the keys in their comments, tables of others, and views', async () => {
      await load(job(), ['1,"a"']);
      await place.query(`CREATE TABLE ${place.schema}.other (a INT)`);
      await place.query(`CREATE VIEW ${place.schema}.v AS SELECT id FROM ${place.schema}.t`);
      const found = [...(await parts.loader().tables(place.schema))]
        .filter(([name]) => !name.startsWith('_'))
        .map(([name, { isView, keyProperties, columns }]) => ({
          name,
          isView,
          keyProperties,
          columns: isView ? [] : columns.map((one) => `${one.name} ${one.typeText}`),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(found).to.deep.equal([
        { name: 'other', isView: false, keyProperties: undefined, columns: ['a integer'] },
        {
          name: 't',
          isView: false,
          keyProperties: ['id'],
          columns: ['id bigint', 'name character varying(64)'],
        },
        { name: 'v', isView: true, keyProperties: undefined, columns: [] },
      ]);
    });

    it('drops the shadows of runs that began before staleBefore, and no other', async () => {
      await place.query(`CREATE SCHEMA ${place.schema}`);
      const shadow = (time: string): string => `_target_redshift_shadow_${time}z_abc_12345678`;
      for (const time of ['20240101t000000', '20240103t000000'])
        await place.query(`CREATE TABLE ${place.schema}.${shadow(time)} (a INT)`);
      await parts.loader({ staleBefore: new Date('2024-01-02T00:00:00Z') }).tables(place.schema);
      expect(await tables()).to.deep.equal([shadow('20240103t000000')]);
      expect(parts.logged.map(({ message, table }) => [message, table])).to.deep.include([
        'dropped a table that a dead run had left',
        shadow('20240101t000000'),
      ]);
    });

    it('counts the slices of the cluster, and does without when it cannot', async () => {
      expect(await parts.loader().slices()).to.equal(2);
      faults.sql = ({ sql }) =>
        /stv_slices/.test(sql)
          ? { kind: 'error', sqlstate: '42501', message: 'permission denied' }
          : undefined;
      expect(await parts.loader().slices()).to.equal(undefined);
    });

    it('tells whether every number in a column fits another type', async () => {
      const amount = column('n', { kind: 'numeric', precision: 38, scale: 9 });
      await load(job({ columns: [ID, amount] }), ['1,2.50', '2,N']);
      const target = { schema: place.schema, table: 't' };
      const fits = (name: string): Promise<boolean> =>
        parts.loader().fits(target, name, { kind: 'numeric', precision: 18, scale: 2 });
      expect([await fits('n'), await fits('missing')]).to.deep.equal([true, true]);
      await load(job({ columns: [ID, amount], batch: 2 }), ['3,2.555']);
      expect(await fits('n')).to.equal(false);
    });
  });

  describe('that prepares a table', () => {
    it('makes it for a stream that sent no rows, with its comment', async () => {
      await parts.loader().prepare(tableJob({ schema: place.schema, table: 't' }, COLUMNS));
      expect(await rows()).to.deep.equal([]);
      expect(
        await place.query(
          `SELECT remarks FROM svv_tables WHERE table_schema = '${place.schema}' AND table_name = 't'`,
        ),
      ).to.deep.equal([['{"target-redshift":{"stream":"t","key_properties":["id"]}}']]);
    });
  });

  describe('that copies files of a tap', () => {
    it('tells their rows, records them, and leaves them where they are', async () => {
      const key = `${place.prefix}/tap/one.jsonl`;
      await parts.store.put(
        key,
        Buffer.from('{"id": 1, "name": "a"}\n{"id": 2}\n'),
        new AbortController().signal,
      );
      const loader = parts.loader();
      const own = tableJob({ schema: place.schema, table: 't' }, COLUMNS);
      const told: number[] = [];
      await loader.copyFiles(
        { ...own, keyPrefix: `${place.prefix}/run/t/1-`, files: [parts.store.url(key)], isGzip: false },
        (count) => told.push(count),
      );
      await loader.finish('succeeded');
      expect(told).to.deep.equal([2]);
      expect(await rows()).to.deep.equal([
        ['1', 'a'],
        ['2', null],
      ]);
      expect(await records()).to.deep.equal([['1', 'test', '2', '2', '0', '0']]);
      expect(await place.objects()).to.deep.equal([key]);
    });
  });

  describe('that ends', () => {
    const runs = (): Promise<Rows> =>
      place.query(
        `SELECT run_id, version, outcome, error, ended_at IS NULL FROM ${place.schema}._target_redshift_runs`,
      );

    it('records how the run ended, with the reason', async () => {
      const loader = parts.loader();
      const one = job();
      await loader.load(one, await staged(parts.store, one, '1,"a"'), () => undefined);
      expect(await runs()).to.deep.equal([['run-20240101T000000Z-test', 'test', 'running', null, 't']]);
      await loader.finish('failed', 'the tap died');
      expect(await runs()).to.deep.equal([
        ['run-20240101T000000Z-test', 'test', 'failed', 'the tap died', 'f'],
      ]);
    });

    it('records nothing of a run that loaded nothing', async () => {
      await parts.loader().finish('succeeded');
      expect(await tables()).to.deep.equal([]);
    });
  });
});
