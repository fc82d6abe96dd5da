import { expect } from 'chai';
import fc from 'fast-check';
import {
  RESERVED_PREFIX,
  columnName as namedColumn,
  problemOfName,
  schemaName,
  tableName as namedTable,
  type Naming,
} from '../../src/table/names.ts';

const columnName = (property: string, naming: Naming = 'exact'): string => namedColumn(property, naming);
const tableName = (stream: string): string => namedTable(stream, 'exact');

describe('columnName', () => {
  const names: readonly (readonly [string, string])[] = [
    ['id', 'id'],
    ['UserName', 'username'],
    ['ÄÖÜ İ Σ K', 'ÄÖÜ İ Σ k'],
    ['with space', 'with space'],
    [' padded ', ' padded '],
    ['a"b', 'a"b'],
    ['a\\b', 'a\\b'],
    ['a.b-c/d', 'a.b-c/d'],
    ['select', 'select'],
    ['5th', '5th'],
    ['#hash', '#hash'],
    ['ключ', 'ключ'],
    ['😀', '😀'],
    ['', '_'],
    ['a\nb\tc\0d\u007fe', 'a_b_c_d_e'],
    ['\ud800', '\uFFFD'],
    ['ctid', 'ctid_'],
    ['XMIN', 'xmin_'],
    ['oid', 'oid_'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
  ];
  for (const [property, name] of names) {
    it(`stores ${JSON.stringify(property)} as ${JSON.stringify(name)}`, () =>
      expect(columnName(property)).to.equal(name));
  }

  it('keeps a name of 127 bytes', () => {
    expect(columnName('a'.repeat(127))).to.equal('a'.repeat(127));
    expect(columnName(`${'é'.repeat(63)}a`)).to.equal(`${'é'.repeat(63)}a`);
  });

  it('cuts a longer name and writes a hash of the whole name behind it', () => {
    const [one, other] = [columnName(`${'a'.repeat(200)}1`), columnName(`${'a'.repeat(200)}2`)];
    expect(one).to.match(/^a{118}_[0-9a-f]{8}$/);
    expect(one).not.to.equal(other);
  });

  it('cuts at the border of a character', () => {
    expect(columnName('é'.repeat(100))).to.match(/^é{59}_[0-9a-f]{8}$/);
    expect(columnName('😀'.repeat(100))).to.match(/^(😀){29}_[0-9a-f]{8}$/u);
  });

  it('counts bytes, not characters', () => {
    expect(Buffer.byteLength(columnName('é'.repeat(64)))).to.be.at.most(127);
  });

  it('gives the same name to names that differ in the case of ASCII letters only, also when they are cut', () => {
    expect(columnName('Ab'.repeat(100))).to.equal(columnName('aB'.repeat(100)));
  });

  const safe: readonly (readonly [string, string])[] = [
    ['UserName', 'username'],
    ['with space', 'with_space'],
    ['a.b-c/d', 'a_b_c_d'],
    ['5th', '_5th'],
    ['name_with_😈', 'name_with__'],
    ['größe', 'gr__e'],
    ['ctid', 'ctid_'],
    ['', '_'],
  ];
  for (const [property, name] of safe) {
    it(`with naming safe, stores ${JSON.stringify(property)} as ${JSON.stringify(name)}`, () =>
      expect(columnName(property, 'safe')).to.equal(name));
  }

  const snakes: readonly (readonly [string, string])[] = [
    ['HTTPRequestID', 'http_request_id'],
    ['userName', 'user_name'],
    ['User Name', 'user_name'],
    ['user_name', 'user_name'],
    ['User_Name', 'user_name'],
    ['isAFact', 'is_a_fact'],
    ['SHA256Hash', 'sha256_hash'],
    ['line2Text', 'line2_text'],
    ['2ndLine', '_2nd_line'],
    ['ID', 'id'],
  ];
  for (const [property, name] of snakes) {
    it(`with naming snake_case, stores ${JSON.stringify(property)} as ${JSON.stringify(name)}`, () =>
      expect(columnName(property, 'snake_case')).to.equal(name));
  }

  it('with naming safe and snake_case, gives names that need no quotes', () => {
    const law = fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom<Naming>('safe', 'snake_case'),
      (property, naming) => {
        const name = columnName(property, naming);
        expect(name).to.match(/^[a-z_][a-z0-9_]{0,126}$/);
        expect(columnName(name, naming)).to.equal(name);
      },
    );
    fc.assert(law, { numRuns: 300 });
  });

  it('never gives a name that Redshift would change, cut or refuse', () => {
    const law = fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (property) => {
      const name = columnName(property);
      expect(Buffer.byteLength(name)).to.be.within(1, 127);
      expect(name).not.to.match(/[A-Z]/);
      expect(name.isWellFormed()).to.equal(true);
      expect(Array.from(name).every((character) => character >= ' ' && character !== '\u007f')).to.equal(
        true,
      );
      expect(columnName(name)).to.equal(name);
    });
    fc.assert(law, { numRuns: 500 });
  });
});

describe('tableName', () => {
  const names: readonly (readonly [string, string])[] = [
    ['Orders', 'orders'],
    ['public-orders', 'public-orders'],
    ['#temporary', '_temporary'],
    ['##x', '_#x'],
    ['ctid', 'ctid'],
    ['', '_'],
  ];
  for (const [stream, name] of names) {
    it(`stores stream ${JSON.stringify(stream)} in ${JSON.stringify(name)}`, () =>
      expect(tableName(stream)).to.equal(name));
  }

  it('never gives the name of a table that this program makes for itself', () => {
    for (const own of ['stage', 'repeated', 'commits']) {
      expect(tableName(`${RESERVED_PREFIX}${own}`).startsWith(RESERVED_PREFIX), own).to.equal(false);
    }
  });
});

describe('schemaName', () => {
  it('puts the source into the name that the user gave', () => {
    expect(schemaName('RAW_{schema}', 'Crm', 'exact')).to.equal('raw_crm');
    expect(schemaName('raw-{schema}', 'my crm', 'safe')).to.equal('raw-my_crm');
    expect(schemaName('{schema}', "$'a", 'exact')).to.equal("$'a");
    expect(schemaName('raw', 'crm', 'exact')).to.equal('raw');
  });

  it('cuts a name of more than 127 bytes', () => {
    expect(schemaName('raw_{schema}', 'x'.repeat(127), 'exact')).to.match(/^raw_x{114}_[0-9a-f]{8}$/);
  });
});

describe('problemOfName', () => {
  const problems: readonly (readonly ['schema' | 'table' | 'column', string, RegExp | undefined])[] = [
    ['table', 'Users', undefined],
    ['table', 'select "x"; --', undefined],
    ['column', '#', undefined],
    ['column', 'a'.repeat(127), undefined],
    ['column', 'é'.repeat(64), /128 bytes/],
    ['column', 'a\nb', /control characters/],
    ['column', 'CTID', /system column/],
    ['table', 'ctid', undefined],
    ['table', '#tmp', /temporary/],
    ['table', '_Target_Redshift_x', /reserved/],
    ['schema', 'pg_x', /pg_/],
    ['table', 'pg_x', undefined],
  ];
  for (const [kind, name, problem] of problems) {
    it(`${problem ? 'refuses' : 'takes'} the ${kind} name ${JSON.stringify(name.slice(0, 20))}`, () => {
      const said = problemOfName(kind, name);
      if (problem) expect(said).to.match(problem);
      else expect(said).to.equal(undefined);
    });
  }
});
