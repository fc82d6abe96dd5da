/**
 * The manifest: the exact objects that one COPY reads. Every entry is mandatory (by default it is not, and a missing file would be
 * skipped silently) and has its length (loading-data-files-using-manifest).
 */
import type { FoundObject, ObjectStore } from '../ports.ts';
import type { StagedPart } from './part.ts';

/** Files that the tap wrote, by URL. COPY of JSON needs no length. */
export function manifestOfFiles(urls: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify({ entries: urls.map((url) => ({ url, mandatory: true })) }));
}

/** Files of Parquet, each with its length: COPY needs it, and fails where a file has become shorter. */
export function manifestOfParquet(files: readonly FoundObject[]): Buffer {
  const entries = files.map(({ url, bytes }) => ({ url, mandatory: true, meta: { content_length: bytes } }));
  return Buffer.from(JSON.stringify({ entries }));
}

export function manifestOf(store: ObjectStore, parts: readonly StagedPart[]): Buffer {
  const entries = parts.map(({ key, bytes }) => ({
    url: store.url(key),
    mandatory: true,
    meta: { content_length: bytes },
  }));
  return Buffer.from(JSON.stringify({ entries }));
}
