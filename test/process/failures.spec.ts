/** Failures of the warehouse and of S3, ordered from the local one: what is lost (nothing), what is said, what is tried again. */
import { expect } from 'chai';
import { lines, record, schema, startCli, state, type Finished } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import type { Access } from '../../src/local/api.ts';
import { atLoadCommit, faults, newPlace, setAccess, type Place } from '../support/warehouse.ts';

const integer = { type: ['null', 'integer'] };

/** Two batches of two rows and a state behind each. */
function input(keys: readonly string[]): string {
  return lines(
    schema('t', { id: integer }, keys),
    record('t', { id: 1 }),
    record('t', { id: 2 }),
    state({ n: 2 }),
    record('t', { id: 3 }),
    record('t', { id: 4 }),
    state({ n: 4 }),
  );
}

const TWO_ROWS = { batch_size_rows: 2 };

async function load(place: Place, keys: readonly string[] = [], options: object = {}): Promise<Finished> {
  return runHere(['--config', place.configFile({ ...TWO_ROWS, ...options })], input(keys));
}

const ids = async (place: Place): Promise<(string | null)[]> =>
  (await place.query(`SELECT id FROM ${place.schema}.t ORDER BY id`)).flat();

type Statement = Parameters<typeof faults.sql>[0];

/** A fault for the nth statement of this test that matches, counted from 0. */
function nthMatching<T>(pattern: RegExp, nth: number, fault: T): (statement: Statement) => T | undefined {
  let seen = 0;
  return ({ sql }) => (pattern.test(sql) && seen++ === nth ? fault : undefined);
}

describe('failures of the warehouse', () => {
  for (const keys of [[], ['id']]) {
    const method = keys.length > 0 ? 'an upsert' : 'an append';

    it(`${method} whose COMMIT reply is lost counts once`, async () => {
      const place = await newPlace();
      faults.sql = atLoadCommit(0, { kind: 'drop-after' } as const);
      const { code, stdout, stderr } = await load(place, keys);
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":2}\n{"n":4}\n' });
      expect(await ids(place)).to.deep.equal(['1', '2', '3', '4']);
      expect(stderr).to.contain('no answer came to COMMIT');
      expect(await place.objects()).to.deep.equal([]);
    });

    it(`${method} whose connection is lost before COMMIT is tried again`, async () => {
      const place = await newPlace();
      faults.sql = atLoadCommit(1, { kind: 'drop-before' } as const);
      const { code, stdout, stderr } = await load(place, keys);
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":2}\n{"n":4}\n' });
      expect(await ids(place)).to.deep.equal(['1', '2', '3', '4']);
    });

    it(`${method} whose COMMIT answers ROLLBACK is not counted as committed, and is tried again`, async () => {
      const place = await newPlace();
      faults.sql = atLoadCommit(0, { kind: 'commit-answers-rollback' } as const);
      const { code, stdout, stderr } = await load(place, keys);
      expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":2}\n{"n":4}\n' });
      expect(await ids(place)).to.deep.equal(['1', '2', '3', '4']);
      expect(stderr).to.contain('the server answered ROLLBACK instead of COMMIT');
    });

    it(`${method} that COPY reports fewer rows for is rolled back, and the run fails`, async () => {
      const place = await newPlace();
      faults.sql = nthMatching(/^COPY/, 1, { kind: 'copy-reports-fewer', rows: 1 } as const);
      const { code, stdout, logs } = await load(place, keys);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"n":2}\n' });
      expect(await ids(place)).to.deep.equal(['1', '2']);
      expect(logs.at(-1)?.message).to.match(
        /Cannot account for every row of table "t": sent 2, but copied 1/,
      );
      expect(await place.objects()).to.deep.equal([]);
    });
  }

  it('a serialization conflict (1023 with XX000) is tried again as a whole', async () => {
    const place = await newPlace();
    faults.sql = nthMatching(/^DELETE FROM "case/, 0, {
      kind: 'error',
      sqlstate: 'XX000',
      message: '1023',
      detail: 'Serializable isolation violation on table - 100167',
    } as const);
    const { code, stdout, stderr } = await load(place, ['id']);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":2}\n{"n":4}\n' });
    expect(await ids(place)).to.deep.equal(['1', '2', '3', '4']);
    expect(stderr).to.contain('trying again to load stream');
  });

  it('a full disk of the warehouse ends the run with a sentence, keeps what is committed and prints no newer state', async () => {
    const place = await newPlace();
    faults.sql = nthMatching(/^COPY/, 1, { kind: 'error', sqlstate: 'XX000', message: 'Disk Full' } as const);
    const { code, stdout, logs } = await load(place);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"n":2}\n' });
    expect(logs.at(-1)?.message).to.match(
      /^Cannot load stream "t" into .*: Redshift refused COPY .*: Disk Full$/,
    );
    expect(await ids(place)).to.deep.equal(['1', '2']);
    expect(await place.objects()).to.deep.equal([]);
  });

  it('a failed load stops the later batches of its table, so that no state passes a hole', async () => {
    const place = await newPlace();
    faults.sql = nthMatching(/^COPY/, 0, { kind: 'error', sqlstate: 'XX000', message: 'Disk Full' } as const);
    const { code, stdout } = await load(place);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(await ids(place)).to.deep.equal([]);
  });

  it('a missing privilege is named with the grant that helps', async () => {
    const place = await newPlace();
    faults.sql = nthMatching(/^CREATE TABLE "case/, 0, {
      kind: 'error',
      sqlstate: '42501',
      message: 'permission denied for schema x',
    } as const);
    const { code, logs } = await load(place);
    expect(code).to.equal(1);
    expect(logs.at(-1)?.message).to.match(
      /permission denied for schema x; grant the user CREATE on the schema/,
    );
  });
});

