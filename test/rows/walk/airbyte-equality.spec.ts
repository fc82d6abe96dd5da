/**
 * The walk of Airbyte's lines against the reference: what the walk takes, the reference takes too, with the same bytes. Lines are
 * hostile around the data as well: members in any order, more of them, white space, other times, changed bytes.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { AirbyteEnvelope } from '../../../src/protocol/airbyte-envelope.ts';
import { keyOf, parseAirbyte } from '../../../src/protocol/airbyte.ts';
import { parseValue, type JsonObject } from '../../../src/protocol/json.ts';
import { airbyteMetadata } from '../../../src/rows/airbyte-metadata.ts';
import { airbyteColumnsOf, withAirbyteMeta } from '../../../src/table/airbyte-columns.ts';
import { settings } from '../../support/settings.ts';
import { AgainstReference, type Lines } from './against-reference.ts';
import { Random } from './hostile.ts';

const RECORDS = Number(process.env['WALK_RECORDS'] ?? 60_000);
const PER_STREAM = 300;
const S = keyOf({ namespace: undefined, name: 's' });

function airbyteLines(): Lines {
  const frame = new AirbyteEnvelope();
  return {
    rules: {
      metadata: airbyteMetadata({ syncId: 42n, generation: 7n }),
      deletionMark: undefined,
      takesStrangers: true,
      shortensRows: true,
      setsAside: false,
    },
    frame,
    open: (source, at, end) => {
      const dataAt = frame.open(source, at, end);
      return frame.stream === S ? dataAt : -1;
    },
    parse: (line) => {
      const message = parseAirbyte(line, 2);
      if (message?.type !== 'record' || keyOf(message.stream) !== S) return undefined;
      return { ...message.record, stream: 's' };
    },
  };
}

const PROPERTIES = `{
  "id": {"type": "integer"}, "n": {"type": "number"}, "b": {"type": "boolean"}, "s": {"type": "string"},
  "d": {"type": "string", "format": "date"}, "t": {"type": "string", "format": "date-time"},
  "o": {"type": "object"}, "u": {"type": ["string", "integer"]}, "x": {}, "data": {"type": "string"}
}`;
const SCHEMA: JsonObject = new Map([
  [
    'properties',
    parseValue(PROPERTIES.replace(/\n\s*/g, '').replaceAll(': ', ':').replaceAll(', ', ',')).value,
  ],
]);
const COLUMNS = withAirbyteMeta(
  airbyteColumnsOf(
    's',
    SCHEMA,
    { keys: [], isProtected: (name) => name === 'id' },
    settings({ naming: 'safe' }),
  ),
);
const NAMES = ['id', 'n', 'b', 's', 'd', 't', 'o', 'u', 'x', 'data', 'unknown', '_airbyte_meta'];

const VALUES = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '1',
    '-5',
    '9223372036854775808',
    '1.5',
    '0.30000000000000004',
    '1e3',
    '1E400',
    'NaN',
  ],
  ...[
    '""',
    '"1"',
    '"x"',
    '"a\\"b|c"',
    '"é\\u00e9😀"',
    '"\\u0000"',
    '"\\ud800"',
    '"2024-01-31"',
    '"2024-01-31T10:00:00Z"',
  ],
  ...[
    '"2024-01-31T10:00:00.123456789+02:00"',
    '"-0.0000000005"',
    '{}',
    '[]',
    '{"a":"b","a":1}',
    '[1,"x",{"y":null}]',
    '"data"',
  ],
];

