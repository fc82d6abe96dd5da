/**
 * How long the same records take as messages of Airbyte and as messages of Singer, without a warehouse: `tsx test/bench/airbyte.ts
 * [records]`. Reads, encodes, compresses and counts, in this process; the better of three runs each, in turn.
 */
import { Readable } from 'node:stream';
import pino from 'pino';
import { runDiscard } from '../../src/commands/discard.ts';
import { withoutConnection } from '../../src/config/config.ts';
import { Secrets } from '../../src/log.ts';
import { parseCatalog } from '../../src/protocol/catalog.ts';
import { airbyteProtocol } from '../../src/run/airbyte.ts';
import { openScope } from '../../src/scope.ts';

const RECORDS = Number(process.argv[2] ?? 300_000);
const CHUNK_BYTES = 64 * 1024;

const PROPERTIES = {
  id: { type: 'integer' },
  customer_id: { type: 'integer' },
  status: { type: 'string' },
  amount: { type: 'number' },
  ordered_at: { type: 'string', format: 'date-time' },
  paid: { type: 'boolean' },
  note: { type: 'string' },
  address: { type: 'object' },
};

function order(i: number): object {
  return {
    id: i,
    customer_id: (i * 7919) % 50_000,
    status: ['new', 'paid', 'shipped', 'returned'][i % 4],
    amount: (i % 100_000) / 100,
    ordered_at: new Date(1_700_000_000_000 + i * 1000).toISOString(),
    paid: i % 3 === 0,
    note: `order ${i} was placed by customer ${i % 977} and needs no further care`,
    address: { street: `Main Street ${i % 120}`, city: 'Springfield', zip: String(10_000 + (i % 9999)) },
  };
}

const CATALOG = JSON.stringify({
  streams: [
    {
      stream: { name: 'orders', json_schema: { type: 'object', properties: PROPERTIES } },
      sync_mode: 'full_refresh',
      destination_sync_mode: 'append',
      generation_id: 1,
      minimum_generation_id: 0,
      sync_id: 1,
    },
  ],
});

function chunksOf(lines: Iterable<object>): Buffer[] {
  const chunks: Buffer[] = [];
  let text = '';
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < CHUNK_BYTES) continue;
    chunks.push(Buffer.from(text));
    text = '';
  }
  return [...chunks, Buffer.from(text)];
}

function* airbyte(): Generator<object> {
  for (let i = 0; i < RECORDS; i++) {
    const emitted_at = 1_700_000_000_000 + (i >> 4);
    yield { type: 'RECORD', record: { stream: 'orders', data: order(i), emitted_at } };
  }
  const stream_status = { stream_descriptor: { name: 'orders' }, status: 'COMPLETE' };
  yield { type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 0, stream_status } };
}

function* singer(): Generator<object> {
  const schema = { type: 'object', properties: PROPERTIES };
  yield { type: 'SCHEMA', stream: 'orders', schema, key_properties: [] };
  for (let i = 0; i < RECORDS; i++) {
    const time_extracted = new Date(1_700_000_000_000 + (i >> 4)).toISOString();
    yield { type: 'RECORD', stream: 'orders', record: order(i), time_extracted };
  }
}

const NOTHING = { older: 0, inserted: 0, outdated: 0, deleted: 0 };
const generations = {
  hasOlder: () => Promise.resolve(false),
  hasCurrent: () => Promise.resolve(false),
  createBeside: () => Promise.resolve(),
  drop: () => Promise.resolve(),
  dropOlder: () => Promise.resolve(),
  complete: () => Promise.resolve(NOTHING),
};

/** Seconds. */
async function time(chunks: readonly Buffer[], isAirbyte: boolean, options: object): Promise<number> {
  const { config } = withoutConnection({ naming: 'safe', load_method: 'append-only', ...options });
  const log = pino({ level: 'silent' });
  const signal = new AbortController().signal;
  await using scope = openScope(
    config,
    { log, secrets: new Secrets(), env: {}, now: Date.now, ownFiles: [] },
    signal,
  );
  const output = { writeState: () => undefined, flushed: () => Promise.resolve(), giveUp: () => undefined };
  const started = performance.now();
  await runDiscard({
    config,
    scope,
    io: { now: Date.now, cores: 2 },
    input: Readable.from(chunks),
    log,
    quietLog: log,
    stop: signal,
    ...(isAirbyte
      ? { protocol: { protocol: () => airbyteProtocol(parseCatalog(CATALOG), output), generations } }
      : {}),
  });
  return (performance.now() - started) / 1000;
}

const lines = { airbyte: chunksOf(airbyte()), singer: chunksOf(singer()) };
const best = { airbyte: Infinity, singer: Infinity, withMetadata: Infinity };
for (let round = 0; round < 3; round++) {
  best.singer = Math.min(best.singer, await time(lines.singer, false, {}));
  best.withMetadata = Math.min(
    best.withMetadata,
    await time(lines.singer, false, { add_record_metadata: true }),
  );
  best.airbyte = Math.min(best.airbyte, await time(lines.airbyte, true, {}));
}
const ratio = (of: number): string => (best.airbyte / of).toFixed(2);
console.log(
  `${RECORDS} records: Singer ${best.singer.toFixed(2)} s, with metadata ${best.withMetadata.toFixed(2)} s, Airbyte ${best.airbyte.toFixed(2)} s ` +
    `(${ratio(best.singer)} of Singer, ${ratio(best.withMetadata)} of Singer with metadata)`,
);
