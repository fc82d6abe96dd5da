/** Groups under attack: what is committed, and in which order, when a group is slow, fails, or waits for what never comes. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, record, schema, state } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';
import { atLoadCommit, faults, newPlace, type Place } from '../support/warehouse.ts';

const INTEGER = { type: 'integer' };
const STRING = { type: 'string' };
const APPENDED = schema('a', { id: INTEGER });
const VERSIONED = schema('v', { id: INTEGER }, ['id']);
const WITH_VERSIONS = { hard_delete: true, add_record_metadata: true };

const versioned = (id: number, version: number): object => ({ ...record('v', { id }), version });
const activate = (version: number): object => ({ type: 'ACTIVATE_VERSION', stream: 'v', version });

describe('a group of work', () => {
  let place: Place;

  beforeEach(async () => {
    place = await newPlace();
  });

  const config = (options: object = {}): string => place.configFile({ pipeline: 'shop', ...options });

  const load = (messages: readonly object[], options: object = {}): ReturnType<typeof runHere> =>
    runHere(['--config', config(options)], lines(...messages));

  const kept = async (): Promise<string> => (await runHere(['state', '--config', config()])).stdout;

  const ids = async (table: string): Promise<readonly unknown[]> =>
    (await place.query(`SELECT id FROM ${place.schema}.${table} ORDER BY id`).catch(() => [])).flat();

  const exactly = { exactly_once: true, batch_size_rows: 2 };

  describe('at the end of the input', () => {
    for (const [mode, options] of [
      ['a pipeline', { pipeline: 'shop' }],
      ['group_commit alone', { pipeline: undefined, group_commit: true }],
    ] as const) {
      it(`is awaited together with all that follow it, with ${mode}`, async () => {
        let isFirst = true;
        faults.sql = ({ sql }) => {
          if (!isFirst || !/^COPY/.test(sql)) return undefined;
          isFirst = false;
          return { kind: 'stall', ms: 1500 };
        };
        const many = Array.from({ length: 220 }, (_, id) => [record('a', { id }), state({ n: id })]).flat();
        const { code, stdout, stderr } = await load([APPENDED, ...many], { ...options, batch_size_rows: 1 });
        expect(code, stderr).to.equal(0);
        expect(stdout.trim().split('\n').at(-1)).to.equal('{"n":219}');
        expect((await ids('a')).length).to.equal(220);
        if (options.pipeline) expect(await kept()).to.equal('{"n":219}\n');
      });
    }

    it('never lets an older state follow a newer one', async () => {
      const states: unknown[] = [];
      let isFirst = true;
      faults.sql = ({ sql }) => {
        const [, kept] = /state = '([^']*)'/.exec(sql) ?? [];
        if (kept !== undefined) states.push(kept);
        const isSlow = (isFirst && /^COPY/.test(sql)) || kept === '{"n":3}';
        if (!isSlow) return undefined;
        isFirst = false;
        return { kind: 'stall', ms: 1000 };
      };
      const run = startHere(['--config', config({ batch_size_rows: 1, log_level: 'debug' })]);
      await run.write(lines(APPENDED, record('a', { id: 1 }), state({ n: 1 })));
      await run.seen(/opened a batch/);
      await sleep(500);
      await run.write(lines(state({ n: 2 }), record('a', { id: 2 }), state({ n: 3 })));
      run.end();
      const { code, stdout } = await run.finished;
      expect([code, stdout, states]).to.deep.equal([0, '{"n":1}\n{"n":3}\n', ['{"n":1}', '{"n":3}']]);
      expect([await ids('a'), await kept()]).to.deep.equal([['1', '2'], '{"n":3}\n']);
    });

    it('keeps a state that came right before a line that cannot be read', async () => {
      const { code, stdout } = await runHere(['--config', config()], `${lines(state({ n: 1 }))}{no\n`);
      expect([code, stdout, await kept()]).to.deep.equal([1, '{"n":1}\n', '{"n":1}\n']);
    });
  });

  describe('that begins with an activation', () => {
    for (const [mode, options] of [
      ['each batch by itself', { pipeline: undefined }],
      ['a pipeline', {}],
      ['exactly_once', exactly],
    ] as const) {
      it(`is not taken for an earlier one when its COMMIT is lost, with ${mode}`, async () => {
        const all = { ...WITH_VERSIONS, ...options };
        expect((await load([VERSIONED, versioned(1, 1), state({ n: 0 })], all)).code).to.equal(0);
        for (const [kind, n] of [
          ['drop-before', 10],
          ['drop-after', 20],
        ] as const) {
          let activations = 0;
          faults.sql = ({ sql, verb }) => {
            if (/^INSERT INTO "[^"]*"\."_target_redshift_loads"/.test(sql) && /'activate-version'/.test(sql))
              activations++;
            if (verb !== 'COMMIT' || activations !== 2) return undefined;
            activations++;
            return { kind };
          };
          const run = startHere(['--config', config({ ...all, batch_max_age_seconds: 1 })]);
          const groups = [
            [VERSIONED, APPENDED, versioned(n, n), activate(n), record('a', { id: n })],
            [versioned(n + 1, n + 1)],
            [activate(n + 1), record('a', { id: n + 1 }), record('a', { id: n + 2 })],
          ];
          for (const [i, messages] of groups.entries()) {
            await run.write(lines(...messages, state({ n: n + i })));
            await run.seen(new RegExp(`{"n":${n + i}}`));
          }
          run.end();
          const { code, stderr } = await run.finished;
          expect(code, stderr).to.equal(0);
          expect(activations, 'a COMMIT was lost').to.be.greaterThan(2);
          expect(await ids('v')).to.deep.equal([String(n + 1)]);
        }
        expect(await ids('a')).to.deep.equal(['10', '11', '12', '20', '21', '22']);
      });
    }
  });

  describe('whose state waits for what does not come', () => {
    const refused =
      'Cannot load the records of stream "a" exactly once: the STATE after them waits for an overwrite or an ACTIVATE_VERSION that did not ' +
      'take place, because the input ended early. None of the records since the last committed state was loaded, so nothing is lost or ' +
      'doubled: run again from that state';

    it('is not committed when the tap fails, which leaves the table of an overwrite as it is', async () => {
      const messages = lines(
        ...[schema('o', { id: INTEGER }), APPENDED, record('o', { id: 1 }), record('a', { id: 1 })],
        state({ n: 1 }),
      );
      const options = config({ ...exactly, streams: { o: { load_method: 'overwrite' } } });
      const command = ['sh', '-c', 'printf %s "$0"; exit 3', messages];
      const { code, stdout, logs } = await runHere(['run', '--config', options, '--', ...command]);
      expect([code, stdout]).to.deep.equal([1, '']);
      expect(logs.at(-1)?.message).to.equal(
        'The tap sh ended with exit code 3: its output may be incomplete; see its lines in the log above, and run again. ' +
          refused,
      );
      expect([await ids('a'), await ids('o'), await kept()]).to.deep.equal([[], [], '']);
      expect(await place.objects()).to.deep.equal([]);
    });

    it('is not committed on a signal, which drops an activation that waits for its first record', async () => {
      expect((await load([VERSIONED, versioned(1, 1), state({ n: 0 })], WITH_VERSIONS)).code).to.equal(0);
      const options = config({ ...exactly, ...WITH_VERSIONS, log_level: 'debug' });
      const run = startHere(['--config', options]);
      await run.write(
        lines(
          ...[VERSIONED, APPENDED, activate(2), record('a', { id: 1 }), record('a', { id: 2 })],
          state({ n: 1 }),
        ),
      );
      await run.seen(/opened a batch/);
      run.signal();
      const { code, stdout, logs } = await run.finished;
      expect([code, stdout, logs.at(-1)?.message]).to.deep.equal([1, '', refused]);
      expect([await ids('a'), await ids('v'), await kept()]).to.deep.equal([[], ['1'], '{"n":0}\n']);
    });

    it('is committed when only streams that are upserted wait', async () => {
      expect((await load([VERSIONED, versioned(1, 1), state({ n: 0 })], WITH_VERSIONS)).code).to.equal(0);
      const run = startHere(['--config', config({ ...exactly, ...WITH_VERSIONS, log_level: 'debug' })]);
      const upserted = schema('u', { id: INTEGER }, ['id']);
      await run.write(lines(VERSIONED, upserted, activate(2), record('u', { id: 1 }), state({ n: 1 })));
      await run.seen(/opened a batch/);
      run.signal();
      const { code, stdout } = await run.finished;
      expect([code, stdout, await ids('u'), await kept()]).to.deep.equal([0, '', ['1'], '{"n":0}\n']);
    });
  });

  it('is committed after the one before it, which is slow, though the input has ended', async () => {
    for (const [n, slow] of [/^COPY/, /_shop" SET run_id/].entries()) {
      let isFirst = true;
      const begun = new Promise<void>((resolve) => {
        faults.sql = ({ sql }) => {
          if (!isFirst || !slow.test(sql)) return undefined;
          isFirst = false;
          resolve();
          return { kind: 'stall', ms: 800 };
        };
      });
      const run = startHere(['--config', config(exactly)]);
      await run.write(lines(APPENDED, record('a', { id: 1 }), record('a', { id: 2 })));
      await sleep(1000);
      await run.write(lines(state({ n: 1 })));
      await begun;
      await run.write(lines(record('a', { id: 3 }), state({ n: 2 })));
      run.end();
      const { code, stdout, stderr } = await run.finished;
      expect([code, stdout], stderr).to.deep.equal([0, '{"n":1}\n{"n":2}\n']);
      expect((await ids('a')).length).to.equal(3 * (n + 1));
    }
  });

  it('is not committed if records without a key, which are appended, follow the last state', async () => {
    const keyed = schema('u', { id: { type: ['integer', 'null'] }, x: INTEGER }, ['id']);
    const messages = [
      ...[keyed, record('u', { id: null, x: 1 }), state({ n: 1 })],
      record('u', { id: null, x: 2 }),
    ];
    const { code, stdout, logs } = await load(messages, { ...exactly, null_keys: 'append' });
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(logs.at(-1)?.message).to.match(
      /^Cannot load the records after the last STATE exactly once: .* of stream "u" again/,
    );
    expect(await ids('u')).to.deep.equal([]);
  });

  it('is committed when its batches are old enough, though no more input comes', async () => {
    const run = startHere([
      '--config',
      config({ ...exactly, batch_size_rows: 1000, batch_max_age_seconds: 1 }),
    ]);
    await run.write(
      lines(APPENDED, VERSIONED, record('a', { id: 1 }), record('v', { id: 1 }), state({ n: 1 })),
    );
    await run.seen(/\{"n":1\}/);
    expect([await ids('a'), await ids('v')]).to.deep.equal([['1'], ['1']]);
    await run.write(lines(record('a', { id: 2 })));
    await sleep(2500);
    expect(await ids('a'), 'no state covers the second').to.deep.equal(['1']);
    await run.write(lines(state({ n: 2 })));
    await run.seen(/\{"n":2\}/);
    run.end();
    expect((await run.finished).code).to.equal(0);
    expect([await ids('a'), await kept()]).to.deep.equal([['1', '2'], '{"n":2}\n']);
  });

  for (const keys of [[], ['id']]) {
    it(`widens a column that became a string in it, in a table with ${keys.length} keys`, async () => {
      const long = ['y'.repeat(300), 'z'.repeat(2000)];
      const { code, stderr } = await load(
        [
          ...[schema('a', { id: INTEGER, v: INTEGER }, keys), record('a', { id: 1, v: 46 })],
          ...[schema('a', { id: INTEGER, v: STRING }, keys), record('a', { id: 2, v: 'x' })],
          ...[
            record('a', { id: 3, v: 'x' }),
            record('a', { id: 4, v: long[0] }),
            record('a', { id: 5, v: 'x' }),
          ],
          ...[record('a', { id: 6, v: long[1] }), state({ n: 1 })],
        ],
        exactly,
      );
      expect(code, stderr).to.equal(0);
      const stored = (await place.query(`SELECT v FROM ${place.schema}.a ORDER BY id`)).flat();
      expect(stored).to.deep.equal(['46', 'x', 'x', long[0], 'x', long[1]]);
    });
  }

  it('leaves nothing in S3 when its state is too large', async () => {
    const tooLarge = state('x'.repeat(9 * 1024 * 1024));
    for (const options of [{}, exactly]) {
      const { code } = await load([APPENDED, record('a', { id: 1 }), tooLarge], options);
      expect([code, await place.objects()]).to.deep.equal([1, []]);
    }
  });

  it('loads nothing twice when the COMMIT after a failed one is lost', async () => {
    const error = { kind: 'error', sqlstate: '40001', message: 'conflict' } as const;
    for (const kind of ['drop-before', 'drop-after'] as const) {
      const lost = atLoadCommit(1, { kind });
      let isFirst = true;
      faults.sql = (statement) => {
        if (isFirst && /_shop" SET run_id/.test(statement.sql)) {
          isFirst = false;
          return error;
        }
        return lost(statement);
      };
      const messages = [1, 2, 3].flatMap((id) => [
        record('a', { id }),
        record('a', { id }),
        state({ n: id }),
      ]);
      expect((await load([APPENDED, ...messages], exactly)).code).to.equal(0);
    }
    expect(await ids('a')).to.deep.equal(['1', '1', '1', '1', '2', '2', '2', '2', '3', '3', '3', '3']);
  });

  it('starts no tap when the pipeline cannot be taken over', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'group-'));
    const file = join(folder, 'started');
    const command = ['run', '--config', config({ forbid_ddl: true }), '--', 'sh', '-c', `echo > "$0"`, file];
    const { code } = await runHere(command);
    expect([code, existsSync(file)]).to.deep.equal([1, false]);
    rmSync(folder, { recursive: true });
  });
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
