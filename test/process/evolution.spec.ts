/** Changes of tables that meet other sessions and failures: nothing is lost, and the table is never left half changed. */
import { expect } from 'chai';
import { lines, record, schema, state, type Finished } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const integer = { type: ['null', 'integer'] };
const text = { type: ['null', 'string'] };

/** A table with rows, a view on its key, and a grant. */
async function table(column: string): Promise<Place> {
  const place = await newPlace();
  await place.query(`CREATE SCHEMA ${place.schema}`);
  await place.query(`CREATE TABLE ${place.schema}.t (id BIGINT, ${column})`);
  await place.query(`INSERT INTO ${place.schema}.t VALUES (1, '1'), (2, NULL)`);
  await place.query(`CREATE VIEW ${place.schema}.v AS SELECT id FROM ${place.schema}.t`);
  await place.query(`GRANT SELECT ON ${place.schema}.t TO PUBLIC`);
  return place;
}

const load = (place: Place, property: object, value: unknown): Promise<Finished> =>
  runHere(
    ['--config', place.configFile()],
    lines(
      schema('t', { id: integer, n: property }, ['id']),
      record('t', { id: 3, n: value }),
      state({ n: 3 }),
    ),
  );

const rows = (place: Place): Promise<(string | null)[][]> =>
  place.query(`SELECT id, n FROM ${place.schema}.t ORDER BY id`);

const type = async (place: Place): Promise<string | null | undefined> =>
  (
    await place.query(
      `SELECT data_type FROM svv_columns WHERE table_schema = '${place.schema}' AND table_name = 't' AND column_name = 'n'`,
    )
  )[0]?.[0];

/** A fault for the first statement that matches. */
function once<T>(pattern: RegExp, fault: () => T): (statement: { readonly sql: string }) => T | undefined {
  let isDone = false;
  return ({ sql }) => {
    if (isDone || !pattern.test(sql)) return undefined;
    isDone = true;
    return fault();
  };
}

describe('a column that gets another type', () => {
  for (const [what, pattern] of [
    ['is filled', /^UPDATE .*"_target_redshift_retyped"/],
    ['is dropped', /^ALTER TABLE .* DROP COLUMN/],
    ['is renamed', /^ALTER TABLE .* RENAME COLUMN/],
  ] as const) {
    it(`stays as it was when it ${what} and that fails; the next run changes it`, async () => {
      const place = await table('n BIGINT');
      faults.sql = once(pattern, () => ({ kind: 'error', sqlstate: 'XX000', message: 'Disk Full' }) as const);
      const { code, stdout, stderr } = await load(place, text, 'three');
      expect({ code, stdout }, stderr).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.contain('Disk Full');
      expect(await type(place)).to.equal('bigint');
      expect(await rows(place)).to.deep.equal([
        ['1', '1'],
        ['2', null],
      ]);
      expect((await load(place, text, 'three')).code).to.equal(0);
      expect(await rows(place)).to.deep.equal([
        ['1', '1'],
        ['2', null],
        ['3', 'three'],
      ]);
      expect(await place.query(`SELECT COUNT(*) FROM ${place.schema}.v`)).to.deep.equal([['3']]);
      expect(
        await place.query(
          `SELECT privilege_type FROM information_schema.table_privileges WHERE table_schema = '${place.schema}' AND table_name = 't' AND grantee = 'PUBLIC'`,
        ),
      ).to.deep.equal([['SELECT']]);
    });
  }

  for (const kind of ['drop-before', 'drop-after'] as const) {
    it(`is changed once when the connection is lost at its COMMIT (${kind})`, async () => {
      const place = await table('n BIGINT');
      let commits = 0;
      faults.sql = ({ verb }) => (verb === 'COMMIT' && commits++ === 0 ? { kind } : undefined);
      const { code, stdout, stderr } = await load(place, text, 'three');
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":3}\n' });
      expect(stderr).to.contain('The connection was lost while a change of the table was committed');
      expect(await rows(place)).to.deep.equal([
        ['1', '1'],
        ['2', null],
        ['3', 'three'],
      ]);
    });
  }

  it('has the row that another session writes meanwhile', async () => {
    const place = await table('n BIGINT');
    let other: Promise<unknown> | undefined;
    faults.sql = once(/^UPDATE .*"_target_redshift_retyped"/, () => {
      other = place.query(`INSERT INTO ${place.schema}.t (id, n) VALUES (7, 7)`);
      return { kind: 'stall-after', ms: 1000 } as const;
    });
    const { code, stderr } = await load(place, text, 'three');
    expect(code, stderr).to.equal(0);
    await other;
    expect(await rows(place)).to.deep.equal([
      ['1', '1'],
      ['2', null],
      ['3', 'three'],
      ['7', '7'],
    ]);
  });
});

describe('a column that is widened', () => {
  it('is never made narrower: another run widens it in between, and more', async () => {
    const place = await table('n VARCHAR(5)');
    const long = 'x'.repeat(300);
    faults.sql = once(/^ALTER TABLE .* TYPE VARCHAR\(64\)/, () => {
      void place
        .query(`ALTER TABLE ${place.schema}.t ALTER COLUMN n TYPE VARCHAR(1024)`)
        .then(() => place.query(`INSERT INTO ${place.schema}.t VALUES (9, '${long}')`));
      return { kind: 'stall', ms: 1500 } as const;
    });
    const { code, stderr } = await load(place, text, 'wider than five');
    expect(code, stderr).to.equal(0);
    expect(await rows(place)).to.deep.equal([
      ['1', '1'],
      ['2', null],
      ['3', 'wider than five'],
      ['9', long],
    ]);
  });
});

