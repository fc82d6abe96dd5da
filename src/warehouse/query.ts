/** One message of the simple protocol through node-postgres. */
import type { EventEmitter } from 'node:events';
import type pg from 'pg';
import type { Answer } from '../ports.ts';
import type { Sql } from '../sql.ts';

/** One statement of a message failed. */
export class StatementFailure extends Error {
  readonly at: number;

  constructor(at: number, cause: unknown) {
    super('a statement failed', { cause });
    this.at = at;
  }
}

/** Sends statements in one message of the simple protocol. Throws StatementFailure. */
export async function query(client: pg.Client, statements: readonly Sql[]): Promise<readonly Answer[]> {
  let done = 0;
  const count = (): void => {
    done++;
  };
  const { connection } = client as unknown as { readonly connection: EventEmitter };
  connection.on('commandComplete', count);
  try {
    const text = statements.map((statement) => statement.text).join('; ');
    const result: unknown = await client.query({ text, rowMode: 'array' });
    const results = (Array.isArray(result) ? result : [result]) as pg.QueryArrayResult<(string | null)[]>[];
    return results.map(answerOf);
  } catch (error) {
    throw new StatementFailure(done, error);
  } finally {
    connection.off('commandComplete', count);
  }
}

function answerOf(result: pg.QueryArrayResult<(string | null)[]>): Answer {
  return {
    command: result.command,
    count: result.rowCount,
    columns: result.fields.map(({ name }) => name),
    rows: result.rows,
  };
}
