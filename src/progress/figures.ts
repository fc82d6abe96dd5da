/** What a run has done so far, in all and by stream: for the status line, the summary at the end and the report. */
import type { CommittedRows, LoadObserver } from '../streams/context.ts';

/** The figures of one stream. Times in milliseconds. */
export interface StreamFigures {
  readonly stream: string;
  readonly table: string;
  /** Committed loads. */
  loads: number;
  /** Committed rows, those that only a shadow table holds included. */
  rows: number;
  /** Rows that wait in a shadow table for the end of an overwrite. */
  collected: number;
  /** Rows of the table that were not there before; undefined where deletions make them uncountable. */
  inserted: number | undefined;
  /** Rows of the table that were deleted or written over. */
  replaced: number;
  /** Records of deletions. */
  deleted: number;
  /** Records that another record of their key made superfluous. */
  superseded: number;
  /** Records that were set aside. */
  rejected: number;
  /** Bytes of CSV before compression. */
  bytes: number;
  /** Time in which a batch of the stream was being loaded. */
  loadMs: number;
}

export type Waiting = 'tap' | 'memory';

export class Figures implements LoadObserver {
  readonly startedAt: number;
  /** Bytes of the input. */
  bytes = 0;
  /** Loads that are running. */
  loading = 0;
  /** What reading waits for at the moment, and since when. */
  waiting: { readonly what: Waiting; readonly since: number } | undefined;
  /** Called for each load after it was counted. */
  onCommitted: ((load: CommittedRows) => void) | undefined;
  readonly #now: () => number;
  readonly #streams = new Map<string, StreamFigures>();

  constructor(now: () => number) {
    this.#now = now;
    this.startedAt = now();
  }

  get streams(): readonly StreamFigures[] {
    return [...this.#streams.values()];
  }

  get rows(): number {
    return this.streams.reduce((sum, { rows, collected }) => sum + rows - collected, 0);
  }

  get rejected(): number {
    return this.streams.reduce((sum, { rejected }) => sum + rejected, 0);
  }

  /** Passes blocks of the input on, and counts them. */
  async *counted(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    this.#waitFor('tap');
    try {
      for await (const block of blocks) {
        this.bytes += block.length;
        this.waiting = undefined;
        yield block;
        this.#waitFor('tap');
      }
    } finally {
      this.waiting = undefined;
    }
  }

  async waitingForMemory(work: () => Promise<void>): Promise<void> {
    this.#waitFor('memory');
    await work();
    this.waiting = undefined;
  }

  loadStarted(): void {
    this.loading++;
  }

  loadEnded(): void {
    this.loading--;
  }

  committed(load: CommittedRows): void {
    const { stream, table, rows, counts, isCollected, rejected, bytes, ms } = load;
    const figures = this.#of(stream, table);
    const { inserted = rows, updated = 0, replaced = 0, deleted = 0, superseded = 0 } = counts ?? {};
    figures.loads++;
    figures.rows += rows;
    if (isCollected) figures.collected += rows;
    else if (deleted > 0) figures.inserted = undefined;
    else if (figures.inserted !== undefined) figures.inserted += Math.max(0, inserted + updated - replaced);
    figures.replaced += replaced;
    figures.deleted += deleted;
    figures.superseded += superseded;
    figures.rejected += rejected;
    figures.bytes += bytes;
    figures.loadMs += ms;
    this.onCommitted?.(load);
  }

  overwrote(stream: string, table: string, inserted: number, replaced: number | undefined): void {
    const figures = this.#of(stream, table);
    figures.collected = 0;
    figures.inserted = inserted;
    figures.replaced += replaced ?? 0;
  }

  #of(stream: string, table: string): StreamFigures {
    const known = this.#streams.get(stream);
    if (known) return known;
    const figures: StreamFigures = {
      stream,
      table,
      ...{
        loads: 0,
        rows: 0,
        collected: 0,
        inserted: 0,
        replaced: 0,
        deleted: 0,
        superseded: 0,
        rejected: 0,
      },
      ...{ bytes: 0, loadMs: 0 },
    };
    this.#streams.set(stream, figures);
    return figures;
  }

  #waitFor(what: Waiting): void {
    this.waiting = { what, since: this.#now() };
  }
}
