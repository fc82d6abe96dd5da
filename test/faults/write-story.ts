/** Writes the story of a seed: some streams of every kind, whose messages are mixed at random. */
import type { Prng } from './prng.ts';
import { firstShape, makeRecord, nextShape, propertiesOf, type Shape } from './properties.ts';
import type { Item, SchemaItem, SentRecord, Story, StreamPlan } from './story.ts';

type Traits = Omit<StreamPlan, 'name' | 'before' | 'firstSchema'>;

const PLAIN = {
  hasKeys: true,
  isHard: false,
  hasVersions: false,
  hasMarks: false,
  isRefresh: false,
  options: {},
} as const;

const OVERWRITE = { ...PLAIN, method: 'overwrite', options: { load_method: 'overwrite' } } as const;
const SWAP = { load_method: 'overwrite', overwrite_method: 'swap' } as const;

/** Kinds of streams, with how often they are picked. */
const SINGER: readonly (readonly [weight: number, Traits])[] = [
  [3, { ...PLAIN, method: 'upsert', hasMarks: true }],
  [2, { ...PLAIN, method: 'upsert', hasMarks: true, isHard: true, options: { hard_delete: true } }],
  [4, { ...PLAIN, method: 'append', hasKeys: false, options: { load_method: 'append-only' } }],
  [2, { ...PLAIN, method: 'insert-only', options: { load_method: 'insert-only' } }],
  [1, { ...PLAIN, method: 'upsert', hasVersions: true, options: { add_record_metadata: true } }],
  [
    1,
    {
      ...PLAIN,
      method: 'upsert',
      hasVersions: true,
      isHard: true,
      options: { add_record_metadata: true, hard_delete: true },
    },
  ],
  [
    1,
    {
      ...PLAIN,
      method: 'append',
      hasKeys: false,
      hasVersions: true,
      isHard: true,
      options: { load_method: 'append-only', add_record_metadata: true, hard_delete: true },
    },
  ],
];

/** Streams that some seeds have too. */
const REPLACED: readonly Traits[] = [
  OVERWRITE,
  { ...OVERWRITE, hasKeys: false },
  { ...OVERWRITE, options: SWAP },
  { ...OVERWRITE, hasKeys: false, options: SWAP },
];

const AIRBYTE: readonly (readonly [weight: number, Traits])[] = [
  [3, { ...PLAIN, method: 'append', hasKeys: false }],
  [3, { ...PLAIN, method: 'newest' }],
  [2, { ...PLAIN, method: 'append', hasKeys: false, isRefresh: true }],
  [2, { ...PLAIN, method: 'newest', isRefresh: true }],
];

const KEYS = 14;

const DENSE_RECORDS = 10;
/** Columns of a dense record; ten of these records make a part of 6.7 MB that compresses to more than 5 MiB. */
const DENSE_COLUMNS = 21;

/** What the story must have: a file of rejected records, or a part of a batch, that S3 takes as a multipart upload. */
export type Large = 'rejected' | 'dense' | undefined;

export function writeStory(prng: Prng, protocol: Story['protocol'], large: Large): Story {
  const traits = traitsOf(prng, protocol);
  const streams: StreamPlan[] = [];
  const queues: Item[][] = [];
  traits.forEach((one, i) => {
    const own = prng.fork(`stream ${i}`);
    const isDense = large === 'dense' && i === 0;
    const shape = firstShape(own, protocol, one.hasMarks, isDense ? DENSE_COLUMNS : 0);
    const isReplaced = one.method === 'overwrite' || one.isRefresh;
    streams.push({
      ...one,
      name: `s${i}_${one.method.replace('-', '_')}`,
      before: isReplaced ? recordsBefore(own, { ...shape, dense: 0 }) : [],
      firstSchema: schemaOf(i, { ...shape, dense: 0 }),
    });
    const writer = new StreamWriter(own, one, i, protocol, shape);
    queues.push(isDense ? writer.dense(DENSE_RECORDS) : writer.all(large === 'rejected' && i === 0));
  });
  // What was compressed before would change the size of the parts.
  const first = large === 'dense' ? queues.shift()! : [];
  return { protocol, streams, items: [...first, ...mixed(prng, protocol, queues)] };
}

function traitsOf(prng: Prng, protocol: Story['protocol']): readonly Traits[] {
  if (protocol === 'airbyte') return Array.from({ length: prng.int(1, 3) }, () => prng.weighted(AIRBYTE));
  const usual = Array.from({ length: prng.int(2, 4) }, () => prng.weighted(SINGER));
  return prng.chance(0.3) ? [...usual, prng.pick(REPLACED)] : usual;
}

