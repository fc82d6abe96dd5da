/**
 * Buckets and objects on disk. An object is a side-car JSON named by the SHA-256 of its key, which names the data files;
 * renaming the side-car into place is the only commit point, so that a restart finds every object whole, old or new.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChecksumValue } from '../http/body.ts';
import { DataFiles, type Segment } from './data-files.ts';
import { s3Error } from '../errors.ts';
import { LocalWarehouseError } from '../../warehouse-error.ts';
import { SortedMap } from './listing.ts';

/** An object's checksum as answers show it; composite ones are of a multipart upload's parts and end in `-<parts>`. */
export interface ObjectChecksum extends ChecksumValue {
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** One object: what GET and HEAD say of it, and where its data is. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** ISO 8601, in whole seconds as S3 keeps it. */
  readonly lastModified: string;
  /** Headers to give back as they came: content-type, x-amz-meta-*, encryption, storage class. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum?: ObjectChecksum;
  readonly segments: readonly Segment[];
}

/** The properties of a bucket that are not stored, but given at each start. */
export interface BucketSettings {
  /** The key, by ID or ARN, that encrypts objects for which nothing else is asked. */
  readonly encryption?: { readonly kmsKey: string };
  /** The account that owns it, 12 digits; the warehouse's own when undefined. */
  readonly owner?: string;
}

/** Now, as S3 keeps times. */
export function currentTime(): string {
  return new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
}

/** Writes a small JSON file so that it is there whole or not at all. Throws file errors. */
export function writeJson(path: string, value: unknown): void {
  const temporary = `${path}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify(value));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Reads what {@link writeJson} wrote. @throws LocalWarehouseError when it is no JSON or not what `isValue` knows. */
export function readJson<T>(path: string, isValue: (value: unknown) => value is T): T {
  const value = parseJson(readFileSync(path, 'utf8'));
  if (!isValue(value)) throw new LocalWarehouseError(`${path} was not written by the local warehouse`);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether the value is an object that has all the names: enough to know one's own files by. */
export function hasFields(value: unknown, names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => name in value);
}

function isStoredObject(value: unknown): value is StoredObject {
  return hasFields(value, ['key', 'size', 'etag', 'lastModified', 'headers', 'segments']);
}

function isBucketDescription(
  value: unknown,
): value is { readonly created: string; readonly region?: string } {
  return hasFields(value, ['created']);
}

/** The JSON files of a directory; what an interrupted write left is removed. */
export function listJson(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (name.endsWith('.json')) return [path];
    if (name.endsWith('.tmp')) rmSync(path, { force: true });
    return [];
  });
}

/** One bucket: its objects in key order and their files. */
export class Bucket {
  readonly name: string;
  readonly directory: string;
  readonly region: string;
  /** ISO 8601. */
  readonly created: string;
  readonly objects = new SortedMap<StoredObject>();
  readonly files: DataFiles;
  settings: BucketSettings = {};

  constructor(directory: string, name: string, region: string, created: string) {
    this.name = name;
    this.region = region;
    this.directory = directory;
    this.created = created;
    for (const part of ['objects', 'data', 'uploads']) mkdirSync(join(directory, part), { recursive: true });
    this.files = new DataFiles(join(directory, 'data'));
    for (const path of listJson(join(directory, 'objects'))) {
      const object = readJson(path, isStoredObject);
      this.objects.set(object.key, object);
    }
  }

  /** The object; throws NoSuchKey. */
  get(key: string): StoredObject {
    const object = this.objects.get(key);
    if (object === undefined) throw s3Error('NoSuchKey', { elements: { Key: key } });
    return object;
  }

  /** Makes the object the one of its key, and drops the version before. */
  put(object: StoredObject): void {
    writeJson(this.#sidecar(object.key), object);
    const before = this.objects.get(object.key);
    this.objects.set(object.key, object);
    if (before !== undefined) this.files.remove(before.segments);
  }

  /** Removes the object; without effect when there is none. */
  delete(key: string): void {
    const object = this.objects.get(key);
    if (object === undefined) return;
    rmSync(this.#sidecar(key), { force: true });
    this.objects.delete(key);
    this.files.remove(object.segments);
  }

  #sidecar(key: string): string {
    return join(this.directory, 'objects', `${createHash('sha256').update(key).digest('hex')}.json`);
  }
}

/** Begins the names of directories that are being made or removed; no bucket's name can. */
const transient = '_transient_';

/** All buckets below one directory. Only one server may use a directory at a time. */
export class Store {
  readonly #directory: string;
  readonly #buckets = new SortedMap<Bucket>();

  /** Opens or makes the directory and reads every side-car in it. `region` is that of buckets that were made without one. */
  constructor(directory: string, region: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.name.startsWith(transient)) rmSync(path, { recursive: true, force: true });
      // What is no bucket is somebody else's and stays.
      if (!entry.isDirectory() || !isBucketName(entry.name)) continue;
      const [description] = listJson(path);
      if (description === undefined) continue;
      const { created, region: made = region } = readJson(description, isBucketDescription);
      this.#buckets.set(entry.name, new Bucket(path, entry.name, made, created));
    }
  }

  /** The bucket; throws NoSuchBucket. */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw s3Error('NoSuchBucket', { elements: { BucketName: name } });
    return bucket;
  }

  /** The bucket; undefined when there is none. */
  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** All buckets by name. */
  buckets(): readonly Bucket[] {
    return [...this.#buckets.values()];
  }

  /** Makes a bucket; throws InvalidBucketName and BucketAlreadyOwnedByYou. */
  createBucket(name: string, region: string): void {
    if (!isBucketName(name)) throw s3Error('InvalidBucketName', { elements: { BucketName: name } });
    if (this.#buckets.get(name) !== undefined) {
      throw s3Error('BucketAlreadyOwnedByYou', { elements: { BucketName: name } });
    }
    const directory = join(this.#directory, name);
    const created = currentTime();
    const unfinished = this.#transientPath();
    mkdirSync(unfinished);
    writeJson(join(unfinished, 'bucket.json'), { created, region });
    renameSync(unfinished, directory);
    this.#buckets.set(name, new Bucket(directory, name, region, created));
  }

  /** Removes an empty bucket with its unfinished uploads; throws NoSuchBucket and BucketNotEmpty. */
  deleteBucket(name: string): void {
    const bucket = this.bucket(name);
    if (bucket.objects.size > 0) throw s3Error('BucketNotEmpty', { elements: { BucketName: name } });
    const removed = this.#transientPath();
    renameSync(bucket.directory, removed);
    this.#buckets.delete(name);
    rmSync(removed, { recursive: true, force: true });
  }

  #transientPath(): string {
    return join(this.#directory, `${transient}${randomBytes(8).toString('hex')}`);
  }
}

/** S3's rules for the names of general purpose buckets. */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|--x-s3)$/.test(name)
  );
}
