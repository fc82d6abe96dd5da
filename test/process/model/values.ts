/** Properties that random streams have, and for each some values: how a tap sends them and what the warehouse must show. */

/** A value as JSON text and as the text in which the warehouse answers; null for NULL. */
export type Value = readonly [sent: string, shown: string | null];

export interface Property {
  readonly name: string;
  /** The name in the warehouse. */
  readonly column: string;
  readonly schema: object;
  readonly values: readonly Value[];
}

const text = (value: string): Value => [JSON.stringify(value), value];
const same = (value: string): Value => [value, value];
const optional = (type: string, more: object = {}): object => ({ type: ['null', type], ...more });

const WHOLE: readonly Value[] = [
  ...['0', '-1', '7', '9007199254740993', '9223372036854775807', '-9223372036854775808'].map(same),
  ['5.0', '5'],
  ['1e3', '1000'],
];

const DECIMAL: readonly Value[] = [
  ['0', '0.00'],
  ['1.1', '1.10'],
  ['-0.01', '-0.01'],
  ['123456789012345678901234567890.99', '123456789012345678901234567890.99'],
  ['"12.5"', '12.50'],
];

const TEXTS: readonly Value[] = [
  ...[
    '',
    ' ',
    'a',
    'a ',
    'a  ',
    'NULL',
    'null',
    '\\N',
    '\\',
    '"',
    '""',
    "it's",
    ',',
    '|',
    'two\nlines',
    'x\r\ny',
  ],
  'zażółć 😀 漢字 e\u0301',
  '\u0001\u001f\u007f',
  'w'.repeat(70),
  'ż'.repeat(600),
].map(text);

const INSTANTS: readonly Value[] = [
  ['"2026-01-02T03:04:05Z"', '2026-01-02 03:04:05+00'],
  ['"2026-01-02 03:04:05.123456+02:00"', '2026-01-02 01:04:05.123456+00'],
  ['"1969-12-31T23:59:59"', '1969-12-31 23:59:59+00'],
];

const NESTED: readonly Value[] = [
  same('{}'),
  same('[]'),
  same('{"b":1.10,"a":[null,true,"x\\"y"]}'),
  ['{ "z" : 9007199254740993 }', '{"z":9007199254740993}'],
];

/** Every record carries them; a schema may make any of them keys. */
export const IDENTITIES: readonly Property[] = [
  {
    name: 'Id',
    column: 'id',
    schema: { type: 'integer' },
    values: ['1', '9007199254740993', '0'].map(same),
  },
  {
    name: 'Code',
    column: 'code',
    schema: { type: 'string' },
    values: ['a', 'a ', '', ' ', 'A'].map(text),
  },
];

export const PROPERTIES: readonly Property[] = [
  { name: 'count', column: 'count', schema: optional('integer'), values: WHOLE },
  { name: 'amount', column: 'amount', schema: optional('number', { multipleOf: 0.01 }), values: DECIMAL },
  { name: 'Note "1"', column: 'note "1"', schema: optional('string'), values: TEXTS },
  { name: 'Ünï', column: 'Ünï', schema: optional('string', { maxLength: 3 }), values: TEXTS },
  {
    name: 'select',
    column: 'select',
    schema: optional('boolean'),
    values: ['true', 'false'].map((v) => [v, v[0]!]),
  },
  { name: 'at', column: 'at', schema: optional('string', { format: 'date-time' }), values: INSTANTS },
  {
    name: 'day',
    column: 'day',
    schema: optional('string', { format: 'date' }),
    values: ['2024-02-29', '1900-01-01'].map(text),
  },
  { name: 'details', column: 'details', schema: optional('object'), values: NESTED },
  {
    name: 'anything',
    column: 'anything',
    schema: {},
    values: [...NESTED, same('"a"'), same('1.50'), same('false')],
  },
];
