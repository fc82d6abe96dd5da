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
  readonly tbl: number | null;
  readonly rows: number | null;
  readonly error: string | null;
  readonly label: string;
}

/** What a statement has done. */
export interface Effects {
  /** The number of the table that it has written. */
  table?: number;
  /** How many rows it has written or returned. */
  rows?: number;
  /** Why it has failed. */
  error?: string;
}

/** A session that has begun, or has ended. */
export interface SessionRecord {
  readonly pid: number;
  readonly userId: number;
  readonly user: string;
  readonly application: string;
  readonly remoteHost: string;
  readonly remotePort: string;
  /** In milliseconds, as Date.now() gives them. */
  readonly started: number;
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
    /** The query group. */
    readonly label: string;
    /** In milliseconds, as Date.now() gives them. */
    readonly started: number;
    readonly effects?: Effects;
  }): void {
    const {
      context,
      verb,
      succeeded,
      text,
      label,
      started,
      effects: { table, rows, error } = {},
    } = statement;
    if (this.#waiting.length === KEPT) this.#waiting.shift();
    this.#waiting.push({
      context,
      type: typeOf(verb),
      succeeded,
      text: withoutSecrets(beginningOf(text)),
      label,
      started,
      ended: Date.now(),
      ...{ tbl: table ?? null, rows: rows ?? null, error: error ?? null },
    });
  }

  readonly #sessions: { readonly record: SessionRecord; readonly ended: number | null }[] = [];

  /** Keeps the beginning of a session, or its end. */
  addSession(record: SessionRecord, hasEnded: boolean): void {
    if (this.#sessions.length === KEPT) this.#sessions.shift();
    this.#sessions.push({ record, ended: hasEnded ? Date.now() : null });
  }

  #written: Promise<void> = Promise.resolve();

  /** Writes what waits, after what another session is writing, because the caller may look for that too. */
  async write(admin: Pool, database: string): Promise<void> {
    const write = (): Promise<void> => this.#writeWaiting(admin, database);
    this.#written = this.#written.then(write, write);
    await this.#written;
  }

  async #writeWaiting(admin: Pool, database: string): Promise<void> {
    const queries = this.#waiting.splice(0).map(({ context, started, ended, ...more }) => ({
      ...{ userid: context.userId, query: context.queryId, pid: context.pid, ...more },
      ...{ started: new Date(started).toISOString(), ended: new Date(ended).toISOString() },
    }));
    if (queries.length > 0) await admin.query(WRITE, [JSON.stringify(queries), database]);
    const sessions = this.#sessions.splice(0).map(({ record, ended }) => ({
      ...{ ...record, started: new Date(record.started).toISOString() },
      ended: ended === null ? null : new Date(ended).toISOString(),
    }));
    if (sessions.length > 0) await admin.query(WRITE_SESSIONS, [JSON.stringify(sessions)]);
  }
}

const WRITE = `
insert into pg_catalog.warehouse_query (userid, query, pid, database, type, succeeded, text, started, ended, tbl, rows, error, label)
select userid, query, pid, $2, type, succeeded, text, started at time zone 'UTC', ended at time zone 'UTC', tbl, rows, error, label
from json_to_recordset($1) as q (userid int, query bigint, pid int, type text, succeeded boolean, text text,
  started timestamptz, ended timestamptz, tbl int, rows bigint, error text, label text)`;

/** A session that has ended is written once more. */
const WRITE_SESSIONS = `
with given as (select * from json_to_recordset($1) as s ("userId" int, pid int, "user" text, application text, "remoteHost" text, "remotePort" text,
  started timestamptz, ended timestamptz)),
gone as (delete from pg_catalog.warehouse_session w using given g
  where g.ended is not null and w.pid = g.pid and w.started = g.started at time zone 'UTC')
insert into pg_catalog.warehouse_session (pid, userid, username, application, remote_host, remote_port, started, ended)
select distinct on (pid, started) pid, "userId", "user", application, "remoteHost", "remotePort", started at time zone 'UTC', ended at time zone 'UTC'
from given order by pid, started, ended nulls last`;

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
