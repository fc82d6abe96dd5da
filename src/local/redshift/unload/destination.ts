/** Where UNLOAD writes: the names of its objects, and what is done with objects that are there ("UNLOAD"). */
import { type BucketAccess, explainS3, type ObjectSink } from '../copy/credentials.ts';
import { copyError, type ErrorContext } from '../errors.ts';
import type { UnloadStatement } from '../sql/unload-statement.ts';

const NOT_EMPTY =
  'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, ' +
  'manually removing the target files in S3, or using the ALLOWOVERWRITE option.';

/** The bucket and prefix of one UNLOAD. */
export class Destination {
  readonly #unload: UnloadStatement;
  readonly #access: BucketAccess;
  readonly #context: ErrorContext;
  /** The folders from which CLEANPATH has removed what was there. */
  readonly #cleaned = new Set<string>();

  constructor(unload: UnloadStatement, access: BucketAccess, context: ErrorContext) {
    this.#unload = unload;
    this.#access = access;
    this.#context = context;
  }

  /** To be called before the first object. @throws RedshiftError when something is there, or S3 refuses. */
  async prepare(): Promise<void> {
    const { bucket, key, existing, partition } = this.#unload;
    const found = await this.#inS3(key, () => this.#access.list(bucket, key));
    if (existing === 'fail' && found.length > 0)
      throw copyError(NOT_EMPTY, this.#context, `s3://${bucket}/${key}`);
    // With PARTITION BY, "existing files are removed only from the partition folders to receive new files".
    if (existing === 'remove' && !partition) await this.#removeAll(found);
  }

  /** Begins an object of a slice. @throws RedshiftError when S3 refuses. */
  async begin(folder: string, slice: number, part: number): Promise<{ key: string; sink: ObjectSink }> {
    await this.#clean(folder);
    const { key, parallel } = this.#unload;
    const name = parallel ? `${digits(slice, 4)}_part_${digits(part, 2)}` : digits(part, 3);
    return await this.#begin(`${key}${folder}${name}${this.#extension()}`);
  }

  /** Begins the manifest, which stands in no folder of a partition. */
  async beginManifest(): Promise<{ key: string; sink: ObjectSink }> {
    return await this.#begin(`${this.#unload.key}manifest`);
  }

  urlOf(key: string): string {
    return `s3://${this.#unload.bucket}/${key}`;
  }

  async #begin(key: string): Promise<{ key: string; sink: ObjectSink }> {
    const { bucket, encryption } = this.#unload;
    return { key, sink: await this.#inS3(key, () => this.#access.begin(bucket, key, encryption)) };
  }

  /** "If you specify a compression method without specifying an extension, Amazon Redshift only adds the compression method's". */
  #extension(): string {
    const { extension, compression, format } = this.#unload;
    if (extension !== undefined) return extension === '' ? '' : `.${extension}`;
    if (format.kind === 'parquet') return '.parquet';
    return { none: '', gzip: '.gz', zstd: '.zst' }[compression];
  }

  async #clean(folder: string): Promise<void> {
    const { bucket, key, existing, partition } = this.#unload;
    if (existing !== 'remove' || !partition || this.#cleaned.has(folder)) return;
    this.#cleaned.add(folder);
    const prefix = `${key}${folder}`;
    await this.#removeAll(await this.#inS3(prefix, () => this.#access.list(bucket, prefix)));
  }

  async #removeAll(found: readonly { readonly key: string }[]): Promise<void> {
    const { bucket } = this.#unload;
    for (const { key } of found) await this.#inS3(key, () => this.#access.remove(bucket, key));
  }

  async #inS3<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explainS3(error, { bucket: this.#unload.bucket, key }, this.#context);
    }
  }
}

function digits(number: number, width: number): string {
  return String(number).padStart(width, '0');
}
