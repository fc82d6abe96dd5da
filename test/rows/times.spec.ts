import { expect } from 'chai';
import fc from 'fast-check';
import { dateText, timestampText, timeText, timeTzText } from '../../src/rows/times.ts';
import { ValueError } from '../../src/rows/value-error.ts';
import { cpuMs } from '../support/cpu.ts';

function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof ValueError) return error.message;
    throw error;
  }
}

const notDate = 'is not a date of ISO 8601';
const notTime = 'is not a time of ISO 8601';
const notBoth = 'is not a date and time of ISO 8601';
const leapSecond = 'has a leap second, which no column can store';

describe('dateText', () => {
  const dates: readonly (readonly [string, string])[] = [
    ['2024-02-29', '2024-02-29'],
    ['2000-02-29', '2000-02-29'],
    ['0001-01-01', '0001-01-01'],
    ['9999-12-31', '9999-12-31'],
    ['2024-01-31T00:00:00Z', '2024-01-31'],
    ['2024-01-31 00:00:00.000', '2024-01-31'],
    ['2023-02-29', 'is not a date that exists'],
    ['1900-02-29', 'is not a date that exists'],
    ['2024-04-31', 'is not a date that exists'],
    ['2024-13-01', 'is not a date that exists'],
    ['2024-00-01', 'is not a date that exists'],
    ['2024-01-00', 'is not a date that exists'],
    ['0000-01-01', 'is not a date that exists'],
    ['2024-01-31T00:00:01Z', 'has a time of day that DATE cannot store'],
    ['2024-01-31T00:00:00.0000001', 'has a time of day that DATE cannot store'],
    ['2024-1-31', notDate],
    ['24-01-31', notDate],
    ['12024-01-31', notDate],
    ['20240131', '2024-01-31'],
    ['20240131T000000Z', '2024-01-31'],
    ['20240229 00:00:00', '2024-02-29'],
    ['20230229', 'is not a date that exists'],
    ['20241301', 'is not a date that exists'],
    ['20240131T000001', 'has a time of day that DATE cannot store'],
    ['2024-01-31T24:00:00', 'has a time of day that DATE cannot store'],
    ['2024-0131', notDate],
    ['202401-31', notDate],
    ['2024013', notDate],
    ['202401311', notDate],
    ['20240131000000', notDate],
    ['2024-031', notDate],
    ['2024-W05-3', notDate],
    ['2024-01-31T000000', notDate],
    ['2024-01-31T', notDate],
    ['today', notDate],
    ['', 'is an empty string, not a date'],
    [' ', notDate],
    ['2024-01-31\n', notDate],
    ['２０２４-01-31', notDate],
  ];
  for (const [value, expected] of dates) {
    it(`of ${JSON.stringify(value)}: ${expected}`, () =>
      expect(outcome(() => dateText(value))).to.equal(expected));
  }
});

describe('timeText', () => {
  const times: readonly (readonly [string, string])[] = [
    ['23:59:59', '23:59:59'],
    ['00:00', '00:00:00'],
    ['12:30:00.5', '12:30:00.5'],
    ['12:30:00,123456', '12:30:00.123456'],
    ['12:30:00.120000', '12:30:00.12'],
    ['12:30:00Z', '12:30:00'],
    ['12:30:00+00:00', '12:30:00'],
    ['12:30:00-00', '12:30:00'],
    ['12:30:00+02:00', 'has an offset from UTC that TIME cannot store; a column of type timetz could'],
    ['9:05:06', '09:05:06'],
    ['0:00:00', '00:00:00'],
    ['9:05', '09:05:00'],
    ['9:05:06.5Z', '09:05:06.5'],
    ['24:00:00', '24:00:00'],
    ['24:00', '24:00:00'],
    ['24:00:00.000Z', '24:00:00'],
    ['24:00:01', 'is not a time of day'],
    ['24:00:00.0000001', 'is not a time of day'],
    ['24:01', 'is not a time of day'],
    ['23:60:00', 'is not a time of day'],
    ['25:00:00', 'is not a time of day'],
    ['12:60:00', 'is not a time of day'],
    ['12:30:61', 'is not a time of day'],
    ['23:59:60', leapSecond],
    ['23:59:60.5Z', leapSecond],
    ['091500', '09:15:00'],
    ['091500.25', '09:15:00.25'],
    ['091500,25Z', '09:15:00.25'],
    ['091500+0000', '09:15:00'],
    ['091500-05', 'has an offset from UTC that TIME cannot store; a column of type timetz could'],
    ['240000', '24:00:00'],
    ['T09:15:00', '09:15:00'],
    ['T091500', '09:15:00'],
    ['T0915', '09:15:00'],
    ['t9:15', '09:15:00'],
    ['246060', leapSecond],
    ['256000', 'is not a time of day'],
    // 09:15 to ISO 8601, 00:09:15 to MySQL.
    ['0915', notTime],
    ['91500', notTime],
    ['0915.5', notTime],
    ['TT09:15', notTime],
    ['T', notTime],
    ['12', notTime],
    ['T12', notTime],
    ['-1 day, 22:57:57', notTime],
    ['34 days, 22:59:59', notTime],
    ['123:00:00', notTime],
    ['2024-01-31T12:00:00Z', notTime],
    ['12:30:00.', notTime],
    ['12:30:00 PM', notTime],
    ['', 'is an empty string, not a time'],
  ];
  for (const [value, expected] of times) {
    it(`of ${JSON.stringify(value)}: ${expected}`, () =>
      expect(outcome(() => timeText(value).text)).to.equal(expected));
  }

  it('cuts what is finer than microseconds and says so', () => {
    expect(timeText('01:02:03.1234567')).to.deep.equal({ text: '01:02:03.123456', cut: true });
    expect(timeText('01:02:03.1234560')).to.deep.equal({ text: '01:02:03.123456', cut: false });
    expect(timeText('01:02:03.0000009')).to.deep.equal({ text: '01:02:03', cut: true });
  });
});

