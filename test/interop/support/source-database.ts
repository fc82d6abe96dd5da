/** Databases for taps to read; and one of PostgreSQL with a table of every kind of value. */
import { mkdirSync } from 'node:fs';
import pg from 'pg';
import { startPostgres } from '../../../src/local/postgres/server.ts';
import type { Row } from './target.ts';

/** A server on 127.0.0.1 and an account that may do everything. */
export interface SourceDatabase {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Runs a statement, or several without rows. @returns rows as the server's texts */
  query(sql: string): Promise<readonly Row[]>;
  stop(): Promise<void>;
}

export const SCHEMA = 'shop';
export const TABLE = 'orders';
export const ROWS = 3000;

const DATABASE = 'postgres';

const DDL = `
  CREATE SCHEMA ${SCHEMA};
  CREATE TABLE ${SCHEMA}.${TABLE} (
    region varchar(8),
    id bigint,
    amount numeric(18,4),
    note text,
    ordered_at timestamptz,
    due date,
    paid boolean,
    details jsonb,
    PRIMARY KEY (region, id)
  );`;

/** Texts that go wrong first where data passes through CSV. */
export const NOTES: readonly (string | null)[] = [
  'plain',
  '',
  null,
  'two\nlines',
  'carriage\r\nreturn',
  'a "quoted" word',
  '"',
  'comma, semicolon; tab\tpipe|',
  'back\\slash \\N \\',
  'zażółć gęślą jaźń 😀 漢字',
  ' spaces around ',
  'NULL',
  "it's",
  '\u0001\u001f\u007f',
  'line\u2028separator',
];

interface SourceRow {
  readonly region: string;
  /** Text: most are beyond 2^53. */
  readonly id: string;
  readonly amount: string | null;
  readonly note: string | null;
  readonly ordered_at: string | null;
  readonly due: string | null;
  readonly paid: boolean | null;
  readonly details: unknown;
}

function row(i: number): SourceRow {
  const every = <T>(n: number, value: T): T | null => (i % n === 0 ? null : value);
  return {
    region: i % 2 === 0 ? 'north' : 'süd "2"',
    id: String(9_223_372_036_854_775_807n - BigInt(i)),
    amount: every(7, `${i % 3 === 0 ? '-' : ''}${i * 37}.${String((i * 7919) % 10_000).padStart(4, '0')}`),
    note: NOTES[i % NOTES.length] ?? null,
    ordered_at: every(
      11,
      new Date(Date.UTC(1969, 11, 1) + i * 86_461_007).toISOString().replace('Z', '789+02'),
    ),
    due: every(13, new Date(Date.UTC(1899, 11, 31) + i * 86_400_000 * 15).toISOString().slice(0, 10)),
    paid: every(5, i % 3 === 0),
    details: every(17, {
      index: i,
      text: NOTES[(i * 4) % NOTES.length],
      list: [1, 'two', null, { three: 3 }],
    }),
  };
}

/** Starts a server in `dir` and fills its table. */
export async function startSourceDatabase(dir: string): Promise<SourceDatabase> {
  const source = await startPostgresDatabase(dir);
  try {
    await source.query(DDL);
    const rows = JSON.stringify(Array.from({ length: ROWS }, (_, i) => row(i)));
    await source.query(
      `INSERT INTO ${SCHEMA}.${TABLE}
       SELECT * FROM json_populate_recordset(NULL::${SCHEMA}.${TABLE}, ${pg.escapeLiteral(rows)})`,
    );
  } catch (error) {
    await source.stop();
    throw error;
  }
  return source;
}

/** Starts a server in `dir` that has no tables. */
export async function startPostgresDatabase(dir: string): Promise<SourceDatabase> {
  mkdirSync(dir);
  const server = await startPostgres({ dir, onPort: true });
  return connected({ ...server, user: server.superuser });
}

/** A server of PostgreSQL with a client of ours. The server is stopped if there can be none. */
export async function connected(
  server: Pick<SourceDatabase, 'port' | 'user' | 'password' | 'stop'>,
): Promise<SourceDatabase> {
  const { port, user, password } = server;
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user, password, database: DATABASE },
    types: { getTypeParser: () => (text: string) => text },
  });
  try {
    await client.connect();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    ...{ port, user, password, database: DATABASE },
    async query(sql) {
      return (await client.query<Row>(sql)).rows;
    },
    async stop() {
      await client.end();
      await server.stop();
    },
  };
}
