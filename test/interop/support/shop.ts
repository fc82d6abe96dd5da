/** A shop's two streams as Singer messages, in two versions: the second changes and adds records. */

/** A number that JSON.parse of JavaScript would not keep; its digits. */
class Digits {
  constructor(readonly text: string) {}
}

export interface Order {
  readonly id: Digits;
  readonly note: string | null;
  readonly amount: number | null;
  readonly quantity: number | null;
  readonly paid: boolean | null;
  readonly ordered_at: string | null;
  readonly address: { readonly city: string; readonly zip: number };
}

export interface Item {
  readonly region: string;
  readonly number: number;
  readonly title: string;
  readonly weight: number | null;
}

const NULLABLE = (type: string): object => ({ type: ['null', type] });

const ORDERS_SCHEMA = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    note: { ...NULLABLE('string'), maxLength: 500 },
    amount: NULLABLE('number'),
    quantity: NULLABLE('integer'),
    paid: NULLABLE('boolean'),
    ordered_at: { ...NULLABLE('string'), format: 'date-time' },
    address: {
      type: ['null', 'object'],
      properties: { city: NULLABLE('string'), zip: NULLABLE('integer') },
    },
  },
};

const ITEMS_SCHEMA = {
  type: 'object',
  properties: {
    region: { type: 'string', maxLength: 20 },
    number: { type: 'integer' },
    title: { ...NULLABLE('string'), maxLength: 200 },
    weight: NULLABLE('number'),
  },
};

/** Texts that go wrong first where data passes through delimited files. */
const TEXTS: readonly string[] = [
  'plain',
  'a "quoted" word',
  'comma, semicolon; tab\tpipe|',
  'back\\slash \\N \\',
  'zażółć gęślą jaźń 😀 漢字',
  "it's 100 %",
  'ends with a quote"',
  '{"json": [1, "two"]}',
  '{braces} and $1 and :name',
];

export interface Shop {
  readonly orders: readonly Order[];
  readonly items: readonly Item[];
}

/** Day by day: day 0 has the first records; day 1 sends some of them changed, and new ones. */
export type Day = 0 | 1;

const ORDERS = 3000;
const ITEMS = 2000;

/** What the tap sends on that day. */
export function sent(day: Day): Shop {
  const changed = (i: number): boolean => day === 0 || i % 3 === 0;
  return {
    orders: numbers(ORDERS + day * 500)
      .filter((i) => i >= ORDERS || changed(i))
      .map((i) => order(i, day)),
    items: numbers(ITEMS + day * 250)
      .filter((i) => i >= ITEMS || changed(i))
      .map((i) => item(i, day)),
  };
}

/** What the tables must hold after that day, in the order of their keys. */
export function held(day: Day): Shop {
  const versionOf = (i: number, first: number): Day => (day === 1 && (i >= first || i % 3 === 0) ? 1 : 0);
  return {
    orders: numbers(ORDERS + day * 500).map((i) => order(i, versionOf(i, ORDERS))),
    items: numbers(ITEMS + day * 250).map((i) => item(i, versionOf(i, ITEMS))),
  };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function order(i: number, day: Day): Order {
  const every = <T>(n: number, value: T): T | null => (i % n === 0 ? null : value);
  return {
    id: new Digits(String(100_000_000_000_000_000n + BigInt(i))),
    note: every(11, `${TEXTS[(i + day) % TEXTS.length] ?? ''}${day === 1 ? ' again' : ''}`),
    amount: every(7, (i * 7919 + day) / 64),
    quantity: every(13, i - 1000 + day),
    paid: every(5, (i + day) % 2 === 0),
    ordered_at: every(17, new Date(Date.UTC(1999, 0, 1) + i * 86_461_007 + day).toISOString()),
    address: { city: TEXTS[(i * 4) % TEXTS.length] ?? '', zip: 10_000 + i + day },
  };
}

function item(i: number, day: Day): Item {
  return {
    region: i % 2 === 0 ? 'north' : 'süd "2"',
    number: Math.floor(i / 2),
    title: `${TEXTS[(i * 5) % TEXTS.length] ?? ''} ${day}`,
    weight: i % 4 === 0 ? null : (i + day) / 8,
  };
}

/** The day as lines for a target: schemas, records, state. */
export function messages(day: Day): string {
  const { orders, items } = sent(day);
  const lines: unknown[] = [
    { type: 'SCHEMA', stream: 'orders', schema: ORDERS_SCHEMA, key_properties: ['id'] },
    ...orders.map((record) => ({ type: 'RECORD', stream: 'orders', record })),
    { type: 'SCHEMA', stream: 'items', schema: ITEMS_SCHEMA, key_properties: ['region', 'number'] },
    ...items.map((record) => ({ type: 'RECORD', stream: 'items', record })),
    { type: 'STATE', value: stateOf(day) },
  ];
  return lines.map((line) => `${json(line)}\n`).join('');
}

/** The state that the tap sends last. */
export function stateOf(day: Day): unknown {
  return { bookmarks: { orders: { day }, items: { day } } };
}

function json(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) =>
    part instanceof Digits ? `digits:${part.text}` : part,
  );
  return text.replace(/"digits:(\d+)"/g, '$1');
}
