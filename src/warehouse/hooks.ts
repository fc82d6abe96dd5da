/**
 * Runs the statements that users have configured to run before and after loads, and ANALYZE. They never run in the transaction of
 * a load, because a TRUNCATE would commit it half done. They run on connections that serve nothing else, so that what they set
 * for their session, or leave open, never affects a load.
 */
import { LoadError, messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Warehouse } from '../ports.ts';
import { ident, Sql, sql } from '../sql.ts';
import type { TableRef } from '../table/types.ts';

export type Hook = 'pre_sql' | 'post_sql';

export const analyzeTable = ({ schema, table }: TableRef): Sql => sql`ANALYZE ${ident(schema, table)}`;

const CONSEQUENCE: Readonly<Record<Hook, string>> = {
  pre_sql: 'nothing was loaded after it',
  post_sql: 'the rows are committed and their states written; the statements after it were not run',
};

export class Hooks {
  readonly #warehouse: Warehouse;
  readonly #log: Logger;

  constructor(warehouse: Warehouse, log: Logger) {
    this.#warehouse = warehouse;
    this.#log = log;
  }

  /** Runs the statements in order up to the first that fails. `stream` is undefined for those of the run. Throws LoadError. */
  async run(hook: Hook, stream: string | undefined, statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return;
    const owner = stream === undefined ? hook : `${hook} of stream "${stream}"`;
    await this.#warehouse.session(
      async (session) => {
        for (const [i, text] of statements.entries()) {
          const name = `statement ${i + 1} of ${owner}`;
          // The text is the user's own and may hold secrets: it goes by its number, at every level of the log.
          this.#log.debug(`running ${name}`);
          try {
            await session.run(new Sql(text, name));
          } catch (error) {
            throw failed(hook, error);
          }
        }
      },
      { isOnlyOnce: true },
    );
  }

  /** A failure is logged, not thrown: statistics are not data. */
  async analyze(table: TableRef): Promise<void> {
    try {
      await this.#warehouse.session((session) => session.run(analyzeTable(table)));
    } catch (error) {
      this.#log.warn(`the statistics of table "${table.table}" stay as they are: ${messageOf(error)}`);
    }
  }
}

function failed(hook: Hook, error: unknown): unknown {
  if (!(error instanceof LoadError)) return error;
  return error.saying(`${error.message}; ${CONSEQUENCE[hook]}`);
}
