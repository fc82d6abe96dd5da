import { expect } from 'chai';
import fc from 'fast-check';
import { compileChecker, type CopyColumn } from '../../../../src/local/redshift/rows/check.ts';
import { HOSTILE, LENIENT, type Readings } from '../../../../src/local/redshift/readings.ts';
import type { RecordCopy } from '../../../../src/local/redshift/sql/statement.ts';

const COPY: RecordCopy = {
  table: { table: 't' },
  bucket: 'b',
  key: 'k',
  credentials: { kind: 'role', arns: 'default' },
  manifest: false,
  compression: 'none',
  format: { kind: 'csv', delimiter: ',', quote: '"' },
  encoding: 'utf8',
  nullAs: '\\N',
  emptyAsNull: false,
  blanksAsNull: false,
  trimBlanks: false,
  dateFormat: 'auto',
  timeFormat: 'auto',
  acceptAnyDate: false,
  ignoreHeader: 0,
  ignoreBlankLines: false,
  maxError: 100_000,
  truncateColumns: false,
  roundDecimals: false,
  fillRecord: false,
  explicitIds: false,
  noLoad: false,
  needsOwnership: false,
};

const column = (type: string, more: Partial<CopyColumn> = {}): CopyColumn => ({
  name: 'c',
  type,
  notNull: false,
  ...more,
});
const varchar = (length: number): CopyColumn => column('character varying', { length });
const numeric = (precision: number, scale: number): CopyColumn => column('numeric', { precision, scale });
const INT = column('integer');

interface Run {
  readonly copy?: Partial<RecordCopy>;
  readonly readings?: Readings;
  readonly chunk?: number;
  readonly jsonpaths?: string;
  readonly missing?: CopyColumn;
}

function load(
  columns: readonly CopyColumn[],
  input: string | Buffer,
  { copy = {}, readings = HOSTILE, chunk, ...more }: Run = {},
) {
  const checker = compileChecker(columns, { ...COPY, ...copy }, { readings, ...more });
  const bytes = Buffer.from(input as string);
  const step = chunk ?? Math.max(bytes.length, 1);
  const output: Buffer[] = [];
  checker.startFile('f');
  for (let at = 0; at < bytes.length; at += step) output.push(...checker.push(bytes.subarray(at, at + step)));
  output.push(...checker.endFile());
  return { output: Buffer.concat(output).toString(), checker };
}

const outputOf = (columns: readonly CopyColumn[], input: string, run?: Run): string =>
  load(columns, input, run).output;

/** Code and reason of the only field of one row, or what the engine gets for it. */
function field(type: CopyColumn, input: string | Buffer, copy: Partial<RecordCopy> = {}): string {
  const { output, checker } = load([type], input, { copy });
  const [error] = checker.errors;
  return error === undefined ? output.trimEnd() : `${error.code} ${error.position} ${error.reason}`;
}

