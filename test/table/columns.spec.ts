import { expect } from 'chai';
import { InputError } from '../../src/errors.ts';
import { JsonNumber, parseObject } from '../../src/protocol/json.ts';
import { cellWriter, noLosses } from '../../src/rows/values.ts';
import { columnsOf } from '../../src/table/columns.ts';
import { settings } from '../support/settings.ts';
import { typeSql, type Column, type ColumnType } from '../../src/table/types.ts';
import { cpuMs } from '../support/cpu.ts';

type Definition = Readonly<Record<string, unknown>> | boolean | null | string;

const schemaOf = (properties: object, more: object = {}): Parameters<typeof columnsOf>[1] =>
  parseObject(JSON.stringify({ type: 'object', properties, ...more })).members;

const columns = (properties: object, keys: readonly string[] = [], more: object = {}): readonly Column[] =>
  columnsOf('s', schemaOf(properties, more), keys, settings());

const typeOf = (definition: Definition, more: object = {}): ColumnType =>
  columns({ a: definition }, [], more)[0]!.type;

const of = (property: string): object => ({ property, source: { kind: 'property', path: [property] } });

describe('columnsOf', () => {
  it('gives the columns in the order of the schema, with folded names and keys', () => {
    expect(
      columns({ B: { type: 'integer' }, 10: { type: 'string' }, 9: { type: 'boolean' } }, ['B']),
    ).to.have.deep.members([
      { ...of('B'), name: 'b', type: { kind: 'bigint' }, isKey: true },
      { ...of('9'), name: '9', type: { kind: 'boolean' }, isKey: false },
      { ...of('10'), name: '10', type: { kind: 'varchar', bytes: 0 }, isKey: false },
    ]);
    const written = parseObject('{"properties":{"b":{},"10":{},"9":{},"__proto__":{}}}').members;
    expect(columnsOf('s', written, [], settings()).map(({ name }) => name)).to.deep.equal([
      'b',
      '10',
      '9',
      '__proto__',
    ]);
  });

  describe('takes the properties of the schema by way of', () => {
    const found = (schema: object, keys: readonly string[] = []): readonly string[] =>
      columnsOf('s', parseObject(JSON.stringify(schema)).members, keys, settings()).map(
        ({ name, type, isKey }) => `${name} ${typeSql(type)}${isKey ? ' key' : ''}`,
      );
    const id = { type: 'integer' };
    const text = { type: 'string', maxLength: 10 };

    it('$ref', () => {
      expect(
        found({ $ref: '#/definitions/t', definitions: { t: { type: 'object', properties: { id, text } } } }, [
          'id',
        ]),
      ).to.deep.equal(['id BIGINT key', 'text VARCHAR(64)']);
    });

    it('allOf, beside its own', () => {
      const base = { properties: { id, a: { type: 'boolean' } } };
      expect(
        found(
          {
            properties: { text },
            allOf: [
              { $ref: '#/definitions/base' },
              { properties: { a: {}, b: { $ref: '#/definitions/b' } } },
            ],
            definitions: { base, b: { type: 'number' } },
          },
          ['id'],
        ),
      ).to.deep.equal(['text VARCHAR(64)', 'id BIGINT key', 'a BOOLEAN', 'b DOUBLE PRECISION']);
    });

    it('anyOf and oneOf, of which it takes those of all alternatives', () => {
      for (const key of ['anyOf', 'oneOf']) {
        expect(
          found({
            type: 'object',
            properties: { id },
            [key]: [
              { properties: { a: { type: 'integer' }, b: id } },
              { properties: { a: text, c: id } },
              { type: 'null' },
            ],
          }),
        ).to.deep.equal(['id BIGINT', 'a SUPER', 'b BIGINT', 'c BIGINT']);
      }
    });

    it('a $ref to itself, which says nothing more', () => {
      expect(found({ properties: { id }, allOf: [{ $ref: '#' }] })).to.deep.equal(['id BIGINT']);
    });
  });

  it('makes a placeholder for a stream without properties', () => {
    expect(columns({})).to.deep.equal([
      {
        property: '',
        source: { kind: 'nothing' },
        name: '_target_redshift_placeholder',
        type: { kind: 'boolean' },
        isKey: false,
      },
    ]);
  });

  const types: readonly (readonly [Definition, string])[] = [
    [{ type: 'integer' }, 'BIGINT'],
    // Values instead of a type.
    [{ enum: ['a', 'b'] }, 'VARCHAR(0)'],
    [{ enum: ['a', null], maxLength: 100 }, 'VARCHAR(256)'],
    [{ const: 'a' }, 'VARCHAR(0)'],
    [{ enum: ['2024-01-01'], format: 'date' }, 'DATE'],
    [{ enum: [1, 2, null] }, 'BIGINT'],
    [{ const: -7 }, 'BIGINT'],
    [{ enum: [true, false] }, 'BOOLEAN'],
    [{ anyOf: [{ const: 'a' }, { const: 'b' }, { type: 'null' }] }, 'VARCHAR(0)'],
    [{ anyOf: [{ const: 'a' }, { const: 1 }] }, 'SUPER'],
    [{ enum: ['a', 1] }, 'SUPER'],
    [{ enum: [1.5] }, 'SUPER'],
    [{ enum: [1e300] }, 'SUPER'],
    [{ enum: [{}] }, 'SUPER'],
    [{ enum: [null] }, 'SUPER'],
    [{ enum: [] }, 'SUPER'],
    [{ enum: 'a' }, 'SUPER'],
    [{ const: null }, 'SUPER'],
    [{ type: 'integer', enum: ['a'] }, 'BIGINT'],
    [{ type: 'object', const: 'a' }, 'SUPER'],
    [{ type: ['null', 'integer'] }, 'BIGINT'],
    [{ type: ['integer', 'null'], minimum: 0 }, 'BIGINT'],
    [{ type: 'integer', minimum: '-1e30' }, 'BIGINT'],
    [{ type: 'integer', maximum: 1e40 }, 'NUMERIC(38,0)'],
    [{ type: ['null', 'integer'], minimum: 0, maximum: 1e20 }, 'NUMERIC(38,0)'],
    [{ type: 'integer', exclusiveMinimum: -1e19 }, 'NUMERIC(38,0)'],
    [{ type: 'integer', exclusiveMaximum: 1e19 }, 'NUMERIC(38,0)'],
    [{ type: 'integer', minimum: 5, exclusiveMinimum: true }, 'BIGINT'],
    [{ type: ['integer', 'number'], maximum: 1e20 }, 'DOUBLE PRECISION'],
    [{ anyOf: [{ type: 'integer', maximum: 1e20 }, { type: 'integer' }] }, 'NUMERIC(38,0)'],
    [{ type: 'boolean' }, 'BOOLEAN'],
    [{ type: 'number' }, 'DOUBLE PRECISION'],
    [{ type: 'number', multipleOf: 0.01 }, 'NUMERIC(38,2)'],
    [{ type: 'number', multipleOf: 1e-9 }, 'NUMERIC(38,9)'],
    [{ type: 'number', multipleOf: 10 }, 'NUMERIC(38,0)'],
    [{ type: 'number', multipleOf: 1e21 }, 'NUMERIC(38,0)'],
    [{ type: 'number', multipleOf: '0.01' }, 'DOUBLE PRECISION'],
    [{ type: 'number', multipleOf: -1 }, 'DOUBLE PRECISION'],
    [{ type: 'number', precision: 12, scale: 2 }, 'NUMERIC(38,2)'],
    [{ type: 'number', precision: 53 }, 'DOUBLE PRECISION'],
    [{ type: 'number', precision: 60, scale: 20 }, 'DOUBLE PRECISION'],
    [{ type: 'number', precision: 38, scale: 38 }, 'DOUBLE PRECISION'],
    [{ type: ['null', 'string'], format: 'singer.decimal', precision: 38, scale: 18 }, 'NUMERIC(38,18)'],
    [{ type: 'string', format: 'x-singer.decimal', precision: 10, scale: 0 }, 'NUMERIC(38,0)'],
    [{ type: 'number', format: 'singer.decimal', precision: 10, scale: 4 }, 'NUMERIC(38,4)'],
    [{ type: 'string', format: 'singer.decimal', multipleOf: 0.001 }, 'NUMERIC(38,3)'],
    [{ type: 'string', format: 'singer.decimal' }, 'DOUBLE PRECISION'],
    [{ type: 'string', precision: 10, scale: 2 }, 'VARCHAR(0)'],
    [{ type: 'string', format: 'date-time' }, 'TIMESTAMPTZ'],
    [{ type: 'string', format: 'date' }, 'DATE'],
    [{ type: 'string', format: 'time' }, 'TIME'],
    [{ type: 'string', format: 'uuid' }, 'VARCHAR(36)'],
    [{ type: 'string', format: 'email' }, 'VARCHAR(0)'],
    [{ type: 'string', contentEncoding: 'base16' }, 'VARBYTE(1024000)'],
    [{ type: 'string', contentEncoding: 'BASE64', maxLength: 8 }, 'VARBYTE(1024000)'],
    [{ type: ['null', 'string'], format: 'binary' }, 'VARBYTE(1024000)'],
    [{ type: 'string', contentEncoding: 'quoted-printable' }, 'VARCHAR(0)'],
    [{ type: ['string', 'integer'], contentEncoding: 'base64' }, 'SUPER'],
    [{ anyOf: [{ type: 'null' }, { type: 'string', contentEncoding: 'hex' }] }, 'VARBYTE(1024000)'],
    [{ type: 'string', anyOf: [{ contentEncoding: 'hex' }, { contentEncoding: 'base64' }] }, 'VARCHAR(0)'],
    [{ type: 'string', anyOf: [{ contentEncoding: 'hex' }, { maxLength: 300 }] }, 'VARCHAR(1024)'],
    [{ type: 'string', 'x-sql-datatype': 'timetz' }, 'TIMETZ'],
    [{ type: ['null', 'number'], 'x-sql-datatype': 'DECIMAL(10, 2)' }, 'NUMERIC(10,2)'],
    [{ type: ['null', 'string'], 'x-sql-datatype': 'varchar(10)' }, 'VARCHAR(10)'],
    [{ type: 'string', format: 'date-time', 'x-sql-datatype': 'timestamp' }, 'TIMESTAMP'],
    [{ oneOf: [{ type: 'null' }, { type: 'object' }], 'x-sql-datatype': 'text' }, 'VARCHAR(256)'],
    [{ type: 'integer', 'x-sql-datatype': 'jsonb' }, 'BIGINT'],
    [{ type: 'integer', 'x-sql-datatype': 5 }, 'BIGINT'],
    [{ type: 'string', maxLength: 64 }, 'VARCHAR(64)'],
    [{ type: 'string', maxLength: 65 }, 'VARCHAR(256)'],
    [{ type: 'string', maxLength: 1e12 }, 'VARCHAR(65535)'],
    [{ type: 'string', maxLength: 0 }, 'VARCHAR(0)'],
    [{ type: 'string', maxLength: -5 }, 'VARCHAR(0)'],
    [{ type: 'string', maxLength: '5' }, 'VARCHAR(0)'],
    [{ type: 'object', properties: {} }, 'SUPER'],
    [{ type: ['null', 'array'], items: { type: 'integer' } }, 'SUPER'],
    [{}, 'SUPER'],
    [{ type: [] }, 'SUPER'],
    [{ type: 'null' }, 'SUPER'],
    [{ type: ['null'] }, 'SUPER'],
    [{ type: 'date-time' }, 'SUPER'],
    [{ type: 5 }, 'SUPER'],
    [{ format: 'date-time' }, 'SUPER'],
    [{ properties: {} }, 'SUPER'],
    [true, 'SUPER'],
    [false, 'SUPER'],
    [null, 'SUPER'],
    ['string', 'SUPER'],
    [{ type: ['integer', 'number'] }, 'DOUBLE PRECISION'],
    [{ type: ['integer', 'number'], multipleOf: 0.01 }, 'NUMERIC(38,2)'],
    [{ type: ['string', 'integer'] }, 'SUPER'],
    [{ type: ['string', 'object'] }, 'SUPER'],
    [{ type: ['string', 'boolean', 'null'] }, 'SUPER'],
    [{ anyOf: [{ type: 'null' }, { type: 'integer' }] }, 'BIGINT'],
    [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, 'DOUBLE PRECISION'],
    [{ anyOf: [{ type: 'string', format: 'date-time' }, { type: ['string', 'null'] }] }, 'VARCHAR(64)'],
    [
      {
        anyOf: [
          { type: 'string', format: 'date' },
          { type: 'string', format: 'date-time' },
        ],
      },
      'VARCHAR(64)',
    ],
    [
      {
        anyOf: [
          { type: 'string', format: 'date' },
          { type: 'string', maxLength: 300 },
        ],
      },
      'VARCHAR(1024)',
    ],
    [{ anyOf: [{ type: 'string' }, { type: 'object' }] }, 'SUPER'],
    [{ anyOf: [{ type: 'number' }, { type: 'number', multipleOf: 0.1 }] }, 'SUPER'],
    [
      {
        anyOf: [
          { type: 'number', multipleOf: 0.1 },
          { type: 'number', multipleOf: 0.001 },
        ],
      },
      'NUMERIC(38,3)',
    ],
    [{ anyOf: [{ anyOf: [{ type: 'null' }] }, { oneOf: [{ type: 'integer' }] }] }, 'BIGINT'],
    [{ anyOf: [] }, 'SUPER'],
    [{ allOf: [{ type: 'string' }, { format: 'date-time' }] }, 'TIMESTAMPTZ'],
    [{ type: 'string', allOf: [{ maxLength: 10 }] }, 'VARCHAR(64)'],
  ];
  for (const [definition, type] of types) {
    it(`makes ${type} of ${JSON.stringify(definition)}`, () =>
      expect(typeSql(typeOf(definition))).to.equal(type));
  }

  it('compares bounds with the range of BIGINT to the last digit', () => {
    const type = (bounds: string): string =>
      typeSql(
        columnsOf(
          's',
          parseObject(`{"properties":{"a":{"type":"integer",${bounds}}}}`).members,
          [],
          settings(),
        )[0]!.type,
      );
    expect(type('"minimum":-9223372036854775808,"maximum":9223372036854775807')).to.equal('BIGINT');
    expect(type('"minimum":-9223372036854775809')).to.equal('NUMERIC(38,0)');
    expect(type('"maximum":9223372036854775808')).to.equal('NUMERIC(38,0)');
    expect(type('"maximum":18446744073709551615')).to.equal('NUMERIC(38,0)');
    expect(type('"maximum":9.3e18')).to.equal('NUMERIC(38,0)');
    expect(type(`"maximum":1${'0'.repeat(100)}`)).to.equal('NUMERIC(38,0)');
  });

  it('knows how binary values are written', () => {
    const encoding = (definition: Definition): unknown => columns({ a: definition })[0]?.encoding;
    expect(encoding({ type: 'string', contentEncoding: 'base64' })).to.equal('base64');
    expect(encoding({ type: 'string', contentEncoding: 'Base16' })).to.equal('hex');
    expect(encoding({ type: 'string', format: 'binary' })).to.equal('hex');
    expect(encoding({ type: 'string', contentEncoding: 'base64', 'x-sql-datatype': 'varbyte(9)' })).to.equal(
      'base64',
    );
    expect(encoding({ type: 'string' })).to.equal(undefined);
  });

  const notes: readonly (readonly [Definition, readonly string[]])[] = [
    [{ type: 'int' }, ['type "int" is not a type of JSON Schema and means any value']],
    [
      { type: ['null', 'int', 'date-time', 5] },
      [
        'type "int" is not a type of JSON Schema and means any value',
        'type "date-time" is not a type of JSON Schema and means any value',
        'type 5 is not a type of JSON Schema and means any value',
      ],
    ],
    [{ $ref: '#/definitions/none' }, ['$ref "#/definitions/none" leads nowhere in the schema']],
    [
      { anyOf: [{ $ref: 'WellKnownTypes.json#/x' }, { $ref: 'WellKnownTypes.json#/x' }] },
      ['$ref "WellKnownTypes.json#/x" leads nowhere in the schema'],
    ],
    [{ type: 'integer', 'x-sql-datatype': 'jsonb' }, ['x-sql-datatype "jsonb" is unknown and is ignored']],
    [
      { allOf: Array.from({ length: 7 }, () => ({ anyOf: [{}, {}] })) },
      ['the schema has too many alternatives to tell apart'],
    ],
  ];
  for (const [definition, expected] of notes) {
    it(`tells that ${expected.join(', ')}`, () =>
      expect(columns({ a: definition })[0]?.notes).to.deep.equal(expected));
  }

  it('has nothing to tell about what is understood, recursion included, or set by the user', () => {
    for (const definition of [{}, true, { type: 'object' }, { $ref: '#/properties/a' }, { $ref: '#' }]) {
      expect(columns({ a: definition })[0], JSON.stringify(definition)).not.to.have.property('notes');
    }
    const given = columnsOf(
      's',
      schemaOf({ a: { type: 'int' } }),
      [],
      settings({ columns: { a: { type: 'int' } } }),
    );
    expect(given[0]).to.deep.equal({
      ...of('a'),
      name: 'a',
      type: { kind: 'integer' },
      isKey: false,
      isGiven: true,
    });
  });

  it('follows a $ref to any place of the schema', () => {
    const more = {
      definitions: { 'a/b~c d': { type: 'integer' }, list: { $ref: '#/definitions/a~1b~0c%20d' } },
    };
    expect(typeOf({ $ref: '#/definitions/list' }, more)).to.deep.equal({ kind: 'bigint' });
    expect(columns({ a: { type: 'boolean' }, b: { $ref: '#/properties/a' } })[1]?.type).to.deep.equal({
      kind: 'boolean',
    });
  });

  for (const reference of [
    '#/definitions/none',
    '#',
    'http://x/y',
    '#/properties/a/type/x',
    '#/__proto__',
    '#/%zz',
    '#/definitions/%',
  ]) {
    it(`makes SUPER of a $ref that leads nowhere: ${reference}`, () => {
      expect(typeOf({ $ref: reference })).to.deep.equal({ kind: 'super' });
    });
  }

  it('makes SUPER of a $ref that leads to itself', () => {
    expect(typeOf({ $ref: '#/properties/a' })).to.deep.equal({ kind: 'super' });
  });

  it('ends soon on a definition that branches into itself', () => {
    const more = { d: { anyOf: Array.from({ length: 5 }, () => ({ $ref: '#/d' })) } };
    const started = cpuMs();
    expect(typeOf({ $ref: '#/d' }, more)).to.deep.equal({ kind: 'super' });
    expect(cpuMs() - started).to.be.below(500);
  });

  it('keeps the alternatives inside allOf apart', () => {
    const type = (first: object, second: object): string =>
      typeSql(typeOf({ allOf: [{ anyOf: [first, second] }] }));
    expect(type({ type: 'string' }, { type: 'integer' })).to.equal('SUPER');
    expect(type({ type: 'string' }, { type: 'null' })).to.equal('VARCHAR(0)');
    expect(type({ type: 'null' }, { type: 'string' })).to.equal('VARCHAR(0)');
  });

  it('applies what stands beside anyOf to each alternative', () => {
    const type = ['null', 'string'];
    expect(typeOf({ type, anyOf: [{ minLength: 1 }, { maxLength: 0 }] }).kind).to.equal('varchar');
    expect(typeOf({ type, anyOf: [{ format: 'date-time' }, {}] }).kind).to.equal('varchar');
  });

  it('leaves room for whole digits when multipleOf has as many places as NUMERIC', () => {
    // tap-postgres: a numeric column without precision.
    const type = typeOf({
      type: ['null', 'number'],
      multipleOf: 1e-38,
      maximum: 1e62,
      minimum: -1e62,
      exclusiveMaximum: true,
    });
    for (const token of ['12.5', '-1234567890.12', '0.1']) {
      expect(
        () => cellWriter(type)(new JsonNumber(token), noLosses()),
        `${token} in ${typeSql(type)}`,
      ).not.to.throw();
    }
  });

  it('leaves room for every BIGINT in a column of integers and decimals', () => {
    const type = typeOf({ anyOf: [{ type: 'integer' }, { type: 'number', multipleOf: 1e-25 }] });
    const token = '9223372036854775807';
    expect(() => cellWriter(type)(new JsonNumber(token), noLosses()), typeSql(type)).not.to.throw();
  });

  it('stays linear on a long multipleOf', () => {
    const schema = parseObject(
      `{"properties":{"a":{"type":"number","multipleOf":0.${'0'.repeat(15_000)}1}}}`,
    ).members;
    const started = cpuMs();
    columnsOf('s', schema, [], settings());
    expect(cpuMs() - started).to.be.below(150);
  });

  describe('with types in the configuration', () => {
    const given = (definition: Definition, type: string, keys: readonly string[] = []): string =>
      typeSql(
        columnsOf('s', schemaOf({ a: definition }), keys, settings({ columns: { a: { type } } }))[0]!.type,
      );

    it('takes them instead of those of the schema', () => {
      expect(given({ type: 'number' }, 'numeric(12, 2)')).to.equal('NUMERIC(12,2)');
      expect(given({ type: 'string', format: 'date-time' }, 'timestamp')).to.equal('TIMESTAMP');
      expect(given({ type: 'string', format: 'time' }, 'time with time zone')).to.equal('TIMETZ');
      expect(given({ type: ['string', 'integer'] }, 'varchar(100)', ['a'])).to.equal('VARCHAR(100)');
    });

    it('refuses one that cannot be a key', () => {
      expect(() => given({ type: 'integer' }, 'float8', ['a'])).to.throw(
        InputError,
        'key property "a" would be a DOUBLE PRECISION column, which rounds numbers and therefore cannot identify rows; set another type with ' +
          'streams.s.columns.a.type, for example numeric(38,9), with as many decimals as its values have',
      );
      expect(() => given({ type: 'string' }, 'timetz', ['a'])).to.throw(
        InputError,
        'key property "a" would be a TIMETZ column, which cannot identify rows; set another type with ' +
          'streams.s.columns.a.type, for example varchar(64)',
      );
    });
  });

  describe('with nested_values text', () => {
    const type = (definition: Definition, keys: readonly string[] = []): string =>
      typeSql(
        columnsOf('s', schemaOf({ a: definition }), keys, settings({ nested_values: 'text' }))[0]!.type,
      );

    it('makes VARCHAR of everything that would be SUPER', () => {
      for (const definition of [{}, { type: 'object' }, { type: 'array' }, { type: ['string', 'integer'] }]) {
        expect(type(definition), JSON.stringify(definition)).to.equal('VARCHAR(0)');
      }
      expect(type({ type: 'integer' })).to.equal('BIGINT');
    });

    it('refuses it as a key still, because 1 and "1" would be one text', () => {
      expect(() => type({ type: ['string', 'integer'] }, ['a'])).to.throw(
        InputError,
        'key property "a" would be a SUPER column',
      );
    });
  });

  const refused: readonly (readonly [string, object, readonly string[], string])[] = [
    ['a schema without properties', { type: 'object' }, [], 'it is missing required "properties"'],
    ['properties that are no object', { properties: [] }, [], 'it is missing required "properties"'],
    [
      'a $ref without properties',
      { $ref: '#/definitions/d', definitions: { d: {} } },
      [],
      'it is missing required "properties"',
    ],
    [
      'a $ref that leads nowhere',
      { $ref: '#/definitions/d' },
      [],
      'it is missing required "properties" ($ref "#/definitions/d" leads nowhere in the schema)',
    ],
    [
      'alternatives that are no objects',
      { anyOf: [{ type: 'string', properties: { a: {} } }, { type: 'null' }] },
      [],
      'it is missing required "properties"',
    ],
    [
      'keys that are not among the properties',
      { properties: { a: {} } },
      ['x', 'y'],
      'its key properties "x", "y" are not in its properties',
    ],
    [
      'keys of another case',
      { properties: { ID: { type: 'integer' } } },
      ['id'],
      'its key properties "id" are not in its properties',
    ],
    [
      'a key that would be DOUBLE',
      { properties: { a: { type: 'number' } } },
      ['a'],
      'key property "a" would be a DOUBLE PRECISION column, which rounds numbers and therefore cannot identify rows; set another type with ' +
        'streams.s.columns.a.type, for example numeric(38,9), with as many decimals as its values have',
    ],
    [
      'a key that would be SUPER',
      { properties: { a: {} } },
      ['a'],
      'key property "a" would be a SUPER column, which cannot identify rows; set another type with streams.s.columns.a.type, ' +
        'for example varchar(64), in which 1 and "1" are one key',
    ],
    [
      'a key of several types',
      { properties: { a: { type: ['integer', 'string'] } } },
      ['a'],
      'key property "a" would be a SUPER column',
    ],
    [
      'a key of values of several types',
      { properties: { a: { enum: ['a', 1] } } },
      ['a'],
      'key property "a" would be a SUPER column',
    ],
    [
      'names that fold to one',
      { properties: { Ab: {}, aB: {} } },
      [],
      'the properties "Ab", "aB" both become the column "ab"',
    ],
    [
      'names that collide with a renamed system column',
      { properties: { oid: {}, oid_: {} } },
      [],
      'both become the column "oid_"',
    ],
    [
      'the names of this program',
      { properties: { _Target_Redshift_Ordinal: {} } },
      [],
      'is reserved for this program',
    ],
  ];
  for (const [what, schema, keys, message] of refused) {
    it(`refuses ${what}`, () => {
      const parsed = parseObject(JSON.stringify(schema)).members;
      expect(() => columnsOf('s', parsed, keys, settings())).to.throw(InputError, message);
      expect(() => columnsOf('s', parsed, keys, settings())).to.throw(
        /^Cannot use the schema of stream "s": /,
      );
    });
  }

  it('takes 1,600 properties and refuses more', () => {
    const properties = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, {}]));
    expect(columns(properties(1600)).length).to.equal(1600);
    expect(() => columns(properties(1601))).to.throw(
      InputError,
      'Cannot use the schema of stream "s": it has more than 1600 properties, and a Redshift table has at most 1600 columns',
    );
  });
});
