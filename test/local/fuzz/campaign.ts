/** Both endpoints under changed messages, with a watch over the process: it must live, answer and not grow. */
import { fuzzS3, type S3Counts } from './s3.ts';
import { fuzzSql, prepareSql, type SqlCounts } from './sql.ts';
import { type Memory, startSubject, type Subject } from './subject.ts';

export interface Campaign {
  readonly seed: number;
  /** Packets to the SQL endpoint, and requests to S3. */
  readonly packets: number;
  readonly requests: number;
  /** Is told after each round how far it is. */
  readonly progress?: (text: string) => void;
}

export interface Findings {
  readonly sql: SqlCounts;
  readonly s3: S3Counts;
  /** The memory after the first round, when all code is warm, and after the last one. */
  readonly warm: Memory;
  readonly end: Memory;
  /** The longest time that a new session and a request of another client took, in milliseconds. */
  readonly slowestMs: number;
}

/** More growth than this is a leak, in bytes: the same code with other messages takes some megabytes more or less. */
const MOST_GROWTH = 32 * 1024 * 1024;
const ROUNDS = 20;

/** What is wrong; nothing is if there are no sentences. */
export function faultsOf({ sql, s3, warm, end }: Findings): string[] {
  const growth = end.heapUsed + end.external - warm.heapUsed - warm.external;
  return [
    ...(growth > MOST_GROWTH ? [`the process has grown by ${growth} bytes since the first round`] : []),
    ...sql.silent.map((text) => `a session ended without a reason after ${text}`),
    ...s3.defects.map((text) => `500 to ${text}`),
  ];
}

/** @throws Error when the process has ended or does not answer. */
export async function runCampaign(campaign: Campaign): Promise<Findings> {
  const subject = await startSubject();
  try {
    await prepareSql(subject);
    return await fuzzAll(subject, campaign);
  } finally {
    await subject.stop();
  }
}

async function fuzzAll(subject: Subject, { seed, packets, requests, progress }: Campaign): Promise<Findings> {
  const sql: SqlCounts = { packets: 0, ended: 0, silent: [] };
  const s3: S3Counts = { requests: 0, statuses: new Map(), defects: [] };
  let warm: Memory | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const own = seed * ROUNDS + round;
    const [sqlRound, s3Round] = await Promise.all([
      fuzzSql(subject, own, Math.ceil(packets / ROUNDS)),
      fuzzS3(subject, own, Math.ceil(requests / ROUNDS)),
      watch(subject),
    ]);
    add(sql, sqlRound, s3, s3Round);
    await subject.check();
    const memory = await subject.memory();
    warm ??= memory;
    progress?.(`round ${round + 1} of ${ROUNDS}: ${describe(sql, s3, memory)}`);
  }
  const end = await subject.memory();
  return { sql, s3, warm: warm ?? end, end, slowestMs: subject.slowest };
}

/** While others send what they send, a client that behaves is served. */
async function watch(subject: Subject): Promise<void> {
  for (let n = 0; n < 3; n += 1) await subject.check();
}

function add(sql: SqlCounts, sqlRound: SqlCounts, s3: S3Counts, s3Round: S3Counts): void {
  sql.packets += sqlRound.packets;
  sql.ended += sqlRound.ended;
  sql.silent.push(...sqlRound.silent);
  s3.requests += s3Round.requests;
  s3.defects.push(...s3Round.defects);
  for (const [status, count] of s3Round.statuses)
    s3.statuses.set(status, (s3.statuses.get(status) ?? 0) + count);
}

const MB = 1024 * 1024;

export function describe(sql: SqlCounts, s3: S3Counts, { heapUsed, external, rss }: Memory): string {
  const statuses = [...s3.statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'no answer'}: ${count}`);
  return (
    `${sql.packets} packets (${sql.ended} sessions ended, ${sql.silent.length} without a reason), ` +
    `${s3.requests} requests (${statuses.join(', ')}), ` +
    `heap ${Math.round(heapUsed / MB)} MB, external ${Math.round(external / MB)} MB, rss ${Math.round(rss / MB)} MB`
  );
}
