/** What a client is sent: the engine's messages in Redshift's words, and the endpoint's own errors. */
import { SQLSTATE } from '../sqlstates.ts';
import {
  describeError,
  EngineError,
  type ErrorContext,
  isSilent,
  translateError,
  translateNotice,
} from '../errors.ts';
import {
  decodeFields,
  decodeStrings,
  encode,
  encodeFields,
  type Fields,
  type Frame,
  type TransactionStatus,
} from './message.ts';
import type { Outlet } from './outlet.ts';
import { type FullNames, Results, type ResultSettings } from './results.ts';
import { RedshiftError } from '../sql/statement.ts';

/** Settings that Redshift reports to its clients. */
const PARAMETERS_SHOWN = new Set([
  ...['server_version', 'server_encoding', 'client_encoding', 'DateStyle', 'TimeZone', 'integer_datetimes'],
  ...['is_superuser', 'session_authorization'],
]);

/** A session, as far as its replies depend on it. */
export interface ReplyOptions {
  readonly outlet: Outlet;
  readonly names: FullNames;
  readonly settings: ResultSettings;
  /** The engine's number of the type SUPER. */
  readonly superOid: number;
  /** The process id of the session. */
  readonly pid: number;
  /** The name that the client gave itself. */
  readonly application: string | undefined;
  /** The name under which the client is told of the encoding of its login, which is UTF-8. */
  readonly encoding: 'UNICODE' | 'UTF8';
}

/** Writes to one client. */
export class Replies {
  /** The query that errors and notices are about. */
  context: ErrorContext;
  readonly #outlet: Outlet;
  readonly #names: FullNames;
  readonly #results: Results;
  readonly #showVersion: boolean;
  readonly #encoding: string;
  #held: Buffer[] | undefined;

  constructor({ outlet, names, settings, superOid, pid, application, encoding }: ReplyOptions) {
    this.#outlet = outlet;
    this.#names = names;
    this.#results = new Results(names, settings, superOid);
    this.context = { queryId: 0, pid, userId: 0 };
    // psql picks its catalog queries by the version, and the catalog is that of the engine.
    this.#encoding = encoding;
    this.#showVersion = application !== 'psql';
  }

  /** Passes a message of the engine on. ReadyForQuery is left to `ready`. */
  readonly relay = (frame: Frame): void => {
    switch (frame.type) {
      case 'S': {
        const [name = '', value] = decodeStrings(frame, 2).strings;
        if (name === 'server_version' && this.#showVersion)
          this.write(encode('S', 'server_version\x008.0.2\0'));
        else if (name === 'client_encoding' && value === 'UTF8')
          this.write(encode('S', `client_encoding\0${this.#encoding}\0`));
        else if (PARAMETERS_SHOWN.has(name)) this.write(frame.bytes);
        return;
      }
      case 'N': {
        const fields = decodeFields(frame);
        if (!isSilent(fields)) this.write(encodeFields('N', this.#restore(translateNotice(fields))));
        return;
      }
      case 't':
        this.write(this.#results.describeParameters(frame));
        return;
      case 'E':
        this.error(new EngineError(decodeFields(frame)));
        return;
      case 'T':
        this.write(this.#results.describe(frame));
        return;
      case 'n':
        this.#results.describeNone();
        this.write(frame.bytes);
        return;
      case 'D':
        this.write(this.#results.row(frame));
        return;
      case 'Z':
        return;
      default:
        this.write(frame.bytes);
    }
  };

  /** What the engine's next descriptions describe, in order, and what it then executes. */
  expect(described: readonly (object | undefined)[], executed: object | undefined): void {
    this.#results.expect(described, executed);
  }

  /** Holds back what follows until `release`: a statement is complete only when its transaction is. */
  holdBack(): void {
    this.#held ??= [];
  }

  /** Sends what was held back. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) this.write(bytes);
  }

  /** Forgets what was held back. */
  discard(): void {
    this.#held = undefined;
  }

  /** Sends an error. */
  error(error: RedshiftError | EngineError): void {
    this.release();
    if (error instanceof RedshiftError && error.info !== undefined) {
      this.write(encodeFields('N', { S: 'INFO', C: SQLSTATE.successfulCompletion, M: error.info }));
    }
    const fields =
      error instanceof RedshiftError ? describeError(error) : translateError(error.fields, this.context);
    this.write(encodeFields('E', this.#restore(fields)));
  }

  #restore(fields: Fields): Fields {
    return Object.fromEntries(
      Object.entries(fields).map(([letter, value]) => [letter, this.#names.restore(value)]),
    );
  }

  /** Tells the client that it may send the next request. */
  ready(status: TransactionStatus): void {
    this.release();
    this.write(encode('Z', status));
  }

  /** Sends bytes, unless they are to be held back. */
  write(bytes: Buffer): void {
    if (this.#held) this.#held.push(bytes);
    else this.#outlet.write(bytes);
  }
}
