/** Schemas and values from outside that would keep a process busy for ever: each run ends by itself, with a sentence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, record, runCli, schema } from '../support/cli.ts';

describe('a run with hostile data', function () {
  this.timeout(60_000);
  let dir: string;

  before(() => (dir = mkdtempSync(join(tmpdir(), 'target-redshift-hostile-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  const discard = async (options: object, input: string): Promise<unknown> => {
    const file = join(dir, 'config.json');
    writeFileSync(file, JSON.stringify(options));
    const { code, logs } = await runCli(['--discard', '--config', file], input);
    return [code, logs.at(-1)?.message.replace(/; on_invalid.*|: \d+\.\d MB of CSV.*/, '')];
  };

  const validated = { validate_records: true };

  it('says that a value does not match a pattern of exponential cost', async () => {
    const input = lines(
      schema('s', { a: { type: 'string', pattern: '^(a+)+$' } }),
      record('s', { a: `${'a'.repeat(44)}!` }),
    );
    expect(await discard(validated, input)).to.deep.equal([
      1,
      `Cannot load stream "s", line 2: the value of "a" violates the schema: must match pattern "^(a+)+$": "${'a'.repeat(40)}..."`,
    ]);
  });

  it('says that references that double at each step take too much work', async () => {
    const twice = (i: number): object[] => [{ $ref: `#/definitions/d${i}` }, { $ref: `#/definitions/d${i}` }];
    const definitions = Object.fromEntries(
      Array.from({ length: 32 }, (_, i) => [`d${i + 1}`, { oneOf: twice(i) }]),
    );
    const message = {
      type: 'SCHEMA',
      stream: 's',
      schema: {
        definitions: { ...definitions, d0: { type: 'integer' } },
        properties: { a: { $ref: '#/definitions/d32' } },
      },
      key_properties: [],
    };
    expect(await discard(validated, lines(message, record('s', { a: 1 })))).to.deep.equal([
      1,
      'Cannot load stream "s", line 2: the record takes too much work to check against the schema',
    ]);
  });

  it('finds out that a name with many stars does not fit a stream', async () => {
    const streams = { [`${'*a'.repeat(30)}*b`]: { load_method: 'append-only' } };
    const name = 'a'.repeat(110);
    const input = lines(schema(name, { id: { type: 'integer' } }), record(name, { id: 1 }));
    expect(await discard({ streams }, input)).to.deep.equal([0, 'discarded 1 row']);
  });
});
