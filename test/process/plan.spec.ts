/** `plan`: what a load would do, told and not done. */
import { expect } from 'chai';
import { lines, record, runCli, schema, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { faults, newPlace } from '../support/warehouse.ts';

const integer = { type: ['null', 'integer'] };
const text = { type: ['null', 'string'] };
const old = lines(schema('t', { id: integer, a: text }, ['id']), record('t', { id: 1, a: 'x' }));
const wider = lines(
  schema('t', { id: integer, a: text, b: text }, ['id']),
  record('t', { id: 1, a: 'x'.repeat(100), b: 'y' }),
  record('t', { id: 2, a: 'x', b: 'é' }),
  state(1),
);

interface Shown {
  readonly loads: readonly {
    readonly [name: string]: unknown;
    readonly columns: readonly object[];
    readonly changes: readonly object[];
    readonly steps: readonly { readonly what: string; readonly sql: string }[];
  }[];
  readonly refusal: string | null;
}

async function planned(
  path: string,
  input: string,
  run: typeof runHere = runHere,
): Promise<{ code: number | null; plan: Shown }> {
  const { code, stdout, stderr } = await run(['plan', '--config', path, '--format', 'json'], input);
  expect(stdout, stderr).to.match(/^\{/);
  return { code, plan: JSON.parse(stdout) as Shown };
}

/** Without what differs in each run: its id, its sentinel, secrets, and what only the load knows of itself. */
function withoutValues(sql: string): string {
  return sql
    .replace(/FROM 's3:[^']*'/, 'FROM ...')
    .replace(/SECRET_ACCESS_KEY '[^']*'/, 'SECRET_ACCESS_KEY ...')
    .replace(/NULL AS '[^']*'/, 'NULL AS ...')
    .replace(/ VALUES .*/, ' VALUES ...');
}

describe('plan', () => {
  it('shows names of a tap without what controls a terminal, as text and as JSON', async () => {
    const path = (await newPlace()).configFile();
    const name = 's\u001b]0;PWNED\u0007\u009b2J\u202eevil\nstream "forged" into "x"."y": no rows';
    const input = lines(
      schema(name, { [name]: text, id: integer }, ['id']),
      record(name, { id: 1, [name]: 'x' }),
    );
    for (const format of ['text', 'json']) {
      for (const hostile of [input, lines(record(name, { id: 1 }))]) {
        const { stdout } = await runHere(['plan', '--config', path, '--format', format], hostile);
        expect(stdout).to.contain('s\\u001b]0;PWNED\\u0007\\u009b2J\\u202eevil\\nstream ');
        // eslint-disable-next-line no-control-regex -- these are the characters that are meant
        expect(stdout).not.to.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(stdout).not.to.match(/^stream "forged"/m);
      }
    }
  });

  it('tells what differs from the table, what changes it, and how each batch is loaded', async () => {
    const place = await newPlace();
    const path = place.configFile();
    await runHere(['--config', path], old);
    const { code, plan } = await planned(path, wider, runCli);
    const [{ columns, changes, steps, ...load } = expect.fail('nothing is planned')] = plan.loads;
    expect({
      code,
      refusal: plan.refusal,
      loads: plan.loads.length,
    }).to.deep.equal({
      code: 0,
      refusal: null,
      loads: 1,
    });
    expect(load).to.deep.equal({
      stream: 't',
      schema: place.schema,
      table: 't',
      method: 'upsert',
      key_properties: ['id'],
      rows: 2,
      batches: 1,
      then: [],
      refusal: null,
    });
    expect(columns).to.deep.equal([
      { name: 'id', property: 'id', type: 'BIGINT', is_key: true },
      {
        name: 'a',
        property: 'a',
        type: 'VARCHAR(256)',
        is_key: false,
        max_bytes: 100,
      },
      {
        name: 'b',
        property: 'b',
        type: 'VARCHAR(64)',
        is_key: false,
        max_bytes: 2,
      },
    ]);
    const name = `"${place.schema}"."t"`;
    expect(changes).to.deep.equal([
      {
        why: 'column "a" is too narrow for the widest value',
        sql: [`ALTER TABLE ${name} ALTER COLUMN "a" TYPE VARCHAR(256)`],
      },
      {
        why: 'the table has no column "b"',
        sql: [`ALTER TABLE ${name} ADD COLUMN "b" VARCHAR(64)`],
      },
    ]);
    expect(steps.map(({ sql }) => /^\w+( TEMP| INTO)?/.exec(sql)?.[0])).to.deep.equal([
      'BEGIN',
      'CREATE TEMP',
      'COPY',
      'SELECT',
      'COMMIT',
      'BEGIN',
      'DELETE',
      'EXPLAIN',
      'SELECT',
      'INSERT INTO',
      'INSERT INTO',
      'INSERT INTO',
      'DROP',
      'COMMIT',
    ]);
  });

  describe('prints exactly the statements that a load sends', () => {
    const two = [record('t', { id: 1, a: 'x' }), record('t', { id: 2, a: 'y' })];
    const deleted = record('t', { id: 1, _sdc_deleted_at: '2024-01-01T00:00:00Z' });
    const kinds = {
      'an append': { load_method: 'append-only', more: [] },
      'an upsert': { more: [] },
      'an upsert without a history': { load_history: false, more: [] },
      'an upsert that deletes rows': { hard_delete: true, more: [deleted] },
      'an upsert of repeated keys': { more: [record('t', { id: 1, a: 'z' })] },
      'an insert of new rows': { load_method: 'insert-only', more: [] },
    };
    for (const [what, { more, ...options }] of Object.entries(kinds)) {
      it(`for ${what}`, async () => {
        const place = await newPlace();
        const path = place.configFile(options);
        const records = lines(schema('t', { id: integer, a: text }, ['id']), ...two, ...more);
        const { plan } = await planned(path, records);
        const sent: string[] = [];
        faults.sql = ({ sql }) => void sent.push(sql);
        expect((await runHere(['--config', path], records)).code).to.equal(0);
        const steps = plan.loads.flatMap((load) => load.steps.map(({ sql }) => sql));
        const from = sent.findIndex(
          (sql, i) => sql === 'BEGIN' && /^(CREATE TEMP|COPY)/.test(sent[i + 1] ?? ''),
        );
        expect(sent.slice(from, from + steps.length).map(withoutValues)).to.deep.equal(
          steps.map(withoutValues),
        );
        expect(steps.at(-1)).to.equal('COMMIT');
      });
    }
  });

  it('shows the same to people, access keys masked', async () => {
    const place = await newPlace();
    const path = place.configFile({
      iam_role: undefined,
      load_method: 'append-only',
    });
    const { code, stdout } = await runHere(['plan', '--config', path], old);
    expect(code).to.equal(0);
    const version = /'RUN', '([^']*)', NULL/.exec(stdout)?.[1] ?? '';
    const shown = stdout.replaceAll(/s3:\/\/\S+|(?<=NULL AS ')\w+/g, '...').replaceAll(place.schema, 'raw');
    expect(shown.replace(/ACCESS_KEY_ID '[^']*'/, "ACCESS_KEY_ID '...'")).to.equal(
      `stream "t" into "raw"."t": append, 1 row in 1 batch
  columns
    "id"  BIGINT       key
    "a"   VARCHAR(64)  widest value 1 byte
  changes of the table
    -- schema "raw" does not exist
    CREATE SCHEMA IF NOT EXISTS "raw";
    -- the table does not exist
    CREATE TABLE "raw"."t" ("id" BIGINT, "a" VARCHAR(64));
    COMMENT ON TABLE "raw"."t" IS '{"target-redshift":{"stream":"t","key_properties":["id"]}}';
  each batch
    -- begin the load
    BEGIN;
    -- load the batch into the table
    COPY "raw"."t" ("id", "a") FROM '... ACCESS_KEY_ID '...' SECRET_ACCESS_KEY '***' REGION 'us-east-1' MANIFEST CSV GZIP NULL AS '...' DATEFORMAT 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF;
    -- count what was loaded
    SELECT pg_last_copy_count();
    -- record the load
    INSERT INTO "raw"."_target_redshift_loads" (run_id, batch, stream, table_schema, table_name, method, rows_received, rows_rejected, rows_written, rows_replaced, rows_deleted, bytes, parts, started_at, committed_at, version) VALUES ('RUN', 1, 't', 'raw', 't', 'append', 1, 0, NULL, NULL, NULL, NULL, 1, NULL, NULL, '${version}');
    -- record the run, with its first load
    INSERT INTO "raw"."_target_redshift_runs" (run_id, version, started_at, ended_at, outcome, error) VALUES ('RUN', '${version}', NULL, NULL, 'running', NULL);
    -- commit the load if every row is accounted for
    COMMIT;
`,
    );
    expect(stdout).not.to.contain(place.config.aws_secret_access_key);
  });

  it('writes nothing: the warehouse sees queries and settings, S3 nothing at all, stdout no state', async () => {
    const place = await newPlace();
    await runHere(['--config', place.configFile()], old);
    const statements: string[] = [];
    const requests: string[] = [];
    faults.sql = ({ sql }) => void statements.push(sql);
    faults.s3 = ({ operation }) => void requests.push(operation);
    const path = place.configFile({
      batch_size_rows: 1,
      pre_sql: ['CREATE TABLE x (a INT)'],
      on_invalid: 'quarantine',
      streams: { full: { load_method: 'overwrite' } },
    });
    const more = lines(
      record('t', { id: 'no number' }),
      schema('full', { id: integer }),
      record('full', { id: 1 }),
      state(2),
      schema('empty', { id: integer }),
    );
    const { code, stdout, stderr } = await runHere(['plan', '--config', path], wider + more);
    expect(code, stderr).to.equal(0);
    expect(stdout).not.to.match(/^\d/m);
    expect(statements).not.to.deep.equal([]);
    expect(statements.filter((sql) => !/^(SELECT|SET)\b/i.test(sql))).to.deep.equal([]);
    expect(requests).to.deep.equal([]);
    expect(await place.query(`SELECT * FROM ${place.schema}.t`)).to.deep.equal([['1', 'x']]);
  });

  it('ends with 1 and the sentence when a run would fail', async () => {
    const place = await newPlace();
    const path = place.configFile();
    const broken = await planned(path, old + lines(record('t', { id: 'no number' })));
    expect(broken.code).to.equal(1);
    expect(broken.plan.refusal).to.match(/^Cannot load stream "t", line 3: /);
    const forbidden = await planned(place.configFile({ forbid_ddl: true }), old);
    expect({
      code: forbidden.code,
      refusal: forbidden.plan.loads[0]?.['refusal'],
    }).to.deep.equal({
      code: 1,
      refusal: 'the table must be changed, and forbid_ddl is set',
    });
  });
});
