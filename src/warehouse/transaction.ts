/**
 * One transaction, which may be that of several batches. An error before COMMIT is rolled back and thrown; only a COMMIT without an
 * answer leaves the outcome open.
 */
import { LoadError } from '../errors.ts';
import type { Answer, Session } from '../ports.ts';
import { raw, type Sql } from '../sql.ts';
import { goesAlone, inMessages } from './message.ts';

/** What a transaction does to one table. */
export interface TransactionBody<Counts> {
  /** Filled before the transaction, in one of its own: tables of the session. */
  readonly stage?: readonly Sql[];
  /** Between BEGIN and COMMIT. */
  readonly statements: readonly Sql[];
  /** Awaited before COPY. */
  readonly before?: Promise<unknown>;
  /** Of each message; that of the connection without it. */
  readonly timeoutMs?: number;
  /** Makes the counts from the answers, one for each statement; an error that it throws is rolled back. */
  readonly count: (answers: readonly Answer[], staged: readonly Answer[]) => Counts;
  /** Awaited before COMMIT; what it throws is rolled back. */
  readonly verify?: (() => Promise<void>) | undefined;
  /** Sent in the message of COMMIT, before it. */
  readonly last?: readonly Sql[];
}

export interface CommitHooks<Counts> {
  /** What records the transaction in itself, sent in one message with COMMIT; none where records cannot be written. */
  readonly record: (counts: readonly Counts[]) => readonly Sql[];
  /** Called right before COMMIT: if no answer comes, these are the counts if it took effect. */
  readonly onCounted: (counts: readonly Counts[]) => void;
}

/** Time for a ROLLBACK, which the end of the connection brings about in any case. */
const ROLLBACK = { timeoutMs: 5_000 };

/**
 * The stages are filled first, in one transaction: it costs one commit instead of one for each statement. It cannot be the
 * transaction of the load, whose snapshot would then be older than its lock of the target table, so that it would not see what
 * other writers committed before that. Throws LoadError, with `part` as the number of the body that failed, or CommitUnknownError.
 */
export async function transaction<Counts>(
  session: Session,
  { record, onCounted }: CommitHooks<Counts>,
  bodies: readonly TransactionBody<Counts>[],
): Promise<void> {
  let counts: readonly Counts[];
  try {
    const stages = bodies.map(({ stage = [], ...body }) => ({ ...body, statements: stage }));
    const hasStage = stages.some(({ statements }) => statements.length > 0);
    const staged = hasStage ? await sendAll(session, stages, [raw('COMMIT')]) : [];
    const answers = await sendAll(session, bodies);
    counts = bodies.map(({ count }, part) =>
      inPart(part, () => count(answers[part] ?? [], staged[part] ?? [])),
    );
    for (const { verify } of bodies) await verify?.();
  } catch (error) {
    await session.run(raw('ROLLBACK'), ROLLBACK).catch(() => undefined);
    throw error;
  }
  onCounted(counts);
  await session.commit([...record(counts), ...bodies.flatMap(({ last = [] }) => last)]);
}

type Sent = Pick<TransactionBody<unknown>, 'statements' | 'before' | 'timeoutMs'>;

interface Statement {
  readonly sql: Sql;
  readonly before?: Promise<unknown> | undefined;
  readonly timeoutMs: number | undefined;
  /** The number of its body; undefined for BEGIN and COMMIT. */
  readonly part: number | undefined;
}

/** Sends BEGIN and the statements of all bodies in as few messages as they allow. The answers of each body. */
async function sendAll(
  session: Session,
  bodies: readonly Sent[],
  end: readonly Sql[] = [],
): Promise<readonly (readonly Answer[])[]> {
  const answers = bodies.map((): Answer[] => []);
  for (const message of messagesOf(bodies, end)) {
    const [first] = message;
    if (first && goesAlone(first.sql)) await first.before;
    const options = first?.timeoutMs === undefined ? {} : { timeoutMs: first.timeoutMs };
    const all = message.map(({ sql }) => sql);
    const received = await session.send(all, options).catch((error: unknown) => {
      throw ofPart(error, partAt(message, error));
    });
    message.forEach((statement, i) => {
      const answer = received[i];
      if (statement.part !== undefined && answer) answers[statement.part]?.push(answer);
    });
  }
  return answers;
}

function messagesOf(bodies: readonly Sent[], end: readonly Sql[]): readonly (readonly Statement[])[] {
  const own = bodies.flatMap(({ statements, before, timeoutMs }, part) =>
    statements.map((sql): Statement => ({ sql, part, before, timeoutMs })),
  );
  const [first, last] = [own[0], own.at(-1)];
  const all: readonly Statement[] = [
    { sql: raw('BEGIN'), part: undefined, timeoutMs: first?.timeoutMs },
    ...own,
    ...end.map((sql) => ({ sql, part: undefined, timeoutMs: last?.timeoutMs })),
  ];
  return inMessages(all, (one, next) => one.timeoutMs === next.timeoutMs);
}

/** The body whose statement failed, where the server said which one did. */
function partAt(message: readonly Statement[], error: unknown): number | undefined {
  return error instanceof LoadError && error.at !== undefined ? message[error.at]?.part : undefined;
}

/** Does what belongs to one of several bodies, whose number an error then has. */
function inPart<T>(part: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ofPart(error, part);
  }
}

/** The error, as one of a body. */
export function ofPart(error: unknown, part: number | undefined): unknown {
  return error instanceof LoadError && error.part === undefined && part !== undefined
    ? error.in(part)
    : error;
}

/** The rows that a statement's tag counts. Throws LoadError for another tag, or one without a count. */
export function counted(answer: Answer | undefined, command: string): number {
  if (answer?.command !== command || answer.count === null) {
    throw new LoadError(
      `Cannot account for the rows of a load: ${command} answered ${answer?.command ?? 'nothing'} without a count`,
    );
  }
  return answer.count;
}

/** The count that is the only value of a query's answer. */
export function countIn(answer: Answer | undefined): number {
  return Number(answer?.rows[0]?.[0]);
}
