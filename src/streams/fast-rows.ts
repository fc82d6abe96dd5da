/**
 * The fast way from records to rows: the bytes of a record become the bytes of a row in the open batch, in the lane or by walking.
 * Each call is one synchronous step with the ledger.
 */
import type { Frame } from '../protocol/envelope.ts';
import type { LaneBatch, LaneOwner, LaneRows } from '../rows/lane/lane.ts';
import { PresentFacts } from '../rows/walk/metadata-cells.ts';
import type { RowWalk } from '../rows/walk/row-walk.ts';
import { DECLINED } from '../rows/walk/tape.ts';
import type { StreamContext } from './context.ts';
import { MAX_WALKED_BYTES } from './fallbacks.ts';
import type { OpenBatch } from './open-batch.ts';
import type { StreamPlan } from './plan.ts';

/** What the rows need of their stream. */
export interface RowPlace {
  readonly plan: StreamPlan | undefined;
  /** The open batch, which is opened if necessary. */
  batch(plan: StreamPlan): OpenBatch;
  /** A version shows that the table needs the versions of its rows, so other columns. */
  awaitsVersion(version: string | undefined): boolean;
  /** Records became rows. */
  counted(version: string | undefined, rows: number): void;
  /** Rows so far. */
  readonly ordinal: number;
}

/** `S` is the stream. */
export class FastRows<S> implements LaneOwner {
  readonly stream: S;
  readonly #place: RowPlace;
  readonly #context: StreamContext;
  readonly #facts: PresentFacts;

  constructor(stream: S, place: RowPlace, context: StreamContext) {
    this.stream = stream;
    this.#place = place;
    this.#context = context;
    this.#facts = new PresentFacts(context.syncStartedAt);
  }

  get walk(): RowWalk | undefined {
    return this.#place.plan?.walk;
  }

  /**
   * Walks over the record at `at` of the tape's source, in the line from `start` to the LF at `end`. Returns false if nothing was
   * added; then the line must be parsed and appended.
   */
  take(at: number, frame: Frame, start: number, end: number): boolean {
    const { plan } = this.#place;
    const bytes = end - start;
    if (!plan?.walk || bytes > MAX_WALKED_BYTES) return false;
    const { walk, kind } = plan;
    const { tape, readAt } = this.#context;
    const batch = this.#place.batch(plan);
    batch.rows.roll(tape, walk.room(bytes));
    const recordEnd = walk.record(tape, at);
    if (recordEnd === DECLINED || !frame.close(tape.source, recordEnd, end)) return false;
    if (this.#place.awaitsVersion(frame.version)) return false;
    this.#facts.take(readAt(), batch, frame, this.#place.ordinal);
    if (!walk.complete(this.#facts)) return false;
    walk.countRow(batch);
    batch.rows.written(tape);
    this.#count(batch, kind, frame.version, 1);
    return true;
  }

  begin(frame: Pick<Frame, 'version' | 'timeAt'>): LaneBatch | undefined {
    const { plan, ordinal } = this.#place;
    if (!plan || this.#place.awaitsVersion(frame.version)) return undefined;
    const { batch_size_rows, batch_size_bytes } = this.#context.config;
    const batch = this.#place.batch(plan);
    this.#facts.take(this.#context.readAt(), batch, frame, ordinal);
    return {
      facts: this.#facts,
      rowsLeft: batch_size_rows - batch.rows.rows,
      bytesLeft: batch_size_bytes - batch.rows.bytes,
      measured: batch,
    };
  }

  took(rows: LaneRows): void {
    const { plan } = this.#place;
    if (!plan?.walk) throw new Error('the lane wrote rows of a stream that is not walked');
    const { walk, kind } = plan;
    const batch = this.#place.batch(plan);
    walk.measure(rows.measures, batch);
    const { keyHashes } = batch;
    if (keyHashes)
      for (let row = 0; row < rows.count && keyHashes.isOpen; row++) rows.hashKey(row, keyHashes);
    batch.rows.add(rows);
    this.#count(batch, kind, rows.version, rows.count);
  }

  #count(batch: OpenBatch, kind: number, version: string | undefined, rows: number): void {
    batch.census[kind] = (batch.census[kind] ?? 0) + rows;
    this.#place.counted(version, rows);
  }
}
