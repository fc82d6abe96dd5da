import { expect } from 'chai';
import { parseObject, type Json } from '../../src/protocol/json.ts';
import { ValueError } from '../../src/rows/value-error.ts';
import { cellWriter, noLosses, Token, type Cell, type Losses } from '../../src/rows/values.ts';
import { typeSql, type ColumnType } from '../../src/table/types.ts';

const value = (text: string): Json => parseObject(`{"v":${text}}`).members.get('v') ?? null;

function outcome(type: ColumnType, text: string, losses = noLosses()): Cell {
  try {
    return cellWriter(type)(value(text), losses);
  } catch (error) {
    if (error instanceof ValueError) return `! ${error.message}`;
    throw error;
  }
}

const bigint = { kind: 'bigint' } as const;
const numeric = { kind: 'numeric', precision: 10, scale: 2 } as const;
const double = { kind: 'double' } as const;
const boolean = { kind: 'boolean' } as const;
const varchar = { kind: 'varchar', bytes: 64 } as const;
const date = { kind: 'date' } as const;
const time = { kind: 'time' } as const;
const timetz = { kind: 'timetz' } as const;
const varbyte = { kind: 'varbyte', bytes: 3 } as const;
const real = { kind: 'real' } as const;
const timestamp = { kind: 'timestamp' } as const;
const timestamptz = { kind: 'timestamptz' } as const;
const nested = { kind: 'super' } as const;

const token = (text: string): Token => new Token(text);

