/** Takes lines by walking and by the reference encoder, and says where the two differ. */
import { LF } from '../../../src/protocol/bytes.ts';
import { Envelope } from '../../../src/protocol/envelope.ts';
import { parseSinger } from '../../../src/protocol/singer.ts';
import { encodeRows } from '../../../src/rows/csv.ts';
import { RecordEncoder, type BatchFacts, type Row } from '../../../src/rows/encoder.ts';
import { Token, type Losses } from '../../../src/rows/values.ts';
import { createWalk, type RowWalk } from '../../../src/rows/walk/row-walk.ts';
import { slabOf, Tape } from '../../../src/rows/walk/tape.ts';
import { isUtf8 } from 'node:buffer';
import type { Column } from '../../../src/table/types.ts';

export const SENTINEL = 'N-0';

export interface Rows {
  readonly columns: readonly Column[];
  /** Rows end with their ordinal and this kind; undefined for rows without. */
  readonly kind?: number | undefined;
}

const TIMES = {
  batchSeed: '0123456789abcdef',
  emittedAt: 0,
  now: 1_700_000_000_123,
  batchOpenedAt: 1_700_000_000_000,
  syncStartedAt: 1_600_000_000_000,
};

/** One of the two ways, with what it measures. */
class Side {
  readonly facts: BatchFacts;
  readonly unknown: string[] = [];
  readonly encoder: RecordEncoder;

  constructor(columns: readonly Column[]) {
    this.facts = {
      seed: TIMES.batchSeed,
      openedAt: TIMES.batchOpenedAt,
      maxBytes: columns.map(() => 0),
      nulls: columns.map(() => false),
      outgrown: columns.map(() => false),
    };
    this.encoder = new RecordEncoder({
      columns,
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
  readonly #envelope = new Envelope();
  readonly #tape = new Tape();
  readonly #slab = slabOf(Buffer.alloc(16 * 1024 * 1024));
  #ordinal = 0;

  constructor(rows: Rows) {
    const { columns, kind } = rows;
    this.#rows = rows;
    this.walked = new Side(columns);
    this.reference = new Side(columns);
    const walk = createWalk({
      columns,
      encoder: this.walked.encoder,
      sentinel: SENTINEL,
      kind,
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

  /** The CSV that the reference makes of a line; undefined when it refuses it or when the row is special. */
  expected(line: Buffer): string | undefined {
    let message;
    try {
      message = parseSinger(line, 2);
    } catch {
      return undefined;
    }
    if (message?.type !== 'record') return undefined;
    const row = this.reference.encoder.encode(message, { line: 2, bytes: line }, this.reference.facts);
    if (row.kind !== 'row' || row.deletion !== undefined) return undefined;
    return this.#csv(row);
  }

  #line(at: number, end: number): string | undefined {
    const [walk, tape, envelope] = [this.#walk, this.#tape, this.#envelope];
    const recordAt = envelope.open(tape.source, at);
    if (recordAt === -1 || envelope.stream !== 's') return undefined;
    const room = walk.room(end - at);
    tape.writeInto(this.#slab, 0);
    // Whatever is written beyond the room was not asked for.
    this.#slab.bytes.fill(0xee, room, room + 64);
    const recordEnd = walk.record(tape, recordAt);
    if (recordEnd === -1 || !envelope.close(tape.source, recordEnd, end)) return undefined;
    const { version, timeAt } = envelope;
    if (!walk.complete({ ...TIMES, version, timeAt, ordinal: this.#ordinal })) return undefined;
    walk.commit(this.walked.facts);
    if (tape.to > room || !this.#slab.bytes.subarray(room, room + 64).every((byte) => byte === 0xee)) {
      throw new Error(`${tape.to} bytes were written, and room was asked for ${room}`);
    }
    this.#ordinal++;
    return this.#slab.bytes.toString('utf8', 0, tape.to);
  }

  #csv({ cells }: Row): string {
    const { kind } = this.#rows;
    const ending = kind === undefined ? [] : [this.#ordinal - 1, kind];
    const row = [...cells, ...ending.map((number) => new Token(String(number)))];
    return encodeRows([row], SENTINEL).toString();
  }
}