describe('a schema that says nothing new', () => {
  it('sends no DDL, in the same run and in the next', async () => {
    const place = await newPlace();
    const forwards = schema('t', { id: integer, n: text }, ['id']);
    const backwards = schema('t', { n: text, id: integer }, ['id']);
    const input = lines(
      forwards,
      record('t', { id: 1, n: 'a' }),
      backwards,
      record('t', { id: 2, n: 'b' }),
      forwards,
    );
    expect((await runHere(['--config', place.configFile()], input)).code).to.equal(0);
    const ddl: string[] = [];
    faults.sql = ({ sql }) => {
      if (/^(ALTER|COMMENT|GRANT|CREATE(?! TEMP)|DROP(?! TABLE IF EXISTS "_target))/.test(sql)) ddl.push(sql);
      return undefined;
    };
    expect((await runHere(['--config', place.configFile()], input)).code).to.equal(0);
    expect(ddl).to.deep.equal([]);
    expect(await rows(place)).to.deep.equal([
      ['1', 'a'],
      ['2', 'b'],
    ]);
  });
});

describe('a table or column that vanishes during a run', () => {
  for (const [what, statement, sentence] of [
    ['is dropped', 'DROP TABLE {schema}.t', 'Table "{schema}"."t" vanished during the run'],
    ['is renamed', 'ALTER TABLE {schema}.t RENAME TO t2', 'Table "{schema}"."t" vanished during the run'],
    [
      'loses a column',
      'ALTER TABLE {schema}.t DROP COLUMN n',
      'Column "n" of table "{schema}"."t" vanished during the run',
    ],
    [
      'has a column renamed',
      'ALTER TABLE {schema}.t RENAME COLUMN n TO m',
      'Column "n" of table "{schema}"."t" vanished during the run',
    ],
  ] as const) {
    it(`ends the run when the table ${what} after rows of the run were loaded`, async () => {
      const place = await newPlace();
      const run = startHere(['--config', place.configFile({ batch_size_rows: 1 })]);
      await run.write(lines(schema('t', { id: integer, n: integer }, ['id']), record('t', { id: 1, n: 1 })));
      await run.write(lines(state({ n: 1 })));
      await run.seen(/\{"n":1\}/);
      await place.query(statement.replace('{schema}', place.schema));
      await run.write(lines(record('t', { id: 2, n: 2 }), state({ n: 2 })));
      run.end();
      const { code, stdout, stderr } = await run.finished;
      expect({ code, stdout }, stderr).to.deep.equal({ code: 1, stdout: '{"n":1}\n' });
      expect(stderr.replaceAll('\\"', '"')).to.contain(sentence.replace('{schema}', place.schema));
    });
  }

  it('is made again while the stream has committed nothing', async () => {
    const place = await newPlace();
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE TABLE ${place.schema}.t (id BIGINT, n BIGINT)`);
    const run = startHere(['--config', place.configFile()]);
    await run.write(lines(schema('t', { id: integer, n: integer }, ['id']), record('t', { id: 1, n: 1 })));
    await run.write(lines(schema('other', { id: integer }, ['id']), state({ n: 1 })));
    await place.query(`DROP TABLE ${place.schema}.t`);
    run.end();
    const { code, stderr } = await run.finished;
    expect(code, stderr).to.equal(0);
    expect(await rows(place)).to.deep.equal([['1', '1']]);
  });
});

describe('schemas that take turns', () => {
  const sameSchema = [
    { id: integer, a: text, b: text },
    { id: { type: ['integer', 'null'] }, b: { type: ['string', 'null'], description: 'the b' }, a: text },
    { id: integer, a: text },
    { b: text, id: integer },
  ];

  it('go into the same batch as long as none needs DDL: 1,000 of them need one load', async () => {
    const place = await newPlace();
    const input = Array.from({ length: 1000 }, (_, i) => [
      schema('t', sameSchema[i % 3]!, ['id']),
      record('t', { id: i % 500, a: `a${i}`, ...(i % 3 === 2 ? {} : { b: `b${i}` }) }),
    ]);
    const { code, logs, stderr } = await runHere(['--config', place.configFile()], lines(...input.flat()));
    expect(code, stderr).to.equal(0);
    expect(
      logs.filter(({ message }) => /^loaded /.test(message)).map(({ message }) => message),
    ).to.deep.equal([
      'loaded 1,000 rows of t: 500 new, 167 rows replaced, 333 superseded by another record of their key',
    ]);
    // Of the keys 0 and 1, the last records are those of 500 and 501; record 500 has no b, and that of 0 had b0.
    expect(
      await place.query(`SELECT id, a, b FROM ${place.schema}.t WHERE id IN (0, 1, 2) ORDER BY id`),
    ).to.deep.equal([
      ['0', 'a500', 'b0'],
      ['1', 'a501', 'b501'],
      ['2', 'a502', 'b502'],
    ]);
  });

  it('have batches of their own where each lacks what the other has, and every column keeps its value', async () => {
    const place = await newPlace();
    const input = [
      schema('t', sameSchema[0]!, ['id']),
      record('t', { id: 1, a: 'a0', b: 'b0' }),
      schema('t', sameSchema[2]!, ['id']),
      record('t', { id: 1, a: 'a1' }),
      schema('t', sameSchema[3]!, ['id']),
      record('t', { id: 1, b: 'b2' }),
      schema('t', sameSchema[2]!, ['id']),
      record('t', { id: 1, a: 'a3' }),
    ];
    const { code, stderr } = await runHere(['--config', place.configFile()], lines(...input));
    expect(code, stderr).to.equal(0);
    expect(await place.query(`SELECT a, b FROM ${place.schema}.t`)).to.deep.equal([['a3', 'b2']]);
  });
});
