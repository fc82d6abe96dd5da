/** Reads whole tables of a place over one connection, and writes tables of the model and of the warehouse alike. */
import pg from 'pg';
import type { Place } from '../../support/warehouse.ts';
import type { Table } from './tables.ts';

export interface Reader {
  /** As the server's texts; undefined for a table that is not there. */
  read(name: string): Promise<Table | undefined>;
  close(): Promise<void>;
}

/** Of these it only matters whether they are NULL. */
const TIMES = new Set([
  ...['_sdc_extracted_at', '_sdc_received_at', '_sdc_batched_at', '_sdc_deleted_at', '_sdc_sequence'],
  '_sdc_sync_started_at',
]);

/** How the statements of a reader begin: nobody else writes such. */
export const READS = 'SELECT /* reader */ ';

export async function openReader({ config, schema }: Place): Promise<Reader> {
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
    async read(name) {
      try {
        const { fields, rows } = await client.query<(string | null)[]>({
          text: `${READS}* FROM "${schema}"."${name.replaceAll('"', '""')}"`,
          rowMode: 'array',
        });
        const columns = fields.map((field) => field.name);
        return { columns, rows: rows.map((row) => new Map(withoutNulls(columns, row))) };
      } catch (error) {
        if (/does not exist/.test(String(error))) return undefined;
        throw error;
      }
    },
  };
}

function withoutNulls(columns: readonly string[], row: readonly (string | null)[]): [string, string][] {
  return row.flatMap((value, i) => {
    const column = columns[i] ?? '';
    if (value === null) return [];
    return [[column, TIMES.has(column) ? 'set' : value]];
  });
}

/** Without columns that are NULL everywhere: they are made before the rows that fill them. */
export function rowsAsText(table: Table | undefined): string {
  return (table?.rows ?? [])
    .map((row) => JSON.stringify(Object.fromEntries([...row].sort(([a], [b]) => (a < b ? -1 : 1)))))
    .sort()
    .join('\n');
}

export function asText(table: Table | undefined): string {
  return table ? `${table.columns.join(', ')}\n${rowsAsText(table)}` : '(no table)';
}
