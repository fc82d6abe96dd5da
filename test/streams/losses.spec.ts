import { expect } from 'chai';
import pino from 'pino';
import { noLosses, type Losses } from '../../src/rows/values.ts';
import { LossReport } from '../../src/streams/losses.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';

const column = (property: string, type: ColumnType): Column => ({
  property,
  name: property,
  type,
  isKey: false,
  source: { kind: 'property', path: [property] },
});

const columns = [
  column('id', { kind: 'bigint' }),
  column('amount', { kind: 'double' }),
  column('rate', { kind: 'real' }),
];

const some = (counts: Partial<Losses>): Losses => ({ ...noLosses(), ...counts });

describe('what had to be changed in the values of a stream', () => {
  let told: unknown[];
  let report: LossReport;
  beforeEach(() => {
    told = [];
    report = new LossReport(
      'orders',
      pino(
        { base: null, messageKey: 'message' },
        {
          write: (line: string) => {
            const { stream, count, message } = JSON.parse(line) as Record<string, unknown>;
            told.push([stream, count, message]);
          },
        },
      ),
    );
  });

  it('is told when it first happens, and in total at the end', () => {
    const losses = some({ nulRemoved: 2 });
    const sentence = 'strings had NUL characters, which Redshift cannot store; they were removed';
    report.take(losses, columns);
    expect(losses).to.deep.equal(noLosses());
    report.take(some({ nulRemoved: 3 }), columns);
    expect(told).to.deep.equal([['orders', 2, sentence]]);
    report.end(columns);
    expect(told).to.deep.equal([
      ['orders', 2, sentence],
      ['orders', 5, sentence],
    ]);
  });

  it('is told once when it happens once', () => {
    report.take(some({ fractionsCut: 1 }), columns);
    report.end(columns);
    expect(told).to.have.length(1);
  });

  it('names the columns that round and the option that keeps all digits', () => {
    report.take(some({ doublesRounded: 7 }), columns);
    expect(told).to.deep.equal([
      [
        'orders',
        7,
        'numbers had more digits than a double holds; they were rounded to the nearest double; to keep all digits, set a type such as ' +
          'numeric(38,9) with streams.orders.columns.<property>.type (columns that round: amount, rate)',
      ],
    ]);
  });

  it('names no option for numbers inside of SUPER values', () => {
    report.take(some({ doublesRounded: 1 }), [column('data', { kind: 'super' })]);
    expect(told).to.deep.equal([
      ['orders', 1, 'numbers had more digits than a double holds; they were rounded to the nearest double'],
    ]);
  });
});
