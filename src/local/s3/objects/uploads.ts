/**
 * Multipart uploads: open ones live on disk beside the objects and survive a restart. Part data is written where object
 * data is, so that completing an upload copies nothing. Limits: "Amazon S3 multipart upload limits", S3 User Guide.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ChecksumValue } from '../http/body.ts';
import { startChecksum, type ChecksumAlgorithm } from '../http/checksums.ts';
import type { Segment } from './data-files.ts';
import { s3Error } from '../errors.ts';
import { compareUtf8 } from './listing.ts';
import {
  currentTime,
  hasFields,
  listJson,
  readJson,
  writeJson,
  type Bucket,
  type ObjectChecksum,
  type StoredObject,
} from './store.ts';

/** One uploaded part. */
export interface Part {
  readonly number: number;
  /** Hex MD5, without quotes. */
  readonly etag: string;
  readonly lastModified: string;
  readonly checksum?: ChecksumValue;
  readonly segment: Segment;
}

/** What an upload was opened with. */
export interface UploadDescription {
  readonly key: string;
  readonly initiated: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ObjectChecksum['type'] };
}

/** An open upload. */
export interface Upload {
  readonly id: string;
  readonly description: UploadDescription;
  readonly parts: ReadonlyMap<number, Part>;
}

/** A part as CompleteMultipartUpload names it. */
export interface PartClaim {
  readonly number: number;
  readonly etag: string;
  readonly checksum?: ChecksumValue;
}

interface OpenUpload extends Upload {
  readonly parts: Map<number, Part>;
}

const minimumPartBytes = 5 * 1024 * 1024;

/** The open uploads of one bucket. */
export class Uploads {
  readonly #bucket: Bucket;
  readonly #directory: string;
  readonly #uploads = new Map<string, OpenUpload>();