describe('timeTzText', () => {
  const times: readonly (readonly [string, string])[] = [
    ['9:05:06', '09:05:06+00:00'],
    ['T091500.5-0330', '09:15:00.5-03:30'],
    ['23:59:59+14:59', '23:59:59+14:59'],
    ['24:00:00', 'is 24:00:00, which TIMETZ cannot store'],
    ['24:00:00+01', 'is 24:00:00, which TIMETZ cannot store'],
    ['23:59:60Z', leapSecond],
    ['', 'is an empty string, not a time'],
  ];
  for (const [value, expected] of times) {
    it(`of ${JSON.stringify(value)}: ${expected}`, () =>
      expect(outcome(() => timeTzText(value).text)).to.equal(expected));
  }
});

describe('timestampText', () => {
  const times: readonly (readonly [string, string])[] = [
    ['2024-01-31T23:59:59Z', '2024-01-31 23:59:59'],
    ['2024-01-31t23:59:59z', '2024-01-31 23:59:59'],
    ['2024-01-31 23:59:59', '2024-01-31 23:59:59'],
    ['2024-01-31  23:59:59 UTC', notBoth],
    ['20240131T235959Z', '2024-01-31 23:59:59'],
    ['20240131T235959.123456Z', '2024-01-31 23:59:59.123456'],
    ['20240131T2359', '2024-01-31 23:59:00'],
    ['20240131T235959,5+0130', '2024-01-31 22:29:59.5'],
    ['20240131 235959-0200', '2024-02-01 01:59:59'],
    ['20240131T23:59:59Z', '2024-01-31 23:59:59'],
    ['20240131', '2024-01-31 00:00:00'],
    ['2024-01-31T9:05:06', '2024-01-31 09:05:06'],
    ['2024-01-31 9:05Z', '2024-01-31 09:05:00'],
    ['2024-01-31T24:00:00Z', '2024-02-01 00:00:00'],
    ['2023-12-31T24:00', '2024-01-01 00:00:00'],
    ['2024-02-28T24:00:00.000+01:00', '2024-02-28 23:00:00'],
    ['20240131T240000', '2024-02-01 00:00:00'],
    ['9999-12-31T24:00:00Z', 'is outside the years 1 to 9999 in UTC'],
    ['2024-01-31T24:00:01Z', 'is not a time of day'],
    ['2024-01-31T24:00:00.1Z', 'is not a time of day'],
    ['2024-01-31T235959Z', notBoth],
    ['2024-01-31 2024', notBoth],
    ['20240131T23', notBoth],
    ['20240131235959', notBoth],
    ['2024-01-31T23:59', '2024-01-31 23:59:00'],
    ['2024-01-31', '2024-01-31 00:00:00'],
    ['2024-01-31T23:59:59.123456789Z', '2024-01-31 23:59:59.123456'],
    ['2024-01-31T23:59:59.999999999+00:00', '2024-01-31 23:59:59.999999'],
    ['2024-01-31T23:59:59 +01', '2024-01-31 22:59:59'],
    ['2024-01-31T23:59:59+0130', '2024-01-31 22:29:59'],
    ['2024-12-31T23:59:59.5-01:00', '2025-01-01 00:59:59.5'],
    ['2024-02-29T00:30:00+01:00', '2024-02-28 23:30:00'],
    ['1969-12-31T23:59:59.25+00:30', '1969-12-31 23:29:59.25'],
    ['0001-01-01T00:00:00Z', '0001-01-01 00:00:00'],
    ['0099-01-01T00:00:00+01:00', '0098-12-31 23:00:00'],
    ['0001-01-01T00:00:00+00:01', 'is outside the years 1 to 9999 in UTC'],
    ['9999-12-31T23:59:59-00:01', 'is outside the years 1 to 9999 in UTC'],
    ['9999-12-31T23:59:59-23:59', 'is outside the years 1 to 9999 in UTC'],
    ['2024-01-31T23:59:59+24:00', 'has an offset from UTC that does not exist'],
    ['2024-01-31T23:59:59+00:60', 'has an offset from UTC that does not exist'],
    ['2024-01-31T23:59:60Z', leapSecond],
    ['2017-01-01T00:59:60+01:00', leapSecond],
    ['2023-02-29T00:00:00Z', 'is not a date that exists'],
    ['2024-01-31T', notBoth],
    ['1706745599', notBoth],
    ['Wed, 31 Jan 2024 23:59:59 GMT', notBoth],
    ['infinity', notBoth],
    ['now', notBoth],
    ['10000-01-01T00:00:00Z', notBoth],
    ['-0001-01-01T00:00:00Z', notBoth],
    ['', 'is an empty string, not a date and time'],
  ];
  for (const [value, expected] of times) {
    it(`of ${value}: ${expected}`, () =>
      expect(outcome(() => timestampText(value, '').text)).to.equal(expected));
  }

  it('writes the zone of TIMESTAMPTZ behind the fraction', () => {
    expect(timestampText('2024-01-31T10:00:00.5+02:00', '+00:00')).to.deep.equal({
      text: '2024-01-31 08:00:00.5+00:00',
      cut: false,
    });
  });

  it('agrees with Date on every instant and offset', () => {
    const instant = fc.date({
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    const law = fc.property(
      instant,
      fc.integer({ min: -1439, max: 1439 }),
      fc.boolean(),
      (date, minutes, colon) => {
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const pad = (part: number): string => String(part).padStart(2, '0');
        const absolute = Math.abs(minutes);
        const offset = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(absolute / 60))}${colon ? ':' : ''}${pad(absolute % 60)}`;
        const expected = date
          .toISOString()
          .replace('T', ' ')
          .replace('Z', '')
          .replace(/\.?0*$/, (zeros) => (zeros.startsWith('.') ? '' : zeros));
        const { text, cut } = timestampText(`${local}${offset}`, '');
        const [head = '', fraction = ''] = expected.split('.');
        const digits = fraction.replace(/0+$/, '');
        expect({ text, cut }).to.deep.equal({ text: digits === '' ? head : `${head}.${digits}`, cut: false });
      },
    );
    fc.assert(law, { numRuns: 1000 });
  });

  it('takes exactly the days that the calendar has', () => {
    const law = fc.property(fc.integer({ min: 1, max: 9999 }), fc.nat(13), fc.nat(32), (year, month, day) => {
      const text = [
        String(year).padStart(4, '0'),
        String(month).padStart(2, '0'),
        String(day).padStart(2, '0'),
      ].join('-');
      const date = new Date(`${text}T00:00:00Z`);
      const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
      expect(outcome(() => dateText(text))).to.equal(exists ? text : 'is not a date that exists');
    });
    fc.assert(law, { numRuns: 1000 });
  });

  it('stays linear on hostile texts', () => {
    const started = cpuMs();
    const texts = [
      `2024-01-01${' '.repeat(20_000)}\nx\nx`,
      `2024-01-01T00:00:00.${'0'.repeat(300_000)}x`,
      `2024-01-01T00:00:00${' '.repeat(300_000)}x`,
      `20240101T000000.${'0'.repeat(300_000)}x`,
      `20240101T000000${' '.repeat(300_000)}x`,
    ];
    for (const text of texts) expect(outcome(() => timestampText(text, '').text)).to.match(/^is not a date/);
    expect(cpuMs() - started).to.be.below(200);
  });
});
