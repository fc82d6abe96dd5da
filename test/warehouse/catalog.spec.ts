import { expect } from 'chai';
import type { Answer, Session } from '../../src/ports.ts';
import type { Sql } from '../../src/sql.ts';
import { readSchema } from '../../src/warehouse/catalog.ts';

/** A session that answers each query by the catalog that it asks. */
function sessionOf(answers: Readonly<Record<string, readonly (readonly (string | null)[])[]>>): Session {
  const answer = ({ text }: Sql): Answer => {
    const [, rows = []] =
      Object.entries(answers).find(([catalog]) => text.includes(`FROM ${catalog} `)) ?? [];
    return { command: 'SELECT', count: rows.length, columns: [], rows };
  };
  return {
    backend: 1,
    run: (statement) => Promise.resolve(answer(statement)),
    send: (statements) => Promise.resolve(statements.map(answer)),
    stream: () => Promise.reject(new Error('nothing is streamed')),
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

describe('readSchema', () => {
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
    const { tables } = await readSchema(session, 's');
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
    const { tables } = await readSchema(session, 's');
    expect(
      [...tables].map(([name, { isView, keyProperties }]) => [name, isView, keyProperties]),
    ).to.deep.equal([
      ['t', false, ['id']],
      ['u', false, undefined],
    ]);
  });
});
