/**
 * Counts the commits of one session by what they make durable. On a cluster each commit of a permanent table waits in one queue
 * of the whole cluster, explicit or not; that of a temporary table costs less.
 */

export interface Commits {
  /** Transactions that wrote a permanent table. */
  transactions: number;
  /** Statements on permanent tables that were a transaction by themselves. */
  statements: number;
  /** Transactions and statements that wrote temporary tables only. */
  temporary: number;
}

const WRITES = /^(INSERT|UPDATE|DELETE|CREATE|ALTER|COMMENT|GRANT|REVOKE|DROP|COPY|TRUNCATE)\b/i;

const NEW_TEMPORARY =
  /^CREATE\s+(?:(?:LOCAL\s+)?TEMP(?:ORARY)?\s+TABLE|TABLE\s+(?="?#))\s+(?:IF NOT EXISTS\s+)?("[^"]+"|[^\s(]+)/i;

/** The name of the table that a statement writes. */
const WRITTEN =
  /^(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|COPY|DROP\s+TABLE(?:\s+IF\s+EXISTS)?|ALTER\s+TABLE|TRUNCATE(?:\s+TABLE)?)\s+("[^"]+"(?:\."[^"]+")?|[^\s(;]+)/i;

export class CommitCounter {
  readonly counts: Commits = { transactions: 0, statements: 0, temporary: 0 };
  readonly #temporary = new Set<string>();
  #isOpen = false;
  #wrote: 'nothing' | 'temporary' | 'permanent' = 'nothing';

  /** Takes a statement that the server did. */
  statement(text: string): void {
    if (/^(BEGIN|START\s+TRANSACTION)\b/i.test(text)) this.#isOpen = true;
    else if (/^(ROLLBACK|ABORT)\b/i.test(text)) this.#end();
    else if (/^(COMMIT|END)\b/i.test(text)) this.#commit('transactions');
    else if (WRITES.test(text)) {
      if (!this.#isTemporary(text)) this.#wrote = 'permanent';
      else if (this.#wrote === 'nothing') this.#wrote = 'temporary';
      if (!this.#isOpen) this.#commit('statements');
    }
  }

  #commit(kind: 'transactions' | 'statements'): void {
    if (this.#wrote === 'permanent') this.counts[kind]++;
    if (this.#wrote === 'temporary') this.counts.temporary++;
    this.#end();
  }

  #end(): void {
    [this.#isOpen, this.#wrote] = [false, 'nothing'];
  }

  #isTemporary(text: string): boolean {
    const created = NEW_TEMPORARY.exec(text)?.[1];
    if (created !== undefined) this.#temporary.add(created);
    return created !== undefined || this.#temporary.has(WRITTEN.exec(text)?.[1] ?? '');
  }
}

/** The statements of a message: what is between the semicolons that are not in quotes. */
export function statementsOf(message: string): string[] {
  return [...message.matchAll(/(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|--[^\n]*|[^;'"-]|-)+/g)]
    .map(([statement]) => statement.replace(/^(\s|--[^\n]*\n)+/, '').trim())
    .filter((statement) => statement !== '');
}
