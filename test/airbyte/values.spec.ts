/** Values: Airbyte's types, and what becomes of what their columns cannot hold. */
import { expect } from 'chai';
import { newPlace, type Place } from '../support/warehouse.ts';
import { catalog, record, status, write, type Outcome } from './support.ts';

const TYPES: Readonly<Record<string, object>> = {
  b: { type: 'boolean' },
  i: { type: 'integer' },
  ai: { type: 'number', airbyte_type: 'integer' },
  n: { type: ['null', 'number'] },
  s: { type: 'string' },
  d: { type: 'string', format: 'date' },
  t: { type: 'string', format: 'time' },
  tn: { type: 'string', format: 'time', airbyte_type: 'time_without_timezone' },
  ts: { type: 'string', format: 'date-time' },
  tsn: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  o: { type: 'object' },
  a: { type: 'array', items: {} },
  u: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
  ut: { type: ['string', 'integer'] },
  x: { type: 'potato' },
  no: {},
  yes: true as unknown as object,
  r: { $ref: 'WellKnownTypes.json#/definitions/Integer' },
};

async function load(
  place: Place,
  properties: object,
  ...rows: readonly (object | string)[]
): Promise<Outcome> {
  const records = rows.map((row) =>
    typeof row === 'string'
      ? `{"type":"RECORD","record":{"stream":"s","emitted_at":1700000000000,"data":${row}}}`
      : record(row),
  );
  return write(place, catalog({ properties: properties as Record<string, unknown> }), [...records, status()]);
}

/** Redshift has no cast of a SUPER or a boolean to text. */
function shown(column: string): string {
  if (column === 'o' || column === 'a') return `JSON_SERIALIZE(${column})`;
  return column === 'b' ? `CASE WHEN b THEN 'true' WHEN NOT b THEN 'false' END` : `${column}::varchar(65535)`;
}

/** The value, and with it the changes where there are some. */
async function stored(place: Place, column: string): Promise<unknown> {
  const [row] = await place.query(
    `SELECT ${shown(column)}, JSON_SERIALIZE(_airbyte_meta) FROM ${place.schema}.s`,
  );
  const [value, meta] = row ?? [];
  const { changes } = JSON.parse(meta ?? '{}') as { changes: Record<string, string>[] };
  return changes.length === 0 ? value : [value, ...changes.map((change) => Object.values(change).join(' '))];
}

const FORM = 'DESTINATION_SERIALIZATION_ERROR';
const SIZE = 'DESTINATION_FIELD_SIZE_LIMITATION';
const nulled = (field: string, reason: string): readonly unknown[] => [null, `${field} NULLED ${reason}`];

/** A property, its value as JSON, and what the table has then. */
const VALUES: readonly (readonly [string, string, unknown])[] = [
  ['b', 'true', 'true'],
  ['b', '"true"', nulled('b', FORM)],
  ['b', '1', nulled('b', FORM)],
  ['i', '9223372036854775807', '9223372036854775807'],
  ['i', '9223372036854775808', nulled('i', SIZE)],
  ['i', '5.0', '5'],
  ['i', '"17"', '17'],
  ['i', '5.5', nulled('i', FORM)],
  ['i', '"x"', nulled('i', FORM)],
  ['ai', '3', '3'],
  ['n', '0.30000000000000004', '0.300000000'],
  ['n', '-0.0000000005', '-0.000000001'],
  ['n', '1e-400', '0.000000000'],
  ['n', '1e28', '10000000000000000000000000000.000000000'],
  ['n', '1e29', nulled('n', SIZE)],
  ['n', '"15001.000000000"', '15001.000000000'],
  ['n', 'NaN', nulled('n', FORM)],
  ['n', '"Infinity"', nulled('n', FORM)],
  ['n', 'true', nulled('n', FORM)],
  ['s', '1.50', '1.50'],
  ['s', 'true', 'true'],
  ['s', '{"a": "b"}', '{"a":"b"}'],
  ['s', '"\\\\N"', '\\N'],
  ['s', '""', ''],
  ['s', JSON.stringify('x'.repeat(65_535)), 'x'.repeat(65_535)],
  ['s', JSON.stringify('é'.repeat(32_768)), nulled('s', SIZE)],
  ['d', '"2024-02-29"', '2024-02-29'],
  ['d', '"2023-02-29"', nulled('d', FORM)],
  ['t', '"10:11:12.5+02:00"', '10:11:12.5+02'],
  ['tn', '"10:11:12.5"', '10:11:12.5'],
  ['ts', '"2024-01-01T10:00:00-0800"', '2024-01-01 18:00:00+00'],
  ['ts', '"2024-01-01T10:00:00.123456789-08"', '2024-01-01 18:00:00.123456+00'],
  ['ts', '"2024-01-01T10:00:00"', '2024-01-01 10:00:00+00'],
  ['ts', '"2024-01-01t10:00:00z"', '2024-01-01 10:00:00+00'],
  ['ts', '"2024-01-01 10:00:00+01:30"', '2024-01-01 08:30:00+00'],
  ['ts', '"2024-01-01T10:00Z"', '2024-01-01 10:00:00+00'],
  ['ts', '"9999-12-31T23:59:59.999999Z"', '9999-12-31 23:59:59.999999+00'],
  ['ts', '"12024-01-01T10:00:00Z"', nulled('ts', FORM)],
  ['ts', '"0044-03-15T10:00:00Z BC"', nulled('ts', FORM)],
  ['ts', '1700000000', nulled('ts', FORM)],
  ['tsn', '"2024-01-01 10:00:00"', '2024-01-01 10:00:00'],
  ['o', '{"a":[1,2.50]}', '{"a":[1,2.50]}'],
  ['o', '"text"', '"text"'],
  ['o', `{"a":${JSON.stringify('x'.repeat(65_536))}}`, nulled('o', SIZE)],
  ['a', '[1,null]', '[1,null]'],
  ['u', '"1"', '"1"'],
  ['u', '1', '1'],
  ['ut', '"1"', '"1"'],
  ['ut', '{"a":1}', '{"a":1}'],
  ['x', '"text"', 'text'],
  ['x', '[1]', '[1]'],
  ['no', '1.0', '1.0'],
  ['yes', '{"a":1}', '{"a":1}'],
  ['yes', '"text"', 'text'],
  ['r', '"10000000000000000000000"', nulled('r', SIZE)],
];

