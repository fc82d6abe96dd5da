/** Reads what a seed has in the warehouse and in S3. */
import { firstColumn, meaningOf } from '../process/model/meaning.ts';
import type { Ground } from './ground.ts';
import type { FoundRow } from './model.ts';

/** Columns whose values do not follow from the records. */
const OWN = /^_airbyte_|^_sdc_(?!deleted_at$|table_version$)/;
/** Tables that stay. */
const LASTING = /^_target_redshift_(loads|runs|commits|pipeline_.*)$/;
const REASON = ',"_rejected":';

export class Tables {
  readonly #ground: Ground;
  readonly #place: string;
  /** Files of rejected records by key. They never change. */
  readonly #files = new Map<string, string>();

  /** `place` is the name of the schema and the prefix of the objects. */
  constructor(ground: Ground, place: string) {
    this.#ground = ground;
    this.#place = place;
  }

  /**
   * The rows of a table; undefined if it does not exist. With `isLocked` the reader waits for whatever changes the table: a
   * snapshot from before would show the rows without the changed column.
   */
  async rows(name: string, isLocked = false): Promise<readonly FoundRow[] | undefined> {
    const table = `${this.#place}.${name}`;
    try {
      if (isLocked) await this.#ground.query(`BEGIN`);
      if (isLocked) await this.#ground.query(`DELETE FROM ${table} WHERE 1 = 0`);
      const { columns, rows } = await this.#ground.query(`SELECT * FROM ${table}`);
      return rows.map((values) => foundRow(columns, values));
    } catch (error) {
      // Undefined table, or undefined schema.
      if (['42P01', '3F000'].includes((error as { code?: string }).code ?? '')) return undefined;
      throw error;
    } finally {
      if (isLocked) await this.#ground.query(`ROLLBACK`);
    }
  }

  /** Lines of rejected records by table, without the reasons. */
  async rejected(): Promise<ReadonlyMap<string, readonly string[]>> {
    const prefix = `${this.#place}-rejected/`;
    const found = new Map<string, string[]>();
    for (const key of await this.#ground.objects(prefix)) {
      const file = this.#files.get(key) ?? (await this.#ground.object(key));
      this.#files.set(key, file);
      const [, table = ''] = key.slice(prefix.length).split('/');
      const lines = file.split('\n').flatMap((line) => {
        const end = line.lastIndexOf(REASON);
        return end === -1 ? [] : [`${line.slice(0, end)}}`];
      });
      found.set(table, [...(found.get(table) ?? []), ...lines]);
    }
    return found;
  }

  /** What a run should have removed: objects, multipart uploads and tables. */
  async leftovers(): Promise<readonly string[]> {
    const { rows } = await this.#ground.query(
      `SELECT table_name FROM svv_tables WHERE table_schema = '${this.#place}' AND table_name LIKE '\\\\_target\\\\_redshift\\\\_%'`,
    );
    return [
      ...(await this.#ground.objects(`${this.#place}/`)).map((key) => `object ${key}`),
      ...(await this.#ground.uploads(this.#place)).map((key) => `multipart upload ${key}`),
      ...rows.flatMap(([name]) => (LASTING.test(name ?? '') ? [] : [`table ${name}`])),
    ].sort();
  }

  /** Sessions beside the one that asks. */
  async sessions(): Promise<number> {
    const { rows } = await this.#ground.query(
      'SELECT COUNT(*) FROM stv_sessions WHERE process <> pg_backend_pid()',
    );
    return Number(rows[0]?.[0]);
  }

  async drop(): Promise<void> {
    await this.#ground.query(`DROP SCHEMA IF EXISTS ${this.#place} CASCADE`);
  }
}

function foundRow(columns: readonly string[], values: readonly (string | null)[]): FoundRow {
  const row = new Map<string, string>();
  columns.forEach((column, i) => {
    const value = values[i];
    if (value === null || value === undefined || OWN.test(column)) return;
    const name = firstColumn(column);
    const before = row.has(name) ? `${row.get(name)} and in a second column ` : '';
    row.set(name, before + (name === '_sdc_deleted_at' ? 'set' : meaningOf(value)));
  });
  const numberIn = (name: string): number => Number(values[columns.indexOf(name)] ?? NaN);
  return { seq: numberIn('seq'), id: numberIn('id'), row };
}
