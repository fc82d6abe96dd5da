/** Values by hand, of every type: what the walk and the lane make of them, alone or with the cells of the reference encoder, and what they reject. */
import { expect } from 'chai';
import { parseType } from '../../../src/table/type-text.ts';
import type { Column } from '../../../src/table/types.ts';
import { AgainstReference } from './against-reference.ts';

/** Type, value as JSON, the field of CSV; undefined for what no column of the type takes. */
const VALUES: readonly (readonly [string, string, string | undefined])[] = [
  ['smallint', '0', '0'],
  ['smallint', '32767', '32767'],
  ['smallint', '32768', undefined],
  ['smallint', '-32768', '-32768'],
  ['integer', '-2147483648', '-2147483648'],
  ['integer', '"7"', '7'],
  ['integer', '" 7 "', '7'],
  ['integer', '"007"', '7'],
  ['integer', '7.000', '7'],
  ['integer', '7.', undefined],
  ['integer', '7.01', undefined],
  ['integer', '7e2', '700'],
  ['integer', '07', undefined],
  ['integer', '-', undefined],
  ['integer', '', undefined],
  ['integer', '""', undefined],
  ['integer', '"+7"', '7'],
  ['integer', '"7."', '7'],
  ['integer', '".7e1"', '7'],
  ['integer', '"."', undefined],
  ['integer', '+7', undefined],
  ['integer', '.7', undefined],
  ['bigint', '9223372036854775807', '9223372036854775807'],
  ['bigint', '9223372036854775808', undefined],
  ['bigint', '-0', '0'],
  ['numeric(5,2)', '999.99', '999.99'],
  ['numeric(5,2)', '999.990', '999.99'],
  ['numeric(5,2)', '1000', undefined],
  ['numeric(5,2)', '0.005', undefined],
  ['numeric(5,2)', '-0.00', '0'],
  ['numeric(5,2)', '"-12.50"', '-12.5'],
  ['numeric(5,2)', '1.5e1', '15'],
  ['numeric(5,2)', '".5"', '0.5'],
  ['numeric(5,2)', '"-.5"', '-0.5'],
  ['numeric(5,2)', '"5."', '5'],
  ['numeric(5,5)', '0.12345', '0.12345'],
  ['numeric(19,0)', '9223372036854775807', '9223372036854775807'],
  ['numeric(19,0)', '9223372036854775808', undefined],
  ['numeric(38,37)', `0.${'0'.repeat(36)}1`, `0.${'0'.repeat(36)}1`],
  ['double precision', '100', '100'],
  ['double precision', '1.10', '1.1'],
  ['double precision', '0.000001', '0.000001'],
  ['double precision', '0.0000001', '1e-7'],
  ['double precision', '1e21', '1e+21'],
  ['double precision', '123456789012345', '123456789012345'],
  ['double precision', '0.30000000000000004', '0.30000000000000004'],
  ['double precision', '-0', '-0'],
  ['double precision', 'NaN', undefined],
  ['double precision', '".5"', '0.5'],
  ['double precision', '"+5."', '5'],
  ['real', '0.1', '0.1'],
  ['real', '".5"', '0.5'],
  ['boolean', 'true', 'true'],
  ['boolean', 'false', 'false'],
  ['boolean', '"false"', 'false'],
  ['boolean', 'True', undefined],
  ['boolean', '0', 'false'],
  ['boolean', '"T"', 'true'],
  ['boolean', '2', undefined],
  ['boolean', '""', undefined],
  ['varchar(64)', '""', '""'],
  ['varchar(64)', '"a\\"b\\\\c\\/d"', '"a""b\\c/d"'],
  ['varchar(64)', '"\\n\\r\\t\\b\\f"', '"\n\r\t\b\f"'],
  ['varchar(64)', '"\\u00e9\\u20ac\\ud83d\\ude00é€😀"', '"é€😀é€😀"'],
  ['varchar(64)', '"\\u0022"', '""""'],
  ['varchar(64)', '"a\\u0000b"', '"ab"'],
  ['varchar(64)', '"\\ud83d"', '"\ufffd"'],
  ['varchar(64)', '"\\ude00\\ud83d"', '"\ufffd\ufffd"'],
  ['varchar(64)', '"\\x"', undefined],
  ['varchar(64)', '"\\u12G4"', undefined],
  ['varchar(64)', '"tab\there"', undefined],
  ['varchar(64)', '1.50', '"1.50"'],
  ['varchar(64)', 'true', '"true"'],
  ['varchar(64)', '{ "a" : [ 1 , "x" ] }', '"{""a"":[1,""x""]}"'],
  ['date', '"2024-02-29"', '2024-02-29'],
  ['date', '"2023-02-29"', undefined],
  ['date', '"2024-02-29T00:00:00.000Z"', '2024-02-29'],
  ['date', '"2024-02-29T00:00:01Z"', undefined],
  ['time', '"23:59:59.5"', '23:59:59.5'],
  ['time', '"23:59:59.500000Z"', '23:59:59.5'],
  ['time', '"23:59"', '23:59:00'],
  ['time', '"23:59:60"', undefined],
  ['time', '"9:05:06"', '09:05:06'],
  ['time', '"0:00:00.250Z"', '00:00:00.25'],
  ['time', '"9:05:60"', undefined],
  ['time', '"9:60:00"', undefined],
  ['time', '"9:5:06"', undefined],
  ['time', '":05:06"', undefined],
  ['time', '"/:05:06"', undefined],
  ['time', '"::05:06"', undefined],
  ['time', '"24:00:00"', '24:00:00'],
  ['time', '"T091500.5"', '09:15:00.5'],
  ['time', '"0915"', undefined],
  ['timetz', '"10:00:00+02:00"', '10:00:00+02:00'],
  ['timestamp', '"2024-01-31T23:59:59.123456Z"', '2024-01-31 23:59:59.123456'],
  ['timestamp', '"2024-01-31"', '2024-01-31 00:00:00'],
  ['timestamptz', '"2024-01-31 23:59:59"', '2024-01-31 23:59:59+00:00'],
  ['timestamptz', '"2024-01-31T23:59:59.1000000001Z"', '2024-01-31 23:59:59.1+00:00'],
  ['timestamptz', '"2024-01-31T23:59:59.10000000Z"', '2024-01-31 23:59:59.1+00:00'],
  ['timestamptz', '"2024-12-31T23:30:00-02:00"', '2025-01-01 01:30:00+00:00'],
  ['timestamptz', '"2024-03-01T00:30:00+01:00"', '2024-02-29 23:30:00+00:00'],
  ['timestamptz', '"2023-03-01T00:30:00+01:00"', '2023-02-28 23:30:00+00:00'],
  ['timestamptz', '"2024-01-31T23:59:59+0530"', '2024-01-31 18:29:59+00:00'],
  ['timestamptz', '"0001-01-01T00:00:00+01:00"', undefined],
  ['timestamptz', '"9999-12-31T23:59:59-01:00"', undefined],
  ['timestamptz', '"2024-01-31T24:00:00Z"', '2024-02-01 00:00:00+00:00'],
  ['timestamptz', '"2024-01-31T24:00:01Z"', undefined],
  ['timestamptz', '"20240131T235959Z"', '2024-01-31 23:59:59+00:00'],
  ['timestamptz', '"2024-01-31T9:05:06Z"', '2024-01-31 09:05:06+00:00'],
  ['timestamptz', '"2024-01-31T23:59:59+24:00"', undefined],
  ['varbyte(16)', '"00FF"', '00ff'],
  ['varbyte(16)', '"xyz"', undefined],
  ['date', '"20240229"', '2024-02-29'],
  ['date', '"20230229"', undefined],
  ['super', '"x"', '"""x"""'],
  ['super', '{}', '"{}"'],
  ['super', '[ ]', '"[]"'],
  ['super', '[1,{"a":null}]', '"[1,{""a"":null}]"'],
  ['super', '{"a":1.10,"b":-0,"c":1E5}', '"{""a"":1.10,""b"":-0,""c"":1E5}"'],
  ['super', '{"a":1,"b":2,"a":3}', '"{""a"":3,""b"":2}"'],
  ['super', '{"a":1,"\\u0061":2}', '"{""a"":2}"'],
  ['super', '{"\\u0001\\n\\"":"\\/"}', '"{""\\u0001\\n\\"""":""/""}"'],
  ['super', '1e400', undefined],
  ['super', '[1,]', undefined],
  ['super', '{"a"}', undefined],
  ['super', '[01]', undefined],
  ['super', '[1e]', undefined],
];