describe('the row checks of COPY', () => {
  it('leave clean rows as they are', () => {
    const rows = '1,"a ""b"" é",2024-01-02 03:04:05.678,t\n-2,\\N,2024-01-02,FALSE\n';
    const columns = [INT, varchar(20), column('timestamp without time zone'), column('boolean')];
    const { output, checker } = load(columns, rows);
    expect([output, checker.errors, checker.rows]).to.deep.equal([rows, [], 2]);
  });

  it('say which options of the engine read the output', () => {
    expect(compileChecker([INT], COPY, { readings: HOSTILE }).engineOptions).to.equal(
      `FORMAT csv, DELIMITER ',', QUOTE '"', ESCAPE '"', NULL '\\\\N', ENCODING 'UTF8'`,
    );
    const copy: RecordCopy = {
      ...COPY,
      nullAs: 'a|b',
      format: { kind: 'csv', delimiter: '|', quote: "'" },
    };
    expect(compileChecker([INT], copy, { readings: HOSTILE }).engineOptions).to.equal(
      `FORMAT csv, DELIMITER '|', QUOTE '''', ESCAPE '''', NULL '\\\\N', ENCODING 'UTF8'`,
    );
  });

  it('tell NULL from the empty string as Redshift does', () => {
    const columns = [varchar(9), INT];
    expect(outputOf(columns, ',\n"",""\n\\N,\\N\n"\\N","\\N"\n  ,  \n')).to.equal(
      ',\\N\n"",\\N\n\\N,\\N\n\\N,\\N\n  ,\\N\n',
    );
    expect(outputOf([varchar(9)], '"\\N"\n', { readings: LENIENT })).to.equal('"\\N"\n');
    expect(
      outputOf([varchar(9)], '\n""\n  \nNULL\n\\N\n', { copy: { nullAs: 'NULL', emptyAsNull: true } }),
    ).to.equal('NULL\nNULL\n  \nNULL\n\\N\n');
    expect(outputOf([varchar(9)], '  \n"\t"\n', { copy: { blanksAsNull: true } })).to.equal('\\N\n\\N\n');
    expect(outputOf(columns, ',\n"",1\n', { copy: { nullAs: '' } })).to.equal(',\n,1\n');
  });

  it('write anew what the engine would read otherwise', () => {
    expect(outputOf([varchar(9), INT], 'a,1\r\n "b",2\nc\rd,3')).to.equal('a,1\n"b",2\n"c\rd",3\n');
    expect(outputOf([varchar(9)], '\\.\n"\\."\nx\n')).to.equal('"\\."\n"\\."\nx\n');
    const copy: Partial<RecordCopy> = {
      nullAs: 'a|b',
      format: { kind: 'csv', delimiter: '|', quote: "'" },
    };
    expect(outputOf([varchar(9), INT], `\\N|1\n'a|b'|2\n`, { copy })).to.equal(`'\\N'|1\n\\N|2\n`);
  });

  it('put errors in the words of the error tables', () => {
    const { output, checker } = load(
      [column('integer', { name: 'id' }), column('character varying', { name: 'né', length: 3 })],
      '1,a\n2,"x\ny"\nx,é\n4,abcd\n5,b\n',
    );
    expect(output).to.equal('1,a\n2,"x\ny"\n5,b\n');
    expect(checker.rows).to.equal(3);
    expect(checker.scanned).to.equal(5);
    expect(checker.errors).to.deep.equal([
      {
        file: 'f',
        line: 4,
        column: 'id',
        type: 'int4',
        length: '0',
        position: 0,
        value: 'x',
        rawLine: 'x,.',
        code: 1207,
        reason: "Invalid digit, Value 'x', Pos 0, Type: Integer",
        fields: [{ column: 'id', type: 'int4', length: '0', value: 'x' }],
      },
      {
        file: 'f',
        line: 5,
        column: 'né',
        type: 'varchar',
        length: '3',
        position: 0,
        value: 'abcd',
        rawLine: '4,abcd',
        code: 1204,
        reason: 'String length exceeds DDL length',
        fields: [
          { column: 'id', type: 'int4', length: '0', value: '4' },
          { column: 'né', type: 'varchar', length: '3', value: 'abcd' },
        ],
      },
    ]);
  });

  it('fail the load when MAXERROR rows are refused, and say no more', () => {
    const run = (maxError: number): unknown => {
      const { checker, output } = load([INT], 'x\n1\ny\nz\n', { copy: { maxError }, chunk: 2 });
      return [checker.failed, checker.errors.length, output];
    };
    expect(run(0)).to.deep.equal([true, 1, '']);
    expect(run(1)).to.deep.equal([true, 1, '']);
    expect(run(2)).to.deep.equal([true, 2, '1\n']);
    expect(run(4)).to.deep.equal([false, 3, '1\n']);
  });

  it('begin anew with each file', () => {
    const checker = compileChecker([INT], { ...COPY, ignoreHeader: 1 }, { readings: HOSTILE });
    const output: Buffer[] = [];
    for (const [name, text] of [
      ['one', 'h\n1'],
      ['two', 'h\nx\n2\n'],
    ] as const) {
      checker.startFile(name);
      output.push(...checker.push(Buffer.from(text)), ...checker.endFile());
    }
    expect(Buffer.concat(output).toString()).to.equal('1\n2\n');
    expect(checker.errors.map(({ file, line }) => [file, line])).to.deep.equal([['two', 2]]);
  });

  for (const [name, type, input, result] of [
    ['integer', INT, '+2147483647', '+2147483647'],
    ['integer', INT, '-0002147483648', '-0002147483648'],
    ['integer', INT, '2147483648', '1222 0 Overflow, Column type: Integer'],
    ['integer', INT, '1.0', "1207 1 Invalid digit, Value '.', Pos 1, Type: Integer"],
    ['integer', INT, ' 1', "1207 0 Invalid digit, Value ' ', Pos 0, Type: Integer"],
    ['integer', INT, '1e3', "1207 1 Invalid digit, Value 'e', Pos 1, Type: Integer"],
    ['integer', INT, '-', "1207 0 Invalid digit, Value '-', Pos 0, Type: Integer"],
    ['smallint', column('smallint'), '32768', '1222 0 Overflow, Column type: Short'],
    ['bigint', column('bigint'), '-9223372036854775808', '-9223372036854775808'],
    ['bigint', column('bigint'), '9223372036854775808', '1222 0 Overflow, Column type: Long'],
    ['numeric(5,2)', numeric(5, 2), '-999.999', '"-999.99"'],
    ['numeric(5,2)', numeric(5, 2), '000123.4', '000123.4'],
    ['numeric(5,2)', numeric(5, 2), '1000', '1209 0 Overflow for NUMERIC(5,2)'],
    ['numeric(5,2)', numeric(5, 2), '1e2', '1209 1 Invalid decimal format: an exponent is not supported'],
    ['numeric(5,2)', numeric(5, 2), 'NaN', "1207 0 Invalid digit, Value 'N', Pos 0, Type: Decimal"],
    ['numeric(5,2)', numeric(5, 2), '1,5', '1202 0 Extra column(s) found'],
    ['numeric(18,0)', numeric(18, 0), '12.99', '"12"'],
    ['numeric(19,0)', numeric(19, 0), '9223372036854775807', '9223372036854775807'],
    ['numeric(19,0)', numeric(19, 0), '9999999999999999999', '1209 0 Overflow for NUMERIC(19,0)'],
    ['numeric(19,18)', numeric(19, 18), '9.3', '1209 0 Overflow for NUMERIC(19,18)'],
    ['numeric(38,0)', numeric(38, 0), '9'.repeat(38), '9'.repeat(38)],
    ['real', column('real'), '1e39', '1208 0 Overflow, Column type: Float4'],
    ['real', column('real'), '-1.5E-10', '-1.5E-10'],
    ['double precision', column('double precision'), '1e-400', '1208 0 Overflow, Column type: Float8'],
    [
      'double precision',
      column('double precision'),
      'NaN',
      '1208 0 Invalid float format or value for type Float8',
    ],
    [
      'double precision',
      column('double precision'),
      'inf',
      '1208 0 Invalid float format or value for type Float8',
    ],
    [
      'double precision',
      column('double precision'),
      '.',
      '1208 0 Invalid float format or value for type Float8',
    ],
    ['boolean', column('boolean'), 'YES', 'YES'],
    ['boolean', column('boolean'), 'on', '1210 0 Unknown boolean format'],
    ['boolean', column('boolean'), '2', '1210 0 Unknown boolean format'],
    ['date', column('date'), '2024-02-29', '2024-02-29'],
    ['date', column('date'), '2023-02-29', '1205 0 Invalid Date Format or value [YYYY-MM-DD]'],
    ['date', column('date'), '24-02-01', '1205 0 Invalid Date Format - length must be 10 or more'],
    ['date', column('date'), '2024-02-29T10:00:00Z', '2024-02-29T10:00:00Z'],
    [
      'timestamp',
      column('timestamp without time zone'),
      '2024-01-01T00:00:00.123456+02',
      '2024-01-01T00:00:00.123456+02',
    ],
    ['timestamp', column('timestamp without time zone'), '2024-01-01', '2024-01-01'],
    ...[
      '2024-01-01 24:00:00',
      '2024-01-01 00:00:60',
      '2024-01-01 00:00:00.1234567',
      'now',
      '1704067200',
      'infinity',
    ].map(
      (text) =>
        [
          'timestamp',
          column('timestamp with time zone'),
          text,
          '1206 0 Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]',
        ] as const,
    ),
    ['time', column('time without time zone'), '23:59:59.999999', '23:59:59.999999'],
    ['time', column('time without time zone'), '24:00:00', '24:00:00'],
    ['time', column('time without time zone'), '24:00:00.000000', '24:00:00.000000'],
    [
      'time',
      column('time without time zone'),
      '24:00:00.000001',
      '1206 0 Invalid time format or value [HH24:MI:SS]',
    ],
    [
      'time',
      column('time without time zone'),
      '24:00:01',
      '1206 0 Invalid time format or value [HH24:MI:SS]',
    ],
    ['timetz', column('time with time zone'), '24:00:00', '1206 0 Invalid time format or value [HH24:MI:SS]'],
    ['time', column('time without time zone'), '25:00', '1206 0 Invalid time format or value [HH24:MI:SS]'],
    ['varchar(4)', varchar(4), 'éé', 'éé'],
    ['varchar(4)', varchar(4), 'éé1', '1204 0 String length exceeds DDL length'],
    ['varchar(4)', varchar(4), '"a""""b"', '"a""""b"'],
    ['char(2)', column('character', { length: 2 }), 'abc', '1204 0 Char length exceeds DDL length'],
    [
      'char(2)',
      column('character', { length: 2 }),
      'é',
      '1220 0 Multibyte character not supported for CHAR (Hint: Try using  VARCHAR). Invalid char: c3 a9',
    ],
    ['super', column('super'), '"{""a"": [1, 2]}"', '"{""a"":[1,2]}"'],
    ['super', column('super'), '"{""a"":1}"', '"{""a"":1}"'],
    ['super', column('super'), 'abc', '1224 0 Invalid JSON: value expected'],
    ['varbyte', column('bytea'), '00fF', '"\\x00fF"'],
    ['varbyte', column('bytea'), '0g', "1207 1 Invalid digit, Value 'g', Pos 1, Type: Varbyte"],
    ['int not null', column('integer', { notNull: true }), ' ', '1213 0 Missing data for not-null field'],
    ['varchar not null', column('text', { notNull: true }), '\\N', '1213 0 Missing data for not-null field'],
    ['varchar not null', column('text', { notNull: true }), '""', '""'],
    ['varchar', varchar(9), 'ab"c', '1214 0 Invalid quote formatting for CSV'],
    ['varchar', varchar(9), 'a\0', '1216 0 Missing newline: Unexpected character 0x00 found at location 1'],
  ] as const) {
    it(`of ${name}: ${JSON.stringify(input)}`, () => {
      expect(field(type, `${input}\n`)).to.equal(result);
    });
  }

  it('round decimals by ROUNDEC as far as the type holds them', () => {
    const copy = { roundDecimals: true };
    expect(field(numeric(5, 2), '1.235\n', copy)).to.equal('1.235');
    expect(field(numeric(5, 2), '999.995\n', copy)).to.equal('1209 0 Overflow for NUMERIC(5,2)');
    expect(field(numeric(19, 0), '9223372036854775807.5\n', copy)).to.equal(
      '1209 0 Overflow for NUMERIC(19,0)',
    );
  });

  it('know only the formats of Redshift without DATEFORMAT and TIMEFORMAT', () => {
    const copy: Partial<RecordCopy> = { dateFormat: 'default', timeFormat: 'default' };
    expect(field(column('date'), '2024-01-01 00:00:00\n', copy)).to.match(/^1205 /);
    expect(field(column('timestamp'), '2024-01-01T00:00:00\n', copy)).to.match(/^1206 /);
    expect(field(column('timestamp'), '2024-01-01\n', copy)).to.match(/^1206 /);
    expect(field(column('timestamptz'), '2024-01-01 00:00:00-8:30\n', copy)).to.match(/^1206 /);
    expect(field(column('timestamptz'), '2024-01-01 00:00:00-08:30\n', copy)).to.equal(
      '2024-01-01 00:00:00-08:30',
    );
  });

  it('refuse text that is not UTF-8', () => {
    const reason = (bytes: readonly number[]): string => field(varchar(99), Buffer.from([97, ...bytes, 10]));
    const invalid = '1220 1 String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence:';
    expect(reason([0xff])).to.equal(`${invalid} ff (error 3)`);
    expect(reason([0xed, 0xa0, 0x80])).to.equal(`${invalid} ed a0 80 (error 5)`);
    expect(reason([0xc3])).to.equal(`${invalid} c3 (error 2)`);
    expect(reason([0xc3, 0x28])).to.equal(`${invalid} c3 28 (error 4)`);
    expect(reason([0xc0, 0xaf])).to.equal(`${invalid} c0 af (error 9)`);
    expect(reason([0xf4, 0x90, 0x80, 0x80])).to.equal(`${invalid} f4 90 80 80 (error 8)`);
    expect(reason([...Buffer.from('x'.repeat(80)), 0xff])).to.match(/^1220 81 /);
  });

  it('cut strings by TRUNCATECOLUMNS, on a character boundary', () => {
    const copy = { truncateColumns: true };
    expect(field(varchar(4), 'aéééé\n', copy)).to.equal('"aé"');
    expect(field(varchar(4), '"""""""""""x"\n', copy)).to.equal('""""""""""');
  });

  it('refuse rows with too few or too many fields, unless FILLRECORD', () => {
    const codes = (input: string, copy: Partial<RecordCopy>): unknown => {
      const { output, checker } = load([INT, varchar(3), INT], input, { copy });
      return [output, ...checker.errors.map(({ code, reason }) => `${code} ${reason}`)];
    };
    expect(codes('1\n1,a,2,3\n\n', {})).to.deep.equal([
      '',
      '1214 Delimiter not found',
      '1202 Extra column(s) found',
      '1214 Delimiter not found',
    ]);
    expect(codes('1\n', { fillRecord: true })).to.deep.equal(['1,"",\\N\n']);
    expect(codes('1\n', { fillRecord: true, emptyAsNull: true })).to.deep.equal(['1,\\N,\\N\n']);
  });

  it('refuse rows over 4 MB, where each | counts twice', () => {
    const fields = (text: string): string => Array.from({ length: 70 }, () => text).join(',');
    const columns = Array.from({ length: 70 }, () => varchar(65_535));
    const code = (text: string): unknown => load(columns, `${fields(text)}\n`).checker.errors[0]?.code;
    expect(code('x'.repeat(59_000))).to.equal(undefined);
    expect(code('x'.repeat(60_000))).to.equal(1216);
    expect(code('|'.repeat(31_000))).to.equal(1216);
  });

  it('give up on a record that does not end', () => {
    const checker = compileChecker([varchar(9)], COPY, { readings: HOSTILE });
    checker.startFile('f');
    checker.push(Buffer.from('"'));
    for (let index = 0; index < 17; index += 1) checker.push(Buffer.alloc(1024 * 1024, 'x'));
    expect(checker.errors.map(({ code }) => code)).to.deep.equal([1216]);
  });

  it('do not depend on how the bytes are split', () => {
    const piece = fc.constantFrom(
      '1',
      'x',
      '\\N',
      'é',
      ',',
      ',',
      '"',
      '""',
      '\n',
      '\n',
      '\r\n',
      ' ',
      '"x"',
      '\\.',
      '999',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (pieces, chunk) => {
        const columns = [varchar(3), INT];
        const whole = load(columns, pieces.join(''));
        const split = load(columns, pieces.join(''), { chunk });
        expect(split.output).to.equal(whole.output);
        expect(split.checker.errors).to.deep.equal(whole.checker.errors);
      }),
      { numRuns: 1000 },
    );
  });
});
