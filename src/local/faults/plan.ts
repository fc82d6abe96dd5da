/**
 * Faults by a plan: an object, which can come from JSON, that says what goes wrong with which requests to S3 and which
 * statements. A fault strikes by the number of the request among those that its order fits, so that every run is the same.
 */
import { SQLSTATE } from '../redshift/sqlstates.ts';
import type { S3Fault, S3Request } from './s3.ts';
import type { FaultTarget, SqlFault } from './sql.ts';

/** The numbers of the requests or statements that fit, from 1: one, all, or those from the first of a pair to the second. */
type Occasion = number | 'every' | readonly [from: number, to: number];

interface Order {
  /** Operations of S3 (`GetObject`) or commands of SQL (`COPY`, `CREATE TABLE`); all if undefined. */
  readonly on?: string | readonly string[];
  /** The first if undefined. */
  readonly nth?: Occasion;
}

/** Of S3: `bucket` and `key` are patterns with `*`. */
export type S3FaultOrder = Order & {
  readonly bucket?: string;
  readonly key?: string;
} & (
    | { readonly fault: 'slow-down' | 'internal-error' | 'access-denied' | 'reset' }
    | { readonly fault: 'error'; readonly status: number; readonly code: string }
    | { readonly fault: 'delay'; readonly ms: number }
    | { readonly fault: 'slow'; readonly bytesPerSecond: number }
    | { readonly fault: 'truncate'; readonly bytes: number }
  );

/** Of SQL: `text` is a part of the statement, in any case. */
export type SqlFaultOrder = Order & { readonly text?: string } & (
    | {
        readonly fault:
          | 'drop-before'
          | 'drop-after'
          | 'black-hole'
          | 'black-hole-after'
          | 'commit-answers-rollback'
          | 'serialization-failure';
      }
    | { readonly fault: 'stall' | 'stall-after'; readonly ms: number }
    | {
        readonly fault: 'error';
        readonly sqlstate: string;
        readonly message: string;
        readonly detail?: string;
      }
    | { readonly fault: 'permission-denied'; readonly object: string }
    | { readonly fault: 'copy-reports-fewer' | 'copy-answers-at-once'; readonly rows: number }
  );

/** What goes wrong. Of several orders that fit, the first whose turn it is strikes. */
export interface FaultPlan {
  readonly s3?: readonly S3FaultOrder[];
  readonly sql?: readonly SqlFaultOrder[];
}

/** How many requests or statements have fitted an order, and how often its fault has struck. */
export interface FaultCount {
  readonly order: S3FaultOrder | SqlFaultOrder;
  readonly matched: number;
  readonly struck: number;
}

/** Chooses the faults of a running warehouse by a plan. */
export class PlannedFaults {
  readonly #s3Orders: readonly Counter<S3FaultOrder>[];
  readonly #sqlOrders: readonly Counter<SqlFaultOrder>[];

  constructor({ s3 = [], sql = [] }: FaultPlan) {
    this.#s3Orders = s3.map((order) => new Counter(order));
    this.#sqlOrders = sql.map((order) => new Counter(order));
  }

  /** In the plan's order, those of S3 first. */
  get counts(): readonly FaultCount[] {
    return [...this.#s3Orders, ...this.#sqlOrders].map(({ order, matched, struck }) => ({
      order,
      matched,
      struck,
    }));
  }

  /** The fault of a request to S3. */
  readonly ofRequest = ({ operation, bucket, key }: S3Request): S3Fault | undefined => {
    const fits = (order: S3FaultOrder) =>
      isAmong(operation, order.on) && matches(bucket, order.bucket) && matches(key, order.key);
    const order = strike(this.#s3Orders, fits);
    return order && s3Fault(order);
  };

  /** The fault of a statement. */
  readonly ofStatement = ({ sql, verb }: FaultTarget): SqlFault | undefined => {
    const fits = ({ on, text = '' }: SqlFaultOrder) =>
      isAmong(verb, on) && sql.toLowerCase().includes(text.toLowerCase());
    const order = strike(this.#sqlOrders, fits);
    return order && sqlFault(order);
  };
}

class Counter<T extends Order> {
  readonly order: T;
  matched = 0;
  struck = 0;

  constructor(order: T) {
    this.order = order;
  }

  isDue(): boolean {
    const { nth = 1 } = this.order;
    if (nth === 'every') return true;
    const [from, to] = typeof nth === 'number' ? [nth, nth] : nth;
    return this.matched >= from && this.matched <= to;
  }
}

/** Counts a request or statement for every order that it fits; the order that strikes, if it is one's turn. */
function strike<T extends Order>(
  counters: readonly Counter<T>[],
  fits: (order: T) => boolean,
): T | undefined {
  const fitting = counters.filter(({ order }) => fits(order));
  for (const counter of fitting) counter.matched += 1;
  const due = fitting.find((counter) => counter.isDue());
  if (due) due.struck += 1;
  return due?.order;
}

function isAmong(name: string, on: Order['on']): boolean {
  if (on === undefined) return true;
  return (typeof on === 'string' ? [on] : on).some((one) => one.toLowerCase() === name.toLowerCase());
}

function matches(text: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

function s3Fault(order: S3FaultOrder): S3Fault {
  switch (order.fault) {
    case 'slow-down':
      return { kind: 'error', status: 503, code: 'SlowDown' };
    case 'internal-error':
      return { kind: 'error', status: 500, code: 'InternalError' };
    case 'access-denied':
      return { kind: 'error', status: 403, code: 'AccessDenied' };
    case 'error':
      return { kind: 'error', status: order.status, code: order.code };
    case 'reset':
      return { kind: 'reset' };
    case 'delay':
      return { kind: 'delay', ms: order.ms };
    case 'slow':
      return { kind: 'slow', bytesPerSecond: order.bytesPerSecond };
    case 'truncate':
      return { kind: 'truncate', bytes: order.bytes };
  }
}

const CYCLE =
  'Serializable isolation violation on table in Redshift, transactions forming the cycle are: 1, 2 (pid:1)';

function sqlFault(order: SqlFaultOrder): SqlFault {
  switch (order.fault) {
    case 'serialization-failure':
      return { kind: 'error', sqlstate: SQLSTATE.internalError, message: '1023', detail: CYCLE };
    case 'permission-denied':
      return {
        kind: 'error',
        sqlstate: SQLSTATE.insufficientPrivilege,
        message: `permission denied for ${order.object}`,
      };
    case 'error': {
      const { sqlstate, message, detail } = order;
      return { kind: 'error', sqlstate, message, ...(detail !== undefined && { detail }) };
    }
    case 'stall':
    case 'stall-after':
      return { kind: order.fault, ms: order.ms };
    case 'copy-reports-fewer':
    case 'copy-answers-at-once':
      return { kind: order.fault, rows: order.rows };
    default:
      return { kind: order.fault };
  }
}
