/**
 * Streams and lines as no tap writes them all at once: every column type, values near every limit, odd white space, keys in
 * any order, twice, unknown or missing, broken lines. All from one seed, so that a failure can be played again.
 */
import { MASK_KINDS, masked } from '../../../src/table/mask.ts';
import type { Column, ColumnType } from '../../../src/table/types.ts';
import { withChanges, withMetadata } from '../../../src/table/metadata.ts';

/** A small generator of pseudo-random numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  times(count: number, make: () => string): string[] {
    return Array.from({ length: count }, make);
  }

  digits(count: number): string {
    return this.times(count, () => String(this.below(10))).join('');
  }
}

/** A stream and how its tap writes. */
export interface HostileStream {
  readonly columns: readonly Column[];
  readonly kind: number | undefined;
  /** The lines, without LF. */
  line(): Buffer;
}

const TYPES: readonly ColumnType[] = [
  { kind: 'smallint' },
  { kind: 'integer' },
  { kind: 'bigint' },
  { kind: 'numeric', precision: 18, scale: 2 },
  { kind: 'numeric', precision: 19, scale: 4 },
  { kind: 'numeric', precision: 38, scale: 0 },
  { kind: 'numeric', precision: 38, scale: 9 },
  { kind: 'numeric', precision: 5, scale: 5 },
  { kind: 'real' },
  { kind: 'double' },
  { kind: 'boolean' },
  { kind: 'varchar', bytes: 64 },
  { kind: 'varchar', bytes: 0 },
  { kind: 'date' },
  { kind: 'time' },
  { kind: 'timetz' },
  { kind: 'timestamp' },
  { kind: 'timestamptz' },
  { kind: 'varbyte', bytes: 16 },
  { kind: 'super' },
];

const NAMES = [
  'id',
  'a',
  'a b',
  'é',
  '__proto__',
  '10',
  '',
  '"',
  '\\',
  'name',
  'amount',
  '😀',
  'type',
  'record',
];

/** A stream most of whose lines look like the one before, as those of real taps do. */
export function steadyStream(seed: number): HostileStream {
  return hostileStream(seed, 0.02);
}

/** `wildness`: how often lines are odd, from 0 to 1. */
export function hostileStream(seed: number, wildness = 1): HostileStream {
  const random = new Random(seed);
  const columns = columnsOf(random);
  const tap = new Tap(random, columns, wildness);
  return {
    columns,
    kind: random.chance(0.5) ? random.below(12) : undefined,
    line: () => tap.line(),
  };
}

function columnsOf(random: Random): readonly Column[] {
  const names = [...NAMES].sort(() => random.next() - 0.5).slice(0, 1 + random.below(8));
  const columns: Column[] = names.map((property, i) => ({
    property,
    source: { kind: 'property', path: [property] },
    name: `c${i}`,
    type: random.of(TYPES),
    isKey: false,
  }));
  if (random.chance(0.3))
    for (const path of [
      ['o', 'x'],
      ['o', 'p', 'y'],
      ['o', ''],
    ])
      columns.push(inner(path, random));
  if (random.chance(0.1))
    columns.push({
      property: '',
      source: { kind: 'nothing' },
      name: 'n',
      type: { kind: 'boolean' },
      isKey: false,
    });
  const limited = columns.map((column): Column => {
    const { kind } = column.type;
    if (random.chance(0.15) && !['real', 'double', 'super', 'timetz'].includes(kind))
      return { ...column, isKey: true };
    if (random.chance(0.1)) return { ...column, notNull: true };
    if (kind === 'varchar' && random.chance(0.3)) return { ...column, maxBytes: random.of([1, 8, 64]) };
    if (kind === 'varbyte' && random.chance(0.5)) return { ...column, encoding: 'base64' };
    if (kind === 'integer' && random.chance(0.5)) return { ...column, growsTo: random.of(TYPES.slice(2, 7)) };
    return column;
  });
  const hidden = limited.map((column) =>
    column.growsTo || column.maxBytes !== undefined || !random.chance(0.08)
      ? column
      : masked(column, random.of(column.isKey ? ['hash'] : MASK_KINDS), 'the salt of the masks'),
  );
  const changed = hidden.flatMap((column) => (column.mask ? [column] : differing(column, random)));
  const described = random.chance(0.4) ? stored(withMetadata(changed), random) : changed;
  const all = random.chance(0.15) ? withChanges(described) : described;
  if (random.chance(0.1))
    return [...all, { ...inner(['_sdc_deleted_at'], random), name: '_sdc_deleted_at' }].filter(isFirst);
  return random.chance(0.2) ? [...all].sort(() => random.next() - 0.5) : all;
}

