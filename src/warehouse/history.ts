/**
 * `_target_redshift_loads`: a readable row for each load. It is written after the load's commit by a queue of its own, so
 * that no load waits for another through it; a history that cannot be written is told once and given up.
 */
import { messageOf, LoadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Warehouse } from '../ports.ts';
import { ident, integer, join, literal, sql, type Sql } from '../sql.ts';
import { RESERVED_PREFIX } from '../table/names.ts';

/** What a load did. No state and no secret: anybody who may read the schema reads this. */
export interface LoadRow {
  readonly batch: number;
  readonly stream: string;
  readonly schema: string;
  readonly table: string;
  readonly method: string;
  /** Rows that the input had. */
  readonly received: number;
  /** Of them, those that were set aside. */
  readonly rejected: number;
  /** Of them, those that are in the table now. */
  readonly written: number;
  /** Rows of the table that these were written over. */
  readonly replaced: number;
  readonly deleted: number;
  /** Of the compressed parts. */
  readonly bytes: number;
  readonly parts: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly committedAt: number;
}

/** The run and the version of this program. */
export interface Origin {
  readonly runId: string;
  readonly version: string;
}

export const HISTORY = `${RESERVED_PREFIX}loads`;

const TIMEOUT = { timeoutMs: 30_000 };
const UNDEFINED_TABLE = '42P01';
const MAX_STREAM_BYTES = 512;

export const createHistory = (schema: string): Sql =>
  sql`CREATE TABLE IF NOT EXISTS ${ident(schema, HISTORY)} (run_id VARCHAR(64), batch BIGINT, stream VARCHAR(512), table_schema VARCHAR(127), table_name VARCHAR(127), method VARCHAR(32), rows_received BIGINT, rows_rejected BIGINT, rows_written BIGINT, rows_replaced BIGINT, rows_deleted BIGINT, bytes BIGINT, parts BIGINT, started_at TIMESTAMP, committed_at TIMESTAMP, version VARCHAR(64))`;

export const insertHistory = (schema: string, origin: Origin, rows: readonly LoadRow[]): Sql =>
  sql`INSERT INTO ${ident(schema, HISTORY)} (run_id, batch, stream, table_schema, table_name, method, rows_received, rows_rejected, rows_written, rows_replaced, rows_deleted, bytes, parts, started_at, committed_at, version) VALUES ${join(rows.map((row) => values(origin, row)))}`;

const values = ({ runId, version }: Origin, row: LoadRow): Sql =>
  sql`(${join([
    literal(runId),
    integer(row.batch),
    literal(cut(row.stream)),
    literal(row.schema),
    literal(row.table),
    literal(row.method),
    integer(row.received),
    integer(row.rejected),
    integer(row.written),
    integer(row.replaced),
    integer(row.deleted),
    integer(row.bytes),
    integer(row.parts),
    timestamp(row.startedAt),
    timestamp(row.committedAt),
    literal(version),
  ])})`;

/** UTC, as all times of this program. */
const timestamp = (at: number): Sql => literal(new Date(at).toISOString().replace('T', ' ').replace('Z', ''));

function cut(stream: string): string {
  const text = stream.toWellFormed().replaceAll('\0', '');
  return new TextDecoder().decode(Buffer.from(text).subarray(0, MAX_STREAM_BYTES), { stream: true });
}

export class History {
  readonly #warehouse: Warehouse;
  readonly #schema: string;
  readonly #origin: Origin;
  readonly #log: Logger;
  #rows: LoadRow[] = [];
  #writing: Promise<void> | undefined;
  #isGivenUp = false;

  constructor(warehouse: Warehouse, schema: string, origin: Origin, log: Logger) {
    this.#warehouse = warehouse;
    this.#schema = schema;
    this.#origin = origin;
    this.#log = log;
  }

  add(row: LoadRow): void {
    if (this.#isGivenUp) return;
    this.#rows.push(row);
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
  }

  /** Resolves when every row is written or given up. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  /** What came while the last rows were written goes together in one statement. */
  async #writeAll(): Promise<void> {
    try {
      while (this.#rows.length > 0) {
        const rows = this.#rows.splice(0);
        await this.#warehouse.session(async (session) => {
          const insert = (): Promise<unknown> =>
            session.run(insertHistory(this.#schema, this.#origin, rows), TIMEOUT);
          await insert().catch(async (error: unknown) => {
            if (!(error instanceof LoadError) || error.sqlstate !== UNDEFINED_TABLE) throw error;
            await session.run(createHistory(this.#schema), TIMEOUT);
            await insert();
          });
        });
      }
    } catch (error) {
      this.#isGivenUp = true;
      this.#rows = [];
      this.#log.warn(`the history of loads is not written any further in this run: ${messageOf(error)}`);
    }
  }
}
