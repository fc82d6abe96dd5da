/**
 * The statements that ran, for the system tables of queries. They wait in memory and are written when a statement is
 * about to read them, so that other statements do not pay for it.
 */
import type { Pool } from 'pg';
import type { ErrorContext } from '../errors.ts';

interface Ended {
  readonly context: ErrorContext;
  readonly type: string;
  readonly succeeded: boolean;
  readonly text: string;
  readonly started: number;
  readonly ended: number;
}

/** How many statements are kept until somebody reads. */
const KEPT = 2000;
/** How much of a text the system tables hold. */
const TEXT_LENGTH = 4000;
const OWN_TYPES = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'UNLOAD']);
const DEFINITION = /^(?:CREATE|ALTER|DROP|TRUNCATE|COMMENT|GRANT|REVOKE)/;

/** Statements that ended and are not in the system tables yet. */
export class History {
  readonly #waiting: Ended[] = [];

  /** Keeps a statement that has ended now. */
  add(statement: {
    readonly context: ErrorContext;
    readonly verb: string;
    readonly succeeded: boolean;
    readonly text: string;
    /** In milliseconds, as Date.now() gives them. */
    readonly started: number;
  }): void {
    const { context, verb, succeeded, text, started } = statement;
    if (this.#waiting.length === KEPT) this.#waiting.shift();
    this.#waiting.push({
      context,
      type: typeOf(verb),
      succeeded,
      text: withoutSecrets(beginningOf(text)),
      started,
      ended: Date.now(),
    });
  }

  #written: Promise<void> = Promise.resolve();

  /** Writes what waits, after what another session is writing, because the caller may look for that too. */
  async write(admin: Pool, database: string): Promise<void> {
    const write = (): Promise<void> => this.#writeWaiting(admin, database);
    this.#written = this.#written.then(write, write);
    await this.#written;
  }

  async #writeWaiting(admin: Pool, database: string): Promise<void> {
    const rows = this.#waiting.splice(0).map(({ context, type, succeeded, text, started, ended }) => ({
      ...{ userid: context.userId, query: context.queryId, pid: context.pid, type, succeeded },
      ...{
        text,
        started: new Date(started).toISOString(),
        ended: new Date(ended).toISOString(),
      },
    }));
    if (rows.length === 0) return;
    await admin.query(WRITE, [JSON.stringify(rows), database]);
  }
}

const WRITE = `
insert into pg_catalog.warehouse_query
select userid, query, pid, $2, type, succeeded, text, started at time zone 'UTC', ended at time zone 'UTC'
from json_to_recordset($1) as q (userid int, query bigint, pid int, type text, succeeded boolean, text text,
  started timestamptz, ended timestamptz)`;

/** The kind of query as SYS_QUERY_HISTORY has it. */
function typeOf(verb: string): string {
  if (OWN_TYPES.has(verb)) return verb;
  return DEFINITION.test(verb) ? 'DDL' : 'UTILITY';
}

/**
 * What is kept of a text, as a copy: a part of a string keeps the whole of it in memory. The system tables hold one byte per character:
 * each byte of a longer one shows as a point.
 */
function beginningOf(text: string): string {
  const bytes = Buffer.from(text.slice(0, TEXT_LENGTH)).subarray(0, TEXT_LENGTH);
  return bytes.toString('latin1').replaceAll(/[\u0080-\u00ff]/g, '.');
}

/** A secret may be cut off by the end of the text. */
const SECRETS =
  /(?<!')\b(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|MASTER_SYMMETRIC_KEY|CREDENTIALS|PASSWORD)(\s+AS)?\s*'(?:[^'\\]|''|\\.)*(?:'|\\?$)/gi;

/** The text with `''` in the place of every key and password. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRETS, (_, word: string, as: string | undefined) => `${word}${as ?? ''} ''`);
}
