import { expect } from 'chai';
import fc from 'fast-check';
import {
  RESERVED_PREFIX,
  columnName as namedColumn,
  tableName as namedTable,
} from '../../src/table/names.ts';

const columnName = (property: string): string => namedColumn(property, 'exact');
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
