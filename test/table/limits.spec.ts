import { expect } from 'chai';
import { InputError } from '../../src/errors.ts';
import { checkColumnCount } from '../../src/table/limits.ts';
import type { Column, StoredColumn } from '../../src/table/types.ts';

const wanted = (count: number): Column[] =>
  Array.from({ length: count }, (_, i) => ({
    property: `p${i}`,
    source: { kind: 'property', path: [`p${i}`] },
    name: `p${i}`,
    type: { kind: 'bigint' },
    isKey: false,
  }));

const stored = (...names: string[]): StoredColumn[] =>
  names.map((name) => ({
    name,
    type: { kind: 'bigint' },
    typeText: 'bigint',
    nullable: true,
    hasDefault: false,
    comment: undefined,
  }));

describe('the limit of 1,600 columns', () => {
  it('is that of the table for rows that are appended', () => {
    checkColumnCount('s', wanted(1600), undefined, 0);
    expect(() => checkColumnCount('s', wanted(1601), undefined, 0)).to.throw(
      InputError,
      'Cannot use the schema of stream "s": its table would have 1601 columns, and a Redshift table has at most 1600; ' +
        'select fewer properties in the tap',
    );
  });

  it('counts what the table has beside the columns of the stream', () => {
    checkColumnCount('s', wanted(1600), stored('p0', 'p1599'), 0);
    checkColumnCount('s', wanted(1599), stored('p0', 'other'), 0);
    expect(() => checkColumnCount('s', wanted(1600), stored('p0', 'other'), 0)).to.throw(
      InputError,
      'its table would have 1601 columns, including those that it has, and a Redshift table has at most 1600',
    );
  });

  it('counts what a stage needs beside the columns of the stream', () => {
    checkColumnCount('s', wanted(1599), undefined, 1);
    checkColumnCount('s', wanted(1598), undefined, 2);
    expect(() => checkColumnCount('s', wanted(1600), undefined, 1)).to.throw(
      InputError,
      'Cannot use the schema of stream "s": it has 1600 columns; its batches are staged in a table that has 1 more ' +
        '(the order of the records), and a Redshift table has at most 1600; select fewer properties in the tap, or use ' +
        'load_method append-only, which needs no such table',
    );
    expect(() => checkColumnCount('s', wanted(1599), undefined, 2)).to.throw(
      InputError,
      'it has 1599 columns; its batches are staged in a table that has 2 more (the order of the records, and which are deletions)',
    );
  });
});
