/** What a tap sends for one stream: its schema as it changes, and records of it, as messages and with what they mean. */
import {
  DELETED_AT,
  IDENTITIES,
  LOSSY_KEY,
  MARKS,
  PROPERTIES,
  type Mark,
  type Property,
  type Slot,
} from './values.ts';
import { BEGINS_WITH_FIRST, VARYING } from './varying.ts';

/** Identities first. */
const SLOTS: readonly Slot[] = [
  ...IDENTITIES.map((one): Slot => [one]),
  ...PROPERTIES.map((one): Slot => [one]),
  ...VARYING,
];

/** Those that a schema may leave out. */
export const OPTIONAL = SLOTS.slice(IDENTITIES.length);

export interface SchemaStep {
  readonly kind: 'schema';
  readonly stream: number;
  /** Which optional slots it has, of all or of those that the schema before has. */
  readonly has: 'all' | 'some' | 'fewer' | 'same';
  /** Bits of OPTIONAL, for `some` and `fewer`. */
  readonly bits: number;
  /** For each of VARYING how it is declared; as before where it is undefined. */
  readonly forms: readonly (number | undefined)[];
  /** Bits of IDENTITIES; as before where it is undefined. */
  readonly keys: number | undefined;
  /** Whether `_sdc_deleted_at` is declared. */
  readonly marks: boolean;
  /** Of several ways to say the same. */
  readonly words: number;
}

/** A record of a RECORD message, or one of a BATCH file. */
export interface RecordChoice {
  readonly identity: readonly number[];
  /** One for each of OPTIONAL: which value, NULL or missing. */
  readonly values: readonly number[];
  /** Which of MARKS. */
  readonly mark: number | undefined;
  /** It has the keys and the mark alone. */
  readonly isStub: boolean;
  /** What is wrong with it, of all that could be. */
  readonly flaw: number | undefined;
}

export type Flaw =
  /** `sent` is undefined for a property that is missing. */
  | {
      readonly kind: 'value' | 'lossy-key' | 'null-key';
      readonly property: Property;
      readonly sent: string | undefined;
    }
  /** The record has nothing that the schema has. */
  | { readonly kind: 'strange' };

/** A record and what it means. */
export interface TapRecord {
  /** As JSON. */
  readonly sent: string;
  /** By property, as far as the schema has it; what is missing is NULL. */
  readonly values: ReadonlyMap<Property, string | null>;
  readonly mark: Mark | undefined;
  /** Names of what it carries. */
  readonly members: readonly string[];
  readonly flaw: Flaw | undefined;
  /** Its message tells when it was extracted; a BATCH does not. */
  readonly hasTime: boolean;
}

/** What a tap knows of its stream at one moment. */
export interface TapState {
  /** Of each of SLOTS the form in which it is declared; undefined where the schema does not have it. */
  readonly forms: readonly (number | undefined)[];
  /** The form in which each slot was declared last. */
  readonly lastForms: readonly number[];
  /** Slots that were declared at some time. */
  readonly known: ReadonlySet<number>;
  readonly keys: number;
  readonly marks: boolean;
  readonly words: number;
  /** 0 while records have no version. */
  readonly version: number;
  /** The schema was sent in this run. */
  readonly isDeclared: boolean;
}

export function firstState(version: number): TapState {
  return {
    forms: SLOTS.map(() => 0),
    lastForms: SLOTS.map(() => 0),
    known: new Set(),
    keys: 1,
    marks: true,
    words: 0,
    version,
    isDeclared: false,
  };
}

/** Of one state; each change is another tap. */
export class Tap {
  readonly stream: string;
  readonly state: TapState;

  constructor(stream: string, state: TapState) {
    this.stream = stream;
    this.state = state;
  }

  with(change: Partial<TapState>): Tap {
    return new Tap(this.stream, { ...this.state, ...change });
  }

  /** `canFormsChange` is false where properties of BEGINS_WITH_FIRST stay as they are. */
  withSchema(step: SchemaStep, canFormsChange: boolean): Tap {
    const { state } = this;
    const has = (i: number): boolean => {
      if (i < IDENTITIES.length || step.has === 'all') return true;
      const isChosen = (step.bits & (1 << (i - IDENTITIES.length))) !== 0;
      const had = state.forms[i] !== undefined;
      if (step.has === 'same') return had;
      return isChosen && (step.has === 'some' || had);
    };
    const formOf = (slot: Slot, i: number): number => {
      const chosen = step.forms[VARYING.indexOf(slot)];
      if (chosen === undefined) return state.lastForms[i] ?? 0;
      if (BEGINS_WITH_FIRST.has(slot) && !(canFormsChange && state.known.has(i))) return 0;
      return chosen % slot.length;
    };
    const forms = SLOTS.map((slot, i) => (has(i) ? formOf(slot, i) : undefined));
    return this.with({
      forms,
      lastForms: state.lastForms.map((last, i) => forms[i] ?? last),
      keys: step.keys ?? state.keys,
      marks: step.marks,
      words: step.words,
    });
  }

  /** After its SCHEMA was sent. */
  declared(): Tap {
    const known = this.state.forms.flatMap((form, i) => (form === undefined ? [] : [i]));
    return this.with({ isDeclared: true, known: new Set([...this.state.known, ...known]) });
  }

  get keys(): readonly Property[] {
    return IDENTITIES.filter((_, i) => this.state.keys & (1 << i));
  }