describe('what is not committed in time', () => {
  it('a batch that grows old after the input failed is not loaded any more', async () => {
    const place = await newPlace();
    faults.sql = nthMatching(/^COPY "case_\d+"."a"/, 0, { kind: 'stall', ms: 2500 } as const);
    const run = startHere(['--config', place.configFile({ ...TWO_ROWS, batch_max_age_seconds: 1 })]);
    const columns = { id: integer };
    await run.write(
      lines(schema('a', columns), schema('b', columns), record('a', { id: 1 }), record('a', { id: 2 })),
    );
    await run.write(lines(record('b', { id: 1 }), '{broken'));
    const { code, stdout } = await run.finished;
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(await place.query(`SELECT id FROM ${place.schema}.a ORDER BY id`)).to.deep.equal([['1'], ['2']]);
    const tables = await place.query(
      `SELECT table_name FROM svv_tables WHERE table_schema = '${place.schema}'`,
    );
    expect(tables.flat()).not.to.include('b');
    expect(await place.objects()).to.deep.equal([]);
  });

  it('a state is written before the objects are removed from S3', async () => {
    const place = await newPlace();
    faults.s3 = ({ operation }) => (operation === 'DeleteObjects' ? { kind: 'delay', ms: 3000 } : undefined);
    const run = startHere(['--config', place.configFile(TWO_ROWS)]);
    await run.write(input([]));
    const started = Date.now();
    await run.seen(/^\{"n":2\}\n/);
    expect(Date.now() - started).to.be.below(3000);
    run.end();
    expect((await run.finished).code).to.equal(0);
  });

  it('a second signal ends a run whose statement hangs, with exit 1 and no state', async () => {
    const place = await newPlace();
    faults.sql = nthMatching(/^COPY/, 0, { kind: 'stall', ms: 20_000 } as const);
    const run = startCli(['--config', place.configFile({ ...TWO_ROWS, heartbeat_seconds: 1 })]);
    await run.write(input([]));
    await run.seen(/still running after \d+ s for stream .{1,60}: COPY/);
    run.process.kill('SIGTERM');
    await run.seen(/a second signal stops immediately/);
    const second = Date.now();
    run.process.kill('SIGTERM');
    const { code, stdout } = await run.finished;
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(Date.now() - second).to.be.below(6000);
  });

  it('a column that another run adds while a batch is staged keeps its values', async () => {
    const place = await newPlace();
    await runHere(['--config', place.configFile()], input(['id']));
    let isDone = false;
    faults.sql = ({ sql }) => {
      if (isDone || !/pg_last_copy_count/.test(sql)) return undefined;
      isDone = true;
      void place
        .query(`ALTER TABLE ${place.schema}.t ADD COLUMN note VARCHAR(64)`)
        .then(() => place.query(`UPDATE ${place.schema}.t SET note = 'kept'`));
      return { kind: 'stall', ms: 1500 };
    };
    // A key that comes again makes the stage look for repeated ones.
    const repeated = `${input(['id'])}${lines(record('t', { id: 1 }))}`;
    const { code, stderr } = await runHere(['--config', place.configFile()], repeated);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('got another column while its batch was staged');
    expect(await place.query(`SELECT id, note FROM ${place.schema}.t ORDER BY id`)).to.deep.equal([
      ['1', 'kept'],
      ['2', 'kept'],
      ['3', 'kept'],
      ['4', 'kept'],
    ]);
  });
});