/** Values that their columns take, which most records have. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  id: ['1', '-7', '"12"', '9223372036854775807', '5.0'],
  n: ['1', '1.25', '-0.000000001', '0.30000000000000004', '"7"', '1e3'],
  b: ['true', 'false'],
  d: ['"2024-01-31"'],
  t: ['"2024-01-31T10:00:00Z"', '"2024-01-31T10:00:00.123456789+02:00"', '"2024-01-31 10:00:00"'],
};

class Source {
  readonly #random: Random;
  readonly #space: string;
  readonly #tail: string;
  readonly #head: string;

  readonly #wildness: number;

  /** `wildness`: how often lines are odd, from 0 to 1. */
  constructor(random: Random, wildness: number) {
    this.#random = random;
    this.#wildness = wildness;
    this.#space = random.of(['', '', ' ', '\t']);
    this.#tail = random.of([
      '',
      '',
      ',"meta":null',
      ',"meta":{"changes":[]}',
      ',"meta":{"emitted_at":1700000000000}',
      ',"file_reference":null',
    ]);
    this.#head = random.of([
      '',
      '',
      '"namespace":null,',
      '"namespace":"other",',
      '"more":{"data":{}},',
      '"stream":"z",',
    ]);
  }

  /** Whether something odd happens, where hostile lines have this share of it. */
  #odd(share: number): boolean {
    return this.#random.chance(share * this.#wildness);
  }

  line(): Buffer {
    const random = this.#random;
    const s = this.#space;
    const emitted = random.of([
      '1700000000000',
      '1700000000001',
      '1700000000',
      '99',
      '1e12',
      '1.7e12',
      '-1',
      '"1"',
      '17000000000000',
    ]);
    const time = !this.#odd(0.2) ? `17000000${String(random.below(100_000)).padStart(5, '0')}` : emitted;
    const members = [
      `"stream":${s}"${this.#odd(0.1) ? 'other' : 's'}"`,
      `"data":${s}${this.#data()}`,
      `"emitted_at":${s}${time}`,
    ];
    if (this.#odd(0.05)) members.sort(() => random.next() - 0.5);
    if (this.#odd(0.03))
      members.push(random.of(['"meta":{"changes":[{"field":"a"}]}', '"emitted_at":1', '"data":{}']));
    const type = !this.#odd(0.02) ? '"RECORD"' : random.of(['"STATE"', '"record"', '1', 'null']);
    const before = this.#odd(0.05) ? '"log":null,' : '';
    const after = this.#odd(0.05) ? random.of([',"state":null', ',"type":"STATE"', ' ', ',']) : '';
    const text = `{"type":${s}${type},${before}"record":${s}{${this.#head}${members.join(`,${s}`)}${this.#tail}}${after}}`;
    if (!this.#odd(0.03)) return Buffer.from(text);
    const bytes = Buffer.from(text);
    bytes[random.below(bytes.length)] = random.of(Array.from(Buffer.from('{}[]":,\\0179-.etn \t\0é')));
    return bytes;
  }

  #data(): string {
    const random = this.#random;
    if (this.#odd(0.02)) return random.of(['{}', '[]', 'null', '{ }']);
    const names = this.#odd(0.2) ? [...NAMES].sort(() => random.next() - 0.5) : NAMES;
    const sent = names.filter(() => !this.#odd(0.2));
    return `{${sent.map((name) => `"${name}":${this.#value(name)}`).join(',')}}`;
  }

  #value(name: string): string {
    const right = RIGHT[name];
    return right && !this.#odd(0.03) ? this.#random.of(right) : this.#random.of(VALUES);
  }
}

describe('the walk of the lines of Airbyte', () => {
  /** Compares the rows of lines. Returns the share of the lines that was taken, and of those the share of the lane. */
  function compare(wildness: number): { taken: number; inLane: number } {
    let [lines, taken, inLane] = [0, 0, 0];
    const law = fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const source = new Source(random, wildness);
      const kind = random.of([undefined, 0]);
      const both = new AgainstReference({ columns: COLUMNS, kind }, airbyteLines(), true);
      const block = Buffer.concat(
        Array.from({ length: PER_STREAM }, () => Buffer.concat([source.line(), Buffer.from('\n')])),
      );
      for (const [line, row] of both.rows(block)) {
        lines++;
        if (row === undefined) continue;
        taken++;
        expect(row, line.toString()).to.equal(both.expected(line));
      }
      expect(both.walked.measured).to.deep.equal(both.reference.measured);
      inLane += both.inLane;
    });
    fc.assert(law, { numRuns: Math.ceil(RECORDS / PER_STREAM) });
    return { taken: taken / lines, inLane: inLane / taken };
  }

  it('makes the rows of the reference, of hostile lines', () => {
    expect(compare(1).taken).to.be.above(0.1);
  }).timeout(600_000);

  it('makes the rows of the reference, of lines that look like the one before', () => {
    const { taken, inLane } = compare(0.02);
    expect(taken).to.be.above(0.2);
    expect(inLane).to.be.above(0.8);
  }).timeout(600_000);

  it('takes ordinary lines of every writer', () => {
    const written = [
      '{"type":"RECORD","record":{"stream":"s","data":{"id":1},"emitted_at":1700000000000}}',
      '{"type": "RECORD", "record": {"stream": "s", "data": {"id": 1}, "emitted_at": 1700000000001}}',
      '{"type":"RECORD","log":null,"spec":null,"record":{"namespace":null,"stream":"s","data":{"id":1},"emitted_at":1700000000002,"meta":null,"file_reference":null},"state":null,"trace":null}',
      '{"type":"RECORD","record":{"namespace":null,"stream":"s","data":{"id":1,"data":"data"},"emitted_at":1700000000003,"meta":{"changes":[]}}}',
    ];
    const both = new AgainstReference({ columns: COLUMNS }, airbyteLines());
    const block = Buffer.from(written.map((line) => `${line}\n`).join(''));
    const rows = [...both.rows(block)].map(([, row]) => row);
    expect(rows.filter((row) => row === undefined)).to.deep.equal([]);
  });
});
