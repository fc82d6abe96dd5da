/** The lane: which lines it takes, when it pauses, and that it keeps the rows of streams apart. */
import { isUtf8 } from 'node:buffer';
import { expect } from 'chai';
import fc from 'fast-check';
import { LF } from '../../../src/protocol/bytes.ts';
import { Envelope, type Frame } from '../../../src/protocol/envelope.ts';
import type { BatchFacts } from '../../../src/rows/batch-facts.ts';
import { RecordEncoder } from '../../../src/rows/encoder.ts';
import { Lane, type LaneBatch, type LaneOwner, type LaneRows } from '../../../src/rows/lane/lane.ts';
import { openMachine, type Machine } from '../../../src/rows/lane/machine.ts';
import { createWalk, type RowWalk } from '../../../src/rows/walk/row-walk.ts';
import { slabOf, Tape } from '../../../src/rows/walk/tape.ts';
import type { Column, ColumnType } from '../../../src/table/types.ts';
import { Random, steadyStream } from '../walk/hostile.ts';

const MACHINE = openMachine() as Machine;
const SLAB = slabOf(Buffer.alloc(4 * 1024 * 1024));
const TIMES = { now: 1_700_000_000_123, batchOpenedAt: 1_700_000_000_000, syncStartedAt: 1_600_000_000_000 };

/** A stream with its rows. */
class Owner implements LaneOwner {
  readonly walk: RowWalk;
  readonly facts: BatchFacts;
  readonly rows: string[] = [];
  /** How many rows the lane wrote. */
  inLane = 0;
  rowsLeft = 1_000_000;

  constructor(columns: readonly Column[], kind?: number) {
    const nothing = (): undefined => undefined;
    const encoder = new RecordEncoder({
      ...{ columns, now: () => TIMES.now, syncStartedAt: TIMES.syncStartedAt, onUnknownProperty: nothing },
    });
    const walk = createWalk({ columns, encoder, sentinel: 'N-0', kind });
    if (!walk) throw new Error('these columns cannot be walked');
    this.walk = walk;
    this.facts = {
      seed: '0123456789abcdef',
      openedAt: TIMES.batchOpenedAt,
      maxBytes: columns.map(() => 0),
      nulls: columns.map(() => false),
      outgrown: columns.map(() => false),
      keyHashes: undefined,
    };
  }

  factsOf({ version, timeAt }: Pick<Frame, 'version' | 'timeAt'>): LaneBatch['facts'] {
    const { seed } = this.facts;
    return { ...TIMES, batchSeed: seed, version, timeAt, emittedAt: 0, ordinal: this.rows.length };
  }

  begin(frame: Pick<Frame, 'version' | 'timeAt'>): LaneBatch {
    const { rowsLeft, facts } = this;
    return { facts: this.factsOf(frame), rowsLeft, bytesLeft: 1_000_000_000, measured: facts };
  }

  took(rows: LaneRows): void {
    for (let i = 0; i < rows.count; i++)
      this.rows.push(rows.csv.toString('utf8', i === 0 ? 0 : rows.end(i - 1), rows.end(i)));
    this.walk.measure(rows.measures, this.facts);
    this.inLane += rows.count;
  }

  get measured(): unknown {
    return [this.facts.maxBytes, this.facts.nulls, this.facts.outgrown];
  }
}

/** Reads blocks as a run does. Returns the lines that were declined. */
function read(owners: ReadonlyMap<string, Owner>, blocks: Iterable<Buffer>, hasLane = true): string[] {
  const lane = hasLane ? new Lane<Owner>(MACHINE) : undefined;
  const [envelope, tape, declined] = [new Envelope(), new Tape(), [] as string[]];
  const walk = (at: number, end: number): boolean => {
    const recordAt = envelope.open(tape.source, at);
    const owner = recordAt === -1 ? undefined : owners.get(envelope.stream);
    if (!owner || !isUtf8(tape.source.subarray(at, end))) return false;
    tape.writeInto(SLAB, 0);
    const recordEnd = owner.walk.record(tape, recordAt);
    if (recordEnd === -1 || !envelope.close(tape.source, recordEnd, end)) return false;
    if (!owner.walk.complete(owner.factsOf(envelope))) return false;
    owner.walk.countRow(owner.facts);
    owner.rows.push(SLAB.bytes.toString('utf8', 0, tape.to));
    lane?.walked(owner, envelope);
    return true;
  };
  for (const block of blocks) {
    tape.read(block);
    lane?.read(isUtf8(block) ? block : undefined);
    for (let at = 0; at < block.length;) {
      if (lane) {
        at = lane.take(at);
        if (!lane.hasDeclined) continue;
      }
      const end = block.indexOf(LF, at);
      if (!walk(at, end)) declined.push(block.toString('utf8', at, end));
      at = end + 1;
    }
  }
  return declined;
}