describe('failures of S3', () => {
  it('slow-down answers are waited out', async () => {
    const place = await newPlace();
    let left = 2;
    faults.s3 = ({ operation }) =>
      operation === 'PutObject' && left-- > 0 ? { kind: 'error', status: 503, code: 'SlowDown' } : undefined;
    const { code, stdout, stderr } = await load(place);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":2}\n{"n":4}\n' });
    expect(await ids(place)).to.deep.equal(['1', '2', '3', '4']);
  });

  it('no space left at the object store ends the run with a sentence and leaves nothing behind', async () => {
    const place = await newPlace();
    faults.s3 = ({ operation }) =>
      operation === 'PutObject'
        ? { kind: 'error', status: 400, code: 'ENOSPC', message: 'no space left on device' }
        : undefined;
    const { code, stdout, logs } = await load(place);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(logs.at(-1)?.message).to.match(/^Cannot upload s3:\/\/local-bucket\/.*: no space left on device$/);
    expect(await place.objects()).to.deep.equal([]);
  });

  it('a body that COPY reads only half of loads nothing', async () => {
    const place = await newPlace();
    faults.s3 = ({ operation, key }) =>
      operation === 'GetObject' && key.endsWith('.gz') ? { kind: 'truncate', bytes: 10 } : undefined;
    const { code, stdout } = await load(place, [], { max_load_attempts: 1 });
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(await ids(place)).to.deep.equal([]);
  });

  describe('keep the words of S3, and name --check', () => {
    const KEYS = { aws_access_key_id: 'AKIANOKMS', aws_secret_access_key: 'no-kms-secret-key' };
    const KEY = 'arn:aws:kms:us-east-1:000000000000:key/stage';
    const identity = {
      accessKeyId: KEYS.aws_access_key_id,
      secretAccessKey: KEYS.aws_secret_access_key,
      policy: { Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }] },
    } as const;
    const access: Access = { identities: [identity], kmsKeys: [KEY] };

    for (const [what, options, words] of [
      [
        'a key of KMS that the identity may not use',
        { s3_encryption: 'sse-kms', s3_kms_key_id: KEY },
        /\(AccessDenied: .*kms:GenerateDataKey.*\)/,
      ],
      [
        'a bucket that belongs to another account',
        { s3_bucket_owner: '999999999999' },
        /\(AccessDenied: .+\)/,
      ],
    ] as const) {
      it(`when what is denied is ${what}`, async () => {
        await setAccess(access);
        try {
          const place = await newPlace();
          const { code, stdout, logs } = await load(place, [], { ...KEYS, ...options });
          expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
          const message = logs.filter(({ level }) => level === 'error').at(-1)?.message;
          expect(message).to.match(
            /^Cannot upload s3:\/\/.*: access is denied; --check finds out what is missing and how to grant it \(/,
          );
          expect(message).to.match(words);
        } finally {
          await setAccess({});
        }
      });
    }
  });

  it('objects stay with keep_s3_files, where the next run does not take them for leftovers', async () => {
    const place = await newPlace();
    await load(place, [], { keep_s3_files: true });
    await load(place);
    expect((await place.objects()).map((key) => key.replace(/run-[^/]+/, 'RUN'))).to.deep.equal([
      `${place.prefix}/kept-RUN/t/000001-00000.csv.gz`,
      `${place.prefix}/kept-RUN/t/000001-manifest-1.json`,
      `${place.prefix}/kept-RUN/t/000002-00000.csv.gz`,
      `${place.prefix}/kept-RUN/t/000002-manifest-1.json`,
    ]);
  });
});
