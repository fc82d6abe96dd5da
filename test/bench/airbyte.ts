/**
 * How much CPU time the same records take as messages of Airbyte and as messages of Singer, without a warehouse: `tsx
 * test/bench/airbyte.ts [records [pairs]]`. Each run is a process that reads, encodes, compresses and counts. The runs alternate, and
 * the median of the pairs is compared with what is allowed. User time is counted, because it depends least on what else the machine does.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import pino from 'pino';
import { runDiscard } from '../../src/commands/discard.ts';
import { withoutConnection } from '../../src/config/config.ts';
import { Secrets } from '../../src/log.ts';
import { parseCatalog } from '../../src/protocol/catalog.ts';
import { airbyteProtocol } from '../../src/run/airbyte.ts';
import { openScope } from '../../src/scope.ts';

/** Airbyte may take this much more than Singer. */
const MAX_RATIO = 1.15;

const [count = '300000', pairs = '5', only] = process.argv.slice(2);
const RECORDS = Number(count);
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

function* airbyte(records: number): Generator<object> {
  for (let i = 0; i < records; i++) {
    const emitted_at = 1_700_000_000_000 + (i >> 4);
    yield { type: 'RECORD', record: { stream: 'orders', data: order(i), emitted_at } };
  }
  const stream_status = { stream_descriptor: { name: 'orders' }, status: 'COMPLETE' };
  yield { type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 0, stream_status } };
}

function* singer(records: number): Generator<object> {
  const schema = { type: 'object', properties: PROPERTIES };
  yield { type: 'SCHEMA', stream: 'orders', schema, key_properties: [] };
  for (let i = 0; i < records; i++) {
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

type Kind = 'singer' | 'singer with metadata' | 'airbyte';

/** Seconds of user time. */
async function time(kind: Kind, records: number): Promise<number> {
  const chunks = chunksOf(kind === 'airbyte' ? airbyte(records) : singer(records));
  const { config } = withoutConnection({
    naming: 'safe',
    load_method: 'append-only',
    add_record_metadata: kind === 'singer with metadata',
  });
  const log = pino({ level: 'silent' });
  const signal = new AbortController().signal;
  await using scope = openScope(
    config,
    { log, secrets: new Secrets(), env: {}, now: Date.now, ownFiles: [] },
    signal,
  );
  const output = {
    writeState: () => undefined,
    lastState: undefined,
    flushed: () => Promise.resolve(),
    giveUp: () => undefined,
  };
  const started = process.cpuUsage();
  await runDiscard({
    config,
    scope,
    io: { now: Date.now, cores: 2 },
    input: Readable.from(chunks),
    log,
    quietLog: log,
    stop: signal,
    ...(kind === 'airbyte'
      ? { protocol: { protocol: () => airbyteProtocol(parseCatalog(CATALOG), output), generations } }
      : {}),
  });
  return process.cpuUsage(started).user / 1e6;
}

function timeInProcess(kind: Kind): number {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), count, pairs, kind];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

if (only !== undefined) {
  // The first run reads the files of the program.
  await time(only as Kind, 1000);
  process.stdout.write(String(await time(only as Kind, RECORDS)));
} else {
  const rounds = Array.from({ length: Number(pairs) }, () => ({
    singer: timeInProcess('singer'),
    airbyte: timeInProcess('airbyte'),
    described: timeInProcess('singer with metadata'),
  }));
  for (const { singer, airbyte, described } of rounds) {
    console.log(
      `Singer ${singer.toFixed(2)} s, Airbyte ${airbyte.toFixed(2)} s (${(airbyte / singer).toFixed(2)}), ` +
        `Singer with metadata ${described.toFixed(2)} s (${(airbyte / described).toFixed(2)})`,
    );
  }
  const ratio = median(rounds.map(({ singer, airbyte }) => airbyte / singer));
  console.log(
    `${RECORDS} records, user time, median of ${pairs} pairs: Airbyte takes ${ratio.toFixed(2)} of Singer's, and may take ${MAX_RATIO}`,
  );
  if (!(ratio <= MAX_RATIO)) process.exitCode = 1;
}