const BIGINT: ColumnType = { kind: 'bigint' };
const DECIMAL: ColumnType = { kind: 'numeric', precision: 38, scale: 2 };

/** A column whose table has another type than the stream declares, in some cases with a second one for what it cannot hold. */
function differing(column: Column, random: Random): readonly Column[] {
  const { kind } = column.type;
  if (column.isKey || column.source.kind !== 'property' || random.chance(0.6)) return [column];
  const { path } = column.source;
  const second = (type: ColumnType): readonly Column[] =>
    random.chance(0.5)
      ? [{ ...column, name: `${column.name}__2`, type, source: { kind: 'overflow', path } }]
      : [];
  if (kind === 'double') return [{ ...column, declared: BIGINT, overflows: true }, ...second(BIGINT)];
  if (kind === 'timestamp' || kind === 'timestamptz') return [{ ...column, declared: { kind: 'date' } }];
  if (kind === 'numeric') {
    const wide: ColumnType = { kind: 'numeric', precision: 38, scale: 12 };
    if (random.chance(0.5)) return [{ ...column, growsTo: wide }];
    return [{ ...column, declared: wide, overflows: true }, ...second(wide)];
  }
  if (kind !== 'varchar' && kind !== 'super') return [column];
  const declared = random.of<ColumnType>([
    BIGINT,
    DECIMAL,
    { kind: 'date' },
    { kind: 'timestamptz' },
    { kind: 'double' },
  ]);
  const isNoted = declared !== BIGINT && declared.kind !== 'date';
  return [{ ...column, declared, ...(isNoted ? { formerly: [declared] } : {}) }];
}

/** Metadata in tables that have other types for it. */
function stored(columns: readonly Column[], random: Random): readonly Column[] {
  if (random.chance(0.5)) return columns;
  return columns.map((column) => {
    if (column.source.kind !== 'metadata' || random.chance(0.5)) return column;
    const type = random.of(TYPES);
    if (type.kind === 'varchar') return { ...column, type, maxBytes: random.of([4, 8, 24, 64]) };
    return type.kind === 'integer' ? { ...column, type, growsTo: { kind: 'bigint' } } : { ...column, type };
  });
}

function inner(path: readonly string[], random: Random): Column {
  return {
    property: path.join('.'),
    source: { kind: 'property', path },
    name: path.join('__'),
    type: random.of(TYPES),
    isKey: false,
  };
}

function isFirst({ name }: Column, i: number, all: readonly Column[]): boolean {
  return all.findIndex((other) => other.name === name) === i;
}

/** Writes the messages of one stream in its own hand. */
class Tap {
  readonly #random: Random;
  readonly #columns: readonly Column[];
  /** White space of the tap, mostly. */
  readonly #space: readonly string[];
  /** The share of values that are odd. */
  readonly #oddity: number;
  #order: readonly number[];
  readonly #wildness: number;
  /** Whether a steady tap writes versions and times. */
  readonly #hasVersion: boolean;
  readonly #hasTime: boolean;
  readonly #version: string;
  readonly #isShuffled: boolean;

  constructor(random: Random, columns: readonly Column[], wildness: number) {
    this.#random = random;
    this.#columns = columns;
    this.#wildness = wildness;
    this.#space = random.of([[''], [''], [' '], ['', ' ', '\t'], ['\r ', '']].slice(0, wildness < 1 ? 3 : 5));
    this.#oddity = wildness * random.of([0, 0.01, 0.05, 0.3]);
    this.#order = columns
      .map((_, i) => i)
      .sort(() => (wildness < 1 && random.chance(0.3) ? random.next() - 0.5 : 0));
    this.#hasVersion = random.chance(0.4);
    this.#hasTime = random.chance(0.6);
    this.#version = random.of(VERSIONS.slice(0, 4));
    this.#isShuffled = random.chance(0.1);
  }

