/** What each kind of run costs on a cluster, as docs/loading.md shows it: neither may change without the other. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { record, schema, state } from '../support/cli.ts';
import { costOf, costOfCheck, type Cost } from '../support/counting.ts';
import { newPlace } from '../support/warehouse.ts';

const COLUMNS = { id: { type: 'integer' }, name: { type: 'string' } };
const DELETED = { _sdc_deleted_at: '2026-01-01T00:00:00Z' };
const WIDE = 'x'.repeat(200);

type Options = Readonly<Record<string, unknown>>;

const versioned = (id: number, version: number): object => ({ ...record('t', { id, name: 'a' }), version });

const stream = (keys: readonly string[], ...messages: readonly object[]): string[] =>
  [schema('t', COLUMNS, [...keys]), ...messages, state({ n: 1 })].map((message) => JSON.stringify(message));

const rows = (...ids: readonly number[]): object[] => ids.map((id) => record('t', { id, name: 'a' }));

/** A run that is counted, after the one that makes its table. */
async function again(
  options: Options,
  before: readonly string[] | undefined,
  lines: readonly string[],
): Promise<Cost> {
  const place = await newPlace();
  if (before) await costOf(place, options, before);
  return costOf(place, options, lines);
}

const BEFORE = stream(['id'], ...rows(1));
const KEYLESS = stream([], ...rows(1));

const KINDS: Readonly<Record<string, () => Promise<Cost>>> = {
  'upsert, the first run in a schema': () => again({}, undefined, BEFORE),
  upsert: () => again({}, BEFORE, stream(['id'], ...rows(1, 2))),
  'upsert of a batch that repeats a key': () => again({}, BEFORE, stream(['id'], ...rows(1, 2, 1))),
  append: () => again({}, KEYLESS, KEYLESS),
  '`insert-only`': () => again({ load_method: 'insert-only' }, BEFORE, stream(['id'], ...rows(1, 2))),
  'upsert with `hard_delete` of a row': () =>
    again({ hard_delete: true }, BEFORE, stream(['id'], record('t', { id: 1, name: 'a', ...DELETED }))),
  'upsert that widens a string column': () =>
    again({}, BEFORE, stream(['id'], record('t', { id: 1, name: WIDE }))),
  'upsert and ACTIVATE_VERSION': () =>
    again(
      { add_record_metadata: true },
      stream(['id'], versioned(1, 1)),
      stream(['id'], versioned(1, 2), { type: 'ACTIVATE_VERSION', stream: 't', version: 2 }),
    ),
  '`overwrite`, one batch': () => again({ load_method: 'overwrite' }, BEFORE, BEFORE),
  '`overwrite` without keys, one batch': () => again({ load_method: 'overwrite' }, KEYLESS, KEYLESS),
  '`overwrite`, two batches': () =>
    again({ load_method: 'overwrite', batch_size_rows: 1 }, BEFORE, stream(['id'], ...rows(1, 2))),
  '`--check`': async () => costOfCheck(await newPlace()),
};

/** The messages and commits of each kind in the table of the documentation. */
function documented(): Record<string, readonly [number, number]> {
  const page = readFileSync(new URL('../../docs/loading.md', import.meta.url), 'utf8');
  const [, table = ''] = /\| run of one stream[^\n]*\n\|[^\n]*\n((?:\|[^\n]*\n)+)/.exec(page) ?? [];
  const cells = [...table.matchAll(/^\| (.*?) +\| +(\d+) \| +(\d+) \|$/gm)];
  return Object.fromEntries(
    cells.map(([, kind = '', messages, commits]) => [kind, [Number(messages), Number(commits)] as const]),
  );
}

describe('the table of messages and commits in docs/loading.md', () => {
  it('shows every kind of run that is counted, and no other', () => {
    expect(Object.keys(documented())).to.deep.equal(Object.keys(KINDS));
  });

  for (const [kind, run] of Object.entries(KINDS)) {
    it(`is right for: ${kind}`, async () => {
      const { messages, commits } = await run();
      expect([messages.length, commits]).to.deep.equal(documented()[kind]);
    });
  }
});
