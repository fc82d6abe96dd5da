/** What a client hears: the engine's messages in Redshift's words, and errors of the endpoint's own. */
import type { Socket } from 'node:net';
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
import { Results } from './results.ts';
import type { SessionSettings } from '../session/settings.ts';
import { RedshiftError } from '../sql/statement.ts';
import type { World } from '../session/cluster.ts';

/** Settings that Redshift reports to its clients. */
const PARAMETERS_SHOWN = new Set([
  ...['server_version', 'server_encoding', 'client_encoding', 'DateStyle', 'TimeZone', 'integer_datetimes'],
  ...['is_superuser', 'session_authorization'],
]);

/** Writes to one client. What is written after it has left is lost. */
export class Replies {
  /** The query that errors and notices are about. */
  context: ErrorContext;
  readonly #client: Socket;
  readonly #world: World;
  readonly #results: Results;
  readonly #showVersion: boolean;
  #corked = false;
  #held: Buffer[] | undefined;

  /** `pid` is that of the session; `application` is the client's name of itself. */
  constructor(
    client: Socket,
    world: World,
    settings: SessionSettings,
    pid: number,
    application: string | undefined,
  ) {
    this.#client = client;
    this.#world = world;
    this.#results = new Results(world.longNames, settings, world.superOid);
    this.context = { queryId: 0, pid, userId: 0 };
    // psql picks its catalog queries by the version, and the catalog is that of the engine.
    this.#showVersion = application !== 'psql';
  }

  /** Passes a message of the engine on; ReadyForQuery is left to `ready`. */
  readonly relay = (frame: Frame): void => {
    switch (frame.type) {
      case 'S': {
        const [name = ''] = decodeStrings(frame, 2).strings;
        if (name === 'server_version' && this.#showVersion)
          this.write(encode('S', 'server_version\x008.0.2\0'));
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

  /** What the engine's next descriptions are of, in order, and what it then executes. */
  expect(described: readonly (object | undefined)[], executed: object | undefined): void {
    this.#results.expect(described, executed);
  }

  /** Keeps what follows to itself until `release`: a statement is complete when its transaction is. */
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
    const { longNames } = this.#world;
    return Object.fromEntries(
      Object.entries(fields).map(([letter, value]) => [letter, longNames.restore(value)]),
    );
  }

  /** Says that the next request may come. */
  ready(status: TransactionStatus): void {
    this.release();
    this.write(encode('Z', status));
  }

  /** Sends bytes; those of one turn go out together. */
  write(bytes: Buffer): void {
    if (this.#held) {
      this.#held.push(bytes);
      return;
    }
    if (this.#client.destroyed) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#client.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#client.uncork();
      });
    }
    this.#client.write(bytes);
  }
}
