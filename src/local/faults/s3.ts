/** Counts the operations of a server, and lets a test make chosen ones fail as networks and S3 do. */
import { setTimeout } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { describeCode, S3Error } from '../s3/errors.ts';
import type { S3Operation } from '../s3/http/request.ts';

/** A request as a fault rule sees it. */
export interface S3Request {
  readonly operation: S3Operation;
  readonly bucket: string;
  readonly key: string;
  /** How many requests of this operation came before, from 0. */
  readonly nth: number;
}

/**
 * What goes wrong: an S3 error, a reset connection, a pause before the request is handled, a GET body that stops early or
 * comes slowly.
 */
export type S3Fault =
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message?: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'truncate'; readonly bytes: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

/** Decides which requests fail. */
export type S3FaultRule = (request: S3Request) => S3Fault | undefined;

/** The connection ends without an answer, or in the middle of one. */
export class ConnectionReset extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('read ECONNRESET');
    this.name = 'ConnectionReset';
  }
}

/** Where every request enters, over HTTP and in process. */
export class Gate {
  readonly #counts = new Map<string, number>();
  readonly #rule: S3FaultRule | undefined;
  readonly #closing: AbortSignal;

  /** Pauses end with a {@link ConnectionReset} when `closing` is aborted. */
  constructor(rule: S3FaultRule | undefined, closing: AbortSignal) {
    this.#rule = rule;
    this.#closing = closing;
  }

  /** Requests so far by operation. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /**
   * Counts a request and waits or throws as the rule wants: S3Error, ConnectionReset. Gives what to do with the body of a
   * GetObject.
   */
  async enter(operation: S3Operation, bucket: string, key: string): Promise<(body: Readable) => Readable> {
    const nth = this.#counts.get(operation) ?? 0;
    this.#counts.set(operation, nth + 1);
    const fault = this.#rule?.({ operation, bucket, key, nth });
    switch (fault?.kind) {
      case 'error':
        throw new S3Error(fault.status, fault.code, fault.message ?? describeCode(fault.code));
      case 'reset':
        throw new ConnectionReset();
      case 'delay':
        await this.#pause(fault.ms);
        break;
      case 'truncate':
        return (body) => truncate(body, fault.bytes);
      case 'slow':
        return (body) => slow(body, fault.bytesPerSecond);
      case undefined:
    }
    return (body) => body;
  }

  async #pause(ms: number): Promise<void> {
    try {
      await setTimeout(ms, undefined, { signal: this.#closing });
    } catch {
      throw new ConnectionReset();
    }
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
