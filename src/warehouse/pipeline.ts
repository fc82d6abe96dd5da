/**
 * The state of a pipeline in the warehouse, and which run may write it. A run takes the pipeline over when it begins; from then on
 * no older run can commit, because its seal finds another epoch. The seal is the last thing that a transaction does, so that two
 * runs of a pipeline wait for each other only while one of them commits. Two transactions that write row 0 at the same time
 * conflict at any isolation level (c_write_readwrite), and the later one is tried again.
 */
import { CommitUnknownError, LoadError, messageOf, stateOf } from '../errors.ts';
import type { Answer, Session } from '../ports.ts';
import { raw } from '../sql.ts';
import type { TableRef } from '../table/types.ts';
import { DDL_TIMEOUT_MS, retryBusyDdl } from './busy-ddl.ts';
import { hasSchema } from './catalog.ts';
import { script } from './ddl.ts';
import * as statements from './pipeline-sql.ts';
import type { Seal } from './seal.ts';
import { createSchema } from './statements.ts';
import { counted } from './transaction.ts';

export interface PipelineOptions {
  /** The name that the configuration gives it. */
  readonly name: string;
  /** The schema of its table. */
  readonly schema: string;
  readonly runId: string;
  readonly forbidDdl: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const MISSING = new Set(['42P01', '3F000']);
const NOT_ALLOWED = '42501';
const CONNECTION_LOST = '08006';
const ALREADY_THERE = new Set(['42P06', '42P07', '23505']);
/** Sent as literals in few messages, none of which may have more than 16 MB. */
const MAX_STATE_BYTES = 8 * 1024 * 1024;

export class Pipeline {
  readonly name: string;
  readonly table: TableRef;
  readonly #options: PipelineOptions;
  #epoch: bigint | undefined;
  #hasPieces = false;

  constructor(options: PipelineOptions) {
    this.name = options.name;
    this.table = statements.pipelineTable(options.schema, options.name);
    this.#options = options;
  }

