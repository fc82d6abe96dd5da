/** What is written into a column whose type is not the declared one: what the change of the column makes of the declared values. */
import { expect } from 'chai';
import { parseValue } from '../../src/protocol/json.ts';
import { columnWriter } from '../../src/rows/column-writer.ts';
import { noLosses, Token } from '../../src/rows/values.ts';
import { ValueError } from '../../src/rows/value-error.ts';
import { parseType } from '../../src/table/type-text.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';

const type = (text: string): ColumnType => parseType(text)!;

/** The text of the cell, or what is wrong with the value. */
function written(
  stored: string,
  declared: string,
  value: string,
  formerly: readonly string[],
  more: Partial<Column> = {},
): string {
  const write = columnWriter({
    property: 'a',
    source: { kind: 'property', path: ['a'] },
    name: 'a',
    isKey: false,
    type: type(stored),
    declared: type(declared),
    formerly: formerly.map(type),
    ...more,
  });
  try {
    const cell = write(parseValue(value).value, noLosses());
    return cell instanceof Token ? cell.text : (cell ?? 'NULL');
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return `! ${error.message}`;
  }
}

const CASES: readonly (readonly [
  stored: string,
  declared: string,
  formerly: readonly string[],
  value: string,
  cell: string,
])[] = [
  // Integers in a column that became DOUBLE PRECISION.
  ['float8', 'bigint', [], '46', '46'],
  ['float8', 'bigint', [], '1e3', '1000'],
  ['float8', 'bigint', [], '9007199254740992', '9007199254740992'],
  [
    'float8',
    'bigint',
    [],
    '9007199254740993',
    '! is a whole number that DOUBLE PRECISION cannot store exactly',
  ],
  ['float8', 'bigint', [], '0.5', '! is not a whole number'],
  // Dates in a column that became a timestamp.
  ['timestamp', 'date', [], '"2024-02-29"', '2024-02-29 00:00:00'],
  ['timestamptz', 'date', [], '"2024-02-29T00:00:00Z"', '2024-02-29 00:00:00+00:00'],
  ['timestamp', 'date', [], '"2024-02-29T10:00:00Z"', '! has a time of day that DATE cannot store'],
  // Values with one text in a column of text, whoever made it.
  ['varchar(64)', 'bigint', [], '5.0', '5'],
  ['varchar(64)', 'bigint', [], '-1e3', '-1000'],
  ['varchar(64)', 'bigint', [], '0.5', '0.5'],
  ['varchar(64)', 'bigint', [], '"007"', '007'],
  ['varchar(64)', 'date', [], '"2024-02-29T00:00:00Z"', '2024-02-29'],
  ['varchar(64)', 'date', [], '"unknown"', 'unknown'],
  ['super', 'bigint', [], '5.0', '5'],
  ['super', 'date', [], '"2024-02-29T00:00:00Z"', '"2024-02-29"'],
  // Other values keep the text that was sent, unless the column was changed from their type.
  ['varchar(64)', 'numeric(38,2)', [], '1.1', '1.1'],
  ['varchar(64)', 'numeric(38,2)', ['numeric(38,2)'], '1.1', '1.10'],
  ['varchar(64)', 'numeric(38,2)', ['numeric(38,2)'], '1.005', '! does not fit NUMERIC(38,2)'],
  ['super', 'numeric(38,2)', ['numeric(38,2)'], '1', '1.00'],
  ['varchar(64)', 'float8', ['float8'], '5.0', '5'],
  ['varchar(64)', 'float8', ['float8'], '1E-7', '1e-07'],
  ['varchar(64)', 'float8', ['float8'], '1e15', '1e+15'],
  ['varchar(64)', 'float8', ['float8'], '123456789012345', '123456789012345'],
  ['varchar(64)', 'float8', ['float8'], '0.0001', '0.0001'],
  ['varchar(64)', 'float8', ['float8'], '-0.5', '-0.5'],
  [
    'varchar(64)',
    'timestamptz',
    ['timestamptz'],
    '"2024-02-29T23:59:59.120+02:00"',
    '2024-02-29 21:59:59.12+00',
  ],
  ['varchar(64)', 'timestamp', ['timestamp'], '"2024-02-29T23:59:59Z"', '2024-02-29 23:59:59'],
  ['varchar(64)', 'timetz', ['timetz'], '"12:00+02:00"', '12:00:00+02'],
  ['varchar(64)', 'timetz', ['timetz'], '"12:00-03:30"', '12:00:00-03:30'],
  ['varchar(64)', 'time', ['time'], '"12:00"', '12:00:00'],
  ['super', 'timestamptz', ['timestamptz'], '"2024-02-29T00:00:00Z"', '"2024-02-29 00:00:00+00"'],
  // Through every type that the column had since.
  ['varchar(64)', 'bigint', ['bigint', 'numeric(38,2)'], '46', '46.00'],
  ['varchar(64)', 'date', ['date', 'timestamptz'], '"2024-02-29"', '2024-02-29 00:00:00+00'],
  ['varchar(64)', 'numeric(38,4)', ['numeric(38,2)', 'numeric(38,4)'], '1.1', '1.1000'],
  // By the first of these types that held such a value, also if the column never had the declared type.
  ['varchar(64)', 'bigint', ['numeric(38,2)'], '5', '5.00'],
  ['varchar(64)', 'bigint', ['numeric(38,2)'], '"abc"', '! is not a number'],
  ['varchar(64)', 'bigint', ['float8'], '1e3', '1000'],
  ['super', 'bigint', ['numeric(38,2)'], '5', '5.00'],
  ['varchar(64)', 'date', ['timestamptz'], '"2024-02-29"', '2024-02-29 00:00:00+00'],
  ['varchar(64)', 'time', ['timetz'], '"12:00"', '12:00:00+00'],
  ['varchar(64)', 'numeric(38,4)', ['numeric(38,2)'], '1.1', '1.10'],
  ['varchar(64)', 'boolean', ['numeric(38,2)'], 'true', 'true'],
  // As it is sent where one of the changes would have changed the value itself: it came after them.
  ['varchar(64)', 'numeric(38,4)', ['numeric(38,2)'], '1.1234', '1.1234'],
  ['varchar(64)', 'bigint', ['bigint', 'float8'], '9007199254740993', '9007199254740993'],
  ['varchar(64)', 'bigint', ['float8'], '-9007199254740993', '-9007199254740993'],
  ['super', 'bigint', ['bigint', 'float8'], '9007199254740993', '9007199254740993'],
  ['varchar(64)', 'float8', ['float8'], '0.12345678901234568', '0.12345678901234568'],
  ['varchar(64)', 'float8', ['float8'], '1e400', '! is not a finite number of DOUBLE PRECISION'],
  ['varchar(64)', 'real', ['real'], '0.12345678', '0.12345678'],
];

