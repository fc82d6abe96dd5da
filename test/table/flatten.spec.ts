import { expect } from 'chai';
import { InputError } from '../../src/errors.ts';
import { parseObject } from '../../src/protocol/json.ts';
import { columnsOf } from '../../src/table/columns.ts';
import { typeSql } from '../../src/table/types.ts';
import { settings } from '../support/settings.ts';
import { cpuMs } from '../support/cpu.ts';

type Definition = Readonly<Record<string, unknown>>;
type Settings = Parameters<typeof settings>[0];

/** `path name TYPE` of each column. */
function flattened(
  properties: Definition,
  more: Settings = {},
  keys: readonly string[] = [],
  rest: Definition = {},
): string[] {
  const schema = parseObject(JSON.stringify({ type: 'object', properties, ...rest })).members;
  return columnsOf('s', schema, keys, settings({ nested_values: 'flatten', ...more })).map(
    ({ source, name, type }) =>
      `${source.kind === 'property' ? source.path.join('/') : ''} ${name} ${typeSql(type)}`,
  );
}

const integer = { type: 'integer' };
const object = (properties: Definition): Definition => ({ type: ['null', 'object'], properties });

describe('leavesOf, as columnsOf uses it', () => {
  it('makes one column of each leaf, named by its path', () => {
    const address = object({
      city: { type: 'string', maxLength: 64 },
      Geo: object({ lat: { type: 'number' } }),
    });
    expect(flattened({ id: integer, address, z: integer }, {}, ['id'])).to.deep.equal([
      'id id BIGINT',
      'address/city address__city VARCHAR(64)',
      'address/Geo/lat address__geo__lat DOUBLE PRECISION',
      'z z BIGINT',
    ]);
  });

  it('leaves objects whole without the option', () => {
    expect(flattened({ a: object({ b: integer }) }, { nested_values: 'super' })).to.deep.equal(['a a SUPER']);
  });

  it('leaves what is below the depth whole', () => {
    const a = object({ b: object({ c: object({ d: integer }) }), e: integer });
    expect(flattened({ a }, { flatten_max_depth: 1 })).to.deep.equal(['a/b a__b SUPER', 'a/e a__e BIGINT']);
    expect(flattened({ a }, { flatten_max_depth: 2 })).to.deep.equal([
      'a/b/c a__b__c SUPER',
      'a/e a__e BIGINT',
    ]);
    expect(flattened({ a }, { flatten_max_depth: 3 })).to.deep.equal([
      'a/b/c/d a__b__c__d BIGINT',
      'a/e a__e BIGINT',
    ]);
  });

  it('joins names with the separator, then folds and cuts them', () => {
    expect(flattened({ A: object({ 'B c': integer }) }, { flatten_separator: '.' })).to.deep.equal([
      'A/B c a.b c BIGINT',
    ]);
    const [column] = flattened({ a: object({ ['x'.repeat(130)]: integer }) });
    expect(column).to.match(/ a__x{115}_[0-9a-f]{8} BIGINT$/);
  });

  const whole: readonly (readonly [string, Definition])[] = [
    ['an array', { type: 'array', items: object({ b: integer }) }],
    ['an object without properties', { type: 'object' }],
    ['an object with empty properties', object({})],
    ['an object or a text', { type: ['object', 'string'], properties: { b: integer } }],
    ['anyOf an object and a text', { anyOf: [object({ b: integer }), { type: 'string' }] }],
    ['properties without a type', { properties: { b: integer } }],
    ['an object that refers to itself', { $ref: '#/properties/a' }],
  ];
  for (const [what, a] of whole) {
    it(`leaves ${what} whole`, () => expect(flattened({ a })).to.deep.equal(['a a SUPER']));
  }

  it('flattens what is null or an object, and the properties of all alternatives and parts', () => {
    const a = { anyOf: [{ type: 'null' }, object({ b: integer, c: { type: 'string', format: 'date' } })] };
    expect(flattened({ a })).to.deep.equal(['a/b a__b BIGINT', 'a/c a__c DATE']);
    const either = {
      oneOf: [object({ b: integer }), object({ b: { type: 'number' }, c: { type: 'boolean' } })],
    };
    expect(flattened({ a: either })).to.deep.equal(['a/b a__b DOUBLE PRECISION', 'a/c a__c BOOLEAN']);
    const both = { allOf: [object({ b: integer }), object({ c: integer }), { $ref: '#/definitions/d' }] };
    expect(flattened({ a: both }, {}, [], { definitions: { d: object({ d: integer }) } })).to.deep.equal([
      'a/b a__b BIGINT',
      'a/c a__c BIGINT',
      'a/d a__d BIGINT',
    ]);
  });

  it('follows references, each path once', () => {
    const definitions = { node: object({ value: integer, next: { $ref: '#/definitions/node' } }) };
    const node = { $ref: '#/definitions/node' };
    expect(flattened({ a: node, b: node }, {}, [], { definitions })).to.deep.equal([
      'a/value a__value BIGINT',
      'a/next a__next SUPER',
      'b/value b__value BIGINT',
      'b/next b__next SUPER',
    ]);
  });

  it('leaves an object whole that is given a type, and takes types and names of leaves by their path', () => {
    const columns = { a: { type: 'super' }, 'c.b': { type: 'int', name: 'cb' } };
    expect(flattened({ a: object({ b: integer }), c: object({ b: integer }) }, { columns })).to.deep.equal([
      'a a SUPER',
      'c/b cb INTEGER',
    ]);
  });

  it('finds no keys inside objects', () => {
    expect(() => flattened({ a: object({ b: integer }) }, {}, ['a'])).to.throw(
      InputError,
      'key property "a" would be a SUPER column',
    );
    expect(() => flattened({ a: object({ id: integer }) }, {}, ['id'])).to.throw(
      InputError,
      'key properties "id" are not in its properties',
    );
  });

  it('refuses paths that are one name', () => {
    expect(() => flattened({ a: object({ b: integer }), a__b: integer })).to.throw(
      InputError,
      'the properties "a.b", "a__b" both become the column "a__b"',
    );
  });

  it('stops soon where a few lines would make millions of columns', () => {
    const leaf = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`p${i}`, integer]));
    const level = (inner: Definition): Definition =>
      object(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`p${i}`, inner])));
    const started = cpuMs();
    expect(() => flattened({ a: level(level(object(leaf))) })).to.throw(
      InputError,
      'a Redshift table has at most 1600 columns',
    );
    expect(cpuMs() - started).to.be.below(3_000);
  });
});
