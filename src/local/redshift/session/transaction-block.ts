/**
 * The transaction block of a session, and whose it is. A client opens a block with BEGIN. The endpoint opens one of its own
 * around a statement that the client runs outside a block and that takes more than one statement of the engine, and around
 * several statements that Redshift runs as one transaction.
 */
import type { Statement } from '../sql/statement.ts';
import type { Upstream } from '../wire/upstream.ts';

const BEGINNINGS = new Set(['BEGIN', 'START TRANSACTION']);
const CONTROL = new Set([...BEGINNINGS, 'COMMIT', 'ROLLBACK']);

/** No client has savepoints. */
const SAVEPOINT = 'warehouse_own';

/** Whether the statement begins or ends a transaction. */
export function isControl({ verb }: Statement): boolean {
  return CONTROL.has(verb);
}

/** Whether the block is open and failed is what the engine says; whose it is and what it has read is remembered here. */
export class TransactionBlock {
  readonly #upstream: Upstream;
  #isOwn = false;
  /** Whether the client's open block has read nothing yet. */
  #isUnread = false;
  #isSerializable = false;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** To be called before the first statement. */
  async start(): Promise<void> {
    const [[level] = []] = await this.#upstream.run('SHOW default_transaction_isolation');
    this.#isSerializable = level === 'serializable';
  }

  /** Whether transactions are serializable; otherwise they read a snapshot. */
  get isSerializable(): boolean {
    return this.#isSerializable;
  }

  /** Whether the open block is the endpoint's own. */
  get isOwn(): boolean {
    return this.#isOwn;
  }

  /** Whether a block is open in which statements run. */
  get isOpen(): boolean {
    return this.#upstream.status === 'T';
  }

  /** Whether a block is open in which a statement has failed: none runs until its end. */
  get isFailed(): boolean {
    return this.#upstream.status === 'E';
  }

  /** Puts what follows into a block of the endpoint's own until `close`, if no block is open. */
  async open(): Promise<void> {
    if (this.#upstream.status !== 'I') return;
    await this.#upstream.run('BEGIN');
    this.#isOwn = true;
  }

  /** Ends a block of the endpoint's own. @throws EngineError when it cannot be committed. */
  async close(): Promise<void> {
    if (!this.#isOwn) return;
    this.#isOwn = false;
    await this.#upstream.run(this.isFailed ? 'ROLLBACK' : 'COMMIT');
  }

  /** Commits the open block, implicit or not. */
  async commit(): Promise<void> {
    if (!this.isOpen) return;
    await this.#upstream.run('COMMIT');
    this.#isOwn = false;
  }

  /** Makes a block of the endpoint's own the client's, which is about to begin or end a transaction itself. */
  handOver(): void {
    this.#isOwn = false;
  }

  /** Remembers that a portal is to be executed later, or read in portions: the rest of it belongs to this transaction. */
  keepPortal(): void {
    this.#isUnread = false;
  }

  /**
   * Does what the engine takes locks and perhaps the snapshot for, and Redshift does not: an UPDATE that is prepared or explained holds a lock
   * in the engine that another writer would wait for, while its own session waits for the other's. Prepared statements
   * outlast the return of the locks. `work` tells whether it has succeeded, and leaves no portal.
   */
  async withoutLocks<T>(work: () => Promise<T>, hasSucceeded: (result: T) => boolean): Promise<T> {
    if (!this.isOpen) return await work();
    const isUnread = this.#isUnread;
    if (!isUnread) await this.#upstream.run(`SAVEPOINT ${SAVEPOINT}`);
    const result = await work();
    if (!hasSucceeded(result) || this.#upstream.status !== 'T') return result;
    const undo = [`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`, `RELEASE SAVEPOINT ${SAVEPOINT}`];
    await this.#upstream.run(...(isUnread ? ['COMMIT AND CHAIN'] : undo));
    return result;
  }

  /** Gives back the snapshot that the endpoint's own questions have taken before the first statement of the client. */
  async forgetSnapshot(): Promise<void> {
    if (this.#isUnread && this.isOpen) await this.#upstream.run('COMMIT AND CHAIN');
  }

  /**
   * To be called after each statement. A SELECT without a table takes no snapshot on Redshift ("Serializable isolation"),
   * but does in PostgreSQL: a transaction that has run nothing else is begun again.
   */
  async follow({ verb, sql }: Statement): Promise<void> {
    if (BEGINNINGS.has(verb)) this.#isUnread = this.isOpen;
    else if (verb !== 'SELECT' || /\bfrom\b/i.test(sql)) this.#isUnread = false;
    else await this.forgetSnapshot();
  }
}
