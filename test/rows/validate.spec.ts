import { expect } from 'chai';
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

/** The parts of the schema that are not checked. */
function notes(schema: object): readonly string[] {
  const found: string[] = [];
  compileValidator('s', parseObject(JSON.stringify(schema)).members, { onNote: (note) => found.push(note) });
  return found;
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
    [of({ type: 'integer' }), { a: 'x' }, 'a violates the schema: must be integer'],
    [of({ type: 'integer' }), { a: 1.5 }, 'a violates the schema: must be integer'],
    [of({ type: 'integer' }), { a: null }, 'a violates the schema: must be integer'],
    [{ required: ['a'] }, {}, "record violates the schema: must have required property 'a'"],
    [of({ items: { type: 'string' } }), { a: ['x', 1] }, 'a violates the schema: 1 must be string'],
    [
      of({ type: 'string', maxLength: 1 }),
      { a: 'xy' },
      'a violates the schema: must NOT have more than 1 characters',
    ],
    [of({ maximum: 5 }), { a: 6 }, 'a violates the schema: must be <= 5'],
    [of({ minimum: 5 }), { a: 4 }, 'a violates the schema: must be >= 5'],
    [of({ exclusiveMaximum: 5 }), { a: 5 }, 'a violates the schema: must be < 5'],
    [of({ exclusiveMinimum: 5 }), { a: 5 }, 'a violates the schema: must be > 5'],
    // Draft 4.
    [of({ maximum: 5, exclusiveMaximum: true }), { a: 5 }, 'a violates the schema: must be < 5'],
    [of({ minimum: 5, exclusiveMinimum: true }), { a: 5 }, 'a violates the schema: must be > 5'],
    [of({ maximum: 5, exclusiveMaximum: false }), { a: 6 }, 'a violates the schema: must be <= 5'],
    [
      of({ items: { maximum: 5, exclusiveMaximum: true } }),
      { a: [4, 5] },
      'a violates the schema: 1 must be < 5',
    ],
    [
      of({ pattern: '\\A\\d+\\Z' }),
      { a: 'x' },
      String.raw`a violates the schema: must match pattern "\A\d+\Z"`,
    ],
    [
      { patternProperties: { '^x_': { type: 'integer' } } },
      { x_a: 'x' },
      'x_a violates the schema: must be integer',
    ],
    [
      { properties: { a: {} }, additionalProperties: false },
      { b: 1 },
      'record violates the schema: must NOT have additional properties',
    ],
    [
      { minProperties: 1, properties: { multipleOf: {} } },
      {},
      'record violates the schema: must NOT have fewer than 1 properties',
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
      /^a violates the schema: must NOT have duplicate items/,
    );
  });

  it('knows properties that are called like the keywords it leaves out', () => {
    for (const name of ['$id', '$schema', 'multipleOf', 'id']) {
      const schema = { properties: { [name]: { type: 'integer' } }, additionalProperties: false };
      expect(problem(schema, { [name]: 1 }), name).to.equal(undefined);
      expect(problem(schema, { [name]: 'x' }), name).to.contain('must be integer');
    }
  });

  describe('compares bounds digit by digit where a double is not enough', () => {
    const rows: readonly (readonly [object, string, boolean])[] = [
      [{ exclusiveMaximum: 1 }, '0.99999999999999999999', true],
      [{ exclusiveMaximum: 1 }, '1.00000000000000000000', false],
      [{ exclusiveMinimum: 1 }, '1.00000000000000000001', true],
      [{ exclusiveMinimum: 1 }, '10e-1', false],
      [{ maximum: 1 }, '1.00000000000000000001', false],
      [{ minimum: 1 }, '0.99999999999999999999', false],
      [{ maximum: -1 }, '-0.99999999999999999999', false],
      [{ minimum: -1, exclusiveMinimum: true }, '-0.99999999999999999999', true],
      [{ exclusiveMinimum: 0 }, '-0', false],
      [{ exclusiveMinimum: 0 }, '1e-400', true],
    ];
    for (const [bound, value, isAllowed] of rows) {
      it(`${JSON.stringify(bound)} ${isAllowed ? 'takes' : 'refuses'} ${value}`, () => {
        expect(problem(of(bound), `{"a":${value}}`) === undefined).to.equal(isAllowed);
        expect(problem(of({ items: bound }), `{"a":[${value}]}`) === undefined).to.equal(isAllowed);
      });
    }

    it('with the digits of the schema too', () => {
      const decimals = '{"properties":{"a":{"maximum":1e28,"exclusiveMaximum":true}}}';
      expect(problem(decimals, '{"a":9999999999999999999999999999.99}')).to.equal(undefined);
      expect(problem(decimals, '{"a":10000000000000000000000000000}')).to.equal(
        'a violates the schema: must be < 1e28',
      );
      const bigint = '{"properties":{"a":{"maximum":9223372036854775807}}}';
      expect(problem(bigint, '{"a":9223372036854775807}')).to.equal(undefined);
      expect(problem(bigint, '{"a":9223372036854775808}')).to.equal(
        'a violates the schema: must be <= 9223372036854775807',
      );
    });
  });

  // All of these load without validate_records.
  const odd: readonly (readonly [string, object])[] = [
    ['a draft-4 id of the schema', of({ type: 'integer' }, { id: 'http://x/y' })],
    ['a draft-4 id of a property', of({ type: 'integer', id: '#a' })],
    ['a type that does not exist', of({ type: 'date-time' })],
    ['a list of types, of which one does not exist', of({ type: ['null', 'any'] })],
    ['the type any inside', of({ anyOf: [{ type: 'any' }] })],
    ['types that are no words', of({ type: [{ type: 'string' }] })],
    ['no types', of({ type: [] })],
    ['a draft-3 required: true', of({ type: 'integer', required: true })],
    ['a pattern of Python', of({ type: 'integer', pattern: '(?P<year>[0-9]{4})' })],
    ['a pattern with needless escapes', of({ type: 'integer', pattern: String.raw`^\_\-$` })],
    ['a $ref that leads nowhere', of({ $ref: '#/definitions/none' })],
    ['a $ref to another document', of({ $ref: 'http://json-schema.org/x#/y' })],
    ['a $ref to an anchor', of({ $ref: '#a' }, { definitions: { d: { $anchor: 'a' } } })],
    ['a $ref with a wrong escape', of({ $ref: '#/definitions/%' })],
    ['a property that is null', { properties: { a: null } }],
    ['a bound that is a string', of({ minimum: '5' })],
    ['a length that is a string', of({ maxLength: '5' })],
    ['an empty enum', of({ enum: [] })],
    ['an empty anyOf', of({ anyOf: [] })],
    ['definitions that are null', of({ type: 'integer' }, { definitions: null })],
    ['nullable without a type', of({ nullable: true })],
    ['nullable that is a word', of({ type: 'integer', nullable: 'yes' })],
    ['a format that is true', of({ format: true })],
    ['an asynchronous schema', of({ type: 'integer' }, { $async: true })],
    ['a list of names that are none', of({ required: [1] })],
    ['a schema that is true', of({ not: false, anyOf: [true] })],
  ];
  for (const [what, schema] of odd) {
    it(`takes ${what}`, () => expect(problem(schema, { a: 1 })).to.equal(undefined));
  }

  it('says what it does not check, and of which property', () => {
    const schema = {
      properties: {
        v: { type: 'string', pattern: '(?P<a>x)?(?P=a)' },
        w: { minimum: '0', maximum: 5, maxLength: -1, enum: [] },
        f: { type: 'object', properties: { x: { type: 'string', pattern: '(?i:a)b' } } },
        ok: { type: 'any', pattern: '(?i)^a$', format: 'x', multipleOf: 0.01 },
      },
      patternProperties: { '[[:alpha:]]': {} },
    };
    expect(notes(schema)).to.deep.equal([
      'property "v" is not checked against its pattern "(?P<a>x)?(?P=a)", which refers to a group that may not have matched',
      'property "w" is not checked against its minimum "0", which is not a number',
      'property "w" is not checked against its maxLength -1, which is not a count',
      'property "w" is not checked against its enum [], which is an empty list',
      'property "f.x" is not checked against its pattern "(?i:a)b", which ignores case in a part of it',
      'a record is not checked against its pattern "[[:alpha:]]", which has a class of POSIX',
    ]);
  });

  it('does not take properties for additional ones that a pattern may allow which it does not know', () => {
    const schema = {
      properties: { a: {} },
      patternProperties: { '^x_': { type: 'integer' }, '[[:alpha:]]': {} },
      additionalProperties: false,
    };
    expect(problem(schema, { b: 1 })).to.equal(undefined);
    expect(problem(schema, { x_a: 'x' })).to.equal('x_a violates the schema: must be integer');
  });

  it('finds all violations, of bounds too', () => {
    const schema = parseObject('{"properties":{"a":{"maximum":1},"b":{"maximum":1}}}').members;
    const validate = compileValidator('s', schema, { findsAll: true });
    expect(validate(parseObject('{"a":2,"b":3}').members)).to.deep.equal([
      { path: ['a'], reason: 'violates the schema: must be <= 1' },
      { path: ['b'], reason: 'violates the schema: must be <= 1' },
    ]);
  });
});
