/** Schemas and values that keep a validator busy for ever: here every check ends, and says so where it has no answer. */
import { expect } from 'chai';
import { InputError } from '../../src/errors.ts';
import { parseObject } from '../../src/protocol/json.ts';
import { compileValidator, type Violation } from '../../src/rows/validate.ts';

function violations(schema: object, record: object, findsAll = false): readonly Violation[] {
  const parse = (value: object) => parseObject(JSON.stringify(value)).members;
  return compileValidator('s', parse(schema), { findsAll })(parse(record));
}

function refusal(schema: object): string {
  try {
    violations(schema, {});
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'none';
}

/** Each definition refers twice to the one before it. */
function doubling(combine: (twice: readonly [object, object]) => object, last: object, levels = 32): object {
  const definitions: Record<string, object> = { d0: last };
  for (let i = 1; i <= levels; i++) {
    const before = { $ref: `#/definitions/d${i - 1}` };
    definitions[`d${i}`] = combine([before, before]);
  }
  return { definitions, properties: { a: { $ref: `#/definitions/d${levels}` } } };
}

function nested(levels: number, wrap: (inner: unknown) => unknown, innermost: unknown): unknown {
  let value = innermost;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const TOO_MUCH = [{ path: [], reason: 'takes too much work to check against the schema' }];

describe('the check of a record', function () {
  this.timeout(60_000);

  const integer = { type: 'integer' };
  const endless: readonly (readonly [string, object, object])[] = [
    ['32 doublings by allOf', doubling((allOf) => ({ allOf }), integer), { a: 1 }],
    [
      '32 doublings by anyOf, none of which fits',
      doubling((anyOf) => ({ anyOf }), { type: 'string' }),
      { a: 1 },
    ],
    ['32 doublings by oneOf', doubling((oneOf) => ({ oneOf }), integer), { a: 1 }],
    ['32 doublings by if and then', doubling(([first, then]) => ({ if: first, then }), integer), { a: 1 }],
    [
      'a doubling for each level of a deep value',
      { properties: { a: { allOf: [{ $ref: '#' }, { $ref: '#' }] } } },
      nested(40, (a) => ({ a }), {}) as object,
    ],
    [
      'thousands of patterns for each of many names',
      {
        patternProperties: Object.fromEntries(range(4000).map((i) => [`^x${i}$`, {}])),
      },
      Object.fromEntries(range(30_000).map((i) => [`y${i}`, 1])),
    ],
    [
      'a long list of values for each of many items',
      { properties: { a: { items: { enum: range(20_000) } } } },
      { a: range(20_000).reverse() },
    ],
    [
      'a pattern that only a backtracking matcher knows',
      { properties: { a: { pattern: '^(?=a)(a+)+$' } } },
      { a: `${'a'.repeat(44)}!` },
    ],
    [
      'a pattern with a backreference',
      { properties: { a: { pattern: String.raw`^(a|b)\1(\w+\s?)*$` } } },
      { a: `aa${'word '.repeat(20)}!` },
    ],
  ];
  for (const [what, schema, record] of endless) {
    it(`ends with ${what}`, () => expect(violations(schema, record)).to.deep.equal(TOO_MUCH));
  }

  it('has an answer for patterns that take a backtracking matcher for ever', () => {
    const schema = { properties: { a: { pattern: '^(a+)+$' } } };
    expect(violations(schema, { a: 'a'.repeat(60_000) })).to.deep.equal([]);
    expect(violations(schema, { a: `${'a'.repeat(60_000)}!` })).to.deep.equal([
      { path: ['a'], reason: 'violates the schema: must match pattern "^(a+)+$"' },
    ]);
  });

  it('has an answer for patterns that look around, as long as they are quick', () => {
    const schema = { properties: { a: { pattern: String.raw`^(?=.*\d)(?!.*\s).{8,}$` } } };
    expect(violations(schema, { a: 'passw0rd' })).to.deep.equal([]);
    expect(violations(schema, { a: 'password' })).to.have.length(1);
  });

  it('finds two equal items among many', () => {
    const schema = { properties: { a: { uniqueItems: true } } };
    const items = range(100_000).map((i) => ({ i, more: [i] }));
    expect(violations(schema, { a: items })).to.deep.equal([]);
    expect(violations(schema, { a: [...items, { more: [5], i: 5 }] })).to.deep.equal([
      {
        path: ['a'],
        reason: 'violates the schema: must NOT have duplicate items (items 5 and 100000 are identical)',
      },
    ]);
    expect(
      violations(schema, { a: [{ a: 1 }, [['a', 1]], 1, '1', true, 'true', null, 'null', [], {}, ''] }),
    ).to.deep.equal([]);
  });

  it('takes schemas that refer to themselves inside the value', () => {
    const schema = { properties: { id: integer, children: { items: { $ref: '#' } } } };
    const tree = (leaf: unknown): object =>
      nested(100, (child) => ({ id: 1, children: [child] }), { id: leaf }) as object;
    expect(violations(schema, tree(1))).to.deep.equal([]);
    expect(violations(schema, tree('x'))[0]?.reason).to.match(/0\/id must be integer$/);
  });

  it('takes a thousand levels of a value', () => {
    const schema = { properties: { a: { $ref: '#' } } };
    expect(violations(schema, nested(1000, (a) => ({ a }), {}) as object)).to.deep.equal([]);
  });

  it('finds every violation among few values, and the first among many', () => {
    const schema = { properties: { a: { items: integer }, b: integer } };
    expect(violations(schema, { a: ['x', 'y'], b: 'z' }, true).map(({ path }) => path)).to.deep.equal([
      ['a', '0'],
      ['a', '1'],
      ['b'],
    ]);
    expect(violations(schema, { a: range(200_000).map(String) }, true)).to.deep.equal([
      { path: [], reason: 'violates the schema, and has too many values to look for all violations' },
    ]);
    expect(violations(schema, { a: range(200_000) }, true)).to.deep.equal([]);
  });

  describe('with as many properties as a table has columns', () => {
    const names = range(1600).map((i) => `p${i}`);
    const properties = Object.fromEntries(names.map((name) => [name, integer]));
    const fine = Object.fromEntries(names.map((name) => [name, 1]));

    it('finds the wrong ones', () => {
      expect(violations({ properties }, fine)).to.deep.equal([]);
      const wrong = { ...fine, p0: 'x', p1599: 'x' };
      const reason = 'violates the schema: must be integer';
      expect(violations({ properties }, wrong)).to.deep.equal([{ path: ['p0'], reason }]);
      expect(violations({ properties }, wrong, true)).to.deep.equal([
        { path: ['p0'], reason },
        { path: ['p1599'], reason },
      ]);
    });

    it('knows which are additional, and what references to them mean', () => {
      const schema = {
        properties: {
          ...properties,
          p1599: { $ref: '#/properties/inner/properties/p7' },
          inner: { properties },
        },
        additionalProperties: false,
      };
      const reason = (what: string): string => `violates the schema: ${what}`;
      expect(violations(schema, { ...fine, other: 1 })).to.deep.equal([
        { path: [], reason: reason('must NOT have additional properties') },
      ]);
      expect(violations(schema, { ...fine, p1599: 'x' })).to.deep.equal([
        { path: ['p1599'], reason: reason('must be integer') },
      ]);
      expect(violations(schema, { inner: { ...fine, p1000: 'x' } })).to.deep.equal([
        { path: ['inner', 'p1000'], reason: reason('p1000 must be integer') },
      ]);
    });
  });

  describe('is refused before it begins for a schema', () => {
    const refused: readonly (readonly [string, object, string])[] = [
      [
        'that refers to itself without going into the value',
        { properties: { x: { $ref: '#/properties/x' } } },
        'its $ref "#/properties/x" leads back to itself',
      ],
      [
        'whose references go around',
        {
          definitions: {
            a: { anyOf: [{ type: 'null' }, { $ref: '#/definitions/b' }] },
            b: { if: true, then: { $ref: '#/definitions/a' } },
          },
          properties: { x: { $ref: '#/definitions/a' } },
        },
        'its $ref "#/definitions/b" leads back to itself',
      ],
      [
        'whose references follow each other for too long',
        doubling(([one]) => one, {}, 300),
        'its $ref "#/definitions/d200" leads over more than 200 others',
      ],
      [
        'that is nested too deep',
        nested(300, (a) => ({ properties: { a } }), {}) as object,
        'it is nested more than 200 levels deep',
      ],
      [
        'with too many parts',
        { properties: Object.fromEntries(range(10_001).map((i) => [`p${i}`, {}])) },
        'it has more than 10000 parts',
      ],
    ];
    for (const [what, schema, reason] of refused) {
      it(what, () =>
        expect(refusal(schema)).to.equal(
          `Cannot validate the records of stream "s": its schema cannot be used, ${reason}; correct it in the tap, or set validate_records to false`,
        ),
      );
    }
  });
});
