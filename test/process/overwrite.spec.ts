/** What an overwrite and an ACTIVATE_VERSION do when something fails on the way: the table has the old rows or the new ones. */
import { expect } from 'chai';
import { lines, record, schema, startCli, state, type Finished } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const COLUMNS = { id: { type: 'integer' } };
const OVERWRITE = { load_method: 'overwrite' };

/** Two rows, and a state that says that these are all. */
function input(...ids: readonly number[]): string {
  return lines(schema('t', COLUMNS), ...ids.map((id) => record('t', { id })), state({ ids }));
}

async function overwrite(place: Place, text: string, options: object = {}): Promise<Finished> {
  return runHere(['--config', place.configFile({ ...OVERWRITE, ...options })], text);
}

/** A place whose table has the rows 1 and 2. */
async function placeWithOldRows(): Promise<Place> {
  const place = await newPlace();
  const { code, stderr } = await overwrite(place, input(1, 2));
  expect(code, stderr).to.equal(0);
  return place;
}

const ids = async (place: Place): Promise<(string | null)[]> =>
  (await place.query(`SELECT id FROM ${place.schema}.t ORDER BY id`)).flat();

const tables = async (place: Place): Promise<string[]> =>
  (await place.query(`SELECT table_name FROM svv_tables WHERE table_schema = '${place.schema}'`))
    .map(([name]) => name ?? '')
    .filter((name) => /shadow|old/.test(name));

type Statement = Parameters<typeof faults.sql>[0];

/** A fault for the COMMIT that ends the overwrite: the one behind a statement that matches. */
function atCommitBehind<T>(pattern: RegExp, fault: T): (statement: Statement) => T | undefined {
  let isNear = false;
  return ({ sql, verb }) => {
    if (pattern.test(sql)) isNear = true;
    if (verb !== 'COMMIT' || !isNear) return undefined;
    isNear = false;
    pattern = /$^/;
    return fault;
  };
}

interface Way {
  readonly what: string;
  readonly options: object;
  readonly hasShadow: boolean;
  /** The first statement that touches the table. */
  readonly end: RegExp;
  /** The statement after which the table would be without its rows. */
  readonly halfWay: RegExp;
}

const DELETE = /^DELETE FROM "case_\d+"."t"$/;

const WAYS: readonly Way[] = [
  {
    what: 'by delete-insert of several batches',
    options: { batch_size_rows: 1 },
    hasShadow: true,
    end: DELETE,
    halfWay: /^INSERT INTO "case_\d+"."t"/,
  },
  {
    what: 'by delete-insert of one batch',
    options: {},
    hasShadow: false,
    end: DELETE,
    halfWay: /^COPY "case_\d+"."t"/,
  },
  {
    what: 'by swap',
    options: { overwrite_method: 'swap' },
    hasShadow: true,
    end: /^ALTER TABLE "case_\d+"."t" RENAME/,
    halfWay: /^DROP TABLE "case/,
  },
];

for (const { what, options, hasShadow, end, halfWay } of WAYS) {
  describe(`an overwrite ${what}`, () => {
    it('whose COMMIT reply is lost is found to be done', async () => {
      const place = await placeWithOldRows();
      faults.sql = atCommitBehind(end, { kind: 'drop-after' } as const);
      const { code, stdout, stderr } = await overwrite(place, input(3), options);
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"ids":[3]}\n' });
      expect(stderr).to.contain('no answer came to COMMIT');
      expect(await ids(place)).to.deep.equal(['3']);
      expect(await tables(place)).to.deep.equal([]);
    });

    it('whose connection is lost before COMMIT is done again as a whole', async () => {
      const place = await placeWithOldRows();
      faults.sql = atCommitBehind(end, { kind: 'drop-before' } as const);
      const { code, stdout, stderr } = await overwrite(place, input(3), options);
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"ids":[3]}\n' });
      expect(stderr).to.contain('waiting for Redshift: ');
      expect(await ids(place)).to.deep.equal(['3']);
      expect(await tables(place)).to.deep.equal([]);
    });

    if (hasShadow)
      it('is rolled back when the shadow has other rows than were loaded into it', async () => {
        const place = await placeWithOldRows();
        let isDone = false;
        faults.sql = ({ sql }) => {
          if (isDone || !end.test(sql)) return undefined;
          isDone = true;
          void tables(place).then(([shadow]) =>
            place.query(`DELETE FROM ${place.schema}.${shadow} WHERE id = 4`),
          );
          return { kind: 'stall', ms: 1500 };
        };
        const { code, stdout, logs } = await overwrite(place, input(3, 4), options);
        expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
        expect(logs.at(-1)?.message).to.match(/2 were loaded for it, but 1 would take the old rows' place/);
        expect(await ids(place)).to.deep.equal(['1', '2']);
        expect(await tables(place)).to.deep.equal([]);
      });

    it('that is killed half-way leaves the old rows, and the next run succeeds', async () => {
      const place = await placeWithOldRows();
      const killed = startCli(['--config', place.configFile({ ...OVERWRITE, ...options })]);
      faults.sql = ({ sql }) => {
        if (!halfWay.test(sql)) return undefined;
        killed.process.kill('SIGKILL');
        return { kind: 'stall', ms: 500 };
      };
      await killed.write(input(3));
      killed.end();
      const { signal, stdout } = await killed.finished;
      expect({ signal, stdout }).to.deep.equal({ signal: 'SIGKILL', stdout: '' });
      faults.sql = () => undefined;
      expect(await ids(place)).to.deep.equal(['1', '2']);
      const { code, stderr } = await overwrite(place, input(5), options);
      expect(code, stderr).to.equal(0);
      expect(await ids(place)).to.deep.equal(['5']);
    });
  });
}

