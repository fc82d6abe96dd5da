/** Work on one table, as a part of a transaction that may do work on other tables too. */
import type { Session } from '../ports.ts';
import type { TableJob } from './jobs.ts';
import type { PreparedTable } from './prepare.ts';
import type { LoadRow } from './record-sql.ts';
import type { TransactionBody } from './transaction.ts';

/** Marks an effect of the ledger as durable. */
export type Settle = () => void;

export interface Work {
  readonly job: TableJob;
  /** Completes "trying again to". */
  readonly what: string;
  /** COPY reads S3 for it. */
  readonly copies: boolean;
  /** The prefixes of the objects that COPY reads. */
  readonly prefixes: readonly string[];
  /** What it does to its table, which has room for it. Called for each attempt. */
  readonly body: (
    session: Session,
    prepared: PreparedTable,
    attempt: Attempt,
  ) => Promise<TransactionBody<Done>>;
  /** What an error means that its statements have met. */
  readonly meaning?: (error: unknown) => unknown;
  /** Frees what it needed. Called when it is committed or given up, or when its outcome cannot be found out. */
  readonly release: (outcomeIsKnown: boolean) => Promise<void>;
}

interface Attempt {
  /** From 1. */
  readonly number: number;
  /** Of the work in its transaction, from 0. */
  readonly place: number;
}

/** What became of it. */
export interface Done {
  /** For the history; undefined for what has no row there. */
  readonly row: LoadRow | undefined;
  /** Called when it is durable and visible. */
  readonly committed: () => void;
}

/** The same body, with what its counts mean. */
export function counting<Counts>(
  { count, ...body }: TransactionBody<Counts>,
  done: (counts: Counts) => Done,
): TransactionBody<Done> {
  return { ...body, count: (...answers) => done(count(...answers)) };
}