  /** From here on older runs can commit nothing. Returns the state; undefined if there is none. Can be repeated. Throws LoadError. */
  async takeOver(session: Session): Promise<Buffer | undefined> {
    return this.#takeOver(session).catch((error: unknown) => {
      // Whether or not it was committed, a second take-over is right.
      if (error instanceof CommitUnknownError)
        throw new LoadError(messageOf(error), { sqlstate: CONNECTION_LOST, cause: error });
      if (stateOf(error) !== NOT_ALLOWED) throw error;
      const { schema, table } = this.table;
      throw (error as LoadError).saying(
        `Cannot take over pipeline "${this.name}": ${messageOf(error)}. The user of the load needs SELECT, INSERT, UPDATE and DELETE on ` +
          `"${schema}"."${table}"; the first load makes that table, with CREATE on the schema`,
      );
    });
  }

  async #takeOver(session: Session): Promise<Buffer | undefined> {
    const { name, runId, now } = this.#options;
    const writer = { runId, at: now() };
    const take = [raw('BEGIN'), statements.takeOver(this.table, writer), statements.readPipeline(this.table)];
    const [, taken, read] = await session.send(take).catch(async (error: unknown) => {
      await session.run(raw('ROLLBACK'));
      if (!MISSING.has(stateOf(error))) throw error;
      await this.#create(session);
      return session.send(take);
    });
    const isFirst = counted(taken, 'UPDATE') === 0;
    await session.commit(isFirst ? [statements.insertFirst(this.table, name, writer)] : []);
    const stored = isFirst ? FIRST : storedIn(this.table, read);
    this.#epoch = stored?.epoch;
    this.#hasPieces = (stored?.pieces ?? 0) > 1;
    return stored?.state;
  }

  /** Ends a transaction of this run, which must have taken over. Without a state, the one that is there stays. Throws LoadError. */
  seal(state: Buffer | undefined): Seal {
    const { runId, now } = this.#options;
    if (this.#epoch === undefined) throw new TypeError('the pipeline was not taken over');
    if (state && state.length > MAX_STATE_BYTES) {
      const megabytes = (bytes: number): string => (bytes / (1024 * 1024)).toFixed(1);
      throw new LoadError(
        `Cannot keep the state of pipeline "${this.name}" in the warehouse: it has ${megabytes(state.length)} MB, and at most ` +
          `${megabytes(MAX_STATE_BYTES)} MB fit; remove the option pipeline, or have the tap write smaller states`,
      );
    }
    const [piece, ...more] = state ? statements.piecesOf(state) : [];
    const pieces =
      state && (more.length > 0 || this.#hasPieces)
        ? [statements.removePieces(this.table), ...statements.insertPieces(this.table, more)]
        : [];
    const own = statements.keepOwn(this.table, this.#epoch, { runId, at: now() }, piece);
    return {
      table: this.table,
      unknown: (cause) =>
        new LoadError(
          `Cannot tell whether the last rows of pipeline "${this.name}" were committed: ${cause.message}, and its outcome could not be ` +
            'found. Run again from the state that target-redshift state prints: it is right in either case',
          { cause },
        ),
      body: {
        statements: [own, ...pieces],
        count: ([kept]) => {
          if (counted(kept, 'UPDATE') !== 1) throw this.#takenOver();
          return {
            row: undefined,
            committed: () => {
              if (state) this.#hasPieces = more.length > 0;
            },
          };
        },
      },
    };
  }

  #takenOver(): LoadError {
    return new LoadError(
      `A newer run has taken over pipeline "${this.name}": this run can commit nothing any more, and what it was loading was ` +
        'rolled back. Nothing is lost: the newer run began with the last state that was committed. Let one run of a pipeline end ' +
        'before the next one begins',
    );
  }

  /** Another run may do the same at this moment. */
  async #create(session: Session): Promise<void> {
    const { schema } = this.table;
    const hasIts = await hasSchema(session, schema);
    const all = [...(hasIts ? [] : [createSchema(schema)]), statements.createPipelineTable(this.table)];
    if (this.#options.forbidDdl) {
      throw new LoadError(
        `The table of pipeline "${this.name}" does not exist, and forbid_ddl is set. Run these statements, then this load again:\n${script(all)}`,
      );
    }
    await retryBusyDdl(async () => {
      try {
        await session.send([raw('BEGIN'), ...all, raw('COMMIT')], { timeoutMs: DDL_TIMEOUT_MS });
      } catch (error) {
        await session.run(raw('ROLLBACK'));
        if (!ALREADY_THERE.has(stateOf(error))) throw error;
      }
    });
  }
}

/** The state that was committed last; undefined if there is none. Changes nothing. Throws LoadError. */
export async function readState(
  session: Session,
  { schema, name }: Pick<PipelineOptions, 'schema' | 'name'>,
): Promise<Buffer | undefined> {
  const table = statements.pipelineTable(schema, name);
  try {
    return storedIn(table, await session.run(statements.readPipeline(table)))?.state;
  } catch (error) {
    if (MISSING.has(stateOf(error))) return undefined;
    throw error;
  }
}

interface Stored {
  readonly epoch: bigint;
  readonly state: Buffer | undefined;
  readonly pieces: number;
}

const FIRST: Stored = { epoch: 1n, state: undefined, pieces: 1 };

/** What the answer to `readPipeline` says. Throws LoadError for a table that is not as this program writes it. */
function storedIn({ schema, table }: TableRef, answer: Answer | undefined): Stored | undefined {
  const rows = answer?.rows ?? [];
  const [first] = rows;
  if (!first) return undefined;
  const isWhole = rows.every(([piece], i) => piece === String(i));
  const [, epoch] = first;
  if (!isWhole || epoch === null || epoch === undefined) {
    throw new LoadError(
      `Table "${schema}"."${table}" is not as this program writes it: its rows must be the pieces 0, 1, 2 and so on of one state. ` +
        'Another program has changed it; restore it, or drop it and begin without a state',
    );
  }
  const texts = rows.map(([, , , state]) => state ?? '');
  const hasState = first[3] !== null;
  return {
    epoch: BigInt(epoch),
    state: hasState ? Buffer.from(texts.join('')) : undefined,
    pieces: rows.length,
  };
}
