/** A store that is opened when it is first needed, so that a run that ends before that does not load the S3 client. */
import type { ObjectReader, ObjectStore } from '../ports.ts';

/**
 * `bucket` is its name. If opening fails, the call that needs the store fails with that error, and the next one tries to open it
 * again. As long as it is not open, there is nothing to remove.
 */
export function laterStore(
  bucket: string,
  open: () => Promise<ObjectStore & ObjectReader>,
): ObjectStore & ObjectReader {
  let opened: Promise<ObjectStore & ObjectReader> | undefined;
  const get = (): Promise<ObjectStore & ObjectReader> => {
    if (opened) return opened;
    const opening = open();
    opened = opening;
    opening.catch(() => (opened = undefined));
    return opening;
  };
  const ifOpened = async (): Promise<ObjectStore | undefined> => opened?.catch(() => undefined);
  return {
    url: (key) => `s3://${bucket}/${key}`,
    put: async (key, body, signal) => (await get()).put(key, body, signal),
    remove: async (keys) => (await ifOpened())?.remove(keys),
    list: async function* (prefix) {
      yield* (await get()).list(prefix);
    },
    read: async function* (url, signal) {
      yield* (await get()).read(url, signal);
    },
    open: async (url, signal) => (await get()).open(url, signal),
    abortUploads: async (prefix, before, isOurs) =>
      (await ifOpened())?.abortUploads(prefix, before, isOurs) ?? 0,
    close: () => void ifOpened().then((store) => store?.close()),
  };
}
