/** Strings over 65,535 bytes in SUPER: a cluster is asked whether it accepts them, once, and only if a record has one. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { HOSTILE, startLocalWarehouse, type ChooseFault, type LocalWarehouse } from '../../src/local/api.ts';
import { lines, record, schema, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newWarehouseFolder } from '../support/template.ts';
import { forbidSecrets } from '../support/warehouse.ts';

const LARGE = 'é'.repeat(40_000);
const NESTED = { id: { type: 'integer' }, o: { type: 'object' } };
const KEYED = schema('t', NESTED, ['id']);
const ASKED = 'SELECT is_large_string_enabled()';

describe('a string of more than 65,535 bytes in SUPER', () => {
  const dirs: string[] = [];
  let sqlFault: ChooseFault;
  let asked: number;
  let runs = 0;
  const warehouses = new Map<boolean, LocalWarehouse>();

  const count: ChooseFault = (statement) => {
    if (statement.sql === ASKED) asked++;
    return sqlFault(statement);
  };

  before(async () => {
    for (const largeStrings of [true, false]) {
      const dir = await newWarehouseFolder('large-strings-');
      dirs.push(dir);
      const warehouse = await startLocalWarehouse({
        dir,
        readings: { ...HOSTILE, largeStrings },
        sqlFault: count,
      });
      forbidSecrets(warehouse.config);
      warehouses.set(largeStrings, warehouse);
    }
  });
  beforeEach(() => {
    asked = 0;
    sqlFault = () => undefined;
  });
  after(async () => {
    for (const warehouse of warehouses.values()) await warehouse.stop();
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  });

  /** What a run ends with, and the ids and sizes of the objects of its table. */
  async function run(
    { accepts, command = [], ...options }: { accepts: boolean; command?: string[]; on_invalid?: string },
    ...messages: readonly object[]
  ): Promise<{ code: number | null; stdout: string; stderr: string; rows: (string | null)[][] }> {
    const { config } = warehouses.get(accepts) as LocalWarehouse;
    const target = `run_${++runs}`;
    const path = join(dirs[0] ?? '', `${target}.json`);
    writeFileSync(path, JSON.stringify({ ...config, target_schema: target, s3_prefix: target, ...options }));
    const { code, stdout, stderr } = await runHere([...command, '--config', path], lines(...messages));
    const client = new pg.Client({
      ...{ host: config.hostname, port: config.port, database: config.database },
      ...{ user: config.user, password: config.password, ssl: { ca: config.ssl_ca } },
    });
    await client.connect();
    const text = `SELECT id, JSON_SIZE(o) FROM ${target}.t ORDER BY id`;
    const answer = await client.query<(string | null)[]>({ text, rowMode: 'array' }).catch(() => undefined);
    await client.end();
    return { code, stdout, stderr, rows: answer?.rows.map((row) => row.map(String)) ?? [] };
  }

  const large = (id: number): object => record('t', { id, o: { a: [LARGE] } });
  const small = (id: number): object => record('t', { id, o: { a: [id] } });

  it('is loaded where the cluster accepts it, among others and by several streams, after one question', async () => {
    const other = schema('u', NESTED, []);
    const { code, stderr, rows } = await run(
      { accepts: true },
      ...[KEYED, small(1), large(2), small(3), large(4), other, record('u', { id: 5, o: { b: LARGE } })],
      state({ n: 1 }),
    );
    expect(code, stderr).to.equal(0);
    expect(rows).to.deep.equal([
      ['1', '9'],
      ['2', '80010'],
      ['3', '9'],
      ['4', '80010'],
    ]);
    expect(asked).to.equal(1);
  });

  it('is a whole value of SUPER, too, and one of a later schema', async () => {
    const anything = { id: { type: 'integer' }, o: { type: ['object', 'array', 'string'] } };
    const more = { ...anything, more: { type: 'string' } };
    const { code, stderr, rows } = await run(
      { accepts: true },
      ...[schema('t', anything, ['id']), record('t', { id: 1, o: [LARGE, { b: LARGE }] })],
      ...[schema('t', more, ['id']), record('t', { id: 2, o: { c: LARGE }, more: 'x' })],
    );
    expect(code, stderr).to.equal(0);
    expect(rows.map(([id]) => id)).to.deep.equal(['1', '2']);
    expect(asked).to.equal(1);
  });

  it('is invalid where the cluster does not accept it', async () => {
    const { code, stderr, rows } = await run({ accepts: false }, KEYED, small(1), large(2));
    expect(code).to.equal(1);
    expect(stderr).to.contain('contains a string of 80000 bytes, and SUPER allows at most 65535');
    expect(rows).to.deep.equal([]);
    expect(asked).to.equal(1);
  });

  it('is set aside or NULL there with on_invalid, after one question', async () => {
    const rest = [KEYED, small(1), large(2), large(3)];
    const aside = await run({ accepts: false, on_invalid: 'quarantine' }, ...rest);
    expect([aside.code, aside.rows]).to.deep.equal([0, [['1', '9']]]);
    const nulled = await run({ accepts: false, on_invalid: 'null' }, ...rest);
    expect([nulled.code, nulled.rows.map(([id]) => id)]).to.deep.equal([0, ['1', '2', '3']]);
    expect(asked).to.equal(2);
  });

  for (const [what, sqlstate] of [
    ['does not know the question', '42883'],
    ['does not answer it to this user', '42501'],
  ] as const) {
    it(`is invalid where the cluster ${what}`, async () => {
      sqlFault = ({ sql }) =>
        sql === ASKED
          ? { kind: 'error', sqlstate, message: 'function is_large_string_enabled() does not exist' }
          : undefined;
      const { code, stderr } = await run({ accepts: true }, KEYED, large(1));
      expect(code).to.equal(1);
      expect(stderr).to.contain('SUPER allows at most 65535');
    });
  }

  it('is planned for', async () => {
    const planned = async (accepts: boolean): Promise<[number | null, boolean]> => {
      const { code, stdout } = await run({ accepts, command: ['plan'] }, KEYED, large(1));
      return [code, stdout.includes('SUPER allows at most 65535')];
    };
    expect([await planned(true), await planned(false)]).to.deep.equal([
      [0, false],
      [1, true],
    ]);
  });

  it('is not asked for by a run without one, nor for a VARCHAR, a key or a string that no cluster accepts', async () => {
    const text = schema('t', { id: { type: 'integer' }, o: { type: 'string' } }, ['id']);
    for (const messages of [
      [KEYED, small(1)],
      [KEYED, record('t', { id: 1, o: { a: 'x'.repeat(65_535) } })],
      [text, record('t', { id: 1, o: LARGE })],
      [KEYED, record('t', { id: 1, o: { [LARGE]: 1 } })],
      [KEYED, record('t', { id: 1, o: { a: 'x'.repeat(16_000_001) } })],
    ]) {
      await run({ accepts: true }, ...messages);
    }
    expect(asked).to.equal(0);
  });
});
