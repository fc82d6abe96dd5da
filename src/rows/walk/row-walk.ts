/**
 * The fast encoder: converts records to CSV rows without a JavaScript object in between. The writers of the columns walk over the
 * bytes of a record once. It declines what it does not know: a value is then written by the reference encoder, and a record is
 * encoded by it as a whole. Nothing of a declined record is counted, measured or kept.
 */
import { CLOSE_BRACE, COMMA, LF, OPEN_BRACE, skipSpace, skipValue, stands } from '../../protocol/bytes.ts';
import { JsonError, parseValue, type Json } from '../../protocol/json.ts';
import type { Column } from '../../table/types.ts';
import { measuredColumns, type BatchFacts } from '../batch-facts.ts';
import type { RecordEncoder } from '../encoder.ts';
import { isRowTooLong } from '../row-size.ts';
import { SINGER_RULES, type RecordRules } from '../rules.ts';
import type { Tenant } from '../tenant.ts';
import { addLosses, noLosses } from '../values.ts';
import { ValueError } from '../value-error.ts';
import { formOf } from './cell-form.ts';
import { describeMembers, hasForm, type Described } from './described.ts';
import type { Member, MemberTable } from './members.ts';
import { MetadataCells, type MetadataWriters, type RecordFacts, type SharedCell } from './metadata-cells.ts';
import { writeNested } from './nested.ts';
import { writeOrdinal } from './ordinal.ts';
import { addMeasures, type Measures, type Outline } from './outline.ts';
import { IS_NULL, RowCells } from './row-cells.ts';
import { DECLINED, type Tape, type Writer } from './tape.ts';
import { writerOf } from './writers.ts';

export interface WalkOptions {
  readonly columns: readonly Column[];
  /** Columns of the schema that are not loaded. */
  readonly ignored?: readonly Column[];
  /** The reference encoder. It also has the losses. */
  readonly encoder: RecordEncoder;
  readonly sentinel: string;
  readonly rules?: RecordRules;
  /** The tenant that every record must belong to. */
  readonly tenant?: Tenant | undefined;
  /** Rows end with their place in the stream and this kind, see `warehouse/row-kinds.ts`; undefined for rows without. */
  readonly kind: number | undefined;
}

/** Why a record was left to the reference encoder. */
export type Decline = 'form' | 'value' | 'repeated key' | 'deletion' | 'unknown properties' | 'tenant';

const NULL = Buffer.from('null');

/** How many bytes a number or a time may need beyond its length in JSON. */
const CELL_BYTES = 64;
const ROW_BYTES = 64;

const MAX_INT = 2 ** 31 - 1;

/** Undefined if the columns cannot be filled in one walk. */
export function createWalk(options: WalkOptions): RowWalk | undefined {
  const described = describeMembers(options);
  return described && new RowWalk(options, described);
}

export class RowWalk {
  #declined: Decline = 'form';
  readonly #encoder: RecordEncoder;
  /** The bytes after the ordinal; undefined for rows without. */
  readonly #ending: string | undefined;
  readonly #members: MemberTable;
  /** What the lane needs to know to write the same rows. */
  readonly outline: Outline;
  readonly #writers: readonly Writer[];
  readonly #cells: RowCells;
  readonly #metadata: MetadataCells | undefined;
  readonly #isKey: readonly boolean[];
  readonly #keys: readonly number[];
  /** The member that names the tenant of the record, which must be there. */
  readonly #tenant: Member | undefined;
  /** The schema has properties, and a record that has none of them is not taken. */
  readonly #refusesStrangers: boolean;
  /** Columns that hold no NULL. */
  readonly #required: readonly number[];
  /** Columns whose widths are measured. */
  readonly #measured: readonly number[];
  readonly #maxWidths: Int32Array;
  /** Columns that the row needs to grow. */
  readonly #grown = new Set<number>();
  /** Properties that no column reads and that were seen for the first time. */
  readonly #strangers: Member[] = [];
  #losses = noLosses();
  #hasLosses = false;
  /** Whether the record has a property that a column reads; undefined before its first property. */
  #isRead: boolean | undefined;
  #record = 0;

  constructor(
    { columns, ignored = [], encoder, sentinel, kind, rules = SINGER_RULES }: WalkOptions,
    { members, tenant }: Described,
  ) {
    this.#tenant = tenant;
    this.#encoder = encoder;
    this.#ending = kind === undefined ? undefined : `${kind},`;
    this.#members = members;
    const forms = columns.map(formOf);
    this.#writers = forms.map(writerOf);
    this.#cells = new RowCells(columns.length, sentinel);
    const hasMetadata = columns.some(({ source }) => source.kind === 'metadata');
    this.#metadata = hasMetadata ? new MetadataCells(columns, rules.metadata) : undefined;
    this.#refusesStrangers =
      !rules.takesStrangers && [...columns, ...ignored].some(({ source }) => source.kind === 'property');
    this.#isKey = columns.map(({ isKey }) => isKey);
    this.#keys = columns.flatMap(({ isKey }, i) => (isKey ? [i] : []));
    this.#required = columns.flatMap(({ isKey, notNull }, i) => (isKey || notNull === true ? [i] : []));
    this.#measured = measuredColumns(columns);
    this.#maxWidths = Int32Array.from(columns, ({ maxBytes }) => maxBytes ?? MAX_INT);
    this.outline = {
      members,
      tenant,
      forms,
      maxWidths: this.#maxWidths,
      keys: this.#keys,
      required: this.#required,
      sentinel,
      ending: this.#ending,
      refusesStrangers: this.#refusesStrangers,
    };
  }

