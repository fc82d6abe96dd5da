/** `npm run demo`: loads the made-up shop into a local warehouse with the built program, shows what arrived and how to go on. */
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { COUNTS, shopMessages } from './shop.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const QUERIES: readonly (readonly [string, string])[] = [
  [
    'Rows in each table',
    `SELECT 'customers' AS table_name, COUNT(*) AS row_count FROM customers
     UNION ALL SELECT 'orders', COUNT(*) FROM orders
     UNION ALL SELECT 'order_lines', COUNT(*) FROM order_lines ORDER BY 2`,
  ],
  ['A few customers', 'SELECT id, name, town, joined_at, preferences FROM customers ORDER BY id LIMIT 4'],
  [
    'Where the money comes from',
    `SELECT c.town, COUNT(*) AS orders, SUM(o.total) AS total FROM orders o JOIN customers c ON c.id = o.customer_id
     GROUP BY c.town ORDER BY total DESC LIMIT 5`,
  ],
];

const total = Object.values(COUNTS).reduce((sum, count) => sum + count, 0);
const number = (n: number): string => n.toLocaleString('en');

say(
  `Loading ${number(total)} records of ${Object.keys(COUNTS).length} streams into a local warehouse in .target-redshift ...`,
);
const started = Date.now();
await run(['--local'], Readable.from(shopMessages()));
const seconds = (Date.now() - started) / 1000;
say(
  `Done in ${seconds.toFixed(1)} s, the start of the warehouse included: ${number(Math.round(total / seconds))} records a second.\n`,
);
for (const [title, query] of QUERIES) {
  say(`${title}:`);
  say(await run(['sql', query, '--local']));
}
say(`How to go on:
  your-tap | npx target-redshift --local              load any Singer tap into this warehouse
  npx target-redshift sql "SELECT ..." --local        query it
  npx target-redshift local                           keep it running for psql, a BI tool or tests
  npx target-redshift check --config config.json      see whether your Redshift can be loaded (start from config.sample.json)`);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs the program; its states go nowhere, its logs to the terminal. */
async function run(args: readonly string[], input?: Readable): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await pipeline(input ?? Readable.from([]), child.stdin).catch(() => undefined);
  const code = await ended;
  if (code !== 0) throw new Error(`target-redshift ${args[0] ?? ''} ended with ${String(code)}`);
  return output;
}
