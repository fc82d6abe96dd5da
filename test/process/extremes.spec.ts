/** Values at the edges: each is in the table as it should be, or is refused with stream, line, column and reason. */
import { expect } from 'chai';
import { lines } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace, type Place } from '../support/warehouse.ts';

interface Edge {
  /** What the schema says of the property `v`. */
  readonly type: object;
  /** JSON. */
  readonly value: string;
  /** How it is asked for; the column itself if left out. */
  readonly read?: string;
  readonly key?: boolean;
}

interface Stored extends Edge {
  readonly stored: string | readonly string[];
}

interface Refused extends Edge {
  readonly reason: string;
}

const integer = { type: 'integer' };
const number = { type: 'number' };
const cents = { type: 'number', multipleOf: 0.01 };
const huge = { type: 'integer', minimum: -1e38, maximum: 1e38 };
const text = { type: 'string' };
const moment = { type: 'string', format: 'date-time' };
const clock = { type: 'string', format: 'time' };
const nested = { type: 'object' };

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const width = 'OCTET_LENGTH(v)';

const STORED: Readonly<Record<string, Stored>> = {
  '2^63-1': { type: integer, value: '9223372036854775807', stored: '9223372036854775807' },
  '-2^63': { type: integer, value: '-9223372036854775808', stored: '-9223372036854775808' },
  '2^64 where the schema allows it': {
    type: huge,
    value: '18446744073709551616',
    stored: '18446744073709551616',
  },
  '38 digits': { type: huge, value: '9'.repeat(38), stored: '9'.repeat(38) },
  '38 digits in a fraction': {
    type: { type: 'number', precision: 38, scale: 37 },
    value: '1.0123456789012345678901234567890123456',
    stored: '1.0123456789012345678901234567890123456',
  },
  '-0 as a whole number': { type: integer, value: '-0', stored: '0' },
  '-0.0 as a decimal': { type: cents, value: '-0.0', stored: '0.00' },
  '1.10': { type: cents, value: '1.10', stored: '1.10' },
  '1.0 as a whole number': { type: integer, value: '1.0', stored: '1' },
  // Redshift shows fifteen digits of a double, and keeps all of them.
  '17 digits of a double': {
    type: number,
    value: '0.30000000000000004',
    read: "v = CAST('0.30000000000000004' AS FLOAT8), v = CAST('0.3' AS FLOAT8)",
    stored: ['t', 'f'],
  },
  'the least double': { type: number, value: '5e-324', read: 'v > 0', stored: 't' },
  'nine digits of a second, the last three of them zeros': {
    type: moment,
    value: '"2024-01-31T23:59:59.123456000Z"',
    stored: '2024-01-31 23:59:59.123456+00',
  },
  'nine digits of a second, cut to six with a warning': {
    type: moment,
    value: '"2024-01-31T23:59:59.123456789Z"',
    stored: '2024-01-31 23:59:59.123456+00',
  },
  'the last moment': {
    type: moment,
    value: '"9999-12-31T23:59:59.999999Z"',
    stored: '9999-12-31 23:59:59.999999+00',
  },
  'an emoji that ends at the width': {
    type: text,
    value: `"${'x'.repeat(60)}😀"`,
    read: width,
    stored: '64',
  },
  'an emoji that ends behind the width': {
    type: text,
    value: `"${'x'.repeat(61)}😀"`,
    read: width,
    stored: '65',
  },
  '65,535 bytes of text': { type: text, value: `"${'x'.repeat(65_531)}😀"`, read: width, stored: '65535' },
  'a NUL, removed with a warning': { type: text, value: String.raw`"a\u0000b"`, stored: 'ab' },
  'nested keys that stand twice': {
    type: nested,
    value: '{"a":1,"b":{"c":1,"c":2},"a":3}',
    stored: '{"a":3,"b":{"c":2}}',
  },
  'a nested text of 65,535 bytes': {
    type: nested,
    value: `{"a":"${'é'.repeat(32_767)}x"}`,
    read: 'OCTET_LENGTH(JSON_SERIALIZE(v))',
    stored: String(65_535 + '{"a":""}'.length),
  },
  '1,000 levels': {
    type: nested,
    value: deep(1000),
    read: 'OCTET_LENGTH(JSON_SERIALIZE(v))',
    stored: String(1000 * '{"a":}'.length + 1),
  },
};

