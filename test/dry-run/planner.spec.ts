/** What the planner says a run would do to tables that are as they are, without touching them. */
import { expect } from 'chai';
import { Planner } from '../../src/dry-run/planner.ts';
import { asText } from '../../src/dry-run/report.ts';
import type { StagedBatch } from '../../src/staging/batch.ts';
import type { LoadJob } from '../../src/warehouse/jobs.ts';
import { LIVE } from '../../src/warehouse/row-kinds.ts';
import { column, loadJob, NULL, openParts, tableJob, type Parts } from '../support/parts.ts';
import { settings } from '../support/settings.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

const ID = column('id', { kind: 'bigint' }, { isKey: true });
const NAME = column('name', { kind: 'varchar', bytes: 64 });
const COLUMNS = [ID, NAME];

describe('a planner', () => {
  let place: Place;
  let parts: Parts;

  beforeEach(async () => {
    place = await newPlace();
    parts = await openParts(place);
  });
  afterEach(() => parts[Symbol.asyncDispose]());

  const planner = (): Planner =>
    new Planner({
      warehouse: parts.warehouse,
      access: { kind: 'role', role: 'arn:aws:iam::000000000000:role/r' },
      region: 'eu-west-1',
      format: { sentinel: NULL, compression: 'gzip' },
      url: (key) => `s3://bucket/${key}`,
      history: { schema: place.schema, keepsRecords: true, version: '1.2.3' },
    });

  const job = (more: Partial<LoadJob> = {}): LoadJob =>
    loadJob('p', tableJob({ schema: place.schema, table: 't' }, more.columns ?? COLUMNS, more), {
      method: 'upsert',
      census: Object.assign([], { [LIVE]: 2 }),
      ...more,
    });

  const batch = (rows: number): StagedBatch => ({
    parts: [],
    rows,
    bytes: 0,
    format: { sentinel: NULL, compression: 'gzip' },
  });

  /** The plan, with the name of the place left out. */
  const planOf = async (one: Planner): Promise<readonly string[]> =>
    asText({ loads: await one.loads(), refusal: undefined })
      .replaceAll(place.schema, 'schema')
      .replaceAll(/_target_redshift_shadow_\w+/g, 'shadow')
      .split('\n');

  /** What would change tables for good, and what could not be done. */
  const changesOf = (plan: readonly string[]): readonly string[] =>
    plan.map((line) => line.trim()).filter((line) => /^(?:CREATE (?!TEMP)|ALTER|rejected)/.test(line));

  /** The plan of batches of one stream for the tables that are there. */
  const planFor = async (...jobs: readonly LoadJob[]): Promise<readonly string[]> => {
    const one = planner();
    await one.tables(place.schema);
    for (const job of jobs) await one.load(job, batch(2), () => undefined);
    return planOf(one);
  };

  it('says what each batch would be copied and merged by', async () => {
    const plan = await planFor(job({ maxBytes: [0, 5] }), job({ maxBytes: [0, 9], batch: 2 }));
    expect(plan.slice(0, 4)).to.deep.equal([
      'stream "t" into "schema"."t": upsert by "id", 4 rows in 2 batches',
      '  columns',
      '    "id"    BIGINT       key',
      '    "name"  VARCHAR(64)  widest value 9 bytes',
    ]);
    expect(plan.filter((line) => line.startsWith('    -- ') || line.endsWith('each batch'))).to.deep.equal([
      '    -- schema "schema" does not exist',
      '    -- the table does not exist',
      '  each batch',
      '    -- begin filling the stage',
      '    -- make a stage for the batch',
      '    -- load the batch into the stage',
      '    -- count what was loaded',
      '    -- find the last of the rows of a key',
      '    -- remove the rows before it',
      '    -- keep the stage',
      '    -- begin the load',
      '    -- delete the rows of the table that the batch replaces',
      '    -- see that no row of the table is hidden',
      '    -- see that the table has no column that the batch does not carry',
      '    -- insert the rows of the batch',
      '    -- record the load',
      '    -- record the run, with its first load',
      '    -- free the space of the stage',
      '    -- free the space of the stage',
      '    -- commit the load if every row is accounted for',
    ]);
  });

  it('creates the schema and the table that are missing, and touches neither', async () => {
    expect(changesOf(await planFor(job()))).to.deep.equal([
      'CREATE SCHEMA IF NOT EXISTS "schema";',
      'CREATE TABLE "schema"."t" ("id" BIGINT, "name" VARCHAR(64));',
    ]);
    expect(
      await place.query(`SELECT 1 FROM svv_all_schemas WHERE schema_name = '${place.schema}'`),
    ).to.deep.equal([]);
  });

  it('widens a column for the widest value of all batches, and once', async () => {
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE TABLE ${place.schema}.t (id BIGINT NOT NULL, name VARCHAR(8))`);
    const plan = await planFor(job({ maxBytes: [0, 5] }), job({ maxBytes: [0, 30], batch: 2 }));
    expect(changesOf(plan)).to.deep.equal(['ALTER TABLE "schema"."t" ALTER COLUMN "name" TYPE VARCHAR(64);']);
    const fitting = await planFor(job({ maxBytes: [0, 8] }));
    expect(fitting).to.include('  the table needs no change');
  });

  it('plans for the table as the loads before it would have left it', async () => {
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE TABLE ${place.schema}.t (id BIGINT NOT NULL)`);
    const more = column('more', { kind: 'boolean' });
    const plan = await planFor(job(), job({ columns: [ID, NAME, more], batch: 2 }));
    expect(changesOf(plan)).to.deep.equal([
      'ALTER TABLE "schema"."t" ADD COLUMN "name" VARCHAR(64);',
      'ALTER TABLE "schema"."t" ADD COLUMN "more" BOOLEAN;',
    ]);
  });

  it('says why a table cannot be used, and that forbid_ddl forbids a change', async () => {
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE TABLE ${place.schema}.t (id BIGINT NOT NULL, name BOOLEAN)`);
    expect(changesOf(await planFor(job()))).to.deep.equal([
      'ALTER TABLE "schema"."t" ADD COLUMN "_target_redshift_retyped" VARCHAR(64);',
      'ALTER TABLE "schema"."t" DROP COLUMN "name";',
      'ALTER TABLE "schema"."t" RENAME COLUMN "_target_redshift_retyped" TO "name";',
    ]);
    await place.query(`ALTER TABLE ${place.schema}.t DROP COLUMN name`);
    const forbidden = job({ settings: settings({ forbid_ddl: true }) });
    expect(changesOf(await planFor(forbidden))).to.deep.equal([
      'rejected: the table must be changed, and forbid_ddl is set',
      'ALTER TABLE "schema"."t" ADD COLUMN "name" VARCHAR(64);',
    ]);
  });

  it('says what happens after the loads: files, versions and overwrites', async () => {
    const one = planner();
    await one.tables(place.schema);
    const load = job();
    const counts: unknown[] = [];
    await one.copyFiles({ ...load, files: ['s3://b/1', 's3://b/2'], isGzip: true }, () => undefined);
    const activated = { time: new Date(0), keepsUnversioned: false };
    await one.activate(load, { ...activated, version: 7n }, () => undefined);
    const deletes = job({ settings: settings({ hard_delete: true }) });
    await one.activate(deletes, { ...activated, version: 8n }, () => undefined);
    const shadow = tableJob(one.shadowOf(load.target), load.columns);
    await one.overwrite({ ...load, shadow, rows: 3, method: 'swap' }, (seen) => counts.push(seen));
    expect((await planOf(one)).filter((line) => line.startsWith('  then'))).to.deep.equal([
      "  then 2 files are copied directly: COPY \"schema\".\"t\" (\"id\", \"name\") FROM 's3://bucket/p/run/t/1-manifest-1.json' IAM_ROLE 'arn:aws:iam::000000000000:role/r' REGION 'eu-west-1' MANIFEST JSON 'auto ignorecase' GZIP DATEFORMAT 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF",
      '  then rows of versions before 7 are marked as deleted',
      '  then rows of versions before 8 are deleted',
      '  then "shadow" takes the place of the table by renaming',
    ]);
    expect(counts).to.deep.equal([{ inserted: 3, deleted: undefined }]);
  });

  it('does not take a defect of the program for a table that cannot be used', async () => {
    const one = planner();
    await one.tables(place.schema);
    await one.load({ ...job(), columns: [undefined as never] }, batch(1), () => undefined);
    const error = await one.loads().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(TypeError);
  });
});
