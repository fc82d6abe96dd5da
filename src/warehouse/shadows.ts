/** The tables in which overwrites collect their rows: their names in this run, and what dead runs left of them. */
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Session, Warehouse } from '../ports.ts';
import { shadowOf, shadowTime } from '../table/shadow.ts';
import type { StoredTable, TableRef } from '../table/types.ts';
import { dropTableIfExists } from './overwrite-sql.ts';

export interface ShadowsOptions {
  readonly warehouse: Warehouse;
  readonly runId: string;
  /** What runs that began before this have left is dropped. */
  readonly staleBefore: Date;
  readonly log: Logger;
}

const TIMEOUT = { timeoutMs: 30_000 };

export class Shadows {
  readonly #options: ShadowsOptions;

  constructor(options: ShadowsOptions) {
    this.#options = options;
  }

  of(target: TableRef): TableRef {
    return shadowOf(target, this.#options.runId);
  }

  /** A failure is logged, not thrown: a later run tries again. */
  async drop(shadow: TableRef): Promise<void> {
    const { warehouse, log } = this.#options;
    await warehouse
      .session((session) => session.run(dropTableIfExists(shadow), TIMEOUT))
      .catch((error: unknown) => {
        log.warn(`table "${shadow.table}" stays until a later run removes it: ${messageOf(error)}`);
      });
  }

  /** Drops those of dead runs among the tables of a schema. */
  async dropStale(session: Session, schema: string, tables: ReadonlyMap<string, StoredTable>): Promise<void> {
    const { staleBefore, log } = this.#options;
    for (const [table, { isView }] of tables) {
      const began = isView ? undefined : shadowTime(table);
      if (!began || began >= staleBefore) continue;
      try {
        await session.run(dropTableIfExists({ schema, table }), TIMEOUT);
        log.info({ schema, table }, 'dropped a table that a dead run had left');
      } catch (error) {
        log.debug(`cannot drop what a dead run left: ${messageOf(error)}`);
      }
    }
  }
}