const column = (name: string, type: ColumnType, more: Partial<Column> = {}): Column => ({
  property: name,
  source: { kind: 'property', path: name.split('.') },
  name,
  type,
  isKey: false,
  ...more,
});
const COLUMNS = [column('a', { kind: 'bigint' }), column('b', { kind: 'varchar', bytes: 64 })];

const line = (record: string, stream = 's', tail = '}'): string =>
  `{"type":"RECORD","stream":"${stream}","record":${record}${tail}`;
const blockOf = (...lines: readonly string[]): Buffer => Buffer.from(lines.map((one) => `${one}\n`).join(''));

/** The rows of these lines, and how many of them the lane wrote. */
function rowsOf(columns: readonly Column[], ...lines: readonly string[]): [readonly string[], number] {
  const owner = new Owner(columns);
  read(new Map([['s', owner]]), [blockOf(...lines)]);
  return [owner.rows, owner.inLane];
}

describe('Lane', () => {
  it('takes lines that look like one that was walked', () => {
    expect(
      rowsOf(COLUMNS, line('{"a":1,"b":"x"}'), line('{"a":2,"b":"y\\"\\u00e9"}'), line('{"a":-3,"b":null}')),
    ).to.deep.equal([['1,"x"\n', '2,"y""é"\n', '-3,N-0\n'], 2]);
  });

  it('takes members in any order, and some of them', () => {
    const lines = [
      '{"a":1,"b":"x"}',
      '{"b":"x","a":2}',
      '{"b":"y"}',
      '{"a":4}',
      '{}',
      '{ "b" : "z" , "a" : 6 }',
    ];
    expect(rowsOf(COLUMNS, ...lines.map((record) => line(record)))).to.deep.equal([
      ['1,"x"\n', '2,"x"\n', 'N-0,"y"\n', '4,N-0\n', 'N-0,N-0\n', '6,"z"\n'],
      5,
    ]);
  });

  it('lets the reference encoder write values in rare forms, in rows of its own', () => {
    const columns = [column('d', { kind: 'double' }), column('r', { kind: 'real' }), ...COLUMNS];
    const records = ['{"d":1.5,"r":0.1,"a":1,"b":"x"}', '{"d":1e21,"r":0.25,"a":1e3,"b":"\\ud800"}'];
    expect(rowsOf(columns, ...records.map((record) => line(record)))).to.deep.equal([
      ['1.5,0.1,1,"x"\n', '1e+21,0.25,1000,"\ufffd"\n'],
      1,
    ]);
  });

  it('leaves repeated keys, unknown properties and invalid values to the walk', () => {
    const owner = new Owner(COLUMNS);
    const lines = ['{"a":1,"a":2}', '{"a":"x"}', '{"a":1,"b":"x"', '{"a":01}'].map((record) => line(record));
    expect(read(new Map([['s', owner]]), [blockOf(line('{"a":1,"b":"x"}'), ...lines)])).to.deep.equal(lines);
    const [rows, inLane] = rowsOf(COLUMNS, line('{"a":1}'), line('{"a":2,"u":[1]}'), line('{"a":3,"u":{}}'));
    expect([rows, inLane]).to.deep.equal([['1,N-0\n', '2,N-0\n', '3,N-0\n'], 1]);
  });

  it('keeps the rows of streams apart that take turns, and their ordinals', () => {
    const owners = new Map(['s', 't', 'longer'].map((name) => [name, new Owner(COLUMNS, 3)]));
    const lines = Array.from({ length: 30 }, (_, i) =>
      line(`{"a":${i}}`, [...owners.keys()][i % 3], ',"version":1}'),
    );
    read(owners, [blockOf(...lines)]);
    for (const [i, owner] of [...owners.values()].entries()) {
      expect(owner.rows).to.deep.equal(
        Array.from({ length: 10 }, (_, row) => `${3 * row + i},N-0,${row},3\n`),
      );
      expect(owner.inLane).to.equal(9);
    }
  });

  it('stops when a batch is full', () => {
    const owner = new Owner(COLUMNS);
    const lane = new Lane<Owner>(MACHINE);
    const [envelope, tape] = [new Envelope(), new Tape()];
    const one = line('{"a":1}');
    const block = blockOf(...Array.from({ length: 10 }, () => one));
    tape.read(block);
    lane.read(block);
    const recordAt = envelope.open(block, 0);
    tape.writeInto(SLAB, 0);
    envelope.close(block, owner.walk.record(tape, recordAt), one.length);
    lane.walked(owner, envelope);
    owner.rowsLeft = 4;
    expect([lane.take(0), lane.hasDeclined]).to.deep.equal([4 * (one.length + 1), false]);
    expect(lane.taken.map(({ rows }) => rows)).to.deep.equal([4]);
  });

  it('pauses where most lines are declined, and goes on when they are no longer', () => {
    const lines = (from: number, unknown: boolean): string[] =>
      Array.from({ length: 300 }, (_, i) => line(`{"a":${i}${unknown ? `,"u${from + i}":1` : ''}}`));
    const owner = new Owner(COLUMNS);
    read(new Map([['s', owner]]), [blockOf(...lines(0, true), ...lines(0, false), ...lines(300, true))]);
    expect(owner.rows).to.have.length(900);
    expect(owner.inLane).to.be.within(100, 299);
  });

  it('takes no block that is larger than its memory, and goes on after it', () => {
    const owner = new Owner(COLUMNS);
    const small = blockOf(line('{"a":1}'), line('{"a":2}'));
    const large = blockOf(...Array.from({ length: 40_000 }, () => line('{"a":3}')));
    read(new Map([['s', owner]]), [small, large, small]);
    expect([owner.rows.length, owner.inLane]).to.deep.equal([40_004, 3]);
  });

  it('makes the rows of the walk, of several streams in any blocks', () => {
    let [taken, inLane] = [0, 0];
    const law = fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const streams = Array.from({ length: 1 + random.below(5) }, (_, i) => steadyStream(seed + i));
      const owners = (): Map<string, Owner> =>
        new Map(streams.map(({ columns, kind }, i) => [`s${i}`, new Owner(columns, kind)]));
      const lines = Array.from({ length: 600 }, () => {
        const i = random.below(streams.length);
        const text = streams[i]?.line().toString('latin1') ?? '';
        return Buffer.from(`${text.replace(/("stream"\s*:\s*)"s"/, `$1"s${i}"`)}\n`, 'latin1');
      });
      const blocks: Buffer[] = [];
      for (let at = 0; at < lines.length;) {
        const end = at + 1 + random.below(random.of([1, 20, 400]));
        // The walk declines times that end with the block.
        blocks.push(
          Buffer.concat([
            ...lines.slice(at, end),
            blockOf(`{"type":"STATE","value":{"n":${at}}}`.padEnd(64)),
          ]),
        );
        at = end;
      }
      const [withLane, withoutLane] = [owners(), owners()];
      expect(read(withLane, blocks)).to.deep.equal(read(withoutLane, blocks, false));
      for (const [name, owner] of withLane) {
        expect(owner.rows).to.deep.equal(withoutLane.get(name)?.rows);
        expect(owner.measured).to.deep.equal(withoutLane.get(name)?.measured);
        taken += owner.rows.length;
        inLane += owner.inLane;
      }
    });
    fc.assert(law, { numRuns: 100 });
    expect(inLane / taken).to.be.above(0.3);
  }).timeout(120_000);
});
