/** Writes what the lane has to know about the lines of a stream into its memory: a program. `layout.ts` has the fields. */
import { QUOTE } from '../../protocol/bytes.ts';
import type { Template } from '../../protocol/envelope.ts';
import type { CellForm } from '../walk/cell-form.ts';
import type { Member, MemberTable } from '../walk/members.ts';
import type { SharedCell } from '../walk/metadata-cells.ts';
import type { Outline } from '../walk/outline.ts';
import * as L from './layout.ts';
import type { Machine } from './machine.ts';

/** The longest metadata cell. */
const MAX_METADATA_BYTES = 512;

const FORMS: Readonly<Record<Exclude<CellForm['kind'], 'whole'>, number>> = {
  decimal: L.FORM_DECIMAL,
  double: L.FORM_DECIMAL,
  boolean: L.FORM_BOOLEAN,
  date: L.FORM_DATE,
  time: L.FORM_TIME,
  timestamp: L.FORM_TIMESTAMP,
  timestamptz: L.FORM_TIMESTAMPTZ,
  varchar: L.FORM_VARCHAR,
  'json text': L.FORM_JSON_TEXT,
  'whole text': L.FORM_WHOLE_TEXT,
  nested: L.FORM_NESTED,
  other: L.FORM_OTHER,
};
const WHOLE_FORMS = {
  smallint: L.FORM_SMALLINT,
  integer: L.FORM_INTEGER,
  bigint: L.FORM_BIGINT,
} as const;

const HOLES = {
  none: L.HOLE_NONE,
  time: L.HOLE_TEXT,
  milliseconds: L.HOLE_MILLISECONDS,
} as const;

const METADATA_FORMS = {
  bytes: L.FORM_BYTES,
  'raw id': L.FORM_RAW_ID,
  'emitted at': L.FORM_EMITTED_AT,
} as const;

export interface ProgramInput {
  readonly outline: Outline;
  readonly template: Template;
  readonly metadata: readonly SharedCell[];
}

