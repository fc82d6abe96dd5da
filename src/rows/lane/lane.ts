/**
 * The lane beside the walk. Its module of WebAssembly takes as many lines of a block as look like earlier ones, sixteen bytes at a
 * time, and writes their rows. The first line that differs is left to the walk, from which the lane learns how lines look. It
 * writes the same bytes as the reference encoder, or declines.
 */
import { isSameTemplate, type Frame, type Template } from '../../protocol/envelope.ts';
import type { BatchFacts } from '../batch-facts.ts';
import type { KeyHashes } from '../key-hashes.ts';
import type { RecordFacts, SharedCell } from '../walk/metadata-cells.ts';
import type { Measures } from '../walk/outline.ts';
import type { RowWalk } from '../walk/row-walk.ts';
import { slabOf, Tape, type Slab } from '../walk/tape.ts';
import { Credit } from './credit.ts';
import * as L from './layout.ts';
import type { Host, Machine } from './machine.ts';
import { ProgramMemory, setMetadata } from './program.ts';

/** The batch that rows of a stream go to. */
export interface LaneBatch {
  readonly facts: RecordFacts;
  /** How many more rows and bytes it takes. */
  readonly rowsLeft: number;
  readonly bytesLeft: number;
  readonly measured: BatchFacts;
}

/** A stream, for the lane. */
export interface LaneOwner {
  /** Of its current columns; undefined if its lines are not walked. */
  readonly walk: RowWalk | undefined;
  /** Opens its batch if necessary. Undefined if its lines have to be walked, which come with this version. */
  begin(frame: Pick<Frame, 'version' | 'timeAt'>): LaneBatch | undefined;
  /** Rows were written. They are valid until this returns. */
  took(rows: LaneRows): void;
}

/** Consecutive rows of one stream. Offsets are in `csv`. */
export interface LaneRows {
  readonly version: string | undefined;
  readonly count: number;
  readonly csv: Buffer;
  readonly measures: Measures;
  /** Where a row ends. */
  end(row: number): number;
  /** Adds the key of a row. */
  hashKey(row: number, keys: KeyHashes): void;
}

/** What the lane knows of a stream. */
interface Entry<O> {
  readonly owner: O;
  readonly credit: Credit;
  /** Its address; 0 for none. */
  program: number;
  walk: RowWalk | undefined;
  template: Template | undefined;
  /** How much was known of the members when the program was written. */
  learned: number;
  metadata: readonly SharedCell[];
  /** What the metadata depends on. */
  now: number;
  seed: string;
  batch: LaneBatch | undefined;
}

/** How often the programs may use up their memory, until no more are written. */
const MAX_CLEARINGS = 16;

const LF = 0x0a;

export class Lane<O extends LaneOwner> implements Host {
  readonly #machine: Machine;
  readonly #memory: ProgramMemory;
  readonly #entries = new Map<O, Entry<O>>();
  readonly #byProgram = new Map<number, Entry<O>>();
  /** Over the memory of the lane. */
  readonly #tape = new Tape();
  readonly #slab: Slab;
  readonly #scratch = new Tape();
  #block: Buffer | undefined;
  #isCopied = false;
  #hasDeclined = true;
  #clearings = 0;
  /** How many lines of each stream the last call took, in the order of their first ones. */
  readonly taken: { owner: O; rows: number }[] = [];

  /** The machine belongs to this lane from now on. */
  constructor(machine: Machine) {
    this.#machine = machine;
    this.#memory = new ProgramMemory(machine);
    this.#slab = slabOf(machine.bytes);
    this.#tape.read(machine.bytes);
    this.#scratch.writeInto(slabOf(Buffer.alloc(64 * 1024)), 0);
    machine.use(this);
    machine.calls.forget(0);
  }

  /** Lines are taken from this block from now on, which is UTF-8; undefined: no lines. */
  read(block: Buffer | undefined): void {
    this.#block = block && block.length <= L.IN_BYTES ? block : undefined;
    this.#isCopied = false;
  }

