/** Takes lines by walking and by the reference encoder, and says where the two differ. */
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

export class AgainstReference {
  readonly walked: Side;
  readonly reference: Side;
  readonly #walk: RowWalk;
  readonly #rows: Rows;
  readonly #lines: Lines;
  readonly #tape = new Tape();
  #ordinal = 0;
  /** Has the key of the row that the walk made last. */
  #keyHashes: KeyHashes | undefined;

  constructor(rows: Rows, lines = singerLines()) {
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
  }

  /** The lines of a block, each with the CSV that the walk makes of it; undefined where it declines. */
  *walk(block: Buffer): Generator<readonly [Buffer, string | undefined]> {
    this.#tape.read(block);
    for (let at = 0; at < block.length;) {
      const end = block.indexOf(LF, at);
      const line = block.subarray(at, end);
      yield [line, isUtf8(line) ? this.#line(at, end) : undefined];
      at = end + 1;
    }
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
    return SLAB.bytes.toString('utf8', 0, tape.to);
  }

  #csv({ cells }: Row): string {
    const { kind } = this.#rows;
    const ending = kind === undefined ? [] : [this.#ordinal - 1, kind];
    const row = [...cells, ...ending.map((number) => new Token(String(number)))];
    return encodeRows([row], SENTINEL).toString();
  }
}
