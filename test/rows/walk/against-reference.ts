/** Takes lines in the lane, by walking and by the reference encoder, and says where they differ. */
import { isUtf8 } from 'node:buffer';
import { LF } from '../../../src/protocol/bytes.ts';
import { Envelope, type Frame } from '../../../src/protocol/envelope.ts';
import type { RecordMessage } from '../../../src/protocol/message.ts';
import { parseSinger } from '../../../src/protocol/singer.ts';
import { encodeRows } from '../../../src/rows/csv.ts';
import type { BatchFacts } from '../../../src/rows/batch-facts.ts';
import { RecordEncoder, type Row } from '../../../src/rows/encoder.ts';
import { KeyHashes } from '../../../src/rows/key-hashes.ts';
import { Token, type Cell, type Losses } from '../../../src/rows/values.ts';
import { SINGER_RULES, type RecordRules } from '../../../src/rows/rules.ts';
import { Lane, type LaneBatch, type LaneOwner, type LaneRows } from '../../../src/rows/lane/lane.ts';
import { openMachine, type Machine } from '../../../src/rows/lane/machine.ts';
import type { Tenant } from '../../../src/rows/tenant.ts';
import { createWalk, type RowWalk } from '../../../src/rows/walk/row-walk.ts';
import { slabOf, Tape } from '../../../src/rows/walk/tape.ts';
import type { Column } from '../../../src/table/types.ts';

const SENTINEL = 'N-0';

export interface Rows {
  readonly columns: readonly Column[];
  /** Rows end with their ordinal and this kind; undefined for rows without. */
  readonly kind?: number | undefined;
  /** The tenant that every record must belong to. */
  readonly tenant?: Tenant;
}

/** How the lines of a protocol are taken, in both ways. */
export interface Lines {
  readonly rules: RecordRules;
  readonly frame: Frame;
  /** Where the record of a line of stream `s` begins; -1 when it is declined. */
  open(source: Buffer, at: number, end: number): number;
  /** Undefined for what is no record. May throw. */
  parse(line: Buffer): RecordMessage | undefined;
}

function singerLines(): Lines {
  const frame = new Envelope();
  return {
    rules: SINGER_RULES,
    frame,
    open: (source, at) => {
      const recordAt = frame.open(source, at);
      return frame.stream === 's' ? recordAt : -1;
    },
    parse: (line) => {
      const message = parseSinger(line, 2);
      return message?.type === 'record' ? message : undefined;
    },
  };
}

const TIMES = {
  batchSeed: '0123456789abcdef',
  now: 1_700_000_000_123,
  batchOpenedAt: 1_700_000_000_000,
  syncStartedAt: 1_600_000_000_000,
};

const ROOM = { take: () => true, give: () => undefined };

/** Holds one row at a time, of whichever walk. */
const SLAB = slabOf(Buffer.alloc(16 * 1024 * 1024));

/** One for all, because each holds address space. A new lane forgets what was in it. */
const MACHINE = openMachine();
if (!MACHINE) throw new Error('this machine has no SIMD for WebAssembly');

/** How many rows the lane writes in one call at most, so that calls end everywhere. */
const MOST_ROWS = [1, 2, 7, 100];

/** One of the two ways, with what it measures. */
class Side {
  readonly facts: BatchFacts;
  readonly unknown: string[] = [];
  readonly encoder: RecordEncoder;

  constructor({ columns, tenant }: Rows, rules: RecordRules) {
    this.facts = {
      seed: TIMES.batchSeed,
      openedAt: TIMES.batchOpenedAt,
      maxBytes: columns.map(() => 0),
      nulls: columns.map(() => false),
      outgrown: columns.map(() => false),
      keyHashes: undefined,
    };
    this.encoder = new RecordEncoder({
      columns,
      rules,
      tenant,
      nullsInvalid: rules.shortensRows,
      now: () => TIMES.now,
      syncStartedAt: TIMES.syncStartedAt,
      onUnknownProperty: (name) => this.unknown.push(name),
    });
  }

  get measured(): { facts: BatchFacts; unknown: readonly string[]; losses: Losses } {
    return { facts: this.facts, unknown: [...this.unknown].sort(), losses: this.encoder.losses };
  }
}

export class AgainstReference implements LaneOwner {
  readonly walked: Side;
  readonly reference: Side;
  readonly #walk: RowWalk;
  readonly #rows: Rows;
  readonly #lines: Lines;
  readonly #tape = new Tape();
  readonly #lane: Lane<AgainstReference> | undefined;
  /** The rows that the lane wrote last. */
  #laneRows: readonly string[] = [];
  /** The keys of those rows. */
  #laneKeys: (KeyHashes | undefined)[] = [];
  #calls = 0;
  /** Lines that the lane took. */
  inLane = 0;
  #ordinal = 0;
  /** Has the key of the row that the walk made last. */
  #keyHashes: KeyHashes | undefined;

  /** Without a lane, the walk takes all lines. */
  constructor(rows: Rows, lines = singerLines(), hasLane = false) {
    const { columns, kind, tenant } = rows;
    const { rules } = lines;
    this.#rows = rows;
    this.#lines = lines;
    this.walked = new Side(rows, rules);
    this.reference = new Side(rows, rules);
    const walk = createWalk({
      columns,
      encoder: this.walked.encoder,
      rules,
      sentinel: SENTINEL,
      kind,
      tenant,
    });
    if (!walk) throw new Error('these columns cannot be walked');
    this.#walk = walk;
    this.#lane = hasLane ? new Lane<AgainstReference>(MACHINE as Machine) : undefined;
  }