const REFUSED: Readonly<Record<string, Refused>> = {
  '2^63': { type: integer, value: '9223372036854775808', reason: 'is outside the range of BIGINT' },
  '39 digits': { type: huge, value: `1${'0'.repeat(38)}`, reason: 'does not fit NUMERIC(38,0)' },
  '1e400': { type: number, value: '1e400', reason: 'is not a finite number of DOUBLE PRECISION' },
  '1e400 as a whole number': { type: huge, value: '1e400', reason: 'does not fit NUMERIC(38,0)' },
  '1.005 in cents': {
    type: { type: 'number', precision: 18, scale: 2 },
    value: '1.005',
    reason: 'does not fit NUMERIC(38,2)',
  },
  '24:00:01': { type: clock, value: '"24:00:01"', reason: 'is not a time of day' },
  'a moment at 24:00:01': { type: moment, value: '"2024-01-31T24:00:01Z"', reason: 'is not a time of day' },
  'the last midnight of the year 9999': {
    type: moment,
    value: '"9999-12-31T24:00:00Z"',
    reason: 'is outside the years 1 to 9999 in UTC',
  },
  'the year 10000': {
    type: moment,
    value: '"10000-01-01T00:00:00Z"',
    reason: 'is not a date and time of ISO 8601',
  },
  '65,536 bytes of text': {
    type: text,
    value: `"${'x'.repeat(65_532)}😀"`,
    reason: 'has 65536 bytes, and a VARCHAR has at most 65535',
  },
  'a NUL in a key': {
    type: text,
    key: true,
    value: String.raw`"a\u0000"`,
    reason: 'has characters or digits that Redshift cannot store, and keys are never changed',
  },
  'a nested text of 65,536 bytes': {
    type: nested,
    value: `{"a":"${'é'.repeat(32_768)}"}`,
    reason: 'contains a string of 65536 bytes, and SUPER allows at most 65535',
  },
  '1,001 levels': {
    type: nested,
    value: deep(1001),
    reason: 'is nested deeper than the 1000 levels of SUPER',
  },
};

/** A stream for each value. */
function input(edges: readonly Edge[]): string {
  return edges
    .map(({ type, value, key = false }, i) =>
      lines(
        {
          type: 'SCHEMA',
          stream: `s${i}`,
          schema: { type: 'object', properties: { v: type } },
          key_properties: key ? ['v'] : [],
        },
        `{"type":"RECORD","stream":"s${i}","record":{"v":${value}}}`,
      ),
    )
    .join('');
}

describe('a value at the edge', function () {
  this.timeout(120_000);

  describe('that can be stored', () => {
    let place: Place;
    const names = Object.keys(STORED);
    before(async () => {
      place = await newPlace();
      const { code, stderr } = await runHere(['--config', place.configFile()], input(Object.values(STORED)));
      expect(code, stderr).to.equal(0);
    });
    for (const [name, { stored, read = 'v' }] of Object.entries(STORED)) {
      it(`is in the table: ${name}`, async () => {
        const table = `${place.schema}.s${names.indexOf(name)}`;
        expect(await place.query(`SELECT ${read} FROM ${table}`)).to.deep.equal([[stored].flat()]);
      });
    }
  });

  describe('that cannot be stored', () => {
    let place: Place;
    let set: Readonly<Record<string, string>>;
    const names = Object.keys(REFUSED);
    before(async () => {
      place = await newPlace();
      const config = place.configFile({ on_invalid: 'quarantine' });
      const { code, stderr } = await runHere(['--config', config], input(Object.values(REFUSED)));
      expect(code, stderr).to.equal(0);
      set = await place.rejected();
    });
    for (const [name, { reason }] of Object.entries(REFUSED)) {
      it(`is set aside with line, column and reason: ${name}`, () => {
        const i = names.indexOf(name);
        const record = (set[`s${i}`] ?? '').trimEnd().split('\n').at(-1) ?? '';
        expect((JSON.parse(record) as { readonly _rejected: unknown })._rejected).to.deep.equal({
          line: 2 * i + 2,
          column: 'v',
          reason,
        });
      });
    }

    it('ends the run by default, in one sentence', async () => {
      const [edge] = Object.values(REFUSED);
      const run = await runHere(['--config', place.configFile()], input(edge ? [edge] : []));
      expect([run.code, run.logs.at(-1)?.message]).to.deep.equal([
        1,
        'Cannot load stream "s0", line 2: the value of "v" is outside the range of BIGINT: 9223372036854775808; ' +
          'on_invalid "quarantine" sets such records aside, "null" stores NULL instead of such values',
      ]);
    });
  });
});
