/** Names of the select list in conditions, as Amazon's drivers use them. */
import { expect } from 'chai';
import { translate } from '../../../../src/local/redshift/sql/translate.ts';

const sqlOf = (text: string) => translate(text)[0]?.sql;

describe('a name of the select list in a query of the catalog', () => {
  it('stands for its expression in WHERE', () => {
    expect(sqlOf('select n.nspname as s from pg_namespace n where true and s like $1 order by s')).to.equal(
      'select n.nspname as s from warehouse_catalog.pg_namespace n where true and ( n.nspname ) like $1 order by s',
    );
  });

  it('stands for its expression in a later item', () => {
    expect(sqlOf('select oid + 1 as a, a as b from pg_class where true')).to.equal(
      'select oid + 1 as a, ( oid + 1 ) as b from warehouse_catalog.pg_class where true',
    );
  });

  it('gives way to the column of that name', () => {
    const text = 'select max(query) as query from stl_load_errors where query > 1';
    expect(sqlOf(text)).to.equal(text);
  });

  it('is left alone where user tables are read', () => {
    const text = 'select a + 1 as b from t where b = 1';
    expect(sqlOf(text)).to.equal(text);
  });
});
