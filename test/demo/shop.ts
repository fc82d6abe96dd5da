/** A made-up shop as a Singer tap would send it: customers, orders and their lines, always the same. */

const TOWNS = [
  'Aarhus',
  'Bergen',
  'Córdoba',
  'Dublin',
  'Évora',
  'Gdańsk',
  'Kraków',
  'Łódź',
  'Malmö',
  'Zürich',
];
const ITEMS = ['lamp', 'chair', 'desk "oak"', 'shelf, small', 'rug', 'clock', 'mirror', 'vase'];
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);

export const COUNTS = { customers: 5_000, orders: 35_000, order_lines: 70_000 } as const;

const integer = { type: 'integer' };
const text = { type: ['null', 'string'] };
const money = { type: 'number', multipleOf: 0.01 };
const time = { type: 'string', format: 'date-time' };

const SCHEMAS = {
  customers: {
    id: integer,
    name: text,
    town: text,
    joined_at: time,
    preferences: { type: ['null', 'object'] },
  },
  orders: { id: integer, customer_id: integer, ordered_at: time, status: text, total: money },
  order_lines: { order_id: integer, line: integer, item: text, quantity: integer, price: money },
};

const KEYS = { customers: ['id'], orders: ['id'], order_lines: ['order_id', 'line'] };

/** The messages, a few thousand lines at a time. */
export function* shopMessages(): Generator<string> {
  for (const stream of ['customers', 'orders', 'order_lines'] as const) {
    const schema = { type: 'object', properties: SCHEMAS[stream] };
    yield line({ type: 'SCHEMA', stream, schema, key_properties: KEYS[stream] });
  }
  yield* records('customers', customer);
  yield* records('orders', order);
  yield* records('order_lines', orderLine);
}

function* records(stream: keyof typeof COUNTS, make: (n: number) => object): Generator<string> {
  const step = 1_000;
  for (let from = 0; from < COUNTS[stream]; from += step) {
    let lines = '';
    for (let n = from; n < from + step; n++) lines += line({ type: 'RECORD', stream, record: make(n) });
    yield lines + line({ type: 'STATE', value: { bookmarks: { [stream]: from + step } } });
  }
}

function line(message: object): string {
  return `${JSON.stringify(message)}\n`;
}

function customer(n: number): object {
  return {
    id: n + 1,
    name: `Customer ${n + 1}`,
    town: TOWNS[n % TOWNS.length],
    joined_at: new Date(START + n * 3_600_000).toISOString(),
    preferences:
      n % 7 === 0 ? { newsletter: n % 2 === 0, colours: ['red', 'blue'].slice(0, 1 + (n % 2)) } : null,
  };
}

function order(n: number): object {
  return {
    id: n + 1,
    customer_id: 1 + ((n * 7919) % COUNTS.customers),
    ordered_at: new Date(START + (n % 250) * DAY_MS + n * 1000).toISOString(),
    status: n % 11 === 0 ? 'open' : 'paid',
    total: (price(2 * n) * quantity(2 * n) + price(2 * n + 1) * quantity(2 * n + 1)) / 100,
  };
}

function orderLine(n: number): object {
  return {
    order_id: 1 + Math.floor(n / 2),
    line: 1 + (n % 2),
    item: ITEMS[n % ITEMS.length],
    quantity: quantity(n),
    price: price(n) / 100,
  };
}

/** In cents. */
const price = (n: number): number => 500 + ((n * 37) % 20_000);
const quantity = (n: number): number => 1 + (n % 4);
