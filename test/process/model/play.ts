/** Plays a run of a sequence through the loader and compares the tables after every state that it writes. */
import { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { runLoad } from '../../../src/commands/load.ts';
import { checkConfig } from '../../../src/config/config.ts';
import type { Place } from '../../support/warehouse.ts';
import type { Script, Settings, TableName } from './sequence.ts';
import type { Table } from './tables.ts';

/** Answers tables as the server's texts; undefined for a table that is not there. */
export type Reader = (name: TableName) => Promise<Table | undefined>;

export async function openReader({
  config,
  schema,
}: Place): Promise<{ read: Reader; close: () => Promise<void> }> {
  const client = new pg.Client({
    host: config.hostname,
    port: config.port,
    database: config.database,
    user: config.user,
    password: config.password,
    ssl: { ca: config.ssl_ca },
    types: { getTypeParser: () => (value: string) => value },
  });
  await client.connect();
  return {
    close: () => client.end(),
    read: async (name) => {
      try {
        const { fields, rows } = await client.query<(string | null)[]>({
          text: `SELECT * FROM "${schema}"."${name.replaceAll('"', '""')}"`,
          rowMode: 'array',
        });
        const columns = fields.map((field) => field.name);
        return {
          columns,
          rows: rows.map(
            (row) =>
              new Map(
                row.flatMap((value, i): [string, string][] => (value === null ? [] : [[columns[i]!, value]])),
              ),
          ),
        };
      } catch (error) {
        if (/does not exist/.test(String(error))) return undefined;
        throw error;
      }
    },
  };
}

/** Resolves when the tables were right after every state and at the end. Rejects with what was different. */
export async function play(place: Place, read: Reader, settings: Settings, script: Script): Promise<void> {
  const { config } = checkConfig({ ...place.config, ...settings, log_level: 'error' });
  let checked: Promise<void> = Promise.resolve();
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      for (const line of chunk.toString().trim().split('\n')) {
        const from = (JSON.parse(line) as { lines: number }).lines;
        checked = checked.then(() => expectAtLeast(read, script, from));
        checked.catch(() => undefined);
      }
      done();
    },
  });
  const never = new AbortController().signal;
  await runLoad({
    config,
    log: pino({ level: 'silent' }),
    inputPath: undefined,
    stdin: Readable.from(input(script.lines, () => checked)),
    stdout,
    stop: never,
    kill: never,
  });
  await checked;
  for (const [name, snapshots] of script.tables) {
    expectText(asText(await read(name)), asText(snapshots.at(-1)), `table ${name} at the end`);
  }
}

/** Line by line; while a table is looked at, nothing more is read. */
async function* input(lines: readonly string[], checked: () => Promise<void>): AsyncGenerator<Buffer> {
  for (const line of lines) {
    await checked();
    yield Buffer.from(`${line}\n`);
    await turn();
  }
}

/** Each table holds exactly what a prefix of the input means that has at least `from` lines: no hole, no row too many. */
async function expectAtLeast(read: Reader, script: Script, from: number): Promise<void> {
  for (const [name, snapshots] of script.tables) {
    const found = rowsAsText(await read(name));
    const possible = snapshots.slice(from).map(rowsAsText);
    if (possible.some((rows) => rows === found)) continue;
    expectText(found, possible[0] ?? '', `table ${name} after the state behind line ${from}`);
  }
}

function expectText(found: string, expected: string, what: string): void {
  if (found !== expected) throw new Error(`${what} holds\n${found}\ninstead of\n${expected}`);
}

/** Without columns that are NULL everywhere: they are made before the rows that fill them. */
function rowsAsText(table: Table | undefined): string {
  return (table?.rows ?? [])
    .map((row) => JSON.stringify(Object.fromEntries([...row].sort(([a], [b]) => (a < b ? -1 : 1)))))
    .sort()
    .join('\n');
}

function asText(table: Table | undefined): string {
  return table ? `${table.columns.join(', ')}\n${rowsAsText(table)}` : '(no table)';
}
