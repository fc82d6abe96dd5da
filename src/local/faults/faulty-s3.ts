/**
 * Strikes faults around the two entrances of S3, HTTP and the reader of COPY, which know nothing of them: a request fails
 * or waits before it is handled, a body is cut or slowed down.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { Dispatch } from '../s3/dispatch.ts';
import { describeCode, S3Error } from '../s3/errors.ts';
import type { Reply } from '../s3/http/reply.ts';
import { findOperation, readTarget } from '../s3/http/request.ts';
import type { S3Caller, S3Reader } from '../s3/reader.ts';
import type { S3Entrances } from '../s3/server.ts';
import { isSts } from '../s3/sts/sts.ts';
import { Counts } from './counts.ts';
import type { S3FaultRule, S3Request } from './s3.ts';

type Asked = Omit<S3Request, 'nth'>;
/** What a fault makes of the body of a GET. */
type Shape = (body: Readable) => Readable;

/** The connection ends without a reply, or in the middle of one. */
class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset';
  readonly code = 'ECONNRESET';

  constructor() {
    super('read ECONNRESET');
  }
}

/** The entrances of S3 with requests that fail as the rule says. */
export function faultyEntrances(
  rule: S3FaultRule,
): (entrances: S3Entrances, closing: AbortSignal) => S3Entrances {
  const counts = new Counts();
  return ({ dispatch, reader }, closing) => {
    const strike = async (asked: Asked): Promise<Shape> =>
      await apply(rule({ ...asked, nth: counts.next(asked.operation) }), closing);
    return { dispatch: faultyDispatch(dispatch, strike), reader: faultyReader(reader, strike) };
  };
}

type Strike = (asked: Asked) => Promise<Shape>;

function faultyDispatch(dispatch: Dispatch, strike: Strike): Dispatch {
  return async (request, goOn) => {
    const asked = readRequest(request);
    if (asked === undefined) return await dispatch(request, goOn);
    const shape = await strike(asked);
    return shapeReply(await dispatch(request, goOn), shape);
  };
}

/** Undefined for a request to STS, and for one that S3 rejects because it cannot be read. */
function readRequest(request: IncomingMessage): Asked | undefined {
  try {
    const target = readTarget(request);
    if (isSts(target)) return undefined;
    return { operation: findOperation(target), bucket: target.bucket, key: target.key };
  } catch {
    return undefined;
  }
}

function shapeReply(reply: Reply, shape: Shape): Reply {
  const { body } = reply;
  if (typeof body === 'string') return reply;
  return { ...reply, body: { size: body.size, open: () => shape(body.open()) } };
}

function faultyReader(reader: S3Reader, strike: Strike): S3Reader {
  const faulty = (caller: S3Caller): S3Caller => ({
    begin: async (bucket, key, encryption) => {
      await strike({ operation: 'PutObject', bucket, key });
      return await caller.begin(bucket, key, encryption);
    },
    remove: async (bucket, key) => {
      await strike({ operation: 'DeleteObject', bucket, key });
      await caller.remove(bucket, key);
    },
    checkList: (bucket, prefix) => caller.checkList(bucket, prefix),
    list: async (bucket, prefix) => {
      await strike({ operation: 'ListObjectsV2', bucket, key: '' });
      return await caller.list(bucket, prefix);
    },
    file: async (bucket, key) => {
      const shape = await strike({ operation: 'GetObject', bucket, key });
      const file = await caller.file(bucket, key);
      return {
        size: file.size,
        read: async (start, end) => await buffer(shape(Readable.from([await file.read(start, end)]))),
      };
    },
    open: async (bucket, key) => {
      const shape = await strike({ operation: 'GetObject', bucket, key });
      const { size, body } = await caller.open(bucket, key);
      return { size, body: shape(body) };
    },
  });
  return {
    asKeys: (keys, region) => faulty(reader.asKeys(keys, region)),
    asRole: (arn, region) => faulty(reader.asRole(arn, region)),
    mayAssume: (arn, role) => reader.mayAssume(arn, role),
  };
}

/** Waits or throws as the fault says: S3Error, ConnectionReset. */
async function apply(fault: ReturnType<S3FaultRule>, closing: AbortSignal): Promise<Shape> {
  switch (fault?.kind) {
    case 'error':
      throw new S3Error(fault.status, fault.code, fault.message ?? describeCode(fault.code));
    case 'reset':
      throw new ConnectionReset();
    case 'delay':
      await pause(fault.ms, closing);
      break;
    case 'truncate':
      return (body) => truncate(body, fault.bytes);
    case 'slow':
      return (body) => slow(body, fault.bytesPerSecond);
    case undefined:
  }
  return (body) => body;
}

async function pause(ms: number, closing: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal: closing });
  } catch {
    throw new ConnectionReset();
  }
}

/** The first bytes of a body, and then the end of its connection. */
function truncate(body: Readable, bytes: number): Readable {
  async function* cut(): AsyncGenerator<Buffer> {
    let left = bytes;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (left > 0) yield chunk.subarray(0, left);
      left -= chunk.length;
      if (left <= 0) break;
    }
    throw new ConnectionReset();
  }
  const stream = Readable.from(cut(), { objectMode: false });
  stream.once('close', () => body.destroy());
  return stream;
}

/** A body at a rate, in pieces of a tenth of a second. */
function slow(body: Readable, bytesPerSecond: number): Readable {
  const piece = Math.max(1, Math.floor(bytesPerSecond / 10));
  async function* drip(): AsyncGenerator<Buffer> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += piece) {
        const part = chunk.subarray(at, at + piece);
        await setTimeout((part.length / bytesPerSecond) * 1000);
        yield part;
      }
    }
  }
  const stream = Readable.from(drip(), { objectMode: false });
  stream.once('close', () => body.destroy());
  return stream;
}
