/** S3 as staging sees it, in memory. */
import type { ObjectStore, StoredObject } from '../../src/ports.ts';

export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, Buffer>();
  /** Keys that contain this cannot be put. */
  broken: string | undefined;

  url(key: string): string {
    return `s3://bucket/${key}`;
  }

  put(key: string, body: Uint8Array): Promise<void> {
    if (this.broken !== undefined && key.includes(this.broken)) return Promise.reject(new Error('no space'));
    this.objects.set(key, Buffer.from(body));
    return Promise.resolve();
  }

  remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.objects.delete(key);
    return Promise.resolve();
  }

  list(): AsyncIterable<StoredObject> {
    throw new Error('staging lists nothing');
  }

  abortUploads(): Promise<number> {
    return Promise.resolve(0);
  }

  close(): void {
    this.objects.clear();
  }
}