  /** Reads the uploads that an earlier run left open. */
  constructor(bucket: Bucket) {
    this.#bucket = bucket;
    this.#directory = join(bucket.directory, 'uploads');
    const used = this.#objectFiles();
    for (const id of readdirSync(this.#directory)) this.#restore(id, used);
  }

  /** Removes the data files that neither an object nor a part names. Only before the first request: it would take what is being received. */
  sweep(): void {
    const used = this.#objectFiles();
    for (const { parts } of this.#uploads.values()) parts.forEach(({ segment }) => used.add(segment.file));
    this.#bucket.files.sweep(used);
  }

  #objectFiles(): Set<string> {
    const files = new Set<string>();
    for (const { segments } of this.#bucket.objects.values()) segments.forEach(({ file }) => files.add(file));
    return files;
  }

  #restore(id: string, usedByObjects: ReadonlySet<string>): void {
    const directory = join(this.#directory, id);
    const paths = listJson(directory);
    const description = paths.find((path) => basename(path) === 'upload.json');
    const parts = paths.filter((path) => path !== description).map((path) => readJson(path, isPart));
    // A crash between an object's commit and the end of its upload leaves an upload whose parts are the object's.
    if (description === undefined || parts.some(({ segment }) => usedByObjects.has(segment.file))) {
      rmSync(directory, { recursive: true, force: true });
      return;
    }
    this.#uploads.set(id, {
      id,
      description: readJson(description, isDescription),
      parts: new Map(parts.map((part) => [part.number, part])),
    });
  }

  /** Opens an upload and gives its id. */
  create(description: UploadDescription): string {
    const id = randomBytes(32).toString('hex');
    mkdirSync(join(this.#directory, id));
    writeJson(join(this.#directory, id, 'upload.json'), description);
    this.#uploads.set(id, { id, description, parts: new Map() });
    return id;
  }

  /** The open upload of that key and id; throws NoSuchUpload. */
  get(key: string, id: string): Upload {
    return this.#find(key, id);
  }

  /** All open uploads, by key and then by time. */
  list(): readonly Upload[] {
    return [...this.#uploads.values()].sort(
      (left, right) =>
        compareUtf8(left.description.key, right.description.key) ||
        compareUtf8(left.description.initiated, right.description.initiated) ||
        compareUtf8(left.id, right.id),
    );
  }

  /** Adds a part, in place of one with the same number. Throws NoSuchUpload when the upload is gone by now. */
  putPart(key: string, id: string, part: Part): void {
    const upload = this.#find(key, id);
    writeJson(join(this.#directory, id, `part-${part.number}.json`), part);
    const before = upload.parts.get(part.number);
    upload.parts.set(part.number, part);
    if (before !== undefined) this.#bucket.files.remove([before.segment]);
  }

  /** Drops the upload and its parts. */
  abort(key: string, id: string): void {
    const upload = this.#find(key, id);
    this.#close(id);
    this.#bucket.files.remove([...upload.parts.values()].map(({ segment }) => segment));
  }

  /** Makes the object of the parts. Throws NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall. */
  complete(key: string, id: string, claims: readonly PartClaim[]): StoredObject {
    const upload = this.#find(key, id);
    const parts = claims.map((claim) => checkPart(upload, claim));
    checkOrderAndSize(parts);
    const md5s = parts.map(({ etag }) => Buffer.from(etag, 'hex'));
    const checksum = compositeChecksum(upload, parts);
    const object: StoredObject = {
      key,
      size: parts.reduce((total, { segment }) => total + segment.size, 0),
      etag: `${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-${parts.length}`,
      lastModified: currentTime(),
      headers: upload.description.headers,
      ...(checksum && { checksum }),
      segments: parts.map(({ segment }) => segment),
    };
    this.#bucket.put(object);
    this.#close(id);
    const kept = new Set(parts);
    const unused = [...upload.parts.values()].filter((part) => !kept.has(part));
    this.#bucket.files.remove(unused.map(({ segment }) => segment));
    return object;
  }

  #find(key: string, id: string): OpenUpload {
    const upload = this.#uploads.get(id);
    if (upload?.description.key !== key) throw s3Error('NoSuchUpload', { elements: { UploadId: id } });
    return upload;
  }

  #close(id: string): void {
    this.#uploads.delete(id);
    rmSync(join(this.#directory, id), { recursive: true, force: true });
  }
}

function isPart(value: unknown): value is Part {
  return hasFields(value, ['number', 'etag', 'lastModified', 'segment']);
}

function isDescription(value: unknown): value is UploadDescription {
  return hasFields(value, ['key', 'initiated', 'headers']);
}

function checkPart(upload: Upload, claim: PartClaim): Part {
  const part = upload.parts.get(claim.number);
  if (
    part?.etag !== claim.etag ||
    (claim.checksum !== undefined &&
      (claim.checksum.algorithm !== part.checksum?.algorithm || claim.checksum.value !== part.checksum.value))
  ) {
    throw s3Error('InvalidPart', {
      elements: { UploadId: upload.id, PartNumber: String(claim.number), ETag: claim.etag },
    });
  }
  return part;
}

function checkOrderAndSize(parts: readonly Part[]): void {
  parts.forEach((part, index) => {
    const next = parts[index + 1];
    if (next === undefined) return;
    if (next.number <= part.number) throw s3Error('InvalidPartOrder');
    if (part.segment.size < minimumPartBytes) {
      throw s3Error('EntityTooSmall', {
        elements: {
          ETag: part.etag,
          MinSizeAllowed: String(minimumPartBytes),
          PartNumber: String(part.number),
          ProposedSize: String(part.segment.size),
        },
      });
    }
  });
}

/** The checksum of the parts' checksums; none when parts came without, or when the client asked for one of the whole object. */
function compositeChecksum(upload: Upload, parts: readonly Part[]): ObjectChecksum | undefined {
  const { checksum } = upload.description;
  if (checksum?.type !== 'COMPOSITE') return undefined;
  const running = startChecksum(checksum.algorithm);
  for (const part of parts) {
    if (part.checksum?.algorithm !== checksum.algorithm) return undefined;
    running.update(Buffer.from(part.checksum.value, 'base64'));
  }
  const value = `${running.digest().toString('base64')}-${parts.length}`;
  return { algorithm: checksum.algorithm, value, type: 'COMPOSITE' };
}
