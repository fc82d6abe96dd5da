import { expect } from 'chai';
import { parseObject } from '../../src/protocol/json.ts';
import { KnownProperties } from '../../src/rows/known-properties.ts';

describe('KnownProperties', () => {
  const known = new KnownProperties([['id'], ['a', 'b'], ['a', 'in', 'c'], ['whole']]);
  const unknown = (record: object): readonly string[] => {
    const told: string[] = [];
    known.tellUnknown(parseObject(JSON.stringify(record)).members, (path) => told.push(path));
    return told;
  };

  it('finds nothing in a record of known properties', () => {
    expect(unknown({ id: 1, a: { b: 1, in: { c: 1 } }, whole: { any: { thing: 1 } } })).to.deep.equal([]);
    expect(unknown({ a: null })).to.deep.equal([]);
    expect(unknown({ a: { in: null } })).to.deep.equal([]);
    expect(unknown({ a: 'no object, which the column refuses' })).to.deep.equal([]);
  });

  it('names what no column reads, inside flattened objects by its path', () => {
    expect(unknown({ x: 1, a: { b: 1, y: 1, in: { c: 1, z: 1 } } })).to.deep.equal(['x', 'a.y', 'a.in.z']);
  });
});