  /** Takes lines of the block from `at` on. Returns where the first line begins that it did not take. */
  take(at: number): number {
    this.taken.length = 0;
    const block = this.#block;
    this.#hasDeclined = true;
    if (!block || this.#byProgram.size === 0) return at;
    if (!this.#isCopied) this.#copy(block);
    const { calls } = this.#machine;
    const end = calls.take(L.IN + at, L.IN + block.length) - L.IN;
    if (end !== at) this.#give();
    this.#hasDeclined = this.#machine.hasDeclined;
    return end;
  }

  /** Whether the line at which the last call stopped has to be walked. Otherwise the batch of a stream is full, or the block ends. */
  get hasDeclined(): boolean {
    return this.#hasDeclined;
  }

  #copy(block: Buffer): void {
    this.#machine.bytes.set(block, L.IN);
    this.#machine.bytes.fill(LF, L.IN + block.length, L.IN + block.length + L.SLACK_BYTES);
    this.#isCopied = true;
  }

  /** Gives the rows of the last call to their streams. */
  #give(): void {
    const machine = this.#machine;
    const { touched } = machine;
    const area = touched > 1 ? L.SORTED : L.OUT;
    for (let i = 0; i < touched; i++) {
      const program = machine.word(L.TOUCHED + i * 4);
      const count = machine.word(program + L.P_ROWS);
      const entry = this.#byProgram.get(program);
      if (count === 0 || !entry) continue;
      const rows = new Rows(machine, { program, count, area }, entry.template?.version);
      entry.owner.took(rows);
      entry.credit.taken(count);
      this.taken.push({ owner: entry.owner, rows: count });
    }
  }

  /** The walk took a line of the stream that the lane had left to it. */
  walked(owner: O, frame: Frame): void {
    // Not a line that it could have taken.
    if (!this.#block) return;
    const entry = this.#entries.get(owner) ?? this.#enter(owner);
    if (!entry.credit.declined()) {
      if (entry.program !== 0) this.#machine.setWord(entry.program + L.P_IS_OFF, 1);
      return;
    }
    const template = frame.template();
    if (!template || !owner.walk) return;
    if (entry.program !== 0) this.#machine.setWord(entry.program + L.P_IS_OFF, 0);
    if (this.#isUpToDate(entry, template)) return;
    entry.credit.rewritten();
    this.#write(entry, template);
  }

  #enter(owner: O): Entry<O> {
    const entry: Entry<O> = {
      owner,
      credit: new Credit(),
      program: 0,
      walk: undefined,
      template: undefined,
      learned: -1,
      metadata: [],
      now: NaN,
      seed: '',
      batch: undefined,
    };
    this.#entries.set(owner, entry);
    return entry;
  }

  #isUpToDate({ program, walk, template, learned, owner }: Entry<O>, next: Template): boolean {
    return (
      program !== 0 &&
      walk === owner.walk &&
      learned === walk?.outline.members.learned &&
      template !== undefined &&
      isSameTemplate(template, next)
    );
  }

  #write(entry: Entry<O>, template: Template): void {
    const { walk } = entry.owner;
    this.#byProgram.delete(entry.program);
    entry.program = 0;
    entry.walk = walk;
    entry.template = template;
    entry.learned = walk?.outline.members.learned ?? -1;
    const batch = walk && entry.owner.begin(frameOf(template));
    const metadata = batch && walk.sharedCells(this.#scratched(), batch.facts);
    if (metadata && this.#clearings < MAX_CLEARINGS) {
      const input = { outline: walk.outline, template, metadata };
      const program = this.#memory.write(input) ?? this.#clear().write(input);
      if (program !== undefined) {
        entry.program = program;
        entry.metadata = metadata;
        entry.now = NaN;
        this.#byProgram.set(program, entry);
      }
    }
    this.#link();
  }

  /** Forgets all programs, to have memory for new ones. */
  #clear(): ProgramMemory {
    this.#clearings++;
    for (const entry of this.#byProgram.values()) entry.program = 0;
    this.#byProgram.clear();
    this.#memory.clear();
    return this.#memory;
  }

  /** Tells the module of all programs. */
  #link(): void {
    const programs = [...this.#byProgram];
    const heads = programs.map(([, { template }]) => template?.head ?? Buffer.alloc(0));
    this.#machine.calls.forget(commonBytes(heads));
    for (const [program] of programs) {
      this.#machine.setWord(program + L.P_NEXT, 0);
      this.#machine.calls.add(program);
    }
  }

