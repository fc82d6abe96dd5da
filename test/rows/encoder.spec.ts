import { expect } from 'chai';
import type { RecordMessage } from '../../src/protocol/message.ts';
import { parseSinger } from '../../src/protocol/singer.ts';
import { encodeRows, newFormat } from '../../src/rows/csv.ts';
import type { Unplanned } from '../../src/rows/unplanned.ts';
import { RecordEncoder, type EncoderOptions, type Row } from '../../src/rows/encoder.ts';
import { problemOf, type Rejection } from '../../src/rows/rejection.ts';
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
  readonly nulls: boolean[];
  readonly outgrown: boolean[];
  readonly outcome: (record: string | Buffer) => Row | Rejection | Unplanned;
  /** The cells of a record that is taken. */
  readonly encode: (record: string | Buffer) => Cell[];
  /** What is wrong with a record that is not. */
  readonly problem: (record: string | Buffer) => string;
}

function encoderFor(columns: readonly Column[], options: Partial<EncoderOptions> = {}): Place {
  const unknown: string[] = [];
  const encoder = new RecordEncoder({
    columns,
    onUnknownProperty: (name) => unknown.push(name),
    now: () => 0,
    syncStartedAt: 0,
    ...options,
  });
  const facts = {
    seed: '0'.repeat(16),
    openedAt: 0,
    maxBytes: [],
    nulls: [],
    outgrown: [],
    keyHashes: undefined,
  };
  const outcome = (record: string | Buffer): Row | Rejection | Unplanned =>
    encoder.encode(message(record), { line: 42, bytes: Buffer.from(record) }, facts);
  return {
    encoder,
    unknown,
    ...facts,
    outcome,
    encode: (record) => {
      const row = outcome(record);
      if (row.kind === 'row') return row.cells;
      throw new Error(row.kind === 'rejection' ? problemOf(row) : row.why);
    },
    problem: (record) => {
      const rejection = outcome(record);
      if (rejection.kind !== 'rejection') throw new Error('it was taken');
      return problemOf(rejection);
    },
  };
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

  it('measures the widest number of each NUMERIC column', () => {
    const decimals = { kind: 'numeric', precision: 38, scale: 4 } as const;
    const { encode, maxBytes } = encoderFor([column('d', decimals), column('n', bigint)]);
    encode('{"d":12.5,"n":12345678}');
    encode('{"d":-1.0625,"n":1}');
    encode('{"d":null}');
    expect([maxBytes[0], maxBytes[1] ?? 0]).to.deep.equal([7, 0]);
  });

  it('tells of each unknown property once', () => {
    const { encode, unknown } = encoderFor([column('a', bigint)]);
    for (const record of ['{"a":1,"x":1}', '{"a":2,"x":2,"y":null}', '{"a":3,"y":1}', '{"a":2}'])
      encode(record);
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
      [bigint, '{"id":null}', 'is null, but every record must have its key'],
      [bigint, '{"a":"x"}', 'is missing, but every record must have its key'],
      [bigint, '{"id":1.5}', 'is not a whole number'],
      [
        text,
        String.raw`{"id":"a\u0000"}`,
        'has characters or digits that Redshift cannot store, and keys are never changed',
      ],
      [
        text,
        String.raw`{"id":"\ud800"}`,
        'has characters or digits that Redshift cannot store, and keys are never changed',
      ],
      [
        { kind: 'timestamptz' },
        '{"id":"2024-01-01T00:00:00.1234567Z"}',
        'has characters or digits that Redshift cannot store, and keys are never changed',
      ],
    ];
    for (const [type, record, what] of refused) {
      it(`refuses ${record}`, () => {
        expect(keyed(type).problem(record)).to.equal(`key property "id" ${what}`);
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
      expect(keyed(text).problem(record([0xff], [0x61]))).to.contain('keys are never changed');
    });

    it('keeps a key that holds U+FFFD itself', () => {
      expect(keyed(text).encode('{"id":"\uFFFD"}')[0]).to.equal('\uFFFD');
    });
  });

  it('rejects a record with a value that does not fit, and keeps the value apart from the reason', () => {
    expect(encoderFor([column('a', bigint)]).outcome('{"a":"geheim"}')).to.deep.equal({
      kind: 'rejection',
      fault: 'value',
      property: 'a',
      isKey: false,
      reason: 'is not a number',
      seen: '"geheim"',
    });
  });

  it('counts and measures nothing of a record that it rejects', () => {
    const { outcome, encoder, maxBytes, unknown } = encoderFor([column('b', text), column('a', bigint)]);
    outcome(String.raw`{"b":"wide\u0000","b":"wider\u0000","c":1,"a":"x"}`);
    expect({ losses: encoder.losses, maxBytes, unknown }).to.deep.equal({
      losses: noLosses(),
      maxBytes: [],
      unknown: [],
    });
  });

  it('asks the validator first', () => {
    const { encode, problem } = encoderFor([column('a', bigint)], {
      validate: (record) => (record.has('b') ? [{ path: ['b'], reason: 'must not be' }] : []),
    });
    expect(encode('{"a":1}')).to.deep.equal([new Token('1')]);
    expect(problem('{"a":"x","b":1}')).to.equal('the value of "b" must not be');
  });

  describe('of a large record', () => {
    const limit = 4 * 1024 * 1024;
    const rowOf = (characters: string, count: number): string =>
      `{"c":${JSON.stringify(Array.from({ length: Math.floor(count / 60_000) }, () => characters.repeat(60_000 / characters.length)))}}`;

    const fits = (record: string, columns: readonly Column[] = [column('c', nested)]): boolean => {
      const outcome = encoderFor(columns).outcome(record);
      if (outcome.kind !== 'rejection') return true;
      expect(problemOf(outcome)).to.match(
        /^the record needs a row of \d+ bytes, and COPY accepts at most 4194304/,
      );
      return false;
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
      const outcome = encoderFor(columns).outcome(record);
      const bytes =
        outcome.kind === 'row' ? encodeRows([outcome.cells], newFormat('gzip').sentinel).length : 0;
      expect(bytes).to.be.at.most(limit);
    });
  });
});
