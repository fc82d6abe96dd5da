/** Counts the objects of a run that may be in S3, so that a run that is given up can report them. */
import type { ObjectStore } from '../ports.ts';

export interface WatchedStore extends ObjectStore {
  /** Objects below the directory that may be in S3 now. */
  readonly leftovers: number;
}

/** The store, with a count of the objects that were put below `folder`, a prefix that ends with a slash, and not removed. */
export function watchLeftovers(store: ObjectStore, folder: string): WatchedStore {
  const keys = new Set<string>();
  /** Keys of uploads that failed or were aborted. S3 may still create the object after it was removed. */
  const uncertain = new Set<string>();
  return {
    url: (key) => store.url(key),
    list: (prefix) => store.list(prefix),
    abortUploads: (prefix, before, isOurs) => store.abortUploads(prefix, before, isOurs),
    close: () => store.close(),
    put: async (key, body, signal) => {
      if (key.startsWith(folder)) keys.add(key);
      try {
        await store.put(key, body, signal);
      } catch (error) {
        uncertain.add(key);
        throw error;
      }
    },
    remove: async (removed) => {
      await store.remove(removed);
      for (const key of removed) if (!uncertain.has(key)) keys.delete(key);
    },
    get leftovers() {
      return keys.size;
    },
  };
}
