/**
 * Finds the S3 objects that a COPY reads, by prefix or manifest, with the checks and messages of Redshift. Sources:
 * Amazon Redshift Database Developer Guide, "COPY from Amazon S3" and "Using a manifest to specify data files".
 */
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { explainS3, isRefusal, type ObjectReader } from './credentials.ts';
import { spectrumError } from '../columnar/spectrum-error.ts';
import { copyError, describeS3, type ErrorContext } from '../errors.ts';
import type { Readings } from '../readings.ts';
import type { CopyStatement } from '../sql/statement.ts';

/** An object to load. One that is not mandatory may be missing. */
export interface LoadObject {
  readonly bucket: string;
  readonly key: string;
  readonly mandatory: boolean;
  /** The length that a manifest gives it, in bytes; columnar formats are read up to there. */
  readonly length?: number;
}

/** The objects in the order of loading. @throws RedshiftError XX000 when there are none or S3 refuses. */
export async function findObjects(
  copy: CopyStatement,
  reader: ObjectReader,
  context: ErrorContext,
  { manifestNeedsList }: Readings,
): Promise<readonly LoadObject[]> {
  if (copy.manifest) {
    const objects = await readManifest(copy, reader, context);
    if (manifestNeedsList) checkLists([copy, ...objects], reader, context);
    return objects;
  }
  try {
    const found = await reader.list(copy.bucket, copy.key);
    const seen = copy.format.kind === 'parquet' ? found.filter((object) => !isHidden(object)) : found;
    if (seen.length > 0) return seen.map(({ key }) => ({ bucket: copy.bucket, key, mandatory: true }));
  } catch (error) {
    throw explainS3(error, copy, context);
  }
  throw copyError(`The specified S3 prefix '${copy.key}' does not exist`, context);
}

/** @throws RedshiftError XX000 when one of the buckets may not be listed where it is read. */
function checkLists(
  places: readonly { readonly bucket: string; readonly key: string }[],
  reader: ObjectReader,
  context: ErrorContext,
): void {
  const checked = new Set<string>();
  for (const place of places) {
    if (checked.has(place.bucket)) continue;
    checked.add(place.bucket);
    try {
      reader.checkList(place.bucket, place.key);
    } catch (error) {
      throw explainS3(error, place, context);
    }
  }
}

/**
 * The object's content; undefined when it is missing and need not be there.
 * @throws RedshiftError XX000 when S3 refuses.
 */
export async function openObject(
  object: LoadObject,
  reader: ObjectReader,
  context: ErrorContext,
): Promise<Readable | undefined> {
  try {
    return (await reader.open(object.bucket, object.key)).body;
  } catch (error) {
    if (isSkipped(error, object, context)) return undefined;
    throw explainS3(error, object, context);
  }
}

/** Whether an object is missing and need not be there. @throws RedshiftError XX000 when it is missing and must be there */
export function isSkipped(error: unknown, object: LoadObject, context: ErrorContext): boolean {
  if (!isRefusal(error) || error.code !== 'NoSuchKey') return false;
  if (!object.mandatory) return true;
  const text = `Mandatory url is not present in manifest file. ${describeS3(error)}`;
  throw copyError(text, context, `S3 key being read : s3://${object.bucket}/${object.key}`);
}

/** Whether Spectrum, which reads columnar formats, takes the object for a hidden one ("UNLOAD", FORMAT AS PARQUET clause). */
function isHidden({ key }: { readonly key: string }): boolean {
  return /(?:^|\/)[_.][^/]*$/.test(key);
}

async function readManifest(
  copy: CopyStatement,
  reader: ObjectReader,
  context: ErrorContext,
): Promise<readonly LoadObject[]> {
  let content: string;
  try {
    content = await text((await reader.open(copy.bucket, copy.key)).body);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw copyError(
      `Problem reading manifest file - ${describeS3(error)}`,
      context,
      `s3://${copy.bucket}/${copy.key}`,
    );
  }
  const objects = parseManifest(content, copy, context);
  if (objects.length === 0)
    throw copyError('The manifest has no entries', context, `s3://${copy.bucket}/${copy.key}`);
  return objects;
}

function parseManifest(content: string, copy: CopyStatement, context: ErrorContext): LoadObject[] {
  const about = `s3://${copy.bucket}/${copy.key}`;
  const invalid = (why: string) =>
    copyError(`Manifest file is not in correct json format. ${why}`, context, about);
  let manifest: unknown;
  try {
    manifest = JSON.parse(content);
  } catch {
    throw invalid('');
  }
  const entries = isRecord(manifest) ? manifest['entries'] : undefined;
  if (!Array.isArray(entries)) throw invalid("It has no 'entries' array.");
  return entries.map((entry: unknown) => {
    if (!isRecord(entry)) throw invalid('An entry is no object.');
    const { url, mandatory = false } = entry;
    if (typeof url !== 'string') throw invalid("An entry does not have a 'url' key.");
    if (typeof mandatory !== 'boolean') throw invalid("'mandatory' is no boolean.");
    const parts = /^s3:\/\/([^/]+)\/(.*[^/])$/s.exec(url);
    const [, bucket, key] = parts ?? [];
    if (bucket === undefined || key === undefined) {
      throw copyError('Manifest requires the full path of an S3 object', context, url);
    }
    const length = copy.format.kind === 'parquet' ? lengthOf(entry, context) : undefined;
    return { bucket, key, mandatory, ...(length !== undefined && { length }) };
  });
}

/** The length of a columnar file, which its entry must have. */
function lengthOf({ meta }: Record<string, unknown>, context: ErrorContext): number {
  const length = isRecord(meta) ? meta['content_length'] : undefined;
  if (meta === undefined) throw spectrumError(15_003, "File entry does not have 'meta' key.", context);
  if (typeof length === 'number' && Number.isSafeInteger(length) && length >= 0) return length;
  throw spectrumError(15_003, "File entry does not have 'content_length' in its 'meta' key.", context);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
