import { expect } from 'chai';
import { jsonOf } from '../../src/query/json.ts';

const [BOOLEAN, BIGINT, INTEGER, NUMERIC, DOUBLE, VARCHAR] = [16, 20, 23, 1700, 701, 1043];

describe('jsonOf', () => {
  const values: readonly (readonly [string | null, number, string])[] = [
    [null, BIGINT, 'null'],
    ['t', BOOLEAN, 'true'],
    ['f', BOOLEAN, 'false'],
    ['-1', INTEGER, '-1'],
    ['9007199254740991', BIGINT, '9007199254740991'],
    ['9007199254740993', BIGINT, '"9007199254740993"'],
    ['-9223372036854775808', BIGINT, '"-9223372036854775808"'],
    ['1.10', NUMERIC, '1.10'],
    ['123456789012.345', NUMERIC, '123456789012.345'],
    ['1234567890123.4567', NUMERIC, '"1234567890123.4567"'],
    ['0.000000000000000000001', NUMERIC, '0.000000000000000000001'],
    ['1.7976931348623157e+308', DOUBLE, '1.7976931348623157e+308'],
    ['0.30000000000000004', DOUBLE, '0.30000000000000004'],
    ['NaN', DOUBLE, '"NaN"'],
    ['-Infinity', DOUBLE, '"-Infinity"'],
    ['1', VARCHAR, '"1"'],
    ['a"b', VARCHAR, '"a\\"b"'],
  ];
  for (const [text, type, expected] of values)
    it(`writes ${String(text)} of type ${type} as ${expected}`, () => {
      expect(jsonOf(text, type)).to.equal(expected);
      JSON.parse(expected);
    });
});
