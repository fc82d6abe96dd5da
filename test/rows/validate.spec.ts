import { expect } from 'chai';
import { InputError } from '../../src/errors.ts';
import { parseObject } from '../../src/protocol/json.ts';
import { compileValidator } from '../../src/rows/validate.ts';

function problem(schema: object | string, record: object | string): string | undefined {
  const text = (value: object | string): string =>
    typeof value === 'string' ? value : JSON.stringify(value);
  const [violation] = compileValidator(
    's',
    parseObject(text(schema)).members,
  )(parseObject(text(record)).members);
  return violation && `${violation.path[0] ?? 'record'} ${violation.reason}`;
}

const of = (definition: object, more: object = {}): object => ({ properties: { a: definition }, ...more });

describe('compileValidator', () => {
  const taken: readonly (readonly [string, object, object | string])[] = [
    ['a record that fits', of({ type: 'integer' }), { a: 1 }],
    ['properties that the schema does not have', of({}), { b: 1 }],
    ['a schema without type', {}, { b: 1 }],
    ['a whole number with a fraction of zero', of({ type: 'integer' }), '{"a":1.0}'],
    ['integers beyond 2^53', of({ type: 'integer' }), '{"a":9223372036854775807}'],
    ['a value that multipleOf would misjudge', of({ type: 'number', multipleOf: 0.01 }), { a: 0.07 }],
    ['any text for a format', of({ type: 'string', format: 'date-time' }), { a: 'x' }],
    ['a draft-4 exclusiveMaximum', of({ type: 'number', maximum: 5, exclusiveMaximum: true }), { a: 4 }],
    [
      'a $schema and $id of any document',
      of({}, { $schema: 'http://json-schema.org/draft-04/schema#', $id: 'x' }),
      { a: 1 },
    ],
    ['a property called id', { properties: { id: { type: 'integer' } } }, { id: 1 }],
    [
      'a $ref into the schema',
      of({ $ref: '#/definitions/d' }, { definitions: { d: { type: 'integer' } } }),
      { a: 1 },
    ],
    ['keywords that nobody knows', of({ type: 'integer', selected: true, sqlDatatype: 'x' }), { a: 1 }],
    ['a recursive $ref', of({ type: 'array', items: { $ref: '#/properties/a' } }), { a: [[], [[]]] }],
  ];
  for (const [what, schema, record] of taken) {
    it(`takes ${what}`, () => expect(problem(schema, record)).to.equal(undefined));
  }

  const told: readonly (readonly [object, object | string, string])[] = [
    [of({ type: 'integer' }), { a: 'x' }, 'a breaks the schema: must be integer'],
    [of({ type: 'integer' }), { a: 1.5 }, 'a breaks the schema: must be integer'],
    [of({ type: 'integer' }), { a: null }, 'a breaks the schema: must be integer'],
    [{ required: ['a'] }, {}, "record breaks the schema: must have required property 'a'"],
    [of({ items: { type: 'string' } }), { a: ['x', 1] }, 'a breaks the schema: 1 must be string'],
    [
      of({ type: 'string', maxLength: 1 }),
      { a: 'xy' },
      'a breaks the schema: must NOT have more than 1 characters',
    ],
    [of({ maximum: 5, exclusiveMaximum: true }), { a: 6 }, 'a breaks the schema: must be <= 5'],
    [
      { properties: { a: {} }, additionalProperties: false },
      { b: 1 },
      'record breaks the schema: must NOT have additional properties',
    ],
    [
      { minProperties: 1, properties: { multipleOf: {} } },
      {},
      'record breaks the schema: must NOT have fewer than 1 properties',
    ],
  ];
  for (const [schema, record, expected] of told) {
    it(`says "${expected}"`, () => expect(problem(schema, record)).to.equal(expected));
  }

  it('does not show values', () => {
    expect(problem(of({ enum: ['a'], type: 'string', pattern: '^a$' }), { a: 'geheim' })).not.to.contain(
      'geheim',
    );
  });

  it('compares objects by their members', () => {
    expect(problem(of({ enum: [{ x: 1 }] }), { a: { x: 1 } })).to.equal(undefined);
    expect(problem(of({ const: { x: [{}] } }), { a: { x: [{}] } })).to.equal(undefined);
    expect(problem(of({ type: 'array', uniqueItems: true }), { a: [{ x: 1 }, { x: 2 }] })).to.equal(
      undefined,
    );
    expect(problem(of({ type: 'array', uniqueItems: true }), { a: [{ x: 1 }, { x: 1 }] })).to.match(
      /^a breaks the schema: must NOT have duplicate items/,
    );
  });

  it('knows properties that are called like the keywords it leaves out', () => {
    for (const name of ['$id', '$schema', 'multipleOf', 'id']) {
      const schema = { properties: { [name]: { type: 'integer' } }, additionalProperties: false };
      expect(problem(schema, { [name]: 1 }), name).to.equal(undefined);
      expect(problem(schema, { [name]: 'x' }), name).to.contain('must be integer');
    }
  });

  // All of these load without validate_records.
  const odd: readonly (readonly [string, object])[] = [
    ['a draft-4 id of the schema', of({ type: 'integer' }, { id: 'http://x/y' })],
    ['a draft-4 id of a property', of({ type: 'integer', id: '#a' })],
    ['a type that does not exist', of({ type: 'date-time' })],
    ['a draft-3 required: true', of({ type: 'integer', required: true })],
    ['a pattern of Python', of({ type: 'integer', pattern: '(?P<year>[0-9]{4})' })],
    ['a pattern with needless escapes', of({ type: 'integer', pattern: String.raw`^\_\-$` })],
    ['a $ref that leads nowhere', of({ $ref: '#/definitions/none' })],
    ['a property that is null', { properties: { a: null } }],
  ];
  for (const [what, schema] of odd) {
    it(`takes or refuses as input ${what}`, () => {
      try {
        problem(schema, { a: 1 });
      } catch (error) {
        expect(error).to.be.instanceOf(InputError);
      }
    });
  }
});
