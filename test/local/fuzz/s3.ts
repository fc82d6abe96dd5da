/** Sends requests to the S3 endpoint from several clients at once; each must be answered, or its connection ended, in time. */
import { connect, type Socket } from 'node:net';
import { Random } from '../../rows/walk/hostile.ts';
import { cut } from './mutate.ts';
import { inTime } from './patience.ts';
import { s3Request, type Request } from './s3-requests.ts';
import type { Subject } from './subject.ts';

/** The longest time until the end of a request that never becomes complete, on a machine that does other work too. */
const ANSWER_MS = 30_000;
/** For a request whose end is not known; most are answered by then. In milliseconds. */
const PATIENCE_MS = 20;

export interface S3Counts {
  requests: number;
  /** How often each status was answered; 0 when the connection was ended without an answer. */
  readonly statuses: Map<number, number>;
  /** Requests answered 500, which only a defect is. */
  readonly defects: string[];
}

/** Sends so many requests in all. */
export async function fuzzS3(
  subject: Subject,
  seed: number,
  requests: number,
  clients = 6,
): Promise<S3Counts> {
  const counts: S3Counts = { requests: 0, statuses: new Map(), defects: [] };
  const run = async (random: Random): Promise<void> => {
    while (counts.requests < requests) await fuzzConnection(subject, random, counts, requests);
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => run(new Random(seed * 1000 + n))));
  return counts;
}

/** Requests on one connection, until one has broken it. */
async function fuzzConnection(
  { config }: Subject,
  random: Random,
  counts: S3Counts,
  most: number,
): Promise<void> {
  const { hostname, port } = new URL(config.s3_endpoint);
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  socket.on('error', () => undefined);
  try {
    for (let left = 1 + random.below(30); left > 0 && counts.requests < most; left -= 1) {
      const request = s3Request(config, random);
      // A connection on which nothing is sent may stay open for as long as the endpoint keeps idle ones.
      if (request.bytes.length === 0) continue;
      counts.requests += 1;
      const answered = answer(socket, request);
      for (const piece of cut(request.bytes, random)) socket.write(piece);
      const isAwaited = !request.isBroken || random.chance(0.01);
      const status = await inTime(answered, isAwaited ? ANSWER_MS : PATIENCE_MS);
      if (status === 'late' && isAwaited) throw new Error(`no answer to ${textOf(request)}`);
      if (status !== 'late') counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + 1);
      if (status === 500) counts.defects.push(textOf(request));
      if (request.isBroken || status === 'late' || status === 0) return;
    }
  } finally {
    socket.destroy();
  }
}

/** The status of the next complete answer; 0 when the connection ends before. */
function answer(socket: Socket, { isHead }: Request): Promise<number> {
  return new Promise((resolve) => {
    let received = '';
    const finish = (status: number): void => {
      socket.off('data', take).off('close', lose);
      resolve(status);
    };
    const lose = (): void => finish(statusOf(received));
    const take = (data: Buffer): void => {
      received = (received + data.toString('latin1')).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = isHead ? 0 : Number(/\ncontent-length: (\d+)/i.exec(received.slice(0, end))?.[1] ?? 0);
      if (received.length >= end + 4 + length) finish(statusOf(received));
    };
    socket.on('data', take).on('close', lose);
    if (socket.closed) lose();
  });
}

const statusOf = (received: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0);

const textOf = ({ bytes }: Request): string => JSON.stringify(bytes.toString('latin1').slice(0, 1500));