function recordsBefore(prng: Prng, shape: Shape): readonly SentRecord[] {
  return Array.from({ length: prng.int(1, 8) }, (_, i) =>
    makeRecord(prng, shape, {
      // Those of the story begin with 0.
      seq: -1 - i,
      id: i + 1,
      version: 0,
      isDeletion: false,
      isRejected: false,
    }),
  );
}

function schemaOf(stream: number, shape: Shape): SchemaItem {
  return { kind: 'schema', stream, properties: propertiesOf(shape) };
}

/** Writes the messages of one stream. */
class StreamWriter {
  readonly #prng: Prng;
  readonly #traits: Traits;
  readonly #stream: number;
  readonly #protocol: Story['protocol'];
  #shape: Shape;
  #seq = 0;

  constructor(prng: Prng, traits: Traits, stream: number, protocol: Story['protocol'], shape: Shape) {
    this.#prng = prng;
    this.#traits = traits;
    this.#stream = stream;
    this.#protocol = protocol;
    this.#shape = shape;
  }

  all(hasHuge: boolean): Item[] {
    const { hasVersions, method } = this.#traits;
    const stream = this.#stream;
    const prng = this.#prng;
    const items: Item[] = [schemaOf(stream, this.#shape)];
    const versions = hasVersions ? prng.int(2, 3) : 1;
    for (let version = 1; version <= versions; version++) {
      if (hasVersions && prng.chance(0.5)) items.push({ kind: 'activate', stream, version });
      const parts = prng.int(1, this.#protocol === 'airbyte' ? 1 : 3);
      for (let part = 0; part < parts; part++) {
        if (part > 0) {
          this.#shape = nextShape(prng, this.#shape, method !== 'insert-only');
          items.push(schemaOf(stream, this.#shape));
        }
        items.push(...this.#records(prng.int(4, 16), hasVersions ? version : 0));
        if (hasHuge && part === 0) items.push(...this.#huge(hasVersions ? version : 0));
      }
      if (hasVersions) items.push({ kind: 'activate', stream, version });
    }
    if (this.#protocol === 'airbyte') items.push({ kind: 'state', stream }, { kind: 'complete', stream });
    return items;
  }

  /** One batch whose only part is large. */
  dense(count: number): Item[] {
    const version = this.#traits.hasVersions ? 1 : 0;
    return [
      schemaOf(this.#stream, this.#shape),
      ...Array.from({ length: count }, () => this.#item(this.#record(version, false))),
    ];
  }

  #records(count: number, version: number): Item[] {
    const prng = this.#prng;
    const items: Item[] = [];
    while (items.length < count) {
      if (this.#protocol === 'singer' && prng.chance(0.05)) {
        const records = Array.from({ length: prng.int(1, 6) }, () => this.#record(version));
        items.push({ kind: 'batch', stream: this.#stream, records });
      } else items.push(this.#item(this.#record(version)));
    }
    return items;
  }

  #huge(version: number): Item[] {
    return Array.from({ length: 3 }, () =>
      this.#item(
        makeRecord(this.#prng, this.#shape, {
          ...this.#choice(version),
          isDeletion: false,
          isRejected: true,
          isHuge: true,
        }),
      ),
    );
  }

  #record(version: number, mayBeRejected = true): SentRecord {
    const choice = this.#choice(version);
    return makeRecord(this.#prng, this.#shape, { ...choice, isRejected: choice.isRejected && mayBeRejected });
  }

  #choice(version: number) {
    const prng = this.#prng;
    return {
      seq: this.#seq++,
      id: prng.int(1, KEYS),
      version,
      isDeletion: this.#traits.hasMarks && prng.chance(0.15),
      isRejected: this.#protocol === 'singer' && prng.chance(0.05),
    };
  }

  #item(record: SentRecord): Item {
    return { kind: 'record', stream: this.#stream, record };
  }
}

/** Mixes the messages of the streams and puts states between them. */
function mixed(prng: Prng, protocol: Story['protocol'], queues: readonly Item[][]): readonly Item[] {
  const items: Item[] = [];
  const mayEnd = prng.pick([0.04, 0.08, 0.15]);
  while (queues.some((queue) => queue.length > 0)) {
    const queue = prng.weighted(queues.map((one) => [one.length, one] as const));
    // Several in a row, so that batches of one stream are not cut by each schema of another.
    const taken = queue.splice(0, prng.int(1, 5));
    for (const item of taken) {
      items.push(item);
      const isAfterRecord = item.kind === 'record' || item.kind === 'batch';
      if (!isAfterRecord || !prng.chance(mayEnd)) continue;
      items.push(protocol === 'singer' ? { kind: 'state' } : { kind: 'state', stream: item.stream });
    }
  }
  if (protocol === 'singer') items.push({ kind: 'state' });
  return items;
}
