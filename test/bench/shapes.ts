/**
 * Random shapes of input: what the records of a tap may look like, all from one seed. The engine is tuned against the worst of many,
 * and tests compare their rows with those of the reference encoder.
 */
import { Random } from '../rows/walk/hostile.ts';

/** How the text of a tap looks: what stays the same in all of its records. */
interface Style {
  readonly streams: number;
  readonly columns: number;
  /** Shares, from 0 to 1. */
  readonly nulls: number;
  readonly missing: number;
  readonly escapes: number;
  readonly longNumbers: number;
  readonly nested: number;
  readonly isShuffled: boolean;
  readonly time: 'none' | 'constant' | 'varying';
  readonly isSpaced: boolean;
  /** Words in a string, on average. */
  readonly words: number;
  /** Different values that a column has, on average. */
  readonly variety: number;
}

interface Property {
  readonly name: string;
  readonly schema: unknown;
  readonly isOptional: boolean;
  readonly value: () => string;
}

export class Shape {
  readonly seed: number;
  readonly style: Style;
  readonly #random: Random;
  readonly #streams: readonly { readonly name: string; readonly properties: readonly Property[] }[];
  #records = 0;

  /** `more` replaces parts of the style. */
  constructor(seed: number, more: Partial<Style> = {}) {
    this.seed = seed;
    this.#random = new Random(seed);
    this.style = { ...styleOf(this.#random), ...more };
    const { streams } = this.style;
    this.#streams = Array.from({ length: streams }, (_, i) => ({
      name: streams === 1 ? 's' : `stream_${i}`,
      properties: this.#properties(),
    }));
  }

  /** In a few words, for a table. */
  get what(): string {
    const {
      streams,
      columns,
      nulls,
      missing,
      escapes,
      longNumbers,
      nested,
      isShuffled,
      time,
      isSpaced,
      words,
    } = this.style;
    const share = (name: string, of: number): string => (of > 0 ? `, ${Math.round(of * 100)} % ${name}` : '');
    return (
      `${columns} columns, ${streams} streams, ${words} words` +
      share('NULL', nulls) +
      share('missing', missing) +
      share('escapes', escapes) +
      share('long numbers', longNumbers) +
      share('nested', nested) +
      (isShuffled ? ', shuffled' : '') +
      (isSpaced ? ', spaced' : '') +
      `, time ${time}`
    );
  }

  /** The JSON Schema of each stream. */
  get schemas(): readonly { readonly stream: string; readonly schema: unknown }[] {
    return this.#streams.map(({ name, properties }) => ({
      stream: name,
      schema: {
        type: 'object',
        properties: Object.fromEntries(properties.map((property) => [property.name, property.schema])),
      },
    }));
  }

  /** A RECORD line, without LF. */
  line(): string {
    const random = this.#random;
    const { time, isSpaced, isShuffled } = this.style;
    const { name, properties } = this.#streams[this.#records++ % this.#streams.length] ?? {
      name: '',
      properties: [],
    };
    const sent = properties.filter(({ isOptional }) => !isOptional || !random.chance(this.style.missing));
    if (isShuffled) sent.sort(() => random.next() - 0.5);
    const colon = isSpaced ? ': ' : ':';
    const comma = isSpaced ? ', ' : ',';
    const record = sent.map((property) => `"${property.name}"${colon}${this.#valueOf(property)}`).join(comma);
    const members = [`"type"${colon}"RECORD"`, `"stream"${colon}"${name}"`, `"record"${colon}{${record}}`];
    if (time !== 'none')
      members.push(
        `"time_extracted"${colon}"${time === 'constant' ? '2024-06-01T00:00:00.000000Z' : this.#time()}"`,
      );
    return `{${members.join(comma)}}`;
  }

  #valueOf({ isOptional, value }: Property): string {
    return isOptional && this.#random.chance(this.style.nulls) ? 'null' : value();
  }

  #properties(): readonly Property[] {
    const random = this.#random;
    const { columns, nested, variety } = this.style;
    const id: Property = {
      ...{ name: 'id', schema: { type: 'integer' }, isOptional: false },
      value: () => String(this.#records),
    };
    const others = Array.from({ length: columns - 1 }, (_, i): Property => {
      const name = `${random.of(NAMES)}_${i}`;
      const [schema, make] = random.chance(nested)
        ? [random.of([{ type: ['null', 'object'] }, { type: ['null', 'array'] }]), () => this.#nested(0)]
        : this.#simple();
      const size = Math.max(Math.round(variety * random.next() * 2), 1);
      return { name, schema, isOptional: true, value: this.#pooled(size, make) };
    });
    return [id, ...others];
  }

  /** Makes values of which there are so many different ones. */
  #pooled(size: number, make: () => string): () => string {
    if (size > 5000) return make;
    const pool: string[] = [];
    return () => {
      if (pool.length < size) pool.push(make());
      return this.#random.of(pool);
    };
  }

  #simple(): readonly [unknown, () => string] {
    const random = this.#random;
    const text = ['null', 'string'];
    return random.of<readonly [unknown, () => string]>([
      [{ type: ['null', 'integer'] }, () => String(random.below(random.of([10, 1e4, 1e9])))],
      [{ type: ['null', 'number'] }, () => this.#number()],
      [{ type: ['null', 'number'], multipleOf: 0.01 }, () => (random.below(1e6) / 100).toFixed(2)],
      [{ type: text }, () => this.#text()],
      [{ type: text }, () => this.#text()],
      [{ type: text, format: 'date-time' }, () => `"${this.#time()}"`],
      [{ type: text, format: 'date' }, () => `"${this.#time().slice(0, 10)}"`],
      [{ type: ['null', 'boolean'] }, () => String(random.chance(0.5))],
    ]);
  }

  #number(): string {
    const random = this.#random;
    if (random.chance(this.style.longNumbers)) return String(random.next() * random.of([1, 1e3, 1e-9]));
    return String(random.below(1e6) / random.of([1, 10, 1000]));
  }

  #text(): string {
    const random = this.#random;
    const count = 1 + random.below(this.style.words * 2);
    return `"${random.times(count, () => (random.chance(this.style.escapes) ? random.of(ESCAPES) : random.of(WORDS))).join(' ')}"`;
  }

  #time(): string {
    const random = this.#random;
    const two = (limit: number, from = 0): string => String(from + random.below(limit)).padStart(2, '0');
    return `2024-${two(12, 1)}-${two(28, 1)}T${two(24)}:${two(60)}:${two(60)}.${random.digits(6)}Z`;
  }

  #nested(level: number): string {
    const random = this.#random;
    const count = 1 + random.below(level === 0 ? 6 : 4);
    const value = (): string =>
      level < 3 && random.chance(0.3) ? this.#nested(level + 1) : this.#simple()[1]();
    if (level > 0 && random.chance(0.3)) return `[${random.times(count, value).join(',')}]`;
    if (random.chance(0.3))
      return `[${random.times(count, () => `{"id":${random.below(1e6)},"name":${this.#text()}}`).join(',')}]`;
    return `{${random
      .times(count, value)
      .map((text, i) => `"${NAMES[i] ?? 'x'}":${text}`)
      .join(',')}}`;
  }
}

function styleOf(random: Random): Style {
  /** As many small ones as large ones. */
  const between = (low: number, high: number): number => Math.round(low * (high / low) ** random.next());
  const share = (of: number): number => (random.chance(0.5) ? 0 : random.next() * of);
  return {
    streams: random.chance(0.6) ? 1 : between(2, 100),
    columns: between(2, 300),
    nulls: share(0.8),
    missing: share(0.5),
    escapes: share(0.2),
    longNumbers: share(0.5),
    nested: share(0.5),
    isShuffled: random.chance(0.1),
    time: random.of(['none', 'constant', 'varying']),
    isSpaced: random.chance(0.3),
    words: between(1, 40),
    variety: between(5, 50_000),
  };
}

const NAMES = [
  'id',
  'name',
  'status',
  'amount',
  'customer',
  'created_at',
  'a_rather_long_name_of_a_property',
  'x',
];

const WORDS =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna'.split(
    ' ',
  );

const ESCAPES = ['\\n', '\\"quoted\\"', '\\\\', '\\u00e9', '\\ud83d\\ude00', '😀', 'naïve', '漢字', '\\t'];
