/** Removes what dead runs left in the bucket: only old objects whose names this program made. */
import type { ObjectStore } from '../ports.ts';
import { isRejectedObject, isRunObject } from './keys.ts';

const BATCH = 1000;

/**
 * Returns how many objects and multipart uploads were removed. Objects with rejected records stay, whatever their age; what is
 * removed below `rejected`, the prefix of those of all runs, are uploads that were never completed.
 */
export async function sweepLeftovers(
  store: ObjectStore,
  { prefix, rejected }: { readonly prefix: string; readonly rejected: string },
  before: Date,
): Promise<{ readonly objects: number; readonly uploads: number }> {
  let stale: string[] = [];
  let objects = 0;
  const removeStale = async (): Promise<void> => {
    await store.remove(stale);
    objects += stale.length;
    stale = [];
  };
  const isOurs = (key: string): boolean => isRunObject(prefix, key);
  for await (const { key, modified } of store.list(`${prefix}run-`)) {
    if (modified < before && isOurs(key)) stale.push(key);
    if (stale.length >= BATCH) await removeStale();
  }
  await removeStale();
  const ofRuns = await store.abortUploads(`${prefix}run-`, before, isOurs);
  const ofRejected = await store.abortUploads(rejected, before, (key) => isRejectedObject(rejected, key));
  return { objects, uploads: ofRuns + ofRejected };
}