  /** How many bytes of room the tape needs for a line of this many bytes. */
  room(lineBytes: number): number {
    // Every byte may be a quote, and a column may be presumed to be NULL before its value arrives.
    return lineBytes * 2 + this.#writers.length * (this.#cells.nullBytes + CELL_BYTES) + ROW_BYTES;
  }

  /** Walks over the record that begins at `at` of the tape's source. Returns where it ends, or -1 if it is declined. */
  record(tape: Tape, at: number): number {
    this.#cells.begin(tape);
    this.#declined = 'form';
    this.#record++;
    this.#isRead = undefined;
    this.#beginOthers();
    if (this.#strangers.length > 0) this.#strangers.length = 0;
    return this.#object(this.#members, at);
  }

  /** Completes the row with what is known beside its values. False when it is declined. */
  complete(facts: RecordFacts): boolean {
    const cells = this.#cells;
    if (this.#isRead === false && this.#refusesStrangers) return this.#decline('value') !== DECLINED;
    if (this.#tenant && this.#tenant.seenIn !== this.#record) return this.#decline('tenant') !== DECLINED;
    if (this.#metadata && !this.#writeMetadata(this.#metadata, facts)) return false;
    cells.complete();
    this.#metadata?.keep(facts, cells);
    for (const column of this.#required) {
      if (cells.widths[column] === IS_NULL) return this.#decline('value') !== DECLINED;
    }
    const { tape } = cells;
    if (isRowTooLong(tape.out, cells.rowStart, tape.to)) return this.#decline('value') !== DECLINED;
    if (this.#ending !== undefined) {
      writeOrdinal(tape, facts.ordinal);
      for (let i = 0; i < this.#ending.length; i++) tape.out[tape.to++] = this.#ending.charCodeAt(i);
    }
    tape.out[tape.to - 1] = LF;
    return true;
  }

  /** Counts and measures the values of the completed row. */
  countRow(facts: BatchFacts): void {
    const { keyHashes } = facts;
    const { widths } = this.#cells;
    if (keyHashes?.isOpen === true) this.#cells.hashKey(this.#keys, keyHashes);
    this.measure({ widest: widths, narrowest: widths }, facts);
    this.countOthers(facts);
    for (const member of this.#strangers) {
      this.#members.know(member);
      this.#encoder.tellUnknown(member.path);
    }
  }

  /** Measures the values of rows. */
  measure(measures: Measures, facts: BatchFacts): void {
    addMeasures(measures, this.#measured, facts);
  }

  /** Counts the values of the row that the reference encoder wrote. */
  countOthers({ outgrown }: BatchFacts): void {
    for (const i of this.#grown) outgrown[i] = true;
    if (this.#hasLosses) addLosses(this.#encoder.losses, this.#losses);
  }

  /**
   * Writes the value at `at` as the walk does, or else as the reference encoder does, as a cell of a column, or passes over it if the column is -1. For rows
   * that the lane writes; `isFirst`: of its row. Returns where the value ends, or -1.
   */
  other(tape: Tape, at: number, column: number, isFirst: boolean): number {
    if (isFirst) this.#beginOthers();
    this.#cells.begin(tape);
    if (column === -1) return this.#parsed(at, () => undefined);
    const start = tape.to;
    const end = (this.#writers[column] as Writer)(tape, at);
    if (end !== DECLINED) return end;
    tape.to = start;
    return this.#otherwise(column, at);
  }

  /** The metadata cells of rows with these facts; undefined if some of them are different in each row. */
  sharedCells(tape: Tape, facts: RecordFacts): readonly SharedCell[] | undefined {
    if (!this.#metadata) return [];
    this.#beginOthers();
    this.#cells.begin(tape);
    try {
      return this.#metadata.shared(facts, this.#cells, this.#metadataWriters);
    } catch (error) {
      if (error instanceof ValueError) return undefined;
      throw error;
    }
  }

  #beginOthers(): void {
    if (this.#grown.size > 0) this.#grown.clear();
    if (!this.#hasLosses) return;
    this.#losses = noLosses();
    this.#hasLosses = false;
  }

  /**
   * Why the last declined record was declined. Returned once: lines that were not walked have no reason other than their
   * form.
   */
  takeReason(): Decline {
    const why = this.#declined;
    this.#declined = 'form';
    return why;
  }

  #decline(why: Decline): number {
    this.#declined = why;
    return DECLINED;
  }

  /** Walks over the members of the object at `at`. */
  #object(members: MemberTable, at: number): number {
    const { source } = this.#cells.tape;
    let opener = OPEN_BRACE;
    let previous: Member | undefined;
    let member = members.first;
    for (;;) {
      if (member && source[at] === opener && stands(member.gap, source, at + 1)) {
        at = skipSpace(source, at + 1 + member.gap.length);
      } else {
        at = skipSpace(source, at);
        if (opener === COMMA && source[at] === CLOSE_BRACE) return at + 1;
        if (source[at] !== opener) return this.#decline('form');
        const end = skipSpace(source, at + 1);
        if (opener === OPEN_BRACE && source[end] === CLOSE_BRACE) return end + 1;
        member = members.read(source, at, previous);
        if (!member) return this.#decline(members.isFull ? 'unknown properties' : 'form');
        at = members.valueAt;
      }
      if (member.seenIn === this.#record) return this.#decline('repeated key');
      member.seenIn = this.#record;
      at = this.#member(member, at);
      if (at === DECLINED) return DECLINED;
      if (source[at] === CLOSE_BRACE) return at + 1;
      opener = COMMA;
      previous = member;
      member = member.next;
    }
  }

  #member(member: Member, at: number): number {
    const { source } = this.#cells.tape;
    this.#isRead ||= member.isRead;
    if (member.isDeletionMark && !stands(NULL, source, at)) return this.#decline('deletion');
    if (member.forms && !hasForm(member.forms, source, at)) return this.#decline('tenant');
    if (member.column !== -1) return this.#column(member.column, at);
    if (member.inner) {
      if (stands(NULL, source, at)) return at + NULL.length;
      return source[at] === OPEN_BRACE ? this.#object(member.inner, at) : this.#decline('value');
    }
    if (!member.isKnown) this.#strangers.push(member);
    return this.#pass(at);
  }

  /** Skips a value that no column reads. It must be JSON nevertheless. */
  #pass(at: number): number {
    const { tape } = this.#cells;
    const start = tape.to;
    const end = writeNested(tape, at);
    tape.to = start;
    return end === DECLINED ? this.#parsed(at, () => undefined) : end;
  }

  #column(column: number, at: number): number {
    const cells = this.#cells;
    const { tape } = cells;
    cells.reach(column);
    if (stands(NULL, tape.source, at)) {
      cells.writeNull(column);
      return at + NULL.length;
    }
    const start = tape.to;
    let end = (this.#writers[column] as Writer)(tape, at);
    if (end === DECLINED) {
      tape.to = start;
      end = this.#otherwise(column, at);
      if (end === DECLINED) return DECLINED;
    }
    if (tape.width > (this.#maxWidths[column] as number)) return this.#decline('value');
    cells.end(column, start);
    return end;
  }

  /** Writes a value that the writer of the column declined. */
  #otherwise(column: number, at: number): number {
    // Keys are never changed, and only the reference encoder knows whether there is a change.
    if (this.#isKey[column] === true) return this.#decline('value');
    return this.#parsed(at, (value) => {
      this.#cells.put(this.#encoder.cell(column, value, this.#losses));
      if (this.#encoder.hasOutgrown(column)) this.#grown.add(column);
    });
  }

  /** Parses the value at `at` and passes it on. Returns the offset after the value. */
  #parsed(at: number, take: (value: Json) => void): number {
    const { source } = this.#cells.tape;
    const end = skipValue(source, at);
    if (end === -1) return this.#decline('form');
    this.#hasLosses = true;
    try {
      const { value, duplicateKeys } = parseValue(source.toString('utf8', at, end));
      this.#losses.duplicateKeys += duplicateKeys;
      take(value);
      return end;
    } catch (error) {
      return this.#declineFor(error);
    }
  }

  #writeMetadata(metadata: MetadataCells, facts: RecordFacts): boolean {
    try {
      return metadata.write(facts, this.#cells, this.#metadataWriters);
    } catch (error) {
      return this.#declineFor(error) !== DECLINED;
    }
  }

  readonly #metadataWriters: MetadataWriters = {
    time: (column, at) => this.#column(column, at) !== DECLINED,
    value: (column, value) => {
      const losses = noLosses();
      this.#cells.put(this.#encoder.cell(column, value, losses));
      const hasOutgrown = this.#encoder.hasOutgrown(column);
      if (hasOutgrown) this.#grown.add(column);
      const hasLosses = Object.values(losses).some((count) => count > 0);
      if (hasLosses) addLosses(this.#losses, losses);
      this.#hasLosses ||= hasLosses;
      return !hasOutgrown && !hasLosses;
    },
    fits: (column) =>
      this.#cells.tape.width <= (this.#maxWidths[column] as number) || this.#decline('value') !== DECLINED,
  };

  #declineFor(error: unknown): number {
    if (error instanceof JsonError) return this.#decline('form');
    if (error instanceof ValueError) return this.#decline('value');
    throw error;
  }
}
