/** Properties that random streams have, and for each some values: how a tap sends them and what the warehouse must show. */

/** A value as JSON text and as the text in which the warehouse answers; null for NULL. */
export type Value = readonly [sent: string, shown: string | null];

/** A property as one schema declares it. */
export interface Property {
  readonly name: string;
  /** The name in the warehouse. */
  readonly column: string;
  readonly schema: object;
  readonly values: readonly Value[];
  /** As JSON text: what no column of the type can store. */
  readonly invalid: readonly string[];
}

/** What a property may be declared as, one form at a time. */
export type Slot = readonly [Property, ...Property[]];

const text = (value: string): Value => [JSON.stringify(value), value];
const same = (value: string): Value => [value, value];
export const optional = (type: string, more: object = {}): object => ({ type: ['null', type], ...more });

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
  ['99.9899999999999948840923025272786617279052734375', '99.99'],
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
    'zażółć 😀 漢字 e\u0301',
    '\u0001\u001f\u007f',
    'w'.repeat(70),
    'ż'.repeat(600),
  ].map(text),
  ['"a\\u0000b"', 'ab'],
  ['"\\ud800"', '\ufffd'],
];

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

/** Every record of a stream that has a key carries it, but for those that are set aside; any of them may be keys. */
export const IDENTITIES: readonly Property[] = [
  {
    name: 'Id',
    column: 'id',
    schema: { type: ['null', 'integer'] },
    values: ['1', '9007199254740993', '0'].map(same),
    invalid: ['"x"', '1.5'],
  },
  {
    name: 'Code',
    column: 'code',
    schema: { type: ['null', 'string'] },
    values: ['a', 'a ', '', ' ', 'A'].map(text),
    invalid: [],
  },
];

/** What a key may not be, though a value of the same property may: it would be stored changed. */
export const LOSSY_KEY: Readonly<Record<string, Value>> = { Code: ['"a\\u0000"', 'a'] };

/** Properties that are declared in one way only. */
export const PROPERTIES: readonly Property[] = [
  {
    name: 'count',
    column: 'count',
    schema: optional('integer'),
    values: WHOLE,
    invalid: ['"abc"', '1.5', '9223372036854775808', 'true', '[]'],
  },
  {
    name: 'amount',
    column: 'amount',
    schema: optional('number', { multipleOf: 0.01 }),
    values: DECIMAL,
    invalid: ['1.005', '"x"', '1e36', 'NaN', '{}'],
  },
  { name: 'Note "1"', column: 'note "1"', schema: optional('string'), values: TEXTS, invalid: [] },
  {
    name: 'Ünï',
    column: 'Ünï',
    schema: optional('string', { maxLength: 3 }),
    values: TEXTS,
    invalid: [],
  },
  {
    name: 'select',
    column: 'select',
    schema: optional('boolean'),
    values: [
      ...['true', '1', '"yes"', '"T"'].map((sent): Value => [sent, 't']),
      ...['false', '0', '"no"'].map((sent): Value => [sent, 'f']),
    ],
    invalid: ['"maybe"', '2', '1.0', '{}'],
  },
  {
    name: 'at',
    column: 'at',
    schema: optional('string', { format: 'date-time' }),
    values: INSTANTS,
    invalid: ['"soon"', '5', '"2023-02-29T00:00:00Z"'],
  },
  {
    name: 'day',
    column: 'day',
    schema: optional('string', { format: 'date' }),
    values: ['2024-02-29', '1900-01-01'].map(text),
    invalid: ['"2023-02-29"', '20240229', '"2024-02-29T10:00:00Z"'],
  },
  {
    name: 'ratio',
    column: 'ratio',
    schema: optional('number'),
    values: [same('0.1'), same('-2.5'), ['1e3', '1000'], ['0.1234567890123456789', '0.12345678901234568']],
    invalid: ['Infinity', '"x"', '1e400', 'true'],
  },
  {
    name: 'details',
    column: 'details',
    schema: optional('object'),
    values: NESTED,
    invalid: ['NaN'],
  },
  {
    name: 'anything',
    column: 'anything',
    schema: {},
    values: [...NESTED, same('"a"'), same('1.50'), same('false')],
    invalid: ['{"a":NaN}'],
  },
];

/** A value of `_sdc_deleted_at`, what its column shows, and whether it says that the row was deleted. */
export interface Mark {
  readonly sent: string;
  readonly shown: string | null;
  readonly isDeletion: boolean;
}

/** Of times it only matters that they are there. */
export const MARKS: readonly Mark[] = [
  ...['"2026-02-01T00:00:00Z"', '"2026-02-01 01:02:03.5+01:00"', '"2026-02-01"'].map((sent) => {
    return { sent, shown: 'set', isDeletion: true };
  }),
  ...['true', '1', '0', '"yes"', '" "', '{}', '"2019-12-18T13:19:44+00:00+00:00"'].map((sent) => {
    return { sent, shown: null, isDeletion: true };
  }),
  ...['null', 'false', '""'].map((sent) => ({ sent, shown: null, isDeletion: false })),
];

export const DELETED_AT: Property = {
  name: '_sdc_deleted_at',
  column: '_sdc_deleted_at',
  schema: optional('string', { format: 'date-time' }),
  values: [],
  invalid: [],
};
