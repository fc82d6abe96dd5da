/**
 * The list of exact objects that one COPY reads. Every entry is mandatory (the default is not, and a missing file would
 * be skipped silently) and carries its length (loading-data-files-using-manifest).
 */
import type { ObjectStore } from '../ports.ts';
import type { StagedPart } from './part.ts';

export function manifestOf(store: ObjectStore, parts: readonly StagedPart[]): Buffer {
  const entries = parts.map(({ key, bytes }) => ({
    url: store.url(key),
    mandatory: true,
    meta: { content_length: bytes },
  }));
  return Buffer.from(JSON.stringify({ entries }));
}