  /** As the schema declares them, identities first, without `_sdc_deleted_at`. */
  get properties(): readonly Property[] {
    return SLOTS.flatMap((slot, i) => {
      const form = this.state.forms[i];
      return form === undefined ? [] : [slot[form]!];
    });
  }

  get schemaLine(): string {
    const { marks, words } = this.state;
    const all = [...this.properties, ...(marks ? [DELETED_AT] : [])];
    const ordered = words === 1 ? all.reverse() : all;
    const properties = Object.fromEntries(ordered.map(({ name, schema }) => [name, inWords(schema, words)]));
    return JSON.stringify({
      type: 'SCHEMA',
      stream: this.stream,
      schema: {
        type: 'object',
        properties,
        ...(words === 2 ? { description: 'in other words', required: [] } : {}),
      },
      key_properties: this.keys.map(({ name }) => name),
    });
  }

  /** What the SCHEMA says, in whatever words. */
  get schemaMeaning(): string {
    const { forms, keys, marks } = this.state;
    return JSON.stringify([forms, keys, marks]);
  }

  /** `allows` says which flaws may be. A record may carry what its schema does not have. */
  record(choice: RecordChoice, hasTime: boolean, allows: (flaw: Flaw) => boolean): TapRecord {
    const { identity, values, mark: markChoice, isStub } = choice;
    const mark = markChoice === undefined ? undefined : MARKS[markChoice % MARKS.length];
    const sent = new Map<string, string>();
    const shown = new Map<Property, string | null>();
    const keys = this.keys;
    SLOTS.forEach((slot, i) => {
      const property = slot[this.state.lastForms[i] ?? 0]!;
      if (isStub && mark && keys.length > 0 && !keys.includes(property)) return;
      const n = [...identity, ...values][i] ?? 0;
      // Of nine choices one is NULL, one that the property is missing.
      const isOptional = i >= IDENTITIES.length;
      if (isOptional && n % 9 === 8) return;
      const [written, seen] =
        isOptional && n % 9 === 7 ? ['null', null] : property.values[n % property.values.length]!;
      sent.set(property.name, written);
      if (this.state.forms[i] !== undefined) shown.set(property, seen);
    });
    const flaw = this.#flaw(choice, [...sent.keys()], allows);
    if (flaw?.kind === 'strange') {
      const nothing = { values: new Map(), mark: undefined, members: ['nothing'] };
      return { sent: '{"nothing":1}', ...nothing, flaw, hasTime };
    }
    if (flaw) {
      if (flaw.sent === undefined) sent.delete(flaw.property.name);
      else sent.set(flaw.property.name, flaw.sent);
      shown.set(flaw.property, null);
    }
    if (mark) sent.set(DELETED_AT.name, mark.sent);
    const members = [...sent].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
    return { sent: `{${members.join()}}`, values: shown, mark, members: [...sent.keys()], flaw, hasTime };
  }

  /** The line of a record; one of a file gets the same when it is set aside. */
  recordLine({ sent, hasTime }: TapRecord): string {
    const { version } = this.state;
    const facts = `${version > 0 ? `,"version":${version}` : ''}${hasTime ? ',"time_extracted":"2026-01-01T00:00:00Z"' : ''}`;
    return `{"type":"RECORD","stream":${JSON.stringify(this.stream)},"record":${sent}${facts}}`;
  }

  activateLine(): string {
    return JSON.stringify({ type: 'ACTIVATE_VERSION', stream: this.stream, version: this.state.version });
  }

  batchLine(paths: readonly string[], isGzip: boolean): string {
    const { version } = this.state;
    return JSON.stringify({
      type: 'BATCH',
      stream: this.stream,
      encoding: { format: 'jsonl', compression: isGzip ? 'gzip' : 'none' },
      manifest: paths.map((path) => `file://${path}`),
      ...(version > 0 ? { version } : {}),
    });
  }

  #flaw(
    { flaw }: RecordChoice,
    members: readonly string[],
    allows: (flaw: Flaw) => boolean,
  ): Flaw | undefined {
    if (flaw === undefined) return undefined;
    const there = this.properties.filter(({ name }) => members.includes(name));
    const all: readonly Flaw[] = [
      ...this.keys.flatMap((property): Flaw[] => [
        { property, kind: 'null-key', sent: 'null' },
        { property, kind: 'null-key', sent: undefined },
      ]),
      ...this.keys.flatMap((property): Flaw[] => {
        const lossy = LOSSY_KEY[property.name];
        return lossy ? [{ property, kind: 'lossy-key', sent: lossy[0] }] : [];
      }),
      ...(this.keys.length === 0 ? [{ kind: 'strange' } as const] : []),
      ...there.flatMap((property) =>
        property.invalid.map((sent): Flaw => ({ property, kind: 'value', sent })),
      ),
    ].filter(allows);
    return all[flaw % all.length];
  }
}

/** The schema of one property, said in another way. */
function inWords(schema: object, words: number): object {
  const { type, ...more } = schema as { type?: readonly string[] };
  if (type === undefined || words === 0) return schema;
  if (words === 1) return { ...more, type: type.toReversed() };
  if (words === 2) return { ...schema, title: 'a property', description: `of type ${type.at(-1) ?? ''}` };
  return { anyOf: [{ type: 'null' }, { ...more, type: type.at(-1) }] };
}