  get walk(): RowWalk {
    return this.#walk;
  }

  begin({ version, timeAt }: Pick<Frame, 'version' | 'timeAt'>): LaneBatch {
    return {
      facts: { ...TIMES, version, timeAt, emittedAt: 0, ordinal: this.#ordinal },
      rowsLeft: MOST_ROWS[this.#calls % MOST_ROWS.length] as number,
      bytesLeft: this.#calls % 5 === 0 ? 1 : 1_000_000,
      measured: { ...this.walked.facts, keyHashes: KeyHashes.of(this.#rows.columns, ROOM) },
    };
  }

  took(rows: LaneRows): void {
    const numbers = Array.from({ length: rows.count }, (_, i) => i);
    const csv = Buffer.from(rows.csv);
    this.#laneRows = numbers.map((i) => csv.toString('utf8', i === 0 ? 0 : rows.end(i - 1), rows.end(i)));
    this.#laneKeys = numbers.map((i) => {
      const keys = KeyHashes.of(this.#rows.columns, ROOM);
      if (keys) rows.hashKey(i, keys);
      return keys;
    });
    this.#walk.measure(rows.measures, this.walked.facts);
    this.inLane += rows.count;
  }

  /** The lines of a block, each with the CSV that the lane or the walk makes of it; undefined where they decline. */
  *rows(block: Buffer): Generator<readonly [Buffer, string | undefined]> {
    this.#tape.read(block);
    this.#lane?.read(isUtf8(block) ? block : undefined);
    for (let at = 0; at < block.length;) {
      for (const [line, row] of this.#inLane(block, at)) {
        yield [line, row];
        at += line.length + 1;
      }
      if (at === block.length) return;
      if (this.#lane?.hasDeclined === false) continue;
      const end = block.indexOf(LF, at);
      const line = block.subarray(at, end);
      yield [line, isUtf8(line) ? this.#line(at, end) : undefined];
      at = end + 1;
    }
  }

  *#inLane(block: Buffer, at: number): Generator<readonly [Buffer, string]> {
    this.#calls++;
    this.#laneRows = [];
    const to = this.#lane?.take(at) ?? at;
    for (const [i, row] of this.#laneRows.entries()) {
      const end = block.indexOf(LF, at);
      this.#keyHashes = this.#laneKeys[i];
      this.#ordinal++;
      yield [block.subarray(at, end), row];
      at = end + 1;
    }
    if (at !== to) throw new Error(`the lane wrote ${this.#laneRows.length} rows and stopped elsewhere`);
  }

  /** Whether both ways take the row of this line, which the walk took last, for the same key. */
  #isSameKey(cells: readonly Cell[]): boolean {
    const keyHashes = this.#keyHashes;
    if (!keyHashes) return true;
    keyHashes.addCells(cells.filter((_, i) => this.#rows.columns[i]?.isKey === true));
    return !keyHashes.close();
  }

  /** The CSV that the reference makes of a line; undefined when it refuses it or when the row is special. */
  expected(line: Buffer): string | undefined {
    let message;
    try {
      message = this.#lines.parse(line);
    } catch {
      return undefined;
    }
    if (!message) return undefined;
    const origin = { line: 2, bytes: line };
    // The walk has counted the record already.
    const row = this.reference.encoder.encode(message, origin, this.reference.facts, this.#ordinal - 1);
    if (row.kind !== 'row' || row.deletion !== undefined) return undefined;
    return this.#isSameKey(row.cells) ? this.#csv(row) : 'another key';
  }

  #line(at: number, end: number): string | undefined {
    const [walk, tape, { frame }] = [this.#walk, this.#tape, this.#lines];
    const recordAt = this.#lines.open(tape.source, at, end);
    if (recordAt === -1) return undefined;
    const room = walk.room(end - at);
    tape.writeInto(SLAB, 0);
    // Whatever is written beyond the room was not asked for.
    SLAB.bytes.fill(0xee, room, room + 64);
    const recordEnd = walk.record(tape, recordAt);
    if (recordEnd === -1 || !frame.close(tape.source, recordEnd, end)) return undefined;
    const { version, timeAt, emittedAt = 0 } = frame;
    if (!walk.complete({ ...TIMES, version, timeAt, emittedAt, ordinal: this.#ordinal })) return undefined;
    this.#keyHashes = KeyHashes.of(this.#rows.columns, ROOM);
    walk.countRow({ ...this.walked.facts, keyHashes: this.#keyHashes });
    if (tape.to > room || !SLAB.bytes.subarray(room, room + 64).every((byte) => byte === 0xee)) {
      throw new Error(`${tape.to} bytes were written, and room was asked for ${room}`);
    }
    this.#ordinal++;
    this.#lane?.walked(this, frame);
    return SLAB.bytes.toString('utf8', 0, tape.to);
  }

  #csv({ cells }: Row): string {
    const { kind } = this.#rows;
    const ending = kind === undefined ? [] : [this.#ordinal - 1, kind];
    const row = [...cells, ...ending.map((number) => new Token(String(number)))];
    return encodeRows([row], SENTINEL).toString();
  }
}
