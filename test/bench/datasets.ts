/** The inputs of the benchmark: made here, the same in every run, kept below `.cache/bench`. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../.cache/bench/', import.meta.url));

export interface Dataset {
  readonly name: string;
  /** What is in it, for the table. */
  readonly what: string;
  /** So that all have about 400 MB. */
  readonly records: number;
  /** SCHEMA lines. */
  readonly schemas: (random: Random) => readonly string[];
  readonly record: (random: Random, id: number) => string;
}

export interface Input {
  readonly dataset: Dataset;
  readonly path: string;
  readonly records: number;
  readonly bytes: number;
}

/** Pseudo-random numbers, the same every time. */
class Random {
  #state = 12_345;

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** The file of a dataset, made if it is not there. `share` of its records. */
export function inputOf(dataset: Dataset, share = 1): Input {
  const records = Math.max(Math.round(dataset.records * share), 1);
  const path = join(CACHE, `${dataset.name}-${records}.singer`);
  if (!existsSync(path)) write(dataset, records, path);
  return { dataset, path, records, bytes: statSync(path).size };
}

function write({ schemas, record }: Dataset, records: number, path: string): void {
  mkdirSync(CACHE, { recursive: true });
  const random = new Random();
  const fd = openSync(`${path}.part`, 'w');
  // A state at the start, because one of the other loaders does not load without any.
  let text = `${schemas(random).join('\n')}\n{"type":"STATE","value":{"bookmarks":{}}}\n`;
  for (let id = 1; id <= records; id++) {
    text += `${record(random, id)}\n`;
    if (text.length < 1_000_000) continue;
    writeSync(fd, text);
    text = '';
  }
  writeSync(fd, `${text}{"type":"STATE","value":{"bookmark":${records}}}\n`);
  closeSync(fd);
  renameSync(`${path}.part`, path);
}

function schema(
  stream: string,
  properties: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): string {
  return JSON.stringify({
    type: 'SCHEMA',
    stream,
    schema: { type: 'object', properties },
    key_properties: keys,
  });
}

const WORDS =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim minim veniam quis nostrud'.split(
    ' ',
  );

function words(random: Random, count: number): string {
  let text = random.of(WORDS);
  for (let i = 1; i < count; i++) text += ` ${random.of(WORDS)}`;
  return text;
}

const two = (number: number): string => (number < 10 ? `0${number}` : String(number));

function time(random: Random): string {
  const date = `2024-${two(1 + random.below(12))}-${two(1 + random.below(28))}`;
  const clock = `${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}`;
  return `${date}T${clock}.${String(random.below(1_000_000)).padStart(6, '0')}Z`;
}

const text = { type: ['null', 'string'] };
const integer = { type: ['null', 'integer'] };
const moment = { type: ['null', 'string'], format: 'date-time' };

const ORDER = {
  id: { type: 'integer' },
  customer_id: integer,
  status: text,
  amount: { type: ['null', 'number'], multipleOf: 0.01 },
  currency: text,
  is_gift: { type: ['null', 'boolean'] },
  created_at: moment,
  updated_at: moment,
  email: text,
  discount: { type: ['null', 'number'] },
  address: text,
  note: text,
};

const STATES = ['pending', 'paid', 'shipped', 'delivered', 'returned'];
const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF'];

function orderRecord(stream: string): Dataset['record'] {
  return (random, id) =>
    `{"type":"RECORD","stream":"${stream}","record":{"id":${id},"customer_id":${random.below(1e6)},"status":"${random.of(STATES)}","amount":${random.below(1e6) / 100},"currency":"${random.of(CURRENCIES)}","is_gift":${random.chance(10)},"created_at":"${time(random)}","updated_at":${random.chance(20) ? 'null' : `"${time(random)}"`},"email":"customer${random.below(1e6)}@example.com","discount":${random.chance(70) ? 'null' : random.below(1000) / 1000},"address":"${random.below(999)} ${words(random, 3)}, ${random.below(99_999)} ${words(random, 1)}","note":${random.chance(30) ? 'null' : `"${words(random, 3 + random.below(12))}"`}},"time_extracted":"2024-06-01T00:00:00.000000Z"}`;
}

const orders: Dataset = {
  name: 'orders',
  what: '12 mixed columns',
  records: 1_000_000,
  schemas: () => [schema('orders', ORDER, ['id'])],
  record: orderRecord('orders'),
};

const narrow: Dataset = {
  name: 'narrow',
  what: '3 columns',
  records: 5_000_000,
  schemas: () => [
    schema('narrow', { id: { type: 'integer' }, name: text, ratio: { type: 'number' } }, ['id']),
  ],
  record: (random, id) =>
    `{"type":"RECORD","stream":"narrow","record":{"id":${id},"name":"${random.of(WORDS)} ${random.below(10_000)}","ratio":${random.below(100_000) / 1000}}}`,
};

