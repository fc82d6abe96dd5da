/**
 * What the table of a stream may hold at a state and must hold at the end, from the story alone. Every record has a number,
 * `seq`, so that each row tells which record it shows.
 */
import { recordsOf, type Item, type Row, type SentRecord, type Story, type StreamPlan } from './story.ts';

/** A row of the table. */
export interface FoundRow {
  readonly seq: number;
  readonly id: number;
  readonly row: Row;
}

export interface Moment {
  /** The state that was printed last: the number of messages of the story that must be in the tables. */
  readonly at: number;
  /** Whether everything was sent and the run ended with exit code 0. */
  readonly isEnd: boolean;
  /** How many runs were given the message at a position. */
  readonly sends: (position: number) => number;
  /** Whether a row of an append may be there more than once after a crash. */
  readonly mayDouble: boolean;
}

export interface Verdict {
  readonly problems: readonly string[];
  /** Rows of an append that are there once more than they should be. */
  readonly doubled: number;
}

/** A record, or a row that is gone, in the history of a key. */
interface KeyEvent {
  readonly at: number;
  /** Undefined: the row is gone. */
  readonly shown: { readonly record: SentRecord; readonly row: Row } | undefined;
}

interface Placed {
  readonly at: number;
  readonly record: SentRecord;
}

const DELETED = '_sdc_deleted_at';

export class StreamModel {
  readonly plan: StreamPlan;
  readonly #placed: readonly Placed[];
  readonly #bySeq: ReadonlyMap<number, Placed>;
  readonly #activations: readonly { readonly at: number; readonly version: number }[];
  readonly #histories: ReadonlyMap<number, readonly KeyEvent[]>;
  /** Where the first message of the stream is. */
  readonly #begin: number;
  /** Numbers of the rejected records, with their positions. */
  readonly rejected: readonly Placed[];

