/** The properties of a stream at one time, and records with them. What schemas and records have is chosen at random. */
import { meaningOf } from '../process/model/meaning.ts';
import { VARYING } from '../process/model/varying.ts';
import type { Prng } from './prng.ts';
import type { SentRecord, Story } from './story.ts';

/** Of this property the type changes from schema to schema. */
const RETYPED = VARYING[0]!;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('');
/** Characters that neither JSON nor CSV escapes. */
const DENSE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (c) => !'"\\|'.includes(c),
);

/** A string that is longer than any column. */
const TOO_LONG = 70_000;
/** Three of them make a file of rejected records that S3 takes in parts. */
const HUGE = 2_000_000;

const ADDED: readonly (readonly [name: string, type: string, value: (prng: Prng) => string])[] = [
  ['a1', 'integer', (prng) => String(prng.int(-1000, 1_000_000))],
  ['a2', 'string', (prng) => JSON.stringify(word(prng, prng.int(0, 12)))],
  ['a3', 'boolean', (prng) => String(prng.chance(0.5))],
  ['a4', 'number', (prng) => String(prng.int(-4000, 4000) / 4)],
];

/** What a schema declares beside `id` and `seq`. */
export interface Shape {
  readonly form: number;
  readonly added: readonly string[];
  /** The most characters of the property `t`. */
  readonly width: number;
  readonly hasMarks: boolean;
  /** The number of dense columns of 32,000 characters. */
  readonly dense: number;
}

/** What Airbyte stores as it is: strings and booleans. */
const AIRBYTE_FORMS = [4, 5];

export function firstShape(prng: Prng, protocol: Story['protocol'], hasMarks: boolean, dense = 0): Shape {
  const form = protocol === 'airbyte' ? prng.pick(AIRBYTE_FORMS) : prng.int(0, RETYPED.length - 1);
  return { form, added: [], width: 12, hasMarks, dense };
}

/** The schema after this one: a column more or less, another type, longer strings. */
export function nextShape(prng: Prng, shape: Shape, mayRetype: boolean): Shape {
  const names = ADDED.map(([name]) => name);
  switch (prng.pick(['add', 'add', 'drop', 'widen', 'retype', 'retype'] as const)) {
    case 'add':
      return { ...shape, added: [...new Set([...shape.added, prng.pick(names)])] };
    case 'drop':
      return { ...shape, added: shape.added.slice(1) };
    case 'widen':
      return { ...shape, width: shape.width * prng.int(4, 12) };
    case 'retype':
      return mayRetype ? { ...shape, form: prng.int(0, RETYPED.length - 1) } : shape;
  }
}

export function propertiesOf({ form, added, hasMarks, dense }: Shape): Readonly<Record<string, object>> {
  return {
    id: { type: 'integer' },
    seq: { type: 'integer' },
    t: { type: ['null', 'string'] },
    r: RETYPED[form]!.schema,
    ...Object.fromEntries(
      ADDED.filter(([name]) => added.includes(name)).map(([name, type]) => [name, { type: ['null', type] }]),
    ),
    ...Object.fromEntries(Array.from({ length: dense }, (_, i) => [`d${i}`, { type: ['null', 'string'] }])),
    ...(hasMarks ? { _sdc_deleted_at: { type: ['null', 'string'], format: 'date-time' } } : {}),
  };
}

export interface Choice {
  readonly seq: number;
  readonly id: number;
  readonly version: number;
  readonly isDeletion: boolean;
  readonly isRejected: boolean;
  readonly isHuge?: boolean;
}

export function makeRecord(prng: Prng, shape: Shape, choice: Choice): SentRecord {
  const { seq, id, version, isDeletion, isRejected, isHuge = false } = choice;
  const members = new Map<string, string>([
    ['id', String(id)],
    ['seq', isRejected ? `"q${seq}"` : String(seq)],
    ['t', JSON.stringify(isHuge ? 'h'.repeat(HUGE) : textOf(prng, shape, isRejected))],
  ]);
  const values = RETYPED[shape.form]!.values;
  const chosen = prng.int(0, values.length + 1);
  // Of the rest, one choice is NULL and one that the property is missing.
  if (chosen <= values.length) members.set('r', values[chosen]?.[0] ?? 'null');
  for (const [name, , value] of ADDED) {
    if (shape.added.includes(name) && prng.chance(0.8)) members.set(name, value(prng));
  }
  for (let i = 0; i < shape.dense; i++) members.set(`d${i}`, JSON.stringify(dense(prng, 32_000)));
  if (isDeletion) members.set('_sdc_deleted_at', '"2026-01-02T03:04:05Z"');
  const row = new Map<string, string>();
  for (const [name, sent] of members) {
    if (sent !== 'null') row.set(name, name === '_sdc_deleted_at' ? 'set' : meaningOf(sent));
  }
  if (version > 0) row.set('_sdc_table_version', meaningOf(String(version)));
  const sent = `{${[...members].map(([name, value]) => `"${name}":${value}`).join()}}`;
  const columns = [
    ...Object.keys(propertiesOf(shape)),
    ...(version > 0 ? ['_sdc_deleted_at', '_sdc_table_version'] : []),
  ];
  return { seq, id, sent, row, columns: [...new Set(columns)], version, isDeletion, isRejected };
}

function textOf(prng: Prng, { width }: Shape, isRejected: boolean): string {
  // A record may be rejected for its length too.
  const length = isRejected && prng.chance(0.1) ? TOO_LONG : prng.int(0, width);
  return length > 200 ? word(prng, 20).repeat(Math.ceil(length / 20)) : word(prng, length);
}

function word(prng: Prng, length: number): string {
  let made = '';
  for (let i = 0; i < length; i++) made += prng.pick(LETTERS);
  return made;
}

/** Characters that gzip makes no smaller than four fifths. Does not begin or end with a blank. */
function dense(prng: Prng, length: number): string {
  const made = new Array<string>(length);
  for (let i = 0; i < length; i++) made[i] = DENSE[Math.floor(prng.next() * DENSE.length)]!;
  return `x${made.slice(2).join('')}x`;
}