/** 200 columns, a third of them NULL. */
const wide: Dataset = {
  name: 'wide',
  what: '200 columns',
  records: 90_000,
  schemas: () => {
    const types = [integer, text, { type: ['null', 'number'] }, moment, { type: ['null', 'boolean'] }];
    const columns = Array.from({ length: 199 }, (_, i) => [`column_${i}`, types[i % 5]] as const);
    return [schema('wide', { id: { type: 'integer' }, ...Object.fromEntries(columns) }, ['id'])];
  },
  record: (random, id) => {
    let record = `"id":${id}`;
    for (let i = 0; i < 199; i++)
      record += `,"column_${i}":${random.chance(33) ? 'null' : wideValue(random, i % 5)}`;
    return `{"type":"RECORD","stream":"wide","record":{${record}}}`;
  },
};

function wideValue(random: Random, kind: number): string {
  switch (kind) {
    case 0:
      return String(random.below(1e9));
    case 1:
      return `"${words(random, 2)}"`;
    case 2:
      return String(random.below(1e6) / 1000);
    case 3:
      return `"${time(random)}"`;
    default:
      return String(random.chance(50));
  }
}

const nested: Dataset = {
  name: 'nested',
  what: 'objects and arrays',
  records: 600_000,
  schemas: () => [
    schema(
      'nested',
      {
        id: { type: 'integer' },
        customer: { type: 'object' },
        lines: { type: 'array' },
        tags: { type: 'array' },
      },
      ['id'],
    ),
  ],
  record: (random, id) => {
    const line = (): string =>
      `{"sku":"${random.below(1e6)}-${random.of(WORDS)}","quantity":${1 + random.below(9)},"price":${random.below(1e5) / 100},"options":{"color":"${random.of(WORDS)}","gift":${random.chance(50)}}}`;
    const lines = Array.from({ length: 1 + random.below(7) }, line).join();
    return `{"type":"RECORD","stream":"nested","record":{"id":${id},"customer":{"name":"${words(random, 2)}","address":{"city":"${random.of(WORDS)}","zip":"${random.below(99_999)}","geo":[${random.below(180_000) / 1000},${random.below(90_000) / 1000}]},"since":"${time(random)}"},"lines":[${lines}],"tags":["${random.of(WORDS)}","${random.of(WORDS)}"]}}`;
  },
};

/** Texts of a few hundred characters with line breaks, quotes, and characters of two to four bytes, some of them escaped. */
const texts: Dataset = {
  name: 'text',
  what: 'escapes, 4-byte characters',
  records: 600_000,
  schemas: () => [schema('text', { id: { type: 'integer' }, title: text, body: text }, ['id'])],
  record: (random, id) => {
    const piece = (): string => {
      const kind = random.below(12);
      if (kind === 0) return '\\n';
      if (kind === 1) return `\\"${random.of(WORDS)}\\"`;
      if (kind === 2) return random.of(['😀', '🚀', '漢字', 'über', 'naïve', '…']);
      if (kind === 3) return random.of(['\\u00e9', '\\ud83d\\ude00', '\\u2014', '\\t', '\\\\']);
      return words(random, 3);
    };
    const body = Array.from({ length: 20 + random.below(20) }, piece).join(' ');
    return `{"type":"RECORD","stream":"text","record":{"id":${id},"title":"${words(random, 5)}","body":"${body}"}}`;
  },
};

/** As Python's json.dumps writes by default. */
const python: Dataset = {
  ...orders,
  name: 'python',
  what: 'orders with ", " and ": "',
  record: (random, id) => spaced(orders.record(random, id)),
};

/** Only structural commas and colons stand behind a quote, digit, word or bracket and before one, in these records. */
function spaced(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"|[,:]/g, (token) => (token.length === 1 ? `${token} ` : token));
}

const STREAMS = Array.from({ length: 100 }, (_, i) => `orders_${two(i)}`);
const RECORDS_OF = STREAMS.map(orderRecord);

const streams: Dataset = {
  name: 'streams',
  what: '100 streams, record by record',
  records: 1_000_000,
  schemas: () => STREAMS.map((stream) => schema(stream, ORDER, ['id'])),
  record: (random, id) => (RECORDS_OF[id % STREAMS.length] as Dataset['record'])(random, id),
};

export const DATASETS: readonly Dataset[] = [orders, narrow, wide, nested, texts, python, streams];
export const ORDERS = orders;
