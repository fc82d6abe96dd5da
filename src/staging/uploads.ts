/** Sends the parts of all streams through one pool of compressors and one pool of uploads, within the memory budget. */
import pLimit from 'p-limit';
import { LoadError, messageOf } from '../errors.ts';
import type { ObjectStore } from '../ports.ts';
import type { CsvFormat } from '../rows/csv.ts';
import type { Staging } from './batch.ts';
import type { Budget } from './budget.ts';
import { hashRoom } from './hash-room.ts';
import { compress, type RawPart, type StagedPart } from './part.ts';
import { PartShaper } from './shape.ts';
import { SlabPool } from './slabs.ts';

export interface UploadOptions {
  readonly store: ObjectStore;
  readonly budget: Budget;
  readonly format: CsvFormat;
  readonly gzipLevel: number;
  readonly compressors: number;
  readonly uploads: number;
  /** Does an upload, again while its errors may pass. Its memory stays in use meanwhile. */
  readonly retryUpload?: (what: string, upload: () => Promise<void>) => Promise<void>;
  /** Aborts running and waiting uploads. */
  readonly signal: AbortSignal;
  /** Called immediately, so that the run can stop reading. */
  readonly onFailure: (error: LoadError) => void;
}

export function createStaging(options: UploadOptions): Staging {
  const {
    store,
    budget,
    signal,
    retryUpload = (_what: string, upload: () => Promise<void>) => upload(),
  } = options;
  const pool = new SlabPool(budget);
  const shaper = new PartShaper(budget.limit * 0.45);
  const compressing = pLimit(options.compressors);
  const uploading = pLimit(options.uploads);

  const stage = (key: string, raw: RawPart): Promise<StagedPart> =>
    send(key, raw, () =>
      compressing(async () => {
        signal.throwIfAborted();
        const expected = shaper.compressedSize(raw.bytes);
        const body = await compress(raw, { ...options, expected });
        shaper.compressed(raw.bytes, body.length);
        return body;
      }),
    );

  const keep = (key: string, raw: RawPart): Promise<StagedPart> =>
    send(key, raw, () => Promise.resolve(Buffer.concat(raw.blocks)));

  async function send(key: string, raw: RawPart, bodyOf: () => Promise<Buffer>): Promise<StagedPart> {
    let { held } = raw;
    try {
      const body = await bodyOf();
      budget.take(body.length);
      budget.give(held);
      held = body.length;
      // Not earlier: zlib owns the memory until compress resolves, and the budget would count it twice.
      pool.put(raw.blocks);
      await uploading(async () => {
        signal.throwIfAborted();
        await retryUpload(`upload ${store.url(key)}`, () => store.put(key, body, signal));
      });
      return { key, bytes: body.length };
    } catch (error) {
      const failure =
        error instanceof LoadError
          ? error
          : new LoadError(`Cannot stage ${store.url(key)}: ${messageOf(error)}`, {
              service: 'S3',
              cause: error,
            });
      if (!signal.aborted) options.onFailure(failure);
      throw failure;
    } finally {
      budget.give(held);
    }
  }

  const url = (key: string): string => store.url(key);
  return { stage, keep, url, budget, hashRoom: hashRoom(budget), pool, shaper, format: options.format };
}