describe('an overwrite', () => {
  it('does not happen after SIGTERM, whatever stood behind the records', async () => {
    const place = await placeWithOldRows();
    const run = startHere([
      '--config',
      place.configFile({ ...OVERWRITE, batch_size_rows: 1, log_level: 'debug' }),
    ]);
    await run.write(input(3));
    await run.seen(/loaded 1 row of t/);
    run.signal();
    const { code, stdout, logs } = await run.finished;
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(logs.at(-1)?.message).to.match(
      /^Cannot overwrite the table of stream "t": the run was stopped before the input ended/,
    );
    expect(await ids(place)).to.deep.equal(['1', '2']);
    expect(await tables(place)).to.deep.equal([]);
  });

  it('does not happen when the load of another stream failed', async () => {
    const place = await placeWithOldRows();
    // Slow, too: the overwrite would be first if it did not wait.
    faults.sql = ({ sql }) => {
      if (/^CREATE TABLE "case_\d+"."u"/.test(sql)) return { kind: 'stall', ms: 2500 };
      if (!/^COPY "case_\d+"."u"/.test(sql)) return undefined;
      return { kind: 'error', sqlstate: 'XX000', message: 'Disk Full' };
    };
    const both = lines(schema('u', COLUMNS), record('u', { id: 1 })) + input(3);
    const options = { streams: { u: { load_method: 'append-only' } } };
    const { code, stdout, stderr } = await overwrite(place, both, options);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.contain('Disk Full');
    expect(await ids(place)).to.deep.equal(['1', '2']);
    expect(await tables(place)).to.deep.equal([]);
  });

  it('leaves its rows out of sight until all of them are there', async () => {
    const place = await placeWithOldRows();
    const run = startHere(['--config', place.configFile({ ...OVERWRITE, batch_size_rows: 1 })]);
    await run.write(input(3, 4));
    await run.seen(/loaded 1 row of t[^]*loaded 1 row of t/);
    expect(await ids(place)).to.deep.equal(['1', '2']);
    expect((await tables(place)).length).to.equal(1);
    run.end();
    const { code, stdout } = await run.finished;
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '{"ids":[3,4]}\n' });
    expect(await ids(place)).to.deep.equal(['3', '4']);
  });
});

describe('an ACTIVATE_VERSION', () => {
  const versioned = (id: number, version: number): object => ({ ...record('t', { id }), version });
  const activate = (version: number): object => ({ type: 'ACTIVATE_VERSION', stream: 't', version });

  for (const [way, verb, left] of [
    ['deletes', 'DELETE', ['2']],
    ['marks', 'UPDATE', ['1', '2']],
  ] as const) {
    it(`that ${way} rows is repeated when the connection is lost, before or after it took effect`, async () => {
      for (const kind of ['drop-before', 'drop-after'] as const) {
        const place = await newPlace();
        let isLost = false;
        faults.sql = (statement) => {
          if (isLost || !new RegExp(`^${verb} .*"_sdc_table_version" < 2`).test(statement.sql))
            return undefined;
          isLost = true;
          return { kind };
        };
        const text = lines(
          schema('t', COLUMNS),
          versioned(1, 1),
          versioned(2, 2),
          activate(2),
          state({ v: 2 }),
        );
        const options = { add_record_metadata: true, hard_delete: verb === 'DELETE' };
        const { code, stdout, stderr } = await runHere(['--config', place.configFile(options)], text);
        expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"v":2}\n' });
        expect(stderr).to.contain('waiting for Redshift: ');
        expect(await ids(place)).to.deep.equal(left);
        const living = `SELECT id FROM ${place.schema}.t WHERE _sdc_deleted_at IS NULL`;
        expect(await place.query(living)).to.deep.equal([['2']]);
      }
    });
  }

  it('holds the states behind it until it is done', async () => {
    const place = await newPlace();
    faults.sql = ({ sql }) =>
      /"_sdc_table_version" < 2/.test(sql)
        ? { kind: 'error', sqlstate: '42501', message: 'permission denied for relation t' }
        : undefined;
    const text = lines(
      schema('t', COLUMNS),
      versioned(1, 1),
      versioned(2, 2),
      state({ v: 1 }),
      activate(2),
      state({ v: 2 }),
    );
    const { code, stdout, logs } = await runHere(
      ['--config', place.configFile({ add_record_metadata: true, hard_delete: true })],
      text,
    );
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"v":1}\n' });
    expect(logs.at(-1)?.message).to.match(/^Cannot .*permission denied for relation t/);
    expect(await ids(place)).to.deep.equal(['1', '2']);
  });
});
