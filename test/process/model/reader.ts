/** Reads whole tables of a place over one connection, and writes tables of the model and of the warehouse alike. */
import pg from 'pg';
import type { Place } from '../../support/warehouse.ts';
import { firstColumn, meaningOf } from './meaning.ts';
import type { Table } from './tables.ts';
import { VARYING } from './varying.ts';

export interface Reader {
  /** As the server's texts; undefined for a table that is not there. */
  read(name: string): Promise<Table | undefined>;
  close(): Promise<void>;
}

/** Of these it only matters whether they are NULL. */
const TIMES = new Set([
  ...['_sdc_extracted_at', '_sdc_received_at', '_sdc_batched_at', '_sdc_deleted_at', '_sdc_sequence'],
  ...['_sdc_sync_started_at', '_sdc_changes'],
]);

/** How each statement of a reader begins, so that faults strike those of the loader only. */
export const READS = '/* reader */ ';

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
  // All digits of a double.
  await client.query(`${READS}SET extra_float_digits TO 2`);
  return {
    close: () => client.end(),
    async read(name) {
      const table = `"${schema}"."${name.replaceAll('"', '""')}"`;
      const isThere = `SELECT 1 FROM svv_tables WHERE table_schema = '${schema}' AND table_name = '${name}'`;
      if ((await client.query(`${READS}${isThere}`)).rows.length === 0) return undefined;
      try {
        await client.query(`${READS}BEGIN`);
        // Waits for who changes the table: a snapshot from before would show its rows without the changed column.
        await client.query(`${READS}DELETE FROM ${table} WHERE 1 = 0`);
        const { fields, rows } = await client.query<(string | null)[]>({
          text: `${READS}SELECT * FROM ${table}`,
          rowMode: 'array',
        });
        const columns = fields.map((field) => field.name);
        return { columns, rows: rows.map((row) => new Map(withoutNulls(columns, row))) };
      } finally {
        await client.query(`${READS}ROLLBACK`);
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

/** Of the varying properties what their values mean, which stand in one of their columns. */
export function inMeaning(table: Table | undefined): Table | undefined {
  return (
    table && {
      columns: [...new Set(table.columns.map(propertyOf))],
      rows: table.rows.map((row) => {
        const merged = new Map<string, string>();
        for (const [column, shown] of row) {
          const property = propertyOf(column);
          const before = merged.has(property) ? `${merged.get(property)} and in a second column ` : '';
          merged.set(property, before + (VARYING_COLUMNS.has(property) ? meaningOf(shown) : shown));
        }
        return merged;
      }),
    }
  );
}

const VARYING_COLUMNS = new Set(VARYING.map(([{ column }]) => column));

function propertyOf(column: string): string {
  const first = firstColumn(column);
  return VARYING_COLUMNS.has(first) ? first : column;
}
