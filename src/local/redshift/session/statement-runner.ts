/** What runs the statements of a session, as the session sees it; see faults/ for one that fails on purpose. */
import type { EngineError } from '../errors.ts';
import type { RedshiftError, Statement } from '../sql/statement.ts';
import type { Frame } from '../wire/message.ts';
import type { LoadRows } from './copy-run.ts';

/** A statement and how it is run. */
export interface Execution {
  readonly statement: Statement;
  /** The client's message, which may hold several statements. */
  readonly text: string;
  /** Which of the message's statements it is, from 0. */
  readonly n: number;
  /**
   * Sends the messages, hands the answers to `receive`, and resolves at ReadyForQuery. For a COPY these are the messages
   * that go with it in the extended protocol, around an empty query.
   */
  readonly perform: (receive: (frame: Frame) => void) => Promise<unknown>;
  /** Loads the rows of a COPY. */
  readonly load: LoadRows;
}

/** What messages prepare without running it. */
export interface Preparation {
  /** The statements that are parsed. */
  readonly parsed: readonly Statement[];
  /** The statements of the portals that are bound. */
  readonly bound: readonly Statement[];
  /** Whether a portal is bound, whichever statement it has. */
  readonly binds: boolean;
}

/** Runs the statements of one session. Only one of its promises may be under way at a time, but for `cancel`. */
export interface StatementRunner {
  /** To be called before the first statement. */
  start(): Promise<void>;
  /** Runs a statement and answers it; false when it has failed. */
  execute(execution: Execution): Promise<boolean>;
  /** Answers a statement with an error in place of running it; it counts as a query that has failed. */
  refuse(execution: Execution, error: RedshiftError | EngineError): Promise<boolean>;
  /** Sends messages that run no statement, and answers them; false when one has failed. */
  pass(perform: Execution['perform'], preparation: Preparation): Promise<boolean>;
  /** Does what asks the engine before a statement, so that its snapshot comes later. */
  ask<T>(work: () => Promise<T>): Promise<T>;
  /** Answers with an error of the endpoint's own; an open transaction fails with it. @throws other errors. */
  fail(error: unknown): Promise<void>;
  /** Puts what follows into a transaction until `closeBlock`, if the client has none open. */
  openBlock(): Promise<void>;
  /** Ends a transaction of `openBlock` that the client has not made its own. */
  closeBlock(): Promise<void>;
  /** Cancels the statement that runs. */
  cancel(): Promise<void>;
}