describe('values of Airbyte', () => {
  it('have the columns of destination-redshift', async () => {
    const place = await newPlace();
    await load(place, TYPES);
    const found = await place.query(
      `SELECT column_name, data_type, numeric_precision, numeric_scale, character_maximum_length FROM svv_columns WHERE table_schema = '${place.schema}' AND table_name = 's' ORDER BY ordinal_position OFFSET 4`,
    );
    const types = found.map(([name, type, precision, scale, length]) =>
      type === 'numeric'
        ? `${name} numeric(${precision},${scale})`
        : `${name} ${type}${length === null ? '' : `(${length})`}`,
    );
    const text = 'character varying(65535)';
    expect(types).to.deep.equal([
      'b boolean',
      'i bigint',
      'ai bigint',
      'n numeric(38,9)',
      `s ${text}`,
      'd date',
      't time with time zone',
      'tn time without time zone',
      'ts timestamp with time zone',
      'tsn timestamp without time zone',
      'o super',
      'a super',
      `u ${text}`,
      `ut ${text}`,
      `x ${text}`,
      `no ${text}`,
      `yes ${text}`,
      'r bigint',
    ]);
  });

  it('arrive as they are, or become NULL with a change', async () => {
    const place = await newPlace();
    const wrong: unknown[] = [];
    // One table for each property keeps a failure readable.
    for (const [property, json, expected] of VALUES) {
      await place.query(`DROP TABLE IF EXISTS ${place.schema}.s`);
      const { code, errors } = await load(
        place,
        { [property]: TYPES[property] ?? {} },
        `{"${property}":${json}}`,
      );
      const found = code === 0 ? await stored(place, property) : errors;
      if (JSON.stringify(found) !== JSON.stringify(expected))
        wrong.push([property, json.slice(0, 60), JSON.stringify(found).slice(0, 200)]);
    }
    expect(wrong).to.deep.equal([]);
  }).timeout(240_000);

  it('list the changes of the source before those of this program', async () => {
    const place = await newPlace();
    const change = { field: 'q', change: 'TRUNCATED', reason: 'SOURCE_FIELD_SIZE_LIMITATION' };
    const { code } = await write(place, catalog({ properties: { i: TYPES['i'] } }), [
      record({ i: 'x' }, { meta: { changes: [change] } }),
      status(),
    ]);
    expect(code).to.equal(0);
    expect(await place.query(`SELECT JSON_SERIALIZE(_airbyte_meta) FROM ${place.schema}.s`)).to.deep.equal([
      [JSON.stringify({ sync_id: 1, changes: [change, { field: 'i', change: 'NULLED', reason: FORM }] })],
    ]);
  });

  for (const [title, megabytes] of [
    ['SUPER stores, but not COPY', 6],
    ['SUPER does not store', 17],
  ] as const) {
    it(`that are an object longer than ${title} (${megabytes} MB), become NULL with a change, and the row is loaded`, async () => {
      const place = await newPlace();
      const items = Array.from({ length: megabytes * 20 }, () => 'x'.repeat(52_000));
      const { code, errors } = await load(
        place,
        { id: TYPES['i'], o: TYPES['o'] },
        { id: 1, o: { items } },
        { id: 2, o: {} },
      );
      expect({ code, errors }).to.deep.equal({ code: 0, errors: [] });
      const rows = await place.query(
        `SELECT id, JSON_SERIALIZE(o), JSON_SERIALIZE(_airbyte_meta) FROM ${place.schema}.s ORDER BY 1`,
      );
      expect(
        rows.map(([id, o, meta]) => [id, o, /"reason":"(\w+)_SIZE_LIMITATION"/.exec(meta ?? '')?.[1]]),
      ).to.satisfy((found: unknown) =>
        ['DESTINATION_FIELD', 'DESTINATION_RECORD'].some(
          (reason) =>
            JSON.stringify(found) ===
            JSON.stringify([
              ['1', null, reason],
              ['2', '{}', undefined],
            ]),
        ),
      );
    });
  }

  it('keep their columns while the schema changes: one more, one less, and other types', async () => {
    const place = await newPlace();
    await load(
      place,
      { id: TYPES['i'], gone: TYPES['s'], x: TYPES['i'], y: TYPES['i'] },
      { id: 1, gone: 'a', x: 1, y: 1 },
    );
    const { code } = await load(
      place,
      { id: TYPES['i'], more: TYPES['s'], x: TYPES['s'], y: TYPES['d'] },
      { id: 2, more: 'b', x: 'two', y: '2024-01-01' },
    );
    expect(code).to.equal(0);
    expect(
      await place.query(`SELECT id, gone, more, x, y, y__date::varchar FROM ${place.schema}.s ORDER BY 1`),
    ).to.deep.equal([
      ['1', 'a', null, '1', '1', null],
      ['2', null, 'b', 'two', null, '2024-01-01'],
    ]);
  });

  it('give way, the longest first, where their row is longer than COPY takes', async () => {
    const place = await newPlace();
    const properties = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`f${i}`, { type: i === 0 ? 'object' : 'string' }]),
    );
    const long = 'x'.repeat(60_000);
    const items = Array.from({ length: 30 }, () => long);
    const values = Object.fromEntries(
      Object.keys(properties).map((name, i) => [name, i === 0 ? { items } : long]),
    );
    const { code, errors } = await load(
      place,
      { ...properties, id: TYPES['i'] },
      { ...values, id: 7 },
      { id: 8 },
    );
    expect({ code, errors }).to.deep.equal({ code: 0, errors: [] });
    expect(
      await place.query(
        `SELECT id, f0 IS NULL, f1 = f59, JSON_SERIALIZE(_airbyte_meta) FROM ${place.schema}.s ORDER BY 1`,
      ),
    ).to.deep.equal([
      [
        '7',
        't',
        't',
        '{"sync_id":1,"changes":[{"field":"f0","change":"NULLED","reason":"DESTINATION_RECORD_SIZE_LIMITATION"}]}',
      ],
      ['8', 't', null, '{"sync_id":1,"changes":[]}'],
    ]);
  });

  for (const [title, wish, data] of [
    ['a key', { mode: 'append_dedup', key: ['i'] }, { i: 'x' }],
    ['a long key', { mode: 'append_dedup', key: ['s'] }, { s: 'x'.repeat(65_536) }],
    ['a key that would be rounded', { mode: 'append_dedup', key: ['n'] }, { n: 0.30000000000000004 }],
    ['a cursor', { cursor: 'i' }, { i: 'x' }],
  ] as const) {
    it(`are never changed in ${title}: the sync fails before their state`, async () => {
      const place = await newPlace();
      const { code, states, errors } = await write(place, catalog({ properties: TYPES, ...wish }), [
        record(data),
        { type: 'STATE', state: { data: {} } },
        status(),
      ]);
      expect({ code, states }).to.deep.equal({ code: 1, states: [] });
      expect(errors.join()).to.match(
        /^system_error: Cannot load stream "s", line 1: .*no record is set aside$/,
      );
    });
  }

  it('of properties called like columns of Airbyte give way to those', async () => {
    const place = await newPlace();
    const { code } = await load(
      place,
      { id: TYPES['i'], _airbyte_raw_id: { type: 'string' } },
      {
        id: 1,
        _airbyte_raw_id: 'mine',
        _airbyte_extracted_at: 'mine',
        _airbyte_meta: {},
      },
    );
    expect(code).to.equal(0);
    const [row] = await place.query(`SELECT id, LEN(_airbyte_raw_id) FROM ${place.schema}.s`);
    expect(row).to.deep.equal(['1', '36']);
  });

  it('of properties that Redshift would fold to one name have a column each', async () => {
    const place = await newPlace();
    const { code } = await load(
      place,
      { Id: TYPES['i'], id: TYPES['i'], ID: TYPES['s'] },
      { Id: 1, id: 2, ID: 'x' },
    );
    expect(code).to.equal(0);
    expect(await place.query(`SELECT id, id_1, id_2 FROM ${place.schema}.s`)).to.deep.equal([
      ['1', '2', 'x'],
    ]);
  });
});