  constructor(story: Story, stream: number) {
    this.plan = story.streams[stream]!;
    const all = story.items.flatMap((item, at) =>
      item.stream === stream ? recordsOf(item).map((record) => ({ at, record })) : [],
    );
    this.rejected = all.filter(({ record }) => record.isRejected);
    this.#placed = all.filter(({ record }) => !record.isRejected);
    this.#bySeq = new Map(this.#placed.map((one) => [one.record.seq, one]));
    this.#activations = story.items.flatMap((item, at) =>
      item.kind === 'activate' && item.stream === stream ? [{ at, version: item.version }] : [],
    );
    this.#begin = story.items.findIndex((item) => item.stream === stream);
    this.#histories = this.plan.hasKeys ? historiesOf(this.plan, story.items, stream) : new Map();
  }

  /** `found` is undefined for a table that does not exist. */
  judge(found: readonly FoundRow[] | undefined, moment: Moment): Verdict {
    const rows = found ?? [];
    if (this.plan.method === 'overwrite') return { problems: this.#judgeOverwrite(rows, moment), doubled: 0 };
    const isOld = rows.some(({ seq }) => seq < 0);
    if (this.plan.isRefresh && !moment.isEnd) {
      // The new rows are in another table until the stream is complete.
      if (isOld || rows.length === 0) return { problems: differences(rows, this.#before()), doubled: 0 };
    }
    return this.plan.hasKeys
      ? { problems: this.#judgeKeys(rows, moment), doubled: 0 }
      : this.#judgeAppend(rows, moment);
  }

  #before(): readonly FoundRow[] {
    return this.plan.before.map(({ seq, id, row }) => ({ seq, id, row }));
  }

  #judgeOverwrite(rows: readonly FoundRow[], { at, isEnd }: Moment): readonly string[] {
    const all = this.plan.hasKeys
      ? [...this.#histories.values()].map((events) => events.at(-1)!.shown!)
      : this.#placed.map(({ record }) => ({ record, row: record.row }));
    const complete = all.map(({ record: { seq, id }, row }) => ({ seq, id, row }));
    const problems = differences(rows, complete);
    if (problems.length === 0 || isEnd || at > this.#begin) return problems;
    return differences(rows, this.#before()).length === 0 ? [] : problems;
  }

  #judgeAppend(rows: readonly FoundRow[], { at, isEnd, sends, mayDouble }: Moment): Verdict {
    const problems: string[] = [];
    const counts = new Map<number, number>();
    const goneBefore = versionAt(this.#activations, at);
    const goneEver = versionAt(this.#activations, Infinity);
    for (const { seq, row } of rows) {
      counts.set(seq, (counts.get(seq) ?? 0) + 1);
      const placed = this.#bySeq.get(seq);
      if (!placed) problems.push(`a row shows record ${seq}, which has no row`);
      else {
        problems.push(...differingColumns(placed.record, row, placed.record.row));
        if (placed.record.version < goneBefore)
          problems.push(`record ${seq} is of version ${placed.record.version}, which is gone`);
      }
    }
    let doubled = 0;
    for (const { at: position, record } of this.#placed) {
      const count = counts.get(record.seq) ?? 0;
      const isNeeded = (isEnd || position < at) && record.version >= goneEver;
      if (count === 0 && isNeeded) problems.push(lost(record, position, at));
      const most = mayDouble ? sends(position) : Math.min(sends(position), 1);
      if (count > most)
        problems.push(`record ${record.seq} is there ${count} times, but was sent ${most} times`);
      doubled += Math.max(count - 1, 0);
    }
    return { problems, doubled };
  }

  #judgeKeys(rows: readonly FoundRow[], moment: Moment): readonly string[] {
    const problems: string[] = [];
    const byId = new Map<number, FoundRow>();
    for (const found of rows) {
      if (byId.has(found.id)) problems.push(`the key ${found.id} is there twice`);
      byId.set(found.id, found);
      if (!this.#histories.has(found.id)) problems.push(`the key ${found.id} was never sent`);
    }
    for (const [id, events] of this.#histories)
      problems.push(...this.#judgeKey(byId.get(id), events, moment));
    return problems;
  }

  #judgeKey(found: FoundRow | undefined, events: readonly KeyEvent[], moment: Moment): readonly string[] {
    const { at, isEnd, sends } = moment;
    const settled = events.filter((event) => isEnd || event.at < at).at(-1);
    const possible = isEnd
      ? [settled!]
      : [...(settled ? [settled] : []), ...events.filter((event) => event.at >= at)];
    if (!found) {
      if (!settled?.shown || possible.some(({ shown }) => !shown)) return [];
      return [lost(settled.shown.record, settled.at, at)];
    }
    const placed = this.#bySeq.get(found.seq);
    if (!placed) return [`the key ${found.id} shows record ${found.seq}, which has no row`];
    if (sends(placed.at) === 0)
      return [`the key ${found.id} shows record ${found.seq}, which was not sent yet`];
    const fitting = possible.filter(({ shown }) => shown?.record.seq === found.seq);
    if (fitting.length === 0)
      return [`the key ${found.id} shows record ${found.seq}; possible: ${possible.map(nameOf).join()}`];
    const all = fitting.map(({ shown }) => this.#differences(shown!, found, events, isEnd));
    return all.find((one) => one.length === 0) ?? all[0]!;
  }

  /** Before the end, a column that the record does not declare may show any record of its key. */
  #differences(
    { record, row }: NonNullable<KeyEvent['shown']>,
    found: FoundRow,
    events: readonly KeyEvent[],
    isEnd: boolean,
  ): readonly string[] {
    // An activation that waits for the first load of its version may leave a row that this load updates.
    const { isHard, hasVersions } = this.plan;
    if (isEnd && !(isHard && hasVersions)) return differingColumns(record, found.row, row);
    const expected = new Map(row);
    for (const name of new Set([...found.row.keys(), ...row.keys()])) {
      if (record.columns.includes(name)) continue;
      const value = found.row.get(name);
      const isOfKey = events.some(({ shown }) => shown?.record.row.get(name) === value);
      if (value === undefined) expected.delete(name);
      else if (isOfKey) expected.set(name, value);
    }
    return differingColumns(record, found.row, expected);
  }
}

/** What becomes of each key, in the order of the messages. */
function historiesOf(
  { method, isHard }: StreamPlan,
  items: readonly Item[],
  stream: number,
): ReadonlyMap<number, readonly KeyEvent[]> {
  const histories = new Map<number, KeyEvent[]>();
  const shownOf = (id: number): KeyEvent['shown'] => histories.get(id)?.at(-1)?.shown;
  const add = (id: number, event: KeyEvent): void => {
    const events = histories.get(id);
    if (events) events.push(event);
    else histories.set(id, [event]);
  };
  items.forEach((item, at) => {
    if (item.stream !== stream) return;
    if (item.kind === 'activate') {
      for (const id of histories.keys()) {
        const shown = shownOf(id);
        if (!shown || shown.record.version >= item.version) continue;
        const row = new Map([...shown.row, [DELETED, 'set']]);
        add(id, { at, shown: isHard ? undefined : { record: shown.record, row } });
      }
    }
    for (const record of recordsOf(item)) {
      const shown = shownOf(record.id);
      if (record.isRejected || (method === 'insert-only' && shown)) continue;
      if (isHard && record.isDeletion) add(record.id, { at, shown: undefined });
      else add(record.id, { at, shown: { record, row: over(shown?.row, record) } });
    }
  });
  return histories;
}

/** A record replaces the columns that its schema declares. */
function over(row: Row | undefined, record: SentRecord): Row {
  const kept = [...(row ?? [])].filter(([name]) => !record.columns.includes(name));
  return new Map([...kept, ...record.row]);
}

/** Rows of smaller versions are gone. */
function versionAt(activations: readonly { at: number; version: number }[], at: number): number {
  return Math.max(0, ...activations.filter((one) => one.at < at).map(({ version }) => version));
}

function lost({ seq, id }: SentRecord, position: number, at: number): string {
  return `record ${seq} (id ${id}, message ${position}) has no row at state ${at}`;
}

function nameOf({ shown }: KeyEvent): string {
  return shown ? String(shown.record.seq) : 'no row';
}

function differingColumns({ seq }: { readonly seq: number }, found: Row, expected: Row): readonly string[] {
  const names = [...new Set([...found.keys(), ...expected.keys()])];
  return names
    .filter((name) => found.get(name) !== expected.get(name))
    .map(
      (name) => `record ${seq}: ${name} is ${short(found.get(name))} instead of ${short(expected.get(name))}`,
    );
}

function short(value: string | undefined): string {
  if (value === undefined) return 'NULL';
  return value.length > 60 ? `${value.slice(0, 60)}... (${value.length})` : value;
}

/** Of whole tables. */
function differences(found: readonly FoundRow[], expected: readonly FoundRow[]): readonly string[] {
  const rest = new Map<number, FoundRow[]>();
  for (const one of found) rest.set(one.seq, [...(rest.get(one.seq) ?? []), one]);
  const problems: string[] = [];
  for (const one of expected) {
    const same = rest.get(one.seq)?.shift();
    if (!same) problems.push(`record ${one.seq} (id ${one.id}) has no row`);
    else problems.push(...differingColumns(one, same.row, one.row));
  }
  for (const more of rest.values())
    for (const { seq } of more) problems.push(`a row shows record ${seq}, which should have none`);
  return problems;
}