  #scratched(): Tape {
    this.#scratch.to = 0;
    return this.#scratch;
  }

  ready(program: number): boolean {
    const entry = this.#byProgram.get(program);
    const { owner, walk, template } = entry ?? {};
    if (!entry || !owner || !walk || !template || owner.walk !== walk) return false;
    const batch = owner.begin(frameOf(template));
    if (!batch || !this.#setMetadata(entry, walk, batch)) return false;
    entry.batch = batch;
    const machine = this.#machine;
    machine.doubles[(program + L.P_ORDINAL) >> 3] = batch.facts.ordinal;
    machine.setWord(program + L.P_ROWS_LEFT, atMost(batch.rowsLeft));
    machine.setWord(program + L.P_BYTES_LEFT, atMost(batch.bytesLeft));
    const hasKeys = batch.measured.keyHashes?.isOpen === true;
    machine.setWord(program + L.P_KEY_COUNT, hasKeys ? walk.outline.keys.length : 0);
    return true;
  }

  /** Writes the metadata cells again if something changed that they depend on. Returns false if they are different in each row. */
  #setMetadata(entry: Entry<O>, walk: RowWalk, { facts }: LaneBatch): boolean {
    if (entry.metadata.length === 0) return true;
    if (entry.now === facts.now && entry.seed === facts.batchSeed) return true;
    const cells = walk.sharedCells(this.#scratched(), facts);
    if (!cells) return false;
    entry.now = facts.now;
    entry.seed = facts.batchSeed;
    return setMetadata(this.#machine, this.#machine.word(entry.program + L.P_METADATA), cells);
  }

  keepOthers(program: number): void {
    const { walk, batch } = this.#byProgram.get(program) ?? {};
    if (batch) walk?.countOthers(batch.measured);
  }

  // eslint-disable-next-line max-params -- called by the module, see Host
  other(program: number, column: number, at: number, to: number, isFirst: boolean): number {
    const { walk } = this.#byProgram.get(program) ?? {};
    if (!walk) return 0;
    const tape = this.#tape;
    tape.writeInto(this.#slab, to);
    const end = walk.other(tape, at, column, isFirst);
    if (end === -1) return 0;
    this.#machine.calls.cellWritten(tape.to, tape.width);
    return end;
  }
}

/** Of rows and bytes: more are never written in one call. */
const MAX_LEFT = 2 ** 30;

/** One row is always written. */
function atMost(left: number): number {
  return Math.max(Math.min(left, MAX_LEFT), 1);
}

/** What the lines of a template have in common with each other. */
function frameOf({ hole, version }: Template): Pick<Frame, 'version' | 'timeAt'> {
  return { version, timeAt: hole === 'time' ? 0 : -1 };
}

/** How many bytes all of them begin with. */
function commonBytes([first = Buffer.alloc(0), ...others]: readonly Buffer[]): number {
  if (others.length === 0) return 0;
  let common = first.length;
  for (const other of others) {
    let at = 0;
    while (at < common && other[at] === first[at]) at++;
    common = at;
  }
  return common;
}

/** Rows in the memory of the lane. */
class Rows implements LaneRows {
  readonly count: number;
  readonly version: string | undefined;
  readonly #machine: Machine;
  readonly #program: number;
  /** Where the rows of all programs begin, and the first of this one. */
  readonly #start: number;
  readonly #first: number;

  constructor(
    machine: Machine,
    { program, count, area }: { readonly program: number; readonly count: number; readonly area: number },
    version: string | undefined,
  ) {
    this.#machine = machine;
    this.#program = program;
    this.#first = machine.word(program + L.P_FIRST_ROW);
    this.#start = area + machine.word(this.#first + L.ROW_START);
    this.count = count;
    this.version = version;
  }

  get csv(): Buffer {
    return this.#machine.bytes.subarray(this.#start, this.#start + this.end(this.count - 1));
  }

  get measures(): Measures {
    const { words } = this.#machine;
    const columns = this.#machine.word(this.#program + L.P_COLUMNS);
    const listAt = (field: number): Int32Array => {
      const at = this.#machine.word(this.#program + field) >> 2;
      return words.subarray(at, at + columns);
    };
    return { widest: listAt(L.P_WIDEST), narrowest: listAt(L.P_NARROWEST) };
  }

  end(row: number): number {
    const first = this.#machine.word(this.#first + L.ROW_START);
    return this.#machine.word(this.#record(row) + L.ROW_END) - first;
  }

  hashKey(row: number, keys: KeyHashes): void {
    const machine = this.#machine;
    const start = this.#start + (row === 0 ? 0 : this.end(row - 1));
    const count = machine.word(this.#program + L.P_KEY_COUNT);
    const pairs = machine.word(this.#record(row) + L.ROW_KEYS);
    keys.begin();
    for (let i = 0; i < count; i++) {
      const pair = pairs + i * 8;
      keys.mix(machine.bytes, start + machine.word(pair), start + machine.word(pair + 4));
    }
    keys.end();
  }

  #record(row: number): number {
    return this.#first + row * L.ROW_RECORD_BYTES;
  }
}