  /** Whether something odd happens, where hostile lines have this share of it. */
  #odd(share: number): boolean {
    return this.#random.chance(share * this.#wildness);
  }

  /** Whether something happens that a steady tap does always or never. */
  #sometimes(share: number, always: boolean): boolean {
    return this.#wildness < 1 && !this.#random.chance(0.01) ? always : this.#random.chance(share);
  }

  line(): Buffer {
    const random = this.#random;
    const text = Buffer.from(this.#message());
    if (!this.#odd(0.03)) return text;
    return random.of([
      () => text.subarray(0, random.below(text.length)),
      () => Buffer.concat([text, Buffer.from(random.of([' ', ',', '}', 'x', '\t\r']))]),
      () => withByte(text, random.below(text.length), random.below(256)),
      () => Buffer.from(' '),
    ])();
  }

  #message(): string {
    const random = this.#random;
    const members = [
      ['type', !this.#odd(0.01) ? '"RECORD"' : random.of(['"record"', '"STATE"', '1'])],
      ['stream', '"s"'],
      ['record', this.#record()],
    ];
    if (this.#sometimes(0.3, this.#hasVersion))
      members.push(['version', this.#wildness < 1 ? this.#version : random.of(VERSIONS)]);
    if (this.#sometimes(0.4, this.#hasTime))
      members.push([
        'time_extracted',
        random.of([...TIMES.slice(0, 8), ...(this.#odd(0.4) ? ['null', '""', '1'] : [])]),
      ]);
    if (this.#odd(0.03))
      members.push(
        random.of([
          ['more', this.#json(0)],
          ['stream', '"s"'],
          ['type', '"RECORD"'],
        ]),
      );
    if (this.#odd(0.1)) members.sort(() => random.next() - 0.5);
    return this.#object(members as [string, string][]);
  }

  #record(): string {
    const random = this.#random;
    if (this.#odd(0.02)) return random.of(['{}', '[]', 'null', '1', '{ }']);
    if (this.#isShuffled || this.#odd(0.1)) this.#order = [...this.#order].sort(() => random.next() - 0.5);
    return this.#object(
      this.#members(
        this.#columns.filter(({ source }) => source.kind === 'property'),
        0,
      ),
    );
  }

  /** The members of the record, or of the object in it that the columns share up to this depth. */
  #members(columns: readonly Column[], depth: number): [string, string][] {
    const random = this.#random;
    const ordered = [...columns].sort(
      (a, b) => this.#order.indexOf(this.#columns.indexOf(a)) - this.#order.indexOf(this.#columns.indexOf(b)),
    );
    const byName = new Map<string, Column[]>();
    for (const column of ordered) {
      const name = pathOf(column)[depth] ?? '';
      byName.set(name, [...(byName.get(name) ?? []), column]);
    }
    const members = [...byName].map(([name, found]): [string, string] => {
      const [column] = found;
      const isInner = found.length > 1 || pathOf(column as Column).length > depth + 1;
      return [name, isInner ? this.#inner(found, depth + 1) : this.#value(column as Column)];
    });
    const sent = random.chance(0.2) ? members.filter(() => random.chance(0.7)) : members;
    if (this.#odd(0.06))
      sent.push(
        random.of([
          ['unknown', this.#json(0)],
          ['x', 'null'],
          ['_sdc_sequence', '1'],
        ]),
      );
    if (this.#odd(0.03)) sent.push(['_sdc_deleted_at', random.of(['null', '"2024-01-01T00:00:00Z"'])]);
    if (this.#odd(0.02) && sent[0]) sent.push(sent[0]);
    return sent;
  }

  #inner(columns: readonly Column[], depth: number): string {
    if (this.#odd(0.05)) return this.#random.of(['null', '1', '[]', '"x"', '{}']);
    return this.#object(this.#members(columns, depth));
  }

  #value(column: Column): string {
    const random = this.#random;
    if (random.chance(column.isKey || column.notNull ? this.#oddity / 4 : 0.05)) return 'null';
    if (!random.chance(this.#oddity)) return this.#plausible(column.type);
    return random.of([
      () => this.#json(0),
      () => random.of(NO_VALUES),
      () => quotedSometimes(random, random.of([...WHOLES, ...DECIMALS])),
      () => random.of(TIMES),
      () => this.#time(),
      () => this.#number(),
    ])();
  }

  #plausible(type: ColumnType): string {
    const random = this.#random;
    const quoted = (number: string): string => quotedSometimes(random, number);
    switch (type.kind) {
      case 'smallint':
        return quoted(this.#whole(4));
      case 'integer':
        return quoted(this.#whole(9));
      case 'bigint':
        return quoted(random.chance(0.2) ? '9223372036854775807' : this.#whole(18));
      case 'numeric': {
        const fraction = random.below(type.scale + 1);
        return quoted(
          `${this.#whole(type.precision - type.scale)}${fraction > 0 ? `.${random.digits(fraction)}` : ''}`,
        );
      }
      case 'real':
        return quoted(`${this.#whole(5)}.${random.digits(1 + random.below(6))}`);
      case 'double':
        return quoted(random.chance(0.3) ? String(random.next() * 1000) : this.#number());
      case 'boolean':
        return random.of(['true', 'false', 'true', 'false', '"true"', '1', '0', '"t"', '"F"']);
      case 'date':
        return random.chance(0.9)
          ? `"${this.#date()}"`
          : random.of([`"${this.#date()}T00:00:00Z"`, `"${basic(this.#date())}"`]);
      case 'time':
        return `"${random.of([this.#clock(), this.#shortClock(), this.#oddClock()])}${random.of(['', 'Z', '+00:00'])}"`;
      case 'timetz':
        return `"${random.of([this.#clock(), this.#shortClock()])}${random.of(['', 'Z', '+02:00'])}"`;
      case 'timestamp':
      case 'timestamptz':
        return `"${this.#moment()}${random.of(['', 'Z', '+00:00', '+02:00', '-11:30', '+0530'])}"`;
      case 'varbyte':
        return random.of(['"00ff"', '"AAEC"', '"AB"', '"aa00"', '"_-8"', '"YQ"', '"/+8="']);
      case 'varchar':
        return random.chance(0.95) ? this.#string() : this.#json(0);
      case 'super':
        return this.#json(0);
    }
  }

  #whole(digits: number): string {
    const random = this.#random;
    if (digits === 0 || random.chance(0.1)) return '0';
    return `${random.of(['', '', '-'])}${1 + random.below(9)}${random.digits(random.below(digits))}`;
  }

  #date(): string {
    const random = this.#random;
    const two = (from: number, to: number): string =>
      String(from + random.below(to - from + 1)).padStart(2, '0');
    return `${random.of(['2024', '2023', '1999'])}-${two(1, 12)}-${two(1, random.of([28, 28, 31]))}`;
  }

  #clock(): string {
    const random = this.#random;
    const two = (limit: number): string => String(random.below(limit)).padStart(2, '0');
    return `${two(24)}:${two(60)}:${two(60)}${random.chance(0.5) ? `.${random.digits(1 + random.below(6))}` : ''}`;
  }

  /** `9:05:06` */
  #shortClock(): string {
    return this.#clock().slice(1);
  }

  /** The other ways of ISO 8601 to write a time of day. */
  #oddClock(): string {
    const [clock, short] = [this.#clock(), this.#shortClock()];
    return this.#random.of([
      basic(clock),
      `T${basic(clock)}`,
      `T${clock}`,
      `T${short}`,
      '24:00:00',
      '24:00',
      clock.slice(0, 5),
    ]);
  }

  #moment(): string {
    const random = this.#random;
    const [date, clock] = [this.#date(), this.#clock()];
    const joint = random.of(['T', 'T', ' ']);
    if (random.chance(0.8)) return `${date}${joint}${clock}`;
    return random.of([
      `${basic(date)}${joint}${basic(clock)}`,
      `${basic(date)}${joint}${clock}`,
      `${date}${joint}${this.#shortClock()}`,
      `${date}${joint}24:00:00`,
    ]);
  }

  #number(): string {
    const random = this.#random;
    const fraction = random.chance(0.7) ? `.${random.digits(1 + random.below(random.of([2, 6, 20])))}` : '';
    const exponent = random.chance(0.1) ? random.of(['e5', 'E-3', 'e+10', 'e400', 'e-400', 'e-7']) : '';
    const whole = random.chance(0.3)
      ? '0'
      : `${1 + random.below(9)}${random.digits(random.below(random.of([3, 16, 40])))}`;
    return `${random.of(['', '', '-'])}${whole}${fraction}${exponent}`;
  }

  #time(): string {
    const random = this.#random;
    const two = (limit: number): string => String(random.below(limit)).padStart(2, '0');
    const year = random.chance(0.9) ? `20${two(100)}` : random.of(['0001', '9999', '1900', '0000', '2000']);
    const date = `${year}-${two(14)}-${two(33)}`;
    const fraction = random.chance(0.5) ? `.${random.digits(1 + random.below(9))}` : '';
    const clock = `${two(25)}:${two(61)}:${two(61)}${fraction}`;
    const zone = random.of(['', 'Z', 'Z', '+00:00', '+02:00', '-11:30', '+0530', '+05', '-23:59', ' Z', 'z']);
    const joint = random.of(['T', 'T', ' ', 't', '  ']);
    return `"${random.of([date, `${clock}${zone}`, `${date}${joint}${clock}${zone}`, `${date}${joint}${clock}${zone}`])}"`;
  }

  #string(): string {
    const random = this.#random;
    const length = random.chance(0.02)
      ? random.of([21_845, 65_535, 65_536])
      : random.below(random.of([4, 20, 100]));
    if (length > 1000) return `"${random.of(['x', 'é', '€'])}${'x'.repeat(length - 1)}"`;
    return `"${random.times(length, () => random.of(random.chance(0.9) ? LETTERS : random.chance(this.#oddity) ? ODD_PIECES : PIECES)).join('')}"`;
  }

  #json(depth: number): string {
    const random = this.#random;
    if (depth > 4 || random.chance(0.4)) {
      return random.of([
        () => this.#string(),
        () => this.#number(),
        () => random.of(['true', 'false', 'null']),
        () => random.of([...WHOLES, ...DECIMALS]),
      ])();
    }
    if (random.chance(0.02)) return `${'['.repeat(199)}${random.of(['', '[[]]'])}${']'.repeat(199)}`;
    if (random.chance(0.002))
      return `["${'x'.repeat(40_000)}","${'é'.repeat(random.of([12_763, 12_764, 20_000]))}"]`;
    const count = random.below(5);
    if (random.chance(0.5))
      return this.#list(
        '[',
        random.times(count, () => this.#json(depth + 1)),
        ']',
      );
    const keys = Array.from({ length: count }, (_, i) => (random.chance(0.1) ? 'k0' : `k${i}`));
    return this.#object(keys.map((key) => [key, this.#json(depth + 1)]));
  }

  #object(members: readonly (readonly [string, string])[]): string {
    const texts = members.map(([key, value]) => `${this.#key(key)}${this.#gap()}:${this.#gap()}${value}`);
    return this.#list('{', texts, '}');
  }

  #list(open: string, items: readonly string[], close: string): string {
    return `${open}${this.#gap()}${items.join(`${this.#gap()},${this.#gap()}`)}${this.#gap()}${close}`;
  }

  #key(key: string): string {
    if (this.#odd(0.01))
      return `"${Array.from(key)
        .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('')}"`;
    return JSON.stringify(key);
  }

  #gap(): string {
    return this.#odd(0.002) ? '\t \r' : this.#random.of(this.#space);
  }
}

function pathOf({ source }: Column): readonly string[] {
  return source.kind === 'property' ? source.path : [];
}

/** The basic format of ISO 8601. */
function basic(text: string): string {
  return text.replace(/[-:]/g, '');
}

/** Strings have more ways to write a number than JSON. */
function quotedSometimes(random: Random, number: string): string {
  if (!random.chance(0.15)) return number;
  const [before, after] = random.of([
    ['', ''],
    ['', ''],
    [' ', ''],
    ['+', ''],
    ['0', ''],
    ['', '.'],
    [' ', ' '],
  ]);
  const text = random.chance(0.1) ? number.replace(/^(-?)0\./, '$1.') : number;
  return `"${before}${text}${after}"`;
}

function withByte(text: Buffer, at: number, byte: number): Buffer {
  const changed = Buffer.from(text);
  // LF would make two lines of it.
  changed[at] = byte === 0x0a ? 0x0b : byte;
  return changed;
}

const VERSIONS = ['1', '1700000000000', 'null', '-3', '1.0', '"1"'];

const NO_VALUES = [
  'NaN',
  '-Infinity',
  'Infinity',
  'nul',
  'tru',
  '01',
  '1.',
  '.5',
  '-',
  '+1',
  "'x'",
  '"true"',
  '""',
  '"0x0"',
  '"abc"',
  '".5"',
  '"5."',
  '"-.5"',
  '"."',
  '" 5 "',
  '"+5"',
  '"t"',
  '"No"',
  '"1"',
];

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz ABC0123456789.,;:-_/|');

/** What a text may hold beside letters, as JSON writes it. */
const PIECES = [
  'é',
  '€',
  '😀',
  'ß',
  '\u2028',
  '\u007f',
  "'",
  '`',
  '$',
  '\ufeff',
  '\ufffd',
  '\\"',
  '\\\\',
  '\\/',
  '\\b',
  '\\f',
  '\\n',
  '\\r',
  '\\t',
  '\\u0041',
  '\\u00e9',
  '\\u20AC',
  '\\ud83d\\ude00',
  '\\u001f',
  '\\u0022',
  '\\u005C',
];

/** What is no character, or no JSON. */
const ODD_PIECES = [
  '\\u0000',
  '\\ud83d',
  '\\ude00',
  '\\ud83d\\u0041',
  '\\u12',
  '\\x',
  '\\u00zz',
  '\u0001',
  '\t',
  '\u0000',
];

const WHOLES = [
  '0',
  '-0',
  '1',
  '-1',
  '32767',
  '32768',
  '-32768',
  '-32769',
  '2147483647',
  '2147483648',
  '-2147483648',
  '-2147483649',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '99999999999999999999999999999999999999',
  '100000000000000000000000000000000000000',
  '1e3',
  '1E18',
  '1.0',
  '5.00',
  '7.5',
  '1e400',
  '12345678901234567890',
];

const DECIMALS = [
  '0.0',
  '-0.0',
  '1.10',
  '0.1',
  '0.30000000000000004',
  '1.005',
  '0.000001',
  '0.0000001',
  '0.00000012',
  '123456789012345',
  '1234567890123456',
  '123456789012.345',
  '0.123456789012345',
  '0.1234567890123456',
  '9999999999999999.99',
  '99999999999999999.99',
  '922337203685477.5807',
  '922337203685477.5808',
  '999999999999999.9999',
  '0.99999',
  '0.999999',
  '1e-37',
  '1e-38',
  '5e-324',
  '1.7976931348623157e308',
  '3.4e38',
  '1e-1000',
  '0e5',
  '0.00000000000000000000000000000000000001',
  '1.00000000000000000000000000000000000000000000',
  '12345678901234567890123456789.123456789',
];

const TIMES = [
  '"2024-01-31T23:59:59.123456Z"',
  '"2024-02-29 00:00:00+00:00"',
  '"2024-01-01T00:00:00"',
  '"2024-12-31T23:30:00-02:00"',
  '"2024-01-01T00:30:00+02:00"',
  '"2023-02-29T00:00:00Z"',
  '"2024-01-01"',
  '"0001-01-01T00:00:00+01:00"',
  '"9999-12-31T23:59:59-01:00"',
  '"2024-01-01T24:00:00Z"',
  '"2024-01-01T23:59:60Z"',
  '"2024-01-01T23:60:00Z"',
  '"24:00:00"',
  '"23:59:60"',
  '"12:30"',
  '"12:30:00.5"',
  '"12:30:00.1234567"',
  '"2024-01-01T00:00:00.123456789Z"',
  '"2024-01-01T00:00:00.100000000Z"',
  '"2024-01-01T00:00:00,5Z"',
  '"20240101"',
  '"20230229"',
  '"20240101T000000Z"',
  '"20240101T24:00:00"',
  '"9999-12-31T24:00:00"',
  '"9:05:06"',
  '"9:05:60"',
  '"9:5:06"',
  '":05:06"',
  '"/:05:06"',
  '"24:00:00.0"',
  '"24:00:01"',
  '"T091500"',
  '"091500.25"',
  '"0915"',
  '"now"',
  '""',
  '1704067200',
];