describe('cellWriter', () => {
  const cells: readonly (readonly [ColumnType, string, Cell])[] = [
    [bigint, '12', token('12')],
    [bigint, '"12"', token('12')],
    [bigint, '" 12 "', token('12')],
    [bigint, '1.0', token('1')],
    [bigint, 'true', '! is a boolean, not a number'],
    [bigint, '[1]', '! is an array, not a number'],
    [bigint, '{}', '! is an object, not a number'],
    [bigint, '""', '! is an empty string, not a number'],
    [bigint, '"5."', token('5')],
    [bigint, '"+5"', token('5')],
    [bigint, '".0"', token('0')],
    [bigint, '"-.0e2"', token('0')],
    [bigint, '"."', '! is not a number'],
    [bigint, '"+"', '! is not a number'],
    [bigint, '"+-5"', '! is not a number'],
    [bigint, '"5 0"', '! is not a number'],
    [bigint, '"5,0"', '! is not a number'],
    [bigint, '"5_0"', '! is not a number'],
    [bigint, '"x"', '! is not a number'],
    [bigint, 'NaN', '! is not a number'],
    [{ kind: 'smallint' }, '40000', '! is outside the range of SMALLINT'],
    [numeric, '1.10', token('1.1')],
    [numeric, '"1.10"', token('1.1')],
    [numeric, '1.005', '! does not fit NUMERIC(10,2)'],
    [numeric, '""', '! is an empty string, not a number'],
    [numeric, '".5"', token('0.5')],
    [numeric, '"-.5"', token('-0.5')],
    [numeric, '"+.50"', token('0.5')],
    [numeric, '" 5. "', token('5')],
    [numeric, '".005"', '! does not fit NUMERIC(10,2)'],
    [numeric, '".5e1"', token('5')],
    [numeric, '"5.e-1"', token('0.5')],
    [numeric, '"."', '! is not a number'],
    [double, '""', '! is an empty string, not a number'],
    [double, '".5"', token('0.5')],
    [double, '"+5."', token('5')],
    [double, '" -.25 "', token('-0.25')],
    [double, '".30000000000000004"', token('0.30000000000000004')],
    [double, '"."', '! is not a number'],
    [double, '".e1"', '! is not a number'],
    [double, '1.50', token('1.5')],
    [double, '"1.5"', token('1.5')],
    [double, 'NaN', '! is not a finite number of DOUBLE PRECISION'],
    [double, 'false', '! is a boolean, not a number'],
    [boolean, 'true', token('true')],
    [boolean, '"false"', token('false')],
    [boolean, '"True"', token('true')],
    [boolean, '"FALSE"', token('false')],
    [boolean, '"t"', token('true')],
    [boolean, '"f"', token('false')],
    [boolean, '"1"', token('true')],
    [boolean, '"0"', token('false')],
    [boolean, '"yes"', token('true')],
    [boolean, '"N"', token('false')],
    [boolean, '1', token('true')],
    [boolean, '0', token('false')],
    [boolean, '2', '! is a number, not true or false'],
    [boolean, '-1', '! is a number, not true or false'],
    [boolean, '1.0', '! is a number, not true or false'],
    [boolean, '0e0', '! is a number, not true or false'],
    [boolean, '"on"', '! is a string, not true or false'],
    [boolean, '"\\u0001"', '! is a string, not true or false'],
    [boolean, '"constructor"', '! is a string, not true or false'],
    [boolean, '" true"', '! is a string, not true or false'],
    [boolean, '""', '! is an empty string, not true or false'],
    [boolean, '[]', '! is an array, not true or false'],
    [varchar, '"x"', 'x'],
    [varchar, '""', ''],
    [varchar, '"null"', 'null'],
    [varchar, '1.10', '1.10'],
    [varchar, 'true', 'true'],
    [varchar, '{"b":1,"a":[null]}', '{"b":1,"a":[null]}'],
    [date, '"2024-01-31"', token('2024-01-31')],
    [date, '20240131', '! is a number, not a string'],
    [date, '"20240131"', token('2024-01-31')],
    [date, '""', '! is an empty string, not a date'],
    [time, '"12:30:00Z"', token('12:30:00')],
    [time, '"9:05:06"', token('09:05:06')],
    [time, '"24:00:00"', token('24:00:00')],
    [time, '""', '! is an empty string, not a time'],
    [
      time,
      '"12:30:00+01:00"',
      '! has an offset from UTC that TIME cannot store; a column of type timetz could',
    ],
    [timetz, '"12:30:00+01:00"', token('12:30:00+01:00')],
    [timetz, '"12:30:00.1234567-0330"', token('12:30:00.123456-03:30')],
    [timetz, '"12:30"', token('12:30:00+00:00')],
    [timetz, '"12:30Z"', token('12:30:00+00:00')],
    [timetz, '"12:30-14:59"', token('12:30:00-14:59')],
    [timetz, '"12:30+15"', '! has an offset from UTC that TIMETZ cannot store'],
    [timetz, '"2024-01-31T12:30:00Z"', '! is not a time of ISO 8601'],
    [varbyte, '"0xABc"', token('0abc')],
    [varbyte, '"616263"', token('616263')],
    [varbyte, '"61626364"', '! has 4 bytes, and the column has at most 3'],
    [varbyte, '""', null],
    [varbyte, '12', '! is a number, not a string'],
    [real, '0.1', token('0.1')],
    [real, '16777217', token('16777216')],
    [real, '-1e37', token('-1e+37')],
    [real, '0', token('0')],
    [real, '-0.0', token('-0')],
    [real, '1e38', '! is outside the range of REAL'],
    [real, '1e-38', '! is outside the range of REAL'],
    [real, 'NaN', '! is not a finite number of DOUBLE PRECISION'],
    [timestamp, '"2024-01-31T12:30:00+01:00"', token('2024-01-31 11:30:00')],
    [timestamptz, '"2024-01-31T12:30:00+01:00"', token('2024-01-31 11:30:00+00:00')],
    [timestamptz, '"2024-01-31"', token('2024-01-31 00:00:00+00:00')],
    [timestamptz, '1706700000', '! is a number, not a string'],
    [timestamptz, '""', '! is an empty string, not a date and time'],
    [timestamptz, '"20240131T113000Z"', token('2024-01-31 11:30:00+00:00')],
    [nested, '"x"', '"x"'],
    [nested, '{"a":1.0}', '{"a":1.0}'],
    [nested, '0', '0'],
    [nested, 'false', 'false'],
  ];
  for (const [type, text, cell] of cells) {
    it(`${typeSql(type)} of ${text}: ${JSON.stringify(cell)}`, () =>
      expect(outcome(type, text)).to.deep.equal(cell));
  }

  for (const type of [
    bigint,
    numeric,
    double,
    boolean,
    varchar,
    date,
    time,
    timetz,
    timestamp,
    timestamptz,
    varbyte,
    real,
    nested,
  ]) {
    it(`writes JSON null as NULL into ${typeSql(type)}`, () => expect(outcome(type, 'null')).to.equal(null));
  }

  it('never makes 0 of an empty string', () => {
    for (const text of ['""', '" "', String.raw`"\t"`, '"0x1F"']) {
      expect(outcome(double, text), text)
        .to.be.a('string')
        .that.matches(/^! is (not a|an empty)/);
    }
  });

  it('measures VARCHAR in bytes of UTF-8', () => {
    expect(outcome(varchar, JSON.stringify('é'.repeat(32_767)))).to.equal('é'.repeat(32_767));
    expect(outcome(varchar, JSON.stringify('é'.repeat(32_768)))).to.equal(
      '! has 65536 bytes, and a VARCHAR has at most 65535',
    );
    expect(outcome(varchar, JSON.stringify('x'.repeat(65_535)))).to.have.length(65_535);
    expect(outcome(varchar, JSON.stringify(Array.from({ length: 10_000 }, () => 'abcdef')))).to.match(
      /^! has 90001 bytes/,
    );
  });

  it('does not speak of SUPER when the column is VARCHAR', () => {
    expect(outcome(varchar, '[NaN]')).to.match(/^! /).and.not.to.match(/SUPER/);
  });

  const lossy: readonly (readonly [ColumnType, string, Cell, Partial<Losses>])[] = [
    [varchar, String.raw`"a\u0000b"`, 'ab', { nulRemoved: 1 }],
    [varchar, String.raw`"\ud800"`, '\uFFFD', { surrogatesReplaced: 1 }],
    [nested, String.raw`["\u0000","\ud800"]`, '["","\uFFFD"]', { nulRemoved: 1, surrogatesReplaced: 1 }],
    [double, '0.1000000000000000000001', token('0.1'), { doublesRounded: 1 }],
    [real, '0.1', token('0.1'), {}],
    [real, '16777217', token('16777216'), { doublesRounded: 1 }],
    [real, '123456789', token('123456790'), { doublesRounded: 1 }],
    [varbyte, '""', null, { emptyBytes: 1 }],
    [varbyte, '"0x"', null, { emptyBytes: 1 }],
    [time, '"01:02:03.1234567"', token('01:02:03.123456'), { fractionsCut: 1 }],
    [timestamp, '"2024-01-01T01:02:03.1234567"', token('2024-01-01 01:02:03.123456'), { fractionsCut: 1 }],
    [
      timestamptz,
      '"2024-01-01T01:02:03.1234567"',
      token('2024-01-01 01:02:03.123456+00:00'),
      { fractionsCut: 1 },
    ],
    [timestamptz, '"2024-01-01T01:02:03.1234560"', token('2024-01-01 01:02:03.123456+00:00'), {}],
  ];
  for (const [type, text, cell, counted] of lossy) {
    it(`counts what it changed in ${text}: ${JSON.stringify(counted)}`, () => {
      const losses = noLosses();
      expect(outcome(type, text, losses)).to.deep.equal(cell);
      expect(losses).to.deep.equal({ ...noLosses(), ...counted });
    });
  }
});