/** What the walk, or the lane, makes of a value, and what the reference encoder makes of it. */
const rowsOf = (type: string, value: string, hasLane: boolean): Record<string, string | undefined> => {
  const column: Column = {
    property: 'v',
    source: { kind: 'property', path: ['v'] },
    name: 'v',
    type: parseType(type)!,
    isKey: false,
  };
  const both = new AgainstReference({ columns: [column] }, undefined, hasLane);
  const line = (text: string): string => `{"type":"RECORD","stream":"s","record":{"v":${text}}}\n`;
  // The lane knows a line when one was walked. More lines follow: nothing may depend on where the block ends.
  const rows = both.rows(Buffer.from(line('null') + line(value) + line(value).repeat(2)));
  rows.next();
  const [bytes, row] = rows.next().value as readonly [Buffer, string | undefined];
  return { row, expected: both.expected(bytes) };
};

describe('values by hand', () => {
  for (const [type, value, field] of VALUES) {
    const written = field === undefined ? 'refuses' : 'writes';
    it(`${type} ${written} ${JSON.stringify(value)}`, () => {
      const line = field === undefined ? undefined : `${field}\n`;
      expect(rowsOf(type, value, false)).to.deep.equal({ row: line, expected: line });
      expect(rowsOf(type, value, true)).to.deep.equal({ row: line, expected: line });
    });
  }
});
