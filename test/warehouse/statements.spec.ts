/** The exact SQL of every statement, for names that want to break out of it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { splitStatements, tokenize } from '../../src/local/redshift/sql/tokens.ts';
import type { Sql } from '../../src/sql.ts';
import * as merge from '../../src/warehouse/merge-sql.ts';
import * as statements from '../../src/warehouse/statements.ts';
import type { CopyAccess } from '../../src/warehouse/statements.ts';
import {
  COLUMNS,
  EXAMPLES,
  ID,
  SECRETS,
  STAGE,
  TABLE,
  column,
  source,
} from '../support/statement-examples.ts';

const snapshot = new URL('../../spec/statements.sql', import.meta.url);
const folder = new URL('../../src/warehouse/', import.meta.url);

/** The exported functions that return Sql, from the sources. */
function builders(): string[] {
  const head = /^export (?:const (\w+) = |function (\w+))\((?:[^()]|\([^()]*\))*\): Sql\b/gm;
  return readdirSync(folder).flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(head)].map(([, a, b]) => a ?? b ?? ''),
  );
}

describe('statements', () => {
  it('have the text that spec/statements.sql shows; UPDATE_SPEC=1 writes it anew', () => {
    const shown = EXAMPLES.map(([title, { safe }]) => `-- ${title}\n${safe};\n`);
    const text = [
      '-- Every statement of a load, for names that want to break out of it. Written by the tests: UPDATE_SPEC=1.\n',
      ...shown,
    ].join('\n');
    if (process.env['UPDATE_SPEC'] === '1') writeFileSync(snapshot, text);
    expect(readFileSync(snapshot, 'utf8')).to.equal(text);
  });

  it('all stand there: every exported function of src/warehouse that makes SQL has an example', () => {
    const tested = new Set(EXAMPLES.map(([title]) => title.split(' ')[0]));
    expect(builders()).to.include.members(['createTable', 'updateMatching', 'columnsIn']);
    expect(builders().filter((name) => !tested.has(name))).to.deep.equal([]);
  });

  it('are one statement each, whatever the names', () => {
    const count = ({ text }: Sql): number => splitStatements(tokenize(text)).length;
    const broken = EXAMPLES.filter(([, statement]) => count(statement) !== 1);
    expect(broken.map(([title]) => title)).to.deep.equal([]);
  });

  it('put access keys into COPY and show them nowhere', () => {
    const statement = statements.copyToTable(TABLE, [ID], source({ access: SECRETS }), false);
    expect(statement.text).to.contain(
      String.raw` ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 'geheim''1\\' SESSION_TOKEN 'geheim2' MANIFEST `,
    );
    expect(statement.safe).to.contain(
      ` ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY '***' SESSION_TOKEN '***' MANIFEST `,
    );
    expect(statement.safe).not.to.contain('geheim');
  });

  it('leave the session token out when there is none', () => {
    const access: CopyAccess = { ...SECRETS, sessionToken: undefined };
    expect(statements.copyToTable(TABLE, [ID], source({ access }), false).text).not.to.contain(
      'SESSION_TOKEN',
    );
  });

  it('compare keys with = alone, and only VARCHAR keys by length too', () => {
    const types = [
      'smallint',
      'integer',
      'bigint',
      'boolean',
      'date',
      'time',
      'timestamp',
      'timestamptz',
    ] as const;
    for (const kind of types) {
      expect(
        merge.deleteMatching(TABLE, STAGE, [column('k', { kind }, true)], 'all').text,
        kind,
      ).not.to.match(/LEN\(| OR | IS /);
    }
  });

  it('do not look for missing keys without a key', () => {
    expect(() => merge.insertMissing(TABLE, STAGE, { columns: COLUMNS, keys: [], rows: 'all' })).to.throw(
      RangeError,
    );
  });
});
