/**
 * One statement of the simple protocol whose rows are passed on while they arrive. The socket is not read while rows are being
 * passed on, so the server waits and memory stays constant. A cursor would do the same, but only for SELECT, in a transaction, and
 * within the size that a node type allows (r_DECLARE).
 */
import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { ResultColumn, ResultSink } from '../ports.ts';
import type { Sql } from '../sql.ts';
import { StatementFailure } from './query.ts';

/** The receiver of the rows failed, not the statement. The rest of the answer was not read. */
export class SinkFailure extends Error {
  constructor(cause: unknown) {
    super('the receiver of the rows failed', { cause });
  }
}

/** `onAnswer` is called when the first part of the answer has arrived. Throws StatementFailure or SinkFailure. */
export async function streamQuery(
  client: pg.Client,
  statement: Sql,
  sink: ResultSink,
  onAnswer: () => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.query(new StreamedQuery(statement.text, sink, { onAnswer, resolve, reject }));
  });
}

interface Outcome {
  readonly onAnswer: () => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** What node-postgres gives to a query that it runs. */
interface Wire {
  readonly stream: Duplex;
  query(text: string): void;
}

/** A query as the client of node-postgres drives it. Its methods are called as messages arrive. */
class StreamedQuery {
  readonly #text: string;
  readonly #sink: ResultSink;
  readonly #outcome: Outcome;
  #stream: Duplex | undefined;
  #rows: (readonly (string | null)[])[] = [];
  /** What was received is passed on in its order. */
  #passing: Promise<void> = Promise.resolve();
  #passingCount = 0;
  #failure: Error | undefined;

  constructor(text: string, sink: ResultSink, outcome: Outcome) {
    this.#text = text;
    this.#sink = sink;
    this.#outcome = outcome;
  }

  submit(wire: Wire): void {
    this.#stream = wire.stream;
    wire.query(this.#text);
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    const columns = fields.map(({ name, dataTypeID }): ResultColumn => ({ name, type: dataTypeID }));
    this.#pass(() => this.#sink.columns(columns));
  }

  /** The rows of one chunk of the socket arrive in one turn, and are passed on together. */
  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.#rows.push(fields) > 1) return;
    this.#pass(() => this.#sink.rows(this.#rows.splice(0)));
  }

  handleCommandComplete({ text }: { text: string }): void {
    const [command = '', ...counts] = text.split(' ');
    const count = /^\d+$/.test(counts.at(-1) ?? '') ? Number(counts.at(-1)) : null;
    this.#pass(() => this.#sink.done({ command, count }));
  }

  handleEmptyQuery(): void {
    this.#pass(() => this.#sink.done({ command: '', count: null }));
  }

  handleError(error: Error): void {
    this.#outcome.onAnswer();
    const reject = (): void => this.#outcome.reject(this.#failure ?? new StatementFailure(0, error));
    // Rows arrive before the error of the server. A lost connection waits for no reader.
    if (error instanceof pg.DatabaseError) void this.#passing.then(reject);
    else reject();
  }

  handleReadyForQuery(): void {
    void this.#passing.then(this.#outcome.resolve);
  }

  /** COPY from stdin, which Redshift does not have. */
  handleCopyInResponse(): void {
    this.handleError(new Error('the server asks for data, which this program does not send'));
  }

  handleCopyData(): void {
    // Redshift sends none.
  }

  handlePortalSuspended(): void {
    // Only the extended protocol has portals.
  }

  #pass(work: () => void | Promise<void>): void {
    this.#outcome.onAnswer();
    this.#passingCount++;
    this.#stream?.pause();
    this.#passing = this.#passing.then(async () => {
      try {
        if (this.#failure === undefined) await work();
      } catch (error) {
        this.#failure = new SinkFailure(error);
        // The rest of the answer may be long; the connection is given up with it.
        this.#outcome.reject(this.#failure);
        return;
      }
      if (--this.#passingCount === 0) this.#stream?.resume();
    });
  }
}
