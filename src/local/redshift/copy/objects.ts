/**
 * Finds the S3 objects that a COPY reads, by prefix or manifest, with the checks and messages of Redshift. Sources:
 * Amazon Redshift Database Developer Guide, "COPY from Amazon S3" and "Using a manifest to specify data files".
 */
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { explainS3, isRefusal, type ObjectReader } from './credentials.ts';
import { copyError, describeS3, type ErrorContext } from '../errors.ts';
import type { Readings } from '../readings.ts';
import type { CopyStatement } from '../sql/statement.ts';

/** An object to load. One that is not mandatory may be missing. */
export interface LoadObject {
  readonly bucket: string;
  readonly key: string;
  readonly mandatory: boolean;
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
    if (found.length > 0) return found.map(({ key }) => ({ bucket: copy.bucket, key, mandatory: true }));
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
    if (isRefusal(error) && error.code === 'NoSuchKey') {
      if (!object.mandatory) return undefined;
      const text = `Mandatory url is not present in manifest file. ${describeS3(error)}`;
      throw copyError(text, context, `S3 key being read : s3://${object.bucket}/${object.key}`);
    }
    throw explainS3(error, object, context);
  }
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
    return { bucket, key, mandatory };
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
