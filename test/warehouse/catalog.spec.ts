import { expect } from 'chai';
import type { Session } from '../../src/ports.ts';
import { readStoredTables } from '../../src/warehouse/catalog.ts';

/** A session that answers each query by the catalog that it asks. */
function sessionOf(answers: Readonly<Record<string, readonly (readonly (string | null)[])[]>>): Session {
  return {
    backend: 1,
    run: ({ text }) => {
      const [, rows = []] =
        Object.entries(answers).find(([catalog]) => text.includes(`FROM ${catalog} `)) ?? [];
      return Promise.resolve({ command: 'SELECT', count: rows.length, columns: [], rows });
    },
    commit: () => Promise.reject(new Error('nothing is committed')),
  };
}

const column = (table: string, name: string): (string | null)[] => [
  table,
  name,
  'bigint',
  null,
  '64',
  '0',
  'YES',
  null,
  null,
];

describe('readStoredTables', () => {
  // The local warehouse has columns of all its views, and no materialized ones.
  it('knows views without columns, materialized ones and those that show their columns', async () => {
    const session = sessionOf({
      svv_columns: [column('t', 'id'), column('bound', 'id')],
      pg_class: [
        ['bound', 'v', null],
        ['late', 'v', 'of somebody'],
        ['materialized', 'm', null],
      ],
    });
    const tables = await readStoredTables(session, 's');
    expect([...tables].map(([name, { isView, columns }]) => [name, isView, columns.length])).to.deep.equal([
      ['t', false, 1],
      ['bound', true, 1],
      ['late', true, 0],
      ['materialized', true, 0],
    ]);
  });

  it('reads the keys of a table from its comment', async () => {
    const session = sessionOf({
      svv_columns: [column('t', 'id'), column('u', 'id')],
      pg_class: [['t', 'r', '{"target-redshift":{"stream":"t","key_properties":["id"]}}']],
    });
    const tables = await readStoredTables(session, 's');
    expect(
      [...tables].map(([name, { isView, keyProperties }]) => [name, isView, keyProperties]),
    ).to.deep.equal([
      ['t', false, ['id']],
      ['u', false, undefined],
    ]);
  });
});