/** Beside a second column that took what the former types did not hold. */
const BESIDE_A_SECOND: typeof CASES = [
  ['varchar(64)', 'bigint', [], '5', '! belongs in the second column of its property'],
  ['super', 'bigint', ['timestamptz'], '5', '! belongs in the second column of its property'],
  ['varchar(64)', 'bigint', ['float8'], '5', '5'],
  ['varchar(64)', 'bigint', ['float8'], '9007199254740993', '! belongs in the second column of its property'],
  ['varchar(64)', 'numeric(38,4)', ['numeric(38,2)'], '1.1', '1.10'],
  [
    'varchar(64)',
    'numeric(38,4)',
    ['numeric(38,2)'],
    '1.1234',
    '! belongs in the second column of its property',
  ],
];

describe('the writer of a column', () => {
  for (const [stored, declared, formerly, value, cell] of CASES) {
    const since = formerly.length > 0 ? ` that was ${formerly.join(' and ')}` : '';
    it(`writes ${value}, declared as ${declared}, into ${stored}${since}: ${cell}`, () => {
      expect(written(stored, declared, value, formerly)).to.equal(cell);
    });
  }
  for (const [stored, declared, formerly, value, cell] of BESIDE_A_SECOND) {
    const since = formerly.length > 0 ? ` that was ${formerly.join(' and ')}` : '';
    it(`writes ${value}, declared as ${declared}, into ${stored}${since} beside a second column: ${cell}`, () => {
      expect(written(stored, declared, value, formerly, { overflows: true })).to.equal(cell);
    });
  }
});
