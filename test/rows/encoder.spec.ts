import { expect } from 'chai';
import { InputError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import type { RecordMessage } from '../../src/protocol/message.ts';
import { parseSinger } from '../../src/protocol/singer.ts';
import { encodeRows } from '../../src/rows/csv.ts';
import { RecordEncoder } from '../../src/rows/encoder.ts';
import { noLosses, Token, type Cell } from '../../src/rows/values.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';

const column = (property: string, type: ColumnType, isKey = false): Column => ({
  property,
  source: { kind: 'property', path: [property] },
  name: property.toLowerCase(),
  type,
  isKey,
});

const bigint: ColumnType = { kind: 'bigint' };
const text: ColumnType = { kind: 'varchar', bytes: 64 };
const nested: ColumnType = { kind: 'super' };

const message = (record: string | Buffer): RecordMessage =>
  parseSinger(
    Buffer.concat([
      Buffer.from('{"type":"RECORD","stream":"s","record":'),
      Buffer.from(record),
      Buffer.from('}'),
    ]),
    1,
  ) as RecordMessage;

interface Place {
  readonly encoder: RecordEncoder;
  readonly unknown: string[];
  readonly maxBytes: number[];
  readonly encode: (record: string | Buffer) => Cell[];
}

function encoderFor(
  columns: readonly Column[],
  validate?: (record: JsonObject) => string | undefined,
): Place {
  const unknown: string[] = [];
  const encoder = new RecordEncoder({
    stream: 's',
    columns,
    validate,
    onUnknownProperty: (name) => unknown.push(name),
    now: () => 0,
    syncStartedAt: 0,
  });
  const maxBytes: number[] = [];
  return {
    encoder,
    unknown,
    maxBytes,
    encode: (record) =>
      encoder.encode(message(record), { line: 42, bytes: Buffer.from(record) }, { openedAt: 0, maxBytes })
        .cells,
  };
}

function refusal(work: () => unknown): InputError {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('RecordEncoder', () => {
  it('writes one cell for each column, in the order of the columns', () => {
    const { encode } = encoderFor([column('b', text), column('a', bigint), column('c', nested)]);
    expect(encode('{"a":1,"c":[1.0],"b":"x"}')).to.deep.equal(['x', new Token('1'), '[1.0]']);
  });

  it('writes NULL for null and for what is missing', () => {
    const { encode } = encoderFor([column('a', bigint), column('b', text)]);
    expect(encode('{"a":null}')).to.deep.equal([null, null]);
  });

  it('finds properties by their own name, whatever it is', () => {
    const { encode } = encoderFor([column('Ab', bigint), column('__proto__', text), column('10', text)]);
    expect(encode('{"10":"ten","__proto__":"p","ab":2,"Ab":1}')).to.deep.equal([new Token('1'), 'p', 'ten']);
  });

  it('measures the widest text of each VARCHAR column in bytes', () => {
    const { encode, maxBytes } = encoderFor([column('a', text), column('n', bigint), column('b', text)]);
    encode('{"a":"ééé","b":null,"n":12345678}');
    encode('{"a":"xx","b":"😀"}');
    encode(String.raw`{"a":"\u0000","b":{"k":1}}`);
    expect([maxBytes[0], maxBytes[1] ?? 0, maxBytes[2]]).to.deep.equal([6, 0, 7]);
  });

  it('tells of each unknown property once', () => {
    const { encode, unknown } = encoderFor([column('a', bigint)]);
    for (const record of ['{"a":1,"x":1}', '{"x":2,"y":null}', '{"y":1}', '{"a":2}']) encode(record);
    expect(unknown).to.deep.equal(['x', 'y']);
  });

  it('writes a record of a stream without properties', () => {
    const placeholder: Column = {
      property: '',
      source: { kind: 'nothing' },
      name: '_target_redshift_placeholder',
      type: { kind: 'boolean' },
      isKey: false,
    };
    const { encode } = encoderFor([placeholder]);
    expect(encode('{}')).to.deep.equal([null]);
    expect(encode('{"":"text"}')).to.deep.equal([null]);
  });

  it('counts what it had to change', () => {
    const { encode, encoder } = encoderFor([column('a', text)]);
    encode(String.raw`{"a":"\u0000","b":1,"b":2}`);
    encode(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]));
    expect(encoder.losses).to.deep.equal({ ...noLosses(), nulRemoved: 1, duplicateKeys: 1, invalidUtf8: 1 });
  });

  describe('of a key', () => {
    const keyed = (type: ColumnType): Place => encoderFor([column('id', type, true), column('a', text)]);

    for (const [type, record, cell] of [
      [bigint, '{"id":0}', new Token('0')],
      [bigint, '{"id":-0}', new Token('0')],
      [text, '{"id":""}', ''],
      [text, '{"id":" a "}', ' a '],
      [{ kind: 'boolean' }, '{"id":false}', new Token('false')],
    ] as const) {
      it(`takes ${record}`, () => expect(keyed(type).encode(record)[0]).to.deep.equal(cell));
    }

    const refused: readonly (readonly [ColumnType, string, string])[] = [
      [bigint, '{"id":null}', 'key properties must be set in every record, but "id" is null in this one'],
      [bigint, '{"a":"x"}', 'key properties must be set in every record, but "id" is missing from this one'],
      [bigint, '{"id":1.5}', 'the value of "id" is not a whole number'],
      [
        text,
        String.raw`{"id":"a\u0000"}`,
        'key properties are stored unchanged or not at all, and "id" holds text or digits that Redshift cannot store',
      ],
      [text, String.raw`{"id":"\ud800"}`, 'key properties are stored unchanged or not at all'],
      [
        { kind: 'timestamptz' },
        '{"id":"2024-01-01T00:00:00.1234567Z"}',
        'key properties are stored unchanged or not at all',
      ],
    ];
    for (const [type, record, what] of refused) {
      it(`refuses ${record}`, () => {
        const error = refusal(() => keyed(type).encode(record));
        expect(error.message).to.contain(`Cannot load stream "s", line 42: ${what}`);
        expect([error.stream, error.line]).to.deep.equal(['s', 42]);
      });
    }

    it('refuses bytes that are not UTF-8 in the key, and takes them elsewhere', () => {
      const record = (id: readonly number[], a: readonly number[]): Buffer =>
        Buffer.concat([
          Buffer.from('{"id":"'),
          Buffer.from(id),
          Buffer.from('","a":"'),
          Buffer.from(a),
          Buffer.from('"}'),
        ]);
      expect(keyed(text).encode(record([0x61], [0xff]))).to.deep.equal(['a', '\uFFFD']);
      expect(refusal(() => keyed(text).encode(record([0xff], [0x61]))).message).to.contain(
        'stored unchanged or not at all',
      );
    });

    it('keeps a key that holds U+FFFD itself', () => {
      expect(keyed(text).encode('{"id":"\uFFFD"}')[0]).to.equal('\uFFFD');
    });
  });

  it('names stream, line and property of a value that does not fit, and not the value', () => {
    const error = refusal(() => encoderFor([column('a', bigint)]).encode('{"a":"geheim"}'));
    expect(error.message).to.equal('Cannot load stream "s", line 42: the value of "a" is not a number');
  });

  it('asks the validator first', () => {
    const { encode } = encoderFor([column('a', bigint)], (record) =>
      record.has('b') ? 'b must not be' : undefined,
    );
    expect(encode('{"a":1}')).to.deep.equal([new Token('1')]);
    expect(refusal(() => encode('{"a":"x","b":1}')).message).to.equal(
      'Cannot load stream "s", line 42: the record breaks its schema: b must not be',
    );
  });

  describe('of a large record', () => {
    const limit = 4 * 1024 * 1024;
    const rowOf = (characters: string, count: number): string =>
      `{"c":${JSON.stringify(Array.from({ length: Math.floor(count / 60_000) }, () => characters.repeat(60_000 / characters.length)))}}`;

    const fits = (record: string, columns: readonly Column[] = [column('c', nested)]): boolean => {
      try {
        encoderFor(columns).encode(record);
        return true;
      } catch (error) {
        if (error instanceof InputError && error.message.includes('COPY takes at most 4194304')) return false;
        throw error;
      }
    };

    it('takes rows of up to 4 MB', () => expect(fits(rowOf('x', 4_000_000))).to.equal(true));
    it('refuses longer rows', () => expect(fits(rowOf('x', 4_260_000))).to.equal(false));
    it('counts "|" twice', () => {
      expect(fits(rowOf('|', 2_040_000))).to.equal(true);
      expect(fits(rowOf('|', 2_160_000))).to.equal(false);
    });
    it('counts quotes twice', () => expect(fits(rowOf('"', 1_440_000))).to.equal(false));

    it('counts the NULLs of the row too', () => {
      const columns = [
        column('c', nested),
        ...Array.from({ length: 1500 }, (_, i) => column(`n${i}`, bigint)),
      ];
      const values = Array.from({ length: 70 }, (_, i) => 'x'.repeat(i < 69 ? 60_000 : 20_000));
      const record = JSON.stringify({ c: values });
      const { encoder } = encoderFor(columns);
      let bytes = 0;
      try {
        bytes = encodeRows(
          [
            encoder.encode(
              message(record),
              { line: 1, bytes: Buffer.from(record) },
              { openedAt: 0, maxBytes: [] },
            ).cells,
          ],
          `NULL-${'0'.repeat(24)}`,
        ).length;
      } catch (error) {
        expect(error).to.be.instanceOf(InputError);
      }
      expect(bytes).to.be.at.most(limit);
    });
  });
});
