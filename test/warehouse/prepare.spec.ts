/** How a table gets room for a batch: what it has afterwards, whatever it had before and whoever changes it meanwhile. */
import { expect } from 'chai';
import type { Session } from '../../src/ports.ts';
import { designOf } from '../../src/table/design.ts';
import type { Replace } from '../../src/table/changes.ts';
import type { Column } from '../../src/table/types.ts';
import { SchemaGrants } from '../../src/warehouse/grants.ts';
import { KnownTables } from '../../src/warehouse/known-tables.ts';
import { prepareSchema, prepareTable, type TableRequest } from '../../src/warehouse/prepare.ts';
import { column, openParts, type Parts } from '../support/parts.ts';
import { settings } from '../support/settings.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const ID = column('id', { kind: 'bigint' }, { isKey: true });
const NAME = column('name', { kind: 'varchar', bytes: 64 });
const NOTE = { stream: 't', keyProperties: ['id'] };

/** What a batch needs whose values are empty. */
const NO_ROWS = { maxBytes: [], nulls: [] };

describe('a table that is prepared', () => {
  let place: Place;
  let parts: Parts;
  /** The statements that changed something, names of the place left out. */
  let changes: string[];

  beforeEach(async () => {
    place = await newPlace();
    parts = await openParts(place);
    await place.query(`CREATE SCHEMA ${place.schema}`);
    changes = [];
    faults.sql = ({ sql }) => {
      if (/^(CREATE|ALTER|COMMENT|GRANT|DROP|UPDATE)/.test(sql)) changes.push(shown(sql));
      return undefined;
    };
  });
  afterEach(() => parts[Symbol.asyncDispose]());

  const shown = (text: string): string => text.replaceAll(`"${place.schema}".`, '');

  const wish = (columns: readonly Column[], more: Partial<TableRequest> = {}): TableRequest => ({
    target: { schema: place.schema, table: 't' },
    columns,
    needs: NO_ROWS,
    settings: settings(),
    design: designOf(NOTE, settings(), columns),
    isCommentDue: false,
    usage: new SchemaGrants(),
    known: new KnownTables(),
    discards: undefined,
    committed: undefined,
    ...more,
  });

  const inSession = <T>(work: (session: Session) => Promise<T>): Promise<T> => parts.warehouse.session(work);

  interface Prepared {
    /** Name, type, and whether NULL is allowed, of each column. */
    readonly columns: readonly string[];
    readonly replaces: readonly Replace[];
  }

  const prepare = async (one: TableRequest): Promise<Prepared> => {
    const { columns, replaces } = await inSession((session) => prepareTable(session, one));
    return {
      columns: columns.map(({ name, typeText, nullable }) =>
        `${name} ${typeText.toLowerCase()}${nullable ? '' : ' not null'}`.replace(
          'character varying',
          'varchar',
        ),
      ),
      replaces,
    };
  };

  const failure = async (one: TableRequest): Promise<string> =>
    prepare(one).then(
      () => 'it succeeded',
      (error: unknown) => shown((error as Error).message),
    );

  const table = async (columns: string, ...values: readonly string[]): Promise<void> => {
    await place.query(`CREATE TABLE ${place.schema}.t (${columns})`);
    for (const row of values) await place.query(`INSERT INTO ${place.schema}.t VALUES (${row})`);
    changes = [];
  };

  const rows = (): Promise<(string | null)[][]> => place.query(`SELECT * FROM ${place.schema}.t ORDER BY 1`);

  describe('that is not there', () => {
    it('is created with its comments, each string as wide as its values need', async () => {
      const described = { ...NAME, description: 'Who it is' };
      const needs = { maxBytes: [0, 300], nulls: [false, true] };
      const prepared = await prepare(wish([ID, described], { needs }));
      expect(prepared).to.deep.equal({ columns: ['id bigint', 'name varchar(1024)'], replaces: [] });
      expect(changes).to.deep.equal([
        'CREATE TABLE "t" ("id" BIGINT, "name" VARCHAR(1024))',
        `COMMENT ON TABLE "t" IS '{"target-redshift":{"stream":"t","key_properties":["id"]}}'`,
        `COMMENT ON COLUMN "t"."name" IS 'Who it is'`,
      ]);
    });

    it('is created with its design, and for its readers', async () => {
      const own = settings({ distkey: 'id', sortkey: ['name'], grant_select_to: ['public'] });
      const columns = [ID, { ...NAME, encode: 'zstd' }];
      await prepare(wish(columns, { design: designOf(NOTE, own, columns) }));
      expect(changes).to.deep.equal([
        `GRANT USAGE ON SCHEMA "${place.schema}" TO PUBLIC`,
        'CREATE TABLE "t" ("id" BIGINT, "name" VARCHAR(64) ENCODE ZSTD) DISTKEY("id") COMPOUND SORTKEY("name")',
        'GRANT SELECT ON TABLE "t" TO PUBLIC',
        `COMMENT ON TABLE "t" IS '{"target-redshift":{"stream":"t","key_properties":["id"]}}'`,
      ]);
    });

    it('is not created at all when a reader does not exist', async () => {
      const own = settings({ grant_select_to: ['nobody_at_all'] });
      expect(await failure(wish([ID], { design: designOf(NOTE, own, [ID]) }))).to.match(/nobody_at_all/);
      expect(
        await place.query(`SELECT table_name FROM svv_tables WHERE table_schema = '${place.schema}'`),
      ).to.deep.equal([]);
    });

    it('is taken as it is when another session creates it first', async () => {
      let isMade = false;
      faults.sql = ({ sql }) => {
        if (isMade || !sql.startsWith('CREATE TABLE')) return undefined;
        isMade = true;
        void place.query(`CREATE TABLE ${place.schema}.t (name VARCHAR(256), id BIGINT)`);
        return { kind: 'stall', ms: 700 };
      };
      expect((await prepare(wish([ID, NAME]))).columns).to.deep.equal(['name varchar(256)', 'id bigint']);
    });

    it('is created again once it vanished, unless it had rows of the run', async () => {
      const known = new KnownTables();
      const one = wish([ID], { known });
      await prepare(one);
      await place.query(`DROP TABLE ${place.schema}.t`);
      known.doubt(one.target);
      expect((await prepare(one)).columns).to.deep.equal(['id bigint']);
      await place.query(`DROP TABLE ${place.schema}.t`);
      known.doubt(one.target);
      expect(await failure({ ...one, committed: new Set(['id']) })).to.match(
        /^Table "t" vanished during the run: it was dropped or renamed by another session, with rows that this run had loaded/,
      );
    });
  });

  describe('that is there', () => {
    it('is left alone when it has room, however much wider it is', async () => {
      await table('name VARCHAR(1024), id BIGINT, other DATE');
      const needs = { maxBytes: [0, 300], nulls: [true, true] };
      expect((await prepare(wish([ID, NAME], { needs }))).columns).to.deep.equal([
        'name varchar(1024)',
        'id bigint',
        'other date',
      ]);
      expect(changes).to.deep.equal([]);
    });

    it('gets all missing columns in the order of the stream, with their comments', async () => {
      await table('id BIGINT', '1');
      const columns = [ID, { ...NAME, description: 'Who it is' }, column('born', { kind: 'date' })];
      expect((await prepare(wish(columns))).columns).to.deep.equal([
        'id bigint',
        'name varchar(64)',
        'born date',
      ]);
      expect(changes).to.deep.equal([
        'ALTER TABLE "t" ADD COLUMN "name" VARCHAR(64)',
        'ALTER TABLE "t" ADD COLUMN "born" DATE',
        `COMMENT ON COLUMN "t"."name" IS 'Who it is'`,
      ]);
      expect(await rows()).to.deep.equal([['1', null, null]]);
    });

    it('gets wider strings, never narrower ones', async () => {
      await table('id BIGINT, name VARCHAR(5)', `1, 'short'`);
      const needs = { maxBytes: [0, 65], nulls: [false, false] };
      expect((await prepare(wish([ID, NAME], { needs }))).columns).to.deep.equal([
        'id bigint',
        'name varchar(256)',
      ]);
      expect(
        (await prepare(wish([ID, NAME], { needs: { ...needs, maxBytes: [0, 6] } }))).columns,
      ).to.deep.equal(['id bigint', 'name varchar(256)']);
      expect(await rows()).to.deep.equal([['1', 'short']]);
    });

    it('gets another type for a column whose values it keeps', async () => {
      await table('id BIGINT, n INTEGER', '1, -5', '2, NULL');
      const n = column('n', { kind: 'varchar', bytes: 64 });
      expect((await prepare(wish([ID, n]))).columns).to.deep.equal(['id bigint', 'n varchar(64)']);
      expect(await rows()).to.deep.equal([
        ['1', '-5'],
        ['2', null],
      ]);
    });

    it('stays as it was when a value would not stay as it is', async () => {
      await table('id BIGINT, n NUMERIC(38,9)', '1, 1.5', '2, 1.555');
      const n = column('n', { kind: 'numeric', precision: 38, scale: 2 });
      expect(await failure(wish([ID, n]))).to.match(
        /^Cannot change column "n" of table "t" from NUMERIC\(38,9\) to NUMERIC\(38,2\): 1 of its values would not stay as they are; the table is as it was\./,
      );
      expect(await rows()).to.deep.equal([
        ['1', '1.500000000'],
        ['2', '1.555000000'],
      ]);
    });

    it('loses NOT NULL where the batch has a NULL, or lacks the column', async () => {
      await table('id BIGINT NOT NULL, name VARCHAR(10) NOT NULL, n INT NOT NULL', `1, 'a', 5`);
      const needs = { maxBytes: [0, 1], nulls: [false, true] };
      expect((await prepare(wish([ID, NAME], { needs }))).columns).to.have.members([
        'id bigint not null',
        'name varchar(64)',
        'n integer',
      ]);
      expect(await place.query(`SELECT id, name, n FROM ${place.schema}.t`)).to.deep.equal([['1', 'a', '5']]);
    });

    it('keeps NOT NULL of a column that fills itself', async () => {
      await table(`id BIGINT, n INT NOT NULL DEFAULT 7`);
      await prepare(wish([ID], { needs: { maxBytes: [0], nulls: [false] } }));
      expect(changes).to.deep.equal([]);
    });

    it('gets the comment that is due, and is loaded without it by a user who does not own it', async () => {
      await table('id BIGINT');
      await prepare(wish([ID], { isCommentDue: true }));
      expect(changes).to.deep.equal([
        `COMMENT ON TABLE "t" IS '{"target-redshift":{"stream":"t","key_properties":["id"]}}'`,
      ]);
      faults.sql = ({ sql }) =>
        sql.startsWith('COMMENT')
          ? { kind: 'error', sqlstate: '42501', message: 'must be owner of relation t' }
          : undefined;
      expect((await prepare(wish([ID], { isCommentDue: true }))).columns).to.deep.equal(['id bigint']);
    });

    it('gets the columns that another session has left to add', async () => {
      await table('id BIGINT');
      const known = new KnownTables();
      const one = wish([ID, NAME, column('n', { kind: 'bigint' })], { known });
      await inSession((session) => known.columns(session, one.target));
      await place.query(`ALTER TABLE ${place.schema}.t ADD COLUMN name VARCHAR(256)`);
      changes = [];
      expect((await prepare(one)).columns).to.deep.equal(['id bigint', 'name varchar(256)', 'n bigint']);
      expect(changes).to.deep.equal(['ALTER TABLE "t" ADD COLUMN "n" BIGINT']);
    });

    it('may not lose a column with rows of the run', async () => {
      await table('id BIGINT, name VARCHAR(64)');
      const one = wish([ID, NAME], { committed: new Set(['id', 'name']) });
      expect((await prepare(one)).columns).to.deep.equal(['id bigint', 'name varchar(64)']);
      await place.query(`ALTER TABLE ${place.schema}.t DROP COLUMN name`);
      one.known.doubt(one.target);
      expect(await failure(one)).to.match(/^Column "name" of table "t" vanished during the run/);
    });

    it('has columns replaced, values and all, when its rows go', async () => {
      await table('id BIGINT, n VARCHAR(10)', `1, 'five'`);
      const n = column('n', { kind: 'bigint' });
      const replace: Replace = {
        kind: 'replace',
        column: 'n',
        from: { kind: 'varchar', bytes: 10 },
        to: { kind: 'bigint' },
        comment: undefined,
      };
      expect(await prepare(wish([ID, n], { discards: 'later' }))).to.deep.equal({
        columns: ['id bigint', 'n varchar(10)'],
        replaces: [replace],
      });
      expect(await rows()).to.deep.equal([['1', 'five']]);
      expect(await prepare(wish([ID, n], { discards: 'now' }))).to.deep.equal({
        columns: ['id bigint', 'n bigint'],
        replaces: [],
      });
      expect(await rows()).to.deep.equal([['1', null]]);
    });
  });

  describe('cannot be changed', () => {
    it('with forbid_ddl: all statements that are due are named, none is run', async () => {
      await table('id BIGINT, name VARCHAR(5)');
      const one = wish([ID, NAME, column('born', { kind: 'date' })], {
        settings: settings({ forbid_ddl: true }),
        needs: { maxBytes: [0, 65, 0], nulls: [false, false, false] },
      });
      expect(await failure(one)).to.equal(
        'Table "t" has to be changed first, and forbid_ddl is set. Run these statements, then this load again:\n' +
          'ALTER TABLE "t" ALTER COLUMN "name" TYPE VARCHAR(256);\nALTER TABLE "t" ADD COLUMN "born" DATE;',
      );
      expect(changes).to.deep.equal([]);
    });

    it('with forbid_ddl: neither the schema nor the table is created', async () => {
      const target = { schema: `${place.schema}_other`, table: 't' };
      const one = wish([ID], { target, settings: settings({ forbid_ddl: true }) });
      expect(await failure(one)).to.match(
        new RegExp(
          `\\nCREATE SCHEMA IF NOT EXISTS "${target.schema}";\\nCREATE TABLE .*;\\nCOMMENT ON TABLE .*;$`,
        ),
      );
      expect(changes).to.deep.equal([]);
    });

    it('while a view uses the column, which is named', async () => {
      await table('id BIGINT, name VARCHAR(5)');
      await place.query(`CREATE VIEW ${place.schema}.v AS SELECT name FROM ${place.schema}.t`);
      const needs = { maxBytes: [0, 65], nulls: [false, false] };
      expect(await failure(wish([ID, NAME], { needs }))).to.match(
        /^Cannot change column "name" of table "t", because views use it: .*v.*\. Create them again WITH NO SCHEMA BINDING/,
      );
    });

    it('by a user who may not: what to grant is said', async () => {
      await table('id BIGINT');
      faults.sql = ({ sql }) =>
        sql.startsWith('ALTER TABLE')
          ? { kind: 'error', sqlstate: '42501', message: 'must be owner of relation t' }
          : undefined;
      expect(await failure(wish([ID, NAME]))).to.match(
        /must be owner of relation t; grant the user CREATE on the schema, and ownership of tables/,
      );
    });

    it('to a type that holds other values than its column', async () => {
      await table('id BIGINT, n VARCHAR(10)');
      expect(await failure(wish([ID, column('n', { kind: 'bigint' })]))).to.equal(
        'Cannot load into table "t": its column "n" became character varying(10) during the run, and the rows were encoded for BIGINT; run again',
      );
    });
  });
});

describe('a schema that is prepared', () => {
  it('is created when it is not there, and not looked up again', async () => {
    const place = await newPlace();
    await using parts = await openParts(place);
    const seen: string[] = [];
    faults.sql = ({ sql }) => {
      if (/pg_namespace|CREATE SCHEMA/.test(sql)) seen.push(sql.replaceAll(place.schema, 'S'));
      return undefined;
    };
    const known = new KnownTables();
    for (let i = 0; i < 2; i++)
      await parts.warehouse.session((session) => prepareSchema(session, place.schema, known));
    expect(seen).to.deep.equal([
      `SELECT 1 FROM pg_namespace WHERE nspname = 'S'`,
      'CREATE SCHEMA IF NOT EXISTS "S"',
    ]);
  });

  it('is left alone by a user who may not create one', async () => {
    const place = await newPlace();
    await using parts = await openParts(place);
    await place.query(`CREATE SCHEMA ${place.schema}`);
    faults.sql = ({ sql }) =>
      sql.startsWith('CREATE SCHEMA')
        ? { kind: 'error', sqlstate: '42501', message: 'permission denied for database dev' }
        : undefined;
    await parts.warehouse.session((session) => prepareSchema(session, place.schema, new KnownTables()));
  });
});