/** The memory for programs, which is given away from the begin to the end. */
export class ProgramMemory {
  readonly #machine: Machine;
  #end = L.PROGRAMS;
  /** The steps of the members of the program that is being written. */
  readonly #steps = new Map<Member, number>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  clear(): void {
    this.#end = L.PROGRAMS;
  }

  /** The address of a new program. Undefined if the stream cannot have one, or if there is not enough memory left. */
  write({ outline, template, metadata }: ProgramInput): number | undefined {
    const { forms } = outline;
    if (forms.length > L.MAX_COLUMNS - 16) return undefined;
    if (metadata.some(({ bytes }) => bytes.length > MAX_METADATA_BYTES)) return undefined;
    try {
      this.#steps.clear();
      const program = this.#take(L.P_RECORD_BYTES);
      const set = (field: number, value: number): void => this.#machine.setWord(program + field, value);
      const setBytes = (field: number, bytes: Uint8Array): void => {
        set(field, this.#put(bytes));
        set(field + 4, bytes.length);
      };
      setBytes(L.P_HEAD, template.head);
      setBytes(L.P_BEFORE, template.before);
      setBytes(L.P_AFTER, template.after);
      set(L.P_HOLE, HOLES[template.hole]);
      setBytes(L.P_NULL, Buffer.from(`${outline.sentinel},`));
      if (outline.ending !== undefined) setBytes(L.P_ENDING, Buffer.from(outline.ending));
      set(L.P_COLUMNS, forms.length);
      set(L.P_IS_ORDERED, isOrdered(outline, metadata) ? 1 : 0);
      set(L.P_WIDEST, this.#take(forms.length * 4));
      set(L.P_NARROWEST, this.#take(forms.length * 4));
      set(L.P_REQUIRED, this.#list(forms.map((_, i) => (outline.required.includes(i) ? -1 : 0))));
      set(L.P_REFUSES_STRANGERS, outline.refusesStrangers ? 1 : 0);
      set(L.P_KEYS, this.#list(outline.keys));
      set(L.P_METADATA, this.#metadata(metadata, outline));
      set(L.P_METADATA_COUNT, metadata.length);
      set(L.P_TABLE, this.#table(outline.members, outline));
      if (outline.tenant) set(L.P_TENANT, this.#stepOf(outline.tenant));
      return program;
    } catch (error) {
      if (error instanceof NoRoomError) return undefined;
      throw error;
    }
  }

  /** Takes zeroed memory, with room for whole pieces of 16 bytes. */
  #take(bytes: number): number {
    const at = this.#end;
    const end = (at + bytes + L.SLACK_BYTES) & ~15;
    if (end > L.PROGRAMS + L.PROGRAMS_BYTES) throw new NoRoomError();
    this.#machine.bytes.fill(0, at, end);
    this.#end = end;
    return at;
  }

  #put(bytes: Uint8Array): number {
    const at = this.#take(bytes.length);
    this.#machine.bytes.set(bytes, at);
    return at;
  }

  #list(words: readonly number[]): number {
    const at = this.#take(words.length * 4);
    this.#machine.words.set(words, at >> 2);
    return at;
  }

  #table(members: MemberTable, outline: Outline): number {
    const seen = [...members.all()].filter(({ gap, isKnown }) => isKnown && gap.length > 0);
    const table = this.#take(L.T_RECORD_BYTES);
    const steps = this.#take(seen.length * L.S_RECORD_BYTES);
    const addressOf = (member: Member | undefined): number => {
      const i = member ? seen.indexOf(member) : -1;
      return i === -1 ? 0 : steps + i * L.S_RECORD_BYTES;
    };
    for (const member of seen) {
      this.#step(addressOf(member), member, outline);
      this.#machine.setWord(addressOf(member) + L.S_NEXT, addressOf(member.next));
    }
    const slots = 2 ** Math.ceil(Math.log2(Math.max(seen.length * 2, 2)));
    const set = (field: number, value: number): void => this.#machine.setWord(table + field, value);
    set(L.T_FIRST, addressOf(members.first));
    set(L.T_STEPS, steps);
    set(L.T_COUNT, seen.length);
    set(L.T_SLOTS, this.#take(slots * 4));
    set(L.T_SLOT_COUNT, slots);
    this.#machine.calls.index(table);
    return table;
  }

  #step(step: number, member: Member, outline: Outline): void {
    const { gap, column, isRead, isDeletionMark, inner, forms } = member;
    const set = (field: number, value: number): void => this.#machine.setWord(step + field, value);
    const at = this.#put(gap);
    const key = gap.indexOf(QUOTE);
    set(L.S_GAP, at);
    set(L.S_GAP_BYTES, gap.length);
    set(L.S_KEY, at + key);
    set(L.S_KEY_BYTES, gap.lastIndexOf(QUOTE) + 1 - key);
    set(L.S_IS_READ, isRead ? 1 : 0);
    set(L.S_MUST_BE_NULL, isDeletionMark ? 1 : 0);
    if (column === -1) set(L.S_COLUMN, -1);
    else this.#column(step, column, outline);
    if (inner) set(L.S_INNER, this.#table(inner, outline));
    if (forms) this.#forms(step, forms);
    this.#steps.set(member, step);
  }

  /** The values that a member may have: a string, and a number if it is one. */
  #forms(step: number, forms: readonly Buffer[]): void {
    const fields = [
      [L.S_STRING, L.S_STRING_BYTES],
      [L.S_NUMBER, L.S_NUMBER_BYTES],
    ] as const;
    if (forms.length > fields.length) throw new NoRoomError();
    for (const [i, form] of forms.entries()) {
      const [at, bytes] = fields[i] ?? fields[0];
      this.#machine.setWord(step + at, this.#put(form));
      this.#machine.setWord(step + bytes, form.length);
    }
  }

  /** Throws NoRoomError for a member that has not been seen. */
  #stepOf(member: Member): number {
    const step = this.#steps.get(member);
    if (step === undefined) throw new NoRoomError();
    return step;
  }

  #column(step: number, column: number, { forms, maxWidths }: Outline): void {
    const form = forms[column] as CellForm;
    const set = (field: number, value: number): void => this.#machine.setWord(step + field, value);
    set(L.S_COLUMN, column);
    set(L.S_MAX_WIDTH, maxWidths[column] as number);
    set(L.S_FORM, form.kind === 'whole' ? WHOLE_FORMS[form.type] : FORMS[form.kind]);
    if (form.kind !== 'decimal' && form.kind !== 'double') return;
    const { whole, fraction, digits, leadingZeros } = form.limits;
    set(L.S_WHOLE, whole);
    set(L.S_FRACTION, fraction);
    set(L.S_DIGITS, digits);
    set(L.S_ZEROS, leadingZeros);
  }

  #metadata(cells: readonly SharedCell[], outline: Outline): number {
    const steps = this.#take(cells.length * L.S_RECORD_BYTES);
    for (const [i, { column, kind }] of cells.entries()) {
      const step = steps + i * L.S_RECORD_BYTES;
      this.#column(step, column, outline);
      if (kind !== 'time extracted') this.#machine.setWord(step + L.S_FORM, METADATA_FORMS[kind]);
      this.#machine.setWord(step + L.S_BYTES, this.#take(MAX_METADATA_BYTES));
    }
    setMetadata(this.#machine, steps, cells);
    return steps;
  }
}

/** Writes the bytes of metadata cells into a program that has such cells. Returns false if they do not fit. */
export function setMetadata(machine: Machine, steps: number, cells: readonly SharedCell[]): boolean {
  for (const [i, { bytes, width }] of cells.entries()) {
    if (bytes.length > MAX_METADATA_BYTES) return false;
    const step = steps + i * L.S_RECORD_BYTES;
    machine.bytes.set(bytes, machine.word(step + L.S_BYTES));
    machine.setWord(step + L.S_BYTE_COUNT, bytes.length);
    machine.setWord(step + L.S_WIDTH, width);
  }
  return true;
}

/** Also for a stream that can have no program. */
class NoRoomError extends Error {}

/** Whether the cells come in the order of the columns, as far as is known. */
function isOrdered({ members }: Outline, metadata: readonly SharedCell[]): boolean {
  const columns = [...columnsInOrder(members), ...metadata.map(({ column }) => column)];
  return columns.every((column, i) => i === 0 || column > (columns[i - 1] as number));
}

function columnsInOrder(table: MemberTable): readonly number[] {
  const columns: number[] = [];
  const seen = new Set<Member>();
  for (let member = table.first; member && !seen.has(member); member = member.next) {
    seen.add(member);
    if (member.column !== -1) columns.push(member.column);
    else if (member.inner) columns.push(...columnsInOrder(member.inner));
  }
  return columns;
}
