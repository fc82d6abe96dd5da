import { expect } from 'chai';
import { parseObject } from '../../src/protocol/json.ts';
import type { RecordMessage } from '../../src/protocol/message.ts';
import { RecordEncoder, type EncoderOptions } from '../../src/rows/encoder.ts';
import { compileValidator } from '../../src/rows/validate.ts';
import { InvalidRecords } from '../../src/streams/invalid.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';

const FAIL = { on_invalid: 'fail', null_keys: undefined, max_rejected: 0, other_tenants: 'fail' } as const;

const column = (property: string, type: ColumnType, more: Partial<Column> = {}): Column => ({
  property,
  source: { kind: 'property', path: property.split('.') },
  name: property,
  type,
  isKey: false,
  ...more,
});

const messageOf = (record: string): RecordMessage => ({
  type: 'record',
  stream: 'orders',
  record: parseObject(record).members,
  duplicateKeys: 0,
  repeatedProperties: [],
  invalidUtf8: false,
  version: undefined,
  timeExtracted: undefined,
});

/** What a run ends with when it gets the record. */
function refusal(record: string, columns: readonly Column[], options: Partial<EncoderOptions> = {}): string {
  const encoder = new RecordEncoder({
    columns,
    onUnknownProperty: () => undefined,
    now: () => 0,
    syncStartedAt: 0,
    ...options,
  });
  const origin = { line: 12, bytes: Buffer.from(record) };
  const outcome = encoder.encode(messageOf(record), origin, {
    seed: '0'.repeat(16),
    openedAt: 0,
    maxBytes: [],
    nulls: [],
    outgrown: [],
    keyHashes: undefined,
  });
  if (outcome.kind !== 'rejection') throw new Error('the record was taken');
  try {
    new InvalidRecords('orders', FAIL, 's3://b/f/').check(outcome, origin);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the rejection was taken');
}

const text: ColumnType = { kind: 'varchar', bytes: 64 };
const key = { isKey: true };
const BEGIN = 'Cannot load stream "orders", line 12: ';
const ASIDE = 'on_invalid "quarantine" sets such records aside';
const VALUE = `${ASIDE}, "null" stores NULL instead of such values`;
const NULL_KEY = 'null_keys "quarantine" sets such records aside, "append" adds them as new rows each time';
const TABLE = `${ASIDE}, schema_changes and forbid_ddl say what of a table may change`;
const SCHEMA = `${VALUE}, and without validate_records the schema is not checked`;

describe('what a run ends with', () => {
  const values: readonly (readonly [string, ColumnType, string])[] = [
    ['"abc"', { kind: 'bigint' }, 'is not a number: "abc"'],
    ['true', { kind: 'bigint' }, 'is a boolean, not a number: true'],
    ['[1]', { kind: 'bigint' }, 'is an array, not a number'],
    ['1.5', { kind: 'integer' }, 'is not a whole number: 1.5'],
    ['9223372036854775808', { kind: 'bigint' }, 'is outside the range of BIGINT: 9223372036854775808'],
    ['1.234', { kind: 'numeric', precision: 5, scale: 2 }, 'does not fit NUMERIC(5,2): 1.234'],
    ['NaN', { kind: 'double' }, 'is not a finite number of DOUBLE PRECISION: NaN'],
    ['1e400', { kind: 'double' }, 'is not a finite number of DOUBLE PRECISION: 1e400'],
    ['"maybe"', { kind: 'boolean' }, 'is a string, not true or false: "maybe"'],
    ['"2024-02-30"', { kind: 'date' }, 'is not a date that exists: "2024-02-30"'],
    ['"soon"', { kind: 'timestamptz' }, 'is not a date and time of ISO 8601: "soon"'],
    ['{"day":1}', { kind: 'timestamptz' }, 'is an object, not a string'],
    [
      `"${'x'.repeat(65_536)}"`,
      text,
      `has 65536 bytes, and a VARCHAR has at most 65535: "${'x'.repeat(40)}..."`,
    ],
    [
      `["${'x'.repeat(65_536)}"]`,
      { kind: 'super' },
      'contains a string of 65536 bytes, and SUPER allows at most 65535',
    ],
  ];
  for (const [value, type, sentence] of values) {
    it(`${type.kind} ${value.slice(0, 30)}`, () => {
      expect(refusal(`{"a":${value}}`, [column('a', type)])).to.equal(
        `${BEGIN}the value of "a" ${sentence}; ${VALUE}`,
      );
    });
  }

  const others: readonly (readonly [string, string, readonly Column[], string])[] = [
    [
      'a key that is null',
      '{"id":null}',
      [column('id', text, key)],
      `key property "id" is null, but every record must have its key; ${NULL_KEY}`,
    ],
    [
      'a key that is missing',
      '{}',
      [column('id', text, key)],
      `key property "id" is missing, but every record must have its key; ${NULL_KEY}`,
    ],
    [
      'a key of another type',
      '{"id":"x"}',
      [column('id', { kind: 'bigint' }, key)],
      `key property "id" is not a number: "x"; ${ASIDE}`,
    ],
    [
      'a key that would be changed',
      String.raw`{"id":"a\u0000"}`,
      [column('id', text, key)],
      `key property "id" has characters or digits that Redshift cannot store, and keys are never changed: ${String.raw`"a\u0000"`}; ${ASIDE}`,
    ],
    [
      'a NULL that the table refuses',
      '{}',
      [column('a', text, { notNull: true })],
      `the value of "a" is NULL, but its column is NOT NULL; ${TABLE}`,
    ],
    [
      'a text wider than its column may be',
      '{"a":"ééé"}',
      [column('a', text, { maxBytes: 5 })],
      `the value of "a" has 6 bytes, but its column must not be wider than 5: "ééé"; ${TABLE}`,
    ],
    [
      'a text where an object was declared',
      '{"a":{"b":"x"}}',
      [column('a.b.c', text)],
      `the value of "a.b.c" cannot be found because "a.b" is a string, not an object; ${VALUE}`,
    ],
  ];
  for (const [what, record, columns, sentence] of others) {
    it(what, () => expect(refusal(record, columns)).to.equal(BEGIN + sentence));
  }

  it('a row that is too large', () => {
    const record = `{"a":${JSON.stringify(Array.from({ length: 100 }, () => 'x'.repeat(60_000)))}}`;
    expect(refusal(record, [column('a', { kind: 'super' })])).to.equal(
      `${BEGIN}the record needs a row of 6000525 bytes, and COPY accepts at most 4194304 (quotes and "|" count twice); ${ASIDE}`,
    );
  });

  it('a record that breaks its schema', () => {
    const schema = parseObject('{"required":["b"],"properties":{"a":{"maxLength":2}}}').members;
    const options = { validate: compileValidator('orders', schema) };
    expect(refusal('{"a":"abc","b":1}', [column('a', text)], options)).to.equal(
      `${BEGIN}the value of "a" violates the schema: must NOT have more than 2 characters: "abc"; ${SCHEMA}`,
    );
    expect(refusal('{"a":"ab"}', [column('a', text)], options)).to.equal(
      `${BEGIN}the record violates the schema: must have required property 'b'; ${SCHEMA}`,
    );
  });
});
